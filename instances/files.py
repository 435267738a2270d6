"""Files that are read: regular ones, of a size that can be read, as text."""

from __future__ import annotations

import codecs
import re
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from gridblock.instances.faults import Fault, InstanceError, did_you_mean, quoted
from gridblock.instances.scalars import Position, place_at

if TYPE_CHECKING:
    from collections.abc import Iterator

NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
NOT_YAML_TEXT = re.compile(NOT_TEXT.pattern[:-1] + "\x7f-\x9f\u2028\u2029\ufeff]")


def refuse(message: str, file: str | None, place: Position | None = None) -> None:
    """Refuse a file if there is a message that says why.

    Raises:
        InstanceError: there is one.
    """
    if message:
        line, column = place or (None, None)
        raise InstanceError([Fault((), message, file, line, column)])


def bytes_of(file: str, most: int) -> bytes:
    """Read a regular file, refusing what is none before it is opened.

    Args:
        file: the file.
        most: how many bytes are read; one more, if there are more.

    Raises:
        InstanceError: it cannot be read.
    """
    refuse(not_local(file), file)
    path = Path(file)
    try:
        refuse(not_a_file(path.stat().st_mode), file)
        with path.open("rb") as opened:
            return opened.read(most + 1)
    except FileNotFoundError:
        refuse("no such file" + did_you_mean(path.name, _names_beside(path)), file)
    except OSError as error:
        refuse(f"cannot be read: {(error.strerror or str(error)).lower()}", file)
    except ValueError:
        refuse("cannot be the name of a file", file)
    raise AssertionError


def not_local(file: str) -> str:
    """Say why a name is that of no file on this machine; nothing if it may be."""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]+:/", file):
        return "is a web address; only files on this machine are read, so download it first"
    return "" if file else "the name of a file is missing"


def not_a_file(mode: int) -> str:
    """Say what something is that is no regular file; nothing if it is one."""
    if stat.S_ISREG(mode):
        return ""
    kinds = {stat.S_IFDIR: "folder", stat.S_IFIFO: "pipe", stat.S_IFSOCK: "socket"}
    return f"is a {kinds.get(stat.S_IFMT(mode), 'device')}, not a file"


def _names_beside(path: Path) -> Iterator[str]:
    try:
        yield from (entry.name for entry in path.parent.iterdir())
    except OSError:
        return


def text_of(raw: bytes, file: str | None) -> str:
    """Decode text and make its line ends the same everywhere.

    Raises:
        InstanceError: it is not text.
    """
    return _decoded(raw, file).removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def refuse_strange(text: str, file: str | None, strange: re.Pattern[str] = NOT_TEXT) -> None:
    """Refuse a text that holds what none should.

    Raises:
        InstanceError: it does.
    """
    found = strange.search(text)
    if found:
        message = f"holds {quoted(found[0])}, which no text file should; save it as UTF-8 text"
        refuse(message, file, place_at(text, found.start()))


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
        refuse(message, file, place_at(before.replace("\r", "\n"), len(before)))
    raise AssertionError
