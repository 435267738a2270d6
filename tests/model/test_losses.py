"""What a loss leaves, as a flow, against sets of regions one by one; and what reserve is needed."""

from fractions import Fraction
from itertools import combinations
from random import Random

import pytest

from gridblock.instances.instance import Instance
from gridblock.model import surviving
from gridblock.model.flows import most_served, share_served
from gridblock.model.losses import losses
from gridblock.model.surviving import circles
from gridblock.plan import solve

F = Fraction


def test_a_region_gets_no_more_than_it_reaches() -> None:
    asked = {("a",): F(4), ("a", "b"): F(3)}
    assert most_served(asked, {"a": F(4), "b": F(3)}) == 7
    # a serves 2 of the 4 that only it reaches.
    assert most_served(asked, {"a": F(2), "b": F(9)}) == 5
    assert share_served(asked, {"a": F(2), "b": F(9)}) == F(1, 2)
    assert share_served(asked, {"a": F(6), "b": F(9)}) == 1
    assert share_served(asked, {"b": F(9)}) == 0


@pytest.mark.parametrize("seed", range(60))
def test_the_share_is_that_of_the_worst_set_of_regions(seed: int) -> None:
    random = Random(seed)
    sites = "abcd"[: random.randint(1, 4)]
    asked = {
        tuple(sorted(random.sample(sites, random.randint(1, len(sites))))): F(random.randint(1, 9))
        for _ in range(random.randint(1, 5))
    }
    ready = {site: F(random.randint(0, 9), random.randint(1, 3)) for site in sites}
    shares = [F(1)]
    for size in range(1, len(asked) + 1):
        for chosen in combinations(asked, size):
            there = {site for reach in chosen for site in reach}
            shares.append(sum(ready[site] for site in there) / sum(asked[r] for r in chosen))
    assert share_served(asked, ready) == min(shares)


@pytest.mark.parametrize("seed", range(40))
def test_circles_say_what_every_set_of_regions_says(seed: int) -> None:
    random = Random(seed)
    sites = "abcde"[: random.randint(2, 5)]
    reached = tuple(
        (f"r{i}", tuple(sorted(random.sample(sites, random.randint(1, min(3, len(sites)))))))
        for i in range(random.randint(1, 4))
    )
    asked = {region: random.randint(0, 4) for region, _ in reached}
    ready = {site: random.randint(0, 6) for site in sites}
    survives = all(
        sum(ready[site] for site in {f for _, fs in chosen for f in fs} - {lost})
        >= sum(asked[region] for region, _ in chosen)
        for lost in sites
        for size in range(1, len(reached) + 1)
        for chosen in combinations(reached, size)
    )
    found = circles(reached)
    assert found is not None
    assert survives == all(
        ready[lost]
        <= sum(ready[f] for f in circle.facilities) - sum(asked[r] for r in circle.regions)
        for circle in found
        for lost in circle.facilities
    )


def test_too_many_circles_are_not_counted() -> None:
    # Six regions with a site of their own beside one that all reach: 63 unions.
    hub = tuple((f"r{i}", ("hub", f"f{i}")) for i in range(6))
    assert circles(hub) is None
    assert len(circles(hub[:5]) or ()) == 31
    # Sites that do not meet are not joined.
    assert len(circles(tuple((f"r{i}", (f"f{i}",)) for i in range(9))) or ()) == 9


@pytest.fixture
def three_sites() -> Instance:
    """Pods of 10 units: four in the north, three in the south, one in the west."""
    return Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": "now", "hours": 1}],
            "accelerators": {"h100": {}},
            "blocks": {"pod": {"accelerator": "h100", "accelerators": 10}},
            "facilities": {
                name: {"installed": {"pod": count}}
                for name, count in (("north", 4), ("south", 3), ("west", 1))
            },
            "demands": [
                {
                    "name": "chat", "amount": 35, "yields": {"h100": 1}, "unmet_cost": 1,
                    "cost_per_unit_hour": {"south": 0.1, "west": 0.1}, "survive": {"facility": 1},
                }
            ],
        }
    )  # fmt: skip


@pytest.mark.parametrize("most", [32, 0])
def test_the_plan_keeps_what_some_loss_needs(
    three_sites: Instance, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    # All of it in the north; without that 35 in the south and the west, 30 + 5.
    monkeypatch.setattr(surviving, "MOST_CIRCLES", most)
    circles.cache_clear()
    plan = solve(three_sites, gap=1e-9)
    circles.cache_clear()
    decisions = plan.data.decisions
    assert decisions is not None
    kept = {key.place: blocks for key, blocks in decisions.reserved.items()}
    assert sum(kept.values()) == pytest.approx(3.5)
    assert kept["south"] >= 2.5 - 1e-9
    left = {loss.facility: loss.share for loss in losses(three_sites, decisions, plan.account.met)}
    assert left["north"] == pytest.approx(1)
    assert set(left) == {"north", "south", "west"}
