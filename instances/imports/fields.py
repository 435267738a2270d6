"""Fields of JSON data that others keep, with what is wrong of them placed in the file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from gridblock.instances import document as documents
from gridblock.instances.faults import Fault, InstanceError, described, did_you_mean, quoted

if TYPE_CHECKING:
    from gridblock.instances.faults import Path
    from gridblock.instances.imports.source import Source


@dataclass(frozen=True)
class Entry:
    """A group of fields, and where it stands."""

    written: documents.Document
    path: Path
    values: Any

    def refuse(self, field: str | int | None, message: str) -> NoReturn:
        """Refuse the file for a field, or for the whole group.

        Raises:
            InstanceError: always.
        """
        path = self.path if field is None else (*self.path, field)
        raise InstanceError([self.written.located(Fault(path, message))])

    def has(self, field: str) -> bool:
        """Say whether it has a field that is not empty."""
        return isinstance(self.values, Mapping) and self.values.get(field) is not None

    def _value(self, field: str) -> Any:
        if not isinstance(self.values, Mapping):
            self.refuse(None, f"must be a group of fields, not {described(self.values)}")
        if not self.has(field):
            self.refuse(None, f"has no {field}{did_you_mean(field, self.values)}")
        return self.values[field]

    def text(self, field: str) -> str:
        """Give a text, or a whole number as text.

        Raises:
            InstanceError: it is none.
        """
        value = self._value(field)
        if isinstance(value, bool) or not isinstance(value, str | int):
            self.refuse(field, f"must be text, not {described(value)}")
        return str(value).strip()

    def one_of(self, field: str, known: Collection[str]) -> str:
        """Give a text that must be one of those known.

        Raises:
            InstanceError: it is another.
        """
        value = self.text(field)
        if value not in known:
            self.refuse(field, f"names {quoted(value)}, which is not defined")
        return value

    def number(self, field: str, least: float, most: float) -> float:
        """Give a number within bounds.

        Raises:
            InstanceError: it is none.
        """
        return self._number(field, self._value(field), least, most)

    def pair(self, field: str) -> tuple[float, float]:
        """Give two numbers.

        Raises:
            InstanceError: they are not.
        """
        value = self._value(field)
        if not isinstance(value, list) or len(value) != 2:
            self.refuse(field, f"must be two numbers, not {described(value)}")
        first, second = (self._number(field, each, -1e9, 1e9) for each in value)
        return first, second

    def _number(self, field: str, value: Any, least: float, most: float) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            self.refuse(field, f"must be a number, not {described(value)}")
        if not least <= value <= most:
            self.refuse(field, f"must be from {least:g} to {most:g}, not {value:g}")
        return float(value)


def document(source: Source) -> Entry:
    """Give all that a JSON file says.

    Raises:
        InstanceError: it is no JSON that holds a group of fields.
    """
    written = documents.load(source.file)
    return Entry(written, (), written.data)


def entries(source: Source) -> dict[str, Entry]:
    """Give the groups that stand in a JSON file by name.

    Raises:
        InstanceError: there are none.
    """
    top = document(source)
    found = {name: Entry(top.written, (name,), values) for name, values in top.values.items()}
    if not found:
        source.refuse("holds nothing")
    return found


def listed(top: Entry, field: str) -> list[Entry]:
    """Give the groups of a list.

    Raises:
        InstanceError: there is no such list, or it is empty.
    """
    values = top.values.get(field)
    if not isinstance(values, list) or not values:
        top.refuse(field, "must be a list that is not empty")
    return [Entry(top.written, (field, i), each) for i, each in enumerate(values)]
