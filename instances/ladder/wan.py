"""The links of the backbone, and those from its cities to the sites."""

from typing import Any

from gridblock.instances.ladder.draw import Draw
from gridblock.instances.ladder.sites import Site


def backbone_links(
    cities: list[str], pairs: list[tuple[int, int]], gbps: float, draw: Draw
) -> list[dict[str, Any]]:
    """Build the links of the backbone.

    Args:
        cities: the regions.
        pairs: the links, by the numbers of their ends.
        gbps: capacity of a small one.
        draw: where chance comes from.
    """
    steps = (1.0, 1.0, 2.0, 4.0)
    return [
        {
            "name": f"{cities[a]}--{cities[b]}",
            "between": [cities[a], cities[b]],
            "gbps": float(max(100, round(gbps * draw.pick(steps), -2))),
            "cost_per_gbps": float(draw.whole(25, 60) * 10),
        }
        for a, b in pairs
    ]


def access(sites: list[Site], cities: list[str]) -> list[dict[str, Any]]:
    """Link each site to its city."""
    return [
        {
            "name": f"access-{site.name}",
            "between": [cities[site.city], site.name],
            "gbps": float(max(400, round(site.units * 0.004, -2))),
        }
        for site in sites
    ]
