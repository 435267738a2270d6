"""A study for people and for programs: what the cases say together, then the cases."""

from collections.abc import Iterator
from typing import Any, Final

from gridblock.instances.faults import shown
from gridblock.reports import study_figures as figures
from gridblock.reports.sections import Document, first_to_last
from gridblock.reports.study import MONTE_CARLO, Study
from gridblock.reports.study_sections import cost_of, described, of_draws, of_sweep
from gridblock.reports.words import money, percent, plural

WORDS: Final = {
    "infeasible": "has no plan, since the rules conflict",
    "no_plan": "has none that was found before a limit",
    "feasible": "stopped at a limit before the gap was proven",
    "invalid": "is no valid instance",
    "failed": "failed",
    "broken": "failed its audit",
    "not solved": "is not solved yet",
}
"""What a status means, after "1 case"."""
MANY: Final = {
    "has no": "have no",
    "has none": "have none",
    "is no valid instance": "are no valid instances",
    "is not": "are not",
    "failed its audit": "failed their audit",
}


def document(study: Study, pair: figures.Paired | None = None) -> Document:
    """Tell a study, and how it differs from another one under the same draws."""
    drawn = study.kind == MONTE_CARLO
    count, axes = len(study.entries), len(study.axes)
    what = f"{plural(count, 'draw' if drawn else 'case')} of {plural(axes, 'field')}"
    seed = f", seed {study.seed}" if drawn else ""
    sentences = [*(_spread(study) if drawn else _range(study)), *_troubles(study)]
    if pair is not None:
        sentences.insert(1, _against(pair, study.instance.currency))
    sections = of_draws(study) if drawn else of_sweep(study)
    return Document(
        title=study.instance.name,
        subtitle=f"{what}{seed}, {first_to_last(study.instance.horizon)}",
        sentences=tuple(sentences),
        sections=tuple(sections) if study.planned else (),
    )


def _spread(study: Study) -> Iterator[str]:
    """Say what the plans cost over the draws, and how likely a shortfall is."""
    if not study.planned:
        yield "No case has a plan."
        return
    currency = study.instance.currency
    cost = figures.quantiles(study)[0]
    middle, high = (money(cost.at[figures.SHARES.index(q)], currency) for q in (0.5, 0.95))
    which = "cases" if len(study.planned) == len(study.entries) else "cases that have a plan"
    yield f"Half of the {which} cost {middle} or less, one in twenty more than {high}."
    course = figures.running(study.measured("objective"))
    if course:
        half = money(float(f"{course[-1].half:.2g}"), currency)
        yield f"The mean is {money(cost.mean, currency, 4)}, known to within {half} (95 %)."
    likely = [each for each in figures.shortfalls(study) if each.cases]
    if likely:
        worst = max(likely, key=lambda each: (each.share, each.mean))
        more = f"more than {percent(study.above)}" if study.above else "some"
        yield (
            f"In {percent(worst.share)} of them {more} of {worst.demand} stays unmet "
            f"({percent(worst.low)} to {percent(worst.high)} with 95 % confidence)."
        )
    else:
        yield "No demand has a shortfall in any of them."


def _range(study: Study) -> Iterator[str]:
    """Say what the plans of a sweep cost, from the cheapest to the dearest."""
    if not study.planned:
        yield "No case has a plan."
        return
    currency = study.instance.currency
    by_cost = sorted(study.planned, key=cost_of)
    low, high = by_cost[0], by_cost[-1]
    ends = [f"{money(cost_of(each), currency)} ({described(each)})" for each in (low, high)]
    yield f"Cost with unmet work at its price goes from {ends[0]} to {ends[1]}."


def _against(pair: figures.Paired, currency: str) -> str:
    """Say how the costs of two studies differ, case by case."""
    ends = [money(bound, currency) for bound in (pair.low, pair.high)]
    more = "more" if pair.mean > 0 else "less"
    return (
        f"Under the same draws it costs {money(abs(pair.mean), currency)} {more} than the other "
        f"study on average ({ends[0]} to {ends[1]} with 95 % confidence), and less in "
        f"{percent(pair.below)} of {plural(pair.cases, 'case')}."
    )


def _troubles(study: Study) -> Iterator[str]:
    """Say which cases have no proven plan, and why the first of each kind has none."""
    for status, count in study.statuses.items():
        if status == "optimal":
            continue
        words = WORDS.get(status, status)
        if count > 1:
            words = next((words.replace(a, b) for a, b in MANY.items() if a in words), words)
        first = next(each for each in study.entries if each.status == status)
        why = (first.row or {}).get("message") or ""
        because = f" (case {first.name}: {shown(why, 200)})" if why else ""
        yield f"{plural(count, 'case')} {words}{because}."


def as_json(study: Study) -> dict[str, Any]:
    """Give what a study says as plain data."""
    shares = [f"p{100 * share:.0f}" for share in figures.SHARES]
    course = figures.told(figures.running(study.measured("objective"))) if study.planned else []
    return {
        "format_version": 1,
        "kind": study.kind,
        "instance": study.instance.name,
        "instance_hash": study.instance.hash,
        "currency": study.instance.currency,
        "cases": len(study.entries),
        "seed": study.seed,
        "axes": list(study.axes),
        "statuses": study.statuses,
        "quantiles": {
            q.measure: {"mean": q.mean, "sd": q.sd, **dict(zip(shares, q.at, strict=True))}
            for q in figures.quantiles(study)
        },
        "shortfall_above": study.above,
        "shortfall": {each.demand: each._asdict() for each in figures.shortfalls(study)},
        "convergence": [each._asdict() for each in course],
        "drivers": [each._asdict() for each in figures.drivers(study)] if study.planned else [],
    }
