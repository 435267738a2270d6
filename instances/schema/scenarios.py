"""Scenarios: what else may come, as changes of fields."""

from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from gridblock.instances.frozen import NOTHING, Frozen
from gridblock.instances.schema.base import Name, Record, Share, Text, whole_letters


def plain(value: Any) -> Any:
    """Give a value as plain data, the same however its numbers are written."""
    if isinstance(value, dict):
        return {whole_letters(str(key)): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, str):
        return whole_letters(value)
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return int(value) if float(value).is_integer() else float(value)
    message = f"must be plain data, not a {type(value).__name__}"
    raise ValueError(message)


def _setting(value: Any) -> Any:
    """Give what a field is set to as plain data, but no number that says to add and would not.

    Raises:
        ValueError: it is a number with `+` before it, which no number needs, without quotes.
    """
    text = getattr(value, "text", "")
    if text.startswith("+"):
        message = (
            f"is the number {text} without quotes, which replaces what is there;"
            f" write {text[1:]}, or {text!r} in quotes to add to it"
        )
        raise ValueError(message)
    return plain(value)


FieldPath = Annotated[Text, Field(min_length=1, max_length=1000)]
Setting = Annotated[Any, BeforeValidator(_setting)]
"""A value of any field, or text in quotes that changes numbers: ``"*1.2"``, ``"+5"``, ``"-5"``."""


class Scenario(Record):
    """A future that may come: the instance with some fields changed."""

    name: Name
    """What it is called; also after `--scenario`."""
    probability: Share | None = None
    """How likely it is. What all of them leave of 1 is that of the instance as it stands."""
    set: Annotated[dict[FieldPath, Setting], AfterValidator(Frozen)] = NOTHING
    """New values by field path, `*` standing for any name: `facilities.memphis.grid_mw`,
    `demands.*.amount`. Text in quotes such as `"*1.2"`, `"+5"` or `"-500 kW"` changes
    numbers instead, in every period. Without quotes `-5` is the number itself, and `+5` refused.
    """
