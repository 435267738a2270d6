"""Small instances whose optimum is a sum on paper, and one solver process for all of them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from gridblock.plan import Plan
from gridblock.plan import solve as solve_instance
from gridblock.solvers.session import Session

Solve = Callable[..., Plan]
Cost = Callable[[Instance], float]


@pytest.fixture(scope="session")
def session() -> Iterator[Session]:
    """One solver process that every test uses again."""
    with Session() as session:
        yield session


@pytest.fixture(scope="session")
def solve(session: Session) -> Solve:
    """Plan an instance to its optimum; what comes back has passed the audit."""

    def solve(instance: Instance, **settings: Any) -> Plan:
        return solve_instance(instance, session=session, **{"gap": 1e-9, **settings})

    return solve


@pytest.fixture(scope="session")
def cost(solve: Solve) -> Cost:
    """Give the least cost of an instance, proven, to a millionth."""

    def cost(instance: Instance) -> float:
        plan = solve(instance)
        assert plan.status == "optimal"
        assert plan.objective is not None
        return round(plan.objective, 6) + 0.0

    return cost


@pytest.fixture
def one_hall() -> Instance:
    """Chat wants 60 units for an hour at $1; five pods of 10 stand in the north: $10."""
    return Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": "now", "hours": 1}],
            "accelerators": {"h100": {}},
            "blocks": {
                "pod": {"accelerator": "h100", "accelerators": 10, "uses": {"power_kw": 100}}
            },
            "facilities": {"north": {"limits": {"power_mw": 1}, "installed": {"pod": 5}}},
            "demands": [{"name": "chat", "amount": 60, "yields": {"h100": 1}, "unmet_cost": 1}],
        }
    )


@pytest.fixture
def two_sites(one_hall: Instance) -> Instance:
    """Three pods in the north and three in the south serve all 60 units: $0."""
    return one_hall.replace(
        {"facilities": {"north": {"installed": {"pod": 3}}, "south": {"installed": {"pod": 3}}}}
    )


@pytest.fixture
def two_zones(one_hall: Instance) -> Instance:
    """Three pods in hall a and three in hall b of one site serve all 60 units: $0."""
    halls = {"a": {"installed": {"pod": 3}}, "b": {"installed": {"pod": 3}}}
    return one_hall.replace({"facilities": {"north": {"zones": halls}}})


@pytest.fixture
def two_demands(one_hall: Instance) -> Instance:
    """Chat and batch want 25 units each of the 50 there are: $0."""
    chat = {"name": "chat", "amount": 25, "yields": {"h100": 1}, "unmet_cost": 1}
    return one_hall.replace({"demands": [chat, {**chat, "name": "batch"}]})


@pytest.fixture
def empty_hall(one_hall: Instance) -> Instance:
    """Nothing stands; a pod costs $1 and serves 10 units for $10: six are bought, $6."""
    return one_hall.replace(
        {"facilities": {"north": {}}, "blocks.pod.cost_once": 1, "blocks.pod.end_share": 0}
    )


@pytest.fixture
def two_hours(one_hall: Instance) -> Instance:
    """The same five pods and 60 units, in two periods of an hour: $20."""
    return one_hall.replace(
        {"periods": [{"name": "first", "hours": 1}, {"name": "second", "hours": 1}]}
    )


@pytest.fixture
def market(two_hours: Instance) -> Instance:
    """Chat wants 10 units in both hours; nothing stands, a pod costs $15 and saves $20: $15."""
    return two_hours.replace(
        {
            "facilities": {"north": {}},
            "demands.chat.amount": 10,
            "blocks.pod.cost_once": 15,
            "blocks.pod.end_share": 0,
        }
    )
