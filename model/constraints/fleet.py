"""Fleet: blocks owned from period to period, bought, arriving, retired."""

from itertools import pairwise

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.variables import Payment, charge, pay


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Carry the fleet from each period to the next, within what vendors deliver.

    .. math::
        o_{bzt} &= o_{bz,t-1} + p_{bzt} + q_{bzt} - r_{bzt} \\
        \sum_z p_{bzt} \le S_{bt}, \quad \sum_{b \in g, z} n_b \, p_{bzt} &\le S_{gt}

    where :math:`o` is owned (``installed`` before the first period), :math:`p` bought, by period of
    entering service, :math:`q` ``on_order``, :math:`r` retired, :math:`S` ``supply`` of a block
    type or accelerator, :math:`n_b` ``Block.accelerators``. Buying costs ``cost_once``, keeping
    ``cost_per_period``; retiring brings ``resale_share``, the end of the horizon ``end_share``.
    """
    _carry(block)
    _supply(block, instance)
    _order_twins(block, instance)
    _costs(block, instance)


def _carry(block: pyo.Block) -> None:
    facts = block.facts
    previous = {after: before for before, after in pairwise(facts.periods)}

    @block.Constraint(block.fleet)
    def owned_carries_over(block: pyo.Block, kind: str, path: str, t: str) -> pyo.Expression:
        installed = facts.instance.leaves[path].installed.get(kind, 0)
        had = block.owned[kind, path, previous[t]] if t in previous else installed
        bought = block.bought[kind, path, t] if (kind, path, t) in block.purchases else 0
        due = facts.due.get((kind, path, t), 0)
        return block.owned[kind, path, t] == had + bought + due - block.retired[kind, path, t]


def _supply(block: pyo.Block, instance: Instance) -> None:
    """Keep what is bought within what vendors deliver, of blocks and of accelerators."""
    bought: dict[tuple[str, str], list[pyo.Var]] = {}
    new_chips: dict[tuple[str, str], list[pyo.Expression]] = {}
    for kind, path, t in block.purchases:
        purchase, hardware = block.bought[kind, path, t], instance.blocks[kind]
        bought.setdefault((kind, t), []).append(purchase)
        new_chips.setdefault((hardware.accelerator, t), []).append(hardware.accelerators * purchase)
    of_block = {
        k: instance.over_periods(b.supply)
        for k, b in instance.blocks.items()
        if b.supply is not None
    }
    of_chip = {
        g: instance.over_periods(a.supply)
        for g, a in instance.accelerators.items()
        if a.supply is not None
    }

    @block.Constraint([(kind, t) for kind, t in bought if kind in of_block])
    def bought_within_supply(block: pyo.Block, kind: str, t: str) -> pyo.Expression:
        return sum(bought[kind, t]) <= of_block[kind][t]

    @block.Constraint([(chip, t) for chip, t in new_chips if chip in of_chip])
    def accelerators_bought_within_supply(block: pyo.Block, chip: str, t: str) -> pyo.Expression:
        return sum(new_chips[chip, t]) <= of_chip[chip][t]


def _order_twins(block: pyo.Block, instance: Instance) -> None:
    """Order identical copies of a zone by what stands in them at the end: names are arbitrary."""
    facts = block.facts
    last = facts.periods[-1]

    def standing(path: str) -> pyo.Expression:
        leaves = facts.leaves_of[path]
        return sum(
            block.installed[kind, leaf, last] for leaf in leaves for kind in facts.kinds_at[leaf]
        )

    twins = {
        path: place.twin
        for path, place in instance.places.items()
        if place.twin
        and any(facts.kinds_at[leaf] for leaf in facts.leaves_of[path])
        and place.written not in facts.told_apart
    }

    @block.Constraint(list(twins))
    def copies_in_order(block: pyo.Block, path: str) -> pyo.Expression:
        return standing(twins[path]) >= standing(path)


def _costs(block: pyo.Block, instance: Instance) -> None:
    """Charge what is bought and kept, credit what is retired or left at the end."""
    facts = block.facts
    price = {k: instance.over_periods(b.cost_once or 0.0) for k, b in instance.blocks.items()}
    keep = {k: instance.over_periods(b.cost_per_period) for k, b in instance.blocks.items()}
    at_start = facts.discount_at_start
    for kind, path, t in block.purchases:
        paid = price[kind][t] * block.bought[kind, path, t]
        f = facts.facility_of[path]
        pay(block, "hardware", Payment(t, "start", paid, f, kind))
    for kind, path, t in block.fleet:
        paid = keep[kind][t] * block.owned[kind, path, t]
        f = facts.facility_of[path]
        pay(block, "hardware", Payment(t, "middle", paid, f, kind))
        resale = instance.blocks[kind].resale_share * price[kind][t]
        charge(block, "resale", t, -at_start[t] * resale * block.retired[kind, path, t])
    last, at_end = facts.periods[-1], instance.horizon.discount_at_end(instance.discount_rate)
    for kind, path in facts.owns:
        left = instance.blocks[kind].end * price[kind][last]
        charge(block, "end_credit", last, -at_end * left * block.owned[kind, path, last])
