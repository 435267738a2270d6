"""Texts that stand where a number must: which they are, and the numbers that they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gridblock.instances import paths
from gridblock.instances.faults import quoted, trace
from gridblock.instances.units.convert import converted
from gridblock.instances.units.fields import unit_at
from gridblock.instances.units.written import UnitError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import ValidationError

    from gridblock.instances.faults import Path

WHOLE: Final = {"float_type": False, "int_type": True}
"""What pydantic says of text where a number must stand, and whether it must be a whole one."""


def texts(error: ValidationError, data: Mapping[str, Any]) -> Iterator[tuple[Path, str, bool]]:
    """Give each text that stands where a number must, and whether a whole one must."""
    for detail in error.errors(include_url=False):
        text = detail["input"]
        if detail["type"] in WHOLE and isinstance(text, str):
            path = trace(detail, data)[0]
            # A key that is no text cannot stand in a document, and has no path there.
            if paths.at(data, path) == text:
                yield path, text, WHOLE[detail["type"]]


def number(text: str, whole: bool, data: Mapping[str, Any], path: Path) -> float | None:
    """Give the number that a text means at a path of an instance, None if it is none with a unit.

    Raises:
        UnitError: it is none that the field can have.
    """
    exact = converted(text, *unit_at(data, path))
    if exact is None:
        return None
    if exact.denominator == 1:
        return int(exact)
    if whole:
        message = f"must be a whole number, and {quoted(text)} is {float(exact):.12g}"
        raise UnitError(message)
    return float(exact)
