"""What is proven of a plan without its solver, in words."""

from typing import Final

from gridblock.model.certificate import Proof
from gridblock.model.plan import PlanData, bound_but_for_rounding
from gridblock.reports.headline import of_those
from gridblock.reports.words import at_most, gap_percent, money, plural

NEGLIGIBLE: Final = 1e-9
"""Relative gaps that differ by no more are the same."""


def proven(plan: PlanData, proof: Proof, currency: str) -> str:
    """Say what is proven of a plan, and what rests on the solver's word."""
    added = f"{plural(proof.rows, 'row')} of the model added up in safe arithmetic, no solver asked"
    if proof.infeasible:
        return f"That no plan can exist is proven: {added}."
    if proof.lack:
        return _unproven(plan, proof.lack)
    if proof.bound is None or proof.gap is None:
        bound = "" if proof.bound is None else money(proof.bound, currency, 4)
        return f"Any plan costs at least {bound}: {added}." if bound else ""
    bound, nobody = money(proof.bound, currency, 4), f"no plan{of_those(plan.stages)}"
    if _rounded(plan, proof.bound):
        told = f"{nobody} costs less than {bound}, which is its cost but for rounding"
        return f"Proven: {told}: {added}."
    gap = at_most(proof.gap)
    told = f"Proven: {nobody} costs less than {bound}, so the gap is {gap}: {added}."
    if plan.gap is None or plan.gap >= proof.gap - NEGLIGIBLE:
        return told
    return (
        f"{told} This is the bound of the relaxation; the solver's own is tighter, "
        f"{gap_percent(plan.gap)}, by its tree search, which is not proven here."
    )


def _rounded(plan: PlanData, bound: float) -> bool:
    """Say whether a plan costs next to nothing, and as much as is proven but for rounding."""
    if plan.objective is None:
        return False
    costs = plan.costs.values()
    return bound_but_for_rounding(plan.objective, bound, costs, plan.gap_asked) > bound


def _unproven(plan: PlanData, lack: str) -> str:
    """Say what rests on the solver's word, and why."""
    if plan.status == "infeasible":
        return (
            "That no plan can exist rests on two solves that agree; it is not proven here, "
            f"since {lack}."
        )
    if plan.bound is None or plan.gap is None:
        return ""
    return f"The gap of {gap_percent(plan.gap)} rests on the solver's word: {lack}."
