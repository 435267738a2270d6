"""Whole numbers that a solver is off by its tolerance, and what they cost when they are exact."""

import numpy as np
import pytest

from gridblock.instances.instance import Instance
from gridblock.model.plan import bound_but_for_rounding
from gridblock.plan import solve
from gridblock.solvers import vertex
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import Outcome, Settings, Stop, Verdict
from gridblock.solvers.session import Session


def test_a_plan_costs_what_its_whole_blocks_cost() -> None:
    # One block serves 4,000 + 2,480 unit-hours, 6,480 in all, a hair more than the floor asks for.
    # HiGHS 1.16.0 takes 0.9999994 of it, which is whole within its tolerance and cheaper by more
    # than the gap; all of it costs 169.7665.
    place = {
        "limits": {"power_mw": [0.0002, 0.0002], "racks": [3, 2]},
        "installed": {"by": 1},
        "energy_per_mwh": 3400,
    }
    of_all = {"accelerator": "x", "accelerators": 4, "load_factor": 0.9}
    air = {"power_kw": 0.1, "air_cooling_kw": 0.1, "racks": 2}
    wet = {"power_kw": 0.1, "liquid_cooling_kw": 0.1, "racks": 1}
    instance = Instance.parse(
        {
            "gridblock": 1,
            "discount_rate": 2,
            "periods": [{"name": "u", "hours": 1000}, {"name": "v", "hours": 1000}],
            "accelerators": {"x": {}},
            "blocks": {
                "bx": {
                    **of_all,
                    "uses": air,
                    "idle_factor": 0.1,
                    "cost_once": [480, 260],
                    "resale_share": 0.5,
                    "supply": 1,
                },
                "by": {
                    **of_all,
                    "uses": wet,
                    "idle_factor": 0,
                    "cost_once": {"u": 2500, "v": 1400},
                    "resale_share": 0.3,
                    "lead": 2,
                },
            },
            "facilities": {"a": place},
            "demands": [
                {
                    "name": "p",
                    "amount": {"u": 11, "v": 13},
                    "yields": {"x": [1, 0.62]},
                    "whole_blocks": True,
                    "unmet_cost": 0,
                }
            ],
            "limits": [
                {"name": "floor", "measure": "served", "per": "horizon", "min": 6479.997599999999}
            ],
        }
    )
    plan = solve(instance, gap=1e-6)
    assert plan.objective == pytest.approx(169.766541662, rel=1e-9)
    assert plan.status == "optimal"


@pytest.mark.parametrize(("bought", "used"), [(2.0000003, 2.0), (1.9999, 2.5)])
def test_of_a_large_matrix_whole_numbers_are_rounded_where_the_rows_then_hold(
    session: Session, monkeypatch: pytest.MonkeyPatch, bought: float, used: float
) -> None:
    # Blocks for 5 each, and use of them that is worth 2: a row keeps use within blocks. Two hold
    # it where 2 are used, and cost 10 - 4. Where 2.5 are used they do not, and the linear program
    # gives up the half.
    matrix = Matrix(
        cost=np.array([5.0, -2.0]),
        offset=0.0,
        lower=np.zeros(2),
        upper=np.full(2, 9.0),
        integer=np.array([True, False]),
        row_lower=np.array([-np.inf]),
        row_upper=np.array([0.0]),
        start=np.array([0, 2]),
        index=np.array([0, 1]),
        value=np.array([-1.0, 1.0]),
    )
    monkeypatch.setattr(vertex, "FOR_SIMPLEX", 1)
    session.load(matrix)
    point = np.array([bought, used])
    found = vertex.vertex(
        session,
        Outcome(Stop.TIME_LIMIT, Verdict.FEASIBLE, point, 5 * bought - 2 * used),
        Settings(),
    )
    assert found.values is not None
    assert found.values.tolist() == [2.0, 2.0]
    assert found.objective == pytest.approx(6)


@pytest.mark.parametrize(
    ("objective", "bound", "costs", "told"),
    [
        # Costs of 1 and more: rounding makes 1e-6.
        (0.0, -1e-8, [5.0, -5.0], 0.0),
        (0.001, 0.001 - 1e-6, [5.0, -4.999], 0.001 - 1e-6),  # 0.1 % off, as was asked for
        (0.001, 0.001 - 1.5e-6, [5.0, -4.999], 0.001 - 0.5e-6),
        (0.001, 0.001 - 2.5e-6, [5.0, -4.999], 0.001 - 2.5e-6),  # too much for rounding
        (0.0, -1e-3, [5.0, -5.0], -1e-3),
        (7.0, 6.0, [7.0], 6.0),
        # Costs of 0.001 at most: rounding makes 1e-9.
        (0.0, -1e-10, [0.001, -0.001], 0.0),
        (0.0, -1e-8, [0.001, -0.001], -1e-8),
    ],
)
def test_a_bound_is_off_by_rounding_only_where_a_plan_costs_next_to_nothing(
    objective: float, bound: float, costs: list[float], told: float
) -> None:
    found = bound_but_for_rounding(objective, bound, costs, 1e-3)
    assert found == pytest.approx(told, rel=1e-12, abs=1e-30)
