"""Power: what a place hosts may not draw more than it is given."""

from functools import cache

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.instances.places import KW_PER_MW
from gridblock.model.additions import GRID
from gridblock.model.exact import difference
from gridblock.model.facts import POWER, Facts
from gridblock.model.limits import fits, limited, within_limit
from gridblock.model.variables import Payment, pay


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Keep each place within its critical power, and each facility within its grid power.

    .. math::
        \sum_{b, z \in l} p_b \, x_{bzt} &\le P_{lt} \qquad \forall l, t \\
        \epsilon_f \sum_{b, z \in f} p_b \, x_{bzt} &\le G_{ft} \qquad \forall f, t \\
        x_{bzt} &\le i_{bzt} \qquad \forall b, z, t

    where :math:`x` is powered, :math:`i` installed, :math:`p` ``Block.uses`` of ``power_kw``,
    :math:`P` the ``power_mw`` of place :math:`l`, :math:`G` ``Facility.grid_mw`` and
    :math:`\epsilon` ``Facility.pue``.
    """
    grid = block.bounds.additions.limits

    @block.Constraint(limited(block, {POWER}))
    def critical_power_within_limit(
        block: pyo.Block, path: str, power: str, t: str
    ) -> pyo.Expression:
        return within_limit(block, path, power, t, block.powered)

    @block.Constraint([(f, t) for f, name, t in grid if name == GRID])
    def grid_power_within_limit(block: pyo.Block, f: str, t: str) -> pyo.Expression:
        pue = instance.facilities[f].pue
        return fits(block, f, POWER, t, block.powered, grid[f, GRID, t], pue)

    @block.Constraint(block.switchable)
    def powered_within_installed(block: pyo.Block, kind: str, path: str, t: str) -> pyo.Expression:
        return block.powered_on[kind, path, t] <= block.installed[kind, path, t]

    _costs(block, instance)


def _costs(block: pyo.Block, instance: Instance) -> None:
    r"""Charge energy and carbon: rated power x load or idle factor x PUE x hours.

    .. math::
        E_{ft} = \epsilon_f h_t \sum_{b, z \in f} p_b
        \big(\iota_b x_{bzt} + (\lambda_b - \iota_b) \sum_d a_{dbzt}\big)
    """
    facts = block.facts
    kinds = instance.blocks
    more = {kind: difference(each.load_factor, each.idle) for kind, each in kinds.items()}
    per_mwh = {}
    for f, site in instance.facilities.items():
        price, kg = (
            instance.over_periods(site.energy_per_mwh),
            instance.over_periods(site.carbon_kg_per_mwh),
        )
        per_t = instance.over_periods(instance.carbon_price_per_t)
        for t in facts.periods:
            per_mwh[f, t] = {"energy": price[t], "carbon": kg[t] / 1000 * per_t[t]}

    @cache
    def due(kind: str, f: str, t: str, factor: float) -> list[tuple[str, float]]:
        mwh = drawn_mwh(facts, kind, f, t, factor)
        return [(what, mwh * price) for what, price in per_mwh[f, t].items() if mwh and price]

    paid: dict[tuple[str, str, str, str], list[pyo.Expression]] = {}

    def charge_energy(kind: str, path: str, t: str, factor: float, blocks: pyo.Expression) -> None:
        f = facts.facility_of[path]
        for category, each in due(kind, f, t, factor):
            paid.setdefault((category, f, kind, t), []).append(each * blocks)

    for kind, path, t in block.standing:
        charge_energy(kind, path, t, kinds[kind].idle, block.powered[kind, path, t])
    for d, kind, path, t in block.assignments:
        charge_energy(kind, path, t, more[kind], block.assigned[d, kind, path, t])
    for (category, f, kind, t), parts in paid.items():
        pay(block, category, Payment(t, "middle", sum(parts), f, kind))


def drawn_mwh(facts: Facts, kind: str, facility: str, period: str, factor: float) -> float:
    """Give the energy from the grid of one block that draws a share of its rated power."""
    instance = facts.instance
    mw = instance.blocks[kind].uses.get(POWER, 0.0) / KW_PER_MW * instance.facilities[facility].pue
    return mw * factor * facts.hours[period]
