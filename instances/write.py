"""Writing documents: clean YAML and JSON that read back as the same data, in whole files."""

from __future__ import annotations

import json
import math
import os
import re
import secrets
import stat
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridblock.instances.scalars import DEEPEST, plain_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WIDEST = 100
# A name that is longer than YAML lets stand before its ':' is written as `? name`.
LONGEST_NAME = 800

# Text that is plain anywhere, inside brackets too; what may mean a number is looked at apart.
_PLAIN = re.compile(r"[\w/][\w/.+()%=<>@;-]*(?: [\w/.+()%=<>@;-]+)*")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def to_yaml(data: Mapping[str, Any]) -> str:
    """Write fields as YAML for people: in blocks, with small groups on one line.

    Whole numbers stand without a point, others with the fewest digits that read back the same.
    Text stands in double quotes where it would otherwise read as something else.

    Raises:
        ValueError: If a number is not finite or the nesting is too deep to be read back.
        TypeError: If a value is none that a document can hold.
    """
    return "\n".join(_block(dict(data), "", 1)) + "\n" if data else "{}\n"


def to_json(data: Mapping[str, Any]) -> str:
    """Write fields as JSON, two levels by line and what is inside on one line each.

    Raises:
        ValueError: If a number is not finite.
        TypeError: If a value is none that a document can hold.
    """
    fields = []
    for name, value in data.items():
        start = json_line(name) + ": "
        if isinstance(value, dict) and value:
            entries = [f"  {json_line(key)}: {json_line(entry)}" for key, entry in value.items()]
            fields.append(start + "{\n" + ",\n".join(entries) + "\n }")
        elif isinstance(value, (list, tuple)) and value:
            fields.append(start + "[\n" + ",\n".join(f"  {json_line(x)}" for x in value) + "\n ]")
        else:
            fields.append(start + json_line(value))
    return "{\n " + ",\n ".join(fields) + "\n}\n" if fields else "{}\n"


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Write a file whole or not at all: beside it first, then renamed over it.

    A file that is there keeps its permissions; a link stays, and what it leads to is written.

    Raises:
        OSError: If it cannot be written; the message names the file, which is as it was.
        ValueError: If the text holds half of a surrogate pair.
    """
    write_bytes(path, text.encode())


def write_bytes(path: str | os.PathLike[str], raw: bytes) -> None:
    """Write a file whole or not at all: beside it first, then renamed over it.

    A file that is there keeps its permissions; a link stays, and what it leads to is written.

    Raises:
        OSError: If it cannot be written; the message names the file, which is as it was.
    """
    target = Path(os.path.realpath(path))
    beside = target.parent / f".gridblock-{secrets.token_hex(8)}.tmp"
    try:
        with beside.open("xb") as opened:
            opened.write(raw)
            opened.flush()
            if target.exists():
                beside.chmod(stat.S_IMODE(target.stat().st_mode))
            os.fsync(opened.fileno())
        beside.replace(target)
    except OSError as error:
        reason = f"cannot be written and is as it was ({error.strerror or error})"
        raise OSError(error.errno, reason, os.fspath(path)) from error
    finally:
        with suppress(OSError):
            beside.unlink()
    _sync_folder(target.parent)


@contextmanager
def named(path: str | os.PathLike[str]) -> Iterator[None]:
    """Let errors of what is written beside a file or folder, and then renamed, name that one.

    Raises:
        OSError: with the path that was asked for.
    """
    try:
        yield
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), os.fspath(path)) from error


def _sync_folder(folder: Path) -> None:
    """Make a rename last through a power cut, where the system can."""
    with suppress(OSError):
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def json_line(value: Any) -> str:
    """Write a value as JSON on one line, what does not print as escapes."""
    written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return written if written.isprintable() else _escaped(written)


def _escaped(text: str) -> str:
    """Write as escapes of JSON what does not print, such as marks that turn text around."""
    return "".join(letter if letter.isprintable() else json.dumps(letter)[1:-1] for letter in text)


def _block(value: dict[str, Any] | list[Any], indent: str, depth: int) -> Iterator[str]:
    """Yield the lines of a mapping or list that is not empty, in block style."""
    if depth > DEEPEST:
        message = f"cannot be written: nested more than {DEEPEST} levels deep"
        raise ValueError(message)
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from _entry(_name(name), inside, indent, depth)
    else:
        for inside in value:
            yield from _item(inside, indent, depth)


def _entry(name: str, value: Any, indent: str, depth: int) -> Iterator[str]:
    if name.startswith("? "):
        yield indent + name
        start = indent + ":"
    else:
        start = f"{indent}{name}:"
    line = on_one_line(value, WIDEST - len(start) - 1, nested=False)
    if line is not None:
        yield f"{start} {line}"
    else:
        yield start
        yield from _block(value, indent + "  ", depth + 1)


def _item(value: Any, indent: str, depth: int) -> Iterator[str]:
    line = on_one_line(value, WIDEST - len(indent) - 2, nested=True)
    if line is not None:
        yield f"{indent}- {line}"
        return
    lines = _block(value, indent + "  ", depth + 1)
    yield f"{indent}- {next(lines)[len(indent) + 2 :]}"
    yield from lines


def on_one_line(value: Any, room: int, nested: bool) -> str | None:
    """Write a scalar, an empty group, or a small group in brackets; None if it is no such thing.

    Args:
        value: What to write.
        room: The columns that are left for a group.
        nested: Whether groups of scalars may stand in the group.
    """
    if not isinstance(value, (dict, list, tuple)):
        return scalar(value)
    if not value:
        return "{}" if isinstance(value, dict) else "[]"
    if len(value) > room:
        return None
    parts = []
    for inside in value.values() if isinstance(value, dict) else value:
        if isinstance(inside, (dict, list, tuple)) and inside and not nested:
            return None
        part = on_one_line(inside, room, nested=False)
        if part is None:
            return None
        parts.append(part)
    if isinstance(value, dict):
        names = [_name(name) for name in value]
        if any(name.startswith("? ") for name in names):
            return None
        line = "{" + ", ".join(f"{n}: {p}" for n, p in zip(names, parts, strict=True)) + "}"
    else:
        line = "[" + ", ".join(parts) + "]"
    return line if len(line) <= room else None


def _name(name: str) -> str:
    """Write the name of a field; names are always text, so `007` and `no` need no quotes."""
    if not isinstance(name, str):
        message = f"the name of a field must be text, not {name!r}"
        raise TypeError(message)
    written = name if _PLAIN.fullmatch(name) else in_quotes(name)
    return written if len(written) <= LONGEST_NAME else f"? {written}"


def scalar(value: Any) -> str:
    """Write a value that is no group, numbers with the fewest digits that read back the same."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            message = f"cannot be written: {value} is not a finite number"
            raise ValueError(message)
        whole = value.is_integer() and abs(value) < 1e16
        return str(int(value)) if whole else float.__repr__(value)
    if isinstance(value, str):
        return value if _reads_as_itself(value) else in_quotes(value)
    message = f"cannot be written: {type(value).__name__} is no kind of value of a document"
    raise TypeError(message)


def _reads_as_itself(text: str) -> bool:
    if not _PLAIN.fullmatch(text):
        return False
    try:
        return isinstance(plain_value(text), str)
    except ValueError:
        return False


def in_quotes(text: str) -> str:
    """Write text in double quotes, what does not print as escapes."""
    return '"' + "".join(_ESCAPES.get(letter) or _letter(letter) for letter in text) + '"'


def _letter(letter: str) -> str:
    if letter.isprintable():
        return letter
    code = ord(letter)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
