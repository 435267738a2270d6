"""The price sheet: what a little more is worth at the margin, and what a whole step is worth."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.instance import Instance
from gridblock.model.account import account
from gridblock.model.plan import PlanData
from gridblock.reports.limits import unit_of
from gridblock.reports.sections import Column, Document, Row, Section, first_to_last
from gridblock.reports.steps import steps
from gridblock.reports.words import number, plural, scale_for
from gridblock.solvers.marginals import Marginal
from gridblock.solvers.outcome import Settings
from gridblock.solvers.prices import Prices, Worth
from gridblock.solvers.session import Session

if TYPE_CHECKING:
    import pandas as pd

MARGINALS: Final = ("what", "name", "at", "period", "unit", "saves", "less", "more")
STEPS: Final = ("name", "step", "relaxed", "found", "most", "status")
MOST_ROWS: Final = 12
MOST_STEPS: Final = 24
"""So many steps are tried with whole numbers relaxed, the fullest limits first."""
ANEW: Final = 5
"""So many of them, the dearest first, are planned anew."""


@dataclass(frozen=True)
class Sheet:
    """Prices around a plan.

    Attributes:
        marginals: what one unit more saves, whole numbers as in the plan.
        worths: what whole steps are worth, the dearest first.
    """

    marginals: tuple[Marginal, ...]
    worths: tuple[Worth, ...]

    @property
    def stopped(self) -> int:
        """How many steps a limit has left without an answer, or with an open gap."""
        return sum(worth.stopped for worth in self.worths)


def sheet(
    instance: Instance,
    plan: PlanData,
    settings: Settings,
    session: Session,
    *,
    anew: int = ANEW,
    on_step: Callable[[int, int], None] | None = None,
) -> Sheet:
    """Draw up the price sheet of a plan.

    Args:
        instance: what is given.
        plan: a plan of it.
        settings: how to solve; the gap is that of planning anew.
        session: the solver's process.
        anew: how many steps are planned anew, the dearest first.
        on_step: called before each step with its number and how many there are.

    Raises:
        ValueError: the plan has no decisions.
        SolverError: they are not a point of the model.
    """
    prices = Prices(instance, plan, settings, session)
    marginals = prices.marginals()
    books = account(instance, plan.decisions)  # type: ignore[arg-type]
    tried = steps(instance, plan.decisions, books)[:MOST_STEPS]  # type: ignore[arg-type]
    total, done = len(tried) + min(anew, len(tried)), 0

    def worth(step: Any, *, again: bool) -> Worth:
        nonlocal done
        done += 1
        if on_step is not None:
            on_step(done, total)
        return prices.worth(step, anew=again)

    relaxed = [worth(step, again=False) for step in tried]
    relaxed.sort(key=lambda one: -(one.relaxed or 0.0))
    resolved = [worth(one.step, again=True) for one in relaxed[:anew]]
    return Sheet(marginals, (*resolved, *relaxed[len(resolved) :]))


def marginal_rows(instance: Instance, found: Sequence[Marginal]) -> list[tuple[Any, ...]]:
    """Give the marginal values as plain rows."""
    limits = {limit.name: limit for limit in instance.limits}
    units = {demand.name: demand.unit for demand in instance.demands}
    rows = []
    for one in found:
        name, *rest, period = (*one.key[:-1], one.key[-1])
        unit = "Gbps"
        if one.what == "demand":
            unit = units[name]
        elif one.what == "block":
            unit = "blocks"
        elif one.what == "limit":
            unit = unit_of(instance, limits[name])
        at = " ".join(map(str, rest))
        rows.append((one.what, name, at, period, unit, one.saves, one.less, one.more))
    return rows


def marginals_table(instance: Instance, found: Sheet) -> "pd.DataFrame":
    """Give the marginal values as a table."""
    import pandas as pd

    return pd.DataFrame(marginal_rows(instance, found.marginals), columns=list(MARGINALS))


def steps_table(found: Sheet) -> "pd.DataFrame":
    """Give what steps are worth as a table."""
    import pandas as pd

    return pd.DataFrame([(w.step.name, w.step.amount, *w[1:]) for w in found.worths], columns=STEPS)


def document(instance: Instance, found: Sheet) -> Document:
    """Tell the price sheet."""
    sections = (_steps(instance, found), _marginals(instance, found))
    return Document(
        title=instance.name,
        subtitle=f"price sheet, {first_to_last(instance.horizon)}",
        sentences=(_headline(found),),
        sections=tuple(section for section in sections if section is not None),
    )


def _headline(found: Sheet) -> str:
    if not found.worths:
        return "No limit is full: a little more of any is worth nothing."
    return f"{plural(len(found.worths), 'limit')} full somewhere, tried one at a time."


def _steps(instance: Instance, found: Sheet) -> Section | None:
    """Tell what whole steps are worth: relaxed, found, and at most."""
    if not found.worths:
        return None
    known = [v for w in found.worths for v in (w.relaxed, w.found, w.most) if v is not None]
    scale = scale_for(max(known, default=0.0))

    def write(value: float | None) -> str:
        return "" if value is None else scale.write(value)

    def planned(worth: Worth) -> str:
        return write(worth.found) or (worth.status or "").replace("_", " ")

    return Section(
        title="A step more, in all periods",
        unit=f"saved, present value, {scale.of(instance.currency)}",
        columns=(
            Column("of"),
            Column("step"),
            Column("relaxed", right=True),
            Column("found", right=True),
            Column("at most", right=True),
        ),
        rows=tuple(
            (w.step.name, w.step.amount, write(w.relaxed), planned(w), write(w.most))
            for w in found.worths[:MOST_ROWS]
        ),
        note=(
            "Relaxed: blocks need not be whole, sites and chips stay as chosen. Found: planned "
            "anew; no plan saves more than the last number."
        ),
    )


def _marginals(instance: Instance, found: Sheet) -> Section | None:
    """Tell marginal values: a row for each thing and its unit, over the periods."""
    rows = marginal_rows(instance, found.marginals)
    if not rows:
        return None
    groups: dict[tuple[str, str, str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for what, name, at, period, unit, *figures in rows:
        groups[what, name, at, unit].append((period, *figures))
    ranked = sorted(groups.items(), key=lambda item: -max(abs(row[1]) for row in item[1]))

    def row(key: tuple[str, str, str, str], members: list[tuple[Any, ...]]) -> Row:
        what, name, at, unit = key
        period, saves, less, more = max(members, key=lambda member: abs(member[1]))
        where = f"{what} {name}" + (f" {at}" if at else "")
        return where, unit, period, number(saves), _range(less, more)

    return Section(
        title="One unit more or less, blocks kept",
        unit=f"saved, {instance.currency}; demand and floors cost",
        columns=(
            Column("of"),
            Column("unit"),
            Column("dearest in"),
            Column("a unit", right=True),
            Column("holds for", right=True),
        ),
        rows=tuple(row(key, members) for key, members in ranked[:MOST_ROWS]),
        note=(
            "Whole numbers stay as they are. Holds for: by how much less and more; a value that "
            "holds for +0 is that of one less. What holds for neither has no price, nor has a "
            "demand of which a floor or a share is full."
        ),
    )


def _range(less: float, more: float) -> str:
    low = f"-{number(less)}" if isfinite(less) else "-any"
    high = f"+{number(more)}" if isfinite(more) else "+any"
    return f"{low} {high}"


def as_json(instance: Instance, found: Sheet | None) -> dict[str, Any]:
    """Give the price sheet as plain data; an endless range is None, and all without a plan."""

    def plain(value: Any) -> Any:
        return None if isinstance(value, float) and not isfinite(value) else value

    known: dict[str, Any] = {"marginals": None, "steps": None}
    if found is not None:
        rows = marginal_rows(instance, found.marginals)
        worths = ((w.step.name, w.step.amount, *w[1:]) for w in found.worths)
        known = {
            "marginals": [dict(zip(MARGINALS, map(plain, row), strict=True)) for row in rows],
            "steps": [dict(zip(STEPS, row, strict=True)) for row in worths],
        }
    return {
        "format_version": 1,
        "instance": instance.name,
        "instance_hash": instance.hash,
        "currency": instance.currency,
        **known,
    }
