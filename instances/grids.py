"""Grids: values of fields to go through, in every combination, together, or as a list.

.. code-block:: yaml

    cartesian:
      facilities.memphis.grid_mw: {from: 100, to: 300, step: 50}
      blocks.*.cost_once: ["*0.8", "*1", "*1.2"]
      scenario: [as it stands, permit-late]
    zipped:
      demands.chat.amount: [80, 120]
      demands.batch.amount: [40, 20]
    list:
      - {name: cheap power, set: {facilities.*.energy_per_mwh: 30}}
      - {name: dear power, set: {facilities.*.energy_per_mwh: 90}}

The parts that a file has are combined with each other.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from itertools import product
from typing import Annotated, Any, Final

from pydantic import Field, model_validator

from gridblock.instances.document import Document
from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.schema.base import Name, Number
from gridblock.instances.schema.scenarios import FieldPath, Setting
from gridblock.instances.variants import (
    AS_IT_STANDS,
    MOST,
    SCENARIO,
    Given,
    Variant,
    faults_of_path,
    in_plain_numbers,
    located,
    read_given,
    scenario_changes,
)

NAME: Final = "name"
"""The axis of a list."""


class Range(Given):
    """Numbers from one to another, both included."""

    from_: Annotated[Number, Field(alias="from")]
    """The first one."""
    to: Number
    """The last one."""
    step: Annotated[float, Field(gt=0)] | None = None
    """From each to the next."""
    count: Annotated[int, Field(ge=2, le=MOST)] | None = None
    """How many there are, instead."""

    @model_validator(mode="after")
    def _has_either(self) -> "Range":
        if (self.step is None) == (self.count is None):
            message = "needs a step or a count"
            raise ValueError(message)
        if self.to <= self.from_:
            message = "must go up: `to` above `from`"
            raise ValueError(message)
        if self.step is not None and (self.to - self.from_) / self.step >= MOST:
            message = f"has more than {MOST:,} values; choose a larger step"
            raise ValueError(message)
        return self

    def values(self) -> list[float]:
        """Give the numbers, to twelve digits."""
        width = self.to - self.from_
        count = self.count or math.floor(width / (self.step or width) * (1 + 1e-12)) + 1
        step = self.step or width / (count - 1)
        numbers = (float(f"{self.from_ + i * step:.12g}") for i in range(count))
        return [int(x) if x.is_integer() else x for x in numbers]


Axis = Range | Annotated[list[Setting], Field(min_length=1)]


class Entry(Given):
    """One entry of a list."""

    name: Name
    """What it is called."""
    scenario: str | None = None
    """Scenarios of the instance that come true first."""
    set: dict[FieldPath, Setting] = {}
    """New values or factors by field path."""


class Grid(Given):
    """What to go through."""

    cartesian: dict[FieldPath, Axis] = {}
    """Values by field path, in every combination."""
    zipped: dict[FieldPath, Axis] = {}
    """Values by field path, the first with the first and so on."""
    entries: Annotated[tuple[Entry, ...], Field(alias="list")] = ()
    """Changes as they stand."""

    @model_validator(mode="after")
    def _holds_something(self) -> "Grid":
        if not (self.cartesian or self.zipped or self.entries):
            message = "holds nothing: give cartesian, zipped or list"
            raise ValueError(message)
        lengths = {path: len(_values(axis)) for path, axis in self.zipped.items()}
        if len(set(lengths.values())) > 1:
            said = ", ".join(f"{path} {count}" for path, count in lengths.items())
            message = f"zipped fields need equally many values: {said}"
            raise ValueError(message)
        return self


def _values(axis: Range | list[Any]) -> Sequence[Any]:
    return axis.values() if isinstance(axis, Range) else axis


Step = tuple[dict[str, Any], dict[str, Any]]
"""What a table says, and what is set: by path, or by ``scenario``."""


def variants_of(instance: Instance, written: Document) -> tuple[Variant, ...]:
    """Read a grid and give its variants, the last part changing fastest.

    Args:
        instance: what it changes.
        written: the grid.

    Raises:
        InstanceError: with every fault: of the file, and fields and scenarios that do not exist.
    """
    grid = read_given(Grid, written)
    faults = list(_faults(instance, grid, written))
    if faults:
        raise InstanceError(faults)
    plainly = partial(in_plain_numbers, instance)
    axes = [
        [({path: v}, {path: v}) for v in map(partial(plainly, path), _values(axis))]
        for path, axis in grid.cartesian.items()
    ]
    if grid.zipped:
        axis_values = (map(partial(plainly, p), _values(a)) for p, a in grid.zipped.items())
        columns = zip(*axis_values, strict=True)
        rows = [dict(zip(grid.zipped, row, strict=True)) for row in columns]
        axes.append([(row, row) for row in rows])
    if grid.entries:
        axes.append([_of_entry(entry, plainly) for entry in grid.entries])
    count = math.prod(map(len, axes))
    if count > MOST:
        message = f"has {count:,} combinations; the most is {MOST:,}"
        raise InstanceError([located(written, (), message)])
    return tuple(_variant(instance, i, steps) for i, steps in enumerate(product(*axes), 1))


def _of_entry(entry: Entry, plainly: Callable[[str, Any], Any]) -> Step:
    scenario = {SCENARIO: entry.scenario} if entry.scenario else {}
    changes = {path: plainly(path, value) for path, value in entry.set.items()}
    return {NAME: entry.name}, {**scenario, **changes}


def _variant(instance: Instance, number: int, steps: Sequence[Step]) -> Variant:
    """Put steps together; scenarios come true first."""
    values = {path: value for shown, _ in steps for path, value in shown.items()}
    if SCENARIO in values:
        values[SCENARIO] = values[SCENARIO] or AS_IT_STANDS
    changes = {path: value for _, done in steps for path, value in done.items()}
    scenario = scenario_changes(instance, changes.pop(SCENARIO, None))
    name = values[NAME] if set(values) == {NAME} else str(number)
    return Variant(name, values, (*scenario, changes) if changes else scenario)


def _faults(instance: Instance, grid: Grid, written: Document) -> Iterator[Fault]:
    """Check that each path leads somewhere, and that no two parts set the same one."""
    defaults = cache(partial(instance.model_dump, mode="json"))
    for place, path, values in _settings(grid):
        for message in _faults_of(instance, defaults, path, values):
            yield located(written, place, message)
    seen: dict[str, tuple[str | int, ...]] = {}
    for place, path, _ in _settings(grid):
        other = seen.setdefault(path, place)
        if other[0] != place[0]:
            yield located(written, place, f"is set by {other[0]} too")
    names = [entry.name for entry in grid.entries]
    for i, name in enumerate(names):
        if name in names[:i]:
            yield located(written, ("list", i, "name"), f"names {name!r} a second time")


def _faults_of(
    instance: Instance, defaults: Callable[[], Any], path: str, values: Sequence[Any]
) -> list[str]:
    """Say what is wrong with the values of an axis: of a field, or of names of scenarios."""
    if path != SCENARIO:
        return faults_of_path(instance, defaults, path, values)
    said: dict[str, None] = {}
    for value in values:
        try:
            scenario_changes(instance, value)
        except InstanceError as error:
            said |= dict.fromkeys(fault.message for fault in error.faults)
    return list(said)


def _settings(grid: Grid) -> Iterator[tuple[tuple[str | int, ...], str, Sequence[Any]]]:
    """Give place, path and values of all that a grid sets."""
    for part, axes in (("cartesian", grid.cartesian), ("zipped", grid.zipped)):
        for path, axis in axes.items():
            yield (part, path), path, _values(axis)
    for i, entry in enumerate(grid.entries):
        if entry.scenario is not None:
            yield ("list", i, "scenario"), SCENARIO, [entry.scenario]
        for path, value in entry.set.items():
            yield ("list", i, "set", path), path, [value]
