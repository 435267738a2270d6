"""What is decided, and the named sums that families read and add to."""

from typing import Any, NamedTuple

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.appetite import counts_spending
from gridblock.model.ledger import CATEGORIES


def add(block: pyo.Block, instance: Instance) -> None:
    """Add the decisions with their bounds, and the sums that follow from them."""
    _lots(block, instance)
    _openings(block)
    _fleet(block)
    _work(block)
    _runs(block)
    _sums(block, instance)


def _lots(block: pyo.Block, instance: Instance) -> None:
    """Add lots ordered, those in effect, and the blocks that they lease.

    There are variables only in the window of an option (``order``).
    """
    facts, additions = block.facts, block.bounds.additions
    contracts = instance.contracts
    orders = [(o, facts.periods[order]) for o, c in contracts.items() for order in c.orders]
    block.ordered = pyo.Var(
        [key for key in orders if contracts[key[0]].on_offer],
        within=pyo.NonNegativeIntegers,
        bounds=lambda _, o, t: (0, contracts[o].on_offer),
    )

    def in_effect(block: pyo.Block, o: str, t: str) -> pyo.Expression:
        at, contract = instance.horizon.index[t], contracts[o]
        signed = sum(lots for _, lots in contract.signed_in_effect(at))
        ordered = ((o, facts.periods[order]) for order in contract.in_effect(at))
        return signed + sum(block.ordered[key] for key in ordered if key in block.ordered)

    block.lots = pyo.Expression(list(contracts), facts.periods, rule=in_effect)

    def blocks_of_lots(_: pyo.Block, o: str, i: int, *__: str) -> pyo.Set:
        """Lots make them whole where they can stand in one leaf place only."""
        alone = len(facts.lease_sites[o, i]) == 1
        return pyo.NonNegativeReals if alone else pyo.NonNegativeIntegers

    leases = [
        (name, i, leaf, t)
        for (name, i), leaves in facts.lease_sites.items()
        for leaf in leaves
        for t in facts.periods
        if additions.leases[name, i, t].most
    ]
    block.leased = pyo.Var(
        leases,
        within=blocks_of_lots,
        bounds=lambda _, o, i, leaf, t: (0, int(additions.leases[o, i, t].most)),
    )


def _openings(block: pyo.Block) -> None:
    """Say of each place that options open whether it is open: at all, or copy by copy.

    One lot at most opens a place exactly when it is in effect; otherwise a binary says so.
    """
    openers = block.bounds.additions.openers
    contracts = block.facts.instance.contracts
    direct = {
        places[0]: names[0]
        for places, names in openers.items()
        if len(places) == len(names) == 1 and contracts[names[0]].option.max == 1
    }
    opened = [path for places in openers for path in places]
    block.opening = pyo.Var(
        [path for path in opened if path not in direct], block.facts.periods, within=pyo.Binary
    )

    def is_open(block: pyo.Block, path: str, t: str) -> pyo.Expression:
        return block.lots[direct[path], t] if path in direct else block.opening[path, t]

    block.is_open = pyo.Expression(opened, block.facts.periods, rule=is_open)


def _fleet(block: pyo.Block) -> None:
    """Add blocks owned, bought, retired and, where they may be switched off, powered.

    There are variables only where a block may stand (``Block.where``), and of blocks bought only
    from its ``lead`` on.
    """
    facts, bounds = block.facts, block.bounds
    position = facts.instance.horizon.index
    block.fleet = pyo.Set(initialize=list(bounds.owned), dimen=3)
    block.purchases = pyo.Set(
        initialize=[
            (kind, path, t)
            for kind, path, t in bounds.owned
            if position[t] >= facts.buyable_from.get(kind, len(position))
            and (bounds.owned[kind, path, t] or facts.in_force.may_come(kind, path, t))
        ],
        dimen=3,
    )
    block.standing = pyo.Set(initialize=list(bounds.installed), dimen=3)
    block.switchable = pyo.Set(
        initialize=[
            key for key in bounds.installed if facts.instance.leaves[key[1]].may_switch_off
        ],
        dimen=3,
    )

    def up_to_owned(_: pyo.Block, kind: str, path: str, t: str) -> tuple[int, int]:
        return 0, bounds.owned[kind, path, t]

    def up_to_bought(_: pyo.Block, kind: str, path: str, t: str) -> tuple[int, int]:
        return 0, max(bounds.owned[kind, path, t], facts.in_force.may_come(kind, path, t))

    def up_to_powered(_: pyo.Block, kind: str, path: str, t: str) -> tuple[int, int]:
        return 0, bounds.powered[kind, path, t]

    def up_to_had(_: pyo.Block, kind: str, path: str, t: str) -> tuple[int, int]:
        return 0, bounds.retired(kind, path, t)

    block.owned = pyo.Var(block.fleet, within=pyo.NonNegativeIntegers, bounds=up_to_owned)
    block.bought = pyo.Var(block.purchases, within=pyo.NonNegativeIntegers, bounds=up_to_bought)
    block.retired = pyo.Var(block.fleet, within=pyo.NonNegativeIntegers, bounds=up_to_had)
    block.powered_on = pyo.Var(
        block.switchable, within=pyo.NonNegativeIntegers, bounds=up_to_powered
    )


def _work(block: pyo.Block) -> None:
    """Add blocks assigned to demands, units served and units unmet.

    There are variables only where a demand may run: at the facilities of ``Demand.where``, on
    blocks with a yield.
    """
    facts, bounds = block.facts, block.bounds
    most = block.pools.blocks_of_use(bounds.powered)
    block.assignments = pyo.Set(initialize=list(most), dimen=4)
    block.services = pyo.Set(initialize=facts.services, dimen=4)
    block.asked = pyo.Set(
        initialize=[key for key in facts.amount if key[0] not in facts.windows], dimen=3
    )

    def domain(_: pyo.Block, demand: str, *__: str) -> pyo.Set:
        return (
            pyo.NonNegativeIntegers if facts.demands[demand].whole_blocks else pyo.NonNegativeReals
        )

    def up_to_useful(_: pyo.Block, d: str, kind: str, path: str, t: str) -> tuple[float, float]:
        return 0, most[d, kind, path, t]

    def up_to_amount(_: pyo.Block, demand: str, region: str, *rest: str) -> tuple[float, float]:
        return 0, facts.amount[demand, region, rest[-1]]

    def up_to_lost(_: pyo.Block, *key: str) -> tuple[float, float]:
        return 0, bounds.reserved[key]

    block.assigned = pyo.Var(block.assignments, within=domain, bounds=up_to_useful)
    block.reserved = pyo.Var(list(bounds.reserved), within=domain, bounds=up_to_lost)
    block.served = pyo.Var(block.services, within=pyo.NonNegativeReals, bounds=up_to_amount)
    block.unmet = pyo.Var(block.asked, within=pyo.NonNegativeReals, bounds=up_to_amount)


def _runs(block: pyo.Block) -> None:
    """Add in which period each run starts, and with it in which ones it is under way."""
    facts = block.facts
    block.starts = pyo.Var(
        [(d, t) for d, windows in facts.windows.items() for t in windows], within=pyo.Binary
    )
    taking: dict[tuple[str, str], list[pyo.Var]] = {}
    for d, start in block.starts:
        for t in facts.windows[d][start]:
            taking.setdefault((d, t), []).append(block.starts[d, start])
    block.under_way = pyo.Expression(list(taking), rule=lambda _, *key: sum(taking[key]))


def _sums(block: pyo.Block, instance: Instance) -> None:
    """Name what families share: blocks installed and powered, units met, limits and costs."""
    facts = block.facts
    leases: dict[tuple[str, str, str], list[pyo.Var]] = {}
    for (o, i, leaf, t), leased in block.leased.items():
        kind = instance.contracts[o].option.leases[i].blocks
        leases.setdefault((kind, leaf, t), []).append(leased)

    def owned_and_leased(block: pyo.Block, *key: str) -> pyo.Expression:
        owned = block.owned[key] if key in block.fleet else 0
        return owned + sum(leases[key]) if key in leases else owned

    block.installed = pyo.Expression(block.standing, rule=owned_and_leased)
    block.powered = pyo.Expression(
        block.standing,
        rule=lambda b, *key: b.powered_on[key] if key in b.switchable else b.installed[key],
    )
    facilities: dict[tuple[str, str, str], list[str]] = {key: [] for key in facts.amount}
    for demand, region, facility, t in facts.services:
        facilities[demand, region, t].append(facility)
    block.met = pyo.Expression(
        list(facts.amount),
        rule=lambda b, d, r, t: sum(b.served[d, r, f, t] for f in facilities[d, r, t]),
    )
    ends = [(link.label, end) for link in instance.network.links for end in link.between]
    block.reserved_gbps = pyo.Expression(
        [(link, end, t) for link, end in ends for t in facts.periods], initialize=0.0
    )
    uplinks = [path for path, place in instance.places.items() if place.uplink_gbps is not None]
    block.fabric_gbps = pyo.Expression(
        [(path, t) for path in uplinks for t in facts.periods], initialize=0.0
    )
    block.cost = pyo.Expression(CATEGORIES, facts.periods, initialize=0.0)
    block.payments = []
    block.priced_unmet = pyo.Expression(list(facts.demands), initialize=0.0)


def charge(block: pyo.Block, category: str, period: str, amount: object) -> None:
    """Add an amount, a net present value, to a kind of cost in a period."""
    cost = block.cost[category, period]
    cost.set_value(cost.expr + amount)


class Payment(NamedTuple):
    """Money spent, as paid, with what it is for.

    Attributes:
        period: in which period it is paid.
        due: start or middle of it.
        amount: a linear expression, undiscounted.
        facility: where, or None for what has no facility.
        block: the block type, or None.
        demand: the demand, or None.
        option: the option, or None.
    """

    period: str
    due: str
    amount: Any
    facility: str | None = None
    block: str | None = None
    demand: str | None = None
    option: str | None = None


def pay(block: pyo.Block, category: str, payment: Payment) -> None:
    """Charge money spent at its net present value, and remember it where limits count spending."""
    facts = block.facts
    at_start = payment.due == "start"
    factors = facts.discount_at_start if at_start else facts.discount_at_middle
    charge(block, category, payment.period, factors[payment.period] * payment.amount)
    if counts_spending(facts.instance):
        block.payments.append(payment)


def charge_unmet(block: pyo.Block, demand: str, period: str, amount: object) -> None:
    """Charge what a demand pays for being unmet, and note it as the demand's."""
    charge(block, "unmet", period, amount)
    priced = block.priced_unmet[demand]
    priced.set_value(priced.expr + amount)
