"""Generated instances: the ladder, from a seed, on real backbones with realistic sites.

The same rung and seed give the same instance everywhere and for good; tests compare hashes.
"""

from typing import Any

from gridblock.instances.instance import Instance
from gridblock.instances.ladder import caps, hardware, offers, wan, work
from gridblock.instances.ladder.backbones import Backbone
from gridblock.instances.ladder.draw import Draw
from gridblock.instances.ladder.hardware import UNITS
from gridblock.instances.ladder.rungs import RUNGS, Rung
from gridblock.instances.ladder.sites import Site, sites

TIGHTNESS = 0.8


def generate(rung: str, seed: int = 0) -> Instance:
    """Generate an instance.

    Args:
        rung: its size: S, M, L or XL.
        seed: which one, from 0.

    Raises:
        ValueError: there is no such rung, or the seed is no whole number from 0.
    """
    if rung not in RUNGS or not isinstance(seed, int) or seed < 0:
        known = ", ".join(RUNGS)
        message = f"there is no rung {rung!r} with seed {seed}: rungs are {known}, seeds 0, 1, …"
        raise ValueError(message)
    return Instance.parse(generated(RUNGS[rung], seed))


def generated(rung: Rung, seed: int) -> dict[str, Any]:
    """Give the plain data of a generated instance."""
    draw = Draw(f"gridblock ladder {rung.name} {seed}")
    backbone = Backbone(rung.backbone)
    built = sites(rung, backbone, draw)
    cities = [city.slug for city in backbone.cities]
    units_in_all = sum(site.units for site in built)
    gbps = units_in_all * 0.0016 / len(backbone.links) * 3
    links = wan.backbone_links(cities, backbone.ring(), gbps, draw)
    options = offers.options(rung, built, links, draw)
    room_mw = sum(hall.total_mw - hall.used_mw for s in built for hall in s.halls if hall.opened)
    blocks = hardware.blocks(rung, draw, room_mw)
    demands = work.demands(rung, backbone, built, _asked(rung, built), draw)
    sold = [unit.cost / unit.kw for unit in UNITS[: rung.blocks] if unit.cost]
    cost = sum(sold) / len(sold) * 1000 * room_mw
    return {
        "gridblock": 1,
        "name": f"ladder-{rung.name}-{seed}",
        "discount_rate": 0.08,
        "carbon_price_per_t": 30,
        "periods": {"first": "2027Q1", "count": rung.periods, "every": "quarter"},
        "source": f"Generated; network: {backbone.source}. Sites, work and offers are made up.",
        "accelerators": hardware.accelerators(rung),
        "blocks": blocks,
        "facilities": {site.name: site.facility() for site in built},
        "network": {
            "regions": {c.slug: {"lat": c.lat, "lon": c.lon} for c in backbone.cities},
            "links": [*links, *wan.access(built, cities)],
            "tunnels": rung.tunnels,
        },
        "demands": demands,
        "options": options,
        "limits": caps.limits(built, rung, cost, draw),
    }


def _asked(rung: Rung, built: list[Site]) -> list[float]:
    """Give H100-equivalents to ask for in each period: from today's fleet to what fits in."""
    fleet, room = sum(s.fleet_units for s in built), sum(s.units for s in built)
    later = max(1, rung.periods - 1)
    return [fleet * 0.9 + (room * TIGHTNESS - fleet * 0.9) * t / later for t in range(rung.periods)]
