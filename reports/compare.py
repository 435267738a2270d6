"""Many plans side by side, with their differences to the first."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gridblock.instances.faults import letters
from gridblock.model.account import CATEGORIES
from gridblock.reports.plan_changes import Side
from gridblock.reports.unmet import unmet_share, unmet_summary

if TYPE_CHECKING:
    import pandas as pd

Value = str | float | None
KEYS: Final = ("table", "name", "unit")


class Measured(NamedTuple):
    """One line of a comparison: what is measured, and its value in each plan; None for nothing."""

    table: str
    name: str
    unit: str
    values: tuple[Value, ...]

    @property
    def differences(self) -> tuple[float | None, ...]:
        """The values less the first one, where they are numbers."""
        first = self.values[0]
        return tuple(
            each - first if isinstance(each, float) and isinstance(first, float) else None
            for each in self.values
        )


@dataclass(frozen=True)
class Comparison:
    """Plans side by side.

    Attributes:
        sides: the plans.
        lines: what is measured, in the order in which it is shown.
        notes: what to mind.
    """

    sides: tuple[Side, ...]
    lines: tuple[Measured, ...]
    notes: tuple[str, ...]

    @property
    def labels(self) -> tuple[str, ...]:
        """What the plans are called; of the same name, with a letter."""
        found = [side.label for side in self.sides]
        twice = len(set(found)) < len(found)
        return tuple(
            f"{label} ({letters(i)})" if twice else label for i, label in enumerate(found, 1)
        )

    @property
    def values(self) -> "pd.DataFrame":
        """A row for each thing that is measured, a column for each plan."""
        return self._frame([line.values for line in self.lines])

    @property
    def differences(self) -> "pd.DataFrame":
        """The same, less the first plan; only numbers."""
        return self._frame([line.differences for line in self.lines])

    def _frame(self, values: Sequence[Sequence[Value]]) -> "pd.DataFrame":
        import pandas as pd

        index = pd.MultiIndex.from_tuples([line[:3] for line in self.lines], names=list(KEYS))
        return pd.DataFrame([list(each) for each in values], index=index, columns=self.labels)

    def as_json(self) -> dict[str, Any]:
        """Give everything as plain data."""
        return {
            "format_version": 1,
            "notes": list(self.notes),
            "runs": list(self.labels),
            "instances": [side.instance.name for side in self.sides],
            "instance_hashes": [side.instance.hash for side in self.sides],
            "currency": self.sides[0].instance.currency,
            "lines": [
                {
                    **dict(zip(KEYS, line[:3], strict=True)),
                    "values": list(line.values),
                    "differences": list(line.differences),
                }
                for line in self.lines
            ],
        }


def comparison(sides: Sequence[Side]) -> Comparison:
    """Put plans side by side.

    Raises:
        ValueError: there are fewer than two, or they are in different currencies.
    """
    if len(sides) < 2:
        message = "there must be two plans or more to compare"
        raise ValueError(message)
    currencies = list(dict.fromkeys(side.instance.currency for side in sides))
    if len(currencies) > 1:
        message = f"plans in different currencies ({', '.join(currencies)}) are not comparable"
        raise ValueError(message)
    lines = (
        *_of_plans(sides, currencies[0]),
        *_costs(sides, currencies[0]),
        *_unmet(sides),
        *_blocks(sides),
    )
    return Comparison(tuple(sides), lines, tuple(_notes(sides)))


def _of_plans(sides: Sequence[Side], currency: str) -> Iterator[Measured]:
    plans = [side.plan for side in sides]
    yield Measured(
        "plan", "status", "", tuple(None if plan is None else plan.status for plan in plans)
    )
    for name, unit in (("objective", currency), ("bound", currency), ("gap", "share")):
        found = (None if plan is None else getattr(plan, name) for plan in plans)
        yield Measured("plan", name, unit, tuple(None if x is None else float(x) for x in found))
    shares = (
        None if side.account is None else unmet_share(side.instance, side.account) for side in sides
    )
    yield Measured("plan", "unmet", "share", tuple(shares))


def _costs(sides: Sequence[Side], currency: str) -> Iterator[Measured]:
    costs = [
        None if side.plan is None or side.account is None else side.plan.costs for side in sides
    ]
    known = dict.fromkeys((*CATEGORIES, *(name for each in costs for name in each or ())))
    for name in known:
        values = tuple(None if each is None else float(each.get(name, 0.0)) for each in costs)
        if any(values):
            yield Measured("costs", name, currency, values)


def _unmet(sides: Sequence[Side]) -> Iterator[Measured]:
    """Give the unmet share of each demand; None where a plan does not know it."""
    found = [
        {} if side.account is None else unmet_summary(side.instance, side.account) for side in sides
    ]
    for name in dict.fromkeys(name for each in found for name in each):
        shares = tuple(each[name]["share"] if name in each else None for each in found)
        yield Measured("unmet", name, "share", shares)


def _blocks(sides: Sequence[Side]) -> Iterator[Measured]:
    """Give the blocks installed in the last period of each plan, by vendor."""
    found = [_by_vendor(side) for side in sides]
    for vendor in dict.fromkeys(vendor for each in found if each for vendor in each):
        values = tuple(None if each is None else each.get(vendor, 0.0) for each in found)
        yield Measured("blocks", vendor, "blocks", values)


def _by_vendor(side: Side) -> dict[str, float] | None:
    if side.account is None:
        return None
    last, sums = side.instance.horizon.names[-1], defaultdict[str, float](float)
    for key, count in side.account.installed.items():
        if key.period == last:
            accelerator = side.instance.blocks[key.block].accelerator
            vendor = side.instance.accelerators[accelerator].vendor
            sums[vendor or f"{accelerator} (no vendor)"] += float(count)
    return dict(sums)


def _notes(sides: Sequence[Side]) -> Iterator[str]:
    if len({side.instance.name for side in sides}) > 1:
        yield "They are plans of different instances."
    horizons = {(side.instance.horizon.names, side.instance.horizon.hours) for side in sides}
    if len(horizons) > 1:
        yield "Their horizons differ: each is counted over its own, blocks in its last period."
    for side in sides:
        if side.account is None and side.plan is not None:
            yield side.lack
