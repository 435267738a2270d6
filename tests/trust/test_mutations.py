"""Plans with one decision changed: the audit rejects each that breaks a rule.

Whether one does is said by the plain program (``rivals.broken``), which shares nothing with the
audit. What a plan costs is reckoned anew after the change, so that only its rules can give it away.
"""

import os
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

import pytest

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.audit import audit
from gridblock.model.plan import Decisions, PlanData
from gridblock.plan import solve
from gridblock.solvers.session import Session
from rivals.broken import DECIDED, breaks, known
from rivals.every import every
from rivals.fleets import TooLargeError
from rivals.here import session_here

Data = dict[str, Any]
PLANS = int(os.environ.get("PLANS", "24"))
A_PLAN = 20
"""Changes of one plan."""
A_TEST = 12


class Changed(NamedTuple):
    """A change of a plan: what it is, and what is decided then."""

    what: str
    decisions: Decisions


def change(decisions: Decisions, instance: Instance, random: Random) -> Changed:
    """Change one decision: one more, one less, half of it, none, or the same elsewhere."""
    tables = known(decisions)
    able = [name for name in DECIDED if tables[name]]
    name = random.choice(able)
    key = random.choice(sorted(tables[name]))
    old = tables[name][key]
    whole = isinstance(old, int)
    ways: list[Any] = [old + 1, old + 1, old - 1 if whole and old > 1 else 0]
    ways += [] if whole else [old * 0.5, old * 1.5 + 0.3]
    if random.random() < 0.6:
        tables[name][key] = random.choice(ways)
        what = f"{name} {key}: {old} -> {tables[name][key]}"
    else:
        other = elsewhere(key, instance, random)
        del tables[name][key]
        tables[name][other] = tables[name].get(other, 0) + old
        what = f"{name} {key} -> {other}: {old}"
    return Changed(what, Decisions(**{n: _without_zeros(t) for n, t in tables.items()}))


def _without_zeros(table: dict[Any, float]) -> dict[Any, float]:
    return {key: value for key, value in table.items() if value}


def elsewhere(key: Any, instance: Instance, random: Random) -> Any:
    """Give the same key with one part of it another of the instance."""
    names: dict[str, list[str]] = {
        "block": list(instance.blocks),
        "place": list(instance.leaves),
        "facility": list(instance.facilities),
        "period": list(instance.horizon.names),
        "demand": [demand.name for demand in instance.demands],
        "option": [option.name for option in instance.options],
    }
    field = random.choice([field for field in key._fields if field in names])
    return key._replace(**{field: random.choice(names[field])})


def restated(plan: PlanData, instance: Instance, decisions: Decisions) -> PlanData:
    """Give a plan with other decisions, and with what those cost."""
    books = account(instance, decisions)
    costs = {category: float(amount) for category, amount in books.costs.items()}
    return replace(
        plan,
        decisions=decisions,
        objective=float(books.objective),
        costs=costs,
        status="feasible",
        bound=None,
        gap=None,
    )


def missed(seed: int, session: Session) -> tuple[int, int, list[str]]:
    """Give how many changes of a plan were tried and broke a rule, and those that passed."""
    data = every(seed)
    instance = Instance.parse(data)
    try:
        found = solve(instance, session=session, raise_without_plan=False).data
    except InstanceError:
        return 0, 0, []
    if found.decisions is None or not any(known(found.decisions)[name] for name in DECIDED):
        return 0, 0, []
    try:
        assert not breaks(data, found, found.decisions), f"seed {seed}: the program refuses a plan"
    except TooLargeError:
        return 0, 0, []
    random, tried, broken, passed = Random(seed), 0, 0, []
    for _ in range(A_PLAN):
        made = change(found.decisions, instance, random)
        if made.decisions == found.decisions:
            continue
        tried += 1
        if breaks(data, found, made.decisions):
            broken += 1
            if audit(instance, restated(found, instance, made.decisions)).ok:
                passed.append(f"seed {seed}: {made.what}")
    return tried, broken, passed


@pytest.mark.parametrize("first", range(0, PLANS, A_TEST))
def test_a_change_that_breaks_a_rule_is_rejected(first: int) -> None:
    session = session_here()
    found = [missed(seed, session) for seed in range(first, first + A_TEST)]
    tried, broken = (sum(counts) for counts in list(zip(*found, strict=True))[:2])
    assert [each for _, _, passed in found for each in passed] == []
    # Most changes of a plan that is the best break something.
    assert tried / 2 < broken <= tried
