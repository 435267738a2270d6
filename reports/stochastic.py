"""One plan for several scenarios: what to order now, and what that is worth, in sentences."""

from collections.abc import Iterator

from gridblock.reports.headline import NEGLIGIBLE, STOPS, none_found, of_those
from gridblock.reports.sections import Document, first_to_last
from gridblock.reports.stochastic_sections import MOST_ROWS, NEAR, sections
from gridblock.reports.stochastic_words import before, in_time, listed, more, sentence
from gridblock.reports.words import gap_percent, money, percent, plural, told_apart
from gridblock.solvers.stochastic.found import Hedge, Worth
from gridblock.solvers.stochastic.plan import StochasticPlan, resolves_in


def document(plan: StochasticPlan) -> Document:
    """Tell a plan for several scenarios."""
    return Document(
        title=plan.instance.name,
        subtitle=f"one plan for {plural(len(plan.futures), 'scenario')}, "
        f"{first_to_last(plan.instance.horizon)}",
        sentences=tuple(filter(None, _sentences(plan))),
        points=tuple(_points(plan)),
        sections=tuple(sections(plan)),
    )


def _sentences(plan: StochasticPlan) -> Iterator[str]:
    hedge, currency = plan.hedge, plan.instance.currency
    if hedge.expected is None or hedge.at_risk is None:
        yield _none(plan)
        return
    yield _headline(plan, hedge.expected)
    yield _verdict(plan)
    yield _risk(plan, hedge.at_risk)
    yield " ".join(filter(None, (_of_the_mean(hedge, currency), _of_knowing(hedge, currency))))
    yield _barred(plan)
    yield f"To order {before(plan)}:" if plan.orders else f"Nothing to order {before(plan)}."


def _none(plan: StochasticPlan) -> str:
    """Say why there is no plan."""
    hedge = plan.hedge
    if hedge.impossible:
        names = listed(hedge.impossible, "or")
        return (
            f"Infeasible: no plan can exist if {names} comes; `gridblock solve` with its "
            "--scenario names the rules that conflict."
        )
    if hedge.status == "infeasible":
        return (
            f"Infeasible: no orders {before(plan)} suit all scenarios, although each has a plan "
            "of its own."
            if hedge.own
            else f"Infeasible: no orders {before(plan)} suit all scenarios."
        )
    return none_found(hedge.stop)


def _headline(plan: StochasticPlan, mean: float) -> str:
    cost = money(mean, plan.instance.currency, 4)
    count = plural(len(plan.orders), "order") if plan.orders else "nothing to order"
    period = resolves_in(plan.instance, plan.resolves)
    if period is None:
        return f"Expected cost {cost}; {count}, the same whatever comes."
    return (
        f"Expected cost {cost}; {count} before {period}, the same whatever comes. The rest "
        "follows when it is known."
    )


def _verdict(plan: StochasticPlan) -> str:
    hedge, currency = plan.hedge, plan.instance.currency
    optimal = hedge.status == "optimal"
    exact = hedge.gap is not None and hedge.gap <= NEGLIGIBLE
    stop = STOPS.get(hedge.stop, "The search ended")
    opening = f"{stop}; this is the best plan found."
    if optimal:
        opening = "Optimal." if exact else "Optimal within the gap asked for."
    if hedge.bound is None or hedge.objective is None or hedge.gap is None:
        return f"{opening} How much less the best possible costs is not proven."
    nobody = f"No plan for all scenarios{of_those(hedge.stages)}"
    if exact:
        return f"{opening} {nobody} costs less."
    _, bound = told_apart(hedge.objective, hedge.bound, currency)
    weighed = " as it is weighed" if hedge.risk.weight else ""
    return f"{opening} {nobody} costs less than {bound}{weighed} (gap {gap_percent(hedge.gap)})."


def _risk(plan: StochasticPlan, at_risk: float) -> str:
    risk, currency = plan.hedge.risk, plan.instance.currency
    tail = f"The worst {percent(1 - risk.level)} cost {money(at_risk, currency, 4)} on average"
    if not risk.weight:
        return f"{tail}."
    objective = money(plan.hedge.objective or 0.0, currency, 4)
    return (
        f"{tail}, which counts {percent(risk.weight)}, and the expected cost the rest: weighed "
        f"so, {objective}."
    )


def _of_the_mean(hedge: Hedge, currency: str) -> str:
    """Say what planning for the mean would cost more."""
    mean, worth = hedge.mean, hedge.value_of_solution
    if mean is None:
        return ""
    if mean.barred:
        if mean.barred == (mean.name,):
            return "The mean of all scenarios has no plan."
        names = listed(mean.barred, "or")
        return f"What would be ordered for the mean cannot be carried out if {names} comes."
    if worth is None:
        return ""
    return f"Planning for the mean instead would cost {_difference(hedge, worth, currency)}."


def _difference(hedge: Hedge, worth: Worth, currency: str) -> str:
    size = abs(hedge.objective or 0.0)
    if abs(worth.value) <= NEAR * max(1.0, size):
        return "as much"
    more = "more" if worth.value > 0 else "less"
    return f"{money(abs(worth.value), currency)} {more}{_within(worth, currency)}"


def _within(worth: Worth, currency: str) -> str:
    """Say within which range a difference is known, where that is not the same."""
    if worth.least is None or worth.most is None:
        return ""
    if worth.most - worth.least <= 0.01 * abs(worth.value):
        return ""
    ends = (money(end, currency) for end in (worth.least, worth.most))
    return f" (from {next(ends)} to {next(ends)}, by the gaps)"


def _of_knowing(hedge: Hedge, currency: str) -> str:
    """Say what knowing beforehand is worth."""
    worth = hedge.value_of_information
    if worth is None:
        return ""
    size = abs(hedge.objective or 0.0)
    if abs(worth.value) <= NEAR * max(1.0, size):
        return "To know beforehand what comes would save nothing."
    if worth.value < 0:
        return "To know beforehand what comes would save nothing, since earlier tiers take more."
    within = _within(worth, currency)
    return f"To know beforehand what comes would save {money(worth.value, currency)}{within}."


def _barred(plan: StochasticPlan) -> str:
    barred = plan.hedge.barred
    if not barred:
        return ""
    names = list(dict.fromkeys(getattr(key, "name", str(key)) for key in barred))
    scenarios = list(dict.fromkeys(name for names in barred.values() for name in names))
    return (
        f"Not ordered {before(plan)}, since it cannot be if {listed(scenarios, 'or')} comes: "
        f"{listed(names)}."
    )


def _points(plan: StochasticPlan) -> Iterator[str]:
    """Say what to order by when."""
    orders = sorted(plan.orders, key=lambda key: in_time(plan.instance, key))
    for order in orders[:MOST_ROWS]:
        yield sentence(plan, order, plan.orders[order])
    left = more(len(orders) - MOST_ROWS, "orders")
    if left:
        yield left
