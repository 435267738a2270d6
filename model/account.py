"""The account of a plan: every quantity and every cost that follows from its decisions, exactly.

All sums are of the decimals as written, in rational numbers; only discount factors are floats,
taken as the binary fractions that they are. The plan must name what exists (the audit sees to it).
"""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Final, TypeVar

from gridblock.instances.instance import Instance
from gridblock.instances.schema.series import Written, spread
from gridblock.model.exact import exact
from gridblock.model.ledger import Entry, Ledger
from gridblock.model.plan import ArcFlow, Decisions, Standing, TunnelFlow

Key = TypeVar("Key", bound=Hashable)
Amounts = Mapping[tuple[str, str, str], Fraction]

ZERO: Final = Fraction(0)
_WIDE: Final = Context(prec=5000, traps=[Inexact, InvalidOperation])


@dataclass(frozen=True)
class Account:
    """What follows from a plan's decisions. What is not named in a mapping is 0.

    Attributes:
        owned: blocks owned, by block type, leaf place and period.
        powered: blocks that are not switched off, by the same.
        assigned: blocks assigned, over all demands, by the same.
        capacity: units that the blocks assigned could serve, by demand, facility and period.
        served: units served, by demand, facility and period.
        amount: units asked for, by demand, region and period.
        met: units served, by demand, region and period.
        energy_mwh: energy from the grid, by facility, block type and period.
        link_gbps: traffic, by link, the place it is entered from, and period.
        ledger: every cost.
    """

    owned: Mapping[Standing, int]
    powered: Mapping[Standing, int]
    assigned: Mapping[Standing, Fraction]
    capacity: Amounts
    served: Amounts
    amount: Amounts
    met: Amounts
    energy_mwh: Amounts
    link_gbps: Amounts
    ledger: Ledger

    @property
    def installed(self) -> Mapping[Standing, int]:
        """Blocks that stand in each leaf place, which are those owned."""
        return self.owned

    @cached_property
    def idle(self) -> Mapping[Standing, Fraction]:
        """Blocks powered and not assigned."""
        return {key: count - self.assigned.get(key, ZERO) for key, count in self.powered.items()}

    @cached_property
    def unmet(self) -> Amounts:
        """Units not served, amount - met, by demand, region and period."""
        return {key: units - self.met.get(key, ZERO) for key, units in self.amount.items()}

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
        decisions: what is decided; it names only what exists.

    Raises:
        KeyError: the decisions name something that does not exist.
    """
    owned = owned_blocks(instance, decisions)
    powered = {key: n - int(decisions.switched_off.get(key, 0)) for key, n in owned.items()}
    assigned = totals((Standing(*key[1:]), n) for key, n in decisions.assigned.items())
    services = decisions.served.items()
    served = totals(((key.demand, key.facility, key.period), n) for key, n in services)
    met = totals(((key.demand, key.region, key.period), n) for key, n in services)
    amount = asked(instance)
    energy = energy_mwh(instance, powered, assigned)
    traffic = link_traffic(instance, decisions)
    ledger = Ledger(
        (
            *_fleet_costs(instance, decisions, owned),
            *_standing_costs(instance),
            *_energy_costs(instance, energy),
            *_network_costs(instance, traffic),
            *_demand_costs(instance, served, amount, met),
        )
    )
    capacity = assigned_capacity(instance, decisions)
    return Account(
        owned, powered, assigned, capacity, served, amount, met, energy, traffic, ledger
    )


def totals(items: Iterable[tuple[Key, float]]) -> dict[Key, Fraction]:
    """Sum the decimals of each key, exactly."""
    sums: dict[Key, Decimal] = {}
    for key, value in items:
        written = Decimal(repr(value))
        sums[key] = _WIDE.add(sums[key], written) if key in sums else written
    return {key: Fraction(total) for key, total in sums.items()}


@lru_cache(maxsize=65536)
def decimal(value: float) -> Fraction:
    """Give ``exact(value)``, remembering numbers that the instance repeats."""
    return exact(value)


def by_period(instance: Instance, series: Written) -> dict[str, Fraction]:
    """Give the exact value of a series in each period."""
    values = spread(series, instance.horizon)
    return {t: decimal(v) for t, v in zip(instance.horizon.names, values, strict=True)}


def hours(instance: Instance) -> dict[str, Fraction]:
    """Give the exact hours of each period."""
    return by_period(instance, instance.horizon.hours)


def owned_blocks(instance: Instance, decisions: Decisions) -> dict[Standing, int]:
    """Give blocks owned: before + bought + on order - retired, from those installed today on.

    Every block type and leaf place with any of these has every period.
    """
    changes: dict[tuple[str, str], dict[str, int]] = {}
    for path, leaf in instance.leaves.items():
        for kind in {*leaf.installed, *leaf.on_order}:
            due = leaf.on_order.get(kind, ())
            changes[kind, path] = dict(zip(instance.horizon.names, due, strict=False))
    for sign, decided in ((1, decisions.bought), (-1, decisions.retired)):
        for (kind, path, period), count in decided.items():
            change = changes.setdefault((kind, path), {})
            change[period] = change.get(period, 0) + sign * int(count)
    owned = {}
    for (kind, path), change in changes.items():
        today = instance.leaves[path].installed.get(kind, 0)
        steps = accumulate((change.get(t, 0) for t in instance.horizon.names), initial=today)
        for t, count in zip(instance.horizon.names, list(steps)[1:], strict=True):
            owned[Standing(kind, path, t)] = count
    return owned


def assigned_capacity(instance: Instance, decisions: Decisions) -> dict[tuple[str, str, str], Fraction]:
    """Give units that can be served: the sum of blocks assigned x accelerators x yield.

    An accelerator that the demand names no yield of serves nothing.
    """
    blocks = totals(
        ((key.demand, key.block, instance.leaves[key.place].facility, key.period), n)
        for key, n in decisions.assigned.items()
    )
    rates = block_units(instance)
    units: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for (demand, kind, facility, t), count in blocks.items():
        units[demand, facility, t] += count * rates.get((demand, kind), {}).get(t, ZERO)
    return dict(units)


def block_units(instance: Instance) -> dict[tuple[str, str], dict[str, Fraction]]:
    """Give the units of a demand that one block serves, accelerators x yield, in each period."""
    return {
        (demand.name, name): {
            t: block.accelerators * value
            for t, value in by_period(instance, demand.yields[block.accelerator]).items()
        }
        for demand in instance.demands
        for name, block in instance.blocks.items()
        if block.accelerator in demand.yields
    }


def asked(instance: Instance) -> dict[tuple[str, str, str], Fraction]:
    """Give the share of each region x the amount, by demand, region and period."""
    return {
        (demand.name, region, t): units * decimal(demand.from_.get(region, 1.0))
        for demand in instance.demands
        for t, units in by_period(instance, demand.amount).items()
        for region in demand.regions
    }


def energy_mwh(
    instance: Instance, powered: Mapping[Standing, int], assigned: Mapping[Standing, Fraction]
) -> dict[tuple[str, str, str], Fraction]:
    """Give energy: MW x PUE x hours x (load factor x assigned + idle factor x the rest powered)."""
    on: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    busy: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    for sums, counts in ((on, powered), (busy, assigned)):
        for (kind, path, t), count in counts.items():
            if count:
                sums[instance.leaves[path].facility, kind, t] += count
    length = hours(instance)
    energy = {}
    for facility, kind, t in on | busy:
        block, key = instance.blocks[kind], (facility, kind, t)
        idle, load = decimal(block.idle), decimal(block.load_factor)
        average = idle * on.get(key, ZERO) + (load - idle) * busy.get(key, ZERO)
        mw = decimal(block.uses.get("power_kw", 0.0)) * decimal(instance.facilities[facility].pue)
        energy[key] = average * (mw / 1000) * length[t]
    return energy


def link_traffic(instance: Instance, decisions: Decisions) -> dict[tuple[str, str, str], Fraction]:
    """Give the traffic of each link, by the place that it is entered from, and period."""
    ends = {link.label: link.between for link in instance.network.links}
    hops = [
        ((link, start, flow.period), gbps)
        for flow, gbps in decisions.tunnel_gbps.items()
        for link, start in tunnel_hops(ends, flow)
    ]
    return totals([*hops, *(((k.link, k.start, k.period), n) for k, n in decisions.arc_gbps.items())])


def tunnel_hops(ends: Mapping[str, tuple[str, str]], flow: TunnelFlow) -> list[tuple[str, str]]:
    """Give each link of a tunnel with the place that it is entered from.

    Raises:
        KeyError: a link does not exist.
        ValueError: the links do not follow each other from the region on.
    """
    place, hops = flow.region, []
    for link in flow.links:
        hops.append((link, place))
        a, b = ends[link]
        if place not in (a, b):
            message = f"{link} is not at {place}"
            raise ValueError(message)
        place = b if place == a else a
    return hops
