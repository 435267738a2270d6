"""Money: every cost, the objective, the bound and the gap are those stated."""

from fractions import Fraction
from typing import Final

from gridblock.model.plan import relative_gap, rounding
from gridblock.model.quantities import decimal
from gridblock.model.rules.books import Books, Rows, against

COSTS_WITHIN: Final = Fraction(1, 10**9)
"""How far a stated cost may be off, as a share of the largest category."""
GAP_WITHIN: Final = 1e-9
"""How far a stated gap may be off."""


def costs_are_as_stated(books: Books) -> Rows:
    """Compare the net present value of each category with the cost that the plan states."""
    slack = _slack(books)
    for category, cost in books.account.costs.items():
        stated = decimal(books.plan.costs[category])
        if abs(stated - cost) > slack:
            has, must = against(stated, cost)
            yield f"{category} cost", f"{has} stated, {must} by the books"
        else:
            yield None


def objective_is_the_sum_of_costs(books: Books) -> Rows:
    """Compare the stated objective with the sum of all costs."""
    if books.plan.objective is not None:
        stated, cost = decimal(books.plan.objective), books.account.objective
        if abs(stated - cost) > _slack(books):
            has, must = against(stated, cost)
            yield "objective", f"{has} stated, {must} by the books"
        else:
            yield None


def _slack(books: Books) -> Fraction:
    return COSTS_WITHIN * max(map(abs, books.account.costs.values()))


def rounded_by(books: Books, value: float) -> float:
    """Give how far rounding may put a bound above a cost."""
    return rounding(value, map(float, books.account.costs.values()))


def bound_is_not_above_the_objective(books: Books) -> Rows:
    """Let no bound be above the objective that it bounds."""
    objective, bound = books.plan.objective, books.plan.bound
    if objective is not None and bound is not None:
        if bound - objective > rounded_by(books, objective):
            has, may = against(bound, objective)
            yield "bound", f"{has}, above the objective {may}"
        else:
            yield None


def gap_follows_from_the_bound(books: Books) -> Rows:
    """Compare the stated gap with abs(objective - bound) / max(1e-9, abs(objective))."""
    objective, bound, stated = books.plan.objective, books.plan.bound, books.plan.gap
    if objective is not None and bound is not None and stated is not None:
        gap = relative_gap(objective, bound)
        kept = abs(stated - gap) <= GAP_WITHIN * max(1.0, gap)
        yield None if kept else ("gap", f"{stated:.9g} stated, {gap:.9g} by objective and bound")


def optimal_only_within_the_gap_asked(books: Books) -> Rows:
    """Let a plan be optimal only with a bound within the gap that was asked for, up to rounding."""
    plan = books.plan
    if plan.status == "optimal" and plan.objective is not None:
        if plan.bound is None:
            yield "status", "is optimal without a bound"
            return
        away = abs(plan.objective - plan.bound)
        most = plan.gap_asked * abs(plan.objective) + rounded_by(books, plan.objective)
        kept = away <= most
        yield (
            None
            if kept
            else ("status", f"is optimal with a gap of {plan.gap:.6g}, {plan.gap_asked:g} asked")
        )
