"""Random worlds of every feature: told in another way, tightened, relaxed, reduced or not.

`make worlds` goes through as many as WORLDS says for each property.
"""

import os
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.model.build import build
from gridblock.plan import Plan, solve
from gridblock.solvers.session import Session
from rivals.here import session_here
from rivals.retold import (
    halved,
    in_other_money,
    in_other_units,
    permuted,
    renamed,
    times,
    unrolled,
)
from trust.strategies import SHRINK, worlds

Data = dict[str, Any]
WORLDS = int(os.environ.get("WORLDS", "12"))
"""Worlds that each property goes through."""
WITHIN = 1e-6
ONE_SIDED = ("limits", "grid_mw", "gbps", "uplink_gbps", "supply", "mw", "failover_mw")
"""Figures of which more allows more."""
SHRINKING = [Phase.shrink] if SHRINK else []
several = settings(
    max_examples=WORLDS,
    phases=[Phase.explicit, Phase.generate, *SHRINKING],
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)


@pytest.fixture(scope="module")
def here() -> Session:
    """A session whose solver runs in this process."""
    return session_here()


def planned(data: Data, session: Session, **how: Any) -> Plan:
    """Plan data to its optimum; what is infeasible has no objective.

    A world in which something can be bought at a profit without end is refused, and passed over.
    """
    instance = Instance.parse(data)
    try:
        return solve(instance, session=session, gap=1e-9, raise_without_plan=False, **how)
    except InstanceError as error:
        assume("at a profit without end" not in str(error))
        raise


def same(one: Plan, other: Plan, factor: float = 1.0, tiers: int = 1) -> bool:
    """Say whether an optimum is a multiple of another, or neither exists.

    Each earlier tier may leave a millionth of a unit of money more unmet than it has to.
    """
    if one.objective is None or other.objective is None:
        return one.status == other.status == "infeasible"
    slack = WITHIN * max(1.0, abs(other.objective)) * factor + 1e-5 * (tiers - 1)
    return abs(one.objective - factor * other.objective) <= slack


def tiers_of(data: Data) -> int:
    """Count the tiers."""
    return len({demand.get("tier", 1) for demand in data["demands"]})


@several
@given(worlds())
def test_presolve_does_not_matter(here: Session, data: Data) -> None:
    plain = session_here(presolve="off")
    assert same(planned(data, plain), planned(data, here), tiers=tiers_of(data))


@several
@given(worlds())
def test_the_method_does_not_matter_and_fast_is_never_beyond_the_best(
    here: Session, data: Data
) -> None:
    best, fast = planned(data, here, method="exact"), planned(data, here, method="fast")
    assert same(planned(data, here), best, tiers=tiers_of(data))
    if best.objective is not None and fast.objective is not None and tiers_of(data) == 1:
        slack = WITHIN * max(1.0, abs(best.objective))
        assert fast.objective >= best.objective - slack
        assert fast.bound is None or fast.bound <= best.objective + slack


@several
@given(worlds())
def test_reductions_do_not_matter(here: Session, data: Data) -> None:
    instance = Instance.parse(data)
    written = solve(
        instance, model=build(instance), session=here, gap=1e-9, raise_without_plan=False
    )
    assert same(written, planned(data, here), tiers=tiers_of(data))


@several
@given(worlds())
def test_names_do_not_matter(here: Session, data: Data) -> None:
    assert same(planned(renamed(data), here), planned(data, here), tiers=tiers_of(data))


@several
@given(worlds(), st.integers(0, 9))
def test_order_does_not_matter(here: Session, data: Data, seed: int) -> None:
    shuffled = permuted(data, Random(seed))
    assert same(planned(shuffled, here), planned(data, here), tiers=tiers_of(data))


@several
@given(worlds())
def test_a_unit_a_thousandth_of_the_size_does_not_matter(here: Session, data: Data) -> None:
    finer = in_other_units(data, 1e3)
    assert same(planned(finer, here), planned(data, here), tiers=tiers_of(data))


@several
@given(worlds())
def test_a_currency_a_million_times_as_strong_does_not_matter(here: Session, data: Data) -> None:
    strong = planned(in_other_money(data, 1e-6), here)
    assert same(strong, planned(data, here), 1e-6, tiers=tiers_of(data))


@several
@given(worlds())
def test_a_demand_in_two_halves_does_not_matter(here: Session, data: Data) -> None:
    apart = halved(data)
    assume(len(apart["demands"]) > len(data["demands"]))
    assert same(planned(apart, here), planned(data, here), tiers=tiers_of(data))


@several
@given(worlds())
def test_copies_of_a_zone_are_zones(here: Session, data: Data) -> None:
    assume("'count': 2" in str(data["facilities"]) and "'opens'" not in str(data))
    assert same(planned(unrolled(data), here), planned(data, here), tiers=tiers_of(data))


def figures(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Give the places of the figures of which more allows more."""
    for key, value in data.items() if isinstance(data, dict) else enumerate(data):
        if not path and key in {"options", "current", "limits", "demands"}:
            continue
        if key in ONE_SIDED:
            inner = value if key == "limits" else {"": value}
            yield from ((*path, key, *([name] if name else [])) for name in inner)
        elif isinstance(value, dict | list):
            yield from figures(value, (*path, key))


def changed(data: Data, path: tuple[Any, ...], change: Callable[[Any], Any]) -> Any:
    """Give data in which one figure is another."""
    if not path:
        return change(data)
    copy: Any = dict(data) if isinstance(data, dict) else list(data)
    copy[path[0]] = changed(copy[path[0]], path[1:], change)
    return copy


@several
@given(worlds(), st.data())
def test_tightening_never_helps_and_relaxing_never_harms(
    here: Session, data: Data, choose: st.DataObject
) -> None:
    places = list(figures(data))
    # What a demand of an earlier tier gains may cost later ones more.
    assume(places and tiers_of(data) == 1)
    place = choose.draw(st.sampled_from(places))
    tight = planned(changed(data, place, lambda value: times(value, 0.7)), here)
    loose = planned(changed(data, place, lambda value: times(value, 1.6)), here)
    costs = [
        float("inf") if plan.status == "infeasible" else plan.objective
        for plan in (loose, planned(data, here), tight)
    ]
    assert None not in costs
    least, now, most = (float(cost) for cost in costs if cost is not None)
    assert least <= now + WITHIN * max(1.0, abs(least))
    assert now <= most + WITHIN * max(1.0, abs(now))
