"""Why work stays unmet: sentences and tables, and the same as plain data."""

from typing import Final

from gridblock.instances.instance import Instance
from gridblock.instances.relaxing import PRICE, Relaxation
from gridblock.model.account import Account
from gridblock.model.explanation import (
    SERVED,
    Blocker,
    Explanation,
    Shortfall,
    Trial,
)
from gridblock.model.plan import PlanData
from gridblock.reports.blocking import blocker_of, family_of, hours_of, next_step, rule_of, when
from gridblock.reports.evidence import Evidence
from gridblock.reports.page import fitted
from gridblock.reports.sections import (
    LONGEST_HEADING,
    Cell,
    Column,
    Document,
    Heat,
    Row,
    Section,
    first_to_last,
    span,
)
from gridblock.reports.unmet import priced_unmet
from gridblock.reports.words import gap_percent, money, number, percent, plural, scale_for

MOST_DEMANDS: Final = 5
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
        _detail(instance, blocker, evidence)
        for blocker in _sorted(found, priced_unmet(account))
        if not blocker.in_the_gap
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
    looked_into = [each for each in found.blockers if not each.in_the_gap]
    if not looked_into:
        return f"{intro} What blocks them has not been found in the time given."
    most = max(looked_into, key=lambda each: _price(found, priced, each))
    share = _price(found, priced, most) / total if total else 0.0
    what = blocker_of(instance, most).removeprefix("the price of unmet work: ")
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
    rests = (
        f"Every claim rests on one of {whole} of the whole model (gap asked for: {gap}){linear}."
    )
    if found.status == "explained":
        return rests
    ended = {"stopped": "Stopped at the time limit", "interrupted": "Interrupted"}
    return f"{ended.get(found.status, 'Stopped')}: what follows is what was proven so far. {rests}"


def _summary(instance: Instance, account: Account, found: Explanation) -> Section | None:
    """Tell the blockers, the dearest first, and what was not looked into."""
    if not found.blockers:
        return None
    priced = priced_unmet(account)
    prices = {id(each): _price(found, priced, each) for each in found.blockers}
    scale = scale_for(max(prices.values()))
    shown = [each for each in _sorted(found, priced) if not each.in_the_gap]
    rows = tuple(_row(instance, each, scale.write(prices[id(each)])) for each in shown)
    slight = [each for each in found.blockers if each.in_the_gap]
    note = ""
    if slight:
        cells = plural(sum(len(each.periods) for each in slight), "part")
        price = money(sum(prices[id(each)] for each in slight), instance.currency)
        note = f"Not looked into: {cells} priced at less than the gap of the plan, {price} in all."
    several = len(instance.horizon) > 1
    columns = (
        Column("demand"),
        *((Column("when"),) if several else ()),
        Column("blocked by"),
        Column("priced at", right=True, brief="priced\nat"),
        Column("served %", right=True, brief="then\n%"),
    )
    unit = f"price in {scale.of(instance.currency)}; then: served once relaxed"
    kept = rows if several else tuple((row[0], *row[2:]) for row in rows)
    return Section("Blockers", unit, columns, kept, note=note)


def _sorted(found: Explanation, priced: dict[str, float]) -> list[Blocker]:
    """Give the blockers, those of the dearest unmet work first."""
    return sorted(found.blockers, key=lambda each: -_price(found, priced, each))


def _row(instance: Instance, blocker: Blocker, price: str) -> Row:
    rules = " + ".join(_brief_rule(instance, r, blocker.demand) for r in blocker.relaxed)
    served = blocker.recovered / blocker.unmet if blocker.unmet else 0.0
    then = f"{100 * served:.0f}" if blocker.relaxed else ""
    spell = when(instance, blocker.periods)
    if " and " in spell or "," in spell:
        spell = f"{len(blocker.periods)} of {span(instance.horizon)}"
    return blocker.demand, spell, rules or "not known", price, then


def _brief_rule(instance: Instance, rule: Relaxation, demand: str) -> str:
    return "its price" if rule.family == PRICE else rule_of(instance, rule, demand)


def _detail(instance: Instance, blocker: Blocker, evidence: Evidence) -> Section:
    """Give the evidence of a blocker and what to do about it."""
    advice = next_step(blocker)
    points = (*evidence.of(blocker), *((f"Next: {advice}",) if advice else ()))
    spell = when(instance, blocker.periods)
    return Section(
        title=f"{blocker.demand} {spell}".rstrip(),
        unit=f"{number(blocker.unmet, 4)} {hours_of(instance, blocker.demand)} unmet",
        columns=(),
        rows=(),
        note=_capital(f"{blocker_of(instance, blocker)}."),
        points=points,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _recovered(found: Explanation) -> Section:
    """Give what each family recovers of each demand, relaxed alone."""
    demands = [short for short in found.shortfalls if not short.in_the_gap][:MOST_DEMANDS]
    names = dict.fromkeys(name for short in demands for name in (*short.alone, *short.dear))
    rows: list[Row] = []
    for name in names:
        shares = [_share(short, name) for short in demands]
        if any(share is not None for share in shares):
            rows.append((family_of(name), *(("" if s is None else Heat(s)) for s in shares)))
    idle = [str(row[0]) for row in rows if not any(_heat(cell) for cell in row[1:])]
    rows = [row for row in rows if str(row[0]) not in idle]
    rows.sort(key=lambda row: -max(map(_heat, row[1:]), default=0.0))
    columns = (
        Column("relaxed everywhere, always", brief="relaxed"),
        *(Column(short.demand, right=True, brief=_brief(short.demand)) for short in demands),
    )
    times = next((t.relaxed[0].step for t in found.trials if _only_price(t)), None) or 100
    starred = [_starred(found, row) for row in rows]
    note = f"Price of unmet work: {times:.0f} times as dear."
    if any(str(row[0]).endswith(" *") for row in starred):
        note = f"{note} * With unmet work as dear as that."
    unit = "% of what is unmet that is then served"
    if idle:
        note = f"{note} Nothing of it: {', '.join(idle)}."
    return Section("What each relaxation recovers", unit, columns, tuple(starred), note=note)


def _heat(cell: Cell) -> float:
    return cell.share if isinstance(cell, Heat) else 0.0


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
    """Write a name over two lines where it has parts, each of at most ten characters."""
    head, dash, tail = name.partition("-")
    parts = (f"{head}{dash}", tail) if dash and tail else (name,)
    return "\n".join(fitted(part, LONGEST_HEADING) for part in parts)


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
