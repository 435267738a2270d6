"""Formats: an instance written as YAML, JSON, a workbook, or a folder of CSV tables."""

from __future__ import annotations

import os
import secrets
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.read import read
from gridblock.instances.tables.flatten import flattened
from gridblock.instances.tables.folder import SUFFIX, csv_text
from gridblock.instances.tables.layout import INSTANCE
from gridblock.instances.tables.names import known
from gridblock.instances.write import named, to_json, to_yaml, write_bytes, write_text

if TYPE_CHECKING:
    from gridblock.instances.instance import Instance

ENDINGS: Final = {".yaml": "yaml", ".yml": "yaml", ".json": "json", ".xlsx": "xlsx"}
FOLDER: Final = "folder"


def kind_of(path: str | os.PathLike[str]) -> str:
    """Say how an instance is written at a path: yaml, json, xlsx, or folder of CSV tables.

    Raises:
        ValueError: the ending is one that nothing is written as.
    """
    name = os.fspath(path)
    suffix = Path(name).suffix.lower()
    if suffix in ENDINGS and not Path(name).is_dir():
        return ENDINGS[suffix]
    if not suffix or name.endswith(("/", os.sep)) or Path(name).is_dir():
        return FOLDER
    advice = "; CSV tables go into a folder: name one" if suffix == SUFFIX else ""
    message = (
        f"ends in {suffix!r}; instances are written to files that end in {', '.join(ENDINGS)},"
        f" or to a folder, of a name without ending{advice}"
    )
    raise ValueError(message)


def write(
    instance: Instance, path: str | os.PathLike[str], *, overwrite: bool = False, full: bool = False
) -> None:
    """Write an instance, whole or not at all, in the format that the path's ending says.

    Args:
        instance: what is written.
        path: a file that ends in .yaml, .yml, .json or .xlsx, or a folder for CSV tables.
        overwrite: whether a file, or the tables of a folder, may be replaced.
        full: whether tables have all columns that they can, not only those in use.

    Raises:
        FileExistsError: there is something at the path already, and it may not be replaced.
        ValueError: the ending is not known, or the format cannot hold the instance.
        InstanceError: what would be written cannot be read again.
        OSError: it cannot be written.
    """
    target = Path(path)
    kind = kind_of(path)
    refuse_taken(target, kind, overwrite)
    beside = target.absolute().parent / f".gridblock-{secrets.token_hex(8)}"
    if kind != FOLDER:
        beside = beside.with_name(f"{beside.name}{target.suffix}")
    try:
        with named(target):
            _write(instance, beside, kind, full)
            _compare(instance, beside, target)
            if kind == FOLDER:
                _put_in_place(beside, target)
            else:
                write_bytes(target, beside.read_bytes())
    finally:
        shutil.rmtree(beside, ignore_errors=True) if kind == FOLDER else beside.unlink(True)


def refuse_taken(target: Path, kind: str, overwrite: bool) -> None:
    """Refuse to write over what may not be replaced.

    Raises:
        FileExistsError: there is something there.
    """
    if not os.path.lexists(target):
        return
    if kind == FOLDER and target.is_dir():
        names = {entry.name.lower() for entry in target.iterdir()}
        if not names or (overwrite and f"{INSTANCE}{SUFFIX}" in names):
            return
        if overwrite:
            message = f"is a folder that holds no {INSTANCE}{SUFFIX}, and is left as it is"
            raise FileExistsError(0, message, str(target))
    elif overwrite and kind != FOLDER and target.is_file():
        return
    message = "exists already, and nothing is overwritten"
    raise FileExistsError(0, message, str(target))


def _write(instance: Instance, path: Path, kind: str, full: bool) -> None:
    data = instance.plain()
    if kind == "yaml":
        write_text(path, to_yaml(data))
    elif kind == "json":
        write_text(path, to_json(data))
    elif kind == "xlsx":
        from gridblock.instances.tables.workbook_write import workbook_bytes

        write_bytes(path, workbook_bytes(flattened(data, full), instance.currency))
    else:
        path.mkdir()
        for table in flattened(data, full):
            write_text(path / f"{table.name}{SUFFIX}", csv_text(table))


def _compare(instance: Instance, path: Path, target: Path) -> None:
    """Read what has been written; nothing may be lost.

    Raises:
        ValueError: something would be.
        InstanceError: it cannot be read; faults name the target, without lines that never were.
    """
    try:
        again = read(path)
    except InstanceError as error:
        faults = [Fault(fault.path, fault.message, str(target)) for fault in error.faults]
        raise InstanceError(faults) from None
    if again.hash != instance.hash:
        message = "reads back as another instance; it has not been written"
        raise ValueError(message)


def _put_in_place(made: Path, target: Path) -> None:
    """Make a folder of tables the one at a path; tables that it has no more are removed."""
    if not target.exists():
        made.rename(target)
        return
    written = {file.name for file in made.iterdir()}
    for file in sorted(made.iterdir()):
        write_bytes(target / file.name, file.read_bytes())
    for file in target.iterdir():
        table = file.name.lower().removesuffix(SUFFIX)
        if file.suffix.lower() == SUFFIX and table in known() and file.name not in written:
            file.unlink()
