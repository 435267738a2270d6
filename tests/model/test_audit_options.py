"""What the audit says of options, and where each part of a lease may stand."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from deals import DEAL, HALL, NEW_1, P1, P2, P3, P4, hand_made_deal
from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.audit import audit
from gridblock.model.plan import Decisions, Lease, LeaseUse, Ordering, PlanData

YEAR = "1"
TIMES = (P1, P2, P3, P4)


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


def found(instance: Instance, decisions: Decisions) -> list[str]:
    return [str(finding) for finding in audit(instance, stated(instance, decisions)).findings]


@pytest.fixture
def deal() -> Instance:
    return Instance.parse(DEAL)


@pytest.fixture
def decided() -> Decisions:
    return hand_made_deal()


def test_findings_speak_of_lots_and_terms(deal: Instance, decided: Decisions) -> None:
    late = {**decided.ordered, Ordering("wan", P4): 2}
    assert found(deal, replace(decided, ordered=late)) == [
        "wan ordered in 2027Q2: 2 lots with a lead of 1 enter service after the horizon",
        "wan: 3 lots ordered and 0 signed, 2 at most",
    ]
    early = deal.replace({"options.site.requires": ["grid"], "options.site.order.earliest": P3})
    assert found(early, decided) == [
        "site ordered in 2026Q3: 1 lots, not before 2027Q1",
        "site ordered in 2026Q3: requires grid, of which no lot is in effect",
    ]
    both = {**decided.ordered, Ordering("other", P1): 1}
    assert found(deal, replace(decided, ordered=both)) == [
        "site: is taken beside other, which it excludes"
    ]
    few = deal.replace({"options.wan.min_if_taken": 2})
    assert found(few, decided) == ["wan: 1 lots in all, 2 at least once any is taken"]


def test_findings_speak_of_leased_blocks(deal: Instance, decided: Decisions) -> None:
    less = {**decided.leased, Lease("lease", "su", HALL, P3): 5}
    assert found(deal, replace(decided, leased=less)) == [
        "lease: su at north/hall in 2027Q1: 5 leased, 6 by the lots in effect",
        "lease: su at north in 2027Q1: 6 blocks in use, 5 leased",
        "su at north/hall in 2027Q1: 8 blocks assigned, 7 powered",
    ]
    unsaid = {**decided.leases_used, LeaseUse("lease", "su", "north", P1): 0}
    assert found(deal, replace(decided, leases_used=unsaid)) == [
        "su at north in 2026Q3: 0 leased blocks in use, 3 assigned beyond those owned"
    ]


def test_findings_name_what_is_closed(deal: Instance, decided: Decisions) -> None:
    # Without its term the site is open to the end; with a term of one period only in the third.
    (closed, *_) = found(deal.replace({"options.site.term": 1}), decided)
    assert closed == "su at west in 2027Q2: 5 stand where west is closed"


def test_what_is_decided_of_options_is_whole(deal: Instance, decided: Decisions) -> None:
    part = {**decided.ordered, Ordering("wan", P1): 0.5}
    assert found(deal, replace(decided, ordered=part)) == [  # type: ignore[arg-type]
        "ordered wan 2026Q3: 0.5 is not a whole number"
    ]


# ---- several parts, several openers ----


def halls(*options: dict[str, Any]) -> Instance:
    """A site with three halls of two rows each, and an annex."""
    zones = {"a": {"count": 3, "zones": {"x": {}, "y": {}}}, "b": {}}
    return Instance.parse(
        {
            "gridblock": 1,
            "accelerators": {"h100": {}},
            "blocks": {"su": {"accelerator": "h100", "accelerators": 8}},
            "facilities": {"f": {"zones": zones}},
            "options": list(options),
        }
    )


@pytest.mark.parametrize(
    ("blocks", "message"),
    [
        # 3 in the rows x of all halls, wherever, and 2 in the annex.
        ({"a-1/x": 1, "a-2/x": 2, "b": 2}, None),
        ({"a-3/x": 3, "b": 2}, None),
        ({"a-3/x": 2, "b": 2}, "o: su at f/a/x in 1: 2 leased, 3 by the lots in effect"),
        ({"a-3/x": 3, "b": 3}, "o: su at f/b in 1: 3 leased, 2 by the lots in effect"),
        ({"a-3/x": 3, "a-1/y": 2}, "o: su at f/a-1/y in 1: 2 leased where the option leases none"),
    ],
)
def test_each_part_of_a_lease_stands_in_its_places(
    blocks: dict[str, int], message: str | None
) -> None:
    parts = [{"blocks": "su", "at": "f/a/x", "count": 3}, {"blocks": "su", "at": "f/b", "count": 2}]
    decided = Decisions(
        ordered={Ordering("o", YEAR): 1},
        leased={Lease("o", "su", f"f/{place}", YEAR): n for place, n in blocks.items()},
    )
    findings = found(halls({"name": "o", "adds": parts}), decided)
    assert findings[:1] == ([] if message is None else [message])


def test_lots_of_all_openers_count_for_a_row_of_copies() -> None:
    row = {"blocks": "su", "at": "f/a/x", "count": 1}
    given = halls(
        {"name": "p", "adds": [{"opens": "f/a"}, row]}, {"name": "q", "adds": [{"opens": "f/a"}]}
    )
    one, two = {Ordering("p", YEAR): 1}, {Ordering("p", YEAR): 1, Ordering("q", YEAR): 1}
    for ordered, open_halls in ((one, 1), (two, 2)):
        for i in (1, 2, 3):
            leased = {Lease("p", "su", f"f/a-{i}/x", YEAR): 1}
            findings = found(given, Decisions(ordered=ordered, leased=leased))
            closed = f"su at f/a-{i}/x in 1: 1 stand where f/a-{i} is closed"
            assert findings == ([] if i <= open_halls else [closed])


# ---- any tampering at all ----

TRUE = hand_made_deal()
# A lot of wan that is ordered late is paid for after the horizon: it costs nothing.
NAMES = ("lease", "grid", "halls", "site", "other", "fibre")
COUNTS = [
    *(("ordered", Ordering(option, t)) for option in NAMES for t in TIMES),
    *(
        ("leased", Lease(option, "su", place, t))
        for option in ("lease", "halls", "site")
        for place in (HALL, NEW_1, "west")
        for t in TIMES
    ),
]


@drawn(st.sampled_from(COUNTS), st.sampled_from([-1, 1]))
def test_no_lot_or_lease_can_be_changed_unseen(count: tuple[str, Any], by: int) -> None:
    deal = Instance.parse(DEAL)
    (table, key), true = count, stated(deal, TRUE)
    counts = getattr(TRUE, table)
    other = replace(TRUE, **{table: {**counts, key: counts.get(key, 0) + by}})
    # With the old figures the plan is never right, not even where the new one keeps every rule.
    assert audit(deal, true).ok
    assert not audit(deal, replace(true, decisions=other)).ok


ODD = st.one_of(st.floats(), st.integers(), st.booleans(), st.none(), st.just(10**400))
PARTS = st.sampled_from(["lease", "grid", "su", HALL, "north", "west", P1, P4, "x", None, 7])


@drawn(st.data(), st.sampled_from([Ordering, Lease, LeaseUse]), ODD)
def test_no_decision_of_options_makes_the_audit_fail(
    data: st.DataObject, kind: Any, value: Any
) -> None:
    table = {Ordering: "ordered", Lease: "leased", LeaseUse: "leases_used"}[kind]
    deal, known = Instance.parse(DEAL), getattr(TRUE, table)
    old = data.draw(st.sampled_from([*known, None]))
    key = old or kind(*(data.draw(PARTS) for _ in kind._fields))
    other = replace(TRUE, **{table: {**known, key: value}})
    report = audit(deal, replace(stated(deal, TRUE), decisions=other))
    assert [str(finding) for finding in report.findings] or report.ok
