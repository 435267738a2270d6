"""What relief is worth: a step more of what blocks, and the price at which serving pays."""

from collections.abc import Iterator
from dataclasses import replace
from math import ceil, floor, log10
from typing import Final

from gridblock.instances.relaxing import PRICE, Relaxation
from gridblock.model.account import Account, account
from gridblock.model.explanation import Blocker, BreakEven, Trial, Worth
from gridblock.solvers.explaining.trials import Trials

STEPS: Final = {
    "grid_mw": 1.0,
    "power_mw": 1.0,
    "air_cooling_mw": 1.0,
    "liquid_cooling_mw": 1.0,
    "feeds": 1.0,
    "racks": 1.0,
    "uplink_gbps": 1.0,
    "gbps": 1.0,
    "supply": 1.0,
    "lead": 1.0,
    "max": 1.0,
}
"""A step of each family: 1 MW, 1 rack, 1 Gbps, 1 block, 1 period, 1 lot; others have none."""
SHARE_OF_A_LIMIT: Final = 0.01
"""A step of a limit over the plan, as a share of it."""
MOST_PRICES: Final = {True: 12, False: 3}
"""So many prices are tried for the break-even one: of a small model, of a large one."""
LESS: Final = 0.01
"""So small a share of what the price keeps back is taken for none of it."""


def worths(trials: Trials, blocker: Blocker) -> Iterator[Worth]:
    """Say what a step more of each rule that blocks is worth, at the prices given.

    Of one rule: its next step, by the linear relaxation, and all that it takes, by a re-solve. Of
    several that must go together only the latter.
    """
    if any(each.family == PRICE for each in blocker.relaxed):
        return
    if len(blocker.relaxed) == 1:
        (rule,) = blocker.relaxed
        for item in rule.items[:1]:
            yield from _next_step(trials, replace(rule, items=(item,)))
    needed = [_all_of_it(blocker, each) for each in blocker.relaxed]
    steps = [rule for rule in needed if rule is not None]
    if steps and len(steps) == len(blocker.relaxed):
        before, after = trials.solve(()), trials.solve(steps, "what relief is worth")
        if after.objective is not None and before.objective is not None:
            value = before.objective - after.objective
            first = steps[0]
            unsure = _uncertain(before) + _uncertain(after)
            step = first.step or 0.0
            yield Worth(first.family, first.items[0], step, value, unsure, linear=False)


def _next_step(trials: Trials, rule: Relaxation) -> Iterator[Worth]:
    step = _step(trials, rule)
    if step is None:
        return
    before = trials.relax(())
    after = trials.relax([replace(rule, step=step)])
    if before.objective is not None and after.objective is not None:
        value = before.objective - after.objective
        yield Worth(rule.family, rule.items[0], step, max(0.0, value), 0.0, linear=True)


def _step(trials: Trials, rule: Relaxation) -> float | None:
    if rule.family == "limits":
        limit = next(each for each in trials.instance.limits if each.name == rule.items[0])
        if limit.max is None:
            return None
        largest = max(trials.instance.over_periods(limit.max).values())
        return largest * SHARE_OF_A_LIMIT or None
    if rule.family in trials.relaxing.resources:
        return 1.0
    return STEPS.get(rule.family)


def _all_of_it(blocker: Blocker, rule: Relaxation) -> Relaxation | None:
    """Give a rule relaxed by no more than a plan has needed; None where that is not measured."""
    needs = [need for need in blocker.needs if need.family == rule.family]
    if len(rule.items) != 1 or len(needs) != 1 or rule.family in {"supply", "cost_once", "max_ms"}:
        return None
    if rule.family not in STEPS and rule.family != "limits":
        return None
    return replace(rule, step=_rounded(rule, needs[0].amount))


def _rounded(rule: Relaxation, amount: float) -> float:
    """Round what is needed up to three digits, lots to whole ones."""
    if rule.family == "max":
        return float(ceil(amount))
    unit = 10.0 ** (floor(log10(amount)) - 2)
    return float(f"{ceil(amount / unit - 1e-9) * unit:.3g}")


def _uncertain(trial: Trial) -> float:
    if trial.objective is None or trial.bound is None:
        return 0.0
    return max(0.0, trial.objective - trial.bound)


def break_even(trials: Trials, blocker: Blocker) -> BreakEven | None:
    """Find the price from which on serving more of a demand pays.

    The cost of the best plan as a function of the price is the least of many straight lines, one a
    plan: what all else costs + price x what stays unmet. From the line of the plan that serves all
    it can, each step goes to the price at which the last plan costs as much as the one explained,
    until none costs less there (Dinkelbach, 1967).
    """
    demand = blocker.demand
    keep = next(each for each in trials.instance.demands if each.name == demand)
    prices = trials.instance.over_periods(keep.unmet_cost)
    rest, priced, work = _split(trials, frozenset(), demand)
    dear = frozenset([Relaxation(PRICE, (demand,))])
    if not trials.solve(dear, f"price of {demand}").found:
        return None
    rest_then, priced_then, work_then = _split(trials, dear, demand)
    if work - work_then <= LESS * work:
        return None
    average = (rest_then - rest) / (work - work_then)
    if priced <= 0 or priced - priced_then <= 0:
        return BreakEven(None, average, average, proven=False)
    kept_back = priced - priced_then
    factor = max(1.0, (rest_then - rest) / kept_back)
    proven = False
    for _ in range(MOST_PRICES[trials.small]):
        at = frozenset([Relaxation(PRICE, (demand,), step=factor)])
        if not trials.solve(at, f"price of {demand}").found:
            break
        rest_then, priced_then, _ = _split(trials, at, demand)
        gained = priced - priced_then
        reached = (rest_then - rest) / gained if gained > LESS * kept_back else factor
        if gained <= LESS * kept_back or reached >= factor * (1 - LESS / 10):
            proven = True
            break
        factor = max(1.0, reached)
    highest = max(prices[t] for t in blocker.periods)
    return BreakEven(factor, factor * highest, average, proven)


def _split(
    trials: Trials, chosen: frozenset[Relaxation], demand: str
) -> tuple[float, float, float]:
    """Give of a plan what all but a demand's unmet work costs, that at its price, and the work."""
    books: Account = account(trials.instance, trials.plans[chosen].decisions)  # type: ignore[arg-type]
    priced = sum(
        float(entry.value)
        for entry in books.ledger.entries
        if entry.category == "unmet" and entry.item == demand
    )
    work = trials.whole[chosen].left(demand)
    return float(books.objective) - priced, priced, work
