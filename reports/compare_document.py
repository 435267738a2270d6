"""Many plans side by side, for people: what each is, then tables with a column for each."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from gridblock.instances.faults import letters
from gridblock.reports.compare import Comparison, Measured, Value
from gridblock.reports.sections import Column, Document, Row, Section
from gridblock.reports.words import gap_percent, percent, plural, scale_for

BESIDE: Final = 3
"""Up to so many plans have their differences beside them; of more they stand below."""
MOST_BESIDE: Final = 5
"""The most plans of one table."""


def compare_document(found: Comparison) -> Document:
    """Tell how plans differ from the first one."""
    currency = found.sides[0].instance.currency
    money = [v for line in found.lines if line.unit == currency for v in line.values if _number(v)]
    scale = scale_for(max((abs(v) for v in money if isinstance(v, float)), default=0.0))
    sections = [_plans(found, scale.write, scale.of(currency))]
    tables = (
        ("costs", "Costs", f"present value, {scale.of(currency)}", scale.write, scale.write),
        ("unmet", "Unmet", "share of unit-hours; differences in points", percent, _points),
        ("blocks", "Blocks", "installed in the last period, by vendor", _count, _count),
    )
    for name, title, unit, write, change in tables:
        lines = [line for line in found.lines if line.table == name]
        sections += _sections(title, unit, lines, write, change)
    return Document(
        title=plural(len(found.sides), "plan"),
        subtitle="differences are to A, the first",
        sentences=found.notes,
        sections=tuple(sections),
    )


def _number(value: Value) -> bool:
    return isinstance(value, float)


def _points(share: float) -> str:
    return f"{100 * share:+.1f}"


def _count(value: float) -> str:
    return f"{value:,.0f}"


def _plans(found: Comparison, write: Callable[[float], str], unit: str) -> Section:
    """Give a row for each plan: status, gap, cost, its difference to the first, unmet share."""
    by_name = {line.name: line for line in found.lines if line.table == "plan"}

    def row(i: int, label: str) -> Row:
        gap, cost, unmet = (by_name[name].values[i] for name in ("gap", "objective", "unmet"))
        change = by_name["objective"].differences[i]
        return (
            letters(i + 1),
            label,
            str(by_name["status"].values[i]).replace("_", " "),
            gap_percent(gap) if isinstance(gap, float) else "-",
            _written(cost, write),
            _signed(change, write) if i else "",
            _written(unmet, percent),
        )

    columns = (
        Column(""),
        Column("plan"),
        Column("status"),
        *(Column(name, right=True) for name in ("gap", "cost", "difference", "unmet")),
    )
    rows = tuple(row(i, side.label) for i, side in enumerate(found.sides))
    return Section("Plans", unit, columns, rows)


def _written(value: Value, write: Callable[[float], str]) -> str:
    return write(value) if isinstance(value, float) else "-"


def _signed(value: Value, write: Callable[[float], str]) -> str:
    if not isinstance(value, float):
        return "-"
    text = write(value)
    return f"+{text}" if value > 0 and not text.startswith("+") else text


def _sections(
    title: str,
    unit: str,
    lines: Sequence[Measured],
    write: Callable[[float], str],
    change: Callable[[float], str],
) -> Iterator[Section]:
    """Give the tables of one kind, as many plans in each as there is room for."""
    if not lines:
        return
    count = len(lines[0].values)
    if count <= BESIDE:
        yield _section(title, unit, lines, (range(count), range(1, count)), (write, change))
        return
    for start in range(0, count, MOST_BESIDE):
        shown = range(start, min(start + MOST_BESIDE, count))
        yield _section(title, unit, lines, (shown, range(0)), (write, change))
    for start in range(1, count, MOST_BESIDE):
        shown = range(start, min(start + MOST_BESIDE, count))
        yield _section(f"{title}, less A", unit, lines, (range(0), shown), (write, change))


def _section(
    title: str,
    unit: str,
    lines: Sequence[Measured],
    shown: tuple[range, range],
    write: tuple[Callable[[float], str], Callable[[float], str]],
) -> Section:
    """Tell measures of many plans: a column for each, then the differences to the first."""
    values, changes = shown
    columns = (
        Column(""),
        *(Column(letters(i + 1), right=True) for i in values),
        *(Column(f"{letters(i + 1)} - A", right=True) for i in changes),
    )
    rows = tuple(
        (
            line.name.replace("_", " ") if line.table == "costs" else line.name,
            *(_written(line.values[i], write[0]) for i in values),
            *(_signed(line.differences[i], write[1]) for i in changes),
        )
        for line in lines
    )
    return Section(title, unit, columns, rows)
