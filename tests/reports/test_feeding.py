"""How full feeds are: a table, the limits that are full, and what they let a facility draw."""

import math

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import account as account_of
from gridblock.model.plan import Decisions, PlanData
from gridblock.reports import tight
from gridblock.reports.capacity import power_limits_mw
from gridblock.reports.feeding import ceilings_mw
from gridblock.reports.tables import table
from gridblock.reports.understood import understood


@pytest.fixture
def fed(pair: Instance) -> Instance:
    """South's two rows of 0.4 MW hang on two UPS, one of them on a substation that carries PUE."""
    feeds = {
        "sub": {"mw": 1.0, "pue": True},
        "u1": {"mw": 0.5, "failover_mw": 1.0, "parent": "sub"},
        "u2": {"mw": 0.4, "failover_mw": [1.6, 2.0]},
        "spare": {"mw": 0.0},
    }
    south = {"limits": {"power_mw": 1.0}, "pue": 1.25, "installed": {"row": 2}}
    return pair.replace({"facilities.south": {**south, "feeds": feeds, "fed_by": ["u1", "u2"]}})


def test_the_table_has_each_feed_intact_and_after_the_worst_loss(
    fed: Instance, plan: PlanData
) -> None:
    frame = table("feeds", fed, plan, account_of(fed, Decisions()))
    first = frame.query("period == 'a'").drop(columns=["facility", "place", "period"])
    found = [
        tuple(None if isinstance(x, float) and math.isnan(x) else x for x in row)
        for row in first.itertuples(index=False, name=None)
    ]
    # 0.8 MW: 0.4 on each, all on the other after a loss; x 1.25 at the substation.
    assert found == [
        ("sub", None, 0.5, 1.0, 0.5, 0.5),
        ("sub", "south/u2", 1.0, 1.0, 1.0, 0.0),
        ("u1", None, 0.4, 0.5, 0.8, 0.1),
        ("u1", "south/u2", 0.8, 1.0, 0.8, 0.2),
        ("u2", None, 0.4, 0.4, 1.0, 0.0),
        ("u2", "south/sub", 0.8, 1.6, 0.5, 0.8),
        ("spare", None, 0.0, 0.0, None, 0.0),
    ]
    assert set(frame["facility"]) == set(frame["place"]) == {"south"}


def test_feeds_that_are_full_are_named(fed: Instance) -> None:
    section = tight.limits(fed, Decisions(), account_of(fed, Decisions()))
    assert section is not None
    named = {row[:2]: row[2] for row in section.rows if str(row[0]).startswith("feed")}
    assert named == {
        ("feed south/sub", "failover_mw"): "2 of 2",
        ("feed south/u2", "mw"): "2 of 2",
    }


def test_copies_of_a_feed_show_the_fullest(pair: Instance) -> None:
    halls = {"facilities.north.zones.hall.feeds": {"pdu": {"mw": 0.5}}}
    fed = pair.replace({**halls, "facilities.north.zones.hall.fed_by": ["pdu"]})
    section = tight.limits(fed, Decisions(), account_of(fed, Decisions()))
    assert section is not None
    # A unit of 0.5 MW stands in each hall.
    (row,) = [row for row in section.rows if str(row[0]).startswith("feed")]
    assert row[:5] == ("feed north/hall/pdu", "mw", "2 of 2", "0.5", "0.5")


def test_feeds_limit_what_a_facility_can_draw(fed: Instance, pair: Instance) -> None:
    # The leaf alone: u2 carries half of 0.8 MW. At the top 1.0 / 1.25 + 0.4 MW intact; after the
    # loss of the substation 1.6, of u2 1.0 / 1.25.
    assert ceilings_mw(fed, 0) == {"south": 0.8}
    assert power_limits_mw(fed, 0)["south"] == 0.8
    strong = fed.replace({"facilities.south.feeds.u2.mw": 5, "facilities.south.feeds.u1.mw": 5})
    # After the loss of u2 the substation holds 0.8 MW.
    assert ceilings_mw(strong, 0) == {"south": 0.8}
    assert ceilings_mw(pair, 0) == {}
    # With a zone on no feed there is no such limit.
    halls = {"x": {"fed_by": ["u"]}, "y": {}}
    open_ = pair.replace({"facilities.south": {"feeds": {"u": {"mw": 1}}, "zones": halls}})
    assert ceilings_mw(open_, 0) == {}


def test_lots_on_feeds_count_in_ratings(fed: Instance, plan: PlanData) -> None:
    more = {"name": "more", "adds": [{"feed": "u2", "at": "south", "mw": 0.1}], "signed": {"a": 1}}
    grown = fed.replace({"options": [{**more, "ramp": [0.5, 1]}]})
    account = account_of(grown, Decisions())
    frame = table("feeds", grown, plan, account).query("feed == 'u2'")
    # 0.4 and 1.6, then 2.0 MW, with half of 0.1 MW at first and all of it later.
    assert list(frame["rating_mw"]) == [0.45, 1.65, 0.5, 2.1]
    # u2 carries half of all: 0.8 MW as written, 0.9 with half a lot.
    strong = grown.replace({"facilities.south.feeds.sub.mw": 5})
    assert ceilings_mw(strong, 0) == {"south": 0.8}
    assert power_limits_mw(strong, 0, account_of(strong, Decisions()))["south"] == 0.9
    # The last of the two periods has all of it, and the substation holds 5 / 1.25 MW.
    assert ceilings_mw(strong, 1, account_of(strong, Decisions())) == {"south": 1.0}
    assert "feed u2 at south" in str(understood(grown))


def test_an_instance_says_how_many_feeds_it_has(fed: Instance, pair: Instance) -> None:
    assert "4 feeds" in understood(fed).sentences[0]
    assert "feed" not in understood(pair).sentences[0]
