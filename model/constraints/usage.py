"""Usage: leased blocks that are paid by the hour, used or not."""

from collections.abc import Iterable

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.instances.places import KW_PER_MW
from gridblock.instances.schema.limits import Selection
from gridblock.instances.schema.options import Usage
from gridblock.model.constraints.power import drawn_mwh
from gridblock.model.exact import difference
from gridblock.model.facts import POWER
from gridblock.model.measures import Term, selected
from gridblock.model.variables import Payment, pay

Key = tuple[str, str, str]
"""A block type, a facility and a period."""
Use = tuple[str, str, str, str]
"""An option with the same."""


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Pay the committed share of leased blocks, and what is used above it: take-or-pay.

    .. math::
        \sum_o e_{obft} &\ge \sum_{d, z \in f} a_{dbzt} - \sum_{z \in f} o_{bzt} \\
        e_{obft} \le \ell_{obft}, \quad h_{obft} \ge e_{obft}, \quad
        h_{obft} &\ge \kappa_o \, \ell_{obft}

    where :math:`e` is leased blocks in use, what is assigned beyond the blocks owned,
    :math:`\ell` blocks leased, :math:`h` block-hours paid for an hour and :math:`\kappa`
    ``committed_share``. Where an option includes energy, that of its blocks is taken off.
    Where free energy, or a limit that asks for spending, makes it pay to use or to be charged more,
    the first and the last row hold with equality, of the larger of 0 and the right-hand sides.
    """
    leases = _leases_at(block, instance)
    usages = _usages(instance)
    metered = {key for key, options in leases.items() if options.keys() & usages.keys()}
    index = [(o, *key) for key in leases if key in metered for o in leases[key]]
    block.used = pyo.Var(index, within=pyo.NonNegativeReals)
    block.paid = pyo.Var([key for key in index if key[0] in usages], within=pyo.NonNegativeReals)
    for key in index:
        block.used[key].setub(_most(block, leases, key))
    for key in block.paid:
        block.paid[key].setub(_most(block, leases, key))
    beyond = _beyond_owned(block, metered)

    @block.Constraint(sorted(metered))
    def leases_in_use_beyond_owned(block: pyo.Block, kind: str, f: str, t: str) -> pyo.Expression:
        return sum(block.used[o, kind, f, t] for o in leases[kind, f, t]) >= beyond[kind, f, t]

    @block.Constraint(index)
    def used_within_leased(block: pyo.Block, o: str, kind: str, f: str, t: str) -> pyo.Expression:
        return block.used[o, kind, f, t] <= sum(leases[kind, f, t][o])

    @block.Constraint(list(block.paid))
    def paid_if_used(block: pyo.Block, o: str, kind: str, f: str, t: str) -> pyo.Expression:
        return block.paid[o, kind, f, t] >= block.used[o, kind, f, t]

    @block.Constraint(list(block.paid))
    def paid_as_committed(block: pyo.Block, o: str, kind: str, f: str, t: str) -> pyo.Expression:
        share = usages[o].committed_share
        return block.paid[o, kind, f, t] >= share * sum(leases[kind, f, t][o])

    asked_for = _asked_for(instance, list(block.paid))
    _costs(block, instance, leases)
    _only_what_is_due(block, instance, leases, asked_for)
    _only_beyond_owned(block, instance, leases, beyond, {key[1:] for key in asked_for})


def _usages(instance: Instance) -> dict[str, Usage]:
    """Give the terms of usage of each option that has any."""
    return {o.name: o.usage for o in instance.options if o.usage is not None}


def _asked_for(instance: Instance, index: Iterable[Use]) -> list[Use]:
    """Give the leases of which some limit is easier to keep the more is paid for them."""
    spend = [limit for limit in instance.limits if limit.measure == "spend"]
    chosen = [limit.of for limit in spend if limit.min is not None]
    chosen += [limit.among or Selection() for limit in spend if limit.max_share is not None]
    every = {key: Term(f, kind, None, t, key, o) for key in index for o, kind, f, t in (key,)}
    counted = {term.amount for of in chosen for term in selected(instance, of, every.values())}
    return [key for key in every if key in counted]


def _leases_at(block: pyo.Block, instance: Instance) -> dict[Key, dict[str, list[pyo.Var]]]:
    """Collect the blocks leased by block type, facility, period and option."""
    leases: dict[Key, dict[str, list[pyo.Var]]] = {}
    for (o, i, leaf, t), leased in block.leased.items():
        kind = instance.contracts[o].option.leases[i].blocks
        at = leases.setdefault((kind, block.facts.facility_of[leaf], t), {})
        at.setdefault(o, []).append(leased)
    return leases


def _most(
    block: pyo.Block,
    leases: dict[Key, dict[str, list[pyo.Var]]],
    key: Use,
) -> float:
    return float(sum(leased.ub for leased in leases[key[1:]][key[0]]))


def _beyond_owned(block: pyo.Block, keys: set[Key]) -> dict[Key, pyo.Expression]:
    """Give what is assigned less what is owned, by block type, facility and period."""
    beyond: dict[Key, list[pyo.Expression]] = {key: [] for key in keys}
    for _, kind, leaf, t in block.assignments:
        key = (kind, block.facts.facility_of[leaf], t)
        if key in beyond:
            beyond[key].append(block.assigned[_, kind, leaf, t])
    for kind, leaf, t in block.fleet:
        key = (kind, block.facts.facility_of[leaf], t)
        if key in beyond:
            beyond[key].append(-block.owned[kind, leaf, t])
    return {key: sum(terms) for key, terms in beyond.items()}


def _costs(
    block: pyo.Block, instance: Instance, leases: dict[Key, dict[str, list[pyo.Var]]]
) -> None:
    """Charge block-hours paid; take off the energy that their price includes."""
    facts, usages = block.facts, _usages(instance)
    for o, kind, f, t in block.paid:
        usage, hardware = usages[o], instance.blocks[kind]
        hours = facts.hours[t]
        price = instance.over_periods(usage.per_block_hour)[t]
        paid = hours * price * block.paid[o, kind, f, t]
        pay(block, "usage", Payment(t, "middle", paid, f, kind, option=o))
        if usage.energy == "included" and saved_per_hour(instance, kind, f, t):
            # Reckoned as the energy itself is, so that where the two meet nothing is left.
            per_mwh = instance.over_periods(instance.facilities[f].energy_per_mwh)[t]
            idle = drawn_mwh(facts, kind, f, t, hardware.idle) * per_mwh
            more = (
                drawn_mwh(facts, kind, f, t, difference(hardware.load_factor, hardware.idle))
                * per_mwh
            )
            saved = idle * sum(leases[kind, f, t][o]) + more * block.used[o, kind, f, t]
            pay(block, "energy", Payment(t, "middle", -saved, f, kind, option=o))


def saved_per_hour(instance: Instance, kind: str, facility: str, t: str) -> float:
    """Give the price of the energy that one block would draw at its rating in an hour."""
    site = instance.facilities[facility]
    mw = instance.blocks[kind].uses.get(POWER, 0.0) / KW_PER_MW * site.pue
    return mw * instance.over_periods(site.energy_per_mwh)[t]


def _only_what_is_due(
    block: pyo.Block,
    instance: Instance,
    leases: dict[Key, dict[str, list[pyo.Var]]],
    asked_for: list[Use],
) -> None:
    """Pay no more than the larger of what is used and what is committed, where more would help."""
    share = {o: usage.committed_share for o, usage in _usages(instance).items()}
    most = {key: _most(block, leases, key) for key in asked_for}
    block.used_beyond_committed = pyo.Var(
        [key for key in asked_for if 0 < share[key[0]] < 1], within=pyo.Binary
    )

    @block.Constraint([key for key in asked_for if share[key[0]] < 1])
    def paid_only_as_used(block: pyo.Block, o: str, kind: str, f: str, t: str) -> pyo.Expression:
        key = o, kind, f, t
        within = 1 - block.used_beyond_committed[key] if share[o] else 0
        return block.paid[key] <= block.used[key] + share[o] * most[key] * within

    @block.Constraint([key for key in asked_for if share[key[0]] > 0])
    def paid_only_as_committed(
        block: pyo.Block, o: str, kind: str, f: str, t: str
    ) -> pyo.Expression:
        key = o, kind, f, t
        more = block.used_beyond_committed[key] if share[o] < 1 else 0
        committed = share[o] * sum(leases[kind, f, t][o])
        return block.paid[key] <= committed + (1 - share[o]) * most[key] * more


def _only_beyond_owned(
    block: pyo.Block,
    instance: Instance,
    leases: dict[Key, dict[str, list[pyo.Var]]],
    beyond: dict[Key, pyo.Expression],
    asked_for: set[Key],
) -> None:
    """Let no more leases count as used than that, where free energy or a limit makes it pay."""
    usages = _usages(instance)
    tempting = [
        key
        for key in sorted(beyond)
        if key in asked_for
        or (
            instance.blocks[key[0]].load_factor > instance.blocks[key[0]].idle
            and saved_per_hour(instance, *key) > 0
            and any(o in usages and usages[o].energy == "included" for o in leases[key])
        )
    ]
    owned = _most_owned(block, tempting)
    mixed = [key for key in tempting if owned[key]]
    block.any_lease_in_use = pyo.Var(mixed, within=pyo.Binary)

    def used(kind: str, f: str, t: str) -> pyo.Expression:
        return sum(block.used[o, kind, f, t] for o in leases[kind, f, t])

    @block.Constraint(tempting)
    def leases_in_use_only_beyond_owned(
        block: pyo.Block, kind: str, f: str, t: str
    ) -> pyo.Expression:
        key = kind, f, t
        slack = owned[key] * (1 - block.any_lease_in_use[key]) if owned[key] else 0
        return used(kind, f, t) <= beyond[key] + slack

    @block.Constraint(mixed)
    def leases_in_use_or_not(block: pyo.Block, kind: str, f: str, t: str) -> pyo.Expression:
        most = sum(block.used[o, kind, f, t].ub for o in leases[kind, f, t])
        return used(kind, f, t) <= most * block.any_lease_in_use[kind, f, t]


def _most_owned(block: pyo.Block, keys: Iterable[Key]) -> dict[Key, int]:
    """Give the most blocks of a type that can be owned at a facility in a period."""
    facts, bounds = block.facts, block.bounds
    return {
        (kind, f, t): sum(bounds.owned.get((kind, leaf, t), 0) for leaf in facts.leaves_of[f])
        for kind, f, t in keys
    }
