"""Documents: a YAML or JSON file as plain data, with the place of every value.

YAML is read by the core schema of YAML 1.2: `NO`, `12:30` and `1_000` are text, `1e5` is a number.
Names of fields are always text as written. What lets a small file stand for a large one, or one
name for two values (anchors, aliases, tags, merge keys, names given twice), is refused.
"""

from __future__ import annotations

import codecs
import json
import math
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StreamMark, YAMLError
from ruamel.yaml.events import (
    CollectionEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from gridblock.instances.faults import Fault, InstanceError, did_you_mean, quoted
from gridblock.instances.faults import Path as FieldPath

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DEEPEST = 64
LARGEST = 10**15
MOST_FAULTS = 100
# YAML is read at about 0.3 MB a second and JSON at about 50.
MOST_BYTES = {".yaml": 4_000_000, ".yml": 4_000_000, ".json": 64_000_000}

ANCHORED = "anchors (&) and aliases (*) are not read; write the value out, or quote the text"
TAGGED = "tags (!) are not read; leave the tag out, or quote the text"
MERGED = "merge keys (<<) are not read; write the fields out"
TOO_DEEP = f"is nested more than {DEEPEST} levels deep"
TOO_LARGE = "is too large: numbers go up to 1e15; choose a larger unit"
NOT_FINITE = "is not a finite number"
HALF_LETTER = r"holds half of a surrogate pair (\ud800 to \udfff), which is no character"

_Place = tuple[int, int]

_WHOLE = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_ENDLESS = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_YAML_TEXT = re.compile(_NOT_TEXT.pattern[:-1] + "\x7f-\x9f\u2028\u2029\ufeff]")


class WholeAsWritten(int):
    """A whole number whose text is not its usual one (`007`); `text` has it as written."""

    text: str


class DecimalAsWritten(float):
    """A number whose text is not its usual one (`1.10`, `1e5`); `text` has it as written."""

    text: str


@dataclass(frozen=True, eq=False)
class Document:
    """What a file says, before anything is known of its meaning.

    Attributes:
        data: The fields: dicts with text as keys, lists, text, numbers, booleans and None. In
            YAML a number that is not written in its usual way carries its text as `text`.
        file: The file as the user typed it, if there is one.
    """

    data: dict[str, Any]
    file: str | None
    _find: Callable[[FieldPath, bool], _Place] = field(repr=False)

    def place(self, path: FieldPath, key: bool = False) -> _Place:
        """Return line and column, from 1, of the value at a path, or with `key` of its name.

        Where a path leads nowhere, the place is that of the name of the last thing on it.
        """
        return self._find(path, key)


def load(path: str | os.PathLike[str]) -> Document:
    """Read a YAML or JSON file.

    Raises:
        InstanceError: With every fault of syntax that can be told at once.
    """
    file = os.fspath(path)
    return parse(_bytes_of(file), Path(file).suffix, file)


def parse(text: str | bytes, suffix: str, file: str | None = None) -> Document:
    """Read a document from memory.

    Args:
        text: What the file holds.
        suffix: `.yaml`, `.yml` or `.json`.
        file: The file's name in messages.

    Raises:
        InstanceError: With every fault of syntax that can be told at once.
    """
    suffix = suffix.lower()
    _refuse(_wrong_suffix(suffix) or _too_big(len(text), suffix), file)
    text = _decoded(text, file) if isinstance(text, bytes) else text
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    strange = (_NOT_TEXT if suffix == ".json" else _NOT_YAML_TEXT).search(text)
    if strange:
        message = f"holds {quoted(strange[0])}, which no text file should; save it as UTF-8 text"
        _refuse(message, file, _at(text, strange.start()))
    data, find = (_read_json if suffix == ".json" else _read_yaml)(text, file)
    if not isinstance(data, dict):
        _refuse(
            "must hold fields at the top, each `name: value` with a blank after the ':'",
            file,
            find((), False),
        )
    return Document(data, file, find)


def _refuse(message: str, file: str | None, place: _Place | None = None) -> None:
    if message:
        line, column = place or (None, None)
        raise InstanceError([Fault((), message, file, line, column)])


def _wrong_suffix(suffix: str) -> str:
    if suffix in MOST_BYTES:
        return ""
    return f"ends in {quoted(suffix)}; files that end in {', '.join(MOST_BYTES)} are read"


def _too_big(size: int, suffix: str) -> str:
    most = MOST_BYTES[suffix]
    if size <= most:
        return ""
    advice = "" if suffix == ".json" else "; write it as JSON, which is read much faster"
    return f"is too big: {suffix} files of up to {most // 10**6} MB are read{advice}"


def _bytes_of(file: str) -> bytes:
    """Read a regular file, refusing what is none before it is opened."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", file):
        _refuse("is a web address; only files on this machine are read, so download it first", file)
    _refuse("" if file else "the name of a file is missing", file)
    path = Path(file)
    try:
        status = path.stat()
        _refuse(_not_a_file(status.st_mode) or _wrong_suffix(path.suffix.lower()), file)
        with path.open("rb") as opened:
            return opened.read(MOST_BYTES[path.suffix.lower()] + 1)
    except FileNotFoundError:
        _refuse("no such file" + did_you_mean(path.name, _names_beside(path)), file)
    except OSError as error:
        _refuse(f"cannot be read: {(error.strerror or str(error)).lower()}", file)
    except ValueError:
        _refuse("cannot be the name of a file", file)
    raise AssertionError


def _not_a_file(mode: int) -> str:
    if stat.S_ISREG(mode):
        return ""
    kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return f"is a {kinds.get(stat.S_IFMT(mode), 'device')}, not a file"


def _names_beside(path: Path) -> Iterator[str]:
    try:
        yield from (entry.name for entry in path.parent.iterdir())
    except OSError:
        return


def _decoded(raw: bytes, file: str | None) -> str:
    codec = "utf-8"
    if raw.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        codec = "utf-32"
    elif raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = "utf-16"
    try:
        return raw.decode(codec)
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode(codec, "replace").replace("\r\n", "\n")
        message = f"is not {codec.upper()} text (byte 0x{raw[error.start]:02x}); save it as UTF-8"
        _refuse(message, file, _at(before.replace("\r", "\n"), len(before)))
    raise AssertionError


def _at(text: str, offset: int) -> _Place:
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


class _Faults:
    """Faults of one document, up to a hundred."""

    def __init__(self, file: str | None) -> None:
        self.file = file
        self.found: list[Fault] = []

    def add(self, path: FieldPath, message: str, place: _Place) -> None:
        if len(self.found) < MOST_FAULTS:
            self.found.append(Fault(path, message, self.file, *place))

    def stop(self, path: FieldPath, message: str, place: _Place) -> NoReturn:
        raise InstanceError([*self.found, Fault(path, message, self.file, *place)])

    def check(self) -> None:
        if self.found:
            raise InstanceError(self.found)


# --- YAML -----------------------------------------------------------------------------------------


def _read_yaml(text: str, file: str | None) -> tuple[Any, Callable[[FieldPath, bool], _Place]]:
    faults = _Faults(file)
    tree = _Tree(faults)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            tree.take(event)
    except MarkedYAMLError as error:
        faults.stop(tree.path, *_yaml_problem(error))
    except (YAMLError, ValueError, IndexError, AttributeError, OverflowError) as error:
        faults.stop(tree.path, _remedy(str(error)), tree.last)
    if not tree.documents:
        faults.stop((), "is empty; start with `gridblock: 1`", (1, 1))
    faults.check()
    return tree.data, tree.top.find


# What ruamel.yaml says, and what a planner can do about it.
_REMEDIES = (
    ("<document start>", "names and values must start in the same column as those above"),
    ("chr()", r"an escape (\U...) stands for no character"),
    ("C int", r"an escape (\U...) stands for no character"),
    ("while scanning a quoted scalar", "a quote that opens here is not closed"),
    ("found character '\\t'", "a tab stands here; indent with spaces"),
    ("cannot start any token", "text may not start with this character; put it in quotes"),
    ("mapping values are not allowed", "a ':' cannot stand here; check the indentation, or quote"),
    ("sequence entries are not", "a '- ' must start on a line of its own; or quote the text"),
    ("mapping keys are not", "a '? ' cannot stand here; quote the text"),
    ("could not find expected ':'", "a ':' is missing, or a blank after it; write `name: value`"),
    ("<block end>", "the indentation does not match the lines above"),
    ("',' or '}'", "a '{' that opens before here is not closed, or a ',' is missing"),
    ("',' or ']'", "a '[' that opens before here is not closed, or a ',' is missing"),
    ("<stream end>", "the file ends too early; a bracket or a value is missing"),
    ("unknown escape character", r"this '\' starts no escape; write '\\', or use single quotes"),
)


def _yaml_problem(error: MarkedYAMLError) -> tuple[str, _Place]:
    said = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    if "quoted scalar" in said and "unknown escape" not in said:
        mark = error.context_mark or mark
    return _remedy(said), _mark(mark) if mark else (1, 1)


def _remedy(said: str) -> str:
    remedy = next((remedy for part, remedy in _REMEDIES if part in said), "")
    return remedy or f"is not YAML: {' '.join(said.split())}"


def _mark(mark: StreamMark) -> _Place:
    return mark.line + 1, mark.column + 1


def _tag(event: NodeEvent) -> bool:
    return getattr(event, "tag", None) is not None


@dataclass(slots=True)
class _Spot:
    """Where a value and its name stand, and what is inside."""

    value: _Place
    key: _Place
    inner: dict[str | int, _Spot] = field(default_factory=dict)

    def find(self, path: FieldPath, key: bool) -> _Place:
        spot = self
        for part in path:
            if part not in spot.inner:
                return spot.key
            spot = spot.inner[part]
        return spot.key if key else spot.value


@dataclass(slots=True)
class _Open:
    """A mapping or list that is being read, and which part of it."""

    value: dict[str | int, Any] | list[Any]
    spot: _Spot
    part: str | int | None = None
    part_place: _Place = (1, 1)


class _Tree:
    """Builds the data from the parser's events, without recursion."""

    def __init__(self, faults: _Faults) -> None:
        self.faults = faults
        self.documents = 0
        self.data: Any = None
        self.top = _Spot((1, 1), (1, 1))
        self.last = (1, 1)
        self._open: list[_Open] = []

    @property
    def path(self) -> FieldPath:
        return tuple(opened.part for opened in self._open if opened.part is not None)

    def take(self, event: Event) -> None:
        self.last = _mark(event.start_mark)
        if isinstance(event, DocumentStartEvent):
            self._start(event)
        elif isinstance(event, CollectionEndEvent):
            self._open.pop()
            self._done()
        elif isinstance(event, NodeEvent):
            around = self._open[-1] if self._open else None
            if around and around.part is None and isinstance(around.value, dict):
                around.part, around.part_place = self._name(event, around), self.last
            else:
                self._node(event, around)

    def _start(self, event: DocumentStartEvent) -> None:
        self.documents += 1
        if self.documents > 1:
            self.faults.stop((), "holds a second document from here on; keep one", self.last)
        if event.tags or event.version not in {None, (1, 2)}:
            self.faults.stop(
                (), "has directives (%), which are not read; leave them out", self.last
            )

    def _done(self) -> None:
        if self._open:
            self._open[-1].part = None

    def _name(self, event: NodeEvent, around: _Open) -> str:
        if not isinstance(event, ScalarEvent):
            message = "has a list, mapping or alias for a name; put the name in quotes"
            self.faults.stop(self.path, message, self.last)
        name = str(event.value)
        path = (*self.path, name)
        if event.anchor is not None or _tag(event):
            self.faults.add(path, TAGGED if _tag(event) else ANCHORED, self.last)
        elif name == "<<" and not event.style:
            self.faults.add(path, MERGED, self.last)
        elif not name and not event.style:
            self.faults.add(path, "has no name before the ':'", self.last)
        elif _SURROGATE.search(name):
            self.faults.add(path, HALF_LETTER, self.last)
        if name in around.spot.inner:
            line = around.spot.inner[name].key[0]
            self.faults.add(path, f"is given twice; the first is on line {line}", self.last)
        return name

    def _node(self, event: NodeEvent, around: _Open | None) -> None:
        place = key_place = self.last
        if around and isinstance(around.value, list):
            around.part = len(around.value)
            around.value.append(None)
        elif around:
            key_place = around.part_place
        if event.anchor is not None:
            self.faults.add(self.path, ANCHORED, place)
        elif _tag(event):
            self.faults.add(self.path, TAGGED, place)
        value = self._value(event)
        spot = _Spot(key_place if value is None else place, key_place)
        if around is None or around.part is None:
            self.data, self.top = value, spot
        else:
            around.spot.inner[around.part] = spot
            around.value[around.part] = value  # type: ignore[index]
        if isinstance(value, (dict, list)):
            self._open.append(_Open(value, spot))
            if len(self._open) > DEEPEST:
                self.faults.stop(self.path, TOO_DEEP, place)
        else:
            self._done()

    def _value(self, event: NodeEvent) -> Any:
        if isinstance(event, MappingStartEvent):
            return {}
        if isinstance(event, SequenceStartEvent):
            return []
        if not isinstance(event, ScalarEvent):
            return None
        text = str(event.value)
        if _SURROGATE.search(text):
            self.faults.add(self.path, HALF_LETTER, self.last)
        if event.style:
            return text
        try:
            return plain_value(text)
        except ValueError as error:
            self.faults.add(self.path, f"{error}; quote it if it is a name", self.last)
            return 0


# --- JSON -----------------------------------------------------------------------------------------

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


def _read_json(text: str, file: str | None) -> tuple[Any, Callable[[FieldPath, bool], _Place]]:
    faults = _Faults(file)
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
        faults.stop(path, remedy or f"is not JSON: {error.msg}", _at(text, error.pos))
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


def _scan(text: str, faults: _Faults) -> FieldPath:
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
            faults.add(_path(frames), message, _at(text, match.start()))
        if message == TOO_DEEP:
            break
    return _path(frames)


def _path(frames: list[_Frame]) -> FieldPath:
    return tuple(frame.part for frame in frames if frame.part is not None)


def _text_problem(token: str, start: int, text: str, frames: list[_Frame]) -> str:
    content = json.loads(token)
    if frames and frames[-1].awaits_name:
        frames[-1].part = content
        first = frames[-1].names.setdefault(content, start)
        if first != start:
            return f"is given twice; the first is on line {_at(text, first)[0]}"
    return HALF_LETTER if _SURROGATE.search(content) else ""


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

    def __call__(self, path: FieldPath, key: bool) -> _Place:
        name_at = at = self._after_blank(0)
        for part in path:
            if at not in self._inside:
                self._inside[at] = self._parts(at)
            if part not in self._inside[at]:
                key = True
                break
            name_at, at = self._inside[at][part]
        return _at(self._text, name_at if key else at)

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
