"""The plan in force: a saved plan, turned into the part of an instance that replanning needs."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from gridblock.instances import document
from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.seal import digest

NOTHING: Final = 1e-9
"""So few blocks are none."""
FIELDS: Final = {
    "bought": ("block", "place", "period", "blocks"),
    "retired": ("block", "place", "period", "blocks"),
    "ordered": ("option", "period", "lots"),
    "assigned": ("demand", "block", "place", "period", "blocks"),
}
"""What is taken of a plan: its tables of decisions, and their fields."""

Rows = Sequence[Mapping[str, Any]]


def inline(data: dict[str, Any], folder: Path) -> None:
    """Take in the plan that ``current.plan`` names, in place, where it names a file or a folder.

    Raises:
        InstanceError: it cannot be read, or lies outside the folder of the instance.
    """
    current = data.get("current")
    if isinstance(current, dict) and isinstance(current.get("plan"), str):
        try:
            current["plan"] = _read(folder, current["plan"])
        except InstanceError:
            data.pop("current")
            raise


def taken_in(
    decisions: Mapping[str, Rows], periods: Sequence[str], leads: Mapping[str, int] | None
) -> dict[str, Any]:
    """Give what is needed of a plan as plain data.

    Args:
        decisions: the tables of a plan.json by name.
        periods: those of its instance, in order.
        leads: the leads of block types when it was made; None where they are not known.
    """
    index = {period: i for i, period in enumerate(periods)}
    taken: dict[str, Any] = {"periods": list(periods)}
    for table, fields in FIELDS.items():
        rows = [
            {field: row[field] for field in fields}
            for row in decisions.get(table, ())
            if row[fields[-1]] > NOTHING
        ]
        if table == "bought" and leads is not None:
            for row in rows:
                order = index[row["period"]] - leads[row["block"]]
                row |= {"order": periods[order]} if order >= 0 else {}
        taken |= {table: rows} if rows else {}
    return taken


def orders_of(taken: Mapping[str, Any]) -> dict[str, Any]:
    """Give of what is needed of a plan its orders alone, where nothing is paid for moves."""
    return {name: rows for name, rows in taken.items() if name in {"periods", "bought", "ordered"}}


def _read(folder: Path, name: str) -> dict[str, Any]:
    """Read what replanning needs of a plan beside an instance, or refuse it."""
    path = folder / name
    if Path(name).is_absolute() or ".." in Path(name).parts or "://" in name:
        _refuse(f"{name!r} must lie beside the instance")
    path = path / "plan.json" if _is_folder(path) else path
    if path.suffix.lower() != ".json":
        _refuse(f"{name!r} must be a plan.json, or the folder of a run")
    data = _loaded(path, name)
    if "digest" in data and data["digest"] != digest(data):
        _refuse(f"{name!r} was changed after it was saved; name the plan as it was saved")
    decisions = data.get("decisions")
    if not isinstance(decisions, dict):
        _refuse(f"{name!r} holds no plan; name one that has been found")
    beside = path.with_name("instance.json")
    try:
        if beside.exists():
            planned = _planned(beside, name, data)
            leads = {kind: block.lead for kind, block in planned.blocks.items()}
            return taken_in(decisions, planned.horizon.names, leads)
        return taken_in(decisions, _periods(decisions.values()), None)
    except (AttributeError, KeyError, TypeError) as error:
        _refuse(f"{name!r} cannot be read as a plan: {error!r}")


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def _loaded(path: Path, name: str) -> dict[str, Any]:
    try:
        return document.load(path, plan=True).data
    except InstanceError as error:
        fault = error.faults[0]
        _refuse(f"{name!r} cannot be read as a plan: {path.name} {fault.message}")


def _planned(beside: Path, name: str, plan: Mapping[str, Any]) -> Instance:
    """Give the instance that a plan plans, which lies beside it."""
    try:
        planned = Instance.parse(_loaded(beside, name))
    except InstanceError as error:
        _refuse(f"{name!r}: the instance.json beside it cannot be read: {error.faults[0]}")
    if planned.hash != plan.get("instance_hash"):
        _refuse(f"{name!r} plans another instance than the instance.json beside it")
    return planned


def _periods(tables: Iterable[Rows]) -> list[str]:
    """Give the periods that a plan names, where its instance is not known."""
    return sorted({row["period"] for rows in tables for row in rows})


def _refuse(message: str) -> NoReturn:
    raise InstanceError((Fault(("current", "plan"), message),))
