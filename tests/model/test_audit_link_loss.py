"""The audit of what is re-routed after the loss of a link: each rule broken by itself."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.audit import Report, audit
from gridblock.model.plan import (
    ArcFlow,
    Assignment,
    Decisions,
    InterconnectFlow,
    PlanData,
    Rerouted,
    ReroutedArc,
    ReroutedFlow,
    Service,
    TunnelFlow,
)

T = "now"
POD = {"accelerator": "h100", "accelerators": 10}
# Chat sends 3 Gbps over n; without it, over s and x. The pair reserves 4 of 9 Gbps on x, both ways.
# Mail loads no link and is served in the south, 7 ms over n and x or 9 ms over s.
GIVEN: dict[str, Any] = {
    "gridblock": 1,
    "periods": [{"name": T, "hours": 1}],
    "accelerators": {"h100": {}},
    "blocks": {"pod": POD},
    "facilities": {"north": {"installed": {"pod": 5}}, "south": {"installed": {"pod": 5}}},
    "network": {
        "regions": {"city": {}},
        "tunnels": 1,
        "links": [
            {"name": "n", "between": ["city", "north"], "ms": 5, "gbps": 6},
            {"name": "s", "between": ["city", "south"], "ms": 9, "gbps": 3},
            {"name": "x", "between": ["north", "south"], "ms": 2, "gbps": 9, "capacity": "shared"},
        ],
    },
    "demands": [
        {
            "name": "chat", "amount": 30, "yields": {"h100": 1}, "unmet_cost": 1,
            "from": {"city": 1}, "gbps_per_unit": 0.1, "max_ms": 11, "survive": {"link": 1},
        },
        {
            "name": "pair", "amount": 20, "yields": {"h100": 1}, "unmet_cost": 1,
            "interconnect": {"gbps": 3},
        },
        {
            "name": "mail", "amount": 10, "yields": {"h100": 1}, "unmet_cost": 1,
            "from": {"city": 1}, "max_ms": 10, "survive": {"link": 1},
        },
    ],
}  # fmt: skip
ANYWHERE = {
    "network.routing": "any",
    "demands.chat.max_ms": None,
    "demands.mail.max_ms": None,
}
AROUND = ReroutedFlow("n", "city", "north", 11, ("s", "x"), T)
CHAT, MAIL = Rerouted("n", "chat", "city", "north", T), Rerouted("n", "mail", "city", "south", T)
OVER_S, OVER_X = ReroutedArc("n", "city", "s", "city", T), ReroutedArc("n", "city", "x", "south", T)
SHARE = "promised_share_is_kept_after_the_loss_of_any_link"


def hand_made(*, anywhere: bool = False) -> Decisions:
    """A plan of it, in which all is met."""
    sites = ("north", "south")
    return Decisions(
        assigned={
            Assignment("chat", "pod", "north", T): 3,
            **{Assignment("pair", "pod", site, T): 1 for site in sites},
            Assignment("mail", "pod", "south", T): 1,
        },
        served={
            Service("chat", "city", "north", T): 30,
            **{Service("pair", "", site, T): 10 for site in sites},
            Service("mail", "city", "south", T): 10,
        },
        tunnel_gbps={} if anywhere else {TunnelFlow("city", "north", 11, ("n",), T): 3},
        arc_gbps={ArcFlow("city", "n", "city", T): 3} if anywhere else {},
        interconnect_gbps={
            InterconnectFlow("pair", *ends, ("x",), T): 3 for ends in (sites, sites[::-1])
        },
        rerouted={CHAT: 30, MAIL: 10},
        rerouted_gbps={} if anywhere else {AROUND: 3},
        rerouted_arc_gbps={OVER_S: 3, OVER_X: 3} if anywhere else {},
    )


def stated(instance: Instance, decisions: Decisions) -> PlanData:
    """Give a plan that states truly what its decisions cost."""
    books = account(instance, decisions)
    return PlanData(
        instance=instance.name,
        instance_hash=instance.hash,
        status="feasible",
        stop="",
        decisions=decisions,
        objective=float(books.objective),
        costs={category: float(cost) for category, cost in books.costs.items()},
    )


def report(
    changes: dict[str, Any], tables: dict[str, dict[Any, Any]], *, anywhere: bool = False
) -> Report:
    """Audit the plan with some decisions changed, or taken away where they are None."""
    given = ANYWHERE if anywhere else {}
    instance = Instance.parse(GIVEN).replace({**given, **changes})
    decided = hand_made(anywhere=anywhere)
    for table, values in tables.items():
        merged = {**getattr(decided, table), **values}
        kept = {key: value for key, value in merged.items() if value is not None}
        decided = replace(decided, **{table: kept})
    return audit(instance, stated(instance, decided))


def broken(*args: Any, **kwargs: Any) -> set[str]:
    return {finding.rule for finding in report(*args, **kwargs).findings}


@pytest.mark.parametrize("anywhere", [False, True])
def test_the_plan_keeps_every_rule(anywhere: bool) -> None:
    found = report({}, {}, anywhere=anywhere)
    assert [str(finding) for finding in found.findings] == []
    # Three links, chat and mail.
    assert found.checked[SHARE] == 6


TAMPERS: list[tuple[str, dict[str, Any], dict[str, dict[Any, Any]], set[str]]] = [
    ("nothing re-routed", {}, {"rerouted": {CHAT: None}, "rerouted_gbps": {AROUND: None}}, {SHARE}),
    ("mail left behind", {}, {"rerouted": {MAIL: None}}, {SHARE}),
    (
        "a unit left behind",
        {},
        {"rerouted": {CHAT: 29}, "rerouted_gbps": {AROUND: 2.9}},
        {SHARE},
    ),
    (
        "more kept than was served",
        {"network.links.s.gbps": 9},
        {"rerouted": {CHAT: 31}, "rerouted_gbps": {AROUND: 3.1}},
        {"rerouted_within_what_is_served", "links_that_are_left_carry_within_capacity"},
    ),
    (
        "kept where it was not served",
        {},
        {"rerouted": {Rerouted("s", "mail", "city", "north", T): 1}},
        {"rerouted_within_what_is_served"},
    ),
    (
        "kept without a promise",
        {"demands.mail.survive": None},
        {},
        {"rerouted_within_what_is_served"},
    ),
    (
        "over the lost link",
        {},
        {"rerouted_gbps": {AROUND: None, AROUND._replace(links=("n",)): 3}},
        {"rerouted_tunnels_are_paths_around_the_loss"},
    ),
    (
        "a tunnel that is none",
        {},
        {"rerouted_gbps": {AROUND: None, AROUND._replace(links=("x", "s")): 3}},
        {"rerouted_tunnels_are_paths_around_the_loss"},
    ),
    (
        "a tunnel that ends too early",
        {},
        {"rerouted_gbps": {AROUND: None, AROUND._replace(links=("s",)): 3}},
        {"rerouted_tunnels_are_paths_around_the_loss"},
    ),
    (
        "a tunnel over no link",
        {},
        {"rerouted_gbps": {AROUND: None, AROUND._replace(links=()): 3}},
        {"rerouted_tunnels_are_paths_around_the_loss"},
    ),
    (
        "a tunnel that is too long",
        {"network.links.x.ms": 2.1},
        {},
        {"rerouted_tunnels_keep_the_latency_bound"},
    ),
    (
        "mail beyond its bound",
        {"demands.mail.max_ms": 8},
        {},
        {"rerouted_only_within_reach", SHARE},
    ),
    (
        "less traffic than is kept",
        {},
        {"rerouted_gbps": {AROUND: 2.9}},
        {"rerouted_tunnels_carry_what_is_kept"},
    ),
    (
        "under another bound",
        {},
        {"rerouted_gbps": {AROUND: None, AROUND._replace(max_ms=12): 3}},
        {"rerouted_tunnels_carry_what_is_kept"},
    ),
    (
        "too much for a link",
        {"network.links.s.gbps": 2.9},
        {},
        {"links_that_are_left_carry_within_capacity"},
    ),
    (
        "too much beside what is reserved",
        {"network.links.x.gbps": 8.9},
        {},
        {"links_that_are_left_carry_within_capacity"},
    ),
    (
        "over single links",
        {},
        {"rerouted_gbps": {AROUND: None}, "rerouted_arc_gbps": {OVER_S: 3, OVER_X: 3}},
        {"traffic_takes_the_routing_of_the_instance"},
    ),
    (
        "an unknown link",
        {},
        {"rerouted": {CHAT._replace(lost_link="m"): 1}},
        {"decisions_name_what_exists"},
    ),
    (
        "a tunnel of unknown links",
        {},
        {"rerouted_gbps": {AROUND._replace(links=("s", "y")): 1}},
        {"decisions_name_what_exists"},
    ),
    ("less than nothing", {}, {"rerouted": {MAIL: -1}}, {"nothing_is_negative"}),
    ("not a number", {}, {"rerouted": {MAIL: "ten"}}, {"decided_numbers_are_finite"}),
]  # fmt: skip
FREE: list[tuple[str, dict[str, Any], dict[str, dict[Any, Any]], set[str]]] = [
    (
        "over the lost link",
        {},
        {"rerouted_arc_gbps": {ReroutedArc("n", "city", "n", "city", T): 1}},
        {"rerouted_traffic_enters_links_that_are_left"},
    ),
    (
        "into a link that is elsewhere",
        {},
        {"rerouted_arc_gbps": {ReroutedArc("n", "city", "x", "city", T): 1}},
        {"rerouted_traffic_enters_links_that_are_left"},
    ),
    (
        "lost on the way",
        {},
        {"rerouted_arc_gbps": {OVER_X: 2.9}},
        {"rerouted_traffic_is_conserved"},
    ),
    (
        "nothing re-routed",
        {},
        {"rerouted": {CHAT: None}, "rerouted_arc_gbps": {OVER_S: None, OVER_X: None}},
        {SHARE},
    ),
    (
        "too much beside what is reserved",
        {"network.links.x.gbps": 8.9},
        {},
        {"links_that_are_left_carry_within_capacity"},
    ),
]


@pytest.mark.parametrize(
    ("anywhere", "changes", "tables", "rules"),
    [
        *(pytest.param(False, *case[1:], id=case[0]) for case in TAMPERS),
        *(pytest.param(True, *case[1:], id=f"{case[0]}, freely") for case in FREE),
    ],
)
def test_tampering_is_found(
    anywhere: bool,
    changes: dict[str, Any],
    tables: dict[str, dict[Any, Any]],
    rules: set[str],
) -> None:
    assert broken(changes, tables, anywhere=anywhere) == rules


def test_what_no_loss_touches_needs_no_word() -> None:
    # A share of a half is kept in the south alone if chat is served at both sites; the loss of s
    # touches it, then, and nothing says how it is kept.
    both: dict[str, dict[Any, Any]] = {
        "assigned": {Assignment("chat", "pod", "south", T): 1},
        "served": {
            Service("chat", "city", "north", T): 20,
            Service("chat", "city", "south", T): 10,
        },
        "tunnel_gbps": {
            TunnelFlow("city", "north", 11, ("n",), T): 2,
            TunnelFlow("city", "south", 11, ("s",), T): 1,
        },
        "rerouted": {CHAT: 20, Rerouted("n", "chat", "city", "south", T): 10},
        "rerouted_gbps": {AROUND: 2, ReroutedFlow("n", "city", "south", 11, ("s",), T): 1},
    }
    found = report({}, both).findings
    assert [str(finding) for finding in found] == [
        "chat from city after the loss of s in now: 0 units carried, 30 promised",
        "mail from city after the loss of s in now: 0 units carried, 10 promised",
    ]


def test_findings_name_the_lost_link() -> None:
    (finding,) = report({"network.links.x.gbps": 8.9}, {}).findings
    assert str(finding) == (
        "link x from north and south after the loss of n in now: 9 Gbps carried, 8.9 Gbps there"
    )


ODD = st.one_of(st.floats(), st.integers(), st.none(), st.text(max_size=3), st.just(10**400))
PARTS = st.one_of(
    st.sampled_from(["n", "s", "x", "chat", "mail", "pair", "city", "north", "south", T, 11, ""]),
    st.text(max_size=3),
    st.none(),
    st.just(("s", "x")),
)
TABLES = {"rerouted": Rerouted, "rerouted_gbps": ReroutedFlow, "rerouted_arc_gbps": ReroutedArc}


@drawn(st.data(), st.sampled_from(sorted(TABLES)), ODD, st.booleans())
def test_no_decision_makes_the_audit_fail(
    data: st.DataObject, table: str, value: Any, anywhere: bool
) -> None:
    instance = Instance.parse(GIVEN).replace(ANYWHERE if anywhere else {})
    decided = hand_made(anywhere=anywhere)
    kind: Any = TABLES[table]
    old = data.draw(st.sampled_from([*getattr(decided, table), None]))
    key = old or kind(*(data.draw(PARTS) for _ in kind._fields))
    tables = {**getattr(decided, table), key: value}
    plan = stated(instance, decided)
    found = audit(instance, replace(plan, decisions=replace(decided, **{table: tables})))
    assert [str(finding) for finding in found.findings] or found.ok
