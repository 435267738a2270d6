"""Cells: how one value stands in a cell of a table, by the shape of its field.

Text stands as it is. A list stands with `;` between its items, and whatever a cell cannot say
plainly (lists and mappings within it, blanks at the ends of text) as in YAML: `[…]`, `{…}`, `"…"`.
An empty cell means that nothing is given.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.faults import InstanceError, quoted
from gridblock.instances.from_yaml import read_yaml
from gridblock.instances.scalars import DEEPEST, plain_value
from gridblock.instances.write import in_quotes, json_line, on_one_line

if TYPE_CHECKING:
    from gridblock.instances.tables.shapes import Shape

BETWEEN: Final = "; "
REMARK: Final = "#"
ENDLESS: Final = 10**9
LONGEST_PATH: Final = 5000
MOST_DIGITS: Final = 15
"""The digits that a spreadsheet keeps of a number; one of more stands as text."""
_PART: Final = re.compile(r'"(?:[^"\\]|\\.)*"')


@dataclass(frozen=True)
class Spoiled:
    """A cell that cannot be read, and why."""

    message: str


def encoded(value: Any, shape: Shape) -> str | float | bool:
    """Give what a cell holds for a value: text, a number, true or false."""
    if isinstance(value, (list, tuple)) and shape.items is not None:
        return _list(value, shape)
    if isinstance(value, (dict, list, tuple)) or shape.free:
        free = isinstance(value, (dict, list, tuple, str)) or value is None
        return inline(value) if free else value
    if not isinstance(value, str):
        return float(value) if isinstance(value, float) else value
    several = shape.items is not None and BETWEEN[0] in value
    return in_quotes(value) if several or (shape.items and value[:1] in "[{") else word(value)


def _list(value: list[Any] | tuple[Any, ...], shape: Shape) -> str:
    plain = all(isinstance(item, (str, int, float)) for item in value)
    if not plain or not value or (len(value) == 1 and (shape.text or shape.number)):
        return inline(value)
    words = [
        word(item) if isinstance(item, str) else on_one_line(item, ENDLESS, False) or ""
        for item in value
    ]
    odd = any(BETWEEN[0] in said or said[:1] in ('"', "[", "{", "") for said in words)
    return inline(value) if odd else BETWEEN.join(words)


def inline(value: Any) -> str:
    """Write a value as YAML on one line."""
    return on_one_line(value, ENDLESS, nested=True) or json_line(value)


def word(text: str) -> str:
    """Write text so that a cell holds it: as it is, or in double quotes."""
    plain = text and text == text.strip() and text[0] not in f'"{REMARK}' and text.isprintable()
    return text if plain else in_quotes(text)


def decoded(cell: Any, shape: Shape, typed: bool) -> Any:
    """Give the value of a cell that is not empty.

    Args:
        cell: text, a number, true, false, a date, or what is spoiled.
        shape: what may stand there; a value of another kind is given as it is, to be refused.
        typed: whether cells know numbers from text, as those of workbooks do.

    Raises:
        ValueError: the cell cannot be read; the message says why.
    """
    if isinstance(cell, Spoiled):
        raise ValueError(cell.message)  # noqa: TRY004
    if isinstance(cell, (datetime.date, datetime.time, datetime.timedelta)):
        wanted = "text" if shape.is_text else "a number"
        message = f"is a date or time ({cell}); format the cell as {wanted} and write it again"
        raise ValueError(message)  # noqa: TRY004
    if isinstance(cell, str):
        return _of_text(cell.strip(), shape, typed)
    if isinstance(cell, bool):
        return cell
    number = int(cell) if float(cell).is_integer() else cell
    if not -1e15 <= number <= 1e15:
        return _number(str(number))
    only_list = shape.items is not None and not shape.number and not shape.text
    return str(number) if shape.is_text else [number] if only_list else number


def _of_text(text: str, shape: Shape, typed: bool) -> Any:
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return parsed(text)
    if shape.is_text:
        return text
    if shape.free or text[0] in "[{":
        return parsed(text)
    if shape.items is not None and (BETWEEN[0] in text or not (shape.text or shape.number)):
        parts = [part.strip() for part in text.split(BETWEEN[0])]
        return [_of_text(part, shape.items, typed=False) if part else part for part in parts]
    if shape.text:
        return text
    if typed and shape.number:
        return _number_as_text(text)
    return _number(text) if shape.number or shape.flag else text


def _number(text: str) -> Any:
    return plain_value(text)


def _number_as_text(text: str) -> Any:
    """Read a number that a workbook holds as text: only one of more digits than it keeps."""
    value = _number(text)
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and len(re.sub(r"^[-+0.]*|[eE].*$|\.", "", text)) <= MOST_DIGITS:
        message = f"is {quoted(text)} as text; format the cell as a number and write it again"
        raise ValueError(message)
    return value if is_number else text


def parsed(text: str) -> Any:
    """Read a value as YAML.

    Raises:
        ValueError: it is none.
    """
    try:
        read, _ = read_yaml(f"value: {text}", None) if text.isprintable() else ({}, None)
        return read["value"]
    except KeyError:
        message = f"is {quoted(text)}, which cannot be read"
        raise ValueError(message) from None
    except InstanceError as error:
        message = f"is {quoted(text)}, which cannot be read: {error.faults[0].message}"
        raise ValueError(message) from None


def joined(parts: tuple[str, ...], between: str) -> str:
    """Join names to a path, in double quotes where they would be taken for more than one."""
    return between.join(
        in_quotes(part) if between in part or part != word(part) or '"' in part else part
        for part in parts
    )


def split(text: str, between: str) -> tuple[str, ...]:
    """Split a path into its names.

    Raises:
        ValueError: a name is empty, or in quotes that cannot be read.
    """
    parts: list[str] = []
    rest = text.strip()
    while len(text) <= LONGEST_PATH and len(parts) < DEEPEST:
        found = _PART.match(rest)
        part = found[0] if found else rest.partition(between)[0]
        rest = rest[len(part) :]
        name = parsed(part) if found else part.strip()
        if not isinstance(name, str) or (rest and not rest.startswith(between)) or not part:
            message = f"is {quoted(text)}, which is no path of names with {between!r} between them"
            raise ValueError(message)
        parts.append(name)
        if not rest:
            return tuple(parts)
        rest = rest[len(between) :].lstrip()
    message = f"is {quoted(text)}, a path that is too long"
    raise ValueError(message)
