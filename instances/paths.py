"""Field paths: ``facilities.memphis.grid_mw`` and ``demands.chat.amount`` in plain data."""

from functools import cache
from typing import Any

from gridblock.instances.faults import Fault, InstanceError, did_you_mean
from gridblock.instances.schema.base import Record

Key = str | int


def put(data: dict[str, Any], path: str, value: Any) -> None:
    """Set the field at a path, in place; the last step may be new, and fields left out before it.

    Raises:
        InstanceError: the path leads nowhere.
    """
    holder: Any = data
    words = path.split(".")
    while words:
        key, used = _step(holder, words, path)
        words = words[used:]
        if not words:
            holder[key] = value
            return
        if isinstance(holder, dict) and key not in holder:
            if key not in field_names():
                raise _nowhere(str(key), path, list(holder))
            holder[key] = {}
        holder = holder[key]


def _step(holder: Any, words: list[str], path: str) -> tuple[Key, int]:
    """Find the key that the first words name: names may hold dots, so the longest wins."""
    for used in range(len(words), 0, -1):
        word = ".".join(words[:used])
        if isinstance(holder, dict) and word in holder:
            return word, used
        if isinstance(holder, list):
            for i, item in enumerate(holder):
                if word == str(i) or (isinstance(item, dict) and item.get("name") == word):
                    return i, used
    if isinstance(holder, dict):
        return words[0], 1
    names = (
        [item["name"] for item in holder if isinstance(item, dict) and "name" in item]
        if isinstance(holder, list)
        else []
    )
    raise _nowhere(words[0], path, names)


def _nowhere(word: str, path: str, names: list[str]) -> InstanceError:
    message = f"there is no {word!r} on the path {path!r}{did_you_mean(word, names)}"
    return InstanceError((Fault((path,), message),))


@cache
def field_names() -> frozenset[str]:
    """Give the names of all fields of records, which a file may leave out."""
    records = [Record]
    for record in records:
        records += record.__subclasses__()
    return frozenset(
        field.alias or name for record in records for name, field in record.model_fields.items()
    )
