"""What is written: a number, exactly as it stands, and the text of its unit."""

import re
import unicodedata
from fractions import Fraction
from typing import Final

from gridblock.instances.faults import quoted

LONGEST: Final = 150
"""The letters of a number with its unit."""
MOST_DIGITS: Final = 3
"""The digits of an exponent."""
_NUMBER: Final = (
    r"(?P<number>(?:[+-] ?)?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE](?P<power>[+-]?[0-9]+))?)"
)
_QUANTITY: Final = re.compile(_NUMBER + r" ?(?P<unit>[\w.,'(%°$€£¥¢].*)")
_WITHOUT: Final = re.compile(_NUMBER + r"/[^\W\d_].*")
_BROKEN: Final = re.compile(r"[\d.,'_]")
_ALIKE: Final = str.maketrans("\u2212\u2215\u2044\u22c5\u00d7", "-//\u00b7\u00b7")
"""Signs of minus, of division and of products, and those that they are read as."""
_CO2: Final = re.compile(r"(?<![^\W\d_])(k?g|[kM]?t|lbs?|tonnes?)[ -]?CO2(?:-?eq?)?(?!\w)")


class UnitError(ValueError):
    """Text that looks like a number with a unit, and is none that a field can have."""


def tidy(text: str) -> str:
    """Write text with plain digits, blanks and signs, `/` for per, and mass for mass of CO2."""
    text = unicodedata.normalize("NFKC", text).translate(_ALIKE)
    text = re.sub(r" (?:per|an?|and) ", "/", " ".join(text.split()))
    return re.sub(r" ?([/*()\u00b7]) ?", r"\1", _CO2.sub(r"\1", text))


def quantity(text: str) -> tuple[Fraction, str] | None:
    """Split text into a number and its unit, or give None if it does not start as one would.

    Raises:
        UnitError: the number is one that is not read.
    """
    tidied = tidy(text) if len(text) <= LONGEST else ""
    if _WITHOUT.fullmatch(tidied):
        message = (
            f"{quoted(text)} has no unit between its number and '/';"
            " write one, as in 10 %/year, or the number alone"
        )
        raise UnitError(message)
    found = _QUANTITY.fullmatch(tidied)
    if found is None or re.fullmatch(_NUMBER, tidied):
        return None
    number, power, unit = found["number"], found["power"] or "", found["unit"]
    if _BROKEN.match(unit):
        if not re.search(r"[^\W\d_]", unit):
            return None
        message = f"{quoted(text)} has a comma or blank in its number; write 1600 or 1.6"
        raise UnitError(message)
    if len(power.lstrip("+-0")) > MOST_DIGITS:
        message = f"{quoted(text)} is too {'small' if '-' in power else 'large'}"
        raise UnitError(message)
    return Fraction(number.replace(" ", "")), unit
