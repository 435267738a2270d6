"""The frontier: its figures follow from the sources that stand beside them.

The files that they come from are not part of gridblock: name their folder in GRIDBLOCK_DATA to
compare with them.
"""

import csv
import os
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

import gridblock as gb
from gridblock.instances.imports.kinds import load
from gridblock.instances.imports.source import Source
from gridblock.instances.instance import Instance
from gridblock.instances.schema.demands import Demand

FILE = Path(__file__).parents[1] / "instances" / "gallery" / "frontier.yaml"
DATA = Path(os.environ.get("GRIDBLOCK_DATA", "/nowhere"))
needs_data = pytest.mark.skipif(
    not DATA.is_dir(), reason="GRIDBLOCK_DATA names no folder of published files"
)
SPEED: Final = re.compile(r"([\d,]+) TF?L?OP/s 8-bit, ([\d.]+) TB/s")
H100_TFLOPS, H100_TBPS = 1979, 3.35
GROWTH_A_YEAR = 3.3
FALL_A_YEAR = 1.37
LABS = ("openai", "anthropic", "google", "meta", "xai")
ABROAD = ("narvik", "visakhapatnam", "riyadh")
OFFERED = (*ABROAD, "helios", "qts-cedar-rapids")
"""Sites whose power is an option."""
NAMES: Final = {
    "new-carlisle": "Anthropic-Amazon New Carlisle",
    "canton": "Amazon Madison Mega Site",
    "ridgeland": "Amazon Ridgeland",
    "prometheus": "Meta Prometheus",
    "hyperion": "Meta Hyperion",
    "temple": "Meta Temple",
    "fairwater-wisconsin": "Microsoft Fairwater Wisconsin",
    "fairwater-atlanta": "Microsoft Fairwater Atlanta",
    "goodyear": "Microsoft Goodyear",
    "abilene-expansion": "Crusoe Abilene Expansion",
    "abilene": "OpenAI Stargate Abilene",
    "shackelford": "OpenAI Stargate Shackelford",
    "stargate-uae": "OpenAI Stargate UAE",
    "colossus-1": "xAI Colossus 1",
    "colossus-2": "xAI Colossus 2",
    "new-albany": "Google New Albany",
    "council-bluffs": "Google Council Bluffs (East)",
    "cedar-rapids": "Google Cedar Rapids",
    "omaha": "Google Omaha",
    "pryor": "Google Pryor (North)",
    "goodnight": "Goodnight",
    "lake-mariner": "Fluidstack Lake Mariner",
    "helios": "Coreweave Helios",
    "qts-cedar-rapids": "QTS Cedar Rapids",
    "vantage-tx1": "Vantage TX1",
}
"""What Epoch calls each campus."""
TIMELINES: Final = {
    "new-carlisle": "Anthropic-Amazon Project Rainier New Carlisle Indiana",
    "canton": "Amazon Canton Mississippi",
    "ridgeland": "Amazon Ridgeland Mississippi",
    "prometheus": "Meta Prometheus New Albany Ohio",
    "hyperion": "Meta Hyperion Holly Ridge Louisiana",
    "fairwater-wisconsin": "Microsoft Fairwater Mount Pleasant Wisconsin",
    "stargate-uae": "OpenAI-Oracle Stargate Abu Dhabi",
    "omaha": "Google Omaha Nebraska",
    "goodnight": "Crusoe Goodnight Texas",
}
"""Campuses whose figure of June 2026 is one of their timeline, and where that goes on as told."""


@pytest.fixture(scope="module")
def frontier() -> Instance:
    return gb.read(FILE)


def by_period(instance: Instance, site: str, field: str = "grid_mw") -> list[float]:
    return [*instance.over_periods(getattr(instance.facilities[site], field)).values()]


def lab_of(demand: Demand) -> str:
    return demand.name.partition("-")[0]


def test_it_is_as_large_as_it_says(frontier: Instance) -> None:
    assert len(frontier.horizon) == 10
    assert len(frontier.facilities) - len(ABROAD) == len(NAMES) >= 20
    assert len({site.tags[0] for site in frontier.facilities.values()}) >= 10
    assert len(frontier.blocks) >= 6
    assert len({a.vendor for a in frontier.accelerators.values()}) == 4
    assert {lab_of(demand) for demand in frontier.demands} == set(LABS)
    assert all(site.at for site in frontier.facilities.values())
    assert {option.kind for option in frontier.options} == {"power", "lease", "site"}


def test_every_record_names_its_source(frontier: Instance) -> None:
    records: list[Any] = [
        *frontier.accelerators.values(),
        *frontier.blocks.values(),
        *frontier.facilities.values(),
        *frontier.network.regions.values(),
        *frontier.network.links,
        *frontier.demands,
        *frontier.options,
        *frontier.limits,
        *frontier.scenarios,
    ]
    assert all(record.source for record in records)


def test_yields_follow_from_speed_and_bandwidth(frontier: Instance) -> None:
    found = 0
    for name, chip in frontier.accelerators.items():
        told = SPEED.search(chip.source or "")
        if told is None:
            # Rubin is told by the rack: 1.2 EFLOP/s over 72, and 22 TB/s.
            assert name == "vr200"
            tflops, tbps = 1.2e6 / 72, 22.0
        else:
            tflops, tbps = float(told[1].replace(",", "")), float(told[2])
        training = tflops / H100_TFLOPS
        inference = 1 / (0.55 / training + 0.45 * H100_TBPS / tbps)
        for demand in frontier.demands:
            kind = inference if demand.name.endswith(("interactive", "batch")) else training
            if name in demand.yields:
                assert demand.yields[name] == pytest.approx(kind, rel=2e-3), (demand.name, name)
                found += 1
    assert found == sum(len(demand.yields) for demand in frontier.demands)


def test_demand_grows_from_what_stands(frontier: Instance) -> None:
    # Shares of what a lab holds; in the first quarter it has grown for one.
    shares = {"interactive": 0.35, "batch": 0.15, "research": 0.35}
    held = {
        lab_of(demand): float(told[1].replace(",", ""))
        for demand in frontier.demands
        if (told := re.search(r"Epoch: ([\d,]+) H100e at", demand.source or ""))
    }
    assert set(held) == set(LABS)
    for demand in frontier.demands:
        kind = demand.name.partition("-")[2]
        if kind in shares:
            for k, amount in enumerate(frontier.over_periods(demand.amount).values(), 1):
                grown = held[lab_of(demand)] * shares[kind] * GROWTH_A_YEAR ** (k / 4)
                assert amount == pytest.approx(grown, rel=6e-3)
        else:
            k = 3 if kind == "run-1" else 7
            grown = held[lab_of(demand)] * 0.15 * GROWTH_A_YEAR ** (k / 4)
            assert demand.amount == pytest.approx(grown, rel=6e-3)


def test_prices_fall_as_computing_gets_cheaper(frontier: Instance) -> None:
    priced = [frontier.over_periods(demand.unmet_cost) for demand in frontier.demands]
    bought = [block.cost_once for block in frontier.blocks.values() if block.cost_once is not None]
    priced += [frontier.over_periods(cost) for cost in bought]
    for prices in (list(each.values()) for each in priced):
        for i, price in enumerate(prices):
            assert price == pytest.approx(prices[0] / FALL_A_YEAR ** (i / 4), rel=6e-3)


def test_what_stands_fits_the_power_of_today_and_fills_most_of_it(frontier: Instance) -> None:
    shares = {}
    for name, site in frontier.facilities.items():
        kw = sum(frontier.blocks[b].uses["power_kw"] * n for b, n in site.installed.items())
        if kw:
            shares[name] = kw * site.pue / 1000 / by_period(frontier, name)[0]
    assert all(share <= 1 for share in shares.values())
    assert {name for name, share in shares.items() if share < 0.9} == {"omaha", "pryor"}


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as opened:
        return list(csv.DictReader(opened))


@pytest.fixture(scope="module")
def june() -> dict[str, dict[str, str]]:
    """What Epoch counts in June 2026, by its name of the campus."""
    return {row["Name"]: row for row in rows("epoch/data_centers_2026-06.csv")}


@needs_data
@pytest.mark.parametrize("site", NAMES)
def test_a_campus_is_where_epoch_has_it_with_its_power_and_chips(
    site: str, frontier: Instance, june: dict[str, dict[str, str]]
) -> None:
    told, here = june[NAMES[site]], frontier.facilities[site]
    assert by_period(frontier, site)[0] == float(told["Current power (MW)"])
    chips: dict[str, float] = {}
    for block, count in here.installed.items():
        kind = frontier.blocks[block]
        chips[kind.accelerator] = count * kind.accelerators
    research = [demand for demand in frontier.demands if demand.name.endswith("-research")]
    speeds: dict[str, Any] = {chip: speed for d in research for chip, speed in d.yields.items()}
    held = sum(count * speeds[chip] for chip, count in chips.items())
    assert held == pytest.approx(float(told["Current H100 equivalents"]), rel=0.01)


@needs_data
def test_coordinates_are_those_of_the_importer(frontier: Instance) -> None:
    found = load("epoch", Source(str(DATA / "epoch/data_centers_2026-06.csv"))).instance
    compared = 0
    for site, name in NAMES.items():
        if name in found.facilities:
            here, there = frontier.facilities[site].at, found.facilities[name].at
            assert here is not None
            assert there is not None
            assert (here.lat, here.lon) == pytest.approx((there.lat, there.lon), abs=1e-3)
            compared += 1
    assert compared == sum(1 for site in NAMES if frontier.facilities[site].installed)


def steps_to_come(called: str, standing: float) -> Iterator[tuple[date, float]]:
    """Give the steps of a timeline after it was last at what stands."""
    dated = sorted(
        (date.fromisoformat(row["Date"]), float(row["Power (MW)"]))
        for row in rows("epoch/data_center_timelines.csv")
        if row["Data center"] == called and row["Power (MW)"]
    )
    last = max(i for i, (_, mw) in enumerate(dated) if mw <= standing * 1.01)
    level = dated[last][1]
    for day, mw in dated[last + 1 :]:
        if mw != level:
            yield day, mw - level
        level = mw


def half_a_year_after(day: date) -> date:
    months = day.month + 5
    return date(day.year + months // 12, months % 12 + 1, min(day.day, 28))


@needs_data
@pytest.mark.parametrize("site", TIMELINES)
def test_power_comes_half_a_year_after_the_date_of_the_timeline(
    site: str, frontier: Instance
) -> None:
    powers = by_period(frontier, site)
    steps = list(steps_to_come(TIMELINES[site], powers[0]))
    assert steps
    for quarter, mw in zip(frontier.horizon.names, powers, strict=True):
        first = date(int(quarter[:4]), 3 * int(quarter[-1]) - 2, 1)
        come = sum(step for day, step in steps if half_a_year_after(day) <= first)
        assert mw == pytest.approx(powers[0] + come), quarter


@needs_data
def test_measured_round_trips_are_those_of_azure(frontier: Instance) -> None:
    given = load("latency", Source(str(DATA / "latency/azure_interregion_latency_ms.csv")))
    times = {frozenset(link.between): link.ms for link in given.instance.network.links}
    told = 0
    for link in frontier.network.links:
        if link.source and link.source.startswith("Azure, "):
            ends = frozenset(link.source.removeprefix("Azure, ").split(" and "))
            assert link.ms == pytest.approx(times[ends], abs=1.5)
            told += 1
    assert told >= 15
