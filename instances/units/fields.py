"""Which unit a field has, and what words mean there, by its path in the plain data."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic.fields import FieldInfo

from gridblock.instances import paths
from gridblock.instances.calendar import span_of
from gridblock.instances.faults import Path
from gridblock.instances.schema import limits
from gridblock.instances.schema.base import LONGEST_NAME
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.units import Unit, unit_of
from gridblock.instances.tables import shapes
from gridblock.instances.tables.shapes import Shape
from gridblock.instances.units.dialect import Dialect

ROOT = Shape(models=(Fields,))


def innermost(records: Shape, path: Path) -> tuple[FieldInfo, int] | None:
    """Give the innermost field of the schema on a path of records, and its position there."""
    found: tuple[FieldInfo, int] | None = None
    here: Shape | None = records
    for at, part in enumerate(path):
        if here is None:
            break
        if isinstance(part, int):
            here = here.items
            continue
        field = _fields(here.models).get(part)
        found = found if field is None else (field, at)
        here = shapes.inside(here, part)
    return found


@cache
def _fields(models: tuple[shapes.Model, ...]) -> dict[str, FieldInfo]:
    """Give the fields of records by the names that a file has for them."""
    return {str(i.alias or own): i for m in models for own, i in m.model_fields.items()}


def unit_at(data: Mapping[str, Any], path: Path) -> tuple[Unit | None, Dialect]:
    """Give the unit of a field, if it has one, and what words mean there.

    Args:
        data: the plain data of an instance, which may have faults.
        path: where the field stands.
    """
    found = innermost(ROOT, path)
    unit = None if found is None else unit_of(found[0])
    if found is None or unit is None:
        return None, _general(data)
    at = found[1]
    record = _record(data, path[:at])
    dialect = _general(data)
    if path[0] == "demands":
        dialect = dialect._replace(unit=_name(_record(data, path[:2]).get("unit", dialect.unit)))
    if "resource" in unit.text:
        named = record.get("limit") if path[at] == "amount" else path[at + 1]
        dialect = dialect._replace(resource=_name(named))
    if "measure" in unit.text:
        measure, per = _name(record.get("measure")), _name(record.get("per", "period"))
        dialect = dialect._replace(measure=limits.counted_in(measure, per, ""))
        dialect = dialect._replace(unit=_served(data, record) or dialect.unit)
    return unit, dialect


def _served(data: Mapping[str, Any], limit: Mapping[str, Any]) -> str:
    """Give the unit of the demands that a limit is over, if it is one; else nothing."""
    chosen, listed = _record(limit, ("of",)).get("demand"), data.get("demands")
    names = chosen if isinstance(chosen, list) else [chosen]
    units = {
        _name(demand.get("unit", "units"))
        for demand in (listed if isinstance(listed, list) else ())
        if isinstance(demand, Mapping) and (chosen is None or demand.get("name") in names)
    }
    return units.pop() if len(units) == 1 else ""


def _name(value: Any) -> str:
    """Give a name that may be faulty, at most as long as one can be."""
    return str(value)[:LONGEST_NAME] if isinstance(value, str | int | float) else ""


def _general(data: Mapping[str, Any]) -> Dialect:
    """Give what an instance says about words at every field."""
    periods = data.get("periods")
    first = _name(periods.get("first")) if isinstance(periods, Mapping) else ""
    # A currency without a letter is a fault of its own, and no word for money.
    currency = _name(data.get("currency")).strip() or Dialect().currency
    return Dialect(currency=currency, span=span_of(first) or "")


def _record(data: Any, path: Path) -> Mapping[str, Any]:
    """Give the record at a path, or an empty one."""
    found = paths.at(data, path)
    return found if isinstance(found, Mapping) else {}
