"""Conversion: what a number with a unit is in the unit of a field, in exact fractions, by Pint."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from gridblock.instances.faults import quoted
from gridblock.instances.scalars import TOO_LARGE
from gridblock.instances.schema.base import LARGEST, SMALLEST
from gridblock.instances.units import grammar
from gridblock.instances.units.grammar import Terms, phrase
from gridblock.instances.units.words import COUNTED, DEFINITIONS
from gridblock.instances.units.written import UnitError, quantity

if TYPE_CHECKING:
    from gridblock.instances.schema.units import Unit
    from gridblock.instances.units.dialect import Dialect


def converted(text: str, unit: Unit | None, dialect: Dialect) -> Fraction | None:
    """Give the number that text with a unit means in the unit of a field, exactly.

    Args:
        text: `120 MW`.
        unit: that of the field; None if it has none.
        dialect: what the instance says about words.

    Returns:
        The number, or None where the text is no number with a unit.

    Raises:
        UnitError: it is one that the field cannot have; the message names both units.
    """
    found = quantity(text)
    if found is None:
        return None
    number, written = found
    if unit is None or _is_pure(unit, dialect):
        message = f"has no unit; write a number alone, not {quoted(text)}"
        raise UnitError(message)
    value = number * _factor(text, written, unit, dialect)
    if abs(value) > LARGEST:
        raise UnitError(TOO_LARGE)
    if 0 < abs(value) < SMALLEST:
        message = (
            f"{quoted(text)} is too small in {dialect.shown(unit.text)}; write 0 if it is none"
        )
        raise UnitError(message)
    return value


def _is_pure(unit: Unit, dialect: Dialect) -> bool:
    """Say whether the unit of a field is a pure number here: money for each of money."""
    kinds = [(word.kind, power) for word, power in grammar.wanted(unit.text, dialect)]
    return all((kind, -power) in kinds for kind, power in kinds)


def _factor(text: str, written: str, unit: Unit, dialect: Dialect) -> Fraction:
    """Give what a number in the unit that is written is multiplied by."""
    wanted = grammar.wanted(unit.text, dialect)
    field = f"this field is {_of_field(wanted, unit, dialect)}"
    try:
        given = grammar.given(written, dialect)
    except UnitError as error:
        message = f"{quoted(text)} {error}; {field}"
        raise UnitError(message) from None
    factor = _ratio(_pint(given), _pint(wanted))
    if factor is None:
        message = f"{quoted(text)} is {phrase(given)}; {field}"
        raise UnitError(message)
    return factor * math.prod(term.word.scale**term.power for term in given)


def _of_field(wanted: Terms, unit: Unit, dialect: Dialect) -> str:
    """Say in which unit a field is: in MW, a power."""
    said, shown = phrase(wanted), dialect.shown(unit.text)
    if said.endswith((f" {shown}", "share")):
        return said
    return "a share a year" if said == "share per year" else f"in {shown}, {said}"


def _pint(terms: Terms) -> str:
    """Write a unit as Pint reads it."""
    return " * ".join(f"({word.pint}) ** {power}" for word, power in terms if word.pint)


@cache
def _registry() -> Any:
    """Give Pint's units and ours, reckoned in fractions; it takes 0.6 s, so only when needed."""
    import pint

    registry: Any = pint.UnitRegistry(non_int_type=Fraction, cache_folder=None)
    registry.load_definitions(DEFINITIONS)
    return registry


@lru_cache(maxsize=4096)
def _ratio(given: str, wanted: str) -> Fraction | None:
    """Give how many of the wanted unit one given is, or None if it is of another dimension."""
    registry = _registry()
    one, other = registry.parse_units(given), registry.parse_units(wanted)
    if not one.dimensionality:
        return None
    for counted in COUNTED:
        has, must = (unit.dimensionality[f"[{counted}]"] for unit in (one, other))
        if has not in {0, must}:
            return None
        one *= registry.parse_units(f"own_{counted}") ** (must - has)
    if one.dimensionality != other.dimensionality:
        return None
    ratio: Fraction = registry.Quantity(Fraction(1), one).to(other).magnitude
    return ratio
