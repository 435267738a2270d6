"""Loss of a link: a share is kept whichever one it is, re-routed over what is left."""

from collections.abc import Callable

import pytest

import gridblock as gb
from gridblock.instances.instance import Instance
from gridblock.instances.network import tunnels_of
from gridblock.model.plan import Rerouted, ReroutedArc, ReroutedFlow
from gridblock.plan import InfeasibleError, Plan
from gridblock.solvers.session import Session

Solve = Callable[..., Plan]
Cost = Callable[[Instance], float]


@pytest.fixture
def triangle(one_hall: Instance) -> Instance:
    """Five pods of 10 at each of two sites and links of 6, 3 and 9 Gbps: all 60 units, $0."""
    links = [
        {"name": "n", "between": ["city", "north"], "ms": 5, "gbps": 6},
        {"name": "s", "between": ["city", "south"], "ms": 9, "gbps": 3},
        {"name": "x", "between": ["north", "south"], "ms": 2, "gbps": 9},
    ]
    sites = {name: {"installed": {"pod": 5}} for name in ("north", "south")}
    return one_hall.replace(
        {
            "facilities": sites,
            "network": {"regions": {"city": {}}, "links": links, "tunnels": 1},
            "demands.chat.from": {"city": 1},
            "demands.chat.gbps_per_unit": 0.1,
        }
    )


def keeping(instance: Instance, share: float) -> Instance:
    return instance.replace({"demands.chat.survive": {"link": share}})


def test_what_is_left_carries_the_share(triangle: Instance, cost: Cost) -> None:
    assert cost(triangle) == 0
    # Without n, s carries 3 Gbps: 30 units. All that is met must be kept, so 30 of 60 are met.
    assert cost(keeping(triangle, 1)) == 30
    # Half of 60 are 30.
    assert cost(keeping(triangle, 0.5)) == 0
    # 0.8 x 37.5 are 30: 22.5 stay unmet.
    assert cost(keeping(triangle, 0.8)) == 22.5


def test_the_same_with_flows_over_all_links(triangle: Instance, cost: Cost) -> None:
    freely = triangle.replace({"network.routing": "any"})
    assert cost(freely) == 0
    assert cost(keeping(freely, 1)) == 30
    assert cost(keeping(freely, 0.8)) == 22.5


def test_more_promised_never_costs_less(triangle: Instance, cost: Cost) -> None:
    costs = [cost(keeping(triangle, share)) for share in (0.2, 0.5, 0.6, 0.75, 0.9, 1)]
    assert costs == sorted(costs)


def test_a_detour_is_kept_beside_the_shortest_tunnels(triangle: Instance, cost: Cost) -> None:
    # Of one tunnel a site each, the way around is kept too: n loses to s and x, s to n and x.
    def paths(instance: Instance) -> list[tuple[str, ...]]:
        return [tunnel.links for tunnel in tunnels_of(instance)["city", "north"]]

    assert paths(triangle) == [("n",)]
    assert paths(keeping(triangle, 1)) == [("n",), ("s", "x")]
    # It serves when nothing is lost, too: 3 Gbps more to the north for what only it may serve.
    only = triangle.replace({"demands.chat.where": {"facilities": ["north"]}})
    assert cost(only.replace({"network.links.n.gbps": 2})) == 40
    assert cost(keeping(only.replace({"network.links.n.gbps": 2}), 0.4)) == 10


def test_the_detour_keeps_the_latency_bound(triangle: Instance, cost: Cost) -> None:
    # The way over s takes 9 ms to the south and 11 to the north; within 8 ms only n is left, so
    # that nothing may be met. Within 9 the south carries 3 Gbps without n.
    bound = keeping(triangle, 0.5)
    assert cost(bound.replace({"demands.chat.max_ms": 8})) == 60
    assert cost(bound.replace({"demands.chat.max_ms": 9})) == 0
    # 30 units in the south and none in the north: without n the north is out of reach.
    assert cost(keeping(triangle, 1).replace({"demands.chat.max_ms": 9})) == 30


def test_what_loads_no_link_needs_a_way_all_the_same(triangle: Instance, solve: Solve) -> None:
    light = triangle.replace({"demands.chat.gbps_per_unit": 0, "demands.chat.max_ms": 9})
    assert solve(light).objective == 0
    # Without n only the south is within 9 ms, with its 50 units; without s both are.
    plan = solve(keeping(light, 1))
    assert plan.objective == 10
    # 0.9 of what is met in the south: all 60 are met.
    plan = solve(keeping(light, 0.8))
    assert plan.objective == 0
    assert {key.lost_link for key in plan.data.decisions.rerouted} == {"n"}


def test_others_make_way(triangle: Instance, cost: Cost) -> None:
    # Mail takes 1 of the 6 + 3 Gbps, which chat needs 6 of; without n it makes way for chat.
    mail = {
        "name": "mail", "amount": 20, "yields": {"h100": 1}, "unmet_cost": 0.5,
        "from": {"city": 1}, "gbps_per_unit": 0.15,
    }  # fmt: skip
    both = triangle.replace({"demands": [*triangle.plain()["demands"], mail]})
    assert cost(keeping(both, 0.5)) == 0
    # With a promise of its own it does not: 1.5 Gbps of 3, so that 30 of 60 units of chat, or
    # all 20 of mail, are at stake; per Gbps mail is worth 3.3 and chat 10.
    promised = keeping(both, 0.5).replace({"demands.mail.survive": {"link": 0.5}})
    assert cost(promised) == 10


def test_reservations_stay_where_they_are(triangle: Instance, cost: Cost) -> None:
    # A pair of sites holds 7 of 9 Gbps on x both ways, over x alone; without n, 2 of 3 Gbps that
    # come over s can go on to the north.
    pair = {
        "name": "pair", "amount": 60, "yields": {"h100": 1}, "unmet_cost": 9,
        "interconnect": {"gbps": 7},
    }  # fmt: skip
    both = triangle.replace({"demands": [*triangle.plain()["demands"], pair]})
    north = {"demands.chat.where": {"facilities": ["north"]}, "demands.chat.amount": 30}
    assert cost(keeping(both.replace(north), 1)) == 10
    # With 6 Gbps, 3 are left for chat.
    narrow = {**north, "demands.pair.interconnect.gbps": 6}
    assert cost(keeping(both.replace(narrow), 1)) == 0


def test_a_bridge_leaves_nothing_to_promise(triangle: Instance, cost: Cost) -> None:
    links = [triangle.plain()["network"]["links"][i] for i in (0, 2)]
    line = triangle.replace({"network.links": links})
    assert cost(line) == 0
    assert cost(keeping(line, 0.1)) == 60
    assert cost(keeping(line.replace({"network.routing": "any"}), 0.1)) == 60


def test_a_floor_that_no_detour_keeps_is_infeasible(triangle: Instance, solve: Solve) -> None:
    # At most 30 of 60 are met; a floor of 0.6 asks for 36.
    floor = keeping(triangle, 1).replace({"demands.chat.min_share": 0.6})
    with pytest.raises(InfeasibleError, match=r"at most 0\.5 can be met"):
        solve(floor)
    assert solve(floor.replace({"demands.chat.min_share": 0.5})).objective == 30


def test_lots_of_links_count_where_they_are_in_effect(triangle: Instance, cost: Cost) -> None:
    # A lot adds 1 Gbps to s: 10 units more are met, worth $10.
    option = {"name": "more", "adds": [{"link": "s", "gbps": 1}], "max": 5, "cost_once": 7}
    assert cost(keeping(triangle, 1).replace({"options": [option]})) == 21
    assert cost(keeping(triangle, 1).replace({"options": [{**option, "cost_once": 11}]})) == 30


def test_each_period_has_its_own_losses(triangle: Instance, solve: Solve) -> None:
    # In the second hour s carries 5 Gbps: 30 and 10 stay unmet.
    hours = {
        "periods": [{"name": "first", "hours": 1}, {"name": "second", "hours": 1}],
        "network.links.s.gbps": [3, 5],
    }
    plan = solve(keeping(triangle.replace(hours), 1))
    assert plan.objective == 40
    assert {key.period for key in plan.data.decisions.rerouted} == {"first", "second"}


def test_the_plan_says_how_traffic_is_re_routed(triangle: Instance, solve: Solve) -> None:
    only = triangle.replace(
        {"demands.chat.where": {"facilities": ["north"]}, "network.links.n.cost_per_gbps": 0}
    )
    dear = only.replace({"network.links.s.cost_per_gbps": 1})
    decided = solve(keeping(dear, 1)).data.decisions
    # 30 units over n; without it, over s and x. The loss of s or x touches nothing.
    assert decided.rerouted == {Rerouted("n", "chat", "city", "north", "now"): 30}
    flow = ReroutedFlow("n", "city", "north", None, ("s", "x"), "now")
    assert decided.rerouted_gbps == {flow: 3}
    freely = solve(keeping(dear, 1).replace({"network.routing": "any"})).data.decisions
    assert freely.rerouted_arc_gbps == {
        ReroutedArc("n", "city", "s", "city", "now"): 3,
        ReroutedArc("n", "city", "x", "south", "now"): 3,
    }


def test_a_model_with_all_losses_finds_the_same(triangle: Instance, session: Session) -> None:
    for instance in (triangle, triangle.replace({"network.routing": "any"})):
        model = gb.build(keeping(instance, 0.8))
        assert set(model.link_lost) == {(link, "now") for link in "nsx"}
        plan = gb.solve(keeping(instance, 0.8), model=model, session=session)
        assert plan.objective == pytest.approx(22.5)
        assert plan.status == "optimal"
        assert plan.audit().ok


def test_a_run_keeps_its_share(triangle: Instance, cost: Cost) -> None:
    # All or nothing: 30 units of a run are kept without n, 40 are not.
    run = {"demands.chat.run": {"periods": 1, "start": ["now", "now"]}, "demands.chat.amount": 30}
    assert cost(keeping(triangle.replace(run), 1)) == 0
    assert cost(keeping(triangle.replace({**run, "demands.chat.amount": 40}), 1)) == 40
