"""Field paths: ``facilities.memphis.grid_mw`` and ``demands.chat.amount`` in plain data."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from gridblock.instances.faults import Fault, InstanceError, did_you_mean
from gridblock.instances.schema.base import Record

Key = str | int


def put(data: dict[str, Any], path: str, value: Any) -> None:
    """Set the field at a path, in place; the last step may be new, and fields left out before it.

    Raises:
        InstanceError: the path names no field.
    """
    holder: Any = data
    words = path.split(".")
    while words:
        key, used = step(holder, words, path)
        words = words[used:]
        if not words:
            holder[key] = value
            return
        if isinstance(holder, dict) and key not in holder:
            if key not in field_names():
                raise nowhere(str(key), path, list(holder))
            holder[key] = {}
        holder = holder[key]


def at(data: Any, keys: Sequence[Key]) -> Any:
    """Give what stands at keys of plain data, None where nothing does."""
    for key in keys:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return None
    return data


def written(data: Any, keys: Sequence[Key]) -> str:
    """Write the path that leads to keys of plain data, by the names of what stands in a list."""
    words = []
    for key in keys:
        data = at(data, (key,))
        named = isinstance(key, int) and isinstance(data, dict) and data.get("name")
        words.append(str(named or key))
    return ".".join(words)


def copied(data: Any) -> Any:
    """Copy plain data, as dicts and lists."""
    if isinstance(data, Mapping):
        return {key: copied(value) for key, value in data.items()}
    return [copied(item) for item in data] if isinstance(data, list | tuple) else data


def put_at(data: dict[str, Any], keys: Sequence[Key], value: Any) -> None:
    """Set the field at keys, in place, with fields left out before it."""
    holder: Any = data
    for key in keys[:-1]:
        holder = holder.setdefault(key, {}) if isinstance(holder, dict) else holder[key]
    holder[keys[-1]] = value


def step(holder: Any, words: list[str], path: str) -> tuple[Key, int]:
    """Find the key that the first words name: names may hold dots, so the longest wins.

    Raises:
        InstanceError: there is none, and none can be added.
    """
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
    raise nowhere(words[0], path, names)


def nowhere(word: str, path: str, names: list[str]) -> InstanceError:
    """Say that a path names no field, with the nearest name."""
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
