"""Plausibility: what is allowed and looks odd, each with what to do about it."""

from collections.abc import Callable
from itertools import chain
from typing import TYPE_CHECKING, Final

from gridblock.instances.calendar import Horizon
from gridblock.instances.faults import Fault
from gridblock.instances.feeding import of_feeds
from gridblock.instances.fitness import of_limits, of_tiers
from gridblock.instances.link_promises import of_link_promises
from gridblock.instances.network import FIBRE_KM_PER_MS, great_circle_km
from gridblock.instances.offers import of_options
from gridblock.instances.outgrown import of_current
from gridblock.instances.places import IN_MEGAWATTS, KW_PER_MW, Place
from gridblock.instances.prospects import ROUNDING, Key, Oddities, of_demands
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.hardware import Block
from gridblock.instances.schema.network import Link
from gridblock.instances.schema.series import Written, spread
from gridblock.instances.survival import of_losses

if TYPE_CHECKING:
    from gridblock.instances.schema.facilities import Site

KW_PER_ACCELERATOR: Final = (0.1, 4.0)
PUE: Final = (1.0, 2.5)
ENERGY_PER_MWH: Final = (0.0, 500.0)
CARBON_KG_PER_MWH: Final = (1.0, 2000.0)
"""Wind and nuclear power cause about 10, lignite about 1,200."""
LARGEST_MW: Final = 5000.0
"""The largest campuses that are planned draw about 5 GW."""
LARGEST_RATE: Final = 0.5
BUILT_IN: Final = (*IN_MEGAWATTS.values(), "racks")


def warnings(instance: Fields) -> tuple[Fault, ...]:
    """Give everything that looks odd.

    Args:
        instance: one without faults.

    Returns:
        Each with its field path and what to do, subject by subject; the same thing once, however
        many copies of a zone show it.
    """
    found = chain.from_iterable(subject(instance) for subject in SUBJECTS)
    return tuple(Fault(path, message) for path, message in dict.fromkeys(found))


def _figure(value: float) -> str:
    return f"{value:,.6g}"


def _outside(series: Written, horizon: Horizon, bounds: tuple[float, float]) -> float | None:
    """Give the first value of a series that lies outside some bounds."""
    low, high = bounds
    return next((value for value in spread(series, horizon) if not low <= value <= high), None)


def _whole(given: Fields) -> Oddities:
    if given.discount_rate > LARGEST_RATE:
        percent = f"{100 * given.discount_rate:.6g} %"
        yield ("discount_rate",), f"is {percent} a year; it is a share, 0.1 for 10 %"
    if not given.demands:
        yield (), "has no demands, so there is nothing to plan; add some under `demands`"
    if not given.facilities:
        yield (), "has no facilities, so that nothing can be served; add some under `facilities`"


def _accelerators(given: Fields) -> Oddities:
    held = {block.accelerator for block in given.blocks.values()}
    wanted = {name for demand in given.demands for name in demand.yields}
    for name in given.accelerators:
        if name not in held:
            yield ("accelerators", name), "is held by no block type; add one, or leave it out"
        elif name not in wanted and given.demands:
            yield ("accelerators", name), "serves no demand; name it in the `yields` of some"


def _blocks(given: Fields) -> Oddities:
    """Find blocks that can stand nowhere, lose all their worth, or come too late."""
    for name, block in given.blocks.items():
        here = ("blocks", name)
        yield from _draw(here, block)
        if given.facilities and not given.chosen(block.where):
            message = "selects no facility, so that the block can stand nowhere; widen it"
            yield (*here, "where"), message
        if block.cost_once is None:
            continue
        if block.end_share is None and not block.resale_share:
            message = (
                "has no end_share beside it: what is bought is worth nothing at the end of the "
                "horizon; give the share of its price that is left, 0 if none"
            )
            yield (*here, "cost_once"), message
        if block.lead >= len(given.horizon):
            message = (
                f"reaches past the horizon of {len(given.horizon)} periods, so that the block is "
                "never bought; shorten it or plan for longer"
            )
            yield (*here, "lead"), message


def _draw(here: tuple[Key, ...], block: Block) -> Oddities:
    low, high = KW_PER_ACCELERATOR
    drawn = block.uses.get("power_kw")
    if drawn is not None and not low <= drawn / block.accelerators <= high:
        message = (
            f"makes {_figure(drawn / block.accelerators)} kW for each of "
            f"{block.accelerators:,} accelerators, usual are {low:g} to {high:g}; "
            "it is what the whole block draws, in kW"
        )
        yield (*here, "uses", "power_kw"), message


def _facilities(given: Fields) -> Oddities:
    """Compare PUE, price and carbon of energy, and grid power of sites with what is usual."""
    for name, facility in given.facilities.items():
        here = ("facilities", name)
        if not PUE[0] <= facility.pue <= PUE[1]:
            message = (
                f"is {_figure(facility.pue)}, usual are {PUE[0]:g} to {PUE[1]:g}: what the site "
                "draws over what its blocks draw"
            )
            yield (*here, "pue"), message
        price = _outside(facility.energy_per_mwh, given.horizon, ENERGY_PER_MWH)
        if price is not None:
            message = (
                f"is {_figure(price)} per MWh, usual are {ENERGY_PER_MWH[0]:g} to "
                f"{ENERGY_PER_MWH[1]:g}; 0.055 per kWh are 55"
            )
            yield (*here, "energy_per_mwh"), message
        carbon = [kg for kg in spread(facility.carbon_kg_per_mwh, given.horizon) if kg]
        odd = _outside(tuple(carbon), given.horizon, CARBON_KG_PER_MWH)
        if odd is not None:
            message = f"is {_figure(odd)} kg per MWh; 0.4 t per MWh, or 400 g per kWh, are 400"
            yield (*here, "carbon_kg_per_mwh"), message
        if facility.grid_mw is not None:
            largest = max(spread(facility.grid_mw, given.horizon))
            yield from _too_large((*here, "grid_mw"), largest)


def _too_large(path: tuple[Key, ...], mw: float) -> Oddities:
    if mw > LARGEST_MW:
        yield path, f"is {_figure(mw)} MW, more than any site; it is in MW, not in kW"


def _places(given: Fields) -> Oddities:
    smallest = {
        name: min((b.uses[name] for b in given.blocks.values() if b.uses.get(name)), default=0.0)
        for name in BUILT_IN
    }
    for place in given.places.values():
        for resource, limits in place.limits.items():
            path = _limit_path(given, place, resource)
            if path is None:
                continue
            if resource in IN_MEGAWATTS.values():
                yield from _too_large(path, max(limits) / KW_PER_MW)
            if place.is_leaf and 0 < max(limits) < smallest.get(resource, 0.0):
                unit = "" if resource == "racks" else " kW"
                message = (
                    f"is {_figure(max(limits))}{unit}, and the smallest block uses "
                    f"{_figure(smallest[resource])}{unit}: none fits; check the unit"
                )
                yield path, message


def _limit_path(given: Fields, place: Place, resource: str) -> tuple[Key, ...] | None:
    """Give where a limit is written; None for cooling that is none because it is not named."""
    written = next((mw for mw, kw in IN_MEGAWATTS.items() if kw == resource), resource)
    site: Site = given.facilities[place.facility]
    for key in place.keys[3::2]:
        site = site.zones[key]
    return (*place.keys, "limits", written) if written in site.limits else None


def _overfull(given: Fields) -> Oddities:
    """Find limits that what stands in the first period breaks, so that some of it has to go."""
    used = _used_at_first(given)
    for place in given.places.values():
        for resource, limits in place.limits.items():
            use = used.get((place.path, resource), 0.0)
            if use <= limits[0] * (1 + ROUNDING):
                continue
            path = _limit_path(given, place, resource) or (*place.keys, "limits")
            message = (
                f"allow {_figure(limits[0])} of {resource} and what stands there uses "
                f"{_figure(use)}: {_consequence(place, resource)}"
            )
            yield path, message
    for name, facility in given.facilities.items():
        drawn = used.get((name, "power_kw"), 0.0) * facility.pue / KW_PER_MW
        if facility.grid_mw is None:
            continue
        grid = spread(facility.grid_mw, given.horizon)[0]
        if drawn > grid * (1 + ROUNDING):
            message = (
                f"delivers {_figure(grid)} MW and what stands there draws {_figure(drawn)} MW: "
                f"{_consequence(given.places[name], 'power_kw')}"
            )
            yield ("facilities", name, "grid_mw"), message


def _consequence(place: Place, resource: str) -> str:
    off = place.may_switch_off and resource != "racks" and resource in BUILT_IN
    return f"some is {'switched off or ' if off else ''}retired at once"


def _used_at_first(given: Fields) -> dict[tuple[str, str], float]:
    """Sum the rated use of what stands in the first period, by place and resource."""
    used: dict[tuple[str, str], float] = {}
    for leaf in given.leaves.values():
        arriving = {kind: counts[0] for kind, counts in leaf.on_order.items()}
        for kind in {**leaf.installed, **arriving}:
            count = leaf.installed.get(kind, 0) + arriving.get(kind, 0)
            for resource, use in given.blocks[kind].uses.items():
                for path in leaf.above:
                    key = (path, resource)
                    used[key] = used.get(key, 0.0) + count * use
    return used


def _resources(given: Fields) -> Oddities:
    """Find resources of the user's own that stand on one side only."""
    limited = {name for place in given.places.values() for name in place.limits}
    used = {name for block in given.blocks.values() for name in block.uses}
    for name, block in given.blocks.items():
        for resource in block.uses:
            if resource not in (*BUILT_IN, *limited):
                message = "is a resource that no place limits, so that it binds nothing"
                yield ("blocks", name, "uses", resource), f"{message}; limit it, or leave it out"
    for place in given.places.values():
        for resource in place.limits:
            if resource not in (*BUILT_IN, *used):
                message = "limits a resource that no block uses, so that it binds nothing"
                yield (*place.keys, "limits", resource), f"{message}; check its name"


def _links(given: Fields) -> Oddities:
    linked = {end for link in given.network.links for end in link.between}
    for i, link in enumerate(given.network.links):
        yield from _link(given, ("network", "links", i), link)
    traffic = any(demand.from_ for demand in given.demands)
    for name in given.facilities if linked and traffic else ():
        if name not in linked:
            message = "has no link, so that no region reaches it; add one, or leave all links out"
            yield ("facilities", name), message


def _link(given: Fields, here: tuple[Key, ...], link: Link) -> Oddities:
    ends = [given.position(name) for name in link.between]
    if link.ms is not None and ends[0] is not None and ends[1] is not None:
        km = great_circle_km(ends[0], ends[1])
        least = 2 * km / FIBRE_KM_PER_MS
        if link.ms < least * (1 - ROUNDING):
            message = (
                f"is {_figure(link.ms)} ms, less than light in fibre needs for a round trip of "
                f"2 x {km:,.0f} km: {least:.4g} ms; leave it out to have it reckoned"
            )
            yield (*here, "ms"), message
    cost = link.cost_per_gbps
    if isinstance(cost, int | float) and cost and not given.horizon.equal:
        message = "is one number for periods of unequal hours; give a value for each period"
        yield (*here, "cost_per_gbps"), message


SUBJECTS: Final[tuple[Callable[[Fields], Oddities], ...]] = (
    _whole,
    _accelerators,
    _blocks,
    _facilities,
    _places,
    _overfull,
    of_feeds,
    _resources,
    _links,
    of_tiers,
    of_limits,
    of_demands,
    of_losses,
    of_link_promises,
    of_options,
    of_current,
)
"""What is looked at, in the order of an instance."""
