"""Documents: a YAML or JSON file as plain data, with the place of every value.

YAML is read by the core schema of YAML 1.2: `NO`, `12:30` and `1_000` are text, `1e5` is a number.
Names of fields are always text as written. What lets a small file stand for a large one, or one
name for two values (anchors, aliases, tags, merge keys, names given twice), is refused.
"""

from __future__ import annotations

import codecs
import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridblock.instances.faults import Fault, InstanceError, did_you_mean, quoted
from gridblock.instances.faults import Path as FieldPath
from gridblock.instances.from_json import read_json
from gridblock.instances.from_yaml import read_yaml
from gridblock.instances.scalars import Position, place_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# YAML is read at about 0.3 MB a second and JSON at about 50.
MOST_BYTES = {".yaml": 4_000_000, ".yml": 4_000_000, ".json": 64_000_000}

_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NOT_YAML_TEXT = re.compile(_NOT_TEXT.pattern[:-1] + "\x7f-\x9f\u2028\u2029\ufeff]")


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
    _find: Callable[[FieldPath, bool], Position] = field(repr=False)

    def place(self, path: FieldPath, key: bool = False) -> Position:
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
        _refuse(message, file, place_at(text, strange.start()))
    data, find = (read_json if suffix == ".json" else read_yaml)(text, file)
    if not isinstance(data, dict):
        _refuse(
            "must hold fields at the top, each `name: value` with a blank after the ':'",
            file,
            find((), False),
        )
    return Document(data, file, find)


def _refuse(message: str, file: str | None, place: Position | None = None) -> None:
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
        _refuse(message, file, place_at(before.replace("\r", "\n"), len(before)))
    raise AssertionError
