"""Power grids: price and carbon of electricity by area, and the zone and continent around it.

Carbon: Google, region-carbon-info 2024 (Apache-2.0), yearly average of the grid; where Google has
no region, that of the nearest one. Prices: wholesale mean of 2024 where green-dcc (Hewlett Packard
Enterprise, MIT) has one, rounded. What is assumed instead stands behind the row; $20 are
added for delivery (assumed).
"""

from typing import Final, NamedTuple

from gridblock.instances.network import great_circle_km
from gridblock.instances.schema.facilities import Position

DELIVERY_PER_MWH: Final = 20


class Grid(NamedTuple):
    """An area of the power grid: what it lies in, a point in its midst, wholesale price, carbon."""

    area: str
    zone: str
    continent: str
    lat: float
    lon: float
    price_per_mwh: float
    carbon_kg_per_mwh: float


GRIDS: Final = tuple(
    Grid(*row)
    for row in (
        ("pjm", "us-east", "americas", 40.0, -78.5, 36, 323),
        ("pjm-west", "us-central", "americas", 41.0, -86.5, 36, 323),
        ("nyiso", "us-east", "americas", 42.0, -74.5, 38, 223),
        ("isone", "us-east", "americas", 43.0, -71.5, 42, 223),  # price
        ("southeast", "us-south", "americas", 33.3, -83.5, 33, 340),  # price
        ("florida", "us-south", "americas", 28.0, -81.5, 35, 340),  # price
        ("miso", "us-central", "americas", 44.0, -94.0, 31, 413),  # price
        ("spp", "us-central", "americas", 38.0, -97.0, 27, 372),  # price
        ("ercot", "us-south", "americas", 31.0, -97.0, 28, 303),
        ("mountain", "us-west", "americas", 40.5, -108.5, 38, 555),  # price
        ("southwest", "us-west", "americas", 33.8, -112.5, 36, 357),  # price
        ("northwest", "us-west", "americas", 46.0, -120.5, 45, 79),  # price
        ("caiso", "us-west", "americas", 36.0, -119.8, 41, 169),
        ("ontario", "canada", "americas", 44.3, -79.5, 23, 59),
        ("quebec", "canada", "americas", 46.5, -72.0, 30, 5),  # price
        ("maritimes", "canada", "americas", 45.5, -64.5, 45, 302),  # both
        ("alberta", "canada", "americas", 52.0, -113.8, 45, 450),  # both
        (
            "british-columbia",
            "canada",
            "americas",
            50.0,
            -122.5,
            40,
            15,
        ),  # both
        ("great-britain", "europe-west", "europe", 52.5, -1.5, 90, 106),  # price
        ("ireland", "europe-west", "europe", 53.8, -7.2, 105, 280),  # both
        ("belgium", "europe-west", "europe", 50.7, 4.3, 76, 103),
        ("netherlands", "europe-west", "europe", 52.2, 5.3, 83, 209),
        ("germany", "europe-central", "europe", 50.8, 9.5, 85, 276),
        ("france", "europe-west", "europe", 47.5, 2.5, 63, 16),
        ("iberia", "europe-west", "europe", 40.5, -3.5, 68, 89),
        ("alps", "europe-central", "europe", 47.2, 9.5, 82, 15),
        ("italy", "europe-central", "europe", 44.8, 9.8, 105, 202),  # price
        ("nordic", "europe-central", "europe", 60.0, 16.5, 40, 3),  # price
        ("central-europe", "europe-central", "europe", 48.8, 17.0, 88, 480),  # carbon
        ("japan", "asia-north", "asia-pacific", 36.0, 139.0, 87, 453),
        ("korea", "asia-north", "asia-pacific", 36.8, 127.5, 85, 357),
        ("taiwan", "asia-north", "asia-pacific", 24.2, 121.0, 80, 439),  # price
        ("hong-kong", "asia-north", "asia-pacific", 22.3, 114.2, 110, 505),  # price
        ("singapore", "asia-south", "asia-pacific", 1.6, 103.5, 121, 367),
        ("south-east-asia", "asia-south", "asia-pacific", 12.0, 103.0, 85, 560),  # price
        ("java", "asia-south", "asia-pacific", -6.5, 107.0, 75, 561),  # price
        ("india", "asia-south", "asia-pacific", 20.0, 77.0, 51, 679),
        ("australia", "oceania", "asia-pacific", -34.0, 148.0, 82, 498),
        (
            "new-zealand",
            "oceania",
            "asia-pacific",
            -37.5,
            175.0,
            95,
            100,
        ),  # both
    )
)


def grid_at(lat: float, lon: float) -> Grid:
    """Give the grid whose midst is nearest to a point."""
    here = Position(lat=lat, lon=lon)
    return min(
        GRIDS, key=lambda grid: round(great_circle_km(here, Position(lat=grid.lat, lon=grid.lon)))
    )
