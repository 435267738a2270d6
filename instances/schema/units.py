"""Units: what a field counts in, declared once beside its type.

A unit is written as one writes it after a number: `MW`, `money/MWh`. Some words stand for what only
an instance knows: `money` for its currency, `unit` for that of the demand, `resource` for the unit
in the resource's name, `measure` for what a limit counts. Blocks, lots, periods and the like may be
left out after a number, but not be others: a price of a block is 9 MUSD or 9 MUSD/block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pydantic import GetJsonSchemaHandler
    from pydantic.fields import FieldInfo
    from pydantic_core import CoreSchema

GIVEN: Final = r"^\s*[-+\u2212]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?\s*[^\s\d.,].*$"
"""A number with a unit, for editors; reading says more exactly what is wrong."""
NOTES: Final = ("title", "description", "default")
INNER: Final = ("items", "additionalProperties", "prefixItems", "anyOf", "oneOf")


@dataclass(frozen=True)
class Unit:
    """The unit of a field, in its annotation.

    Attributes:
        text: the unit.
        said: the same in words for people, where they are others.
    """

    text: str
    said: str = ""

    @property
    def words(self) -> str:
        """The unit for people."""
        return self.said or self.text

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Let text with a unit stand wherever a number may."""
        made: dict[str, Any] = _with_text(handler(core_schema), self)
        return made


def _with_text(schema: Any, unit: Unit) -> Any:
    if isinstance(schema, list):
        return [_with_text(each, unit) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") in {"number", "integer"}:
        notes = {key: schema[key] for key in NOTES if key in schema}
        number = {key: value for key, value in schema.items() if key not in NOTES}
        words = "as its name says" if unit.words == "resource" else unit.words
        said = f"A number with a unit, converted to that of the field: {words}."
        text = {"type": "string", "pattern": GIVEN, "description": said}
        return {**notes, "anyOf": [number, text]}
    return {k: _with_text(each, unit) if k in INNER else each for k, each in schema.items()}


def describe_numbers(schema: Any, said: str) -> None:
    """Let each number inside the schema of a field say what the field is: editors show the branch.

    Args:
        schema: of the field, changed in place.
        said: the field's description.
    """
    inside = schema if isinstance(schema, list) else [schema.get(key) for key in INNER]
    for each in inside:
        if isinstance(each, dict) and each.get("type") in ("number", "integer"):
            each.setdefault("description", said)
        elif isinstance(each, list | dict):
            describe_numbers(each, said)


def unit_of(field: FieldInfo) -> Unit | None:
    """Give the unit that a field declares, if it has one."""
    within = (*field.metadata, *_within(field.annotation))
    return next((each for each in within if isinstance(each, Unit)), None)


def _within(annotation: Any) -> Iterator[Any]:
    for part in get_args(annotation):
        yield part
        yield from _within(part)


MW: Final = Unit("MW")
GBPS: Final = Unit("Gbps")
MS: Final = Unit("ms", "ms round trip")
DEGREES: Final = Unit("deg", "degrees")
SHARE: Final = Unit("share", "share from 0 to 1")
PERIODS: Final = Unit("periods")
BLOCKS: Final = Unit("blocks")
LOTS: Final = Unit("lots")
COST_PER_PERIOD: Final = Unit("money/period", "money")
YIELD: Final = Unit("unit/accelerator", "units an accelerator")
PER_UNIT_HOUR: Final = Unit("money/unit/h", "money a unit and hour")
PER_BLOCK_HOUR: Final = Unit("money/block/h", "money a block and hour")
MEASURE: Final = Unit("measure", "the measure's unit")
