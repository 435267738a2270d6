"""The size of a model, reckoned before it is built: what cannot fit into memory is not begun."""

from collections.abc import Callable, Mapping
from typing import Final

from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.schema.demands import Demand
from gridblock.model.commodity import Commodity
from gridblock.model.facts import Facts

BYTES_A_COLUMN: Final = 1200
"""Memory that a decision takes at the least while a model is built, its rows included.

Measured on the ladder: 1,500 (252,000 columns) to 2,400 (41,000), of those that are reckoned.
"""
SOLVED: Final = 3
"""How many times that a solve may take: the compiled matrix, the solver's copy, the audit."""
GB: Final = 1e9

Near = Callable[[Demand, str], tuple[str, ...]]
"""The facilities that can serve a demand from a region."""


def refuse_beyond(instance: Instance, free: float | None) -> None:
    """Refuse an instance whose model cannot be built in the memory that is free.

    Args:
        instance: what is given.
        free: bytes; None where that is not known.

    Raises:
        InstanceError: it cannot, and what to do.
    """
    if free is not None:
        columns = beyond(instance, free / BYTES_A_COLUMN)
        if columns:
            needs = f"at least {columns * BYTES_A_COLUMN / GB:,.0f} GB to be built"
            raise InstanceError([Fault((), _said(columns, needs, free))])


def warning(instance: Instance, free: float | None) -> tuple[Fault, ...]:
    """Warn of a model that can hardly be solved in the memory that is free."""
    if free is None:
        return ()
    columns = beyond(instance, free / BYTES_A_COLUMN / SOLVED)
    needs = f"some {columns * BYTES_A_COLUMN * SOLVED / GB:,.0f} GB to be solved"
    return (Fault((), _said(columns, needs, free)),) if columns else ()


def _said(columns: int, needs: str, free: float) -> str:
    return (
        f"makes a model of {columns:,} variables or more, which takes {needs}, and "
        f"{free / GB:,.1f} GB are free; plan fewer periods, join demands, regions or zones that "
        "are alike, or narrow `where` and `max_ms`"
    )


def beyond(instance: Instance, most: float) -> int:
    """Count the columns of the model where they are more than so many; 0 where they are not.

    Which facilities a region reaches is looked up only where it matters.
    """
    facts = Facts(instance)

    def anywhere(demand: Demand, _: str) -> tuple[str, ...]:
        return facts.instance.chosen(demand.where)

    def within_reach(demand: Demand, region: str) -> tuple[str, ...]:
        return facts.reach[demand.name, region]

    columns = 0
    for near in (anywhere, within_reach):
        columns = least_columns(facts, near)
        if columns <= most:
            return 0
    return columns


def least_columns(facts: Facts, near: Near) -> int:
    """Count what is decided in any case: blocks owned and retired, units served and unmet, traffic.

    Args:
        facts: of the instance.
        near: which facilities can serve a demand from a region.
    """
    hosts = {name: _hosts(facts, demand) for name, demand in facts.demands.items()}
    columns = 2 * len(facts.owns) * len(facts.periods)
    traffic: dict[Commodity, int] = {}
    carried = {demand.name for demand in facts.with_traffic()}
    for demand in facts.demands.values():
        asking = _asking(facts, demand)
        for region in demand.regions:
            if demand.from_.get(region, 1.0) > 0:
                sites = [f for f in near(demand, region) if f in hosts[demand.name]]
                columns += asking * (len(sites) + (demand.run is None))
                for f in sites if demand.name in carried else ():
                    commodity = Commodity(region, f, demand.max_ms)
                    traffic[commodity] = max(asking, traffic.get(commodity, 0))
    return columns + sum(traffic.values())


def _asking(facts: Facts, demand: Demand) -> int:
    """Count the periods in which a demand asks for something."""
    rate: Mapping[str, float] = facts.instance.over_periods(demand.amount)
    windows = facts.windows.get(demand.name, {"": facts.periods})
    return sum(rate[t] > 0 for t in {t for periods in windows.values() for t in periods})


def _hosts(facts: Facts, demand: Demand) -> frozenset[str]:
    """Give the facilities where blocks may stand that can serve a demand."""
    blocks = facts.instance.blocks
    return frozenset(
        facts.facility_of[path]
        for kind, path in facts.stands
        if blocks[kind].accelerator in demand.yields
    )
