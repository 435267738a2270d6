"""The sentences that a report of a plan begins with: what it does, and how good it is."""

from collections.abc import Mapping, Sequence
from typing import Final

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import ONLY_PRICED, PlanData, Stage
from gridblock.reports.sections import span
from gridblock.reports.unmet import (
    Summary,
    lacking,
    price_of_lacking,
    priced_unmet,
    share_over,
    unmet_share,
    unmet_summary,
)
from gridblock.reports.words import at_most, gap_percent, money, percent, told_apart

STOPS: Final = {
    "time_limit": "Stopped at the time limit",
    "limit": "Stopped at a limit of the solver",
    "interrupted": "Interrupted",
    "crashed": "The solver crashed",
    "killed": "The solver was killed",
    "memory": "The solver ran out of memory",
}
"""Why a solve ended, in words."""
NONE: Final = {
    "infeasible": "no plan can exist",
    "no_plan": "none was found before a limit",
    "interrupted": "it was interrupted before one was found",
}
"""Why a run holds no plan, in words."""
NEGLIGIBLE: Final = 1e-9
"""A relative gap that is as good as none."""


def headline(instance: Instance, plan: PlanData, account: Account | None) -> str:
    """Say what a plan does, in one sentence or two; nothing where there is none."""
    if account is None or plan.objective is None:
        return ""
    spending = plan.objective - sum(plan.costs.get(name, 0.0) for name in ONLY_PRICED)
    worth = " in present value" if instance.discount_rate else ""
    price = f"{money(spending, instance.currency)}{worth}"
    if not any(account.amount.values()):
        return f"Nothing is asked for; the horizon costs {price}."
    names = lacking(unmet_summary(instance, account))
    done = percent(1 - unmet_share(instance, account)) if names else "all"
    served = f"Serves {done} of the work over {span(instance.horizon)} for {price}."
    return f"{served} {_unmet(instance, account, names)}" if names else served


def _unmet(instance: Instance, account: Account, names: Sequence[str]) -> str:
    """Say how much stays unmet, what it is priced at, and where most of it is."""
    summary, priced = unmet_summary(instance, account), priced_unmet(account)
    total, share = price_of_lacking(instance, account), unmet_share(instance, account)
    first = max(names, key=lambda name: (priced.get(name, 0.0), summary[name]["share"]))
    part = "all of it" if len(names) == 1 else "most of it"
    if len(names) > 1 and priced.get(first, 0.0) <= total / 2:
        part = "the largest part"
    price = money(total, instance.currency)
    worst = _worst(instance, summary, first)
    unmet = f"{percent(share)} of unit-hours stay unmet, priced at {price}"
    return f"{unmet}; {part} is {first}{worst}."


def _worst(instance: Instance, summary: Mapping[str, Summary], demand: str) -> str:
    if len(instance.horizon) == 1:
        return ""
    of, count = summary[demand], len(instance.horizon)
    shares = [share_over(instance, of, [i]) for i in range(count)]
    worst = max(range(len(shares)), key=shares.__getitem__)
    return f", worst in {instance.horizon.names[worst]} ({percent(shares[worst])})"


def verdict(plan: PlanData, currency: str) -> str:
    """Say why the solve ended and how far from the best possible plan this one can be."""
    if plan.status == "infeasible":
        what = "these hard rules conflict" if plan.conflict else "its hard rules conflict"
        return f"Infeasible: no plan can exist, since {what}{':' if plan.conflict else '.'}"
    stop = STOPS.get(plan.stop, "The search ended")
    if plan.objective is None:
        none = none_found(plan.stop)
        if plan.bound is None:
            return none
        return f"{none} Any plan costs at least {money(plan.bound, currency)}."
    asked = f"asked for {gap_percent(plan.gap_asked)}"
    return f"{_opening(plan, stop)} {_quality(plan, plan.objective, currency, asked)}"


def none_found(stop: str) -> str:
    """Say why a search has ended without a plan."""
    ended = STOPS.get(stop, "The search ended")
    return f"{ended} before a plan was found; that does not mean that none exists."


def without_plan(label: str, plan: PlanData) -> str:
    """Say why what is called so has no plan."""
    return f"{label} has no plan: {NONE.get(plan.status, plan.status)}"


def _opening(plan: PlanData, stop: str) -> str:
    if plan.status == "optimal":
        exact = plan.gap is not None and plan.gap <= NEGLIGIBLE
        return "Optimal." if exact else "Optimal within the gap asked for."
    return f"{stop}; this is the best plan found."


def _quality(plan: PlanData, objective: float, currency: str, asked: str) -> str:
    """Compare the plan's cost with the proven bound."""
    total = f"With unmet work at its price it costs {money(objective, currency, 4)}"
    if plan.bound is None or plan.gap is None:
        return f"{total}; how much less the best possible costs is not proven ({asked})."
    if plan.gap <= NEGLIGIBLE:
        return f"{total}, and no plan{of_those(plan.stages)} costs less."
    cost, bound = told_apart(objective, plan.bound, currency)
    total = f"With unmet work at its price it costs {cost}"
    if objective > 0 and plan.gap < 1:
        return f"{total}; the best possible costs {at_most(plan.gap)} less ({bound}; {asked})."
    nobody, gap = f"no plan{of_those(plan.stages)}", gap_percent(plan.gap)
    return f"{total}; {nobody} costs less than {bound} (gap {gap}; {asked})."


def of_those(stages: Sequence[Stage]) -> str:
    """Say among which plans one is the best: by tiers, those that give earlier ones as much."""
    return " that gives earlier tiers as much" if stages else ""
