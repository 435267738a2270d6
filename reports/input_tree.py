"""Inputs as trees of names: records of lists by their names, series by period."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.series import is_by_period, spread
from gridblock.instances.tables import layout, shapes
from gridblock.instances.tables.shapes import Shape

DEFAULTS: Final[Mapping[str, str | float]] = {
    name: field.default
    for name, field in Fields.model_fields.items()
    if isinstance(field.default, str | float)
}
"""What holds of the instance as a whole where it is not given: a currency, rates, prices."""

Path = tuple[str, ...]
Tree = dict[str, Any]


class Series(NamedTuple):
    """Values by period, and whether one number was given for all of them."""

    values: Mapping[str, float]
    is_constant: bool


def tree_of(instance: Instance) -> Tree:
    """Give what an instance says as names within names.

    What is not given is not there, but for what holds of the whole by default.
    """
    tree: Tree = _tree({**DEFAULTS, **instance.plain()}, layout.ROOT, instance)
    return tree


def _tree(value: Any, kind: Shape, instance: Instance) -> Any:
    if kind.is_series and not _is_by_name(value, instance):
        horizon = instance.horizon
        written = tuple(value) if isinstance(value, list) else value
        values = dict(zip(horizon.names, spread(written, horizon), strict=True))
        return Series(values, isinstance(value, int | float))
    if isinstance(value, dict) and not kind.free:
        inner = {name: shapes.inside(kind, name) or kind for name in value}
        return {name: _tree(each, inner[name], instance) for name, each in value.items()}
    if isinstance(value, list) and kind.items is not None and kind.items.models:
        return {name: _tree(each, kind.items, instance) for name, each in _named(value)}
    return tuple(value) if isinstance(value, list) else value


def _is_by_name(value: Any, instance: Instance) -> bool:
    """Say whether a mapping is one of names of one's own: a price for each facility."""
    return isinstance(value, dict) and not is_by_period(value, instance.horizon)


def _named(records: list[Tree]) -> Iterator[tuple[str, Tree]]:
    """Give the records of a list with their names, those without one by what they join."""
    seen: dict[str, int] = {}
    for i, record in enumerate(records, 1):
        name = record.get("name") or "-".join(record.get("between", ())) or str(i)
        seen[name] = seen.get(name, 0) + 1
        label = name if seen[name] == 1 else f"{name} ({seen[name]})"
        yield label, {key: each for key, each in record.items() if key != "name"}


def leaves(value: Any) -> int:
    """Count the values in a tree."""
    return sum(map(leaves, value.values())) if isinstance(value, dict) else 1


def names_in(tree: Any, kind: Shape = layout.ROOT) -> Iterator[str]:
    """Give the names of all records in a tree."""
    if isinstance(tree, dict) and not kind.free:
        if kind.rows is not None:
            yield from tree
        for name, each in tree.items():
            yield from names_in(each, _inside(kind, name))


def _inside(kind: Shape, name: str) -> Shape:
    """Give what stands at a name in a tree, where lists of records are mappings, too."""
    if kind.items is not None and kind.items.models:
        return kind.items
    return shapes.inside(kind, name) or Shape(free=True)


def collections(tree: Any, kind: Shape = layout.ROOT, at: Path = ()) -> Iterator[tuple[Path, Tree]]:
    """Give each collection of records in a tree with its path, outer ones first."""
    if isinstance(tree, dict) and not kind.free:
        if kind.rows is not None:
            yield at, tree
        for name, each in tree.items():
            yield from collections(each, _inside(kind, name), (*at, name))
