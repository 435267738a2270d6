"""What changed between two plans: costs, unmet work, blocks, orders, and where work is served."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import PlanData
from gridblock.reports.headline import without_plan
from gridblock.reports.input_changes import same
from gridblock.reports.unmet import unmet_summary

Key = tuple[str, ...]
Amounts = dict[Key, float]
Pair = tuple[float | None, float | None]
DUST: Final = 1e-9


@dataclass(frozen=True)
class Side:
    """One of the things that are compared.

    Attributes:
        label: what it was called when it was given.
        instance: the inputs.
        plan: the plan, if it is one.
        account: what follows from the plan, if it has decisions.
    """

    label: str
    instance: Instance
    plan: PlanData | None = None
    account: Account | None = None

    @property
    def lack(self) -> str:
        """Say why a plan has no decisions."""
        return "" if self.plan is None else f"{without_plan(self.label, self.plan)}."


class Quantity(NamedTuple):
    """A table of differences.

    Attributes:
        name: what it is called.
        keys: the columns that name a row.
        unit: what is counted.
        rows: for each key the value before and after, only where they differ; a share of what one
            of the two does not know is None.
    """

    name: str
    keys: tuple[str, ...]
    unit: str
    rows: Mapping[Key, Pair]


class Rename(NamedTuple):
    """Gives the second plan's names of what the first one names: by collection and name."""

    named: Callable[[str, str], str]

    def of(self, kinds: tuple[str, ...], key: Key) -> Key:
        """Give a key in the names of the second plan."""
        return tuple(
            self.named(kind, name) if kind else name for kind, name in zip(kinds, key, strict=True)
        )


Measure = Callable[[Side, tuple[str, ...]], Amounts]


def quantities(
    a: Side, b: Side, named: Callable[[str, str], str], tolerance: float
) -> tuple[Quantity, ...]:
    """Compare two plans with decisions, over the periods that both have.

    Money is compared only in the same currency.
    """
    common = tuple(t for t in b.instance.horizon.names if t in a.instance.horizon.index)
    money = a.instance.currency == b.instance.currency
    mixed = mixed_units(a, b, named)
    found = []
    for name, (kinds, keys, unit, measure) in MEASURES.items():
        if not (money or unit != "money"):
            continue
        rename = Rename(named)
        before = {rename.of(kinds, key): value for key, value in measure(a, common).items()}
        after = measure(b, common)
        absent = None if unit == "share" else 0.0
        rows: dict[Key, Pair] = {}
        for key in dict.fromkeys((*after, *before)):
            pair = before.get(key, absent), after.get(key, absent)
            if _differ(*pair, tolerance) and not (name == "unmet_units" and key[0] in mixed):
                rows[key] = pair
        said = b.instance.currency if unit == "money" else unit
        found.append(Quantity(name, keys, said, rows))
    return tuple(found)


def _differ(before: float | None, after: float | None, tolerance: float) -> bool:
    if before is None or after is None:
        return before is not after
    return abs(before - after) > DUST and not same(before, after, tolerance)


def change_of(before: float | None, after: float | None) -> float | None:
    """Give the difference of two values, None where one is not known."""
    return None if before is None or after is None else after - before


def mixed_units(a: Side, b: Side, named: Callable[[str, str], str]) -> dict[str, tuple[str, str]]:
    """Give the demands that the two count in different units, with both units."""
    before = {named("demands", demand.name): demand.unit for demand in a.instance.demands}
    after = {demand.name: demand.unit for demand in b.instance.demands}
    common = [name for name in after if name in before]
    return {n: (before[n], after[n]) for n in common if before[n] != after[n]}


def _summed(pairs: Iterable[tuple[Key, float]]) -> Amounts:
    sums: Amounts = defaultdict(float)
    for key, value in pairs:
        sums[key] += value
    return dict(sums)


def _costs(side: Side, _: tuple[str, ...]) -> Amounts:
    costs = {} if side.plan is None else side.plan.costs
    return {(category,): float(value) for category, value in costs.items()}


def _unmet(side: Side, _: tuple[str, ...]) -> Amounts:
    summary = {} if side.account is None else unmet_summary(side.instance, side.account)
    return {(name,): of["share"] for name, of in summary.items()}


def _unmet_units(side: Side, common: tuple[str, ...]) -> Amounts:
    summary = {} if side.account is None else unmet_summary(side.instance, side.account)
    names = side.instance.horizon.index
    units = {demand.name: demand.unit for demand in side.instance.demands}
    return {
        (name, units[name], t): of["unmet"][names[t]]
        for name, of in summary.items()
        for t in common
    }


def _blocks(side: Side, common: tuple[str, ...]) -> Amounts:
    installed = {} if side.account is None else side.account.installed
    leaves = side.instance.leaves
    return _summed(
        ((key.block, leaves[key.place].facility, key.period), float(count))
        for key, count in installed.items()
        if key.period in common
    )


def _standing(field: str) -> Measure:
    """Give what measures blocks that are bought or retired, by facility."""

    def measure(side: Side, _: tuple[str, ...]) -> Amounts:
        leaves = side.instance.leaves
        return _summed(
            ((key.block, leaves[key.place].facility, key.period), float(count))
            for key, count in _decided(side, field).items()
        )

    return measure


def _serving(field: str) -> Measure:
    """Give what measures blocks that demands have, by facility."""

    def measure(side: Side, common: tuple[str, ...]) -> Amounts:
        leaves = side.instance.leaves
        return _summed(
            ((key.demand, key.block, leaves[key.place].facility, key.period), float(count))
            for key, count in _decided(side, field).items()
            if key.period in common
        )

    return measure


def _decided(side: Side, field: str) -> Mapping[Any, float]:
    decisions = None if side.plan is None else side.plan.decisions
    found: Mapping[Any, float] = {} if decisions is None else getattr(decisions, field)
    return found


def _lots(side: Side, _: tuple[str, ...]) -> Amounts:
    ordered = _decided(side, "ordered").items()
    return _summed(((key.option, key.period), float(lots)) for key, lots in ordered)


def _starts(side: Side, _: tuple[str, ...]) -> Amounts:
    starts = _decided(side, "starts").items()
    return {(key.demand, key.period): 1.0 for key, count in starts if count}


def _stands(side: Side, common: tuple[str, ...]) -> Amounts:
    horizon = side.instance.horizon
    hours = {t: h for t, h in zip(horizon.names, horizon.hours, strict=True) if t in common}
    whole = sum(hours.values())
    assigned = _serving("assigned")(side, common)
    return _summed((key[:-1], count * hours[key[-1]] / whole) for key, count in assigned.items())


PERIOD: Final = "period"
STANDING: Final = ("blocks", "facilities", ""), ("block", "facility", PERIOD), "blocks"
SERVING: Final = (
    ("demands", "blocks", "facilities", ""),
    ("demand", "block", "facility", PERIOD),
    "blocks",
)
MEASURES: Final[Mapping[str, tuple[tuple[str, ...], tuple[str, ...], str, Measure]]] = {
    "costs": (("",), ("category",), "money", _costs),
    "unmet": (("demands",), ("demand",), "share", _unmet),
    "unmet_units": (("demands", "", ""), ("demand", "unit", PERIOD), "units", _unmet_units),
    "installed": (*STANDING, _blocks),
    "bought": (*STANDING, _standing("bought")),
    "retired": (*STANDING, _standing("retired")),
    "ordered": (("options", ""), ("option", PERIOD), "lots", _lots),
    "starts": (("demands", ""), ("demand", PERIOD), "runs", _starts),
    "assigned": (*SERVING, _serving("assigned")),
    "reserved": (*SERVING, _serving("reserved")),
    "assigned_on_average": (SERVING[0][:-1], SERVING[1][:-1], "blocks", _stands),
}
"""The tables: the collections that keys are names of, the columns, the unit, what is measured."""
