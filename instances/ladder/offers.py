"""Offers: leases, halls, sites, grid, racks and links that can be had in lots."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gridblock.instances.ladder.draw import Draw
from gridblock.instances.ladder.hardware import Unit
from gridblock.instances.ladder.rungs import Rung
from gridblock.instances.ladder.sites import SUBSTATIONS, Hall, Site

KINDS: Final = ("lease", "grid", "hall", "link", "lease", "racks", "grid", "site", "lease", "link")
"""What options there are, in turn."""
PATIENCE: Final = 50
"""Sites that are drawn for a kind of option before the next kind has its turn."""


def options(
    rung: Rung, sites: list[Site], links: list[dict[str, Any]], draw: Draw
) -> list[dict[str, Any]]:
    """Build the options of a rung; halls and sites that they open are marked as closed."""
    taken: set[str] = set()
    found: list[dict[str, Any]] = []
    option: dict[str, Any] | None
    misses = 0
    while len(found) < rung.options:
        kind = KINDS[(len(found) + misses // PATIENCE) % len(KINDS)]
        if kind == "link":
            option = _link(links[len(found) % len(links)], draw)
        else:
            option = WAYS[kind](draw.pick(sites), rung, draw)
        if option is not None and option["name"] not in taken:
            taken.add(option["name"])
            found.append(option)
            misses = 0
        else:
            misses += 1
    return found


def _lease(site: Site, rung: Rung, draw: Draw) -> dict[str, Any]:
    """Lease blocks that a site is made for, most of them paid whether used or not."""
    hall = draw.pick(site.halls)
    unit = draw.pick(hall.kinds)
    whole_site = len(site.halls) > 1 and draw.share() < 0.3
    count = max(1, int(hall.mw * 1000 / unit.kw * 0.12))
    return {
        "name": f"lease-{unit.name}-{site.name}",
        "kind": "lease",
        "adds": [
            {
                "blocks": unit.name,
                "at": site.name if whole_site else site.path(hall),
                "count": count,
            }
        ],
        "max": draw.whole(2, 4),
        "lead": draw.whole(0, 1),
        "term": max(2, rung.periods // 2),
        "usage": {
            "per_block_hour": _rent(unit, draw),
            "committed_share": 0.7,
            "energy": "included",
        },
    }


def _rent(unit: Unit, draw: Draw) -> float:
    return float(round(unit.accelerators * unit.h100e * draw.between(1.3, 2.4), -1))


def _grid(site: Site, rung: Rung, draw: Draw) -> dict[str, Any]:
    """Energize more: what the utility delivers grows in lots, and so does the substation."""
    mw = max(1.0, float(round(site.record["grid_mw"] * 0.08)))
    adds: list[dict[str, Any]] = [{"limit": "grid_mw", "at": site.name, "amount": mw}]
    if site.fed:
        adds += [{"feed": sub, "at": site.name, "mw": mw} for sub in SUBSTATIONS]
    return {
        "name": f"grid-{site.name}",
        "kind": "grid",
        "adds": adds,
        "max": 3,
        "lead": min(2, rung.periods // 3),
        "ramp": [0.5, 1.0],
        "cost_once": round(mw * draw.between(0.5e6, 1.2e6), -4),
        "pay": [0.4, 0.6],
        "end_share": 0.6,
    }


def _hall(site: Site, rung: Rung, draw: Draw) -> dict[str, Any] | None:
    """Build the last hall of a site, which is closed until then."""
    hall = site.halls[-1]
    if len(site.halls) < 2 or hall.copies > 1 or not hall.opened:
        return None
    _close(hall)
    return {
        "name": f"build-{site.name}-{hall.name}",
        "kind": "build",
        "adds": [{"opens": f"{site.name}/{hall.name}"}],
        "lead": min(2, rung.periods // 3),
        "cost_once": round(hall.mw * draw.between(6e6, 10e6), -5),
        "end_share": 0.8,
    }


def _site(site: Site, rung: Rung, draw: Draw) -> dict[str, Any] | None:
    """Open a site that is closed until its lease is signed."""
    if site.mw > 50 or not all(hall.opened for hall in site.halls):
        return None
    mw = site.mw
    for hall in site.halls:
        _close(hall)
    return {
        "name": f"open-{site.name}",
        "kind": "site",
        "adds": [{"opens": site.name}],
        "lead": 1,
        "cost_once": round(mw * draw.between(0.4e6, 0.8e6), -5),
        "end_share": 0.1,
        "cost_per_period": round(mw * draw.between(95_000, 140_000), -4),
    }


def _close(hall: Hall) -> None:
    hall.opened = False
    hall.installed = {}


def _racks(site: Site, rung: Rung, draw: Draw) -> dict[str, Any] | None:
    """Fit a hall for more racks."""
    hall = draw.pick(site.halls)
    if hall.copies > 1:
        return None
    return {
        "name": f"racks-{site.name}-{hall.name}",
        "kind": "racks",
        "adds": [
            {
                "limit": "racks",
                "at": f"{site.name}/{hall.name}",
                "amount": max(8.0, float(round(hall.mw * 3))),
            }
        ],
        "max": 2,
        "lead": min(1, rung.periods // 4),
        "cost_once": round(hall.mw * draw.between(0.1e6, 0.3e6), -4),
        "end_share": 0.5,
    }


def _link(link: dict[str, Any], draw: Draw) -> dict[str, Any]:
    """Light more of a link."""
    return {
        "name": f"light-{link['name']}",
        "kind": "link",
        "adds": [{"link": link["name"], "gbps": 400}],
        "max": 4,
        "lead": 1,
        "cost_per_period": round(400 * draw.between(250, 500), -3),
    }


WAYS: Final[Mapping[str, Callable[[Site, Rung, Draw], dict[str, Any] | None]]] = {
    "lease": _lease,
    "grid": _grid,
    "hall": _hall,
    "racks": _racks,
    "site": _site,
}
"""How each kind of option at a site is made; None where the site is not one for it."""
