"""Two instances or plans side by side: what changed, in words and tables."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.faults import dotted
from gridblock.reports.input_changes import Change, Changes, input_changes
from gridblock.reports.input_tree import Series
from gridblock.reports.plan_changes import Pair, Quantity, Side, change_of, mixed_units, quantities

if TYPE_CHECKING:
    import pandas as pd

TOLERANCE: Final = 1e-9
INPUTS: Final = "inputs"


@dataclass(frozen=True)
class Diff:
    """What changed from one instance or plan to another.

    Attributes:
        a: the first one.
        b: the second one.
        changes: what changed in the inputs.
        quantities: what changed in the plans, where both have one.
        notes: what cannot be compared, and why.
        tolerance: the relative difference up to which two numbers count as the same.
    """

    a: Side
    b: Side
    changes: Changes
    quantities: tuple[Quantity, ...]
    notes: tuple[str, ...]
    tolerance: float

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        plans = [None if s.plan is None else s.plan.status for s in (self.a, self.b)]
        moved = any(quantity.rows for quantity in self.quantities)
        return not (self.changes.changes or moved or plans[0] != plans[1])

    @property
    def both_planned(self) -> bool:
        """Whether both are plans with decisions."""
        return self.a.account is not None and self.b.account is not None

    @property
    def names(self) -> tuple[str, ...]:
        """The tables that there are."""
        return (INPUTS, *(quantity.name for quantity in self.quantities))

    def table(self, name: str = INPUTS) -> "pd.DataFrame":
        """Give what differs as a table: `inputs`, or one of the plans.

        Raises:
            ValueError: there is no such table.
        """
        import pandas as pd

        if name == INPUTS:
            columns = ("path", "change", "period", "before", "after")
            return pd.DataFrame(list(self.input_rows()), columns=list(columns))
        quantity = next((each for each in self.quantities if each.name == name), None)
        if quantity is None:
            message = f"there is no table {name!r}; there are {', '.join(self.names)}"
            raise ValueError(message)
        heading = [*quantity.keys, "before", "after", "change"]
        rows = [(*key, a, b, change_of(a, b)) for key, (a, b) in quantity.rows.items()]
        return pd.DataFrame(rows, columns=heading)

    def input_rows(self) -> Iterator[tuple[str, str, str, Any, Any]]:
        """Give each change of the inputs; of a series each period."""
        for change in self.changes.changes:
            where = dotted(change.path)
            for period, before, after in change.by_period:
                yield where, change.kind, period, before, after
            if not change.by_period:
                yield where, change.kind, "", plain(change.before), plain(change.after)

    def as_json(self) -> dict[str, Any]:
        """Give everything as plain data."""
        return {
            "format_version": 1,
            "a": _side(self.a),
            "b": _side(self.b),
            "same": self.is_same,
            "tolerance": self.tolerance,
            "notes": list(self.notes),
            "inputs": [_change(change) for change in self.changes.changes],
            "plans": {q.name: _rows(q) for q in self.quantities} if self.both_planned else None,
        }


def diff_of(a: Side, b: Side, tolerance: float = TOLERANCE) -> Diff:
    """Compare two instances or plans.

    Args:
        a: the first one.
        b: the second one.
        tolerance: the relative difference up to which two numbers count as the same.
    """
    changes = input_changes(a.instance, b.instance, tolerance)
    planned = a.account is not None and b.account is not None
    found = quantities(a, b, changes.named, tolerance) if planned else ()
    return Diff(a, b, changes, found, tuple(_notes(a, b, planned, changes.named)), tolerance)


def _notes(a: Side, b: Side, planned: bool, named: Callable[[str, str], str]) -> Iterator[str]:
    """Say what cannot be compared."""
    if (a.plan is None) != (b.plan is None):
        which = a if a.plan is None else b
        yield f"{which.label} is an instance without a plan, so only inputs are compared."
    elif a.plan is not None and not planned:
        for side in (a, b):
            if side.account is None and side.plan is not None:
                yield side.lack
    if not planned:
        return
    if a.instance.currency != b.instance.currency:
        currencies = f"{a.instance.currency} and {b.instance.currency}"
        yield f"Costs are in {currencies}, and are not compared."
    names = [side.instance.horizon.names for side in (a, b)]
    if names[0] != names[1] or a.instance.horizon.hours != b.instance.horizon.hours:
        common = [t for t in names[1] if t in names[0]]
        rest = "they have no period in common"
        if common:
            rest = f"the rest is compared over {common[0]} to {common[-1]}, which both have"
        yield f"The horizons differ: costs and unmet work are those of each, and {rest}."
    for name, units in mixed_units(a, b, named).items():
        yield f"{name} is counted in {' and in '.join(units)}; only shares are compared."


def plain(value: Any) -> Any:
    """Give a value of an input as plain data."""
    if isinstance(value, Series):
        return next(iter(value.values.values())) if value.is_constant else dict(value.values)
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, tuple) else value


def _change(change: Change) -> dict[str, Any]:
    found = {
        "path": dotted(change.path),
        "change": change.kind,
        "before": plain(change.before),
        "after": plain(change.after),
    }
    periods = {t: {"before": a, "after": b} for t, a, b in change.by_period}
    return {**found, "periods": periods} if periods else found


def _side(side: Side) -> dict[str, Any]:
    plan = side.plan
    return {
        "label": side.label,
        "instance": side.instance.name,
        "instance_hash": side.instance.hash,
        "currency": side.instance.currency,
        "periods": list(side.instance.horizon.names),
        "status": None if plan is None else plan.status,
        "objective": None if plan is None else plan.objective,
        "bound": None if plan is None else plan.bound,
        "gap": None if plan is None else plan.gap,
    }


def _rows(quantity: Quantity) -> list[dict[str, Any]]:
    def row(key: Sequence[str], pair: Pair) -> dict[str, Any]:
        named = dict(zip(quantity.keys, key, strict=True))
        return {**named, "before": pair[0], "after": pair[1], "change": change_of(*pair)}

    return [row(key, pair) for key, pair in quantity.rows.items()]
