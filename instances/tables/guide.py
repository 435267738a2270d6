"""What a column is for: its unit, its meaning, and what may be chosen there."""

from __future__ import annotations

import re
from typing import Final

from gridblock.instances.schema.units import unit_of
from gridblock.instances.tables import layout, shapes
from gridblock.instances.tables.layout import FORM, INSTANCE, NAME, OF, SERIES, STEPS
from gridblock.instances.tables.shapes import Path, Shape
from gridblock.instances.units.dialect import unit_in_name
from gridblock.instances.units.fields import innermost

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


def meaning(table: str, path: Path) -> str:
    """Say what a column of a table holds, in the words of the schema."""
    records = records_of(table)
    if len(path) == 1 and path[0] in KEYS and not shapes.field(records.models, path[0]):
        return KEYS[path[0]]
    found = innermost(records, path)
    said = (found[0].description or "") if found else ""
    required = " Required." if found is not None and found[0].is_required() else ""
    return " ".join(said.replace("``", "`").split()) + required


def unit(records: Shape, path: Path, currency: str) -> str:
    """Say in which unit a column stands, or what kind of thing it holds."""
    at = layout.shape_at(records, path)
    if at is None:
        return "name"
    if at.number:
        return _unit(records, path, currency) or "number"
    if at.values is not None:
        return f"a column each: {path[-1]}.…"
    if choices(at):
        return " | ".join(choices(at))
    if at.items is not None:
        return "names; between them ;" if at.items.text else "numbers; between them ;"
    return "text" if path[-1] == "source" else "name" if at.text else "value"


def _unit(records: Shape, path: Path, currency: str) -> str:
    """Give the unit that a field declares, or that the name of a resource ends in."""
    found = innermost(records, path)
    unit = None if found is None else unit_of(found[0])
    if found is None or unit is None:
        return ""
    named = unit_in_name(path[-1]) if len(path) > found[1] + 1 else ""
    words = {"money": currency, "resource": named}
    return re.sub(r"\w+", lambda word: words.get(word[0], word[0]), unit.words)


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
