"""Where the figures of an instance come from, record by record."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from gridblock.instances.faults import dotted
from gridblock.instances.instance import Instance
from gridblock.instances.schema.base import Record
from gridblock.instances.schema.demands import Demand
from gridblock.instances.schema.facilities import Facility, Zone
from gridblock.instances.schema.hardware import Accelerator, Block
from gridblock.instances.schema.limits import Limit
from gridblock.instances.schema.network import Link, Region
from gridblock.instances.schema.options import Option
from gridblock.reports.words import plural

EXPECTED: Final = (Accelerator, Block, Facility, Zone, Region, Link, Demand, Option, Limit)
"""Records that a reader expects to have a source of their own, or that of the record around."""
MOST_NAMED: Final = 12

Path = tuple[str | int, ...]


class Source(NamedTuple):
    """A record, by its path in the instance, and where its figures come from."""

    record: str
    source: str


class Sources(NamedTuple):
    """The records that name a source, and a sentence on those that do not."""

    rows: tuple[Source, ...]
    note: str


def sources(instance: Instance) -> Sources:
    """Give the source of every record that names one."""
    rows, without, expected = [], [], 0
    for path, record, covered in _records(instance, (), covered=False):
        if record.source is not None:
            rows.append(Source(dotted(path) or "instance", record.source))
        if isinstance(record, EXPECTED):
            expected += 1
            if record.source is None and not covered:
                without.append(dotted(path))
    return Sources(tuple(rows), _note(without, expected))


def _note(without: list[str], expected: int) -> str:
    if not expected:
        return ""
    if not without:
        return f"All of {plural(expected, 'record')} name a source, or lie in one that does."
    named = ", ".join(without[:MOST_NAMED])
    more = f" and {len(without) - MOST_NAMED:,} more" if len(without) > MOST_NAMED else ""
    return f"{len(without):,} of {plural(expected, 'record')} name no source: {named}{more}."


def _records(value: Any, path: Path, *, covered: bool) -> Iterator[tuple[Path, Record, bool]]:
    """Give each record with its path, and whether one around it, below the top, has a source."""
    if isinstance(value, Record):
        yield path, value, covered
        inside = covered or (bool(path) and value.source is not None)
        for name, field in type(value).model_fields.items():
            yield from _records(getattr(value, name), (*path, field.alias or name), covered=inside)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _records(item, (*path, key), covered=covered)
    elif isinstance(value, tuple):
        for i, item in enumerate(value):
            called = getattr(item, "name", None) or getattr(item, "label", None)
            step = called if isinstance(called, str) else i
            yield from _records(item, (*path, step), covered=covered)
