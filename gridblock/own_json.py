"""JSON that gridblock has written itself: plans, certificates, studies."""

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from gridblock.instances.document import MOST_BYTES_OF_A_PLAN, MOST_VALUES_OF_A_PLAN
from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.files import bytes_of
from gridblock.instances.seal import digest, is_broken
from gridblock.instances.write import to_json, write_text

FOLDER: Final = Path("runs")
LONGEST_NUMBER: Final = 300
PLAN: Final = "plan.json"
HEAD: Final = 4096
"""The bytes in which a plan says of which instance it is."""
MARKS: Final = (b",", b"[", b"{")
TOO_BIG: Final = (
    f"is too big: plans of up to {MOST_BYTES_OF_A_PLAN // 10**6} MB and"
    f" {MOST_VALUES_OF_A_PLAN // 10**6} million values are read"
)


def read_json(file: Path) -> Any:
    """Read a JSON file as large as plans are, refusing what no plan holds.

    Raises:
        InstanceError: it cannot be read.
    """
    try:
        if not os.path.lexists(file):
            raise unreadable(file, f"no such file{_hint(file)}")
        raw = bytes_of(str(file), MOST_BYTES_OF_A_PLAN)
        if len(raw) > MOST_BYTES_OF_A_PLAN or sum(map(raw.count, MARKS)) > MOST_VALUES_OF_A_PLAN:
            raise unreadable(file, TOO_BIG)
        return json.loads(
            raw.decode("utf-8"),
            parse_int=_whole,
            parse_float=_finite,
            parse_constant=_finite,
        )
    except json.JSONDecodeError as error:
        place = (str(file), error.lineno, error.colno)
        raise InstanceError([Fault((), f"is not JSON: {error.msg}", *place)]) from None
    except (ValueError, RecursionError) as error:
        raise unreadable(file, f"is not what gridblock wrote: {error}") from None


def write_sealed(file: Path, data: Mapping[str, Any]) -> None:
    """Write plain data with a digest of all of it, which tells whether it is as it was written.

    Raises:
        OSError: it cannot be written.
    """
    write_text(file, to_json({**data, "digest": digest(data)}))


def read_sealed(file: Path) -> Any:
    """Read a JSON file that gridblock alone writes, and nobody changes.

    Raises:
        InstanceError: it cannot be read, or is not as it was written, if it says how that was.
    """
    data = read_json(file)
    if isinstance(data, dict) and is_broken(data):
        raise unreadable(file, "is damaged, or was changed since it was saved; solve again")
    return data


def is_plan(file: Path) -> bool:
    """Say whether a file is a plan, whatever it is called, by how it begins."""
    if file.name == PLAN:
        return file.is_file()
    if file.suffix != ".json" or not file.is_file():
        return False
    with file.open("rb") as opened:
        return b'"instance_hash"' in opened.read(HEAD)


def refuse_other(
    file: Path,
    here: Mapping[str, Any],
    what: str,
    same: Iterable[str] | None = None,
    called: Mapping[str, str] | None = None,
) -> None:
    """Refuse to go on in a folder where a file says that something else was asked for.

    Args:
        file: what says what was asked for.
        here: what is asked for now.
        what: what that is called: study, search.
        same: what has to be the same; default everything.
        called: what of it is told by other words.

    Raises:
        InstanceError: something differs, or the file does not say.
    """
    there = read_sealed(file)
    if not isinstance(there, dict):
        raise unreadable(file, f"is not what a {what} asks")
    other = next((name for name in same or here if there.get(name) != here[name]), None)
    if other is not None:
        differs = (called or {}).get(other, other)
        message = f"is of another {what}: its {differs} differs; choose another folder"
        raise unreadable(file, message)


def unreadable(file: Path, message: str) -> InstanceError:
    """Give the exception with which a file or folder is refused."""
    return InstanceError([Fault((), message, str(file))])


def of_another_instance(file: Path) -> InstanceError:
    """Give the exception for what was planned of an instance that is no longer beside it."""
    message = (
        "is of another instance than the one beside it, which was changed since; "
        "put that back, or solve again"
    )
    return unreadable(file, message)


def _hint(file: Path) -> str:
    """Say which folder beside holds the run that was saved last."""
    runs = _runs(file.parent if file.parent.is_dir() else FOLDER)
    last = max(runs, key=lambda run: (run / "plan.json").stat().st_mtime, default=None)
    return "" if last is None else f"; the last run is {last}"


def _runs(folder: Path) -> Iterator[Path]:
    for file in folder.glob("*/plan.json"):
        if not file.parent.name.endswith(".part"):
            yield file.parent


def _whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        message = "holds a number of too many digits"
        raise ValueError(message)
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        message = f"holds {text}, which is not a finite number"
        raise ValueError(message)
    return value
