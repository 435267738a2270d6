"""The program of a whole instance: by hand, by known optima, and against both enumerations."""

import csv
from pathlib import Path
from typing import Any

import pytest

import gridblock as gb
from rivals import plain
from rivals.enumerate import best
from rivals.small import small
from rivals.whole import steps
from rivals.worlds import world

Data = dict[str, Any]
GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
LARGE = {"colossus", "frontier"}
FILES = [file for file in sorted(GALLERY.glob("*.yaml")) if file.stem not in LARGE]


def least(data: Data) -> float | None:
    """Give the least cost, to a millionth."""
    found = steps(data)
    return None if found is None else round(found[-1].cost, 6)


@pytest.fixture
def empty() -> Data:
    """A demand for 30 units in each of four hours, $1 a unit; nothing stands: $120."""
    return {
        "gridblock": 1,
        "periods": [{"name": name, "hours": 1} for name in "tuvw"],
        "accelerators": {"x": {}},
        "blocks": {"b": {"accelerator": "x", "accelerators": 10, "uses": {"power_kw": 100}}},
        "facilities": {"f": {}},
        "demands": [{"name": "d", "amount": 30, "yields": {"x": 1}, "unmet_cost": 1}],
    }


def lease(**fields: Any) -> Data:
    """Give an option that leases two blocks for $5."""
    part = {"blocks": "b", "at": "f", "count": 2}
    return {"name": "lease", "adds": [part], "cost_once": 5, **fields}


def test_lots_are_ordered_within_their_window_and_lead(empty: Data) -> None:
    assert least(empty) == 120
    assert least(empty | {"options": [lease()]}) == 45
    # Ordered in u, in service in v and w: $40 saved for $5.
    late = lease(lead=1, order={"earliest": "u", "latest": "v"})
    assert least(empty | {"options": [late]}) == 85
    assert least(empty | {"options": [lease(lead=4)]}) == 120


def test_ramp_term_and_standing_cost(empty: Data) -> None:
    # One block in t, two from u on: 20 + 3 x 10 unmet; the second hour on costs twice the first.
    ramped = lease(ramp=[0.5, 1], cost_per_period=2)
    assert least(empty | {"options": [ramped]}) == 50 + 5 + 7
    # 0.4 of two blocks is none.
    assert least(empty | {"options": [lease(ramp=[0.4, 1])]}) == 30 + 30 + 5
    assert least(empty | {"options": [lease(term=2)]}) == 2 * 10 + 2 * 30 + 5


def test_max_min_if_taken_signed_and_pay(empty: Data) -> None:
    dear = lease(max=3, cost_once=50)
    assert least(empty | {"options": [dear]}) == 90
    assert least(empty | {"options": [dear | {"min_if_taken": 2}]}) == 100
    assert least(empty | {"options": [dear | {"min_if_taken": 3}]}) == 120
    # A signed lot is paid for in any case; half is due after the end.
    assert least(empty | {"options": [dear | {"max": 1, "signed": {"w": 1}}]}) == 100 + 50
    halves = dear | {"max": 1, "pay": [0.5, 0.5], "signed": {"w": 1}}
    assert least(empty | {"options": [halves]}) == 100 + 25


def test_requires_and_excludes(empty: Data) -> None:
    permit = {"name": "permit", "cost_once": 10, "lead": 1}
    both = [permit, lease(requires=["permit"])]
    # The permit is in effect in u: three hours of two blocks, and both prices.
    assert least(empty | {"options": both}) == 30 + 30 + 15
    free = lease(name="free", cost_once=0, term=1)
    assert least(empty | {"options": [lease(), free]}) == 3 * 10 + 5
    assert least(empty | {"options": [lease(), free | {"excludes": ["lease"]}]}) == 45


def test_what_an_option_opens_is_closed_without_it(empty: Data) -> None:
    sites = {"f": {"cost_per_period": 1, "zones": {"h": {"count": 2, "limits": {"power_mw": 0.1}}}}}
    block = {"b": empty["blocks"]["b"] | {"cost_once": 1, "end_share": 0}}
    halls = empty | {"facilities": sites, "blocks": block}
    # A block in each hall: 10 of 30 unmet, $2, and $1 an hour for the site.
    assert least(halls) == 40 + 2 + 4
    opens = {"name": "o", "adds": [{"opens": "f/h"}], "max": 2, "cost_once": 3}
    assert least(halls | {"options": [opens]}) == 40 + 2 + 4 + 6
    # A lot opens one hall.
    assert least(halls | {"options": [opens | {"max": 1}]}) == 80 + 1 + 4 + 3
    # A closed site costs nothing.
    site = opens | {"adds": [{"opens": "f"}], "cost_once": 200}
    assert least(halls | {"options": [site]}) == 120


def test_lots_add_to_limits_feeds_and_links(empty: Data) -> None:
    stands = {"installed": {"b": 3}, "limits": {"power_mw": 0.1}}
    more = {"name": "o", "adds": [{"limit": "power_mw", "at": "f", "amount": 0.1}], "cost_once": 1}
    assert least(empty | {"facilities": {"f": stands}}) == 80
    assert least(empty | {"facilities": {"f": stands}, "options": [more]}) == 41
    fed = {"installed": {"b": 3}, "feeds": {"u": {"mw": 0}}, "fed_by": ["u"]}
    feed = more | {"adds": [{"feed": "u", "at": "f", "mw": 0.2}]}
    assert least(empty | {"facilities": {"f": fed}, "options": [feed]}) == 41
    far = {"regions": {"r": {}}, "links": [{"name": "l", "between": ["r", "f"], "gbps": 5}]}
    demand = empty["demands"][0] | {"from": {"r": 1}, "gbps_per_unit": 1}
    wan = empty | {
        "network": far,
        "demands": [demand],
        "facilities": {"f": {"installed": {"b": 3}}},
    }
    assert least(wan) == 100
    link = more | {"adds": [{"link": "l", "gbps": 5}], "max": 3}
    assert least(wan | {"options": [link]}) == 40 + 3


def test_take_or_pay(empty: Data) -> None:
    paid = lease(cost_once=0, usage={"per_block_hour": 8}, signed={"t": 1})
    # Two leased blocks serve 20 units for $16 an hour.
    assert least(empty | {"options": [paid]}) == 4 * (10 + 16)
    # At $12 they idle, but half of their hours are paid: one of them works.
    dear = paid | {"usage": {"per_block_hour": 12, "committed_share": 0.5}}
    assert least(empty | {"options": [dear]}) == 4 * (20 + 12)
    # Owned blocks work first: 10 unmet by one and two.
    one = {"f": {"installed": {"b": 1}}}
    assert least(empty | {"facilities": one, "options": [dear]}) == 4 * (10 + 12)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_known_optima(file: Path) -> None:
    with (GALLERY / "optima.csv").open(encoding="utf-8", newline="") as opened:
        known = {row["instance"]: float(row["optimum"]) for row in csv.DictReader(opened)}
    found = steps(gb.read(file).plain())
    assert found is not None
    assert found[-1].cost == pytest.approx(known[file.stem], rel=1e-6)


@pytest.mark.parametrize("seed", range(0, 400, 16))
def test_enumeration_of_every_fleet_and_choice(seed: int) -> None:
    exact, found = best(world(seed)), steps(world(seed))
    if exact is None or found is None:
        assert exact is found
    else:
        assert found[-1].cost == pytest.approx(float(exact), rel=1e-7, abs=1e-7)


@pytest.mark.parametrize("seed", range(0, 60, 6))
def test_enumeration_of_every_fleet_with_tiers_and_limits(seed: int) -> None:
    exact, found = plain.steps(small(seed)), steps(small(seed))
    if exact is None or found is None:
        assert exact is found
        return
    for one, other in zip(exact, found, strict=True):
        assert other.cost == pytest.approx(float(one.cost), rel=1e-6, abs=1e-6)
        assert other.unmet == pytest.approx(float(one.unmet), rel=1e-5, abs=1e-5)


def test_reserve_stands_idle_or_on_work_that_may_stop(empty: Data) -> None:
    sites = {name: {"installed": {"b": 2}} for name in "fg"}
    safe = empty["demands"][0] | {"survive": {"facility": 1}}
    # 20 units at most survive the loss of either site, one block in each serving: 10 unmet.
    assert least(empty | {"facilities": sites, "demands": [safe]}) == 40
    half = safe | {"survive": {"facility": 0.5}}
    assert least(empty | {"facilities": sites, "demands": [half]}) == 0
    # A later tier may run on what is kept in reserve.
    later = empty["demands"][0] | {"name": "e", "amount": 20, "tier": 2}
    assert least(empty | {"facilities": sites, "demands": [safe, later]}) == pytest.approx(40)
    # One of the same tier may not. It takes two blocks, and leaves one to work and one in reserve.
    equal = later | {"tier": 1}
    assert least(empty | {"facilities": sites, "demands": [safe, equal]}) == 80


def test_what_a_lost_link_leaves_is_carried_over_others(empty: Data) -> None:
    links = [
        {"name": "k", "between": ["r", "f"], "ms": 1, "gbps": 20},
        {"name": "l", "between": ["r", "f"], "ms": 2, "gbps": 10},
    ]
    network = {"regions": {"r": {}}, "links": links, "tunnels": 1}
    sent = empty["demands"][0] | {"from": {"r": 1}, "gbps_per_unit": 1}
    wan = empty | {"network": network, "facilities": {"f": {"installed": {"b": 3}}}}
    # One tunnel, over k: 10 of 30 unmet.
    assert least(wan | {"demands": [sent]}) == 40
    # The way around k is kept too. Without k the 10 Gbps of l are the share that survives.
    safe = sent | {"survive": {"link": 0.4}}
    assert least(wan | {"demands": [safe]}) == 4 * (30 - 25)
    assert least(wan | {"demands": [sent | {"survive": {"link": 0.8}}]}) == 4 * (30 - 12.5)
    # With arc flows the same, but that both links carry without a promise.
    freely = wan | {"network": network | {"routing": "any"}}
    assert least(freely | {"demands": [sent]}) == 0
    assert least(freely | {"demands": [safe]}) == 4 * (30 - 25)


def test_an_interconnect_is_reserved_while_its_run_is_under_way(empty: Data) -> None:
    # 1 Gbps each way, $4 an hour, in the one hour of the run; u, v and w are free (world 1351).
    sites = {name: {"installed": {"b": 1}} for name in "fg"}
    link = {"between": ["f", "g"], "ms": 1, "gbps": 5, "cost_per_gbps": 2}
    run = empty["demands"][0] | {"amount": 20, "run": {"periods": 1, "start": ["t", "t"]}}
    run |= {"whole_blocks": True, "max_facilities": 2, "interconnect": {"gbps": 1}}
    assert least(empty | {"facilities": sites, "network": {"links": [link]}, "demands": [run]}) == 4


def test_what_has_to_be_met_cannot_be_where_there_is_nothing_to_decide(empty: Data) -> None:
    # HiGHS calls a model without variables empty, whatever its rows ask for.
    least_share = {**empty["demands"][0], "min_share": 0.2}
    assert least(empty) == 120
    assert least(empty | {"demands": [least_share]}) is None
