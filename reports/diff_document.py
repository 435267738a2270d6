"""What changed between two instances or plans, for people."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from gridblock.model.account import CATEGORIES
from gridblock.reports.diff import Diff
from gridblock.reports.diff_words import rows_of
from gridblock.reports.plan_changes import Key, Pair, Quantity, change_of
from gridblock.reports.sections import Column, Document, Row, Section
from gridblock.reports.unmet import unmet_share
from gridblock.reports.words import gap_percent, money, percent, scale_for, told_apart

MOST_ROWS: Final = 40
COUNTED: Final = {
    "bought": "Blocks bought, when they enter service",
    "retired": "Blocks retired",
    "ordered": "Lots ordered",
    "starts": "Runs that start",
    "reserved": "Blocks held in reserve",
}
PAIR: Final = (Column("before", right=True), Column("after", right=True))
BY: Final = Column("change", right=True)


def diff_document(diff: Diff) -> Document:
    """Tell what changed: sentences first, then tables."""
    return Document(
        title=f"{diff.a.label} → {diff.b.label}",
        subtitle="",
        sentences=tuple(_sentences(diff)),
        sections=(*_inputs(diff), *_plans(diff)),
    )


def _sentences(diff: Diff) -> Iterator[str]:
    if diff.is_same:
        yield "Nothing differs." if diff.both_planned else "The inputs are the same."
    else:
        yield _inputs_in_words(diff)
    if diff.both_planned and not (diff.is_same and diff.a.plan == diff.b.plan):
        yield from _plans_in_words(diff)
    yield from diff.notes


def _inputs_in_words(diff: Diff) -> str:
    counts: dict[str, int] = defaultdict(int)
    for change in diff.changes.changes:
        counts[change.kind] += 1
    words = {"changed": "changed", "added": "new", "gone": "gone", "renamed": "renamed"}
    parts = [f"{counts[kind]:,} {word}" for kind, word in words.items() if counts[kind]]
    if not parts:
        same_hash = diff.a.instance.hash == diff.b.instance.hash
        how = "" if same_hash else ", though written or ordered differently"
        return f"The inputs are the same{how}."
    return f"The inputs differ: {', '.join(parts)}."


def _plans_in_words(diff: Diff) -> Iterator[str]:
    """Say what changed from one plan to the other: cost and unmet work, in a sentence."""
    (a, plan_a), (b, plan_b) = ((s, s.plan) for s in (diff.a, diff.b))
    if plan_a is None or plan_b is None or a.account is None or b.account is None:
        return
    shares = [unmet_share(side.instance, side.account) for side in (a, b) if side.account]
    if shares[0] == shares[1]:
        unmet = f"unmet work stays {percent(shares[1])}"
    else:
        unmet = f"unmet work is {percent(shares[1])} instead of {percent(shares[0])}"
    before, after = plan_a.objective or 0.0, plan_b.objective or 0.0
    currency = b.instance.currency
    if a.instance.currency != currency:
        yield f"{unmet[:1].upper()}{unmet[1:]}."
    elif before == after:
        yield f"The second plan costs the same, {money(after, currency)}; {unmet}."
    else:
        change = money(abs(after - before), currency)
        texts = told_apart(before, after, currency)
        word = "less" if after < before else "more"
        yield f"The second plan costs {change} {word}: {texts[1]} instead of {texts[0]}; {unmet}."
        yield from _within_the_gaps(diff, after - before)


def _within_the_gaps(diff: Diff, change: float) -> Iterator[str]:
    """Say so where the difference may come from the search and not from the inputs."""
    plans = [side.plan for side in (diff.a, diff.b) if side.plan is not None]
    open_by = [
        abs((plan.objective or 0.0) - plan.bound) for plan in plans if plan.bound is not None
    ]
    gaps = [gap_percent(plan.gap) for plan in plans if plan.gap is not None]
    if len(open_by) == 2 and abs(change) <= sum(open_by):
        yield (
            f"That is within what the gaps leave open ({gaps[0]} and {gaps[1]}):"
            " it may come from the search alone."
        )


def _inputs(diff: Diff) -> Iterator[Section]:
    """Give a table for each part of the instance in which something changed."""
    groups: dict[str, list[Row]] = defaultdict(list)
    for change in diff.changes.changes:
        title = change.path[0] if len(change.path) > 1 else "instance"
        groups[title] += rows_of(change)
    for title, rows in groups.items():
        named = any(row[1] for row in rows)
        kept = [0, *([1] if named else []), 2, 3, 4]
        columns = (
            Column("field"),
            Column("when"),
            Column("before"),
            Column("after"),
            Column("change", right=True),
        )
        yield Section(
            title,
            "inputs",
            tuple(columns[i] for i in kept),
            tuple(tuple(row[i] for i in kept) for row in rows[:MOST_ROWS]),
            note=_more(len(rows)),
        )


def _more(count: int) -> str:
    return f"and {count - MOST_ROWS:,} more: see --format csv" if count > MOST_ROWS else ""


def _plans(diff: Diff) -> Iterator[Section]:
    found = {quantity.name: quantity for quantity in diff.quantities}
    if "costs" in found and found["costs"].rows:
        yield _costs(diff)
    if "unmet" in found and found["unmet"].rows:
        yield _unmet(found["unmet"])
    if "installed" in found:
        yield from _installed(diff, found["installed"])
    for name, title in COUNTED.items():
        if name in found and found[name].rows:
            yield _counted(found[name], title)
    stands = found.get("assigned_on_average")
    if stands is not None and stands.rows:
        yield _table("Where demands stand", "blocks on average", stands.keys, stands.rows)


def _costs(diff: Diff) -> Section:
    """Give all categories, those that stay the same too, so that they add up."""
    before, after = (dict(s.plan.costs) if s.plan else {} for s in (diff.a, diff.b))
    known = dict.fromkeys((*CATEGORIES, *before, *after))
    pairs = {name: (before.get(name, 0.0), after.get(name, 0.0)) for name in known}
    pairs = {name: pair for name, pair in pairs.items() if any(pair)}
    total = (sum(a for a, _ in pairs.values()), sum(b for _, b in pairs.values()))
    scale = scale_for(max(abs(value) for pair in (*pairs.values(), total) for value in pair))

    def row(name: str, pair: tuple[float, float]) -> Row:
        change = signed(scale.write(pair[1] - pair[0]), pair[1] - pair[0])
        return (name.replace("_", " "), *map(scale.write, pair), change)

    return Section(
        "Costs",
        f"present value, {scale.of(diff.b.instance.currency)}",
        (Column("category"), *PAIR, BY),
        tuple(row(name, pair) for name, pair in pairs.items()),
        (row("total", total),),
    )


def _unmet(quantity: Quantity) -> Section:
    rows = tuple(
        (key[0], _share(a), _share(b), _points(change_of(a, b)))
        for key, (a, b) in quantity.rows.items()
    )
    return Section(
        "Unmet",
        "share of unit-hours; change in points",
        (Column("demand"), *PAIR, BY),
        rows[:MOST_ROWS],
        note=_more(len(rows)),
    )


def _share(share: float | None) -> str:
    return "-" if share is None else percent(share)


def _points(change: float | None) -> str:
    return "" if change is None else f"{100 * change:+.1f}"


def signed(text: str, value: float) -> str:
    """Put a plus before a number that is above zero."""
    return f"+{text}" if value > 0 else text


def _installed(diff: Diff, quantity: Quantity) -> Iterator[Section]:
    """Give the blocks that stand in the last period that both have."""
    horizon = diff.a.instance.horizon.index
    common = [t for t in diff.b.instance.horizon.names if t in horizon]
    last = common[-1] if common else ""
    rows = {key[:-1]: pair for key, pair in quantity.rows.items() if key[-1] == last}
    if rows:
        yield _table("Blocks", f"installed in {last}", quantity.keys[:-1], rows)


def _counted(quantity: Quantity, title: str) -> Section:
    return _table(title, quantity.unit, quantity.keys, quantity.rows)


def _table(title: str, unit: str, keys: Sequence[str], found: Mapping[Key, Pair]) -> Section:
    """Give counts, those that changed the most first."""
    pairs = {key: (a or 0.0, b or 0.0) for key, (a, b) in found.items()}
    order = sorted(pairs, key=lambda key: -abs(pairs[key][1] - pairs[key][0]))
    rows = tuple((*key, *map(_count, pairs[key]), _change(*pairs[key])) for key in order)
    columns = (*(Column(key) for key in keys), *PAIR, BY)
    return Section(title, unit, columns, rows[:MOST_ROWS], note=_more(len(rows)))


def _count(value: float) -> str:
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"


def _change(before: float, after: float) -> str:
    return signed(_count(after - before), after - before)
