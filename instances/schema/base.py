"""What every record of an instance shares: frozen, no unknown fields, names kept as written."""

import unicodedata
from typing import Annotated, Any, Final, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict

from gridblock.instances.frozen import Frozen
from gridblock.instances.scalars import HALF_LETTER, SURROGATE
from gridblock.instances.schema.units import DEGREES, SHARE, describe_numbers, unit_of

LONGEST_NAME: Final = 200
LARGEST: Final = 1e15
SMALLEST: Final = 1e-9

Value = TypeVar("Value")


def _with_units(schema: dict[str, Any], record: type[BaseModel]) -> None:
    """Title each field of a JSON Schema by its name and unit, and state the unit by itself."""
    for own, field in record.model_fields.items():
        name = field.alias or own
        unit = unit_of(field)
        stated = {"title": name} if unit is None else {"title": f"{name} [{unit.words}]"}
        schema["properties"][name] |= stated | ({} if unit is None else {"unit": unit.text})
        describe_numbers(schema["properties"][name], field.description or "")


def whole_letters(text: str) -> str:
    """Give text that a file can hold.

    Raises:
        ValueError: it holds half of a surrogate pair.
    """
    if SURROGATE.search(text):
        raise ValueError(HALF_LETTER)
    return text


Text = Annotated[str, AfterValidator(whole_letters)]
"""Text of any kind that a file can hold."""


class Record(BaseModel):
    """A frozen record that refuses fields it does not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        validate_default=False,
        serialize_by_alias=True,
        json_schema_extra=_with_units,
    )

    source: Text | None = None
    """Where the figures of this record come from; shown in reports."""


def _as_written(value: Any) -> Any:
    """Give back the text of a name that the file wrote like a number (``007``)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return getattr(value, "text", str(value))
    return value


def _proper_name(name: str) -> str:
    if not name or name != name.strip():
        message = "must be a name without blanks at its ends"
        raise ValueError(message)
    if len(name) > LONGEST_NAME:
        message = f"must have at most {LONGEST_NAME} characters, not {len(name)}"
        raise ValueError(message)
    strange = next(
        (c for c in name if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"}), None
    )
    if strange is not None:
        message = f"must not hold the invisible character U+{ord(strange):04X}"
        raise ValueError(message)
    return name


def _sensible_size(value: float) -> float:
    if abs(value) > LARGEST:
        message = f"is too large ({value:g}); choose a larger unit"
        raise ValueError(message)
    if 0 < abs(value) < SMALLEST:
        message = f"is too small ({value:g}); choose a smaller unit, or 0"
        raise ValueError(message)
    return value


def not_a_bool(value: Any) -> Any:
    """Refuse true and false where Python would take them for 1 and 0."""
    if isinstance(value, bool):
        message = f"must be a number, not {str(value).lower()}"
        raise ValueError(message)  # noqa: TRY004
    return value


Name = Annotated[str, BeforeValidator(_as_written), AfterValidator(_proper_name)]
Named = Annotated[dict[Name, Value], AfterValidator(Frozen)]
"""What is given by name; like the records, a value."""
Number = Annotated[float, Strict(), AfterValidator(_sensible_size)]
NonNegative = Annotated[float, Strict(), Field(ge=0), AfterValidator(_sensible_size)]
Positive = Annotated[float, Strict(), Field(gt=0), AfterValidator(_sensible_size)]
Share = Annotated[float, Strict(), Field(ge=0, le=1), AfterValidator(_sensible_size), SHARE]
Count = Annotated[int, Strict(), Field(ge=0, le=1_000_000_000)]
Counting = Annotated[int, Strict(), Field(ge=1, le=1_000_000_000)]
Latitude = Annotated[float, Strict(), Field(ge=-90, le=90), DEGREES]
Longitude = Annotated[float, Strict(), Field(ge=-180, le=180), DEGREES]
