"""Form: the plan states what its status calls for, in numbers, of this instance."""

from typing import Final

from gridblock.instances.faults import shown
from gridblock.model.ledger import CATEGORIES
from gridblock.model.plan import STATUSES
from gridblock.model.rules.books import Books, Rows, is_number, told

LARGEST: Final = 1e300
"""More than this is no sum of money."""
WITH_A_PLAN: Final = ("optimal", "feasible", "interrupted")
WITHOUT_A_PLAN: Final = ("infeasible", "no_plan", "interrupted")


def plan_is_of_this_instance(books: Books) -> Rows:
    """Compare the hash that the plan carries with that of the instance."""
    given, planned = books.instance.hash, books.plan.instance_hash
    hashes = f"hash {shown(str(planned), 12)}, not {shown(given, 12)}"
    yield None if given == planned else ("plan", f"is of another instance: {hashes}")


def status_fits_what_is_held(books: Books) -> Rows:
    """Ask for decisions with optimal and feasible, for none with infeasible and no_plan."""
    status, held = books.plan.status, books.plan.decisions is not None
    if status not in STATUSES:
        yield "status", f"is {shown(repr(status))}, not one of {', '.join(STATUSES)}"
    elif status not in (WITH_A_PLAN if held else WITHOUT_A_PLAN):
        yield "status", f"is {status} {'with' if held else 'without'} decisions"
    else:
        yield None


def conflict_only_where_infeasible(books: Books) -> Rows:
    """Let only an infeasible instance have conflicting rules."""
    broken = bool(books.plan.conflict) and books.plan.status != "infeasible"
    yield ("conflict", f"is named although the plan is {books.plan.status}") if broken else None


def stated_figures_are_complete(books: Books) -> Rows:
    """Ask for objective and every cost with decisions, for none without; for a gap with a bound."""
    plan = books.plan
    held = plan.decisions is not None
    for name, value in (("objective", plan.objective), ("costs", plan.costs or None)):
        if (value is not None) == held:
            yield None
        else:
            yield name, "is missing" if held else "is stated without decisions"
    expected = CATEGORIES if held else ()
    odd = sorted({str(category) for category in {*plan.costs} ^ {*expected}})
    yield ("costs", f"lack or should not have {', '.join(odd)}") if odd else None
    bounded = held and plan.bound is not None
    if (plan.gap is not None) == bounded:
        yield None
    else:
        yield "gap", "is missing" if bounded else "is stated without objective and bound"


def stated_figures_are_numbers(books: Books) -> Rows:
    """Refuse what is not a finite number."""
    plan = books.plan
    given = {"objective": plan.objective, "bound": plan.bound, "gap": plan.gap}
    figures = {name: value for name, value in given.items() if value is not None}
    figures |= {"gap asked for": plan.gap_asked}
    figures |= {f"{category} cost": value for category, value in plan.costs.items()}
    for name, value in figures.items():
        if is_number(value, LARGEST):
            yield None
        else:
            yield name, f"is {told(value)}, not a number up to {LARGEST:g}"
