"""Cost against unmet work: a row a plan, from the least unmet on."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from gridblock.instances.instance import Instance
from gridblock.model.plan import PlanData
from gridblock.reports.headline import STOPS, none_found
from gridblock.reports.sections import Bar, Column, Document, Row, Section, first_to_last
from gridblock.reports.words import ALIKE, gap_percent, money, number, percent, plural, scale_for
from gridblock.solvers.outcome import Stop
from gridblock.solvers.points import Front, Point, trade

if TYPE_CHECKING:
    import pandas as pd

COLUMNS: Final = ("point", "share_unmet", "unmet", "cost", "least_cost", "gap", "next_at", "given")
WHAT: Final = {"share": "unit-hours", "price": "unmet work at its price"}


def rows(front: Front) -> list[tuple[Any, ...]]:
    """Give the points as plain rows; ``next_at`` is what one less unmet costs from there on.

    It is the slope to the next point, which leaves more unmet: nothing for the last one.
    """
    return [
        (i, p.share, p.unmet, p.cost, p.least, p.gap, slope, p.given)
        for i, (p, slope) in enumerate(zip(front.points, trade(front.points), strict=True), 1)
    ]


def table(front: Front) -> "pd.DataFrame":
    """Give the points as a table."""
    import pandas as pd

    return pd.DataFrame(rows(front), columns=list(COLUMNS))


def document(instance: Instance, front: Front) -> Document:
    """Tell a front: what the ends cost, and every point between them."""
    return Document(
        title=instance.name,
        subtitle=f"cost against unmet work, {first_to_last(instance.horizon)}",
        sentences=tuple(
            filter(None, (_ends(instance, front), _proof(front), _weighed(front), _tiers(instance)))
        ),
        sections=(_section(instance, front),) if front.points else (),
    )


def _ends(instance: Instance, front: Front) -> str:
    if not front.points:
        if front.infeasible:
            return "No plan can exist; `gridblock explain` names the rules that conflict."
        return none_found(front.stop)
    first, last = front.points[0], front.points[-1]
    least, most = (money(p.cost, instance.currency) for p in (first, last))
    if first is last:
        ends = f"{percent(first.share)} unmet for {least}."
        if front.stop is Stop.FINISHED:
            return f"One plan is the best in both: {ends}"
        return f"One plan was found: {ends} {_ended(front)}"
    ends = f"From {percent(first.share)} unmet for {least} to {percent(last.share)} for {most}."
    if front.stop is not Stop.FINISHED:
        return f"{ends} {_ended(front)}"
    return f"{ends} No plan is cheaper than one of these and leaves less unmet, within the gap."


def _ended(front: Front) -> str:
    """Say why the search ended before its end, and what may be missing."""
    return f"{STOPS.get(front.stop, 'The search ended')}: others may cost less or leave less unmet."


def _proof(front: Front) -> str:
    gaps = [point.gap for point in front.points]
    if not gaps or any(gap is None for gap in gaps):
        return ""
    count = plural(len(gaps), "plan")
    each = "each " if len(gaps) > 1 else ""
    return f"{count}, {each}proven within {gap_percent(max(filter(None, gaps), default=0.0))}."


def _weighed(front: Front) -> str:
    if front.measure == "share" or not front.points:
        return ""
    return "Unmet work is weighed by its price, so that demands of several units add up."


def _tiers(instance: Instance) -> str:
    return ALIKE if instance.tiered else ""


def _section(instance: Instance, front: Front) -> Section:
    """Tell the points of a front, from the least unmet on, with a bar for the cost."""
    scale = scale_for(max(abs(point.cost) for point in front.points))
    low = min(0.0, *(point.cost for point in front.points))
    width = max(point.cost for point in front.points) - low or 1.0

    def row(cells: tuple[Any, ...]) -> Row:
        _, share, _, cost, _, gap, slope, given = cells
        return (
            percent(share),
            scale.write(cost),
            "" if gap is None else gap_percent(gap),
            "" if slope is None else number(slope),
            Bar((cost - low) / width),
            "at the prices given" if given else "",
        )

    return Section(
        title="The front",
        unit=f"cost but for unmet work, present value, {scale.of(instance.currency)}",
        columns=(
            Column("unmet"),
            Column("cost", right=True),
            Column("gap", right=True),
            Column("one less costs", right=True),
            Column("", width=14),
            Column(""),
        ),
        rows=tuple(map(row, rows(front))),
        note=f"One less costs: the slope to the next row, for each of {WHAT[front.measure]}.",
    )


def as_json(instance: Instance, front: Front) -> dict[str, Any]:
    """Give a front as plain data."""
    return {
        "format_version": 1,
        "instance": instance.name,
        "instance_hash": instance.hash,
        "currency": instance.currency,
        "measure": front.measure,
        "stop": str(front.stop),
        "infeasible": front.infeasible,
        "points": [dict(zip(COLUMNS, row, strict=True)) for row in rows(front)],
    }


def restored(data: Mapping[str, Any], plans: Sequence[PlanData]) -> Front:
    """Give a front back of its plain data.

    Args:
        data: what ``as_json`` gave.
        plans: the plan of each point.

    Raises:
        KeyError, TypeError, ValueError: the data is none.
    """
    points = tuple(
        Point(
            plan,
            float(of["cost"]),
            None if of["least_cost"] is None else float(of["least_cost"]),
            float(of["unmet"]),
            float(of["share_unmet"]),
            bool(of["given"]),
        )
        for plan, of in zip(plans, data["points"], strict=True)
    )
    return Front(str(data["measure"]), points, Stop(data["stop"]), bool(data["infeasible"]))
