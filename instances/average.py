"""The mean of what may come: an instance in which each field that differs has its mean value."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Any, Final

from gridblock.instances import paths
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.outlook import Future
from gridblock.instances.schema.series import spread

NAME: Final = "mean"
"""What the mean is called."""
Keys = tuple[paths.Key, ...]
_MISSING: Final = object()


@dataclass(frozen=True)
class Average:
    """The mean of some futures.

    Attributes:
        instance: as it stands, with the mean value of each field that differs.
        averaged: the fields that have a mean.
        kept: the fields that differ and have none: those are as the instance stands.
    """

    instance: Instance
    averaged: tuple[str, ...]
    kept: tuple[str, ...]


def average(instance: Instance, futures: Sequence[Future]) -> Average:
    r"""Give the mean of some futures, :math:`\bar v = \sum_s p_s v_s` for each field :math:`v`.

    Numbers, series and lists of numbers as long as each other have a mean; a whole number, such as
    a lead, only if the mean is whole. Everything else stays as the instance stands.

    Args:
        instance: what is given.
        futures: what may come of it; probabilities sum to 1.
    """
    base = instance.scenario() if instance.scenarios else instance
    full = [each.instance.model_dump(mode="json") for each in futures]
    work = _Work(base, [each.probability for each in futures])
    work.compare((), [base.model_dump(mode="json"), *full])
    values, kept = work.values, set(work.kept)
    while True:
        data = base.plain()
        for keys, value in values.items():
            paths.put_at(data, keys, value)
        try:
            given = Instance.parse(data)
            break
        except InstanceError as error:
            faulty = {keys for keys in values if any(_leads(keys, f.path) for f in error.faults)}
            for keys in faulty or set(values):
                del values[keys]
                kept.add(keys)
    data = base.model_dump(mode="json")
    return Average(given, _paths(data, values), _paths(data, kept))


def _leads(keys: Keys, path: Sequence[paths.Key]) -> bool:
    """Say whether a field lies on the way to a fault, or the other way round."""
    return keys[: len(path)] == tuple(path)[: len(keys)]


def _paths(data: Any, fields: Iterable[Keys]) -> tuple[str, ...]:
    """Write fields as a change names them: items of a list by their name, if they have one."""
    return tuple(sorted({".".join(_words(data, keys)) for keys in fields}))


def _words(holder: Any, keys: Keys) -> Iterator[str]:
    for key in keys:
        inside = holder.get(key) if isinstance(holder, Mapping) else holder[int(key)]
        name = inside.get("name") if isinstance(inside, Mapping) else None
        yield str(name if isinstance(holder, list) and name is not None else key)
        holder = inside
        if not isinstance(holder, Mapping | list):
            holder = {}


@dataclass
class _Work:
    """The fields that differ, as they are found."""

    base: Instance
    weights: Sequence[float]
    values: dict[Keys, Any] = field(default_factory=dict)
    kept: list[Keys] = field(default_factory=list)

    def compare(self, keys: Keys, given: Sequence[Any]) -> None:
        """Go through a field of the instance as it stands and of each future."""
        first, *futures = given
        if keys in {("name",), ("scenarios",)} or all(each == first for each in futures):
            return
        mean = self._mean(futures)
        if mean is not _MISSING:
            self.values[keys] = mean
        elif all(isinstance(each, Mapping) for each in given):
            for key in dict.fromkeys(key for each in given for key in each):
                inside = [each.get(key, _MISSING) for each in given]
                self._inner((*keys, key), inside)
        elif all(isinstance(each, list) for each in given) and len({*map(len, given)}) == 1:
            for i, items in enumerate(zip(*given, strict=True)):
                self._inner((*keys, i), items)
        else:
            self.kept.append(keys)

    def _inner(self, keys: Keys, given: Sequence[Any]) -> None:
        """Go on inside a field; what some futures do not have has no mean."""
        if any(each is _MISSING for each in given):
            self.kept.append(keys)
        else:
            self.compare(keys, given)

    def _mean(self, futures: Sequence[Any]) -> Any:
        """Give the mean of numbers, of series, or of lists of numbers of one length."""
        if all(map(_is_number, futures)):
            return self._of_numbers(futures)
        horizon = self.base.horizon
        series: list[Sequence[float]] = []
        for each in futures:
            periods = isinstance(each, Mapping) and {*each} <= {*horizon.names}
            numbers = each.values() if isinstance(each, Mapping) else each
            if _is_number(each) or (periods and all(map(_is_number, numbers))):
                series.append(spread(each, horizon))
            elif isinstance(each, list) and all(map(_is_number, each)):
                series.append(each)
            else:
                return _MISSING
        if len({*map(len, series)}) != 1:
            return _MISSING
        return [self._of_numbers(values) for values in zip(*series, strict=True)]

    def _of_numbers(self, values: Sequence[float]) -> float:
        if len({*values}) == 1:
            return values[0]
        mean = fsum(p * value for p, value in zip(self.weights, values, strict=True))
        near = round(mean)
        return near if abs(mean - near) <= 1e-9 * max(1.0, abs(mean)) else mean


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
