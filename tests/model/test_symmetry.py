"""Symmetry: the same instance told in another way has the same optimum, or one that follows."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.plan import InfeasibleError, solve
from gridblock.solvers.session import Session
from rivals.retold import (
    MONEY,
    POWER,
    PRICES,
    halved,
    permuted,
    renamed,
    scaled,
    times,
    unrolled,
)
from rivals.worlds import world

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
FILES = (
    "any-route", "carbon-moves-work", "dip-switches-off", "discounting", "hall-tree",
    "one-accelerator", "shared-link", "supply-binds", "uplink-binds", "whole-or-shared",
    "run-that-waits", "interconnect-decides", "fabric-keeps-together",
)  # fmt: skip
WORLDS = range(2000, 2005)

Data = dict[str, Any]
Optimum = Callable[[Data], float | None]
NAMED = ("accelerators", "blocks", "facilities")
NAMED = ("accelerators", "blocks", "facilities")


@pytest.fixture(scope="module")
def optimum(session: Session) -> Optimum:
    """Give the optimum of an instance, None where there is no plan; each is solved once."""
    known: dict[str, float | None] = {}

    def optimum(data: Data) -> float | None:
        instance = Instance.parse(data)
        if instance.hash not in known:
            try:
                known[instance.hash] = solve(instance, gap=1e-9, session=session).objective
            except InfeasibleError:
                known[instance.hash] = None
        return known[instance.hash]

    return optimum


@pytest.fixture(scope="module", params=[*FILES, *WORLDS], ids=str)
def told(request: pytest.FixtureRequest) -> Data:
    """An instance of the gallery or a random one, as plain data."""
    source = request.param
    return read(world(source) if isinstance(source, int) else GALLERY / f"{source}.yaml").plain()


def same(value: float | None, factor: float = 1.0) -> object:
    """Expect an optimum, up to the solver's tolerances."""
    return None if value is None else pytest.approx(value * factor, rel=1e-6, abs=1e-6 * factor)


def with_periods(data: Data, changed: Data) -> Data:
    """Leave out periods that an instance did not name."""
    return changed if "periods" in data else {k: v for k, v in changed.items() if k != "periods"}


def test_names_do_not_matter(told: Data, optimum: Optimum) -> None:
    assert optimum(with_periods(told, renamed(told))) == same(optimum(told))


def test_order_does_not_matter(told: Data, optimum: Optimum) -> None:
    shuffled = permuted(told, Random(1))
    assert Instance.parse(shuffled).horizon == Instance.parse(told).horizon
    assert optimum(shuffled) == same(optimum(told))


def test_the_unit_of_a_demand_does_not_matter(told: Data, optimum: Optimum) -> None:
    # Workflows by the thousand: a thousandth of the price, cost and traffic each.
    finer = scaled(
        told,
        {"amount": 1e3, "yields": 1e3, "gbps_per_unit": 1e-3, **dict.fromkeys(PRICES, 1e-3)},
    )
    assert optimum(finer) == same(optimum(told))


def test_the_currency_does_not_matter(told: Data, optimum: Optimum) -> None:
    thousands = scaled(told, dict.fromkeys(MONEY | PRICES, 1e-3))
    assert optimum(thousands) == same(optimum(told), 1e-3)


def test_the_unit_of_power_does_not_matter(told: Data, optimum: Optimum) -> None:
    # Ten times the draw within ten times the limits, at a tenth of the price and carbon.
    tenfold = scaled(
        told, {**dict.fromkeys(POWER, 10), "energy_per_mwh": 0.1, "carbon_kg_per_mwh": 0.1}
    )
    assert optimum(tenfold) == same(optimum(told))


def test_the_unit_of_bandwidth_does_not_matter(told: Data, optimum: Optimum) -> None:
    tenfold = {"gbps": 10, "gbps_per_unit": 10, "uplink_gbps": 10, "cost_per_gbps": 0.1}
    tenfold |= {"fabric_gbps_per_block": 10}
    assert optimum(scaled(told, tenfold)) == same(optimum(told))


def test_what_counts_as_an_accelerator_does_not_matter(told: Data, optimum: Optimum) -> None:
    # Two dies a chip: twice as many, at half the yield, in twice the supply.
    dies = scaled(told, {"yields": 0.5})
    for block in dies["blocks"].values():
        block["accelerators"] *= 2
    for chip in dies["accelerators"].values():
        chip |= {"supply": times(chip["supply"], 2)} if "supply" in chip else {}
    assert optimum(dies) == same(optimum(told))


def test_copies_of_a_zone_are_zones(told: Data, optimum: Optimum) -> None:
    assert optimum(unrolled(told)) == same(optimum(told))


def test_two_worlds_apart_cost_the_sum(told: Data, optimum: Optimum) -> None:
    if any("supply" in record for field in NAMED for record in told.get(field, {}).values()):
        pytest.skip("vendors would share their supply among the worlds")
    other = with_periods(told, renamed(told))
    both = {**told, **{field: told[field] | other[field] for field in NAMED}}
    # Each demand stays in its world, and so does each block.
    for data in (told, other):
        sites = list(data["facilities"])
        for record in (*data["demands"], *data["blocks"].values()):
            where = record.get("where", {})
            mine = [s for s in where.get("facilities", sites) if s in sites]
            record["where"] = {**where, "facilities": mine}
    both["demands"] = told["demands"] + other["demands"]
    networks = [data.get("network", {}) for data in (told, other)]
    both["network"] = networks[0] | {
        "regions": networks[0].get("regions", {}) | networks[1].get("regions", {}),
        "links": networks[0].get("links", []) + networks[1].get("links", []),
    }
    assert optimum(both) == same(optimum(told), 2)


@pytest.mark.parametrize("name", ["two-accelerators", "dip-switches-off", "idle-draw"])
def test_two_halves_of_a_facility_do_as_well(name: str, optimum: Optimum) -> None:
    data = read(GALLERY / f"{name}.yaml").plain()
    halves = {
        f"{half} of {site}": _half(facility)
        for site, facility in data["facilities"].items()
        for half in ("east", "west")
    }
    assert optimum({**data, "facilities": halves}) == same(optimum(data))


def test_an_odd_block_is_lost_to_halves(optimum: Optimum) -> None:
    # The desert site holds 7 blocks, each half of it 3: 576 more unmet x $2 x 1000 h, one block and
    # its 1.4 MW x 1000 h x $50 less.
    data = read(GALLERY / "grid-binds.yaml").plain()
    half = _half(data["facilities"]["desert"])
    sites = {"east": half, "west": half, "river": data["facilities"]["river"]}
    lost = 576 * 2 * 1000 - 100_000 - 70_000
    whole = optimum(data)
    assert whole is not None
    assert optimum({**data, "facilities": sites}) == same(whole + lost)


def _half(facility: Data) -> Data:
    """Give half of a facility: of its power and of its blocks."""
    half = scaled(facility, dict.fromkeys(POWER, 0.5))
    half["installed"] = {kind: n // 2 for kind, n in facility.get("installed", {}).items()}
    return {key: value for key, value in half.items() if value}


def test_copies_swap(optimum: Optimum) -> None:
    data = read(GALLERY / "uplink-binds.yaml").plain()
    zones = data["facilities"]["campus"]["zones"]
    swapped = {"old-hall": zones["new-hall"], "new-hall": zones["old-hall"]}
    site = {**data["facilities"]["campus"], "zones": swapped}
    assert optimum({**data, "facilities": {"campus": site}}) == same(optimum(data))


def test_a_demand_in_two_parts_does_as_well(told: Data, optimum: Optimum) -> None:
    """Two demands of half the amount are one, where nothing but the amount ties it together."""
    # min_share holds for each part alone, as it does for all of them together.
    assert optimum(halved(told)) == same(optimum(told))
