"""Caps over the plan: spending to date, a vendor's share, carbon, power by zone."""

from typing import Any, Final

from gridblock.instances.ladder.draw import Draw
from gridblock.instances.ladder.rungs import Rung
from gridblock.instances.ladder.sites import Site

HOURS: Final = 2190
VENDOR_SHARE: Final = 0.85
CROWDED: Final = 7
"""Sites from which on a zone's grid has a cap of its own."""


def limits(sites: list[Site], rung: Rung, room_cost: float, draw: Draw) -> list[dict[str, Any]]:
    """Build the limits over the plan: spending to date, a vendor's share, carbon, a zone's power.

    Args:
        sites: all sites.
        rung: the size.
        room_cost: what filling all sites with blocks would cost.
        draw: where chance comes from.
    """
    later = max(1, rung.periods - 1)
    budget = room_cost * draw.between(0.75, 0.9)
    carbon = sum(
        site.mw * site.record["pue"] * 0.8 * HOURS * site.record["carbon_kg_per_mwh"] / 1000
        for site in sites
    )
    today = max(VENDOR_SHARE, min(1.0, 0.05 + _of_nvidia(sites)))
    carbon_share = draw.between(0.8, 0.95)
    return [
        {
            "name": "capex",
            "measure": "spend_once",
            "per": "to_date",
            "max": [
                float(round(budget * (0.15 + 0.85 * t / later), -6)) for t in range(rung.periods)
            ],
        },
        {
            "name": "one-vendor",
            "measure": "accelerators",
            "of": {"vendor": "nvidia"},
            "max_share": [
                round(today + (VENDOR_SHARE - today) * t / later, 3) for t in range(rung.periods)
            ],
        },
        {"name": "carbon", "measure": "carbon", "max": float(round(carbon * carbon_share, -2))},
        *_power_by_zone(sites),
    ]


def _power_by_zone(sites: list[Site]) -> list[dict[str, Any]]:
    """Cap the power of all sites of a zone where there are many."""
    zones: dict[str, list[float]] = {}
    for site in sites:
        zones.setdefault(site.places[1], []).append(site.mw)
    return [
        {
            "name": f"power-{zone}",
            "measure": "power",
            "of": {"tag": zone},
            "max": float(round(sum(mw) * 0.92)),
        }
        for zone, mw in zones.items()
        if len(mw) >= CROWDED
    ]


def _of_nvidia(sites: list[Site]) -> float:
    """Give the share of today's accelerators that NVIDIA has made."""
    chips: dict[bool, int] = {True: 1, False: 0}
    for site in sites:
        for hall in site.halls:
            for unit in hall.kinds:
                count = hall.installed.get(unit.name, 0) * hall.copies * unit.accelerators
                chips[unit.vendor == "nvidia"] += count
    return chips[True] / (chips[True] + chips[False])
