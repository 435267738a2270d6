"""What the random worlds have found, each as a test of its own."""

from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.plan import solve
from gridblock.solvers.session import Session
from rivals.here import session_here
from rivals.states import least
from rivals.tiny import tiny

Data = dict[str, Any]


@pytest.fixture
def here() -> Session:
    """A session whose solver runs in this process."""
    return session_here()


def test_a_search_ends_where_the_best_costs_nothing(here: Session) -> None:
    # No gain is less than a share of nothing: the search went on for ever. Tiny world 1329.
    both = {"racks": 2}
    data: Data = {
        "gridblock": 1,
        "periods": [{"name": "u", "hours": 100}, {"name": "v", "hours": 100}],
        "accelerators": {"x": {}},
        "blocks": {
            "b": {
                **{"accelerator": "x", "accelerators": 2, "uses": {"power_kw": 10, "racks": 2}},
                **{"cost_once": [259, 1128], "supply": 1},
            }
        },
        "facilities": {
            "f": {"limits": both, "installed": {"b": 1}, "feeds": {"m": {"mw": 0.02}}}
            | {"fed_by": ["m"]},
            "g": {"limits": {"racks": 1, "power_mw": 0.04}, "installed": {"b": 1}}
            | {"on_order": {"b": {"v": 1}}},
        },
        "demands": [
            {"name": "p", "amount": [3, 3], "yields": {"x": 1}, "unmet_cost": 2, "tier": 2}
            | {"whole_blocks": True, "max_facilities": 1},
            {"name": "q", "amount": 2, "yields": {"x": 2}, "unmet_cost": 2, "tier": 1}
            | {"whole_blocks": True},
        ],
        "options": [
            {"name": "o", "adds": [{"feed": "m", "at": "f", "mw": 0.01}], "max": 2}
            | {"cost_once": 302, "pay": [0, 0.5, 0.5]}
        ],
    }
    plan = solve(Instance.parse(data), session=here, gap=1e-9, method="fast")
    assert plan.objective is not None


def test_a_search_that_leaves_an_earlier_tier_unproven_is_not_optimal(here: Session) -> None:
    # The last stage is proven and the first is not, which the audit refused. Tiny world 7579.
    whole = {"whole_blocks": True}
    data: Data = {
        "gridblock": 1,
        "periods": [{"name": "u", "hours": 100}, {"name": "v", "hours": 100}],
        "discount_rate": 10,
        "accelerators": {"x": {"vendor": "v"}, "y": {"vendor": "w"}},
        "blocks": {
            "bx": {"accelerator": "x", "accelerators": 2, "uses": {"power_kw": 30, "racks": 2}}
            | {"idle_factor": 0.5},
            "by": {"accelerator": "y", "accelerators": 3, "uses": {"power_kw": 10, "racks": 1}}
            | {"idle_factor": 0.5},
        },
        "facilities": {
            "f": {"energy_per_mwh": 50, "limits": {"racks": 2}, "installed": {"bx": 1}},
            "g": {"energy_per_mwh": 10, "limits": {"racks": 2}, "installed": {"bx": 1}},
        },
        "demands": [
            {"name": "p", "amount": [1, 5], "yields": {"x": 1.5, "y": 1.5}, "unmet_cost": 5}
            | {"tier": 2, **whole},
            {"name": "q", "amount": 4, "yields": {"x": 1, "y": 1}, "unmet_cost": [4, 3]}
            | {"tier": 1, "cost_per_unit_hour": 1, **whole},
        ],
        "options": [
            {"name": "o", "adds": [{"blocks": "by", "at": "f", "count": 2}], "max": 2}
            | {"cost_once": [34, 43], "pay": [1]}
        ],
        "limits": [
            {"name": "l", "measure": "accelerators", "per": "to_date", "of": {"vendor": "v"}}
            | {"max_share": 0.5}
        ],
    }
    plan = solve(Instance.parse(data), session=here, gap=1e-9, method="fast")
    assert plan.status == "feasible"
    assert plan.data.stages[0].gap is not None
    assert plan.data.stages[0].gap > 0.01


def test_a_start_that_comes_back_from_a_wrong_presolve_is_no_optimum(here: Session) -> None:
    # HiGHS 1.16.0 finds the best plan, 47.3, in its reduced model, cannot take it back to the
    # whole, and calls the start optimal, 77.3, by `exact` and `auto`. Tiny instance 99073.
    instance = Instance.parse(tiny(99073))
    assert least(tiny(99073)) == pytest.approx(47.3)
    for method in ("exact", "auto", "fast"):
        plan = solve(instance, gap=1e-9, method=method, session=here)  # type: ignore[arg-type]
        assert (plan.status, plan.objective) == ("optimal", pytest.approx(47.3)), method
