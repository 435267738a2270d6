"""Several scenarios that have come true, one after the other, in plain data."""

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from gridblock.instances import futures
from gridblock.instances.futures import Keys
from gridblock.instances.instance import Instance


def came_true(
    data: Mapping[str, Any], steps: Iterable[Mapping[str, Any]]
) -> tuple[dict[str, Any], tuple[Keys, ...]]:
    """Give plain data with several changes, each of what the one before it has left.

    Args:
        data: an instance as plain data, without scenarios; it stays as it is.
        steps: new values or factors by field path.

    Returns:
        The data, and the fields that were touched.

    Raises:
        InstanceError: a change names no field, or is a factor of what is no valid instance.
    """
    touched: dict[Keys, None] = {}
    for step in steps:
        data, found = futures.changed(data, partial(_in_full, data), step)
        touched |= dict.fromkeys(keys for of in found.values() for keys in of)
    return dict(data), tuple(touched)


def _in_full(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give plain data with the fields that are left out, for factors."""
    return Instance.parse(data).model_dump(mode="json")
