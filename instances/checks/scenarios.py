"""Checks of scenarios: names, probabilities, and that each gives a valid instance."""

import math
from collections.abc import Callable, Iterable, Mapping
from functools import cache, partial
from typing import Any, Final

from gridblock.instances import futures
from gridblock.instances.checks.common import Faults, Path, twice
from gridblock.instances.faults import Fault, InstanceError, dotted
from gridblock.instances.schema.fields import Fields

ROUNDING: Final = 1e-9
"""By how much probabilities may add up to more than 1."""

Judge = Callable[[Mapping[str, Any]], Iterable[Fault]]


def faults(given: Fields) -> Faults:
    """Check names and probabilities."""
    yield from twice(
        [s.name for s in given.scenarios], lambda i: ("scenarios", i, "name"), "scenario"
    )
    total = math.fsum(each.probability or 0.0 for each in given.scenarios)
    if total > 1 + ROUNDING:
        message = f"have probabilities that add up to {total:.6g}, and the most is 1"
        yield ("scenarios",), message


def faults_within(given: Fields, judge: Judge) -> Faults:
    """Check that every scenario gives a valid instance.

    Args:
        given: what is given, without a fault itself.
        judge: gives the faults of plain data.
    """
    if not given.scenarios:
        return
    data = given.as_it_stands()
    dumped = cache(partial(given.model_dump, mode="json"))
    for i, scenario in enumerate(given.scenarios):
        here = ("scenarios", i)
        try:
            after, touched = futures.changed(data, dumped, scenario.set)
        except InstanceError as error:
            for fault in error.faults:
                yield (*here, "set", *fault.path), fault.message
            continue
        said: set[tuple[Path, str]] = set()
        for fault in judge(after):
            place = (*here, *_entry(touched, fault.path))
            if (place, fault.message) not in said:
                said.add((place, fault.message))
                field = dotted(fault.path)
                # The change itself names the field, unless it leads to several.
                said_of = f"{field}: " if field and field != place[-1] else ""
                yield place, said_of + fault.message


def _entry(touched: Mapping[str, list[futures.Keys]], path: Path) -> Path:
    """Find the change that a fault comes of: the one that leads to it, or else any."""
    for entry, fields in touched.items():
        for keys in fields:
            if path[: len(keys)] == keys or keys[: len(path)] == path != ():
                return ("set", entry)
    return ("set", next(iter(touched))) if len(touched) == 1 else ("set",) if touched else ()
