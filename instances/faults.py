"""Faults: what is wrong with an instance, where it stands, and what would put it right."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gridblock.instances.annotations import models_at

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError
    from pydantic_core import ErrorDetails

Path = tuple[str | int, ...]
Place = Callable[[Path, bool], tuple[int, int]]

LONGEST_SHOWN = 60
LONGEST_COMPARED = 60
MOST_COMPARED = 1000

# What a value of the wrong kind should have been, by pydantic's name of the error.
EXPECTED = {
    **dict.fromkeys(("bool_parsing", "bool_type"), "true or false"),
    **dict.fromkeys(("dict_type", "mapping_type"), "a mapping (name: value)"),
    **dict.fromkeys(("float_parsing", "float_type"), "a number"),
    **dict.fromkeys(("int_from_float", "int_parsing", "int_type"), "a whole number"),
    **dict.fromkeys(("list_type", "tuple_type"), "a list"),
    **dict.fromkeys(("model_attributes_type", "model_type"), "a group of fields (name: value)"),
    **dict.fromkeys(("union_tag_invalid", "union_tag_not_found"), "a number, a list or a mapping"),
    "none_required": "left out",
    "string_type": "text",
}

# The rule that a value of the right kind breaks; the names in braces are pydantic's.
RULES = {
    "finite_number": "must be a finite number",
    "greater_than": "must be above {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be below {lt}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "string_pattern_mismatch": "must have the form {pattern}",
    "string_too_long": "must have at most {max_length} characters",
    "string_too_short": "must have {min_length} or more characters",
    "too_long": "must have at most {max_length} entries",
    "too_short": "must have {min_length} or more entries",
}


@dataclass(frozen=True)
class Fault:
    """One fault of one place: `file:line:col: field path: what`.

    Attributes:
        path: Names and list positions (from 0) from the top of the document to the field.
        message: What is wrong and what to do, as a clause about the field.
        file: The file as the user typed it.
        line: Line in the file, from 1.
        column: Column in characters, from 1; in a table the number of the column.
        sheet: The sheet, if the file is a workbook.
    """

    path: Path
    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    sheet: str | None = None

    def __str__(self) -> str:
        """Write the fault on one line of printable characters, leaving out what is unknown."""
        place: tuple[object, ...] = (self.file, self.line, self.column)
        if self.sheet is not None:
            cell = f"{letters(self.column)}{self.line}" if self.line and self.column else ""
            place = (self.file, "!".join(filter(None, (self.sheet, cell))))
        where = ":".join(str(part) for part in place if part is not None)
        parts = (shown(where, 1000), shown(dotted(self.path), 300), shown(self.message, 2000))
        return ": ".join(part for part in parts if part)


class InstanceError(Exception):
    """An instance that cannot be read; `faults` has every reason at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        """Keep the faults in the order given."""
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        """Write one fault a line."""
        return "\n".join(str(fault) for fault in self.faults)


def letters(column: int) -> str:
    """Name a column of a sheet by its number, from 1: A, B, …, Z, AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def shown(text: str, longest: int = LONGEST_SHOWN) -> str:
    r"""Return text that is safe to show: shortened, what does not print as `\x1b` or `\u202e`."""
    if len(text) > longest:
        text = text[: longest - 3] + "..."
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def quoted(text: str) -> str:
    """Return text between single quotes, safe to show."""
    return f"'{shown(text)}'"


def dotted(path: Path) -> str:
    """Write a path like `facilities.memphis.limits.power_mw` or `demands[2].amount`.

    A name that would be ambiguous there (`a.b`, `a b`, an empty one) stands in quotes.
    """
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
            continue
        plain = part and not re.search(r"[\s.\[\]':]", part)
        written += ("." if written else "") + (shown(part) if plain else quoted(part))
    return written


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Return `"; did you mean 'racks'?"` with the nearest candidate, or nothing.

    Long words and candidates beyond the first thousand are left out, so that the time is bounded.
    """
    if len(word) > LONGEST_COMPARED:
        return ""
    folded: dict[str, str] = {}
    for _, candidate in zip(range(MOST_COMPARED), candidates, strict=False):
        if len(candidate) <= LONGEST_COMPARED:
            folded.setdefault(candidate.casefold(), candidate)
    near = difflib.get_close_matches(word.casefold(), folded, n=1)
    return f"; did you mean {quoted(folded[near[0]])}?" if near else ""


def described(value: object) -> str:
    """Say what a value of a document is: `the text 'abc'`, `the number 5`, `a list`."""
    if isinstance(value, str):
        return f"the text {_briefly(value)}"
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f"the number {_briefly(value)}" if number else _briefly(value)


def from_pydantic(
    error: ValidationError,
    data: object,
    model: type[BaseModel] | None = None,
    *,
    file: str | None = None,
    place: Place | None = None,
    most: int = 1000,
) -> list[Fault]:
    """Translate what pydantic found into faults, one for each place of the document.

    Args:
        error: What `model_validate(data)` raised.
        data: The document; parts of pydantic's locations that lead nowhere in it, such as the
            names of the branches of a union, are left out of the paths.
        model: The class that was validated: gives field names to `did you mean` and the noun
            (its `title`, else its name in words) to "is not a field of a block".
        file: The file as the user typed it.
        place: Line and column of a path, or of its key, such as `Document.place`.
        most: How many places are told at most.
    """
    found: dict[tuple[Path, bool], list[ErrorDetails]] = {}
    for detail in error.errors(include_url=False):
        if len(found) > most:
            break
        found.setdefault(trace(detail, data), []).append(detail)
    around = {path[:i] for path, _ in found for i in range(len(path))}
    faults = []
    for (path, is_key), details in found.items():
        if _is_noise(path, details, around):
            continue
        message = ("its name " if is_key else "") + _message(path, details, model)
        on_key = is_key or details[0]["type"] in {"missing", "extra_forbidden"}
        line, column = place(path, on_key) if place else (None, None)
        faults.append(Fault(path, message, file, line, column))
    return sorted(faults, key=lambda fault: (fault.line or 0, fault.column or 0))


def trace(detail: ErrorDetails, data: object) -> tuple[Path, bool]:
    """Return the path of an error of pydantic in a document, and whether its key is meant."""
    path: list[str | int] = []
    here = data
    loc = detail["loc"]
    missing = detail["input"] if detail["type"] == "missing" else None
    for i, part in enumerate(loc):
        if isinstance(here, Mapping) and str(part) in here and here is not missing:
            if _is_branch(here, str(part), loc[i + 1 : i + 2]):
                continue
            path.append(str(part))
            here = here[str(part)]
        elif isinstance(here, (list, tuple)) and isinstance(part, int) and part < len(here):
            path.append(part)
            here = here[part]
    if detail["type"] == "missing":
        path.append(loc[-1])
    return tuple(path), bool(loc) and loc[-1] == "[key]"


def _is_branch(here: Mapping[str, object], part: str, following: tuple[str | int, ...]) -> bool:
    """Tell whether a part names the branch of a union, which is called like a field of it."""
    inside = here[part]
    deeper = isinstance(inside, Mapping) and any(str(name) in inside for name in following)
    return not deeper and any(isinstance(name, str) and name in here for name in following)


def _is_noise(path: Path, details: list[ErrorDetails], around: Container[Path]) -> bool:
    """Tell whether a branch of a union, or a length, only fails since something inside does."""
    if any(detail["type"] not in {*EXPECTED, "too_short"} for detail in details):
        return False
    return path in around


def _message(path: Path, details: list[ErrorDetails], model: type[BaseModel] | None) -> str:
    """Say in a planner's words what is wrong at one place."""
    broken = [detail for detail in details if detail["type"] not in EXPECTED]
    if not broken:
        return _wrong_kind(details)
    kind, given = broken[0]["type"], broken[0]["input"]
    context = broken[0].get("ctx", {})
    if kind == "missing":
        return "is required"
    if kind == "extra_forbidden":
        return not_a_field(path, model)
    if kind in RULES:
        rule = RULES[kind].format_map({name: _number(value) for name, value in context.items()})
        return f"{rule}, not {context.get('actual_length', _briefly(given))}"
    if kind in {"literal_error", "enum"}:
        return _not_a_choice(str(context["expected"]), given)
    if kind in {"value_error", "assertion_error"}:
        return str(context["error"])
    return broken[0]["msg"][:1].lower() + broken[0]["msg"][1:]


def _wrong_kind(details: list[ErrorDetails]) -> str:
    given = details[0]["input"]
    wanted = list(dict.fromkeys(EXPECTED[detail["type"]] for detail in details))
    if isinstance(given, float) and "a whole number" in wanted:
        return f"must be a whole number, not {_briefly(given)}"
    is_word = "text" in wanted and isinstance(given, (bool, int, float))
    remedy = "; put quotes around it if it is a name" if is_word else ""
    return f"must be {' or '.join(wanted)}, not {described(given)}{remedy}"


def _not_a_choice(expected: str, given: object) -> str:
    choices = expected.replace(" or ", ", ")
    several = "one of " if "," in choices else ""
    near = did_you_mean(str(given), re.findall(r"'([^']*)'", expected))
    return f"must be {several}{choices}, not {_briefly(given)}{near}"


def not_a_field(path: Path, model: type[BaseModel] | None) -> str:
    """Say that a path ends in no field of the record that holds it, with the nearest name."""
    owners = models_at(model, path[:-1]) if model else []
    if not owners:
        return "is not a known field"
    fields = [str(field.alias or name) for o in owners for name, field in o.model_fields.items()]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", owners[0].__name__).lower()
    noun = owners[0].model_config.get("title") or words
    article = "an" if noun[:1] in "aeiou" else "a"
    return f"is not a field of {article} {noun}{did_you_mean(str(path[-1]), fields)}"


def _briefly(value: object) -> str:
    if isinstance(value, str):
        return quoted(value)
    if value is None or isinstance(value, bool):
        return {None: "empty (null)", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return shown(getattr(value, "text", None) or _number(value))
    if isinstance(value, Mapping):
        return "a mapping"
    return "a list" if isinstance(value, (list, tuple)) else f"a {type(value).__name__}"


def _number(value: object) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) <= 1e15:
        return str(int(value))
    return str(value)
