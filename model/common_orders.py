"""Orders that are placed before it is known what comes: the same ones whichever scenario does."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pyomo.environ as pyo

from gridblock.instances.contracts import Contract
from gridblock.instances.instance import Instance
from gridblock.model.bounds import Bounds
from gridblock.model.build import add_all
from gridblock.model.extensive import Stage
from gridblock.model.facts import Facts
from gridblock.model.in_force import Shared
from gridblock.model.pools import EXACT


class Order(NamedTuple):
    """Blocks of one type for one facility, or lots of an option, ordered in one period.

    Attributes:
        period: of the order.
        name: the block type, or the option.
        facility: where the blocks go; "" for lots.
    """

    period: str
    name: str
    facility: str = ""


def add_scenario(
    block: pyo.Block, instance: Instance, resolves: int, shared: Shared | None = None
) -> Stage:
    r"""Add a scenario to a block, and say what of it is ordered before it is known what comes.

    .. math:: x_{bf\tau} = \sum_{z \in f} p_{bz,\tau + L_b}, \quad x_{o\tau} = n_{o\tau}
        \qquad \forall \tau < T

    where :math:`p` is bought, by period of entering service, :math:`L` the lead that the block has
    in the scenario, :math:`n` lots ordered and :math:`T` the period in which it becomes known what
    comes. Blocks are ordered for a facility; in which of its halls they stand may differ. What
    would enter service after the horizon has no effect in the scenario; of lots it is paid what
    falls due up to then. Orders that the plan in force keeps are not decided here.

    Args:
        block: where the scenario goes.
        instance: what is given in it.
        resolves: position of the period in which it becomes known what comes.
        shared: the most blocks that orders may bring that other scenarios want.
    """
    add_all(block, instance, reductions=EXACT, shared=shared)
    names, facts = instance.horizon.names, block.facts
    first: dict[Order, Any] = {}
    late: dict[Order, float] = {}
    bought: dict[Order, list[Any]] = defaultdict(list)
    for (kind, path, t), variable in block.bought.items():
        order = instance.horizon.index[t] - instance.blocks[kind].lead
        if facts.in_force.first_free <= order < resolves:
            bought[Order(names[order], kind, facts.facility_of[path])].append(variable)
    first |= {key: sum(variables) for key, variables in bought.items()}
    late |= dict.fromkeys(_late_blocks(facts, resolves), 0.0)
    for (option, t), variable in block.ordered.items():
        if facts.in_force.first_free <= instance.horizon.index[t] < resolves:
            first[Order(t, option)] = variable
    late |= _late_lots(facts, resolves)
    cost = sum(block.cost[key] for key in block.cost)
    return Stage(cost, first, late)


def _late_blocks(facts: Facts, resolves: int) -> Iterator[Order]:
    """Give the orders of blocks that would enter service after the horizon."""
    names = facts.periods
    allowed = {
        (kind, facility)
        for kind, block in facts.instance.blocks.items()
        if block.cost_once is not None
        for facility in facts.instance.chosen(block.where)
    }
    for kind, facility in sorted(allowed):
        lead = facts.instance.blocks[kind].lead
        for order in range(max(facts.in_force.first_free, len(names) - lead), resolves):
            yield Order(names[order], kind, facility)


def _late_lots(facts: Facts, resolves: int) -> dict[Order, float]:
    """Give the orders of lots that would enter service after the horizon, and what is due then."""
    late: dict[Order, float] = {}
    for name, contract in facts.instance.contracts.items():
        for order in _late_orders(contract, facts.in_force.first_free, resolves):
            late[Order(facts.periods[order], name)] = due_within(facts, contract, order)
    return late


def _late_orders(contract: Contract, first: int, resolves: int) -> range:
    """Give the periods before one in which lots may be ordered, but in time for nothing."""
    if not contract.on_offer:
        return range(0)
    index, window = contract.horizon.index, contract.option.order
    earliest = 0 if window.earliest is None else index[window.earliest]
    latest = len(index) - 1 if window.latest is None else index[window.latest]
    in_time = len(index) - contract.option.lead
    return range(max(first, earliest, in_time), min(resolves, latest + 1))


def due_within(facts: Facts, contract: Contract, order: int) -> float:
    """Give what of the price of a lot falls due within the horizon, as a net present value."""
    once = list(facts.instance.over_periods(contract.option.cost_once).values())
    if not contract.option.pay:
        return 0.0
    return sum(
        facts.discount_at_start[facts.periods[due]] * share * once[priced]
        for due, share, priced in contract.dues(order)
        if due < len(once)
    )


def shared_blocks(instances: Mapping[str, Instance], resolves: int) -> dict[str, Shared]:
    """Give, for each scenario, the most blocks that an order may bring that some scenario wants.

    What a scenario wants at most follows from its own limits and demands. What is ordered for
    others comes all the same, and may be retired at once.

    Args:
        instances: what is given, by scenario.
        resolves: position of the period in which it becomes known what comes.
    """
    wanted = {name: _wanted(given, resolves) for name, given in instances.items()}
    most: dict[tuple[str, str], list[int]] = {}
    for of in wanted.values():
        for key, blocks in of.items():
            held = most.get(key, blocks)
            most[key] = [max(pair) for pair in zip(held, blocks, strict=True)]
    return {
        name: {
            (kind, path, given.horizon.names[order + lead]): count
            for kind, path in wanted[name]
            for lead in (given.blocks[kind].lead,)
            for order, count in enumerate(most[kind, path])
            if count and order + lead < len(given.horizon)
        }
        for name, given in instances.items()
    }


def _wanted(instance: Instance, resolves: int) -> dict[tuple[str, str], list[int]]:
    """Give the most blocks that a scenario wants, by type, leaf place and period of the order."""
    facts, names = Facts(instance), instance.horizon.names
    owned = Bounds(facts).owned
    return {
        (kind, path): [
            owned[kind, path, names[order + lead]] if order + lead < len(names) else 0
            for order in range(resolves)
        ]
        for kind, path in facts.owns
        if instance.blocks[kind].cost_once is not None
        for lead in (instance.blocks[kind].lead,)
    }
