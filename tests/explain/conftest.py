"""A hall that serves everything, to which each test adds what blocks it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.plan import solve
from gridblock.solvers.session import Session
from gridblock.why import Why, explain

Explain = Callable[[Instance], Why]


@pytest.fixture(scope="session")
def session() -> Iterator[Session]:
    """One solver process that every test uses again."""
    with Session() as session:
        yield session


@pytest.fixture(scope="session")
def explained(session: Session) -> Explain:
    """Plan an instance to its optimum and explain what stays unmet."""

    def explained(instance: Instance) -> Why:
        plan = solve(instance, gap=1e-9, session=session)
        return explain(plan, gap=1e-9, time_limit=None, session=session)

    return explained


@pytest.fixture
def hall() -> Instance:
    """Chat wants 60 units in each of two hours at $1; six pods at $1 each serve it all: $6."""
    return Instance.parse(hall_data())


def hall_data() -> dict[str, Any]:
    """Give the data of the hall."""
    return {
        "gridblock": 1,
        "name": "hall",
        "periods": [{"name": "first", "hours": 1}, {"name": "second", "hours": 1}],
        "accelerators": {"h100": {}},
        "blocks": {
            "pod": {
                "accelerator": "h100",
                "accelerators": 10,
                "uses": {"power_kw": 100, "air_cooling_kw": 100, "racks": 1, "water": 2},
                "cost_once": 1,
                "end_share": 0,
                "supply": 100,
            }
        },
        "facilities": {
            "north": {
                "grid_mw": 2,
                "limits": {"power_mw": 1, "air_cooling_mw": 1, "racks": 10, "water": 20},
            }
        },
        "demands": [{"name": "chat", "amount": 60, "yields": {"h100": 1}, "unmet_cost": 1}],
    }
