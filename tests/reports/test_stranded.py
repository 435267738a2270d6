"""What is left of each limit, by cause: by hand, and beside the audit on random instances."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.instances.places import IN_MEGAWATTS
from gridblock.model.account import account as account_of
from gridblock.model.exact import exact
from gridblock.model.plan import Decisions, Ordering, PlanData, Standing
from gridblock.model.rules import capacity, feeds, fleet
from gridblock.model.rules.books import Books
from gridblock.reports.stranded import CAUSES, Left, of_places
from gridblock.reports.tables import table
from gridblock.reports.usage import Use
from rivals.worlds import world

NOWHERE = {"facilities": []}
SEEDS = range(100)
PLACES = (
    capacity.limits_of_places_hold,
    capacity.grid_power_holds,
    feeds.feeds_carry_within_rating,
    feeds.feeds_carry_within_failover_rating,
)
"""The rules that say whether one more block can stand."""
OFFERS = (
    fleet.bought_only_at_a_price,
    fleet.bought_only_after_the_lead,
    fleet.bought_only_where_the_block_may_stand,
    fleet.bought_within_block_supply,
    fleet.bought_within_accelerator_supply,
)
"""The rules that say whether it can be bought."""


def left(instance: Instance, decisions: Decisions, place: str, resource: str) -> dict[str, float]:
    """Give the parts of a limit in the first period that are not 0."""
    found = of_places(instance, decisions, account_of(instance, decisions))
    use, parts = next(one for one in found if one.use[:2] == (place, resource))
    assert sum(parts.values()) == exact(use.limit or 0.0) - exact(use.used)
    return {cause: float(part) for cause, part in parts.items() if part}


@pytest.fixture
def hall() -> Instance:
    """One hall of 10 MW beside another in a site of 12 MW, and a block of 0.7 MW, 0.6 in water."""
    limits = {"power_mw": 10, "liquid_cooling_mw": 10, "air_cooling_mw": 10, "racks": 100}
    uses = {"power_kw": 700, "liquid_cooling_kw": 600, "air_cooling_kw": 100, "racks": 1}
    return Instance.parse(
        {
            "gridblock": 1,
            "accelerators": {"x": {}},
            "blocks": {"b": {"accelerator": "x", "accelerators": 8, "uses": uses, "cost_once": 1}},
            "facilities": {
                "site": {
                    "limits": {"power_mw": 100},
                    "zones": {"hall": {"limits": limits}, "other": {"limits": limits}},
                }
            },
        }
    )


def test_what_is_less_than_a_block_is_granularity(hall: Instance) -> None:
    # 14 blocks of 0.7 MW take 9.8 of 10; nothing but demand keeps them out.
    found = left(hall, Decisions(), "site/hall", "power_mw")
    assert found == {"granularity": 0.2, "no_demand": 9.8}
    # 10 of them take 7; what is left of 3 holds 4 more, 2.8.
    ten = Decisions(bought={Standing("b", "site/hall", "1"): 10})
    found = left(hall, ten, "site/hall", "power_mw")
    assert found == {"granularity": 0.2, "no_demand": 2.8}


def test_each_cause_takes_what_it_keeps_out(hall: Instance) -> None:
    zone = "facilities.site.zones.hall"
    # Water for 8 blocks: 14 - 8 = 6 blocks, 4.2 MW. Racks for 5: 3 more. The site for 3: 2 more.
    wet = hall.replace({f"{zone}.limits.liquid_cooling_mw": 5})
    parts = {"granularity": 0.2, "cooling": 4.2, "no_demand": 5.6}
    assert left(wet, Decisions(), "site/hall", "power_mw") == parts
    tight = wet.replace({f"{zone}.limits.racks": 5})
    parts = {"granularity": 0.2, "cooling": 4.2, "racks": 2.1, "no_demand": 3.5}
    assert left(tight, Decisions(), "site/hall", "power_mw") == parts
    small = tight.replace({"facilities.site.limits.power_mw": 2.5})
    parts = {"granularity": 0.2, "cooling": 4.2, "racks": 2.1, "site": 1.4, "no_demand": 2.1}
    assert left(small, Decisions(), "site/hall", "power_mw") == parts
    # Two on offer of the three that fit.
    rare = small.replace({"blocks.b.supply": 2})
    parts |= {"supply": 0.7, "no_demand": 1.4}
    assert left(rare, Decisions(), "site/hall", "power_mw") == parts
    # Seen from the water of the hall, power is no cause: 13.3 fit its power, 8 its water.
    assert left(rare, Decisions(), "site/hall", "liquid_cooling_mw") == {
        "granularity": 0.2,
        "racks": 1.8,
        "site": 1.2,
        "supply": 0.6,
        "no_demand": 1.2,
    }


def test_zones_keep_blocks_from_the_power_of_their_site(hall: Instance) -> None:
    # 142 blocks fit 100 MW; 14 fit each hall: 114 x 0.7 = 79.8.
    assert left(hall, Decisions(), "site", "power_mw") == pytest.approx(
        {"granularity": 0.6, "zones": 79.8, "no_demand": 19.6}
    )


def test_racks_of_zones_and_site_are_causes_as_other_limits_are(hall: Instance) -> None:
    zone = "facilities.site.zones.{}.limits.racks"
    few = hall.replace({zone.format("hall"): 5, zone.format("other"): 5})
    # Of 200 racks of the site five can be used in each hall.
    wide = few.replace({"facilities.site.limits.racks": 200})
    assert left(wide, Decisions(), "site", "racks") == {"zones": 190, "no_demand": 10}
    # Of five in a hall the site lets three be used.
    narrow = few.replace({"facilities.site.limits.racks": 3})
    assert left(narrow, Decisions(), "site/hall", "racks") == {"site": 2, "no_demand": 3}
    assert left(narrow, Decisions(), "site", "racks") == {"no_demand": 3}


def test_the_grid_is_of_the_site(hall: Instance) -> None:
    # 6 MW from the grid at a PUE of 1.25 carry 4.8: 6 blocks, of the 14 that fit.
    grid = hall.replace({"facilities.site.grid_mw": 6, "facilities.site.pue": 1.25})
    parts = {"granularity": 0.2, "site": 5.6, "no_demand": 4.2}
    assert left(grid, Decisions(), "site/hall", "power_mw") == parts
    # Of the grid itself: 6 of 0.875 take 5.25.
    assert left(grid, Decisions(), "site", "grid_mw") == {"granularity": 0.75, "no_demand": 5.25}


def test_what_no_block_takes_is_of_no_use(hall: Instance) -> None:
    heavy = {"accelerator": "x", "accelerators": 8, "uses": {"heavy_racks": 1}}
    racks = {"facilities.site.limits.heavy_racks": 7, "blocks.h": {**heavy, "where": NOWHERE}}
    assert left(hall.replace(racks), Decisions(), "site", "heavy_racks") == {"no_block": 7}
    elsewhere = hall.replace({"blocks.b.where": NOWHERE})
    assert left(elsewhere, Decisions(), "site/hall", "power_mw") == {"no_block": 10}


def test_feeds_hold_back_what_a_loss_would_put_on_them(hall: Instance) -> None:
    feeds = {"u1": {"mw": 4, "failover_mw": 5}, "u2": {"mw": 4, "failover_mw": 5}}
    fed = hall.replace(
        {
            "facilities.site.feeds": feeds,
            "facilities.site.zones.hall.fed_by": ["u1", "u2"],
            "facilities.site.zones.other.fed_by": ["u1", "u2"],
        }
    )
    # 8 MW through both, 11 blocks; 5 MW through either, 7 blocks: 3 are held back, 4 too after.
    parts = {"granularity": 0.2, "feeds": 2.1, "failover": 2.8, "no_demand": 4.9}
    assert left(fed, Decisions(), "site/hall", "power_mw") == parts
    # A lot lets 0.7 MW more through each: 9.4, 13 blocks, and 5.7, 8 blocks.
    adds = [{"feed": name, "at": "site", "mw": 0.7} for name in feeds]
    more = fed.replace({"options": [{"name": "l", "adds": adds, "signed": {"1": 1}}]})
    parts = {"granularity": 0.2, "feeds": 0.7, "failover": 3.5, "no_demand": 5.6}
    assert left(more, Decisions(), "site/hall", "power_mw") == parts
    # With two in the other hall 1.4 of the 5 MW are taken: 5 fit.
    beside = Decisions(bought={Standing("b", "site/other", "1"): 2})
    parts = {"granularity": 0.2, "feeds": 3.5, "failover": 2.8, "no_demand": 3.5}
    assert left(fed, beside, "site/hall", "power_mw") == parts


def test_leases_on_offer_could_come(hall: Instance) -> None:
    lease = {"name": "l", "adds": [{"blocks": "b", "at": "site/hall", "count": 3}], "max": 3}
    leased = hall.replace({"blocks.b.cost_once": None, "options": [lease]})
    parts = {"granularity": 0.2, "supply": 3.5, "no_demand": 6.3}
    assert left(leased, Decisions(), "site/hall", "power_mw") == parts
    # Two lots taken: six blocks stand, three can come.
    two = Decisions(ordered={Ordering("l", "1"): 2})
    parts = {"granularity": 0.2, "supply": 7.7, "no_demand": 2.1}
    assert left(leased, two, "site/hall", "power_mw") == parts


def test_the_table_has_a_column_for_each_cause(hall: Instance, plan: PlanData) -> None:
    frame = table(
        "stranded", hall, replace(plan, decisions=Decisions()), account_of(hall, Decisions())
    )
    assert [*frame.columns[-len(CAUSES) :]] == [*CAUSES]
    assert (frame[[*CAUSES]].sum(axis=1) - frame["left"]).abs().max() < 1e-9
    assert (frame["limit"] - frame["used"] - frame["left"]).abs().max() < 1e-9


def leaves(instance: Instance) -> Iterator[Left]:
    for one in of_places(instance, Decisions(), account_of(instance, Decisions())):
        if one.use.place in instance.leaves and one.use.resource not in {"uplink_gbps", "grid_mw"}:
            yield one


def broken(instance: Instance, bought: dict[Standing, int], period: str) -> Counter[Any]:
    """Count the limits that do not hold in a period, and what is bought that is not on offer."""
    decisions = Decisions(bought=bought)
    books = Books(instance, PlanData(instance.name, "", "feasible", "finished", decisions))
    places = (row for rule in PLACES for row in rule(books) if row and f"in {period}" in row[0])
    return Counter((*places, *(row for rule in OFFERS for row in rule(books) if row)))


def most_by_trial(instance: Instance, use: Use) -> float:
    """Give the most of a limit that blocks of one type could take, buying them one by one."""
    resource = IN_MEGAWATTS.get(use.resource, use.resource)
    scale = 1 if resource == use.resource else 1000
    names = instance.horizon.names
    before = names[: names.index(use.period) + 1]
    now, most = broken(instance, {}, use.period), 0.0
    for kind, block in instance.blocks.items():
        bought: dict[Standing, int] = {}
        for t in before:
            key, count = Standing(kind, use.place, t), 1
            while block.uses.get(resource) and count < 50:
                if broken(instance, {**bought, key: count}, use.period) != now:
                    break
                bought[key] = count
                count += 1
        most = max(most, sum(bought.values()) * block.uses.get(resource, 0.0) / scale)
    return most


@pytest.mark.parametrize("first", range(0, len(SEEDS), 20))
def test_what_is_left_for_demand_is_what_the_audit_lets_in(first: int) -> None:
    tried = 0
    for seed in SEEDS[first : first + 20]:
        instance = Instance.parse(world(seed))
        found = [*leaves(instance)]
        for use, parts in Random(seed).sample(found, min(3, len(found))):
            assert min(parts.values()) >= 0
            trial = most_by_trial(instance, use)
            assert float(parts["no_demand"]) == pytest.approx(trial), (seed, use)
            tried += 1
    assert tried > 20
