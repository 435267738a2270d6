"""Why work stays unmet: sentences and tables, and the same as plain data."""

from dataclasses import asdict
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.instances.relaxing import PRICE
from gridblock.model.account import Account
from gridblock.model.explanation import (
    FORMAT_VERSION,
    SERVED,
    Blocker,
    Explanation,
    Shortfall,
    Trial,
)
from gridblock.model.plan import PlanData
from gridblock.reports.blocking import blocker_of, family_of, next_step, rule_of, when
from gridblock.reports.evidence import Evidence
from gridblock.reports.sections import (
    Column,
    Document,
    Heat,
    Row,
    Section,
    first_to_last,
)
from gridblock.reports.unmet import priced_unmet
from gridblock.reports.words import gap_percent, money, number, percent, plural

MOST_DEMANDS: Final = 6
"""More demands than these have no column in the table of what is recovered."""


def explain_document(
    instance: Instance, plan: PlanData, account: Account, found: Explanation
) -> Document:
    """Say why work of a plan stays unmet.

    Args:
        instance: what is given.
        plan: the plan that is explained.
        account: what follows from it.
        found: why.
    """
    subtitle = f"why work stays unmet, {first_to_last(instance.horizon)}"
    if not found.shortfalls:
        sentence = "Nothing stays unmet: there is nothing to explain."
        return Document(instance.name, subtitle, (sentence,))
    evidence = Evidence(instance, found, plan.decisions, account)  # type: ignore[arg-type]
    details = [
        _detail(instance, blocker, evidence) for blocker in found.blockers if not blocker.in_the_gap
    ]
    return Document(
        title=instance.name,
        subtitle=subtitle,
        sentences=(_headline(instance, account, found), how_proven(found)),
        sections=(
            *filter(None, (_summary(instance, account, found),)),
            *details,
            _recovered(found),
            _smallest(instance, found),
        ),
    )


def _headline(instance: Instance, account: Account, found: Explanation) -> str:
    """Name the blocker of the dearest unmet work."""
    priced = priced_unmet(account)
    total = sum(priced.values())
    count = plural(len(found.shortfalls), "demand")
    are = "is" if len(found.shortfalls) == 1 else "are"
    whole = money(total, instance.currency)
    intro = f"{count} {are} not served in full, priced at {whole}."
    if not found.blockers:
        return f"{intro} What blocks them has not been found in the time given."
    most = max(found.blockers, key=lambda each: _price(found, priced, each))
    share = _price(found, priced, most) / total if total else 0.0
    what = blocker_of(instance, most)
    if len(found.blockers) == 1:
        return f"{most.demand} is not served in full, priced at {whole}: {what}."
    return f"{intro} {percent(share)} of that is {most.demand}: {what}."


def _price(found: Explanation, priced: dict[str, float], blocker: Blocker) -> float:
    """Give the price of the unmet work of a blocker, by its share of the demand's unit-hours."""
    short = next(each for each in found.shortfalls if each.demand == blocker.demand)
    return priced.get(blocker.demand, 0.0) * blocker.unmet / short.total if short.total else 0.0


def how_proven(found: Explanation) -> str:
    """Say what the claims rest on."""
    gap = gap_percent(found.gap_asked)
    whole = plural(len(found.trials) - 1, "re-solve")
    linear = f", chosen by {plural(found.linear, 'linear relaxation')}" if found.linear else ""
    rests = f"Every claim rests on one of {whole} of the whole model to a gap of {gap}{linear}."
    if found.status == "explained":
        return rests
    ended = {"stopped": "Stopped at the time limit", "interrupted": "Interrupted"}
    return f"{ended.get(found.status, 'Stopped')}: what follows is what was proven so far. {rests}"


def _summary(instance: Instance, account: Account, found: Explanation) -> Section | None:
    if not found.blockers:
        return None
    priced, currency = priced_unmet(account), instance.currency
    rows: list[Row] = []
    for blocker in sorted(found.blockers, key=lambda each: -_price(found, priced, each)):
        served = blocker.recovered / blocker.unmet if blocker.unmet else 0.0
        price = money(_price(found, priced, blocker), currency)
        rules = " + ".join(rule_of(instance, r, blocker.demand) for r in blocker.relaxed)
        what = "price: it is cheaper not to serve it" if rules.startswith("the price") else rules
        spell = when(instance, blocker.periods)
        what = what or (
            "priced at less than the gap of the plan" if blocker.in_the_gap else "not known"
        )
        then = f"{100 * served:.0f}" if blocker.relaxed else ""
        rows.append((blocker.demand, spell, what, price, then))
    columns = (
        Column("demand"),
        *((Column("when"),) if len(instance.horizon) > 1 else ()),
        Column("blocked by"),
        Column("priced at", right=True),
        Column("served %", right=True, brief="then\n%"),
    )
    kept = [i for i in range(5) if i != 1 or len(instance.horizon) > 1]
    shown = tuple(tuple(row[i] for i in kept) for row in rows)
    return Section("Blockers", "then: share served once it is relaxed", columns, shown)


def _detail(instance: Instance, blocker: Blocker, evidence: Evidence) -> Section:
    """Give the evidence of a blocker and what to do about it."""
    advice = next_step(blocker)
    points = (*evidence.of(blocker), *((f"Next: {advice}",) if advice else ()))
    spell = when(instance, blocker.periods)
    return Section(
        title=f"{blocker.demand} {spell}".rstrip(),
        unit=f"{number(blocker.unmet)} unit-hours unmet",
        columns=(),
        rows=(),
        note=_capital(f"{blocker_of(instance, blocker)}."),
        points=points,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _recovered(found: Explanation) -> Section:
    """Give what each family recovers of each demand, relaxed alone."""
    demands = found.shortfalls[:MOST_DEMANDS]
    names = dict.fromkeys(name for short in demands for name in (*short.alone, *short.dear))
    rows: list[Row] = []
    for name in names:
        shares = [_share(short, name) for short in demands]
        if any(share is not None for share in shares):
            rows.append((family_of(name), *(("" if s is None else Heat(s)) for s in shares)))
    rows.sort(key=lambda row: -max((c.share for c in row[1:] if isinstance(c, Heat)), default=0.0))
    columns = (
        Column("relaxed everywhere, always", brief="relaxed"),
        *(Column(short.demand, right=True, brief=_brief(short.demand)) for short in demands),
    )
    times = next((t.relaxed[0].step for t in found.trials if _only_price(t)), None) or 100
    note = f"Price of unmet work: {times:.0f} times as dear. * With unmet work as dear as that."
    starred = [_starred(found, row) for row in rows]
    unit = "% of what is unmet that is then served"
    return Section("What each relaxation recovers", unit, columns, tuple(starred), note=note)


def _only_price(trial: Trial) -> bool:
    return [rule.family for rule in trial.relaxed] == [PRICE]


def _starred(found: Explanation, row: Row) -> Row:
    """Mark families that were only tried with unmet work dear."""
    families = {family_of(name) for short in found.shortfalls for name in short.alone}
    first = str(row[0])
    return row if first in families else (f"{first} *", *row[1:])


def _share(short: Shortfall, family: str) -> float | None:
    left = short.alone.get(family, short.dear.get(family))
    return None if left is None or not short.total else max(0.0, 1 - left / short.total)


def _brief(name: str) -> str:
    """Write a name over two lines where it has parts."""
    head, dash, tail = name.partition("-")
    return f"{head}{dash}\n{tail}" if dash and tail else name


def _smallest(instance: Instance, found: Explanation) -> Section:
    rows: list[Row] = []
    for short in found.shortfalls:
        if short.smallest:
            what = " + ".join(family_of(name) for name in short.smallest)
            if len(short.smallest) == 1:
                what = ", or ".join(map(family_of, _each_alone(short)))
        elif short.in_the_gap:
            what = "priced at less than the gap of the plan"
        elif short.rest is not None and short.rest > SERVED * short.total:
            what = f"none: {percent(short.rest / short.total)} stays unmet with all relaxed"
        else:
            what = "not known"
        rows.append((short.demand, percent(short.total / short.amount), what))
    columns = (Column("demand"), Column("unmet", right=True), Column("relaxed together"))
    title = "Smallest set of relaxations that serves all of it"
    return Section(title, "", columns, tuple(rows))


def _each_alone(short: Shortfall) -> tuple[str, ...]:
    """Name the families each of which alone serves all of a demand, the chosen one first."""
    chosen = short.smallest or ()
    others = [n for n, left in short.alone.items() if left <= SERVED * short.total]
    return (*chosen, *(name for name in others if name not in chosen))


def explain_json(
    instance: Instance, plan: PlanData, account: Account, found: Explanation
) -> dict[str, Any]:
    """Give an explanation as plain data, with its sentences."""
    evidence = Evidence(instance, found, plan.decisions, account)  # type: ignore[arg-type]
    units = {demand.name: demand.unit for demand in instance.demands}
    return {
        "format_version": FORMAT_VERSION,
        "instance": found.instance,
        "instance_hash": found.instance_hash,
        "currency": instance.currency,
        "status": found.status,
        "objective": found.objective,
        "gap_asked": found.gap_asked,
        "demands": {
            short.demand: {"unit": units[short.demand], **_without(asdict(short), "demand")}
            for short in found.shortfalls
        },
        "blockers": [
            {
                "blocker": blocker_of(instance, blocker),
                "evidence": list(evidence.of(blocker)),
                "next_step": next_step(blocker),
                "price_alone": [rule.family for rule in blocker.relaxed] == [PRICE],
                "recovered": blocker.recovered,
                **asdict(blocker),
            }
            for blocker in found.blockers
        ],
        "trials": [
            {**_without(asdict(trial), "unmet", "seconds"), "unmet": _nested(trial.unmet)}
            for trial in found.trials
        ],
        "linear_relaxations": found.linear,
        "seconds": round(found.seconds, 3),
    }


def _without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in names}


def _nested(unmet: Any) -> dict[str, dict[str, float]]:
    nested: dict[str, dict[str, float]] = {}
    for (demand, t), work in unmet.items():
        nested.setdefault(demand, {})[t] = work
    return nested
