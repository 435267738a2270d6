"""Sites: at the cities of a backbone, with halls, power feeds, fleets, grid, energy and carbon."""

from dataclasses import dataclass, field
from typing import Any, Final

from gridblock.instances.ladder.backbones import Backbone
from gridblock.instances.ladder.draw import Draw
from gridblock.instances.ladder.grids import DELIVERY_PER_MWH, grid_at
from gridblock.instances.ladder.hardware import UNITS, Unit
from gridblock.instances.ladder.rungs import Rung

HALL_MW: Final = (4, 6, 8, 12, 16, 24, 32)
HALL_WEIGHTS: Final = (2, 3, 4, 4, 3, 2, 1)
SUBSTATIONS: Final = ("sub-a", "sub-b")
AIR_SHARE: Final = 0.22
"""Air cooling of a hall for liquid-cooled racks, as a share of its power."""


@dataclass
class Hall:
    """A hall.

    Attributes:
        name: of the zone.
        mw: critical power of one copy.
        liquid: whether it is made for liquid-cooled racks.
        copies: how many of it there are.
        kinds: the block types that its cooling fits.
        installed: blocks owned in each copy.
        fed: whether its power feeds are known.
        opened: whether it stands from the start, and waits for no option.
    """

    name: str
    mw: float
    liquid: bool
    copies: int
    kinds: list[Unit]
    installed: dict[str, int] = field(default_factory=dict)
    fed: bool = False
    opened: bool = True

    @property
    def total_mw(self) -> float:
        """Critical power of all copies."""
        return self.mw * self.copies

    @property
    def racks(self) -> int:
        """Places for racks in one copy."""
        return round(self.mw * (10 if self.liquid else 34))

    @property
    def used_mw(self) -> float:
        """Power of what is owned in all copies."""
        kw = {unit.name: unit.kw for unit in self.kinds}
        return sum(kw[name] * count for name, count in self.installed.items()) / 1000 * self.copies


@dataclass
class Site:
    """A site.

    Attributes:
        name: of the facility.
        city: its city, by number.
        record: its fields but the zones.
        halls: its halls.
        tags: what ``where`` selects it by.
        places: tags of where it is, from the narrowest: grid, zone, continent.
    """

    name: str
    city: int
    record: dict[str, Any]
    halls: list[Hall]
    tags: list[str]
    places: tuple[str, str, str]

    @property
    def mw(self) -> float:
        """Critical power of all halls that stand from the start."""
        return sum(hall.total_mw for hall in self.halls if hall.opened)

    @property
    def units(self) -> float:
        """H100-equivalents that fit in, about: the densest block type in each hall."""
        return sum(
            hall.total_mw * 1000 * max(unit.units_per_kw for unit in hall.kinds)
            for hall in self.halls
            if hall.opened
        )

    @property
    def fleet_units(self) -> float:
        """H100-equivalents that stand there today."""
        return sum(
            hall.copies * hall.installed.get(unit.name, 0) * unit.accelerators * unit.h100e
            for hall in self.halls
            for unit in hall.kinds
        )

    def path(self, hall: Hall) -> str:
        """Give the path of a hall, of its first copy where there are several."""
        return f"{self.name}/{hall.name}" + ("-1" if hall.copies > 1 else "")

    def facility(self) -> dict[str, Any]:
        """Give the facility as an instance has it."""
        zones = {hall.name: _zone(hall) for hall in self.halls}
        if not self.fed:
            return {**self.record, "zones": zones}
        mw = self.record["grid_mw"]
        rating = {"mw": round(mw * 0.6, 1), "failover_mw": mw, "pue": True}
        return {**self.record, "feeds": dict.fromkeys(SUBSTATIONS, rating), "zones": zones}

    @property
    def fed(self) -> bool:
        """Whether its power feeds are known."""
        return any(hall.fed for hall in self.halls)


def sites(rung: Rung, backbone: Backbone, draw: Draw) -> list[Site]:
    """Build the sites of a rung; well-connected cities have more of them."""
    numbers = list(range(len(backbone.cities)))
    cities: list[int] = []
    while len(cities) < rung.facilities:
        cities += draw.order(numbers, [float(degree) for degree in backbone.degree])
    built: list[Site] = []
    for city in sorted(cities[: rung.facilities]):
        number = 1 + sum(site.city == city for site in built)
        built.append(_site(rung, backbone, city, number, draw))
    _mark_campuses(built)
    _feed_half(built)
    return built


def _site(rung: Rung, backbone: Backbone, city: int, number: int, draw: Draw) -> Site:
    town = backbone.cities[city]
    lat = round(town.lat + draw.between(-0.6, 0.6), 2)
    lon = round(town.lon + draw.between(-0.8, 0.8), 2)
    grid = grid_at(lat, lon)
    kinds = _kinds(rung, draw)
    halls = [_hall(i, rung, kinds, draw) for i in range(draw.whole(1, rung.halls))]
    pue = draw.between(1.08, 1.35)
    mw = sum(hall.total_mw for hall in halls)
    price = round((grid.price_per_mwh + DELIVERY_PER_MWH) * draw.between(0.9, 1.15), 1)
    record = {
        "at": {"lat": lat, "lon": lon},
        "tags": [],
        "grid_mw": round(mw * pue * draw.between(0.85, 1.08), 1),
        "pue": pue,
        "energy_per_mwh": [round(price * 1.005**t, 2) for t in range(rung.periods)],
        "carbon_kg_per_mwh": grid.carbon_kg_per_mwh,
        "cost_per_period": round(mw * draw.between(15_000, 35_000), -3),
    }
    name = f"{town.slug}-{number}"
    places = (grid.area, grid.zone, grid.continent)
    tags = [*places, *(unit.accelerator for unit in kinds)]
    return Site(name, city, record, halls, tags, places)


def _kinds(rung: Rung, draw: Draw) -> list[Unit]:
    """Draw the block types that a site is made for: one of the first two, and others."""
    chosen = list(UNITS[: rung.blocks])
    first = chosen[draw.whole(0, 1)]
    others = draw.some([unit for unit in chosen if unit is not first], rung.kinds - 1)
    return [unit for unit in chosen if unit is first or unit in others]


def _hall(number: int, rung: Rung, kinds: list[Unit], draw: Draw) -> Hall:
    liquid_ones = [unit for unit in kinds if unit.liquid_kw]
    dry = [unit for unit in kinds if not unit.liquid_kw]
    liquid = not dry or (bool(liquid_ones) and draw.share() < 0.5)
    fitting = liquid_ones if liquid else dry
    copies = 2 if rung.name != "S" and draw.share() < 0.15 else 1
    mw = draw.pick(HALL_MW, HALL_WEIGHTS)
    hall = Hall(f"hall-{'abcdef'[number]}", mw, liquid, copies, fitting)
    unit = draw.pick([unit for unit in fitting if not unit.cost] or fitting)
    filled = draw.between(0.0, 0.4) if unit.cost else draw.between(0.4, 0.8)
    count = min(int(mw * 1000 * filled / unit.kw), hall.racks // unit.racks)
    if count:
        hall.installed[unit.name] = count
    return hall


def _mark_campuses(built: list[Site]) -> None:
    """Tag the largest third of each continent's sites as campuses, which host training runs."""
    for continent in dict.fromkeys(site.places[2] for site in built):
        there = sorted((s for s in built if s.places[2] == continent), key=lambda site: -site.mw)
        for site in there[: max(1, round(len(there) / 3))]:
            site.tags.append("campus")
    for site in built:
        site.record["tags"] = site.tags


def _feed_half(built: list[Site]) -> None:
    """Give half of the halls two power paths, each from a substation; a site has them or not."""
    seen = fed = 0
    for site in built:
        seen += len(site.halls)
        if 2 * fed < seen - len(site.halls) / 2:
            fed += len(site.halls)
            for hall in site.halls:
                hall.fed = True


def _zone(hall: Hall) -> dict[str, Any]:
    """Give a hall as an instance has it: its limits, feeds and fleet."""
    zone: dict[str, Any] = {
        "limits": {
            "power_mw": hall.mw,
            **(
                {"liquid_cooling_mw": round(hall.mw * 0.86, 2)}
                | {"air_cooling_mw": round(hall.mw * AIR_SHARE * 1.6, 2)}
                if hall.liquid
                else {"air_cooling_mw": hall.mw}
            ),
            "racks": hall.racks,
        }
    }
    if hall.copies > 1:
        zone["count"] = hall.copies
    if hall.fed:
        half, whole = round(hall.mw * 0.55, 2), round(hall.mw * 0.96, 2)
        feed = {"mw": half, "failover_mw": whole}
        zone["feeds"] = {f"ups-{sub[-1]}": {**feed, "parent": sub} for sub in SUBSTATIONS}
        zone["fed_by"] = list(zone["feeds"])
    if hall.installed:
        zone["installed"] = hall.installed
    return zone
