"""What limits over the plan count, term by term: each with what it belongs to."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.instances.places import KW_PER_MW
from gridblock.instances.schema.limits import Selection
from gridblock.model.exact import difference
from gridblock.model.facts import POWER
from gridblock.model.selections import chooser


class Term(NamedTuple):
    """A part of a measure in a period.

    Attributes:
        facility: where it is, or None for links.
        block: the block type that it is of, or None.
        demand: the demand that it is for, or None.
        period: when.
        amount: a linear expression, in the unit of the measure.
        option: the option that it is leased or paid by, or None.
    """

    facility: str | None
    block: str | None
    demand: str | None
    period: str
    amount: Any
    option: str | None = None


Terms = Iterator[Term]


def terms(block: pyo.Block, measure: str) -> Terms:
    """Give all terms of a measure, of which a limit adds up those that it selects."""
    return MEASURES[measure](block)


def selected(instance: Instance, selection: Selection, every: Iterable[Term]) -> Terms:
    """Give the terms of which all that a selection names holds."""
    is_chosen = chooser(instance, selection)
    for term in every:
        if is_chosen(term.facility, term.block, term.demand, term.option):
            yield term


def _blocks(block: pyo.Block) -> Terms:
    for kind, path, t in block.fleet:
        yield Term(_at(block, path), kind, None, t, block.owned[kind, path, t])
    contracts = block.facts.instance.contracts
    for (o, i, path, t), leased in block.leased.items():
        kind = contracts[o].option.leases[i].blocks
        yield Term(_at(block, path), kind, None, t, leased, o)


def _accelerators(block: pyo.Block) -> Terms:
    kinds = block.facts.instance.blocks
    for term in _blocks(block):
        yield term._replace(amount=kinds[term.block].accelerators * term.amount)


def _power(block: pyo.Block) -> Terms:
    kinds = block.facts.instance.blocks
    for term in _blocks(block):
        mw = kinds[term.block].uses.get(POWER, 0.0) / KW_PER_MW
        yield term._replace(amount=mw * term.amount)


def _blocks_used(block: pyo.Block) -> Terms:
    for d, kind, path, t in block.assignments:
        yield Term(_at(block, path), kind, d, t, block.assigned[d, kind, path, t])


def _accelerators_used(block: pyo.Block) -> Terms:
    kinds = block.facts.instance.blocks
    for term in _blocks_used(block):
        yield term._replace(amount=kinds[term.block].accelerators * term.amount)


def _served(block: pyo.Block) -> Terms:
    for d, r, f, t in block.services:
        yield Term(f, None, d, t, block.served[d, r, f, t])


def _energy(block: pyo.Block) -> Terms:
    """Give MWh: rated power x load or idle factor x PUE x hours."""
    facts = block.facts
    kinds = facts.instance.blocks
    for kind, path, t in block.standing:
        mwh = _rated_mwh(block, kind, path, t) * kinds[kind].idle
        yield Term(_at(block, path), kind, None, t, mwh * block.powered[kind, path, t])
    more = {kind: difference(each.load_factor, each.idle) for kind, each in kinds.items()}
    for d, kind, path, t in block.assignments:
        mwh = _rated_mwh(block, kind, path, t) * more[kind]
        if mwh:
            yield Term(_at(block, path), kind, None, t, mwh * block.assigned[d, kind, path, t])


def _rated_mwh(block: pyo.Block, kind: str, path: str, t: str) -> float:
    instance = block.facts.instance
    mw: float = instance.blocks[kind].uses.get(POWER, 0.0) / KW_PER_MW
    pue: float = instance.facilities[_at(block, path)].pue
    hours: float = block.facts.hours[t]
    return mw * pue * hours


def _carbon(block: pyo.Block) -> Terms:
    """Give tonnes: energy x the carbon of its facility."""
    instance = block.facts.instance
    sites = instance.facilities.items()
    rates = {f: instance.over_periods(site.carbon_kg_per_mwh) for f, site in sites}
    for term in _energy(block):
        tonnes = rates[term.facility][term.period] / 1000
        if tonnes:
            yield term._replace(amount=tonnes * term.amount)


def _spend(block: pyo.Block) -> Terms:
    """Give what is paid."""
    for p in block.payments:
        yield Term(p.facility, p.block, p.demand, p.period, p.amount, p.option)


def _spend_once(block: pyo.Block) -> Terms:
    """Give what is paid once, at the start of a period: for blocks bought, and lots of options."""
    for p in block.payments:
        if p.due == "start":
            yield Term(p.facility, p.block, p.demand, p.period, p.amount, p.option)


def _at(block: pyo.Block, path: str) -> str:
    facility: str = block.facts.facility_of[path]
    return facility


MEASURES: Final[dict[str, Callable[[pyo.Block], Terms]]] = {
    "spend": _spend,
    "spend_once": _spend_once,
    "carbon": _carbon,
    "energy": _energy,
    "power": _power,
    "blocks": _blocks,
    "accelerators": _accelerators,
    "blocks_used": _blocks_used,
    "accelerators_used": _accelerators_used,
    "served": _served,
}
"""What gives the terms of each measure."""
