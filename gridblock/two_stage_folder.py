"""One plan for several scenarios as it lies in a folder: read back, and audited."""

from pathlib import Path
from typing import TYPE_CHECKING

from gridblock import own_json
from gridblock.instances import read as reading
from gridblock.instances.faults import InstanceError
from gridblock.plan import Plan
from gridblock.saved import read_plan, read_unchecked
from gridblock.two_stage import FILE, SCENARIOS, Stochastic

if TYPE_CHECKING:
    from gridblock.model.findings import Report


def audit_saved(folder: Path) -> "Report":
    """Check one plan for several scenarios as it lies in a folder, without model and solver.

    Raises:
        InstanceError: the files cannot be read, or are of other instances by now.
    """
    from gridblock.model.audit_together import audit_together

    file = folder / FILE
    stated = own_json.read_json(file)
    try:
        inner = sorted((folder / SCENARIOS).iterdir())
        named = zip(inner, stated["scenarios"], strict=True)
        plans = {of["name"]: _of_its_own(at) for at, of in named if (at / "plan.json").exists()}
        scenarios = {name: (plan.instance, plan.data) for name, plan in plans.items()}
        return audit_together(scenarios, stated)
    except (AttributeError, KeyError, TypeError, ValueError, OSError) as error:
        raise _unlike(file, error) from None


def is_stochastic(folder: Path) -> bool:
    """Say whether a folder holds one plan for several scenarios."""
    return (folder / FILE).is_file()


def read_stochastic(path: str | Path) -> Stochastic:
    """Read one plan for several scenarios that was saved.

    Args:
        path: the folder of the run.

    Raises:
        InstanceError: the files cannot be read, or are of other instances by now.
    """
    from gridblock.instances.outlook import Future
    from gridblock.reports.stochastic_json import restored

    folder = Path(path)
    file = folder / FILE
    data = own_json.read_sealed(file)
    try:
        instance = reading.read(folder / "instance.json")
        if data["instance_hash"] != instance.hash:
            raise own_json.of_another_instance(folder)
        inner = sorted((folder / SCENARIOS).iterdir())
        futures, plans = [], {}
        for each, of in zip(inner, data["scenarios"], strict=True):
            given = reading.read(each / "instance.json")
            if given.hash != of["instance_hash"]:
                raise own_json.of_another_instance(each)
            futures.append(Future(of["name"], of["probability"], given))
            if (each / "plan.json").exists():
                plans[of["name"]] = read_plan(each).data
        found = restored(data, instance, futures, plans)
        seconds = dict(data.get("seconds", {}))
    except (AttributeError, KeyError, TypeError, ValueError, OSError) as error:
        raise _unlike(file, error) from None
    return Stochastic(found, seconds)


def _of_its_own(folder: Path) -> Plan:
    """Read the plan of a scenario, whatever it holds, of the instance beside it."""
    plan = read_unchecked(folder)
    if plan.data.instance_hash != plan.instance.hash:
        raise own_json.of_another_instance(folder)
    return plan


def _unlike(file: Path, error: Exception) -> InstanceError:
    """Say that what was saved cannot be read back."""
    if isinstance(error, OSError):
        message, file = f"cannot be read: {error.strerror or error}", Path(error.filename or file)
    else:
        message = f"is not a plan for several scenarios: {error}"
    return own_json.unreadable(file, message)
