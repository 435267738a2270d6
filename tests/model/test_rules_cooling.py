"""Cooling: air and liquid, each for itself."""

from collections.abc import Callable

import pytest

from gridblock.instances.instance import Instance

Cost = Callable[[Instance], float]


@pytest.fixture
def air_cooled(one_hall: Instance) -> Instance:
    """The five pods need 100 kW of air cooling each: $10 as long as no limit is named."""
    return one_hall.replace({"blocks.pod.uses.air_cooling_kw": 100})


def test_each_kind_of_cooling_binds(air_cooled: Instance, cost: Cost) -> None:
    assert cost(air_cooled) == 10
    # 0.3 MW of air cool three pods: 30 unmet.
    assert cost(air_cooled.replace({"facilities.north.limits": {"air_cooling_mw": 0.3}})) == 30
    liquid = {
        "blocks.pod.uses": {"liquid_cooling_kw": 80},
        "facilities.north.limits": {"liquid_cooling_mw": 0.32},
    }
    # 0.32 MW of liquid cool four of 80 kW.
    assert cost(air_cooled.replace(liquid)) == 20


def test_a_block_may_need_both(air_cooled: Instance, cost: Cost) -> None:
    limits = {"air_cooling_mw": 0.1, "liquid_cooling_mw": 0.2}
    both = {
        "blocks.pod.uses": {"air_cooling_kw": 20, "liquid_cooling_kw": 80},
        "facilities.north.limits": limits,
    }
    # Air would do for five, liquid for two.
    assert cost(air_cooled.replace(both)) == 40


def test_a_place_that_names_one_kind_has_none_of_the_other(
    air_cooled: Instance, cost: Cost
) -> None:
    # Liquid alone: no pod can be cooled.
    only = {"facilities.north.limits": {"liquid_cooling_mw": 9}}
    assert cost(air_cooled.replace(only)) == 60
    # With both named, or neither, they can.
    both = {"facilities.north.limits": {"liquid_cooling_mw": 9, "air_cooling_mw": 9}}
    assert cost(air_cooled.replace(both)) == 10


def test_none_of_the_other_holds_in_leaf_places_alone(air_cooled: Instance, cost: Cost) -> None:
    halls = {"a": {"installed": {"pod": 3}}, "b": {"installed": {"pod": 3}}}
    # A site with zones that names liquid says nothing about the air in its halls.
    site = {"limits": {"liquid_cooling_mw": 9}, "zones": halls}
    tree = air_cooled.replace({"facilities.north": site})
    assert cost(tree) == 0
    # Hall a, which names liquid, has no air: its three pods go.
    hall = {"facilities.north.zones.a.limits": {"liquid_cooling_mw": 9}}
    assert cost(tree.replace(hall)) == 30


def test_cooling_is_shared_along_the_tree(air_cooled: Instance, cost: Cost) -> None:
    halls = {"a": {"installed": {"pod": 3}}, "b": {"installed": {"pod": 3}}}
    site = {"limits": {"air_cooling_mw": 0.5}, "zones": halls}
    # Five of six.
    assert cost(air_cooled.replace({"facilities.north": site})) == 10
