"""Demand: what is met and what stays unmet make the amount."""

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.variables import Payment, charge_unmet, pay


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Split each amount into what is served at facilities and what stays unmet, at its price.

    .. math::
        \sum_f s_{drft} + u_{drt} &= A_{drt} \\
        \sum_r s_{drft} &\le \sum_{b, z \in f} n_b \, y_{dbt} \, a_{dbzt} \\
        \sum_f s_{drft} &\ge \sigma_d A_{drt}

    where :math:`s` is served, :math:`u` unmet, :math:`A` ``Demand.amount`` of a region, :math:`a`
    blocks
    assigned, :math:`n_b` ``Block.accelerators``, :math:`y` ``Demand.yields`` and :math:`\sigma`
    ``Demand.min_share``. Unmet units cost ``unmet_cost`` an hour, served ones
    ``cost_per_unit_hour``.
    """
    facts = block.facts
    floored = [key for key in block.asked if facts.demands[key[0]].min_share > 0]
    served: dict[tuple[str, str, str], list[pyo.Var]] = {}
    for d, r, f, t in facts.services:
        key = block.pools.workload(d), f, t
        served.setdefault(key, []).append(block.served[d, r, f, t])
    blocks: dict[tuple[str, str, str], list[pyo.Expression]] = {key: [] for key in served}
    for d, kind, path, t in block.assignments:
        units = facts.units_per_block[d, kind, t]
        serving = blocks.get((d, facts.facility_of[path], t), [])
        serving.append(units * block.assigned[d, kind, path, t])

    @block.Constraint(block.asked)
    def met_and_unmet_make_the_amount(block: pyo.Block, d: str, r: str, t: str) -> pyo.Expression:
        return block.met[d, r, t] + block.unmet[d, r, t] == facts.amount[d, r, t]

    @block.Constraint(list(served))
    def served_within_what_is_assigned(block: pyo.Block, d: str, f: str, t: str) -> pyo.Expression:
        return sum(served[d, f, t]) <= sum(blocks[d, f, t])

    @block.Constraint(floored)
    def met_at_least_min_share(block: pyo.Block, d: str, r: str, t: str) -> pyo.Expression:
        return block.unmet[d, r, t] <= (1 - facts.demands[d].min_share) * facts.amount[d, r, t]

    _costs(block, instance)


def _costs(block: pyo.Block, instance: Instance) -> None:
    """Charge unmet and served units for each hour, at the middle of the period."""
    facts = block.facts
    for demand in instance.demands:
        price = instance.over_periods(demand.unmet_cost)
        for t in facts.periods:
            hours = facts.discount_at_middle[t] * facts.hours[t]
            unmet = sum(
                block.unmet[demand.name, r, t]
                for r in demand.regions
                if (demand.name, r, t) in block.asked
            )
            charge_unmet(block, demand.name, t, hours * price[t] * unmet)
    price_at = {
        (demand.name, facility): instance.cost_per_unit_hour(demand, facility)
        for demand in instance.demands
        for facility in instance.facilities
    }
    for d, r, f, t in facts.services:
        if price_at[d, f][t]:
            paid = facts.hours[t] * price_at[d, f][t] * block.served[d, r, f, t]
            pay(block, "serving", Payment(t, "middle", paid, f, demand=d))
