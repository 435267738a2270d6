"""YAML as plain data, by the core schema of YAML 1.2, with the place of every value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

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

from gridblock.instances.scalars import (
    DEEPEST,
    HALF_LETTER,
    SURROGATE,
    TOO_DEEP,
    FaultList,
    Position,
    plain_value,
)

if TYPE_CHECKING:
    from gridblock.instances.faults import Path, Place

ANCHORED = "anchors (&) and aliases (*) are not read; write the value out, or quote the text"
TAGGED = "tags (!) are not read; leave the tag out, or quote the text"
MOST = 25_000
"""How many names and values are read: as many as in a second, or two where others are at work."""
MERGED = "merge keys (<<) are not read; write the fields out"


EMPTY: Final = "is empty; start with `gridblock: 1`"
"""What is said of an instance without a word."""


def read_yaml(text: str, file: str | None, empty: str = EMPTY) -> tuple[Any, Place]:
    """Read a text of YAML.

    Args:
        text: What the file holds.
        file: The file's name in messages.
        empty: What is said if it is empty.

    Returns:
        The data, and what gives the place of a path.

    Raises:
        InstanceError: With every fault of syntax that can be told at once.
    """
    faults = FaultList(file)
    tree = _Tree(faults)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            tree.take(event)
    except MarkedYAMLError as error:
        faults.stop(tree.path, *_yaml_problem(error))
    except (YAMLError, ValueError, IndexError, AttributeError, OverflowError) as error:
        faults.stop(tree.path, _remedy(str(error)), tree.last)
    if not tree.documents:
        faults.stop((), empty, (1, 1))
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


def _yaml_problem(error: MarkedYAMLError) -> tuple[str, Position]:
    said = f"{error.context or ''} {error.problem or ''}"
    mark = error.problem_mark or error.context_mark
    if "quoted scalar" in said and "unknown escape" not in said:
        mark = error.context_mark or mark
    return _remedy(said), _mark(mark) if mark else (1, 1)


def _remedy(said: str) -> str:
    remedy = next((remedy for part, remedy in _REMEDIES if part in said), "")
    return remedy or f"is not YAML: {' '.join(said.split())}"


def _mark(mark: StreamMark) -> Position:
    return mark.line + 1, mark.column + 1


def _tag(event: NodeEvent) -> bool:
    return getattr(event, "tag", None) is not None


@dataclass(slots=True)
class _Spot:
    """Where a value and its name stand, and what is inside."""

    value: Position
    key: Position
    inner: dict[str | int, _Spot] = field(default_factory=dict)

    def find(self, path: Path, key: bool) -> Position:
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
    part_place: Position = (1, 1)


class _Tree:
    """Builds the data from the parser's events, without recursion."""

    def __init__(self, faults: FaultList) -> None:
        self.faults = faults
        self.documents = self.count = 0
        self.data: Any = None
        self.top = _Spot((1, 1), (1, 1))
        self.last = (1, 1)
        self._open: list[_Open] = []

    @property
    def path(self) -> Path:
        return tuple(opened.part for opened in self._open if opened.part is not None)

    def take(self, event: Event) -> None:
        self.last = _mark(event.start_mark)
        if isinstance(event, DocumentStartEvent):
            self._start(event)
        elif isinstance(event, CollectionEndEvent):
            self._open.pop()
            self._done()
        elif isinstance(event, NodeEvent):
            self.count += 1
            if self.count > MOST:
                message = f"is too big: more than {MOST:,} names and values; write it as JSON"
                self.faults.stop((), message, self.last)
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
        """Give the name of a value in a mapping, and note what is wrong with it."""
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
        elif SURROGATE.search(name):
            self.faults.add(path, HALF_LETTER, self.last)
        if name in around.spot.inner:
            line = around.spot.inner[name].key[0]
            self.faults.add(path, f"is given twice; the first is on line {line}", self.last)
        return name

    def _node(self, event: NodeEvent, around: _Open | None) -> None:
        """Put a node where it belongs in the data, with its place in the file."""
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
        if SURROGATE.search(text):
            self.faults.add(self.path, HALF_LETTER, self.last)
        if event.style:
            return text
        try:
            return plain_value(text)
        except ValueError as error:
            self.faults.add(self.path, f"{error}; quote it if it is a name", self.last)
            return 0
