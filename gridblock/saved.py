"""Plans that were saved, read back: only what is as it was saved, or passes the audit."""

from pathlib import Path

from gridblock import own_json, runs
from gridblock.instances import read as reading
from gridblock.instances.instance import Instance
from gridblock.model.audit import Finding, Report, audit, audit_form
from gridblock.plan import Plan


def read_plan(path: str | Path, instance: Instance | None = None) -> Plan:
    """Read a plan that was saved, and is as it was then.

    A plan.json without its digest is audited, and taken if it keeps every rule.

    Args:
        path: the folder of a run, or a plan.json.
        instance: what it plans; default the instance.json beside the plan.

    Raises:
        InstanceError: the files cannot be read or are damaged, or it is a plan of another instance.
    """
    file = _file(path)
    given = _planned(file) if instance is None else instance
    data, seal = runs.read_with_seal(file)
    plan = Plan(given, data)
    if data.instance_hash != given.hash:
        raise _of_another(Path(path), instance)
    for of in _broken(plan, seal):
        raise own_json.unreadable(Path(path), f"is damaged: {of}; `gridblock audit` tells all")
    return plan


def read_start(path: str | Path) -> Plan:
    """Read a plan to start from, whatever became of the instance beside it.

    Raises:
        InstanceError: the files cannot be read, or the plan is not as it was saved.
    """
    file = _file(path)
    given = _planned(file)
    data, seal = runs.read_with_seal(file)
    for of in seal.findings:
        raise own_json.unreadable(file, f"{of.message}; solve that again, or start from nothing")
    return Plan(given, data)


def read_unchecked(path: str | Path, instance: Instance | None = None) -> Plan:
    """Read a plan that the audit is still to check; see ``read_plan``."""
    file = _file(path)
    given = _planned(file) if instance is None else instance
    return Plan(given, runs.read_plan_file(file))


def _file(path: str | Path) -> Path:
    folder = Path(path)
    return folder / own_json.PLAN if folder.is_dir() else folder


def _planned(file: Path) -> Instance:
    """Read the instance beside a plan."""
    if not file.is_file():
        own_json.read_json(file)
    beside = file.parent / "instance.json"
    if not beside.exists():
        message = "has no instance.json beside it; `gridblock convert` writes what it plans there"
        raise own_json.unreadable(file, message)
    return reading.read(beside)


def _of_another(path: Path, instance: Instance | None) -> Exception:
    if instance is None:
        return own_json.of_another_instance(path)
    return own_json.unreadable(path, f"is of another instance than the {instance.name!r} given")


def _broken(plan: Plan, seal: Report) -> tuple[Finding, ...]:
    """Find what is wrong; what is as it was saved has passed the whole audit before that."""
    as_saved = seal.ok and seal.rows > 0
    report = (audit_form if as_saved else audit)(plan.instance, plan.data)
    return (*report.findings, *seal.findings)
