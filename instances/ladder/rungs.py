"""The rungs of the ladder: how large an instance is."""

from typing import Final, NamedTuple


class Rung(NamedTuple):
    """The size of an instance.

    Attributes:
        name: S, M, L or XL.
        backbone: the WAN, by its name in ``backbones.json``.
        facilities: how many sites.
        demands: how many demands, runs included.
        blocks: how many block types.
        periods: how many quarters.
        reach: about how many sites can serve a demand.
        kinds: how many block types a site is made for.
        halls: most halls of a site.
        tunnels: paths between two places.
        runs: how many of the demands are training runs.
        options: how many options.
    """

    name: str
    backbone: str
    facilities: int
    demands: int
    blocks: int
    periods: int
    reach: int
    kinds: int
    halls: int
    tunnels: int
    runs: int
    options: int


RUNGS: Final = {
    rung.name: rung
    for rung in (
        Rung("S", "abilene", 10, 20, 3, 4, 3, 2, 2, 1, 3, 10),
        Rung("M", "bt-north-america", 40, 80, 5, 6, 7, 3, 3, 2, 6, 16),
        Rung("L", "hibernia-global", 100, 200, 8, 12, 10, 3, 4, 2, 14, 40),
        Rung("XL", "six-carriers", 300, 1000, 12, 20, 12, 4, 4, 2, 50, 100),
    )
}
"""Each rung by its name; columns of the model: about 2,000, 50,000, 400,000 and 5,000,000."""
