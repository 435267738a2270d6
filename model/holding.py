"""Whether holding a block that serves nothing pays: what it brings in the end, less its keep."""

from itertools import accumulate

from gridblock.instances.places import KW_PER_MW
from gridblock.model.facts import POWER, Facts


def holding_pays(facts: Facts, kind: str, facility: str, *, powered: bool = True) -> bool:
    """Say whether some time of buying and some time of leaving make a gain from an idle block.

    Where energy has a negative price, the larger of idle and load draw counts, so that the answer
    errs towards yes. Without power it draws nothing.
    """
    instance, block = facts.instance, facts.instance.blocks[kind]
    if block.cost_once is None:
        return False
    price = list(instance.over_periods(block.cost_once).values())
    keep = _keeping_cost(facts, kind, facility, powered=powered)
    start = [facts.discount_at_start[t] for t in facts.periods]
    ends = [*(block.resale_share * p * d for p, d in zip(price, start, strict=True))]
    ends.append(block.end * price[-1] * instance.horizon.discount_at_end(instance.discount_rate))
    paid = list(accumulate(keep, initial=0.0))
    return any(
        ends[leave] - (paid[leave] - paid[buy]) > price[buy] * start[buy] * (1 + 1e-12)
        for buy in range(min(block.lead + facts.in_force.first_free, len(price)), len(price))
        for leave in range(buy, len(price) + 1)
    )


def _keeping_cost(facts: Facts, kind: str, facility: str, *, powered: bool) -> list[float]:
    """Give what an idle block costs in each period, at present value, powered or not."""
    instance, block, site = (
        facts.instance,
        facts.instance.blocks[kind],
        facts.instance.facilities[facility],
    )
    keep = instance.over_periods(block.cost_per_period)
    energy = instance.over_periods(site.energy_per_mwh)
    carbon = instance.over_periods(site.carbon_kg_per_mwh)
    price = instance.over_periods(instance.carbon_price_per_t)
    mw = block.uses.get(POWER, 0.0) / KW_PER_MW * site.pue if powered else 0.0
    costs = []
    for t in facts.periods:
        per_mwh = energy[t] + carbon[t] / 1000 * price[t]
        factor = block.idle if per_mwh >= 0 else block.load_factor
        costs.append(
            facts.discount_at_middle[t] * (keep[t] + mw * factor * facts.hours[t] * per_mwh)
        )
    return costs
