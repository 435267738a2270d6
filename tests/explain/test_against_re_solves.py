"""Random instances: what is named recovers what is claimed, and the smallest set is smallest.

The comparison with every set takes many seconds each: ``SEEDS=60 pytest`` goes through more.
"""

import os
from itertools import combinations
from math import inf

import pytest

from gridblock.instances.instance import Instance
from gridblock.instances.relaxing import PRICE, Relaxing
from gridblock.model.explanation import SERVED
from gridblock.plan import Plan, solve
from gridblock.solvers.session import Session
from gridblock.why import explain
from rivals.worlds import world

SEEDS = int(os.environ.get("SEEDS", "12"))
QUICK = range(4)
MOST_TRIED = 3
"""Every set up to this size is tried."""


def unmet_hours(plan: Plan, demand: str) -> dict[str, float]:
    """Give the unit-hours of a demand that a plan leaves unmet, by period."""
    horizon = plan.instance.horizon
    lacking = plan.unmet[demand]["unmet"]
    return {t: n * h for t, n, h in zip(horizon.names, lacking, horizon.hours, strict=True)}


def planned(seed: int, session: Session) -> Plan | None:
    """Plan a random instance; None where no plan can exist."""
    given = Instance.parse(world(seed))
    plan = solve(given, gap=1e-9, session=session, raise_without_plan=False)
    return None if plan.objective is None else plan


@pytest.mark.parametrize(
    "seed",
    [n if n in QUICK else pytest.param(n, marks=pytest.mark.slow) for n in range(SEEDS)],
)
def test_what_is_named_recovers_what_is_claimed(seed: int, session: Session) -> None:
    plan = planned(seed, session)
    if plan is None:
        return
    given = plan.instance
    why = explain(plan, gap=1e-9, time_limit=None, session=session)
    assert why.status == "explained"
    claimed = {(b.demand, t) for b in why.blockers for t in b.periods}
    short = {(s.demand, t) for s in why.data.shortfalls for t in s.unmet}
    assert claimed == short
    for blocker in why.blockers:
        relaxed = Relaxing(given).relaxed(blocker.relaxed)
        again = solve(relaxed, gap=1e-9, session=session)
        left = unmet_hours(again, blocker.demand)
        total = sum(left[t] for t in blocker.periods)
        assert total == pytest.approx(blocker.after, rel=1e-4, abs=1e-4 * blocker.unmet)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(SEEDS))
def test_no_smaller_set_serves_all(seed: int, session: Session) -> None:
    plan = planned(seed, session)
    if plan is None:
        return
    relaxing = Relaxing(plan.instance)
    rules = {**relaxing.families, PRICE: relaxing.price}
    why = explain(plan, gap=1e-9, time_limit=None, session=session)
    short = next(iter(why.data.shortfalls), None)
    if short is None:
        return

    def serves(chosen: tuple[str, ...]) -> bool:
        relaxed = relaxing.relaxed([rules[name] for name in chosen])
        again = solve(relaxed, gap=1e-9, session=session, raise_without_plan=False)
        left = inf if again.objective is None else sum(unmet_hours(again, short.demand).values())
        return left <= SERVED * short.total

    if short.smallest is None:
        assert not serves(tuple(rules))
        return
    assert serves(short.smallest)
    sizes = range(min(len(short.smallest), MOST_TRIED + 1))
    smaller = (c for n in sizes for c in combinations(rules, n))
    assert not any(map(serves, smaller))
