"""Work: products for markets, each from three regions, and training runs."""

from typing import Any, Final, NamedTuple

from gridblock.instances.ladder.backbones import Backbone
from gridblock.instances.ladder.draw import Draw
from gridblock.instances.ladder.hardware import UNITS
from gridblock.instances.ladder.rungs import Rung
from gridblock.instances.ladder.sites import Site


class Product(NamedTuple):
    """A product.

    Attributes:
        name: what it is.
        kind: interactive (near its users), batch (in its area), or tuning (batch in whole blocks).
        unmet_cost: least and most price of an H100-equivalent unmet for an hour.
        gbps_per_unit: traffic of an H100-equivalent.
    """

    name: str
    kind: str
    unmet_cost: tuple[float, float]
    gbps_per_unit: float


PRODUCTS: Final = (
    Product("chat", "interactive", (3.5, 6.0), 0.004),
    Product("tuning", "tuning", (2.8, 5.0), 0.0),
    Product("agents", "interactive", (2.5, 5.0), 0.003),
    Product("batch", "batch", (2.0, 3.6), 0.002),
    Product("code", "interactive", (3.0, 5.5), 0.003),
    Product("synthesis", "batch", (1.8, 3.2), 0.0),
    Product("search", "interactive", (2.5, 4.5), 0.005),
    Product("alignment", "tuning", (3.0, 5.0), 0.0),
    Product("voice", "interactive", (4.0, 7.0), 0.008),
    Product("vision", "batch", (2.2, 4.0), 0.004),
)
SHARES: Final = {"interactive": 0.52, "batch": 0.20, "tuning": 0.16}
"""Share of all units by kind of product; the rest is for runs."""
RUNS: Final = 0.12
SPLITS: Final = ((0.5, 0.3, 0.2), (0.6, 0.25, 0.15), (0.4, 0.35, 0.25))
STEP_MS: Final = 5


class Market(NamedTuple):
    """A market: a city with two more.

    Attributes:
        city: the city, by number.
        regions: share of traffic by region.
        max_ms: how far interactive work may be.
        tag: where other work may run.
        near: how large the sites within ``max_ms`` are.
        inside: how large those that carry the tag are.
    """

    city: int
    regions: dict[str, float]
    max_ms: float
    tag: str
    near: float
    inside: float

    def weight(self, kind: str) -> float:
        """Give how much there is to serve of a kind of product."""
        return self.near if kind == "interactive" else self.inside


def demands(
    rung: Rung, backbone: Backbone, sites: list[Site], units: list[float], draw: Draw
) -> list[dict[str, Any]]:
    """Build the demands of a rung.

    Args:
        rung: its size.
        backbone: the network.
        sites: where work can run.
        units: H100-equivalents to ask for in each period, of all demands together.
        draw: where chance comes from.
    """
    count = rung.demands - rung.runs
    markets = _markets(rung, backbone, sites, max(1, min(len(backbone.cities), count // 3)), draw)
    asked = [
        (markets[i % len(markets)], PRODUCTS[(i // len(markets) + i % len(markets)) % 10])
        for i in range(count)
    ]
    weights = [m.weight(product.kind) * draw.between(0.6, 1.5) for m, product in asked]
    in_all = {
        kind: sum(w for w, (_, product) in zip(weights, asked, strict=True) if product.kind == kind)
        for kind in SHARES
    }
    yields = {product.name: _yields(rung, draw) for product in PRODUCTS}
    there = sum(SHARES[kind] for kind in SHARES if in_all[kind]) + RUNS
    served = [
        _demand(
            backbone,
            market,
            product,
            [SHARES[product.kind] / there * weight / in_all[product.kind] * all_ for all_ in units],
            yields[product.name],
            draw,
        )
        for weight, (market, product) in zip(weights, asked, strict=True)
    ]
    return served + [
        _run(rung, backbone, sites, units, number, draw) for number in range(rung.runs)
    ]


def _markets(
    rung: Rung, backbone: Backbone, sites: list[Site], count: int, draw: Draw
) -> list[Market]:
    degrees = [float(degree) for degree in backbone.degree]
    cities = draw.order(range(len(degrees)), degrees)[:count]
    return [_market(rung, backbone, sites, city, draw) for city in cities]


def _market(rung: Rung, backbone: Backbone, sites: list[Site], city: int, draw: Draw) -> Market:
    """Choose regions around a city, a bound within which enough sites lie, and an area."""
    regions = backbone.nearest(city, 3)
    far = sorted(backbone.ms[city][site.city] for site in sites)
    enough = far[min(len(far), rung.reach) - 1] + 4.0
    max_ms = STEP_MS * (1 + int(enough / STEP_MS))
    near = [site for site in sites if backbone.ms[city][site.city] <= max_ms]
    home = min(sites, key=lambda site: (backbone.ms[city][site.city], site.name))
    inside = {tag: [site for site in sites if tag in site.tags] for tag in home.places}
    tag = next((t for t in home.places if 3 * len(inside[t]) >= 2 * rung.reach), home.places[-1])
    split = draw.pick(SPLITS)
    shares = {backbone.cities[r].slug: s for r, s in zip(regions, split, strict=True)}
    return Market(city, shares, float(max_ms), tag, _mean(near), _mean(inside[tag]))


def _mean(sites: list[Site]) -> float:
    """Give H100-equivalents that fit in a site, on average."""
    return sum(site.units for site in sites) / len(sites)


def _yields(rung: Rung, draw: Draw) -> dict[str, float]:
    """Draw what an accelerator of each kind yields of a product; not all run on every one."""
    found = {}
    for unit in UNITS[: rung.blocks]:
        fits = unit.vendor == "nvidia" or draw.share() < 0.85
        rate = round(unit.h100e * draw.between(0.85, 1.15), 2)
        if fits:
            found[unit.accelerator] = rate
    return found


def _demand(
    backbone: Backbone,
    market: Market,
    product: Product,
    amount: list[float],
    yields: dict[str, float],
    draw: Draw,
) -> dict[str, Any]:
    near = product.kind == "interactive"
    return {
        "name": f"{product.name}-{backbone.cities[market.city].slug}",
        "unit": "H100e",
        "amount": [float(round(units, -1)) for units in amount],
        "yields": yields,
        "unmet_cost": draw.between(*product.unmet_cost),
        "from": market.regions,
        **({"max_ms": market.max_ms} if near else {"where": {"tags": [market.tag]}}),
        **({"gbps_per_unit": product.gbps_per_unit} if product.gbps_per_unit else {}),
        **({"whole_blocks": True} if product.kind == "tuning" else {}),
    }


def _run(
    rung: Rung, backbone: Backbone, sites: list[Site], units: list[float], number: int, draw: Draw
) -> dict[str, Any]:
    """Build a training run: whole blocks for some periods at one campus of a continent, or two."""
    campuses = [site for site in sites if "campus" in site.tags]
    host = draw.pick(campuses, [site.units for site in campuses])
    length = draw.whole(max(1, rung.periods // 4), max(1, rung.periods // 3))
    first = draw.whole(0, rung.periods - length)
    last = min(rung.periods - length, first + draw.whole(0, 2))
    mean = sum(units) / len(units) * RUNS * rung.periods / (rung.runs * length)
    amount = min(mean * draw.between(0.7, 1.3), host.units * 0.45)
    names = _quarters(rung)
    regions = backbone.nearest(host.city, 3)
    pair = number % 4 == 3
    return {
        "name": f"run-{number + 1}",
        "unit": "H100e",
        "amount": float(round(amount, -2)),
        "yields": _yields(rung, draw),
        "unmet_cost": draw.between(2.5, 5.0),
        "where": {"tags": [host.places[2], "campus"]},
        "from": {backbone.cities[r].slug: s for r, s in zip(regions, SPLITS[0], strict=True)},
        "whole_blocks": True,
        "run": {
            "periods": length,
            "start": [names[first], names[last]],
            "delay_cost": round(amount * 250, -4),
        },
        **({"max_facilities": 2, "interconnect": {"gbps": 400, "max_ms": 30}} if pair else {}),
    }


def _quarters(rung: Rung) -> list[str]:
    return [f"{2027 + t // 4}Q{1 + t % 4}" for t in range(rung.periods)]
