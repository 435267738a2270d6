"""The tables of an instance: one for its single values, one for each kind of record, and series.

A field within a field has a column called by its path: `limits.power_mw`, `yields.h100`. Records
within a record (the zones and feeds of a place, what an option adds) have a table of their own,
whose column `of` names what they belong to. Series by period stand in the table `series`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from gridblock.instances.calendar import horizon_of
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.periods import Periods
from gridblock.instances.tables import shapes
from gridblock.instances.tables.shapes import Model, Path, Shape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

INSTANCE: Final = "instance"
SERIES: Final = "series"
NOTES: Final = "notes"
OF: Final = "of"
NAME: Final = "name"
FORM: Final = "form"
STEPS: Final = "steps"
SERIES_KEYS: Final = ("table", NAME, "field")
ROOT: Final = Shape(models=(Fields,))


@dataclass(eq=False)
class Table:
    """A table with one row for each record.

    Attributes:
        name: what it is called.
        shape: what its records are.
        keyed: whether records are named by the keys of a mapping, else they are a list.
        homes: where its records stand: the table of what they belong to, and the path from there.
    """

    name: str
    shape: Shape
    keyed: bool
    homes: dict[str, Path] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        """The columns before the fields: what a record belongs to, and its name."""
        return (*([OF] if INSTANCE not in self.homes else []), *([NAME] if self.keyed else []))

    @property
    def is_named(self) -> bool:
        """Whether each of its records has a name."""
        return self.keyed or has_name(self.shape.models)


def has_name(models: tuple[Model, ...]) -> bool:
    """Say whether every record has a name."""
    return all(NAME in m.model_fields and m.model_fields[NAME].is_required() for m in models)


@cache
def tables() -> dict[str, Table]:
    """Give the tables by name, each after those that its records belong to."""
    found: dict[str, Table] = {}
    todo = [(INSTANCE, ROOT, True)]
    for owner, records, named in todo:
        for path, at in _groups(records):
            rows = at.rows
            if rows is None or not named:
                continue
            name = path[-1]
            table = found.get(name)
            if table is None or table.shape.models != rows.models:
                name = name if table is None else f"{owner}-{name}"
                table = found[name] = Table(name, rows, at.keyed)
                todo.append((name, rows, table.is_named))
            table.homes[owner] = path
    ordered: dict[str, Table] = {}
    for name, table in found.items():
        if INSTANCE in table.homes:
            _add(ordered, name, found)
    return ordered


def _add(ordered: dict[str, Table], name: str, found: dict[str, Table]) -> None:
    """Add a table and those that stand in it, first those in which others stand."""
    ordered[name] = found[name]
    inner = [each for each, table in found.items() if name in table.homes]
    owners = {owner for table in found.values() for owner in table.homes}
    for each in sorted(inner, key=lambda each: each not in owners):
        if each not in ordered:
            _add(ordered, each, found)


def _groups(records: Shape, path: Path = ()) -> Iterator[tuple[Path, Shape]]:
    """Give the fields of a record, and of records inside that are no table, with their paths."""
    for name in shapes.fields(records.models):
        at = shapes.field(records.models, name)
        if at is not None:
            yield (*path, name), at
            if at.models and at.rows is None and len(path) < shapes.DEEPEST:
                yield from _groups(at, (*path, name))
            elif at.models:
                yield from _groups(Shape(models=at.models), (*path, name))


def table_at(owner: str, path: Path) -> Table | None:
    """Give the table whose records stand at a path of a record, if there is one."""
    return next((t for t in tables().values() if t.homes.get(owner) == path), None)


def shape_at(records: Shape, path: Sequence[str]) -> Shape | None:
    """Give what may stand at a path of a record, or None where nothing can."""
    at: Shape | None = records
    for part in path:
        at = None if at is None else shapes.inside(at, part)
    return at


def columns(records: Shape) -> list[Path]:
    """Give the fields that a record has a column for, names of one's own left out."""
    return [path for path, at in _groups(records) if at.rows is None and not at.models]


def period_names(periods: Any) -> tuple[str, ...]:
    """Give the names of the periods of a horizon, or none if it is faulty."""
    default = Fields.model_fields["periods"].default
    if isinstance(periods, list):
        # Their hours say nothing about names, and may have units or be faulty.
        periods = [{**each, "hours": 1} if isinstance(each, dict) else each for each in periods]
    try:
        given = default if periods is None else _PERIODS.validate_python(periods)
        return horizon_of(given).names
    except (ValidationError, ValueError):
        return ()


_PERIODS: Final[TypeAdapter[Any]] = TypeAdapter(Periods)
