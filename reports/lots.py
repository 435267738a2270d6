"""Options in reports: what to order by when, and what that comes to."""

from collections import defaultdict
from collections.abc import Iterator
from math import nan
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.instances.schema.options import Option
from gridblock.model.account import Account
from gridblock.model.lots import Lots
from gridblock.model.option_costs import payments
from gridblock.model.plan import Decisions
from gridblock.model.quantities import ZERO
from gridblock.reports.sections import Column, Row, Section
from gridblock.reports.words import and_more, scale_for

MOST_ROWS: Final = 12
COLUMNS: Final = (
    *("option", "kind", "period", "ordered", "entering_service", "in_effect", "ramp_share"),
    *("order_by", "due_once", "paid", "committed_after", "currency"),
)
ONCE: Final = "start"
"""When in a period one-off costs are due."""


def rows(instance: Instance, decisions: Decisions, account: Account) -> Iterator[tuple[Any, ...]]:
    """Give each option in each period: lots ordered, entering service and in effect, and money.

    ``ramp_share`` is the average over the lots in effect; ``order_by`` the last period in which a
    lot can be ordered to be in effect; ``due_once`` what falls due of cost_once; ``paid`` all that
    is paid for the option, less credits; ``committed_after`` what is due after the horizon, in the
    row of the last period.
    """
    names = instance.horizon.names
    paid = account.ledger.paid_by(lambda entry: (entry.option, entry.period))
    due = account.ledger.paid_by(lambda entry: (entry.option, entry.period, entry.due))
    ordered = {tuple(key): count for key, count in decisions.ordered.items()}
    for option in instance.options:
        lots = [of for of in account.lots if of.option.name == option.name]
        for i, t in enumerate(names):
            held = account.in_effect.get((option.name, t), 0)
            share = sum((of.count * of.share(i) for of in lots), ZERO)
            after = account.committed_after.get(option.name, ZERO) if t == names[-1] else ZERO
            yield (
                option.name,
                option.kind,
                t,
                ordered.get((option.name, t), 0),
                sum(of.count for of in lots if of.service == i),
                held,
                float(share / held) if held else nan,
                order_by(instance, option, i),
                float(due.get((option.name, t, ONCE), 0)),
                float(paid.get((option.name, t), 0)),
                float(after),
                instance.currency,
            )


def order_by(instance: Instance, option: Option, period: int) -> str | None:
    """Give the last period in which a lot can be ordered to be in effect in a period."""
    names, index, window = instance.horizon.names, instance.horizon.index, option.order
    first = 0 if window.earliest is None else index[window.earliest]
    latest = len(names) - 1 if window.latest is None else index[window.latest]
    last = min(period - option.lead, latest)
    ended = option.term is not None and last + option.lead + option.term <= period
    return names[last] if last >= first and not ended else None


def orders(instance: Instance, account: Account) -> Section | None:
    """Give the lots to order by when, the dearest, and those signed; None without any."""
    lots = [(of, *_due(instance, of)) for of in account.lots if _shows(instance, of)]
    if not lots:
        return None
    once, hourly = sum(each[1] for each in lots), sum(each[2] for each in lots)
    scale = scale_for(max(once, hourly))
    dearest = sorted(lots, key=lambda of: (of[0].signed, -of[1] - of[2], of[0].order))[:MOST_ROWS]
    foremost = sorted(dearest, key=lambda of: (of[0].order, of[0].service))

    def amounts(*due: float) -> Row:
        shown = (each for each, total in zip(due, (once, hourly), strict=True) if total)
        return tuple(scale.write(each) if each else "" for each in shown)

    def row(of: Lots, *due: float) -> Row:
        by = "signed" if of.signed else instance.horizon.names[of.order]
        service = instance.horizon.names[of.service] if of.service >= 0 else "before"
        return by, service, f"{of.count:,}", of.option.name, of.option.kind or "", *amounts(*due)

    cost = once or hourly
    headings = [Column("once", right=True)] if once else []
    headings += [Column("committed", right=True)] if hourly else []
    return Section(
        title="Options",
        unit=f"due for them up to the end, in {scale.of(instance.currency)}"
        if cost
        else "lots to order",
        columns=(
            Column("order by", brief="order\nby"),
            Column("in service", brief="in\nservice"),
            Column("lots", right=True),
            Column("option"),
            Column("kind"),
            *headings,
        ),
        rows=tuple(row(*of) for of in foremost),
        totals=(("all", "", "", "", "", *amounts(once, hourly)),) if cost and len(lots) > 1 else (),
        note=and_more(len(lots) - len(foremost), "options"),
    )


def _due(instance: Instance, lots: Lots) -> tuple[float, float]:
    """Give what is due for some lots: once, whenever that is, and in any case up to the end."""
    option, hours = lots.option, instance.horizon.hours
    keep = list(instance.over_periods(option.cost_per_period).values())
    usage = option.usage
    price = [0.0] if usage is None else list(instance.over_periods(usage.per_block_hour).values())
    share = 0.0 if usage is None else usage.committed_share
    committed = 0.0
    for i in range(len(hours)):
        committed += lots.count * float(lots.share(i)) * keep[i]
        if share:
            blocks = sum(lots.blocks(part, i) for part in option.leases)
            committed += blocks * share * price[i] * hours[i]
    return _once(instance, lots), committed


def _once(instance: Instance, lots: Lots) -> float:
    """Give all that is paid once for some lots, whenever it is due."""
    return float(sum((amount for _, amount in payments(instance, lots)), ZERO))


def _shows(instance: Instance, lots: Lots) -> bool:
    """Say whether lots are ordered, or signed and not over before the horizon."""
    return not lots.signed or any(lots.in_effect(i) for i in range(len(instance.horizon)))


def costs(instance: Instance, account: Account) -> Section | None:
    """Give what each option comes to over the horizon and after it; None where all is paid once."""
    sums: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for entry in account.ledger.entries:
        if entry.option is not None:
            sums[entry.option][_sort(entry.category, entry.due)] += float(entry.amount)
    for name, amount in account.committed_after.items():
        sums[name]["later"] += float(amount)
    shown = [option.name for option in instance.options if sums[option.name].keys() - {"once"}]
    if not shown:
        return None
    largest = max(abs(amount) for name in shown for amount in sums[name].values())
    scale = scale_for(largest)
    sorts = [sort for sort in SORTS if any(sums[name][sort] for name in shown)]

    def row(name: str) -> Row:
        amounts = (sums[name][sort] for sort in sorts)
        return name, *(scale.write(amount) if amount else "" for amount in amounts)

    return Section(
        title="Cost of options",
        unit=f"when it is paid, not discounted, in {scale.of(instance.currency)}",
        columns=(Column("option"), *(Column(SORTS[sort], right=True) for sort in sorts)),
        rows=tuple(map(row, shown[:MOST_ROWS])),
        note=and_more(len(shown) - MOST_ROWS, "options"),
    )


SORTS: Final = {
    "once": "once",
    "kept": "per period",
    "used": "by the hour",
    "energy": "energy",
    "credit": "credit",
    "later": "after the end",
}
"""What is paid for an option, and the heading of its column."""


def _sort(category: str, due: str) -> str:
    """Name the sort of a cost of an option."""
    if category == "options":
        return "once" if due == ONCE else "kept"
    return {"usage": "used", "end_credit": "credit"}.get(category, "energy")
