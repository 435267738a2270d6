"""A front as it lies in a folder: read back."""

from pathlib import Path
from typing import Final

from gridblock import own_json
from gridblock.fronts import Front
from gridblock.saved import read_plan

FILE: Final = "front.json"
"""What in a folder says that it holds a front."""


def is_front(folder: Path) -> bool:
    """Say whether a folder holds a front."""
    return (folder / FILE).is_file()


def read_front(path: str | Path) -> Front:
    """Read a front that was saved.

    Raises:
        InstanceError: the files cannot be read, or do not belong together.
    """
    from gridblock.reports.front import restored

    folder = Path(path)
    file = folder / FILE
    data = own_json.read_sealed(file)
    try:
        numbers = [point["point"] for point in data["points"]]
        plans = [read_plan(folder / f"point-{number}") for number in numbers]
        found = restored(data, [plan.data for plan in plans])
        if not plans or any(plan.instance.hash != data["instance_hash"] for plan in plans):
            raise own_json.unreadable(file, "is of other plans than those beside it")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise own_json.unreadable(file, f"is no front: {error}") from None
    return Front(plans[0].instance, found)
