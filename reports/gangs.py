"""When and where each run takes place."""

from collections.abc import Iterator
from math import nan
from typing import Any, Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.instances.schema.demands import Run
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.model.quantities import run_periods, run_starts
from gridblock.reports.sections import Column, Section
from gridblock.reports.unmet import priced_unmet
from gridblock.reports.words import and_more, plural

COLUMNS: Final = (
    *("demand", "start", "end", "periods_late", "facilities", "accelerator"),
    "delay_cost",
)
"""The columns of the table ``runs``."""
MOST_ROWS: Final = 12


class Gang(NamedTuple):
    """A run as it was decided.

    Attributes:
        demand: its name.
        start: the period in which it starts; None where it does not.
        end: the last period that it takes.
        waited: the periods between the first one in which it might have started and its start.
        facilities: those at which it has blocks, in the order of the instance.
        accelerators: those that it runs on.
        delay_cost: what its waiting costs, paid at its start.
    """

    demand: str
    start: str | None
    end: str | None
    waited: int | None
    facilities: tuple[str, ...]
    accelerators: tuple[str, ...]
    delay_cost: float


def gangs(instance: Instance, decisions: Decisions) -> Iterator[Gang]:
    """Give each run, in the order of the instance."""
    starts = run_starts(instance, decisions)
    for demand in instance.demands:
        if demand.run is not None:
            yield _gang(instance, decisions, demand.name, demand.run, starts[demand.name])


def _gang(instance: Instance, decisions: Decisions, name: str, run: Run, start: str | None) -> Gang:
    if start is None:
        return Gang(name, None, None, None, (), (), 0.0)
    mine = [key for key in decisions.assigned if key.demand == name]
    at = {instance.leaves[key.place].facility for key in mine}
    on = {instance.blocks[key.block].accelerator for key in mine}
    index = instance.horizon.index
    waited = index[start] - index[run.start[0]]
    return Gang(
        demand=name,
        start=start,
        end=run_periods(instance, run, start)[-1],
        waited=waited,
        facilities=tuple(facility for facility in instance.facilities if facility in at),
        accelerators=tuple(kind for kind in instance.accelerators if kind in on),
        delay_cost=run.delay_cost * waited,
    )


def waiting(instance: Instance, decisions: Decisions, account: Account) -> float:
    """Give the present value of what runs that start late cost, in the instance's currency.

    It is charged under unmet, of which such a run has nothing else: it is served in full.
    """
    priced = priced_unmet(account)
    late = (gang.demand for gang in gangs(instance, decisions) if gang.waited)
    return sum(priced.get(demand, 0.0) for demand in late)


def rows(instance: Instance, decisions: Decisions, _: Account) -> Iterator[tuple[Any, ...]]:
    """Say when each run starts and ends, where it stands and on what; nothing where it does not."""
    for gang in gangs(instance, decisions):
        facilities, accelerators = ", ".join(gang.facilities), ", ".join(gang.accelerators)
        where = (facilities or None, accelerators or None)
        yield (*gang[:3], nan if gang.waited is None else gang.waited, *where, gang.delay_cost)


def runs(instance: Instance, decisions: Decisions) -> Section | None:
    """Give when each run starts, and where it stands; None without any run."""
    found = list(gangs(instance, decisions))
    if not found:
        return None
    rows = tuple(
        (
            gang.demand,
            gang.start or "never",
            gang.end or "",
            plural(gang.waited, "period") if gang.waited else "",
            ", ".join(gang.facilities),
            ", ".join(gang.accelerators),
        )
        for gang in found[:MOST_ROWS]
    )
    return Section(
        title="Runs",
        unit="all or nothing",
        columns=(
            Column("run"),
            Column("start"),
            Column("end"),
            Column("late by", brief="late\nby"),
            Column("facilities"),
            Column("accelerator"),
        ),
        rows=rows,
        note=and_more(len(found) - MOST_ROWS, "runs"),
    )
