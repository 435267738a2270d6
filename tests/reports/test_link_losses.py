"""What is left after the loss of each link, in tables and in words."""

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.plan import (
    Assignment,
    Decisions,
    Rerouted,
    ReroutedArc,
    ReroutedFlow,
    Service,
    TunnelFlow,
)
from gridblock.reports import link_losses as losses
from gridblock.reports.understood import understood


@pytest.fixture
def triangle() -> Instance:
    """A city and two sites; chat keeps half of what is met."""
    links = [
        {"name": "n", "between": ["city", "north"], "ms": 5},
        {"name": "s", "between": ["city", "south"], "ms": 9},
        {"name": "x", "between": ["north", "south"], "ms": 2},
    ]
    return Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": "t1", "hours": 1}, {"name": "t2", "hours": 1}],
            "accelerators": {"h100": {}},
            "blocks": {"pod": {"accelerator": "h100", "accelerators": 10}},
            "facilities": {"north": {"installed": {"pod": 4}}, "south": {}},
            "network": {"regions": {"city": {}}, "links": links},
            "demands": [
                {
                    "name": "chat", "amount": 40, "yields": {"h100": 1}, "unmet_cost": 1,
                    "from": {"city": 1}, "gbps_per_unit": 0.1, "survive": {"link": 0.5},
                }
            ],
        }
    )  # fmt: skip


@pytest.fixture
def decided() -> Decisions:
    """All is met in the first period, over n; 30 of 40 units are left without it."""
    return Decisions(
        assigned={Assignment("chat", "pod", "north", "t1"): 4},
        served={Service("chat", "city", "north", "t1"): 40},
        tunnel_gbps={TunnelFlow("city", "north", None, ("n",), "t1"): 4},
        rerouted={Rerouted("n", "chat", "city", "north", "t1"): 30},
        rerouted_gbps={ReroutedFlow("n", "city", "north", None, ("s", "x"), "t1"): 3},
    )


def test_every_loss_has_a_row_where_something_is_met(
    triangle: Instance, decided: Decisions
) -> None:
    rows = list(losses.rows(triangle, decided, account(triangle, decided)))
    assert rows == [
        ("n", "chat", "city", "t1", 40, 30, "units", 0.75, 0.5),
        ("s", "chat", "city", "t1", 40, 40, "units", 1, 0.5),
        ("x", "chat", "city", "t1", 40, 40, "units", 1, 0.5),
    ]


def test_flows_are_listed_link_by_link(triangle: Instance, decided: Decisions) -> None:
    rows = [
        row[:3] + row[4:] for row in losses.flows(triangle, decided, account(triangle, decided))
    ]
    assert rows == [
        ("n", "city", "north", "s > x", "s", "city", "south", "t1", 3),
        ("n", "city", "north", "s > x", "x", "south", "north", "t1", 3),
    ]
    arcs = {ReroutedArc("n", "city", "s", "city", "t1"): 3.0}
    freely = Decisions(rerouted_arc_gbps=arcs)
    (row,) = losses.flows(triangle, freely, account(triangle, freely))
    assert row[:3] + row[5:] == ("n", "city", None, "s", "city", "south", "t1", 3)


def test_the_worst_single_link_is_named(triangle: Instance, decided: Decisions) -> None:
    books = account(triangle, decided)
    assert losses.sentence(triangle, decided, books) == (
        "The worst single link to lose is n: chat from city keeps 75\xa0% in t1, 50\xa0% promised."
    )
    whole = Decisions(served=decided.served, assigned=decided.assigned)
    assert losses.sentence(triangle, whole, account(triangle, whole)) == (
        "All that is promised for the loss of a link is kept in full, whichever one it is."
    )
    careless = triangle.replace({"demands.chat.survive": None})
    assert losses.sentence(careless, whole, account(careless, whole)) == ""


def test_what_is_understood_says_what_is_kept(triangle: Instance) -> None:
    def demands(instance: Instance) -> tuple[str, ...]:
        (section,) = (s for s in understood(instance).sections if s.title == "Demands")
        return tuple(map(str, section.rows[0]))

    assert demands(triangle)[-1] == "50\xa0%"
    assert len(demands(triangle.replace({"demands.chat.survive": None}))) == 6
