"""What changed between two instances, field by field; records are matched by their names."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any, Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.instances.paths import field_names
from gridblock.reports.input_tree import (
    Path,
    Series,
    Tree,
    collections,
    leaves,
    names_in,
    tree_of,
)

PLACES: Final = ("facilities", "zones")
TELLING: Final = 2
"""From so many values on, a record that is the same but for its name is the same record."""
CLOSE: Final = 0.2
"""Where no other is as near, a record of which at most this share of values differs is the same."""
MOST_PAIRS: Final = 4_000
"""So many pairs of records are compared; where more are gone and new, none is looked at."""


class Change(NamedTuple):
    """One change of the inputs.

    Attributes:
        path: names from the top of the instance, as the second one has them.
        kind: changed, added, gone or renamed.
        before: what the first instance says, None if nothing.
        after: what the second one says; the new name of what is renamed.
        by_period: for a series the periods that differ, with both values.
    """

    path: Path
    kind: str
    before: Any
    after: Any
    by_period: tuple[tuple[str, float, float], ...] = ()


class Changes(NamedTuple):
    """All changes of the inputs, and the new names of what was renamed by its path."""

    changes: tuple[Change, ...]
    renamed: Mapping[Path, str]

    def named(self, collection: str, name: str) -> str:
        """Give the name that a record of the first instance has in the second one."""
        return self.renamed.get((collection, name), name)


def input_changes(a: Instance, b: Instance, tolerance: float = 0.0) -> Changes:
    """Compare two instances.

    Args:
        a: the first one.
        b: the second one.
        tolerance: the relative difference up to which two numbers count as the same.
    """
    before, after = tree_of(a), tree_of(b)
    renamed: dict[Path, str] = {}
    while found := (_rename(before, after, tolerance) or _rename(before, after, tolerance, CLOSE)):
        path, name, before = found
        renamed[path] = name
    listed = [Change(path, "renamed", path[-1], name) for path, name in renamed.items()]
    return Changes((*listed, *_differ(before, after, tolerance, ())), renamed)


def same(a: float, b: float, tolerance: float) -> bool:
    """Say whether two numbers differ by no more than a share of the larger one."""
    return abs(a - b) <= tolerance * max(abs(a), abs(b))


def _differ(a: Tree, b: Tree, tolerance: float, at: Path) -> Iterator[Change]:
    for name in dict.fromkeys((*a, *b)):
        path, before, after = (*at, name), a.get(name), b.get(name)
        if None in (before, after) and at == () and _is_collection(before or after):
            # What a new or lost collection holds is told record by record.
            before, after = before or {}, after or {}
        if isinstance(before, dict) and isinstance(after, dict):
            yield from _differ(before, after, tolerance, path)
        elif after is None:
            yield Change(path, "gone", before, None)
        elif before is None:
            yield Change(path, "added", None, after)
        else:
            yield from _values(before, after, tolerance, path)


def _is_collection(value: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(each, dict) for each in value.values())


def _values(before: Any, after: Any, tolerance: float, path: Path) -> Iterator[Change]:
    if isinstance(before, Series) and isinstance(after, Series):
        if before.is_constant and after.is_constant:
            one, other = (next(iter(each.values.values())) for each in (before, after))
            yield from _values(one, other, tolerance, path)
            return
        common = [t for t in after.values if t in before.values]
        pairs = ((t, before.values[t], after.values[t]) for t in common)
        differing = tuple(each for each in pairs if not same(each[1], each[2], tolerance))
        if differing:
            yield Change(path, "changed", before, after, differing)
    elif _is_number(before) and _is_number(after):
        if not same(before, after, tolerance):
            yield Change(path, "changed", before, after)
    elif before != after:
        yield Change(path, "changed", before, after)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _rename(
    a: Tree, b: Tree, tolerance: float, slack: float = 0.0
) -> tuple[Path, str, Tree] | None:
    """Find a record that is gone and one that is new with the same content.

    Args:
        a: the first tree.
        b: the second one.
        tolerance: the relative difference up to which two numbers count as the same.
        slack: the share of the values of a record that may differ.

    Returns:
        The path of the one, the name of the other, and the first tree with the new name; None if
        there is no such pair, or it cannot be told from other pairs.
    """
    others = dict(collections(b))
    # A name that still stands for something, or is that of a field, is left where it is told.
    taken = {*names_in(b), *field_names()}
    changes = len(list(_differ(a, b, tolerance, ())))
    for at, records in collections(a):
        gone = {name: each for name, each in records.items() if name not in others.get(at, {})}
        new = {name: each for name, each in others.get(at, {}).items() if name not in records}
        for name, record in gone.items() if len(gone) * len(new) <= MOST_PAIRS else ():
            alike = [other for other, each in new.items() if _alike(record, each, tolerance, slack)]
            rivals = [
                other for other, each in gone.items() if _alike(each, record, tolerance, slack)
            ]
            if len(alike) != 1 or len(rivals) != 1:
                continue
            changed = _with_name(a, (*at, name), alike[0], refer=name not in taken)
            fewer = changes - len(list(_differ(changed, b, tolerance, ())))
            # A record gone and one new are two changes; those that name it are more.
            if leaves(record) >= TELLING or fewer > 2:
                return (*at, name), alike[0], changed
    return None


def _alike(a: Any, b: Any, tolerance: float, slack: float) -> bool:
    if not (isinstance(a, dict) and isinstance(b, dict)):
        return bool(a == b)
    changes = _differ(a, b, tolerance, ())
    if not slack:
        return next(changes, None) is None
    differing = sum(leaves(change.before or change.after) for change in changes)
    return differing <= slack * min(leaves(a), leaves(b))


def _with_name(tree: Tree, path: Path, name: str, refer: bool) -> Tree:
    """Give a record another name, in all that refers to it too."""
    tree = deepcopy(tree)
    holder = tree
    for part in path[:-1]:
        holder = holder[part]
    renamed = {name if key == path[-1] else key: each for key, each in holder.items()}
    holder.clear()
    holder.update(renamed)
    if path[0] == "facilities" and path[-2] in PLACES:
        old = "/".join(path[1::2])
        new = "/".join((*path[1:-1:2], name))
        return _referring(tree, old, new, is_place=True) if refer or "/" in old else tree
    return _referring(tree, path[-1], name, is_place=False) if refer else tree


def _referring(value: Any, old: str, new: str, is_place: bool) -> Any:
    """Put a new name in place of another, in text and in names of mappings."""
    if isinstance(value, dict):
        return {
            _referring(key, old, new, is_place): _referring(each, old, new, is_place)
            for key, each in value.items()
        }
    if isinstance(value, tuple) and not isinstance(value, Series):
        return tuple(_referring(each, old, new, is_place) for each in value)
    if isinstance(value, str) and is_place and value.startswith(f"{old}/"):
        return new + value[len(old) :]
    return new if value == old and isinstance(value, str) else value
