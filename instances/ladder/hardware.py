"""Block types: scalable units of real accelerators, by what their makers publish.

Power is that of the published rack or node; 4 % are added for the network (assumed). H100e is
8-bit speed over that of an H100. Prices, upkeep, resale and lead are assumed around those of
``gallery/colossus.yaml``: Epoch AI has $21,500 per H100e for Colossus 2.
"""

from typing import Any, Final, NamedTuple

from gridblock.instances.ladder.draw import Draw
from gridblock.instances.ladder.rungs import Rung


class Unit(NamedTuple):
    """A scalable unit: what is placed as one.

    Attributes:
        name: of the block type.
        accelerator: the chip.
        vendor: who makes the chip.
        accelerators: chips in a unit.
        kw: rated power.
        liquid_kw: the part of it that liquid carries away; the rest is air.
        racks: places for racks.
        h100e: H100-equivalents of a chip.
        cost: price of a unit; 0 for one that is no longer made.
        source: where the figures are from.
    """

    name: str
    accelerator: str
    vendor: str
    accelerators: int
    kw: float
    liquid_kw: float
    racks: int
    h100e: float
    cost: float
    source: str

    @property
    def units_per_kw(self) -> float:
        """H100-equivalents per kW of rated power."""
        return self.accelerators * self.h100e / self.kw


UNITS: Final = tuple(
    Unit(*row)
    for row in (
        ("h100-su", "h100", "nvidia", 256, 339, 0, 8, 1.0, 0,
         "NVIDIA: 32 DGX H100 of 10.2 kW"),
        ("gb300-su", "gb300", "nvidia", 576, 1098, 948, 10, 2.53, 30.0e6,
         "NVIDIA: 8 GB300 NVL72 of 132 kW; price: Epoch"),
        ("trn2-su", "trn2", "amazon", 512, 464, 0, 16, 0.66, 6.9e6,
         "AWS: 8 Trn2 UltraServers of 64 chips; 0.9 kW a chip: Epoch, 1,092 MW for 1.045 million"),
        ("tpu-v7-su", "tpu-v7", "google", 256, 420, 360, 4, 2.33, 11.0e6,
         "Google: 4 racks of 64 chips, above 100 kW each"),
        ("h200-su", "h200", "nvidia", 256, 339, 0, 8, 1.15, 0,
         "NVIDIA: 32 DGX H200 of 10.2 kW; H100e by memory bandwidth, half and half"),
        ("gb200-su", "gb200", "nvidia", 576, 998, 860, 10, 2.53, 26.0e6,
         "NVIDIA: 8 GB200 NVL72 of 120 kW"),
        ("mi300x-su", "mi300x", "amd", 256, 349, 0, 8, 1.32, 0,
         "AMD: 2,615 TFLOP/s 8-bit, 750 W; node of 8 taken as 10.5 kW (assumed)"),
        ("tpu-v6e-su", "tpu-v6e", "google", 256, 192, 124, 4, 0.93, 0,
         "Google: a pod of 256 chips; 0.75 kW a chip all in (assumed)"),
        ("b200-su", "b200", "nvidia", 256, 476, 0, 8, 2.27, 13.0e6,
         "NVIDIA: 32 DGX B200 of 14.3 kW"),
        ("mi355x-su", "mi355x", "amd", 256, 473, 380, 4, 2.54, 11.5e6,
         "AMD: 5,033 TFLOP/s 8-bit, 1,400 W; node of 8 taken as 14.2 kW (assumed)"),
        ("trn3-su", "trn3", "amazon", 576, 864, 648, 8, 1.27, 14.0e6,
         "AWS: 4 Trn3 UltraServers of 144 chips, 2,517 TFLOP/s; 1.5 kW a chip all in (assumed)"),
        ("b300-su", "b300", "nvidia", 256, 483, 0, 8, 2.27, 14.5e6,
         "NVIDIA: 32 DGX B300 of 14.5 kW"),
    )
)  # fmt: skip
"""The scalable units, those of smaller rungs first."""


def accelerators(rung: Rung) -> dict[str, Any]:
    """Give the accelerators of a rung."""
    return {unit.accelerator: {"vendor": unit.vendor} for unit in UNITS[: rung.blocks]}


def blocks(rung: Rung, draw: Draw, room_mw: float) -> dict[str, Any]:
    """Give the block types of a rung.

    Args:
        rung: its size.
        draw: where chance comes from.
        room_mw: critical power at all sites that nothing stands in yet; vendors deliver about
            enough for nine tenths of it over the horizon.
    """
    chosen, found = UNITS[: rung.blocks], {}
    sold = sum(unit.cost > 0 for unit in chosen)
    later = max(1, rung.periods - 1)
    for unit in chosen:
        mw = room_mw * draw.between(0.8, 1.2) * 0.9 / sold
        rate = max(1, round(mw * 1000 / unit.kw / later))
        sale = {
            "cost_once": round(unit.cost * draw.between(0.95, 1.05), -4),
            "resale_share": 0.15,
            "end_share": round(0.68 - rung.periods * 0.02, 2),
            "lead": 1 if rung.periods < 6 else draw.whole(1, 2),
            "supply": [max(1, round(rate * (0.6 + 0.8 * t / later))) for t in range(rung.periods)],
        }
        found[unit.name] = {
            "accelerator": unit.accelerator,
            "accelerators": unit.accelerators,
            "uses": _uses(unit),
            "load_factor": 0.8,
            "idle_factor": 0.3,
            "where": {"tags": [unit.accelerator]},
            "cost_per_period": round(unit.kw * 180, -3),
            **(sale if unit.cost else {}),
            "source": unit.source,
        }
    return found


def _uses(unit: Unit) -> dict[str, float]:
    parts = {
        "power_kw": unit.kw,
        "air_cooling_kw": unit.kw - unit.liquid_kw,
        "liquid_cooling_kw": unit.liquid_kw,
        "racks": unit.racks,
    }
    return {name: amount for name, amount in parts.items() if amount}
