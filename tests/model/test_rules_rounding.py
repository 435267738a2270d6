"""Rounding: what whole blocks imply, for the relaxation; tests/model/test_pools.py has the rest."""

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.build import build
from gridblock.model.pools import WRITTEN, Reduction
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Settings
from gridblock.solvers.session import Session


@pytest.fixture
def whole(one_hall: Instance) -> Instance:
    """One hour; pods of 8 and racks of 12 units that cost 8 and 13 to run; 20 units are asked."""
    energy = {"idle_factor": 0}
    return one_hall.replace(
        {
            "periods": [{"name": "t", "hours": 1}],
            "blocks": {
                "pod": {
                    "accelerator": "h100",
                    "accelerators": 8,
                    "uses": {"power_kw": 8000},
                    **energy,
                },
                "rack": {
                    "accelerator": "h100",
                    "accelerators": 12,
                    "uses": {"power_kw": 13000},
                    **energy,
                },
            },
            "facilities": {"north": {"installed": {"pod": 9, "rack": 9}, "energy_per_mwh": 1}},
            "demands": [
                {
                    "name": "tune",
                    "amount": 20,
                    "yields": {"h100": 1},
                    "unmet_cost": 99,
                    "whole_blocks": True,
                }
            ],
        }
    )


def test_whole_blocks_round_up_together(whole: Instance) -> None:
    # The best is a pod and a rack: 8 + 12 = 20 units for 21. The relaxation takes 2.5 pods for 20.
    # By pods of 8: 20 / 8 = 2.5, so phi = 0.5; a rack is 1.5 pods and counts 1 + min(1, 1) = 2:
    # pods + 2 racks >= 3. By racks of 12: phi = 2/3; a pod counts min(1, (2/3) / (2/3)) = 1:
    # pods + racks >= 2. The relaxation with both: 3 pods (24) or a pod and a rack (21): 21.
    with Session() as session:

        def cost(reductions: frozenset[Reduction], *, relaxed: bool) -> float | None:
            session.load(compile_model(build(whole, reductions=reductions)).matrix)
            return session.run(Settings(gap=0.0, relaxation=relaxed)).objective

        rounded = frozenset({Reduction.ROUNDING})
        assert cost(WRITTEN, relaxed=True) == pytest.approx(20)
        assert cost(rounded, relaxed=True) == pytest.approx(21)
        assert cost(WRITTEN, relaxed=False) == pytest.approx(21)
        assert cost(rounded, relaxed=False) == pytest.approx(21)
