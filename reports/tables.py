"""A plan as tidy tables: one row a fact, units in column names, in the order of the instance."""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from math import nan
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.model.account import CATEGORIES, Account
from gridblock.model.plan import Decisions, PlanData, Standing
from gridblock.reports import (
    changes,
    feeding,
    flows,
    gangs,
    limits,
    link_losses,
    lots,
    stranded,
    surviving,
    usage,
)
from gridblock.reports.unmet import Summary, unmet_share, unmet_summary

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["NAMES", "Summary", "columns", "table", "unmet_share", "unmet_summary"]

Row = tuple[Any, ...]
SOLVED_FOR: Final = {
    "prices": "they are solved for: plan.prices() gives marginals and steps, and `gridblock prices`"
}
"""Tables that a plan does not hold, and what gives them."""


class _Table(NamedTuple):
    """Column names, and what makes the rows."""

    columns: tuple[str, ...]
    rows: Callable[[Instance, Decisions, Account], Iterable[Row]]


def table(name: str, instance: Instance, plan: PlanData, account: Account) -> "pd.DataFrame":
    """Give a table of a plan.

    Args:
        name: one of ``NAMES``.
        instance: what is given.
        plan: what is decided.
        account: what follows from it.

    Returns:
        One row a fact, in the order of the instance. What does not exist is missing (NaN).

    Raises:
        ValueError: there is no such table, or the plan has no decisions.
    """
    import pandas as pd

    if name not in _TABLES:
        near = difflib.get_close_matches(name, NAMES, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(NAMES)}"
        hint = SOLVED_FOR.get(name, hint)
        message = f"there is no table {name!r}; {hint}"
        raise ValueError(message)
    if plan.decisions is None:
        message = f"the plan is {plan.status}: it has no tables"
        raise ValueError(message)
    rows = list(_TABLES[name].rows(instance, plan.decisions, account))
    return pd.DataFrame(rows, columns=list(columns(name)))


def columns(name: str) -> tuple[str, ...]:
    """Give the names of a table's columns."""
    return _TABLES[name].columns


def _ranks(*names: Iterable[str]) -> Callable[[tuple[str, ...]], tuple[int, ...]]:
    """Give a key to sort by: the place of each part of a key in its list of names."""
    places = [{name: i for i, name in enumerate(part)} for part in names]
    if len(places) == 2:
        first, second = places
        return lambda key: (first[key[0]], second[key[1]])
    a, b, c, d = places
    return lambda key: (a[key[0]], b[key[1]], c[key[2]], d[key[3]])


def _allocation(instance: Instance, decisions: Decisions, account: Account) -> Iterator[Row]:
    """Each assignment of blocks; ``used_share`` is what its facility serves over what it could."""
    demands = {demand.name: demand for demand in instance.demands}
    yields = {
        (name, block): instance.over_periods(demand.yields.get(kind.accelerator, 0.0))
        for name, demand in demands.items()
        for block, kind in instance.blocks.items()
    }
    facilities = {path: leaf.facility for path, leaf in instance.leaves.items()}
    busy = {
        key: float(account.served.get(key, 0)) / float(units)
        for key, units in account.capacity.items()
        if units
    }
    order = _ranks(demands, instance.blocks, instance.leaves, instance.horizon.names)
    for key in sorted(decisions.assigned, key=order):
        demand, kind, path, t = key
        block, facility = instance.blocks[kind], facilities[path]
        count = float(decisions.assigned[key])
        chips = count * block.accelerators
        units = chips * yields[demand, kind][t]
        share = busy.get((demand, facility, t), nan)
        where = (demand, facility, path, kind, block.accelerator, t)
        yield (*where, count, chips, units, demands[demand].unit, share)


def _served(instance: Instance, decisions: Decisions, _: Account) -> Iterator[Row]:
    """What each facility serves of a demand from each region."""
    units = {demand.name: demand.unit for demand in instance.demands}
    regions = ("", *instance.network.regions, *instance.facilities)
    order = _ranks(units, dict.fromkeys(regions), instance.facilities, instance.horizon.names)
    for key in sorted(decisions.served, key=order):
        yield (*key, float(decisions.served[key]), units[key.demand])


def _fleet(instance: Instance, decisions: Decisions, account: Account) -> Iterator[Row]:
    """Blocks by type, leaf place and period; what is bought must be ordered by ``order_by``."""
    periods = instance.horizon.names
    price = {k: instance.over_periods(b.cost_once or 0.0) for k, b in instance.blocks.items()}
    pairs = dict.fromkeys(key[:2] for key in account.installed)
    order = _ranks(instance.blocks, instance.leaves)
    for kind, path in sorted(pairs, key=lambda pair: order(pair)[::-1]):
        block, leaf = instance.blocks[kind], instance.leaves[path]
        due = leaf.on_order.get(kind, (0,) * len(periods))
        for i, t in enumerate(periods):
            key = Standing(kind, path, t)
            bought, owned = decisions.bought.get(key, 0), account.owned.get(key, 0)
            leased = account.leased.get(key, 0)
            yield (
                kind,
                block.accelerator,
                leaf.facility,
                path,
                t,
                owned,
                leased,
                (owned + leased) * block.accelerators,
                bought,
                due[i],
                decisions.retired.get(key, 0),
                decisions.switched_off.get(key, 0),
                float(account.assigned.get(key, 0)),
                float(account.idle.get(key, 0)),
                periods[i - block.lead] if bought and i >= block.lead else None,
                float(Decimal(repr(price[kind][t])) * bought),
            )


def _unmet(instance: Instance, _: Decisions, account: Account) -> Iterator[Row]:
    """Amount, met and unmet of each demand and region, and what the unmet part is priced at."""
    horizon, rate = instance.horizon, instance.discount_rate
    today = {t: horizon.discount_at_middle(i, rate) for i, t in enumerate(horizon.names)}
    hours = dict(zip(horizon.names, horizon.hours, strict=True))
    for demand in instance.demands:
        price = instance.over_periods(demand.unmet_cost)
        for region in demand.regions:
            for t in horizon.names:
                key = (demand.name, region, t)
                amount, unmet = account.amount[key], account.unmet[key]
                met = float(account.met.get(key, 0))
                cost = float(unmet) * price[t] * hours[t]
                share = float(unmet / amount) if amount else 0.0
                figures = (float(amount), met, float(unmet), demand.unit, share)
                yield (*key, *figures, cost, cost * today[t])


def _utilization(instance: Instance, decisions: Decisions, account: Account) -> Iterator[Row]:
    """Use of every limit of every place, in the unit that the resource's name ends with.

    ``reserved`` is what blocks in reserve use of it, at work for later tiers or not.
    """
    reserved = surviving.reserved_use(instance, decisions)
    for use in usage.of_places(instance, decisions, account):
        facility = instance.places[use.place].facility
        yield (facility, *use, use.share, use.headroom, reserved.get(use[:3], 0.0))


def _supply(instance: Instance, decisions: Decisions, _: Account) -> Iterator[Row]:
    """What is bought of what vendors deliver, by the period of entering service."""
    for use in usage.of_supply(instance, decisions):
        yield (*use, use.share, use.headroom)


def _interconnect(instance: Instance, decisions: Decisions, _: Account) -> Iterator[Row]:
    """What demands reserve between facilities, path by path."""
    order = _ranks(
        [demand.name for demand in instance.demands],
        instance.facilities,
        instance.facilities,
        instance.horizon.names,
    )
    for flow in sorted(
        decisions.interconnect_gbps, key=lambda key: (order((*key[:3], key.period)), key.links)
    ):
        gbps = float(decisions.interconnect_gbps[flow])
        yield (*flow[:3], " > ".join(flow.links), flow.period, gbps)


def _links(instance: Instance, _: Decisions, account: Account) -> Iterator[Row]:
    """What every link carries in each direction: traffic, and what is reserved."""
    for use in usage.of_links(instance, account):
        limit = nan if use.capacity_gbps is None else use.capacity_gbps
        yield (*use[:5], limit, use.share)


def _costs(instance: Instance, _: Decisions, account: Account) -> Iterator[Row]:
    """What is paid in each category and period, then and seen from the start."""
    paid, value = account.ledger.paid, account.ledger.values
    for category in CATEGORIES:
        for t in instance.horizon.names:
            then, now = paid.get((category, t), 0), value.get((category, t), 0)
            yield (category, t, float(then), float(now), instance.currency)


_TABLES: Final[Mapping[str, _Table]] = {
    "allocation": _Table(
        (
            *("demand", "facility", "place", "block", "accelerator", "period"),
            *("blocks", "accelerators", "capacity_units", "unit", "used_share"),
        ),
        _allocation,
    ),
    "reserve": _Table(surviving.RESERVE_COLUMNS, surviving.reserve_rows),
    "served": _Table(("demand", "region", "facility", "period", "served_units", "unit"), _served),
    "fleet": _Table(
        (
            *("block", "accelerator", "facility", "place", "period", "owned", "leased"),
            *("accelerators", "bought", "on_order", "retired", "switched_off", "assigned", "idle"),
            *("order_by", "cost_once"),
        ),
        _fleet,
    ),
    "options": _Table(lots.COLUMNS, lots.rows),
    "unmet": _Table(
        (
            *("demand", "region", "period", "amount_units", "met_units", "unmet_units", "unit"),
            *("share_unmet", "cost", "present_value"),
        ),
        _unmet,
    ),
    "losses": _Table(surviving.LOSS_COLUMNS, surviving.loss_rows),
    "runs": _Table(gangs.COLUMNS, gangs.rows),
    "utilization": _Table(
        (
            *("facility", "place", "resource", "period", "used", "limit", "share", "headroom"),
            "reserved",
        ),
        _utilization,
    ),
    "stranded": _Table(stranded.COLUMNS, stranded.rows),
    "feeds": _Table(feeding.COLUMNS, feeding.rows),
    "supply": _Table(("name", "unit", "period", "bought", "supply", "share", "headroom"), _supply),
    "flows": _Table(flows.COLUMNS, flows.rows),
    "interconnect": _Table(("demand", "from", "to", "tunnel", "period", "gbps"), _interconnect),
    "links": _Table(("link", "from", "to", "period", "gbps", "capacity_gbps", "share"), _links),
    "link_losses": _Table(link_losses.COLUMNS, link_losses.rows),
    "flows_after_loss": _Table(link_losses.FLOW_COLUMNS, link_losses.flows),
    "limits": _Table(limits.COLUMNS, limits.rows),
    "changes": _Table(changes.COLUMNS, changes.rows),
    "costs": _Table(("category", "period", "paid", "present_value", "currency"), _costs),
}

NAMES: Final = tuple(_TABLES)
"""The tables that there are."""
