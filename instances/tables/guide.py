"""What a column is for: its unit, its meaning, and what may be chosen there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from gridblock.instances.tables import layout, shapes
from gridblock.instances.tables.layout import FORM, INSTANCE, NAME, OF, SERIES, STEPS
from gridblock.instances.tables.shapes import Path, Shape

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo

MONEY: Final = "money"
_UNITS: Final = (
    (r"carbon_kg_per_mwh", "kg/MWh"),
    (r"energy_per_mwh", f"{MONEY}/MWh"),
    (r"carbon_price_per_t", f"{MONEY}/t"),
    (r"(.*_)?mw", "MW"),
    (r".*_kw", "kW"),
    (r"cost_per_gbps", f"{MONEY}/Gbps"),
    (r"gbps_per_unit", "Gbps/unit"),
    (r"(.*_)?gbps(_.*)?", "Gbps"),
    (r"(.*_)?ms", "ms round trip"),
    (r"lat|lon", "degrees"),
    (r"hours", "hours"),
    (r"discount_rate", "a year"),
    (r"(unmet_cost|cost_per_unit_hour)", f"{MONEY} a unit and hour"),
    (r"per_block_hour", f"{MONEY} a block and hour"),
    (r"(.*_)?cost(_.*)?|penalty", MONEY),
    (r"(.*_)?share(_.*)?|.*_factor", "share from 0 to 1"),
    (r"lead|term", "periods"),
    (r"amount", "units"),
)
REFERENCES: Final = {
    ("blocks", "accelerator"): "accelerators",
    ("adds", "blocks"): "blocks",
    ("adds", OF): "options",
}
"""Columns that name the records of another table."""
KEYS: Final = {
    OF: "The record of another table that this belongs to; places from the facility inwards: a/b.",
    NAME: "What it is called.",
    "table": "The table of the record.",
    "field": "The field, as a column or row of its table is called.",
    FORM: f"`{STEPS}`: each value holds until the next; empty: a value for each period, or steps"
    " where some are empty.",
    "value": "Its value.",
}


def field_at(records: Shape, path: Path) -> FieldInfo | None:
    """Give the innermost field of the schema on a path."""
    found: FieldInfo | None = None
    here: Shape | None = records
    for part in path:
        for model in here.models if here else ():
            for own, info in model.model_fields.items():
                if str(info.alias or own) == part:
                    found = info
        here = None if here is None else shapes.inside(here, part)
    return found


def meaning(table: str, path: Path) -> str:
    """Say what a column of a table holds, in the words of the schema."""
    records = records_of(table)
    if len(path) == 1 and path[0] in KEYS and not shapes.field(records.models, path[0]):
        return KEYS[path[0]]
    found = field_at(records, path)
    said = (found.description or "") if found else ""
    required = " Required." if found is not None and found.is_required() else ""
    return " ".join(said.replace("``", "`").split()) + required


def unit(records: Shape, path: Path, currency: str) -> str:
    """Say in which unit a column stands, or what kind of thing it holds."""
    at = layout.shape_at(records, path)
    if at is None:
        return "name"
    if at.number:
        # A name of one's own says the unit if it is one of a resource, else the field around it.
        known = (_unit_of(part) for part in reversed(path))
        return next(filter(None, known), "number").replace(MONEY, currency)
    if at.values is not None:
        return f"a column each: {path[-1]}.…"
    if choices(at):
        return " | ".join(choices(at))
    if at.items is not None:
        return "names; between them ;" if at.items.text else "numbers; between them ;"
    return "text" if path[-1] == "source" else "name" if at.text else "value"


def _unit_of(name: str) -> str:
    return next((said for pattern, said in _UNITS if re.fullmatch(pattern, name)), "")


def choices(at: Shape | None) -> tuple[str, ...]:
    """Give the words that may stand in a cell, where only some may."""
    if at is None or at.items is not None or at.number:
        return ()
    if at.flag:
        return ("true", "false")
    return tuple(map(str, at.choices))


def records_of(table: str) -> Shape:
    """Give what the rows of a table are."""
    if table == INSTANCE:
        return layout.ROOT
    return Shape() if table == SERIES else layout.tables()[table].shape
