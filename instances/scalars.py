"""Scalars: what a word of a document means, and what any document is refused for."""

from __future__ import annotations

import math
import re
from typing import NoReturn

from gridblock.instances.faults import Fault, InstanceError, Path

DEEPEST = 64
LARGEST = 10**15
MOST_FAULTS = 100

TOO_DEEP = f"is nested more than {DEEPEST} levels deep"
TOO_LARGE = "is too large: numbers go up to 1e15; choose a larger unit"
NOT_FINITE = "is not a finite number"
HALF_LETTER = r"holds half of a surrogate pair (\ud800 to \udfff), which is no character"
SURROGATE = re.compile("[\ud800-\udfff]")

Position = tuple[int, int]

_WHOLE = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


class WholeAsWritten(int):
    """A whole number whose text is not its usual one (`007`); `text` has it as written."""

    text: str


class DecimalAsWritten(float):
    """A number whose text is not its usual one (`1.10`, `1e5`); `text` has it as written."""

    text: str


def place_at(text: str, offset: int) -> Position:
    """Return line and column, from 1, of a character of a text."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def plain_value(text: str) -> str | float | bool | None:
    """Return what a plain scalar of YAML means: text, a number, true, false or null.

    Raises:
        ValueError: If it is a number that is not finite or too large.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _ENDLESS.fullmatch(text):
        raise ValueError(NOT_FINITE)
    return _number(text) if _BASED.fullmatch(text) or _DECIMAL.fullmatch(text) else text


def _number(text: str) -> float:
    if _WHOLE.fullmatch(text) or _BASED.fullmatch(text):
        # Python refuses to turn thousands of digits into a number.
        whole = int(text, 0 if text[:2] in {"0o", "0x"} else 10) if len(text) < 400 else math.inf
        value: float = whole if str(whole) == text else WholeAsWritten(min(whole, LARGEST + 1))
    else:
        value = float(text)
        value = value if repr(value) == text else DecimalAsWritten(value)
    if not -LARGEST <= value <= LARGEST:
        raise ValueError(TOO_LARGE)
    if isinstance(value, (WholeAsWritten, DecimalAsWritten)):
        value.text = text
    return value


class FaultList:
    """Collects the faults of one document, up to a hundred."""

    def __init__(self, file: str | None) -> None:
        """Start with none for a file, named as the user typed it."""
        self.file = file
        self.found: list[Fault] = []

    def add(self, path: Path, message: str, place: Position) -> None:
        """Keep a fault and go on."""
        if len(self.found) < MOST_FAULTS:
            self.found.append(Fault(path, message, self.file, *place))

    def stop(self, path: Path, message: str, place: Position) -> NoReturn:
        """Raise all faults, with one that nothing can be read beyond."""
        raise InstanceError([*self.found, Fault(path, message, self.file, *place)])

    def check(self) -> None:
        """Raise the faults if there are any."""
        if self.found:
            raise InstanceError(self.found)
