"""What may happen to a plan as it lies in a folder: read back."""

from pathlib import Path

from gridblock import own_json
from gridblock.instances.shock_sizes import Sizes
from gridblock.saved import read_plan
from gridblock.solvers.stress import Budget
from gridblock.solvers.struck import Struck
from gridblock.stress_asked import FILE, PLAN, Asked
from gridblock.stresses import Stress, stressed


def is_stress(folder: Path) -> bool:
    """Say whether a folder holds what may happen to a plan."""
    return (folder / FILE).is_file()


def read_stress(path: str | Path) -> Stress:
    """Read what was found and saved.

    Raises:
        InstanceError: the files cannot be read, do not belong together, or the search has not
            come to its end.
    """
    folder = Path(path)
    file = folder / FILE
    data = own_json.read_sealed(file)
    plan = read_plan(folder / PLAN)
    try:
        if data["instance_hash"] != plan.instance.hash:
            raise own_json.unreadable(file, "is of another plan than the one beside it")
        if "rounds" not in data:
            message = "has not come to its end; go on with `gridblock stress` and --resume"
            raise own_json.unreadable(file, message)
        sizes = Sizes.model_validate(data["sizes"])
        asked = Asked(plan, sizes, data["resolves"], Budget(**data["budget"]), data["settings"])
        rounds = [
            [Struck(tuple(each["shocks"]), each["row"], each["at_most"]) for each in of]
            for of in data["rounds"]
        ]
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise own_json.unreadable(file, f"is not what a search has found: {error}") from None
    return Stress(asked, stressed(asked, rounds), folder)
