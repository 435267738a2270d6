"""Futures: plain data with the changes of a scenario.

All changes of a scenario are of the instance as it was before it, so their order says nothing; no
two of them may touch the same field. Several scenarios come one after the other.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any, Final

from gridblock.instances import paths
from gridblock.instances.faults import Fault, InstanceError, dotted
from gridblock.instances.paths import Key

Keys = tuple[Key, ...]

ANY: Final = "*"
FIXED: Final = ("gridblock", "name", "scenarios")
"""What no scenario can change."""
FACTOR: Final = re.compile(r"([*+-])\s*([0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?|\.[0-9]+)")
"""How a change of a number is written: its sign, and by how much."""


def changed(
    data: Mapping[str, Any], defaults: Callable[[], Mapping[str, Any]], changes: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, list[Keys]]]:
    """Give plain data with the changes of a scenario.

    Args:
        data: an instance as plain data, without scenarios; it stays as it is.
        defaults: gives the same with the fields that are left out, for factors.
        changes: the new values, or factors, by field path.

    Returns:
        The data, and the fields that each path leads to.

    Raises:
        InstanceError: with a fault for each path that names no field or cannot be set; the path of
            a fault is the one key of ``changes``.
    """
    after: dict[str, Any] = deepcopy(dict(data))
    touched: dict[str, list[Keys]] = {}
    faults: list[Fault] = []
    for path, value in changes.items():
        try:
            values = _values(data, defaults, path, value)
        except InstanceError as error:
            faults += [Fault((path,), fault.message) for fault in error.faults]
            continue
        touched[path] = [*values]
        for keys, new in values.items():
            paths.put_at(after, keys, new)
    faults += _twice(touched)
    if faults:
        raise InstanceError(faults)
    return after, touched


def _values(
    data: Mapping[str, Any], defaults: Callable[[], Mapping[str, Any]], path: str, value: Any
) -> dict[Keys, Any]:
    """Give the new value of each field that a path leads to."""
    words = path.split(".")
    found = [] if words[0] in FIXED else list(matches(data, words, path))
    fixed = next((key for key in (words[0], *(keys[0] for keys in found)) if key in FIXED), None)
    if fixed is not None:
        raise _refused(path, f"changes {fixed!r}, which no scenario can change")
    if not found:
        raise _refused(path, "matches nothing")
    factor = FACTOR.fullmatch(value.strip()) if isinstance(value, str) else None
    if factor is None:
        return {keys: deepcopy(value) for keys in found}
    sign, number = factor.groups()
    before = {keys: _given(data, defaults, keys) for keys in found}
    if ANY in path:
        before = {keys: each for keys, each in before.items() if each is not None}
    if not before:
        raise _refused(path, f"matches no number that {value!r} could change")
    return {keys: _by(each, sign, Decimal(number), path, keys) for keys, each in before.items()}


def matches(holder: Any, words: list[str], path: str) -> Iterator[Keys]:
    """Find the fields that a path names; behind ``*``, what has no such field is passed over.

    Raises:
        InstanceError: it names no field at all.
    """
    if not words:
        yield ()
        return
    inside = _named(holder, words[0]) if ANY in words[0] else None
    if inside is None:
        key, used = paths.step(holder, words, path)
        rest = words[used:]
        if isinstance(holder, Mapping) and key not in holder:
            if not rest:
                yield (key,)
                return
            if key not in paths.field_names():
                raise paths.nowhere(str(key), path, list(holder))
            holder = {key: {}}
        for keys in matches(holder[key], rest, path):
            yield (key, *keys)
        return
    errors: list[InstanceError] = []
    some = False
    for key in inside:
        try:
            for keys in matches(holder[key], words[1:], path):
                some = True
                yield (key, *keys)
        except InstanceError as error:
            errors.append(error)
    if errors and not some:
        raise errors[0]


def numbers_at(
    data: Mapping[str, Any], defaults: Callable[[], Mapping[str, Any]], path: str
) -> dict[Keys, list[float]]:
    """Give the numbers that stand at the places that a path leads to, or would by default.

    Raises:
        InstanceError: it names no field.
    """
    found = matches(data, path.split("."), path)
    return {keys: [*_numbers(_given(data, defaults, keys))] for keys in found}


def _numbers(value: Any) -> Iterator[float]:
    if isinstance(value, Mapping | list):
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _numbers(each)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield value


def _named(holder: Any, pattern: str) -> list[Key] | None:
    """Give what a word with ``*`` stands for; None if it is the name of something itself."""
    plain = re.sub(r"[\[\]?]", lambda found: f"[{found[0]}]", pattern)
    if isinstance(holder, Mapping):
        return None if pattern in holder else [name for name in holder if fnmatchcase(name, plain)]
    if not isinstance(holder, list):
        return []
    names = [item.get("name") if isinstance(item, Mapping) else None for item in holder]
    if pattern in names:
        return None
    return [
        i
        for i, name in enumerate(names)
        if pattern == ANY or (name is not None and fnmatchcase(name, plain))
    ]


def _given(data: Any, defaults: Callable[[], Any], keys: Keys) -> Any:
    """Give what stands at a place, or would if it were not left out."""
    try:
        return _at(data, keys)
    except (KeyError, IndexError, TypeError):
        try:
            return _at(defaults(), keys)
        except (KeyError, IndexError, TypeError):
            return None


def _at(holder: Any, keys: Keys) -> Any:
    for key in keys:
        holder = holder[key]
    return holder


def _by(value: Any, sign: str, number: Decimal, path: str, keys: Keys) -> Any:
    """Change a number, or every number of a series, in decimals."""
    if isinstance(value, Mapping):
        return {key: _by(each, sign, number, path, keys) for key, each in value.items()}
    if isinstance(value, list):
        return [_by(each, sign, number, path, keys) for each in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        what = "is not given" if value is None else "is no number"
        raise _refused(path, f"cannot change {dotted(keys)}, which {what}")
    exact = Decimal(repr(float(value)))
    new = float({"*": exact * number, "+": exact + number, "-": exact - number}[sign])
    return int(new) if new.is_integer() else new


def _twice(touched: Mapping[str, list[Keys]]) -> Iterator[Fault]:
    """Refuse two paths that lead to the same field, or one to something inside the other's."""
    first: dict[Keys, str] = {}
    said: set[str] = set()
    leads = [(keys, path) for path, found in touched.items() for keys in found]
    for keys, path in sorted(leads, key=lambda lead: len(lead[0])):
        around = (keys[:i] for i in range(1, len(keys) + 1) if keys[:i] in first)
        other = next(map(first.__getitem__, around), path)
        first.setdefault(keys, path)
        if other != path and path not in said:
            said.add(path)
            yield Fault((path,), f"changes {dotted(keys)}, which {other!r} changes too")


def _refused(path: str, message: str) -> InstanceError:
    return InstanceError((Fault((path,), message),))
