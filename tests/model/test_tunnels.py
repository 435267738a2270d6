"""Tunnels that cannot help are left out, and links that cannot fill have no row."""

import os
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

import gridblock as gb
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.build import INTACT, build
from gridblock.model.pools import EXACT, WRITTEN, Reduction
from gridblock.model.recall import recalled_values
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Settings, Verdict
from gridblock.solvers.session import Session
from rivals.every import every

FEWER = frozenset({Reduction.TUNNELS})
WORLDS = int(os.environ.get("WORLDS", "30"))
"""So many random instances are compared."""


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as held:
        yield held


def two_ways(**fields: Any) -> Instance:
    """Give a site that two cities reach over a hub: by a near link, and by a far, dearer one.

    Each city asks for 10 units of 1 Gbps; the near link carries 20 Gbps, the far one 20.
    """
    place = {"gbps": 100, "cost_per_gbps": 0}
    links = [
        {"name": "east-hub", "between": ["east", "hub"], "ms": 1, **place},
        {"name": "west-hub", "between": ["west", "hub"], "ms": 1, **place},
        {"name": "near", "between": ["hub", "north"], "ms": 2, "gbps": 20, "cost_per_gbps": 1},
        {"name": "far", "between": ["hub", "north"], "ms": 5, "gbps": 20, "cost_per_gbps": 3},
    ]
    return Instance.parse(
        {
            "gridblock": 1,
            "name": "two-ways",
            "periods": [{"name": "t", "hours": 1}],
            "accelerators": {"h100": {}},
            "blocks": {"pod": {"accelerator": "h100", "accelerators": 8}},
            "facilities": {"north": {"installed": {"pod": 3}}},
            "network": {"regions": {"east": {}, "west": {}, "hub": {}}, "links": links},
            "demands": [
                {
                    "name": "chat",
                    "amount": 20,
                    "yields": {"h100": 1},
                    "unmet_cost": 10,
                    "from": {"east": 0.5, "west": 0.5},
                    "gbps_per_unit": 1,
                }
            ],
        }
    ).replace(fields)


def ways(instance: Instance, reductions: frozenset[Reduction] = FEWER) -> set[tuple[str, str]]:
    """Give the last link of each tunnel that traffic may take, by region."""
    model = build(instance, INTACT, reductions)
    links = {c.key: [tunnel.links[-1] for tunnel in each] for c, each in model.tunnels.of.items()}
    return {(key[0], links[key[:3]][key[3]]) for key in model.gbps}


def rows(instance: Instance, reductions: frozenset[Reduction] = FEWER) -> set[str]:
    """Give the links that have a row."""
    model = build(instance, INTACT, reductions)
    return {key[0] for key in (*model.each_way_within_capacity, *model.both_ways_within_capacity)}


NEAR = {("east", "near"), ("west", "near")}
BOTH = NEAR | {("east", "far"), ("west", "far")}


def optimum(session: Session, instance: Instance, reductions: frozenset[Reduction]) -> float | None:
    session.load(compile_model(build(instance, INTACT, reductions)).matrix)
    outcome = session.run(Settings(gap=0.0))
    return None if outcome.verdict is Verdict.INFEASIBLE else outcome.objective


def test_a_dearer_tunnel_is_left_out_where_the_cheaper_one_has_room() -> None:
    # Both cities together send 20 Gbps, which the near link carries at 1 each.
    assert ways(two_ways(), WRITTEN) == BOTH
    # It would be full, to the last digit: that is no room to spare.
    assert ways(two_ways()) == BOTH
    roomy = two_ways(**{"network.links.near.gbps": 21})
    assert ways(roomy) == NEAR
    assert rows(roomy, WRITTEN) == {"east-hub", "west-hub", "near", "far"}
    assert rows(roomy) == set()


def test_what_fits_alone_does_not_fit_together(session: Session) -> None:
    # Over 15 Gbps each city's 10 would fit; to leave the far link out on that ground leaves 5 units
    # unmet: 15 x 1 + 5 x 10 = 65 instead of 15 x 1 + 5 x 3 = 30.
    narrow = two_ways(**{"network.links.near.gbps": 15})
    assert ways(narrow) == BOTH
    assert optimum(session, narrow, FEWER) == pytest.approx(30)
    alone = [link.model_dump() for link in narrow.network.links if link.name != "far"]
    assert optimum(session, narrow.replace({"network.links": alone}), WRITTEN) == pytest.approx(65)


def test_a_shared_link_counts_both_ways() -> None:
    # A site at the hub serves a city behind the north: 8 Gbps come the other way.
    shared = two_ways(
        **{
            "network.links.near.gbps": 25,
            "network.links.near.capacity": "shared",
            "network.regions.south": {},
        }
    )
    links = [link.model_dump() for link in shared.network.links]
    links.append({"name": "south-north", "between": ["south", "north"], "ms": 1})
    other = {**shared.demands[0].model_dump(by_alias=True), "name": "back", "amount": 8}
    other |= {"from": {"south": 1.0}, "where": {"facilities": ["site"]}}
    both = shared.replace(
        {
            "network.links": [*links, {"name": "s", "between": ["hub", "site"], "ms": 1}],
            "facilities.site": {"installed": {"pod": 1}},
            "demands.0.where": {"facilities": ["north"]},
            "demands": [shared.demands[0].model_dump(by_alias=True), other],
        }
    )
    assert ("east", "far") in ways(both)
    apart = both.replace({"network.links.near.capacity": "each_way"})
    assert ("east", "far") not in ways(apart)


def test_what_is_reserved_takes_room() -> None:
    # Another site behind the hub; a job at both reserves 4 Gbps between them, over near or far.
    with_site = {
        "facilities.site": {"installed": {"pod": 1}},
        "network.links.near.gbps": 23,
    }
    job = {
        "name": "job",
        "amount": 8,
        "yields": {"h100": 1},
        "unmet_cost": 1,
        "max_facilities": 2,
        "interconnect": {"gbps": 4},
    }
    chat = {**two_ways().demands[0].model_dump(by_alias=True), "where": {"facilities": ["north"]}}
    links = [
        *(link.model_dump() for link in two_ways().network.links),
        {"name": "site-hub", "between": ["site", "hub"], "ms": 1},
    ]
    links[2]["gbps"] = 23
    given = two_ways().replace(
        {"network.links": links, "facilities.site": with_site["facilities.site"]}
    )
    # 20 + 4 do not fit into 23; without the job 20 do.
    assert ("east", "far") in ways(given.replace({"demands": [chat, job]}))
    assert ("east", "far") not in ways(given.replace({"demands": [chat]}))


@pytest.mark.parametrize(
    "change",
    [
        {"demands.chat.survive": {"link": 0.5}},
        {"limits": [{"name": "spend", "measure": "spend", "min": 1, "penalty": 1}]},
    ],
    ids=["a link may be lost", "spending is asked for"],
)
def test_nothing_is_left_out_where_a_rule_looks_closer(change: dict[str, Any]) -> None:
    assert ways(two_ways(**{"network.links.near.gbps": 100}, **change)) == BOTH


def test_lots_that_nobody_has_ordered_make_no_room() -> None:
    lot = {"name": "more", "adds": [{"link": "near", "gbps": 10}], "cost_once": 1}
    assert ways(two_ways(options=[lot])) == BOTH
    signed = {**lot, "signed": {"t": 1}, "order": {"latest": "t"}}
    assert ways(two_ways(options=[signed])) == NEAR


def test_what_went_over_a_tunnel_left_out_goes_over_the_one_instead(session: Session) -> None:
    # The plan is of an instance with a full near link; a wider one leaves the far link out.
    narrow = two_ways(**{"network.links.near.gbps": 15})
    decided = gb.solve(narrow, session=session).data.decisions
    assert {flow.links[-1] for flow in decided.tunnel_gbps} == {"near", "far"}
    wide = two_ways(**{"network.links.near.gbps": 30})
    model = build(wide, INTACT, EXACT)
    compiled = compile_model(model)
    point = compiled.at(recalled_values(model, decided))
    assert compiled.matrix.violation(point).tolerable
    # 20 Gbps at 1 each.
    assert compiled.matrix.objective(point) == pytest.approx(20)


def meshed(seed: int) -> dict[str, Any] | None:
    """Give a random instance with a second link beside each, of any width and price."""
    data, random = every(seed), Random(f"meshed {seed}")
    links = data.get("network", {}).get("links", [])
    if not links:
        return None
    data["network"] = {**data["network"], "routing": "tunnels", "tunnels": 4}
    for link in list(links):
        beside = {**link, "name": f"{link['name']}-too", "ms": link.get("ms", 10) * 1.01}
        beside["cost_per_gbps"] = random.choice([0, 50, 1000, 5000])
        if random.random() < 0.6:
            link.pop("gbps", None)
        if random.random() < 0.5:
            beside["gbps"] = random.choice([0.1, 0.5, 2, 50])
        links.append(beside)
    for demand in data["demands"]:
        demand.pop("survive", None)
    return data


def test_no_tunnel_left_out_moves_the_optimum(session: Session) -> None:
    fired = seen = 0
    for seed in range(40 * WORLDS):
        data = meshed(seed)
        try:
            instance = Instance.parse(data) if data else None
            model = None if instance is None else build(instance, INTACT, FEWER)
        except InstanceError:
            continue
        if instance is None or model is None or not model.tunnels.fewer:
            continue
        whole, less = optimum(session, instance, WRITTEN), optimum(session, instance, FEWER)
        assert (whole is None) == (less is None), seed
        if whole is not None and less is not None:
            assert less == pytest.approx(whole, rel=1e-6, abs=1e-6), seed
        sizes = [len(build(instance, INTACT, each).gbps) for each in (WRITTEN, FEWER)]
        if sizes[1] < sizes[0] and whole is not None:
            fired += 1
            if {demand.tier for demand in instance.demands} == {1}:
                plan = gb.solve(instance, gap=1e-6, session=session)
                assert plan.audit().ok
                assert plan.objective == pytest.approx(whole, rel=1e-5, abs=1e-5), seed
        seen += 1
        if seen == WORLDS:
            break
    assert seen == WORLDS
    assert fired > WORLDS // 4


def test_a_link_without_a_row_is_never_overfull(session: Session) -> None:
    # Nothing of a plan's audit is left out: it adds up what each link carries.
    instance = two_ways(**{"network.links.near.gbps": 21})
    plan = gb.solve(instance, session=session)
    books = account(instance, plan.data.decisions)
    assert float(books.objective) == pytest.approx(20)
    assert plan.audit().ok
