"""Tiers: stages are those of earlier tiers, and later ones keep what they found."""

from collections import defaultdict
from fractions import Fraction

from gridblock.model.plan import cap_on_unmet, relative_gap, rounding
from gridblock.model.quantities import ZERO, by_period, decimal, hours_of
from gridblock.model.rules.books import Books, Rows, against, is_number, slack, told
from gridblock.model.rules.money import GAP_WITHIN, rounded_by

LARGEST = 1e300


def stages_are_those_of_earlier_tiers(books: Books) -> Rows:
    """Ask for a stage for each tier but the last; for the first of them where the search ended."""
    *earlier, _ = sorted({demand.tier for demand in books.instance.demands} or {1})
    stated = [stage.tier for stage in books.plan.stages]
    asked = earlier if books.plan.status == "optimal" else earlier[: len(stated)]
    if stated == asked:
        yield None
    else:
        names = ", ".join(map(str, stated)) or "none"
        must = ", ".join(map(str, asked)) or "none"
        yield "stages", f"are of the tiers {names}, not {must}"


def figures_of_stages_are_numbers(books: Books) -> Rows:
    """Refuse what is not a finite number, an unmet part below 0, and a gap of other figures."""
    for stage in books.plan.stages:
        where = f"stage of tier {stage.tier}"
        named = ("value", "unmet", *(("bound", "gap") if stage.bound is not None else ()))
        figures = {name: getattr(stage, name) for name in named}
        odd = [f"{name} {told(n)}" for name, n in figures.items() if not is_number(n, LARGEST)]
        if odd:
            yield where, f"has the {', '.join(odd)}"
        elif stage.bound is None:
            yield None if stage.gap is None else (where, "has a gap without a bound")
        else:
            yield _bounded(where, stage.value, stage.bound, stage.gap)


def _bounded(where: str, value: float, bound: float, gap: float | None) -> tuple[str, str] | None:
    """Compare the gap with abs(value - bound) / max(1e-9, abs(value)), the bound not above."""
    must = relative_gap(value, bound)
    if gap is None or abs(gap - must) > GAP_WITHIN * max(1.0, must):
        return where, f"states the gap {gap}, {must:.9g} by value and bound"
    if bound - value > rounding(value, ()):
        return where, f"has the bound {bound:.9g}, above the value {value:.9g}"
    return None


def optimal_only_after_optimal_stages(books: Books) -> Rows:
    """Let a plan be optimal only where each stage is within the gap that was asked for."""
    if books.plan.status != "optimal":
        return
    for stage in books.plan.stages:
        most = books.plan.gap_asked * abs(stage.value) + 2 * rounded_by(books, stage.value)
        if stage.bound is not None and abs(stage.value - stage.bound) <= most:
            yield None
        else:
            yield (
                "status",
                f"is optimal, and the stage of tier {stage.tier} has the gap {stage.gap}",
            )


def tiers_keep_what_they_were_given(books: Books) -> Rows:
    """Keep the priced unmet of each stage within found + max(1e-6 x abs(found), 1e-6)."""
    priced: dict[int, Fraction] = defaultdict(Fraction)
    tier = {name: demand.tier for name, demand in books.demands.items()}
    for entry in books.account.ledger.entries:
        if entry.category == "unmet" and entry.item is not None:
            priced[tier[entry.item]] += entry.value
    worth = _worth(books)
    for stage in books.plan.stages:
        unmet, most = priced[stage.tier], decimal(cap_on_unmet(stage.unmet))
        within = slack(worth.get(stage.tier, ZERO))
        if not -within <= decimal(stage.unmet):
            yield f"stage of tier {stage.tier}", f"has the unmet part {stage.unmet:.9g}, below 0"
        elif unmet - most > within:
            has, may = against(unmet, most)
            yield f"tier {stage.tier}", f"{has} unmet, at its price; {may} may be"
        else:
            yield None


def _worth(books: Books) -> dict[int, Fraction]:
    """Give the price of the largest amount of a region and period, by tier."""
    hours, largest = hours_of(books.instance), dict[int, Fraction]()
    price = {name: by_period(books.instance, d.unmet_cost) for name, d in books.demands.items()}
    for (name, _, t), amount in books.account.amount.items():
        tier = books.demands[name].tier
        largest[tier] = max(largest.get(tier, ZERO), amount * price[name][t] * hours[t])
    return largest
