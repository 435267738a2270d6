"""The audit of limits over the plan: each measure, counted anew from the decisions."""

from dataclasses import replace
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.audit import audit
from gridblock.model.plan import Assignment, Decisions, PlanData, Service, Standing

P1, P2 = "p1", "p2"
BOTH = (P1, P2)
# Chat is served at north by pods of nvidia, at south by racks of amazon, for 10 hours a period.
GIVEN: dict[str, Any] = {
    "gridblock": 1,
    "periods": [{"name": P1, "hours": 10}, {"name": P2, "hours": 10}],
    "accelerators": {"h100": {"vendor": "nvidia"}, "trn2": {"vendor": "amazon"}},
    "carbon_price_per_t": 10,
    "blocks": {
        "pod": {
            "accelerator": "h100",
            "accelerators": 8,
            "uses": {"power_kw": 100},
            "cost_once": 1000,
            "cost_per_period": 10,
            "end_share": 0.5,
        },
        "rack": {"accelerator": "trn2", "accelerators": 4, "uses": {"power_kw": 50}},
    },
    "facilities": {
        "north": {"tags": ["us"], "energy_per_mwh": 20, "carbon_kg_per_mwh": 500},
        "south": {"cost_per_period": 7, "installed": {"rack": 2}},
    },
    "demands": [
        {
            "name": "chat",
            "amount": 40,
            "yields": {"h100": 1, "trn2": 1},
            "unmet_cost": 1,
            "cost_per_unit_hour": {"south": 0.5},
        }
    ],
}


# Two pods in p1 and a third in p2: 16 + 8 and 24 + 8 units of 40.
DECISIONS = Decisions(
    bought={Standing("pod", "north", P1): 2, Standing("pod", "north", P2): 1},
    assigned={
        Assignment("chat", "pod", "north", P1): 2,
        Assignment("chat", "pod", "north", P2): 3,
        **{Assignment("chat", "rack", "south", t): 2 for t in BOTH},
    },
    served={
        Service("chat", "", "north", P1): 16,
        Service("chat", "", "north", P2): 24,
        **{Service("chat", "", "south", t): 8 for t in BOTH},
    },
)


def planned(limit: dict[str, Any], decisions: Decisions = DECISIONS) -> tuple[Instance, PlanData]:
    """Give an instance with a limit, and a plan of it that states what its decisions cost."""
    instance = Instance.parse({**GIVEN, "limits": [{"name": "cap", **limit}]})
    books = account(instance, decisions)
    objective = float(books.objective)
    plan = PlanData(
        instance=instance.name,
        instance_hash=instance.hash,
        status="feasible",
        stop="finished",
        decisions=decisions,
        objective=objective,
        costs={category: float(cost) for category, cost in books.costs.items()},
    )
    return instance, plan


# Each figure is what the plan uses: a little less is broken, the same is kept.
USED: list[tuple[dict[str, Any], float]] = [
    # 2 x 1000, then 1000; in all 3000.
    ({"measure": "spend_once"}, 2000),
    ({"measure": "spend_once", "per": "to_date"}, 3000),
    ({"measure": "spend_once", "per": "horizon", "of": {"vendor": "nvidia"}}, 3000),
    # 20 to keep + 2 MWh x (20 + 0.5 x 10) energy and carbon + 7 standing + 8 x 0.5 x 10 served.
    ({"measure": "spend"}, 2117),
    ({"measure": "spend", "of": {"facility": "north"}}, 2070),
    ({"measure": "spend", "of": {"tag": ["us"]}}, 2070),
    ({"measure": "spend", "of": {"facility": "south"}}, 47),
    ({"measure": "spend", "of": {"demand": "chat"}}, 40),
    # 2070 + 1000 + 30 + 75.
    ({"measure": "spend", "of": {"block": "pod"}, "per": "horizon"}, 3175),
    # 2 x 0.1 x 10 + 2 x 0.05 x 10 = 3 MWh, then 4.
    ({"measure": "energy", "per": "to_date"}, 7),
    ({"measure": "energy", "of": {"accelerator": "trn2"}}, 1),
    ({"measure": "carbon", "per": "horizon"}, 2.5),
    # 0.3 + 0.1 MW; over the horizon 0.3 x 10 + 0.4 x 10 MWh.
    ({"measure": "power"}, 0.4),
    ({"measure": "power", "per": "horizon"}, 7),
    ({"measure": "blocks"}, 5),
    ({"measure": "blocks", "of": {"block": ["pod", "rack"], "facility": "north"}}, 3),
    ({"measure": "accelerators", "of": {"vendor": ["nvidia"]}}, 24),
    ({"measure": "blocks_used", "per": "horizon"}, 90),
    ({"measure": "accelerators_used", "of": {"demand": "chat", "vendor": "amazon"}}, 8),
    ({"measure": "served"}, 32),
    ({"measure": "served", "of": {"facility": "north"}, "per": "to_date"}, 400),
]


@pytest.mark.parametrize(("limit", "used"), USED, ids=str)
def test_what_is_used_may_be_as_much_as_the_limit_and_no_more(
    limit: dict[str, Any], used: float
) -> None:
    kept = audit(*planned({**limit, "max": used}))
    assert kept.ok, kept.findings
    assert kept.checked["limits_over_the_plan_hold"] > 0
    broken = audit(*planned({**limit, "max": used * (1 - 1e-5)}))
    assert {finding.rule for finding in broken.findings} == {"limits_over_the_plan_hold"}


@pytest.mark.parametrize(
    ("limit", "figure", "less"),
    [
        # 24 of 32 accelerators in p2, 16 of 24 in p1.
        ({"measure": "accelerators", "of": {"vendor": "nvidia"}}, 0.75, 0.749),
        # 3 x 10 + 2 x 10 of 90 block-hours.
        ({"measure": "blocks_used", "of": {"vendor": "nvidia"}, "per": "horizon"}, 0.56, 0.55),
        # 8 of 24 units are served in the south, which is half of what the north serves.
        (
            {
                "measure": "served",
                "of": {"facility": "south"},
                "among": {"facility": "north"},
            },
            0.5,
            0.49,
        ),
    ],
    ids=str,
)
def test_a_share_is_of_what_it_is_among(limit: dict[str, Any], figure: float, less: float) -> None:
    assert audit(*planned({**limit, "max_share": figure})).ok
    report = audit(*planned({**limit, "max_share": less}))
    assert {finding.rule for finding in report.findings} == {"limits_over_the_plan_hold"}


def test_a_floor_is_missed() -> None:
    assert audit(*planned({"measure": "blocks", "min": [4, 5]})).ok
    report = audit(*planned({"measure": "blocks", "min": [4, 6]}))
    (finding,) = report.findings
    assert str(finding) == "limit cap in p2: 5 blocks, 6 must be"


def test_a_plan_that_buys_more_breaks_the_budget() -> None:
    more = replace(DECISIONS, bought={**DECISIONS.bought, Standing("pod", "north", P1): 3})
    report = audit(*planned({"measure": "spend_once", "per": "to_date", "max": [2000, 3000]}, more))
    assert [finding.where for finding in report.findings] == [
        "limit cap up to p1",
        "limit cap up to p2",
    ]


def test_a_soft_limit_is_paid_for() -> None:
    instance, plan = planned({"measure": "spend_once", "max": 1500, "penalty": 2})
    assert plan.costs["penalty"] == 1000
    assert audit(instance, plan).ok
    free = replace(plan, costs={**plan.costs, "penalty": 0.0})
    assert {f.rule for f in audit(instance, free).findings} == {"costs_are_as_stated"}
