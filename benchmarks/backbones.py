"""The real backbones that the ladder stands on, taken out of TopoHub.

``python -m benchmarks.backbones`` writes ``instances/ladder/backbones.json``, which is shipped;
TopoHub itself (PyPI topohub, MIT) is needed here only. The networks are those of the Internet
Topology Zoo with positions on Earth. Cities within 40 km of each other become one, and parallel
links one.
"""

import json
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from gridblock.instances.network import great_circle_km
from gridblock.instances.schema.facilities import Position

TARGET = Path(__file__).parents[1] / "instances" / "ladder" / "backbones.json"
SAME_CITY_KM = 40
BACKBONES = {
    "abilene": ["Abilene"],
    "bt-north-america": ["BtNorthAmerica"],
    "hibernia-global": ["HiberniaGlobal"],
    "six-carriers": [
        *("HiberniaGlobal", "BtNorthAmerica", "BtEurope", "BtAsiaPac", "HurricaneElectric"),
        "Uunet",
    ],
}
"""Each backbone by the networks that it joins where they meet in a city."""
AMENDED = {
    ("HurricaneElectric", "San Jose 1"): ("San Jose", 37.34, -121.89),
    ("HurricaneElectric", "San Jose 2"): ("San Jose", 37.34, -121.89),
    ("BtNorthAmerica", "Kansas"): ("Kansas City", 39.11, -94.63),
    ("BtNorthAmerica", "Salt Lake"): ("Salt Lake City", 40.76, -111.89),
    ("BtNorthAmerica", "Tukwita"): ("Tukwila", 47.47, -122.26),
    ("BtAsiaPac", "Chenai"): ("Chennai", 13.09, 80.28),
    ("HiberniaGlobal", "Washington Dc"): ("Washington", 38.9, -77.04),
    ("HiberniaGlobal", "McClean"): ("McLean", 38.93, -77.18),
    ("Uunet", "London"): ("London Ontario", 42.98, -81.23),
    ("Uunet", "Washington, DC"): ("Washington", 38.9, -77.04),
}
"""Cities whose name or position the Topology Zoo has wrong, or that share the name of another."""


class Merged:
    """Cities and links of several networks."""

    def __init__(self) -> None:
        """Start without any."""
        self.cities: list[tuple[str, float, float]] = []
        self.links: dict[tuple[int, int], None] = {}

    def add(self, name: str, topology: dict[str, Any]) -> None:
        """Add a network; its cities that are known already are not added again."""
        at = {node["id"]: self._city(name, node) for node in topology["nodes"]}
        for edge in topology["edges"]:
            a, b = sorted((at[edge["source"]], at[edge["target"]]))
            if a != b:
                self.links[a, b] = None

    def _city(self, network: str, node: dict[str, Any]) -> int:
        lon, lat = node["pos"]
        name, lat, lon = AMENDED.get((network, node["name"]), (node["name"], lat, lon))
        here = Position(lat=lat, lon=lon)
        for at, (_, *there) in enumerate(self.cities):
            if great_circle_km(here, Position(lat=there[0], lon=there[1])) < SAME_CITY_KM:
                return at
        self.cities.append((name, float(lat), float(lon)))
        return len(self.cities) - 1


def main() -> None:
    """Write the file."""
    source = (
        f"TopoHub {version('topohub')} (Copyright 2023 Piotr Jurkiewicz, MIT licence), which has"
        " them from the Internet Topology Zoo (S. Knight et al., IEEE JSAC 29(9), 2011)"
    )
    topologies = files("topohub") / "data" / "topozoo"
    entries = []
    for name, networks in BACKBONES.items():
        merged = Merged()
        for network in networks:
            merged.add(network, json.loads((topologies / f"{network}.json").read_text()))
        parts = {
            "networks": networks,
            "cities": [list(city) for city in merged.cities],
            "links": [list(link) for link in sorted(merged.links)],
        }
        lines = ",\n".join(
            f"  {json.dumps(key)}: {json.dumps(part, separators=(',', ':'))}"
            for key, part in parts.items()
        )
        entries.append(f" {json.dumps(name)}: {{\n{lines}\n }}")
    text = ",\n".join((f' "source": {json.dumps(source)}', *entries))
    TARGET.write_text(f"{{\n{text}\n}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
