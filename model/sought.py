"""How many more blocks limits over the plan may ask for, where no place bounds them."""

import math
from collections.abc import Iterator

from gridblock.instances.places import KW_PER_MW
from gridblock.instances.schema.limits import Limit
from gridblock.instances.schema.series import spread
from gridblock.model.facts import POWER, Facts

MOST = 10**7
"""More blocks than any plan holds."""


def sought(facts: Facts, useful: int, kind: str, facility: str) -> int:
    """Give the most blocks of a type at a facility that may be worth owning for limits alone.

    A floor asks for at most what it says over what one block adds. A share asks for at most what
    counts towards it over the share, and that may hold blocks which other limits ask for.

    Args:
        facts: the instance.
        useful: how many blocks demands can use, over all types and places.
        kind: the block type.
        facility: where.
    """
    owned = useful + sum(
        count
        for leaf in facts.instance.leaves.values()
        for count in (*leaf.installed.values(), *map(sum, leaf.on_order.values()))
    )
    asking = [limit for limit in facts.instance.limits if limit.min or limit.max_share]
    more = 0.0
    for _ in range(1 + sum(1 for limit in asking if limit.max_share)):
        more = sum(_asked(facts, limit, owned + more, kind, facility) for limit in asking)
    return math.ceil(min(more, MOST))


def _asked(facts: Facts, limit: Limit, owned: float, kind: str, facility: str) -> float:
    """Give how many blocks one limit may ask for, if so many are owned besides."""
    adds = [value for value in _values(facts, limit, kind, facility) if value > 0]
    if not adds:
        return 0.0
    least, asked = min(adds), 0.0
    if limit.min is not None:
        asked += max(spread(limit.min, facts.instance.horizon)) / least
    shares = () if limit.max_share is None else spread(limit.max_share, facts.instance.horizon)
    if any(shares):
        largest = max(v for k, f in _pairs(facts) for v in _values(facts, limit, k, f))
        times = len(facts.periods) * 4
        asked += owned * times * largest / (min(share for share in shares if share) * least)
    return asked + 1


def _pairs(facts: Facts) -> Iterator[tuple[str, str]]:
    for kind in facts.instance.blocks:
        for facility in facts.instance.facilities:
            yield kind, facility


def _values(facts: Facts, limit: Limit, kind: str, facility: str) -> Iterator[float]:
    """Give what one block adds to a measure, idle or not, by period and payment by payment."""
    instance = facts.instance
    hardware, site = instance.blocks[kind], instance.facilities[facility]
    mw = hardware.uses.get(POWER, 0.0) / KW_PER_MW
    each = float(hardware.accelerators)
    levels = {"blocks": 1.0, "accelerators": each, "power": mw}
    levels |= {"blocks_used": 1.0, "accelerators_used": each}
    factors = hardware.idle, hardware.load_factor
    once = instance.over_periods(hardware.cost_once or 0.0)
    keep = instance.over_periods(hardware.cost_per_period)
    carbon = instance.over_periods(site.carbon_kg_per_mwh)
    for t in facts.periods:
        rated_mwh = mw * site.pue * facts.hours[t]
        if limit.measure in levels:
            yield levels[limit.measure] * (1 if limit.per == "period" else facts.hours[t])
        elif limit.measure == "energy":
            yield from (factor * rated_mwh for factor in factors)
        elif limit.measure == "carbon":
            yield from (factor * rated_mwh * carbon[t] / 1000 for factor in factors)
        elif limit.measure in {"spend", "spend_once"}:
            yield once[t]
            if limit.measure == "spend":
                yield keep[t]
                price = instance.over_periods(site.energy_per_mwh)[t]
                yield from (factor * rated_mwh * price for factor in factors)
