"""Random sites fed by trees of devices: the planner against every number of blocks."""

from collections.abc import Callable

import pytest

from gridblock.instances.instance import Instance
from rivals.fed import best, fed, unfed

Cost = Callable[[Instance], float]
SEEDS = 120
A_TEST = 20


@pytest.mark.parametrize("first", range(0, SEEDS, A_TEST))
def test_the_planner_finds_what_enumeration_finds(first: int, cost: Cost) -> None:
    for seed in range(first, first + A_TEST):
        known = float(best(fed(seed)))
        assert cost(Instance.parse(fed(seed))) == pytest.approx(known, abs=1e-5), seed


def test_feeds_make_a_difference_in_most_of_them() -> None:
    worlds = [fed(seed) for seed in range(SEEDS)]
    assert sum(best(data) > best(unfed(data)) for data in worlds) > SEEDS / 3
    grown = [data for data in worlds if "options" in data]
    fixed = [{key: data[key] for key in data if key != "options"} for data in grown]
    pairs = zip(grown, fixed, strict=True)
    assert sum(best(data) < best(without) for data, without in pairs) > 20
    for word in ("failover_mw", "parent", "'pue': True", "pdu"):
        assert any(word in str(data["facilities"]) for data in worlds)
