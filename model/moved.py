"""Blocks moved: what demands are given beyond the plan in force, when, and what it costs."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.instances.standing_orders import given_blocks, known_periods
from gridblock.model.ledger import Entry, discount_factors
from gridblock.model.plan import Assignment, Decisions
from gridblock.model.quantities import ZERO, decimal

NOTHING: Final = Fraction(1, 10**9)
"""So few blocks are none."""
DUST: Final = Fraction(1, 10**10)
ENOUGH: Final = Fraction(999, 10**9)
"""What falls short by less is a solver's tolerance, as a share of the blocks, or of 1."""


class Beyond(NamedTuple):
    """What a demand is given at a place, beyond the plan in force.

    Attributes:
        key: the demand, block type, leaf place and period.
        blocks: by how much it is given more than there; below 0 for less.
        largest: the larger of the two.
    """

    key: Assignment
    blocks: Fraction
    largest: Fraction


def is_priced(instance: Instance) -> bool:
    """Say whether moves cost anything."""
    return instance.current is not None and instance.current.move_cost > 0


def beyond_in_force(
    instance: Instance, assigned: Mapping[Assignment, float]
) -> Iterator[tuple[Beyond, ...]]:
    """Give what each demand is given of a block type at a place, period after period.

    Only demands and periods that the plan in force knows, where anything is assigned in any.
    """
    in_force, periods = given_blocks(instance), known_periods(instance)
    for d, kind, path in dict.fromkeys(key[:3] for key in assigned if key.demand in in_force):
        figures = [
            (key, decimal(assigned.get(key, 0.0)), decimal(in_force[d].get(key[1:], 0.0)))
            for key in (Assignment(d, kind, path, t) for t in periods)
        ]
        yield tuple(Beyond(key, a - p, max(a, p)) for key, a, p in figures)


def moved_blocks(
    instance: Instance,
    assigned: Mapping[Assignment, float],
    found: Mapping[Assignment, float],
) -> dict[Assignment, float]:
    """Give the blocks to move in each period: when they are given, and none twice.

    Args:
        instance: what is given.
        assigned: blocks assigned.
        found: blocks moved so far by period, as a solver has found them; it may be off by its
            tolerance, which is not worth a payment.
    """
    moved: dict[Assignment, float] = {}
    if not is_priced(instance):
        return moved
    needed = {each.key: each for chain in beyond_in_force(instance, assigned) for each in chain}
    so_far: dict[tuple[str, ...], Fraction] = defaultdict(Fraction)
    index = instance.horizon.index
    for key in sorted(dict.fromkeys((*needed, *found)), key=lambda key: index[key.period]):
        need = needed.get(key, Beyond(key, ZERO, ZERO))
        target = _target(need, decimal(found.get(key, 0.0)))
        more = target - so_far[key[:3]]
        if more > NOTHING * max(Fraction(1), target):
            whole = more.denominator == 1
            moved[key] = int(more) if whole else float(f"{float(more):.12g}")
            so_far[key[:3]] += decimal(moved[key])
    return moved


def _target(needed: Beyond, found: Fraction) -> Fraction:
    """Give the blocks to have moved by then: what is needed, or found to be enough."""
    short, size = needed.blocks - found, max(Fraction(1), needed.largest)
    return found if DUST * size < short <= ENOUGH * size else needed.blocks


def move_costs(instance: Instance, decisions: Decisions) -> Iterator[Entry]:
    """Charge blocks moved x move_cost, at the start of the period."""
    current = instance.current
    if current is None or not current.move_cost:
        return
    price = decimal(current.move_cost)
    factors = discount_factors(instance.horizon, instance.discount_rate)
    for (_, kind, path, t), blocks in decisions.moved.items():
        facility, amount = instance.leaves[path].facility, price * decimal(blocks)
        if amount:
            factor = factors[t, "start"]
            yield Entry("moves", t, "start", facility, kind, amount, factor)
