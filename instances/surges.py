"""Shocks that come at once: what is out of use, dearer, or asked for more."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gridblock.instances.ample import Ample
from gridblock.instances.calendar import Horizon
from gridblock.instances.instance import Instance
from gridblock.instances.schema.series import Written
from gridblock.instances.shocks import DEMAND, OUTAGE, PRICE, Lost, Shock


def outages(instance: Instance, periods: int, strikes: int) -> Iterator[Shock]:
    """Give the loss of each facility and link, for each period in which it may begin.

    A facility that is out serves nothing; what stands there draws idle power and is paid for. A
    link carries nothing, and where several join the same two places they may be cut together.
    """
    horizon = instance.horizon
    windows = [horizon.names[at : at + periods] for at in range(strikes, len(horizon))]
    windows = [each for each in windows if len(each) == min(periods, len(horizon) - strikes)]
    ample = sum(max(instance.over_periods(d.amount).values()) for d in instance.demands) or 1.0
    taken = {limit.name for limit in instance.limits}
    for name in instance.facilities:
        called = f"outage of {name}"
        while called in taken:
            called += "'"
        for window in windows:
            most = _but_for(horizon, dict.fromkeys(horizon.names, ample), window)
            limit = {"name": called, "measure": "served", "of": {"facility": name}, "max": most}
            lost = Lost((name,), (), window)
            yield Shock(f"{name} out {_when(window)}", OUTAGE, name, {}, (limit,), lost)
    if not instance.network.links:
        return
    for name, labels in _cuts(instance):
        for window in windows:
            lost = Lost((), labels, window)
            cut = {_gbps(instance, label): _without(instance, label, window) for label in labels}
            yield Shock(f"{name} cut {_when(window)}", OUTAGE, name, cut, (), lost)


def _cuts(instance: Instance) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Give each link, and all links that join the same two places."""
    beside: dict[frozenset[str], list[str]] = {}
    for link in instance.network.links:
        yield link.label, (link.label,)
        beside.setdefault(frozenset(link.between), []).append(link.label)
    for places, labels in beside.items():
        if len(labels) > 1:
            yield " and ".join(sorted(places)), tuple(labels)


def _gbps(instance: Instance, label: str) -> str:
    """Give the path of a link's capacity: by its name, or else by its number."""
    at, link = next((i, x) for i, x in enumerate(instance.network.links) if x.label == label)
    return f"network.links.{at if link.name is None else link.name}.gbps"


def _without(instance: Instance, label: str, window: tuple[str, ...]) -> dict[str, float]:
    link = next(each for each in instance.network.links if each.label == label)
    ample = Ample(instance).gbps if link.gbps is None else link.gbps
    return _but_for(instance.horizon, instance.over_periods(ample), window)


def _but_for(
    horizon: Horizon, values: Mapping[str, float], window: tuple[str, ...]
) -> dict[str, float]:
    """Write a series that is 0 in some periods, by the periods in which it changes."""
    full = {t: 0.0 if t in window else values[t] for t in horizon.names}
    changed: dict[str, float] = {}
    last: float | None = None
    for t, value in full.items():
        if value != last:
            changed[t] = last = value
    return changed


def _when(window: tuple[str, ...]) -> str:
    return f"in {window[0]}" if len(window) == 1 else f"{window[0]} to {window[-1]}"


def prices(instance: Instance, factor: float, strikes: int) -> Iterator[Shock]:
    """Give dearer energy at each facility and at all, dearer chips by kind, dearer carbon.

    Prices of options do not change: lots are signed at a price.
    """
    by = f"x{factor:g}"
    energy: dict[str, Any] = {}
    for name, site in instance.facilities.items():
        if _is_paid(instance, site.energy_per_mwh):
            path = f"facilities.{name}.energy_per_mwh"
            energy[path] = _times(instance, site.energy_per_mwh, factor, strikes)
            yield Shock(f"energy at {name} {by}", PRICE, name, {path: energy[path]})
    if len(energy) > 1:
        yield Shock(f"energy everywhere {by}", PRICE, "energy", energy)
    chips = dict.fromkeys(block.accelerator for block in instance.blocks.values())
    for chip in chips:
        dearer = {
            f"blocks.{kind}.cost_once": _times(instance, block.cost_once, factor, strikes)
            for kind, block in instance.blocks.items()
            if block.accelerator == chip and block.cost_once is not None
        }
        if dearer:
            yield Shock(f"{chip} hardware {by}", PRICE, chip, dearer)
    if _is_paid(instance, instance.carbon_price_per_t):
        dearer = {
            "carbon_price_per_t": _times(instance, instance.carbon_price_per_t, factor, strikes)
        }
        yield Shock(f"carbon {by}", PRICE, "carbon", dearer)


def demands(instance: Instance, factor: float, strikes: int) -> Iterator[Shock]:
    """Give more of each demand, and of all."""
    more = {
        demand.name: {
            f"demands.{demand.name}.amount": _times(instance, demand.amount, factor, strikes)
        }
        for demand in instance.demands
        if _is_paid(instance, demand.amount)
    }
    for name, changes in more.items():
        yield Shock(f"{name} x{factor:g}", DEMAND, name, changes)
    if len(more) > 1:
        yield Shock(f"all demand x{factor:g}", DEMAND, "all demand", _joined(more.values()))


def _joined(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {path: value for part in parts for path, value in part.items()}


def _is_paid(instance: Instance, series: Written) -> bool:
    return max(instance.over_periods(series).values()) > 0


def _times(instance: Instance, series: Written, factor: float, strikes: int) -> list[float]:
    """Multiply what is above 0 of a series, from a period on, to twelve digits."""
    values = enumerate(instance.over_periods(series).values())
    return [float(f"{v * factor:.12g}") if i >= strikes and v > 0 else v for i, v in values]
