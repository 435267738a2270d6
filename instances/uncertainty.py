"""Reading what is uncertain: distributions by field, checked against the instance they are for."""

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from gridblock.instances import futures
from gridblock.instances.document import Document
from gridblock.instances.draws import Axis, Distributions, Draws, Together, Uncertain
from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.futures import ANY, Keys
from gridblock.instances.instance import Instance
from gridblock.instances.spans import Span, span_of
from gridblock.instances.variants import (
    AS_IT_STANDS,
    faults_of_path,
    in_plain_numbers,
    located,
    read_given,
)

LEAST_SHARE: Final = 1e-6
"""So much of a distribution must lie where the field can be."""
ROUNDING: Final = 1e-9

Place = tuple[str | int, ...]


class _PlacedError(Exception):
    """What is wrong at a place of the file."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place, self.message = place, message


def draws_of(instance: Instance, written: Document) -> Draws:
    """Read what is uncertain about an instance.

    Args:
        instance: what it is about.
        written: the distributions; see ``gridblock.instances.draws``.

    Raises:
        InstanceError: with every fault: of the file, fields that do not exist, distributions that
            the field cannot follow, correlations that cannot be.
    """
    given = read_given(Distributions, written)
    faults: list[Fault] = []
    axes: dict[str, list[Axis]] = {}
    reader = _Reader(instance)
    for path, known in given.fields.items():
        try:
            axes[path] = list(reader.axes(path, known))
        except _PlacedError as fault:
            faults.append(_told(written, fault))
    groups = []
    seen: set[str] = set()
    for i, group in enumerate(given.together):
        try:
            groups.append(_group(group, ("together", i), given, axes, seen))
        except _PlacedError as fault:
            faults.append(_told(written, fault))
    if given.scenarios and not any(each.probability for each in instance.scenarios):
        message = "asks for scenarios, of which none in the instance has a probability"
        faults.append(located(written, ("scenarios",), message))
    if faults:
        raise InstanceError(faults)
    flat = tuple(axis for of_path in axes.values() for axis in of_path)
    return Draws(flat, tuple(groups), _scenarios(instance) if given.scenarios else ())


def _told(written: Document, fault: _PlacedError) -> Fault:
    return located(written, fault.place, fault.message)


def _scenarios(instance: Instance) -> tuple[tuple[str, float, Mapping[str, Any] | None], ...]:
    """Give the scenarios with what they leave to the instance as it stands."""
    likely = [(each.name, each.probability or 0.0, each.set) for each in instance.scenarios]
    left = max(0.0, 1.0 - math.fsum(weight for _, weight, _ in likely))
    return ((AS_IT_STANDS, left if left > ROUNDING else 0.0, None), *likely)


class _Reader:
    """Checks fields against an instance."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._data = instance.as_it_stands()
        self._defaults = cache(partial(instance.model_dump, mode="json"))

    def axes(self, path: str, known: Uncertain) -> Iterator[Axis]:
        """Give the axes of a path: one, or one for each field that it leads to."""
        place = ("fields", path)
        if known.discrete is not None:
            values = [in_plain_numbers(self._instance, path, v) for v in known.discrete.values]
            discrete = known.discrete.model_copy(update={"values": values})
            known = known.model_copy(update={"discrete": discrete})
        for message in self._faults(path, known):
            raise _PlacedError(place, message)
        found = futures.numbers_at(self._data, self._defaults, path)
        if not known.each:
            yield Axis(path, known, self._span(place, known, found))
            return
        if ANY not in path:
            raise _PlacedError((*place, "each"), f"needs a path with {ANY}, which leads to several")
        for keys, numbers in found.items():
            span = self._span(place, known, {keys: numbers})
            yield Axis(_written(self._data, keys), known, span)

    def _faults(self, path: str, known: Uncertain) -> list[str]:
        if known.discrete is not None:
            tried: Sequence[Any] = known.discrete.values
        else:
            tried = [{"value": 1, "factor": "*1", "added": "+0"}[known.as_]]
        return faults_of_path(self._instance, self._defaults, path, tried)

    def _span(self, place: Place, known: Uncertain, found: Mapping[Keys, list[float]]) -> Span:
        """Give what may be drawn: what the fields can hold, within ``min`` and ``max``."""
        if known.numbers is None:
            return Span()
        spans = [span_of(keys) for keys in found]
        if None in spans:
            raise _PlacedError(place, "leads to a field that holds no number")
        whole = any(span.whole for span in spans if span)
        if whole and known.as_ != "value":
            raise _PlacedError((*place, "as"), "leads to a whole number: draw its value")
        bounds = [
            _bounds(known.as_, span, number)
            for span, numbers in zip(spans, found.values(), strict=True)
            if span
            for number in (numbers if known.as_ != "value" else [0.0])
        ]
        low = max(known.min if known.min is not None else -math.inf, *(b[0] for b in bounds))
        high = min(known.max if known.max is not None else math.inf, *(b[1] for b in bounds))
        inside = known.numbers.share_below(high) - known.numbers.share_below(low)
        if low >= high or inside < LEAST_SHARE:
            message = f"has next to nothing of its distribution between {low:g} and {high:g}"
            raise _PlacedError(place, message)
        return Span(low, high, whole)


def _bounds(as_: str, span: Span, number: float) -> tuple[float, float]:
    """Give what may be drawn so that a field stays within its span."""
    if as_ == "value":
        return span.low, span.high
    if as_ == "added":
        return span.low - number, span.high - number
    if number == 0:
        return 0.0, math.inf
    ends = sorted((span.low / number, span.high / number))
    return max(0.0, ends[0]), ends[1]


def _written(holder: Any, keys: Keys) -> str:
    """Write keys as a path, items of lists by their names."""
    words = []
    for key in keys:
        if isinstance(key, int):
            inside = holder[key]
            named = isinstance(inside, Mapping) and "name" in inside
            words.append(str(inside["name"] if named else key))
        else:
            inside = holder.get(key, {})
            words.append(key)
        holder = inside
    return ".".join(words)


def _group(
    group: Together,
    place: Place,
    given: Distributions,
    axes: Mapping[str, list[Axis]],
    seen: set[str],
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    """Give the paths of a group and the root of its correlations."""
    paths: list[str] = []
    for i, path in enumerate(group.fields):
        if path not in given.fields:
            raise _PlacedError((*place, "fields", i), f"names {path!r}, which is not under fields")
        if path in seen:
            raise _PlacedError((*place, "fields", i), f"names {path!r} a second time")
        seen.add(path)
        paths += [axis.path for axis in axes.get(path, ())]
    size = len(paths)
    if group.rho is not None:
        matrix = np.full((size, size), group.rho)
        np.fill_diagonal(matrix, 1.0)
    else:
        rows = group.correlation or []
        if [len(row) for row in rows] != [size] * size:
            message = f"needs {size} rows of {size} numbers, one for each field"
            raise _PlacedError((*place, "correlation"), message)
        matrix = np.array(rows, dtype=float)
    where = (*place, "rho" if group.rho is not None else "correlation")
    return tuple(paths), _root(matrix, where)


def _root(matrix: NDArray[np.float64], place: Place) -> NDArray[np.float64]:
    """Give the symmetric root of a matrix of correlations."""
    if not np.allclose(matrix, matrix.T, atol=ROUNDING) or not np.allclose(np.diag(matrix), 1.0):
        raise _PlacedError(place, "must be symmetric with 1 on its diagonal")
    values, vectors = np.linalg.eigh(matrix)
    if values.min(initial=0.0) < -ROUNDING:
        raise _PlacedError(place, "cannot be: no numbers are correlated so, two against a third")
    root: NDArray[np.float64] = vectors @ np.diag(np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    return root
