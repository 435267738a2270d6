"""A plan whose names and sources would do harm wherever they were taken for more than text."""

from typing import Any

from gridblock.instances.instance import Instance
from gridblock.model.account import account as account_of
from gridblock.model.plan import Assignment, Decisions, PlanData, Service, Standing

SITE = "<script>alert(1)</script>"
CITY = "{{ 7 * 7 }}%{x}"
REGION = "<b>north</b> & 'south'"
CHIP = "</script><img src=x onerror=alert(2)>"
BLOCK = "a\"b'c&amp;--><!--"
DEMAND = "<a href=http://evil.example>click</a>"
NAMES = SITE, CITY, REGION, CHIP, BLOCK, DEMAND
TURNED = "left \u202eright\u202c <i>http://source.example/x.js</i>\n{% raw %}"
"""A source with marks that turn text around, which names may not hold."""
DATA: dict[str, Any] = {
    "gridblock": 1,
    "name": "<h1>hostile</h1>",
    "periods": {"first": "2026Q3", "count": 2},
    "source": TURNED,
    "accelerators": {CHIP: {"vendor": "<style>*{display:none}</style>", "source": SITE}},
    "blocks": {
        BLOCK: {
            "accelerator": CHIP,
            "accelerators": 8,
            "uses": {"power_kw": 10.0},
            "cost_once": 1000.0,
            "lead": 1,
        }
    },
    "facilities": {
        SITE: {
            "at": {"lat": 10.0, "lon": 170.0},
            "limits": {"power_mw": 0.03},
            "installed": {BLOCK: 1},
        },
        CITY: {"at": {"lat": -10.0, "lon": -170.0}, "limits": {"power_mw": 0.01}},
    },
    "network": {
        "regions": {REGION: {"lat": 0.0, "lon": 180.0}},
        "links": [
            {"name": SITE, "between": [REGION, SITE], "gbps": 10.0, "ms": 1.0},
            {"name": CITY, "between": [REGION, CITY], "gbps": 10.0, "ms": 1.0},
        ],
    },
    "demands": [
        {
            "name": DEMAND,
            "unit": "<u>units</u>",
            "amount": 40.0,
            "yields": {CHIP: 1.0},
            "unmet_cost": 1.0,
            "from": {REGION: 1.0},
        }
    ],
}
T1, T2 = "2026Q3", "2026Q4"


def hostile() -> tuple[Instance, PlanData]:
    """Give the instance, and a plan that leaves some of its demand unmet."""
    instance = Instance.parse(DATA)
    decisions = Decisions(
        bought={Standing(BLOCK, SITE, T2): 2, Standing(BLOCK, CITY, T2): 1},
        assigned={
            Assignment(DEMAND, BLOCK, SITE, T1): 1.0,
            Assignment(DEMAND, BLOCK, SITE, T2): 3.0,
            Assignment(DEMAND, BLOCK, CITY, T2): 1.0,
        },
        served={
            Service(DEMAND, REGION, SITE, T1): 8.0,
            Service(DEMAND, REGION, SITE, T2): 24.0,
            Service(DEMAND, REGION, CITY, T2): 8.0,
        },
    )
    costs = {name: float(n) for name, n in account_of(instance, decisions).costs.items()}
    plan = PlanData(
        instance=instance.name,
        instance_hash=instance.hash,
        status="optimal",
        stop="finished",
        decisions=decisions,
        objective=sum(costs.values()),
        bound=sum(costs.values()),
        gap=0.0,
        costs=costs,
    )
    return instance, plan
