"""The truth as it becomes known: an instance of which only the past is known for sure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import RootModel, ValidationError

from gridblock.instances import paths
from gridblock.instances.came_true import came_true
from gridblock.instances.faults import Fault, InstanceError, from_pydantic
from gridblock.instances.instance import Instance
from gridblock.instances.schema.base import Name
from gridblock.instances.schema.scenarios import FieldPath, Setting
from gridblock.instances.schema.series import spread
from gridblock.instances.spans import is_series
from gridblock.instances.uncertainty import draws_of
from gridblock.instances.variants import (
    faults_of_path,
    in_plain_numbers,
    located,
    opened,
    scenario_changes,
)

Source = str | Path | Mapping[str, Any]
Keys = tuple[paths.Key, ...]


@dataclass(frozen=True)
class Truth:
    """What really comes, and what of it is known when.

    Attributes:
        called: what it is called.
        whole: the instance as it really is.
        known: gives what is known before the orders of a period, by its position.
    """

    called: str
    whole: Instance
    known: Callable[[int], Instance]


def of_scenarios(instance: Instance, names: str) -> Truth:
    """Let scenarios come true: what they change in a period is known after it.

    Args:
        instance: as it stands, the forecast.
        names: ``permit-late``, or ``permit-late,demand-high``.

    Raises:
        InstanceError: there is no such scenario, or it gives no valid instance.
    """
    return _period_by_period(instance, names, scenario_changes(instance, names))


def drawn(instance: Instance, distributions: Source, seed: int) -> Truth:
    """Draw what really comes: what differs from the forecast in a period is known after it.

    Raises:
        InstanceError: the distributions cannot be read, are of fields that do not exist, or the
            draw is no valid instance.
    """
    (variant,) = draws_of(instance, opened(distributions)).variants(1, seed)
    return _period_by_period(instance, f"draw of seed {seed}", variant.changes)


class Reveals(RootModel[dict[Name, dict[FieldPath, Setting]]]):
    """What becomes known, by the period before whose orders it does."""


def of_reveals(instance: Instance, source: Source) -> Truth:
    """Read what becomes known when: new values or factors by field path, by period.

    Raises:
        InstanceError: with every fault: of the file, periods and fields that do not exist.
    """
    written = opened(source)
    try:
        given = Reveals.model_validate(written.data).root
    except ValidationError as error:
        place = None if written.file is None else written.place
        raise InstanceError(
            from_pydantic(error, written.data, Reveals, file=written.file, place=place)
        ) from None
    index = instance.horizon.index
    defaults = partial(instance.model_dump, mode="json")
    faults: list[Fault] = []
    for period, changes in given.items():
        if period not in index:
            hint = instance.horizon.nearest(period)
            faults.append(located(written, (period,), f"is not a period{hint}"))
        for path, value in changes.items():
            for message in faults_of_path(instance, defaults, path, [value]):
                faults.append(located(written, (period, path), message))
    if faults:
        raise InstanceError(faults)
    steps = [
        (index[period], {path: in_plain_numbers(instance, path, v) for path, v in of.items()})
        for period, of in sorted(given.items(), key=lambda each: index[each[0]])
    ]

    def known(position: int) -> Instance:
        return _changed(instance, [of for at, of in steps if at <= position])

    return Truth("what is revealed", known(len(index)), known)


def _period_by_period(
    instance: Instance, called: str, changes: tuple[Mapping[str, Any], ...]
) -> Truth:
    whole = _changed(instance, changes)
    if whole.horizon != instance.horizon:
        message = f"{called!r} changes the periods: nothing can be compared with the forecast"
        raise InstanceError([Fault((), message)])
    return Truth(called, whole, lambda position: known_by(instance, whole, position))


def _changed(instance: Instance, changes: Iterable[Mapping[str, Any]]) -> Instance:
    data, _ = came_true(instance.as_it_stands(), changes)
    return Instance.parse(data)


def known_by(forecast: Instance, truth: Instance, position: int) -> Instance:
    """Give what is known before the orders of a period: the truth before it, the forecast after.

    A field with a value for each period has that of the truth before the period, and that of the
    forecast from it on. Any other field is known as it is from the second period on.

    Raises:
        InstanceError: that is no valid instance.
    """
    if position == 0:
        return Instance.parse(forecast.as_it_stands())
    full = [each.model_dump(mode="json") for each in (forecast, truth)]
    data = forecast.as_it_stands()
    names = frozenset(forecast.horizon.names)
    for keys, was, is_now in _differences((), *full):
        if keys[0] in {"name", "scenarios"}:
            continue
        if is_series(keys) and _by_period(was, names) and _by_period(is_now, names):
            values = [spread(_series(v), forecast.horizon) for v in (was, is_now)]
            mixed = [values[1][i] if i < position else v for i, v in enumerate(values[0])]
            paths.put_at(data, keys, mixed)
        else:
            paths.put_at(data, keys, paths.copied(is_now))
    return Instance.parse(data)


def _by_period(value: Any, names: frozenset[str]) -> bool:
    """Say whether a value is a number for all periods, or one for each."""
    if isinstance(value, Mapping):
        return {*value} <= names
    return isinstance(value, int | float | list)


def _series(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _differences(keys: Keys, was: Any, is_now: Any) -> Iterator[tuple[Keys, Any, Any]]:
    """Find the fields that differ; where one is not there, what is around it does."""
    if was == is_now:
        return
    if keys and is_series(keys):
        yield keys, was, is_now
    elif isinstance(was, Mapping) and isinstance(is_now, Mapping) and {*was} == {*is_now}:
        for key, value in was.items():
            yield from _differences((*keys, key), value, is_now[key])
    elif isinstance(was, list) and isinstance(is_now, list) and len(was) == len(is_now):
        for i, (a, b) in enumerate(zip(was, is_now, strict=True)):
            yield from _differences((*keys, i), a, b)
    else:
        yield keys, was, is_now
