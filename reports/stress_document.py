"""What may happen to a plan, for people: the worst first, and what the plan would do instead."""

import math
from collections.abc import Iterator
from typing import Final

from gridblock.instances.faults import shown
from gridblock.reports.sections import Column, Document, Row, Section, first_to_last
from gridblock.reports.stress import Damage, Stressed, comes_in
from gridblock.reports.stress_words import instead
from gridblock.reports.words import Scale, gap_percent, money, number, plural, scale_for

MOST_ROWS: Final = 30
LONGEST: Final = 36


def document(data: Stressed) -> Document:
    """Tell what may happen to a plan."""
    last = len(data.rounds)
    sections = [section for n in (last, *range(1, last)) for section in _sections(data, n)]
    return Document(
        title=data.instance.name,
        subtitle=f"{plural(len(data.rounds[0]), 'shock')} to a plan, "
        f"{first_to_last(data.instance.horizon)}",
        sentences=tuple(_sentences(data)),
        sections=tuple(sections),
    )


def _sentences(data: Stressed) -> Iterator[str]:
    yield from worst(data)
    when, kept = comes_in(data), "All orders stand"
    if when is not None:
        kept = f"The shock comes in {when}: orders before it stand"
    yield f"{kept}; everything else is decided again."
    yield _searched(data)
    yield from _open(data)
    if data.instance.tiered:
        yield (
            "Recourse keeps to tiers, and the plan as it stands does not: under a shock that is "
            "only bounded, planning anew may cost more where a lower tier gets more."
        )


def worst(data: Stressed) -> Iterator[str]:
    """Say which shock hurts most: those that leave no plan, then the dearest."""
    found, currency = data.damages[-1], data.instance.currency
    none = [each for each in found if each.status == "infeasible"]
    if none:
        first = next(s for s in data.rounds[-1] if s.shocks == none[0].shocks)
        why = shown(str((first.row or {}).get("message") or "the rules conflict"), 200)
        more = f", and under {len(none) - 1} more" if len(none) > 1 else ""
        yield f"Under {none[0].name}{more} no plan keeps the hard rules: {why}."
    solved = [each for each in found if each.extra is not None]
    each = next((d for d in solved if not d.within_gap), solved[0] if solved else None)
    if each is not None:
        which = "Of the others the worst" if none else "The worst"
        cost = money(max(0.0, each.extra or 0.0), currency)
        if each.within_gap:
            yield f"{which} is {each.name}, at {cost}: within the gap, so it may cost nothing."
            return
        unmet = "" if each.unmet is None else f", and leaves {_quarters(each.unmet)} unmet"
        yield f"{which} is {each.name}: it costs {cost} more{unmet}."
        return
    most = max((d.most for d in found if math.isfinite(d.most)), default=None)
    if most is not None:
        cost = money(max(0.0, most), currency)
        yield f"No shock that was bounded costs more than {cost}: none had to be solved."
    elif not none:
        yield "No recourse was found within the limits."


def _quarters(unmet: float) -> str:
    more = "more" if unmet >= 0 else "fewer"
    return f"{number(abs(unmet))} {more} GPU-quarters"


def _searched(data: Stressed) -> str:
    solved = sum(each.row is not None for each in data.struck)
    tried = sum(map(len, data.rounds))
    budget = data.budget
    how = "Searched"
    if budget.shocks > 1:
        how = "Every combination searched" if budget.exact else "The worst joined one by one"
    said = f"{how}: {solved:,} of {tried:,} solved again"
    if solved < tried:
        left = tried - solved
        top = f"the {budget.top} worst" if budget.top > 1 else "the worst"
        said += (
            f"; {left:,} cannot be among {top}, since the plan as it stands costs less under "
            f"{'them' if left > 1 else 'it'}"
        )
    return f"{said}."


def _open(data: Stressed) -> Iterator[str]:
    """Say what the gaps leave open, and what was not found out."""
    if data.bound is not None:
        gap = money(data.cost - data.bound, data.instance.currency)
        asked = gap_percent(data.gap)
        yield (
            f"The gap of the plan is {gap}, and a recourse is proven to {asked}: a shock whose "
            "least is 0 may cost nothing."
        )
    else:
        yield "The plan has no bound, so nothing is known of what a shock costs at most."
    words = {"feasible": "stopped at a limit", "no_plan": "found no plan", "failed": "failed"}
    words |= {"invalid": "cannot be tried on this instance", "broken": "failed the audit"}
    for status, count in data.statuses.items():
        if status in words:
            first = next(each for each in data.struck if each.status == status)
            why = shown(str((first.row or {}).get("message") or ""), 160)
            because = f" ({first.shocks[-1]}: {why})" if why else ""
            yield f"{plural(count, 'shock')} {words[status]}{because}."


def _sections(data: Stressed, size: int) -> Iterator[Section]:
    """Tell the shocks of a round, the worst first, and what was not solved."""
    found = data.damages[size - 1]
    amounts = [x for d in found for x in (d.extra, d.least, d.most) if x and math.isfinite(x)]
    scale = scale_for(max(map(abs, amounts), default=0.0))
    more = len(found) - MOST_ROWS
    title = "Each shock alone" if size == 1 else f"{size} shocks together"
    yield Section(
        title,
        f"{scale.of(data.instance.currency)} more; unmet: GPU-quarters more",
        (
            Column("shock"),
            Column("extra cost", right=True),
            Column("at least", right=True),
            Column("at most", right=True),
            Column("unmet", right=True),
        ),
        tuple(_row(scale, each) for each in found[:MOST_ROWS]),
        note="Without an extra cost: not solved, since it cannot be among the worst. A GPU-quarter "
        "is 2,190 hours of an accelerator of those that serve the demand in the plan."
        + (f" And {more:,} more: see table.csv." if more > 0 else ""),
    )
    told = tuple(_instead(data, size))
    if told:
        yield Section(
            "What the plan would do instead" + (f" ({size} together)" if size > 1 else ""),
            "against its orders",
            (Column("shock"), Column("orders")),
            told,
            note="Plans within the gap may differ in more than they must.",
        )


def _row(scale: Scale, each: Damage) -> Row:
    extra = "" if each.extra is None else scale.write(each.extra)
    if each.status == "infeasible":
        extra = "no plan"
    elif each.extra is None and each.status != "bounded":
        extra = each.status.replace("_", " ")
    least = scale.write(max(0.0, each.least)) if math.isfinite(each.least) else ""
    most = scale.write(max(0.0, each.most)) if math.isfinite(each.most) else ""
    unmet = "" if each.unmet is None else f"{each.unmet:,.0f}"
    return shown(each.name, 2 * LONGEST), extra, least, most, unmet


def _instead(data: Stressed, size: int) -> Iterator[Row]:
    for struck in data.rounds[size - 1][: data.budget.top]:
        if struck.row is not None and "ordered" in struck.row:
            words = list(instead(data, struck)) or ["the same orders; serves what it can"]
            name = shown(" + ".join(struck.shocks), 2 * LONGEST)
            yield from ((name if i == 0 else "", each) for i, each in enumerate(words))
