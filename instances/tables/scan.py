"""Scanning the XML of a workbook for what a reader of values does not show."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final
from xml.parsers import expat

FORMULA: Final = "holds a formula, and only values are read; copy it and paste its value"
ERROR: Final = "holds an error of Excel"
REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Cell = tuple[int, int]


class NotXmlError(ValueError):
    """A part that is no XML, or one that defines entities of its own."""


@dataclass
class Scan:
    """What a sheet holds besides values, cells by row and column from 1."""

    last: Cell = (0, 0)
    spoiled: dict[Cell, str] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)


def parse(part: bytes, handlers: dict[str, Any]) -> None:
    """Go through a part of XML.

    Raises:
        NotXmlError: it is none, or defines entities.
    """

    def entities(*_: object) -> None:
        raise expat.ExpatError

    parser = expat.ParserCreate("UTF-8")
    parser.StartDoctypeDeclHandler = entities
    parser.buffer_text = True
    for name, handler in handlers.items():
        setattr(parser, name, handler)
    try:
        parser.Parse(part, True)
    except (expat.ExpatError, LookupError, ValueError) as error:
        raise NotXmlError from error


def local(name: str) -> str:
    """Give the name of an element without its namespace."""
    return name.rpartition(":")[2]


def attribute(attributes: dict[str, str], name: str) -> str:
    """Give an attribute of an element, or nothing."""
    return next((value for key, value in attributes.items() if local(key) == name), "")


def scanned(part: bytes) -> Scan:
    """Scan a sheet.

    Raises:
        NotXmlError: it is no XML.
    """
    scanner = _Scanner()
    handlers = {
        "StartElementHandler": scanner.start,
        "EndElementHandler": scanner.end,
        "CharacterDataHandler": scanner.text,
    }
    parse(part, handlers)
    return scanner.scan


class _Scanner:
    """Takes the elements of a sheet one after the other."""

    def __init__(self) -> None:
        self.scan = Scan()
        self.row = self.column = 0
        self.is_error = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        kind = local(name)
        if kind == "row":
            number = attribute(attributes, "r")
            self.row = int(number) if number.isdecimal() and len(number) < 8 else self.row + 1
            self.column = 0
        elif kind == "c":
            said = REFERENCE.fullmatch(attribute(attributes, "r"))
            self.column = column_number(said[1]) if said else self.column + 1
            self.row = int(said[2]) if said else self.row
            self.is_error = attribute(attributes, "t") == "e"
        elif kind in {"v", "is", "f"}:
            last = self.scan.last
            self.scan.last = (max(last[0], self.row), max(last[1], self.column))
            if kind == "f":
                self.scan.spoiled[self.row, self.column] = FORMULA
            elif self.is_error:
                self.scan.spoiled.setdefault((self.row, self.column), ERROR)
        elif kind == "mergeCell":
            self.scan.merged.append(attribute(attributes, "ref"))

    def end(self, name: str) -> None:
        if local(name) == "c":
            self.is_error = False

    def text(self, text: str) -> None:
        at = (self.row, self.column)
        if self.is_error and self.scan.spoiled.get(at) == ERROR:
            self.scan.spoiled[at] = f"holds the error {text[:20]}"


def column_number(name: str) -> int:
    """Give the number of a column from 1 by its letters."""
    number = 0
    for letter in name:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
