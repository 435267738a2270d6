"""The account of a plan: every quantity and cost that follows from its decisions, exactly.

Only discount factors are not decimals as written: they are floats, taken as the fractions that
they are.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from gridblock.instances.instance import Instance
from gridblock.model import quantities, used
from gridblock.model.ledger import CATEGORIES, Due, Entry, Ledger, discount_factors
from gridblock.model.lots import Lots, lots_in_effect, lots_of, open_places
from gridblock.model.moved import move_costs
from gridblock.model.option_costs import OptionCost, committed_after, option_costs
from gridblock.model.plan import Decisions, Standing
from gridblock.model.quantities import ZERO, Amounts, by_period, decimal, hours_of
from gridblock.model.traffic import link_traffic

__all__ = ["CATEGORIES", "Account", "Entry", "Ledger", "account"]

Cost = tuple[str, str, Due, str | None, str | None, Fraction]


@dataclass(frozen=True, eq=False)
class Account:
    """What follows from a plan's decisions. What a mapping does not name is 0.

    Attributes:
        owned: blocks owned, by block type, leaf place and period.
        leased: blocks leased, over all options, by the same.
        installed: blocks that stand, owned or leased, by the same.
        powered: blocks that are not switched off, by the same.
        assigned: blocks assigned, over all demands, by the same.
        leaf_capacity: units that the blocks assigned could serve, by demand, leaf place and period.
        capacity: the same by demand, facility and period.
        served: units served, by demand, facility and period.
        amount: units asked for, by demand, region and period; by a run only in periods it takes.
        met: units served, by demand, region and period.
        unmet: units not served, by demand, region and period.
        energy_mwh: energy from the grid, by facility, block type and period.
        carbon_kg: carbon emitted, by the same.
        link_gbps: traffic, by link, the place that it is entered from, and period.
        lots: lots of options, signed or ordered.
        in_effect: lots in effect, by option and period.
        is_open: whether each place that options open is open, by place and period.
        committed_after: what is due after the horizon, undiscounted, by option.
        ledger: every cost.
    """

    owned: Mapping[Standing, int]
    leased: Mapping[Standing, int]
    installed: Mapping[Standing, int]
    powered: Mapping[Standing, int]
    assigned: Mapping[Standing, Fraction]
    leaf_capacity: Amounts
    capacity: Amounts
    served: Amounts
    amount: Amounts
    met: Amounts
    unmet: Amounts
    energy_mwh: Amounts
    carbon_kg: Amounts
    link_gbps: Amounts
    lots: tuple[Lots, ...]
    in_effect: Mapping[tuple[str, str], int]
    is_open: Mapping[tuple[str, str], bool]
    committed_after: Mapping[str, Fraction]
    ledger: Ledger

    @cached_property
    def idle(self) -> Mapping[Standing, Fraction]:
        """Blocks powered and not assigned."""
        return {key: count - self.assigned.get(key, ZERO) for key, count in self.powered.items()}

    @property
    def costs(self) -> Mapping[str, Fraction]:
        """Net present value of each category, all of them named."""
        return self.ledger.costs

    @property
    def objective(self) -> Fraction:
        """Net present value of all costs."""
        return self.ledger.objective


def account(instance: Instance, decisions: Decisions) -> Account:
    """Draw up the account of a plan.

    Args:
        instance: what is given.
        decisions: what is decided.

    Raises:
        KeyError: the decisions name something that does not exist.
        ValueError: a tunnel is not a path.
    """
    owned = quantities.owned_blocks(instance, decisions)
    leased = quantities.leased_blocks(decisions)
    installed = quantities.installed_blocks(owned, leased) if leased else owned
    powered = quantities.powered_blocks(installed, decisions)
    assigned = quantities.assigned_blocks(decisions)
    leaf_capacity, capacity = quantities.assigned_capacity(instance, decisions)
    services = decisions.served.items()
    served = quantities.totals(((key.demand, key.facility, key.period), n) for key, n in services)
    met = quantities.totals(((key.demand, key.region, key.period), n) for key, n in services)
    amount = quantities.asked_units(instance, decisions)
    unmet = quantities.unmet_units(instance, decisions, amount, met)
    energy = quantities.energy_mwh(instance, powered, assigned)
    carbon = _carbon_kg(instance, energy)
    traffic = link_traffic(instance, decisions)
    lots = lots_of(instance, decisions)
    in_effect = lots_in_effect(instance, lots)
    is_open = open_places(instance, in_effect)
    costs = (
        *_fleet_costs(instance, decisions, owned),
        *_facility_costs(instance, is_open),
        *_energy_costs(instance, energy, carbon),
        *_network_costs(instance, traffic),
        *_demand_costs(instance, served, unmet),
        *_delay_costs(instance, decisions),
    )
    ledger = _ledger(instance, costs, option_costs(instance, decisions, lots))
    books = Account(
        owned=owned,
        leased=leased,
        installed=installed,
        powered=powered,
        assigned=assigned,
        leaf_capacity=leaf_capacity,
        capacity=capacity,
        served=served,
        amount=amount,
        met=met,
        unmet=unmet,
        energy_mwh=energy,
        carbon_kg=carbon,
        link_gbps=traffic,
        lots=lots,
        in_effect=in_effect,
        is_open=is_open,
        committed_after=committed_after(instance, lots),
        ledger=Ledger((*ledger.entries, *move_costs(instance, decisions))),
    )
    penalties = _ledger(instance, _penalties(instance, decisions, books), ())
    return replace(books, ledger=Ledger((*books.ledger.entries, *penalties.entries)))


def _ledger(instance: Instance, costs: Iterable[Cost], of_options: Iterable[OptionCost]) -> Ledger:
    factors = discount_factors(instance.horizon, instance.discount_rate)
    entries = [Entry(*cost, factors[cost[1:3]]) for cost in costs if cost[-1]]
    for category, t, due, facility, item, amount, option in of_options:
        if amount:
            factor = factors[t, due]
            entries.append(Entry(category, t, due, facility, item, amount, factor, option))
    return Ledger(tuple(entries))


def _penalties(instance: Instance, decisions: Decisions, books: Account) -> Iterator[Cost]:
    """Charge what soft limits are exceeded or missed by x penalty."""
    if any(limit.penalty for limit in instance.limits):
        for use in used.uses(instance, decisions, books):
            price = decimal(use.limit.penalty or 0.0)
            yield "penalty", use.period, "middle", None, use.limit.name, use.excess * price


def _fleet_costs(
    instance: Instance, decisions: Decisions, owned: Mapping[Standing, int]
) -> Iterator[Cost]:
    """Charge blocks bought and kept; credit blocks retired and those left at the end.

    Bought x cost_once; owned x cost_per_period; - retired x resale_share x cost_once;
    - owned at the end x end_share x cost_once of the last period.
    """
    last = instance.horizon.names[-1]
    blocks = instance.blocks.items()
    price = {kind: by_period(instance, block.cost_once or 0.0) for kind, block in blocks}
    keep = {kind: by_period(instance, block.cost_per_period) for kind, block in blocks}
    resale = {kind: -decimal(block.resale_share) for kind, block in blocks}
    end = {kind: -decimal(block.end) for kind, block in blocks}
    for (facility, kind, t), count in _counted(instance, decisions.bought).items():
        yield "hardware", t, "start", facility, kind, count * price[kind][t]
    for (facility, kind, t), count in _counted(instance, owned).items():
        yield "hardware", t, "middle", facility, kind, count * keep[kind][t]
        if t == last:
            yield "end_credit", t, "end", facility, kind, count * end[kind] * price[kind][t]
    for (facility, kind, t), count in _counted(instance, decisions.retired).items():
        yield "resale", t, "start", facility, kind, count * resale[kind] * price[kind][t]


def _counted(instance: Instance, counts: Mapping[Standing, int]) -> dict[tuple[str, str, str], int]:
    """Count blocks by facility, block type and period."""
    sums: dict[tuple[str, str, str], int] = defaultdict(int)
    for (kind, path, t), count in counts.items():
        sums[instance.leaves[path].facility, kind, t] += int(count)
    return sums


def _facility_costs(instance: Instance, is_open: Mapping[tuple[str, str], bool]) -> Iterator[Cost]:
    """Charge the standing cost of each facility, while it is open."""
    for name, facility in instance.facilities.items():
        for t, cost in by_period(instance, facility.cost_per_period).items():
            if is_open.get((name, t), True):
                yield "standing", t, "middle", name, None, cost


def _carbon_kg(instance: Instance, energy_mwh: Amounts) -> Amounts:
    """Give MWh x carbon_kg_per_mwh, by facility, block type and period."""
    rate = {f: by_period(instance, s.carbon_kg_per_mwh) for f, s in instance.facilities.items()}
    return {key: mwh * rate[key[0]][key[2]] for key, mwh in energy_mwh.items()}


def _energy_costs(instance: Instance, energy_mwh: Amounts, carbon_kg: Amounts) -> Iterator[Cost]:
    """Charge MWh x energy_per_mwh, and tonnes x carbon_price_per_t."""
    price = {f: by_period(instance, s.energy_per_mwh) for f, s in instance.facilities.items()}
    carbon_price = by_period(instance, instance.carbon_price_per_t)
    for (facility, kind, t), mwh in energy_mwh.items():
        yield "energy", t, "middle", facility, kind, mwh * price[facility][t]
    for (facility, kind, t), kg in carbon_kg.items():
        yield "carbon", t, "middle", facility, kind, kg / 1000 * carbon_price[t]


def _network_costs(instance: Instance, link_gbps: Amounts) -> Iterator[Cost]:
    """Charge Gbps x cost_per_gbps, both directions alike."""
    price = {k.label: by_period(instance, k.cost_per_gbps) for k in instance.network.links}
    for (link, _, t), gbps in link_gbps.items():
        yield "network", t, "middle", None, link, gbps * price[link][t]


def _demand_costs(instance: Instance, served: Amounts, unmet: Amounts) -> Iterator[Cost]:
    """Charge served x cost_per_unit_hour x hours, and unmet x unmet_cost x hours."""
    hours = hours_of(instance)
    demands = {demand.name: demand for demand in instance.demands}
    price = {name: by_period(instance, demand.unmet_cost) for name, demand in demands.items()}
    pairs = dict.fromkeys((demand, facility) for demand, facility, _ in served)
    serving = {pair: instance.cost_per_unit_hour(demands[pair[0]], pair[1]) for pair in pairs}
    for (demand, facility, t), units in served.items():
        each = decimal(serving[demand, facility][t])
        yield "serving", t, "middle", facility, demand, units * each * hours[t]
    for (demand, _, t), units in unmet.items():
        yield "unmet", t, "middle", None, demand, units * price[demand][t] * hours[t]


def _delay_costs(instance: Instance, decisions: Decisions) -> Iterator[Cost]:
    """Charge delay_cost x the periods that a run waits, where it starts."""
    index, starts = instance.horizon.index, quantities.run_starts(instance, decisions)
    for demand in instance.demands:
        start = starts.get(demand.name)
        if demand.run is not None and start is not None:
            waited = index[start] - index[demand.run.start[0]]
            cost = decimal(demand.run.delay_cost) * waited
            yield "unmet", start, "start", None, demand.name, cost
