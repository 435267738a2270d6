"""What a reader is given: the text of a file, and its words with where they stand."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, NoReturn

from gridblock.instances import files
from gridblock.instances.faults import Fault, InstanceError, described, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_BYTES: Final = 64_000_000
MOST_WHOLE: Final = 10**9
NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
WORD: Final = re.compile(r"\S+")
HOUR: Final = [{"name": "1", "hours": 1}]
"""The one period of problems without time: prices by the hour are then prices of the whole."""


@dataclass(frozen=True)
class Source:
    """A file to read, and what of it is asked for.

    Attributes:
        file: the file as the user typed it.
        problem: which problem of the file, as asked for, or None.
        sense: ``min`` or ``max``, as asked for, or None.
    """

    file: str
    problem: str | None = None
    sense: str | None = None

    @cached_property
    def text(self) -> str:
        """The text of the file.

        Raises:
            InstanceError: it cannot be read.
        """
        raw = files.bytes_of(self.file, MOST_BYTES)
        if len(raw) > MOST_BYTES:
            self.refuse(f"is larger than {MOST_BYTES // 1_000_000} MB")
        text = files.text_of(raw, self.file)
        files.refuse_strange(text, self.file)
        return text

    @property
    def name(self) -> str:
        """The name of the file without its ending."""
        return Path(self.file).stem

    @property
    def file_name(self) -> str:
        """The name of the file, to say where figures come from."""
        return Path(self.file).name

    def refuse(self, message: str, line: int | None = None, column: int | None = None) -> NoReturn:
        """Refuse the file, with what is wrong and where.

        Raises:
            InstanceError: always.
        """
        raise InstanceError([Fault((), message, self.file, line, column)])

    def words(self, pattern: re.Pattern[str] = WORD, remark: str = "") -> Words:
        """Give the words of the text, one after the other.

        Args:
            pattern: what a word is; default all between blanks.
            remark: what a remark begins with, up to the end of its line; default there are none.
        """
        lines = enumerate(self.text.split("\n"), 1)
        return Words(
            self,
            (
                Word(found[0], number, found.start() + 1)
                for number, line in lines
                for found in pattern.finditer(line.partition(remark)[0] if remark else line)
            ),
        )


class Reading(NamedTuple):
    """What a file says, in the fields of an instance: published = offset + scale x ours.

    Attributes:
        data: the fields.
        offset: what to add to the objective to get the published figure.
        scale: what to multiply the objective with before; -1 where a profit was published.
    """

    data: dict[str, Any]
    offset: float = 0.0
    scale: float = 1.0


@dataclass(frozen=True)
class Word:
    """A word of a file, with its line and column from 1."""

    text: str
    line: int
    column: int


class Words:
    """The words of a file, taken one after the other; what is not as it should be is refused."""

    def __init__(self, source: Source, words: Iterable[Word]) -> None:
        """Begin at the first word."""
        self._source = source
        self._words = list(words)
        self._next = 0

    @property
    def left(self) -> int:
        """How many words are left."""
        return len(self._words) - self._next

    @property
    def line(self) -> int:
        """The line of the next word, or of the last one at the end."""
        at = min(self._next, len(self._words) - 1)
        return self._words[at].line if self._words else 1

    def peek(self) -> str:
        """Give the next word without taking it; nothing at the end."""
        return self._words[self._next].text if self.left else ""

    def on_line(self) -> int:
        """Say how many of the words that are left stand on the line of the next one."""
        rest = self._words[self._next :]
        return sum(word.line == rest[0].line for word in rest[:1000]) if rest else 0

    def take(self, what: str) -> Word:
        """Take the next word.

        Raises:
            InstanceError: there is none.
        """
        if not self.left:
            self._source.refuse(f"ends where {what} should stand", self.line)
        self._next += 1
        return self._words[self._next - 1]

    def number(self, what: str, least: float | None = 0.0) -> float:
        """Take a number, refusing one below ``least``.

        Raises:
            InstanceError: there is no such number.
        """
        word = self.take(what)
        if not NUMBER.fullmatch(word.text):
            self.refuse(word, f"{what} must be a number, not {described(word.text)}")
        value = float(word.text)
        if least is not None and value < least:
            self.refuse(word, f"{what} must be at least {least:g}, not {quoted(word.text)}")
        return value

    def above_zero(self, what: str) -> float:
        """Take a number above 0.

        Raises:
            InstanceError: there is no such number.
        """
        word = self._words[self._next] if self.left else None
        value = self.number(what)
        if not value and word is not None:
            self.refuse(word, f"{what} must be above 0")
        return value

    def whole(self, what: str, least: int = 1) -> int:
        """Take a whole number.

        Raises:
            InstanceError: there is none, or it is below ``least``.
        """
        word = self.take(what)
        value = float(word.text) if NUMBER.fullmatch(word.text) else 0.5
        if not (value.is_integer() and least <= value <= MOST_WHOLE):
            self.refuse(word, f"{what} must be a whole number from {least} on, not {word.text!r}")
        return int(value)

    def numbers(self, count: int, what: str, least: float | None = 0.0) -> list[float]:
        """Take so many numbers; in ``what``, ``{}`` stands for the position of each, from 1.

        Raises:
            InstanceError: there are not as many.
        """
        return [self.number(what.format(i), least) for i in range(1, count + 1)]

    def expect(self, text: str, what: str) -> None:
        """Take a word that must be a certain one.

        Raises:
            InstanceError: it is another.
        """
        word = self.take(what)
        if word.text != text:
            self.refuse(word, f"{what} should stand here, not {quoted(word.text)}")

    def end(self, what: str) -> None:
        """Refuse what stands after the end.

        Raises:
            InstanceError: something does.
        """
        if self.left:
            word = self.take(what)
            self.refuse(word, f"{quoted(word.text)} stands after the end of {what}")

    def refuse(self, word: Word, message: str) -> NoReturn:
        """Refuse the file for a word of it.

        Raises:
            InstanceError: always.
        """
        self._source.refuse(message, word.line, word.column)


def chosen(source: Source, words: Words, count: int) -> int:
    """Say which of the problems of a file is asked for, from 0.

    Raises:
        InstanceError: none, or one that the file does not hold.
    """
    if source.problem is None and count == 1:
        return 0
    if source.problem is None:
        source.refuse(f"holds {count} problems; choose one with --problem 1 to {count}")
    text = source.problem
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= count):
        source.refuse(f"holds {count} problems, and {quoted(text)} is not from 1 to {count}")
    return int(text) - 1


def base(name: str, source: str) -> dict[str, Any]:
    """Give what every instance begins with: one period of one hour, so that rates are amounts."""
    return {"gridblock": 1, "name": name, "source": source, "periods": HOUR}


def based(source: Source, what: str) -> dict[str, Any]:
    """Give what an instance that is not yet whole begins with, to which others are added."""
    return {"gridblock": 1, "name": source.name, "source": f"{source.file_name}: {what}"}
