"""Reading an instance: a file or plain data in, a checked value out, every fault at once."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from gridblock.instances import check, document, graphs, in_force, paths
from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.scalars import MOST_FAULTS
from gridblock.instances.schema.fields import Fields
from gridblock.instances.shipped import examples
from gridblock.instances.units.intake import Intake

HARMLESS: Final[Mapping[str | int, Any]] = {
    "name": "?",
    "accelerator": "?",
    "accelerators": 1,
    "amount": 0,
    "cost_once": 0,
    "yields": {},
    "unmet_cost": 0,
    "between": ["?", "??"],
    "lat": 0,
    "lon": 0,
    "hours": 1,
    "measure": "blocks",
}
"""What stands in for a field with a fault that others need while the rest is checked."""


PLAN: Final = {"format_version", "instance_hash"}
"""Fields of every plan, and of no instance."""


class Reading(NamedTuple):
    """An instance that has been read, and how many values were given with units."""

    instance: Instance
    converted: int


def read(source: str | Path | Mapping[str, Any]) -> Instance:
    """Read an instance.

    Args:
        source: the path of a YAML, JSON or XLSX file or of a folder of CSV tables, the name of a
            shipped example where there is no such file, or plain data of the same shape.

    Returns:
        The checked instance.

    Raises:
        InstanceError: with every fault, its file, line and field path.
    """
    return reading(source).instance


def reading(source: str | Path | Mapping[str, Any]) -> Reading:
    """Read an instance, as `read` does, and say what was done on the way."""
    if isinstance(source, Mapping):
        return _checked(paths.copied(source), Path.cwd(), None)
    found = _found(source)
    path = Path(found)
    written = document.load(found)
    if written.data.keys() >= PLAN:
        message = "is a plan, not an instance; give what it plans"
        raise InstanceError([Fault((), message, str(source))])
    data = paths.copied(written.data)
    data.setdefault("name", path.stem)
    return _checked(data, path if path.is_dir() else path.parent, written)


def _found(source: str | Path) -> str | Path:
    """Give what is meant: a shipped example where no file or folder is called so."""
    shipped = examples().get(str(source))
    return source if shipped is None or Path(source).exists() else shipped


def _checked(data: dict[str, Any], folder: Path, written: document.Document | None) -> Reading:
    """Make an instance of plain data, or raise every fault with its place in the file."""
    found: list[Fault] = []
    spoiled = written.spoiled if written else ()
    for path in spoiled:
        _mend(data, path)
    for inline in (graphs.inline, in_force.inline):
        try:
            inline(data, folder)
        except InstanceError as error:
            found += error.faults
    intake = Intake(data)
    try:
        instance = intake.validated(Instance)
    except ValidationError as error:
        place = None if written is None else written.place
        found += intake.faults(error, Instance, place)[:MOST_FAULTS]
        found += _faults_of_the_rest(intake, found)
    except InstanceError as error:
        found += intake.faults(error, Instance)[:MOST_FAULTS]
    if written is not None:
        found = [fault for fault in found if not _touches(fault.path, spoiled)]
        found = _placed(found, written)
    if found:
        raise InstanceError(found[:MOST_FAULTS])
    return Reading(instance, intake.count)


def _faults_of_the_rest(intake: Intake, found: Sequence[Fault]) -> list[Fault]:
    """Cross-check what is left when faulty fields are mended, so that one reading shows all."""
    data, mended = intake.data, [*(fault.path for fault in found), *intake.refused]
    if any(path[:1] in {(), ("periods",), ("gridblock",)} for path in mended):
        return []
    for path in mended:
        _mend(data, path[:1] if path[0] == "current" else path)
    try:
        given = Fields.model_validate(data)
    except ValidationError:
        return []
    return [
        fault
        for fault in check.faults_of(given, in_scenarios=False)
        if not _touches(fault.path, mended)
    ]


def _mend(holder: Any, path: tuple[str | int, ...]) -> None:
    """Put something harmless in place of a faulty field, or take it out."""
    for key in path[:-1]:
        try:
            holder = holder[key]
        except (KeyError, IndexError, TypeError):
            return
    key = path[-1]
    if isinstance(holder, dict):
        holder.pop(key, None)
        if key in HARMLESS:
            holder[key] = HARMLESS[key]
    elif isinstance(holder, list) and isinstance(key, int) and key < len(holder):
        holder[key] = 0


def _touches(path: tuple[str | int, ...], mended: Sequence[tuple[str | int, ...]]) -> bool:
    return any(path[: len(other)] == other or other[: len(path)] == path for other in mended)


def _placed(faults: Sequence[Fault], written: document.Document) -> list[Fault]:
    """Add file, line and column, and what is wrong with tables, in the order of the file.

    Of too many that is kept before all else, which may follow from it.
    """
    placed = [*written.faults, *map(written.located, faults)]
    return sorted(placed[:MOST_FAULTS], key=_order)


def _order(fault: Fault) -> tuple[str, str, int, int]:
    return fault.file or "", fault.sheet or "", fault.line or 0, fault.column or 0
