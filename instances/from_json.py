"""JSON as plain data, with places that are looked up when they are asked for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gridblock.instances.scalars import (
    DEEPEST,
    HALF_LETTER,
    LARGEST,
    MOST_FAULTS,
    NOT_FINITE,
    SURROGATE,
    TOO_DEEP,
    FaultList,
    Position,
    place_at,
    plain_value,
)

if TYPE_CHECKING:
    from gridblock.instances.faults import Path, Place

_TOKEN = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[{}\[\],:]|[^\s{}\[\],:"]+|(?P<cut>".*)', re.DOTALL)
_BLANK = re.compile(r"[ \t\n\r]*")
_HALF_ESCAPE = re.compile(
    r"\\u[dD][89abAB]..(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB]..)\\u[dD][c-fC-F]"
)
_JSON_REMEDIES = (
    ("Expecting property name", "a name in double quotes must stand here, or a ',' is too many"),
    ("Illegal trailing comma", "a ',' is too many here"),
    ("Expecting ',' delimiter", "a ',' is missing here, or a bracket is not closed"),
    ("Expecting ':' delimiter", "a ':' is missing here"),
    ("Expecting value", "a value must stand here: a number, text in double quotes, [...] or {...}"),
    ("Extra data", "the document has ended before here; nothing may follow"),
    ("Unterminated string", "a quote that opens here is not closed"),
    ("Invalid control character", r"a line break or control character stands in text; write \n"),
    ("Invalid \\", r"this '\' starts no escape; write '\\'"),
)


def read_json(text: str, file: str | None, most: int) -> tuple[Any, Place]:
    """Read a text of JSON that holds so many values at most.

    Returns:
        The data, and what gives the place of a path.

    Raises:
        InstanceError: With every fault of syntax that can be told at once.
    """
    faults = FaultList(file)
    if sum(map(text.count, ",[{")) > most:
        faults.stop((), f"is too big: it holds more than {most:,} values", (1, 1))
    odd: list[object] = ["half"] if "\\u" in text and _HALF_ESCAPE.search(text) else []

    def fields(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            odd.append("twice")
        return found

    data = None
    try:
        data = json.loads(text, object_pairs_hook=fields, parse_constant=odd.append)
    except json.JSONDecodeError as error:
        if not text.strip():
            faults.stop((), 'is empty; start with {"gridblock": 1, ...}', (1, 1))
        path = _scan(text[: error.pos], faults)
        remedy = next((remedy for said, remedy in _JSON_REMEDIES if error.msg.startswith(said)), "")
        faults.stop(path, remedy or f"is not JSON: {error.msg}", place_at(text, error.pos))
    except (RecursionError, ValueError):
        odd.append("digits or depth")
    if odd or not _is_sound(data):
        _scan(text, faults)
        faults.check()
    return data, _Finder(text)


def _is_sound(data: Any) -> bool:
    """Tell whether all numbers are in range and the nesting is not too deep."""
    level = [data]
    for _ in range(DEEPEST):
        inner = []
        for each in level:
            for value in (
                each.values() if type(each) is dict else each if type(each) is list else ()
            ):
                kind = type(value)
                if kind is dict or kind is list:
                    inner.append(value)
                elif (kind is float or kind is int) and not -LARGEST <= value <= LARGEST:
                    return False
        level = inner
    return not level


@dataclass(slots=True)
class _Frame:
    """An object or array of JSON while its text is scanned, and which part of it."""

    is_object: bool
    part: str | int | None
    awaits_name: bool
    names: dict[str, int] = field(default_factory=dict)


def _scan(text: str, faults: FaultList) -> Path:
    """Find every fault in a text (or the beginning of one) that is otherwise JSON.

    Returns:
        The path of the field that the text ends in.
    """
    frames: list[_Frame] = []
    for match in _TOKEN.finditer(text):
        token, message = match[0], ""
        if match.lastgroup == "cut":
            break
        if token in "{[":
            frames.append(_Frame(token == "{", None if token == "{" else 0, token == "{"))
            message = TOO_DEEP if len(frames) > DEEPEST else ""
        elif token in "}]":
            frames.pop()
        elif token == ",":
            frames[-1].awaits_name = frames[-1].is_object
            if isinstance(frames[-1].part, int):
                frames[-1].part += 1
        elif token == ":":
            frames[-1].awaits_name = False
        elif token[0] == '"':
            message = _text_problem(token, match.start(), text, frames)
        else:
            message = _number_problem(token)
        if message:
            faults.add(_path(frames), message, place_at(text, match.start()))
        if message == TOO_DEEP or len(faults.found) >= MOST_FAULTS:
            break
    return _path(frames)


def _path(frames: list[_Frame]) -> Path:
    return tuple(frame.part for frame in frames if frame.part is not None)


def _text_problem(token: str, start: int, text: str, frames: list[_Frame]) -> str:
    content = json.loads(token)
    if frames and frames[-1].awaits_name:
        frames[-1].part = content
        first = frames[-1].names.setdefault(content, start)
        if first != start:
            return f"is given twice; the first is on line {place_at(text, first)[0]}"
    return HALF_LETTER if SURROGATE.search(content) else ""


def _number_problem(token: str) -> str:
    if token in {"NaN", "Infinity", "-Infinity"}:
        return NOT_FINITE
    try:
        plain_value(token)
    except ValueError as error:
        return str(error)
    return ""


class _Finder:
    """Finds places in the text of sound JSON, one container at a time."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._skip = json.JSONDecoder().raw_decode
        self._inside: dict[int, dict[str | int, tuple[int, int]]] = {}

    def __call__(self, path: Path, key: bool) -> Position:
        name_at = at = self._after_blank(0)
        for part in path:
            if at not in self._inside:
                self._inside[at] = self._parts(at)
            if part not in self._inside[at]:
                key = True
                break
            name_at, at = self._inside[at][part]
        return place_at(self._text, name_at if key else at)

    def _after_blank(self, at: int) -> int:
        found = _BLANK.match(self._text, at)
        return found.end() if found else at

    def _parts(self, opening: int) -> dict[str | int, tuple[int, int]]:
        """Return where the name and the value of each part of a container begin."""
        text = self._text
        parts: dict[str | int, tuple[int, int]] = {}
        at = self._after_blank(opening + 1)
        while text[opening] in "{[" and text[at] not in "}]":
            part: str | int = len(parts)
            name_at = at
            if text[opening] == "{":
                part, end = self._skip(text, at)
                at = self._after_blank(self._after_blank(end) + 1)
            parts[part] = (name_at, at)
            _, end = self._skip(text, at)
            at = self._after_blank(end)
            if text[at] == ",":
                at = self._after_blank(at + 1)
        return parts
