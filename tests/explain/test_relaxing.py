"""Rules relaxed by editing the instance: every family, and nothing else."""

from pathlib import Path

import pytest

import gridblock
from gridblock import instances
from gridblock.instances.instance import Instance
from gridblock.instances.relaxing import EDITS, Relaxation, Relaxing
from gridblock.model.needs import MEASURES
from gridblock.reports.blocking import WORDS
from gridblock.reports.families import FAMILIES, NEXT, RELAXED

GALLERY = sorted((Path(instances.__file__).parent / "gallery").glob("*.yaml"))


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_every_family_of_every_example_can_be_relaxed(path: Path) -> None:
    given = gridblock.read(path)
    relaxing = Relaxing(given)
    for family in relaxing.families.values():
        assert relaxing.relaxed([family]) != given
    assert relaxing.relaxed(relaxing.families.values()).demands[0].name == given.demands[0].name


def test_every_family_is_named_and_measured() -> None:
    at_places = {"grid_mw", "feeds", "uplink_gbps"}
    assert set(EDITS) - at_places <= set(WORDS) & set(FAMILIES) & set(RELAXED)
    assert set(EDITS) <= set(NEXT)
    assert set(EDITS) <= set(MEASURES)


def test_a_step_raises_a_limit_in_the_periods_meant(hall: Instance) -> None:
    rule = Relaxation("power_mw", ("north",), ("second",), step=2)
    relaxed = Relaxing(hall).relaxed([rule])
    assert relaxed.facilities["north"].limits["power_mw"] == (1, 3)
    # All else is as it was.
    assert relaxed.replace({"facilities.north.limits.power_mw": 1}) == hall


def test_a_limit_is_raised_by_what_all_demands_could_use(hall: Instance) -> None:
    # 60 units are 6 pods, and one to spare: 7 x 0.1 MW, rounded up to 1 MW.
    relaxed = Relaxing(hall).relaxed([Relaxation("power_mw", ("north",))])
    assert relaxed.facilities["north"].limits["power_mw"] == (2, 2)


def test_a_place_that_names_one_kind_of_cooling_gets_the_other(hall: Instance) -> None:
    relaxing = Relaxing(
        hall.replace({"blocks.pod.uses.liquid_cooling_kw": 100, "blocks.pod.uses.racks": 0})
    )
    assert relaxing.families["liquid_cooling_mw"].items == ("north",)
    relaxed = relaxing.relaxed([relaxing.families["liquid_cooling_mw"]])
    assert relaxed.facilities["north"].limits["liquid_cooling_mw"] == (1, 1)


def test_an_option_that_comes_sooner_can_still_come_as_late(hall: Instance) -> None:
    option = {"name": "lease", "lead": 1, "order": {"earliest": "first", "latest": "first"}}
    relaxing = Relaxing(hall.replace({"options": [option]}))
    relaxed = relaxing.relaxed([relaxing.families["option_lead"]])
    assert relaxed.contracts["lease"].orders == (0, 1)


def test_unmet_work_is_made_dearer_than_anything_that_serves_it(hall: Instance) -> None:
    dear = hall.replace({"blocks.pod.cost_once": 1e6, "demands.chat.unmet_cost": 0})
    relaxing = Relaxing(dear)
    raised = relaxing.relaxed([relaxing.price]).demands[0].unmet_cost
    # A pod of 10 units for an hour at $1,000,000 is $100,000 a unit-hour; twice that.
    assert raised == (200_000, 200_000)
