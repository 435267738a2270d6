"""What a plan changes in the plan in force: orders, retirements and assignments."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.instances.schema.current import InForce
from gridblock.instances.standing_orders import known_periods
from gridblock.model.plan import Decisions, PlanData
from gridblock.reports.sections import Column, Row, Section
from gridblock.reports.words import aligned, and_more, money, plural

COLUMNS: Final = ("what", "name", "block", "place", "period", "was", "now", "change")
"""The columns of the table ``changes``."""
MOST_ROWS: Final = 12
NOUNS: Final = {
    "ordered": "order",
    "bought": "order",
    "retired": "retirement",
    "assigned": "assignment",
}
WITHIN: Final = 1e-6
"""Shared blocks that differ by less are the same, as a share of the larger, or of 1."""
Key = tuple[str, str | None, str | None, str]


class Change(NamedTuple):
    """One change.

    Attributes:
        what: ordered, bought, retired or assigned, as in a plan.
        name: the option, block type or demand.
        block: the block type, None for lots.
        place: where, None for lots.
        period: when; for lots the period of order, for blocks bought that of entering service.
        was: lots or blocks in the plan in force.
        now: lots or blocks in the plan.
    """

    what: str
    name: str
    block: str | None
    place: str | None
    period: str
    was: float
    now: float


def changes(instance: Instance, decisions: Decisions) -> Iterator[Change]:
    """Give all changes in the periods that the plan in force knows too, in the instance's order."""
    if instance.current is None:
        return
    for what, (before, after) in _both(instance.current.plan, decisions).items():
        periods = set(known_periods(instance))
        keys = {key for key in (*before, *after) if key[-1] in periods}
        for key in sorted(keys, key=_order(instance)):
            was, now = before.get(key, 0), after.get(key, 0)
            if abs(now - was) > WITHIN * max(1, was, now):
                yield Change(what, *key, was, now)


def _both(
    plan: InForce, decisions: Decisions
) -> dict[str, tuple[dict[Key, float], dict[Key, float]]]:
    """Give what was and what is, by name, block type, place and period."""
    bought: dict[Key, float] = {}
    for row in plan.bought:
        key = (row.block, row.block, row.place, row.period)
        bought[key] = bought.get(key, 0) + row.blocks
    return {
        "ordered": (
            {(row.option, None, None, row.period): row.lots for row in plan.ordered},
            {(key.option, None, None, key.period): n for key, n in decisions.ordered.items()},
        ),
        "bought": (bought, _standing(decisions.bought)),
        "retired": (
            {(row.block, row.block, row.place, row.period): row.blocks for row in plan.retired},
            _standing(decisions.retired),
        ),
        "assigned": (
            {(r.demand, r.block, r.place, r.period): r.blocks for r in plan.assigned},
            {(*key,): blocks for key, blocks in decisions.assigned.items()},
        ),
    }


def _standing(counts: Mapping[Any, int]) -> dict[Key, float]:
    return {(key.block, key.block, key.place, key.period): n for key, n in counts.items()}


def _order(instance: Instance) -> Callable[[Key], tuple[Any, ...]]:
    """Give a key to sort by: the order of the instance, then by name what it no longer has."""
    named = (*instance.contracts, *instance.blocks, *(d.name for d in instance.demands))
    ranks = [
        {name: i for i, name in enumerate(names)}
        for names in (named, instance.blocks, instance.leaves, instance.horizon.names)
    ]

    def rank(key: Key) -> tuple[Any, ...]:
        return tuple(
            (of.get(part or "", len(of)), part or "") for of, part in zip(ranks, key, strict=True)
        )

    return rank


def rows(instance: Instance, decisions: Decisions, _: object) -> Iterator[tuple[Any, ...]]:
    """Give the rows of the table ``changes``."""
    for each in changes(instance, decisions):
        yield (*each[:5], float(each.was), float(each.now), float(each.now - each.was))


def sentence(instance: Instance, plan: PlanData) -> str:
    """Say in a sentence what changes; nothing where no plan is in force."""
    if instance.current is None or plan.decisions is None:
        return ""
    found = list(changes(instance, plan.decisions))
    if not found:
        return "The plan in force stays as it is."
    counts = Counter(NOUNS[each.what] for each in found)
    *most, last = (plural(count, noun) for noun, count in counts.items())
    parts = f"{', '.join(most)} and {last}" if most else last
    paid = plan.costs.get("moves", 0.0)
    price = f"; what is moved costs {money(paid, instance.currency)}" if paid else ""
    return f"Changes {parts} of the plan in force{price}."


def section(instance: Instance, decisions: Decisions) -> Section | None:
    """Give the largest changes, orders first; None where nothing changes."""
    spells = sorted(_spells(instance, changes(instance, decisions)), key=_weight)
    if not spells:
        return None
    shown = spells[:MOST_ROWS]
    write = aligned(n for first, _, _ in shown for n in (first.was, first.now))
    return Section(
        title="Changes to the plan in force",
        unit="lots as ordered, blocks in service",
        columns=(
            Column("what"),
            Column("name"),
            Column("place"),
            Column("period"),
            Column("was", right=True),
            Column("now", right=True),
        ),
        rows=tuple(_row(write, *spell) for spell in shown),
        note=and_more(len(spells) - MOST_ROWS, "changes"),
    )


Spell = tuple[Change, str, int]
"""The same change in successive periods: the first one, the last period, how many there are."""


def _spells(instance: Instance, found: Iterable[Change]) -> Iterator[Spell]:
    index = instance.horizon.index
    spell: Spell | None = None
    for each in found:
        if spell is not None:
            first, last, count = spell
            same = each._replace(period=first.period) == first
            if same and index[each.period] == index[last] + 1:
                spell = (first, each.period, count + 1)
                continue
            yield spell
        spell = (each, each.period, 1)
    if spell is not None:
        yield spell


def _weight(spell: Spell) -> tuple[bool, float]:
    first, _, count = spell
    return first.what == "assigned", -abs(first.now - first.was) * count


def _row(write: Callable[[float], str], first: Change, last: str, count: int) -> Row:
    name = f"{first.name} on {first.block}" if first.what == "assigned" else first.name
    when = first.period if count == 1 else f"{first.period} to {last}"
    return first.what, name, first.place or "", when, write(first.was), write(first.now)
