"""Regions of a cloud with their coordinates (PyPI cloud-regions-info, one file a cloud).

JSON: ``{region: {location, country, latitude, longitude, …}}``; fields that are not named here are
left out. Each becomes a region of the network, to draw demand from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gridblock.instances.imports.fields import Entry, entries
from gridblock.instances.imports.source import Reading, based

if TYPE_CHECKING:
    from gridblock.instances.imports.source import Source


def read(source: Source) -> Reading:
    """Read the file.

    Raises:
        InstanceError: it is not of this format.
    """
    regions = {name: _region(entry) for name, entry in entries(source).items()}
    return Reading({**based(source, "regions of a cloud"), "network": {"regions": regions}})


def _region(entry: Entry) -> dict[str, Any]:
    place = ", ".join(entry.text(field) for field in ("location", "country"))
    return {
        "source": place,
        "lat": entry.number("latitude", -90, 90),
        "lon": entry.number("longitude", -180, 180),
    }
