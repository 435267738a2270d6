"""What stays unmet, cell by cell: a heat map of demands and periods, with a panel for each cell."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.instances.schema.demands import Demand
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.reports.sections import Column, Section
from gridblock.reports.tight import FULL, uses_of_all
from gridblock.reports.unmet import DUST, Summary, lacking, priced_unmet, unmet_summary
from gridblock.reports.usage import Use
from gridblock.reports.words import (
    and_more,
    in_percent,
    money,
    number,
    percent,
    plural,
    scale_for,
    whole_percent,
)

MOST_ROWS: Final = 60
MOST_PANELS: Final = 600
MOST_EVIDENCE: Final = 12

Explanations = Mapping[tuple[str, str], "Explanation"]
"""Why a demand is unmet in a period, where that has been found out."""


class Explanation(NamedTuple):
    """Why a demand is unmet in a period.

    Attributes:
        blocker: what stands in the way, in the instance's words.
        evidence: what shows that it does, a sentence each.
        next_step: what would help, and at what price.
    """

    blocker: str
    evidence: tuple[str, ...] = ()
    next_step: str = ""


class Cell(NamedTuple):
    """A demand in a period; ``panel`` is the id of its panel, or nothing."""

    share: float
    text: str
    panel: str
    says: str


class Line(NamedTuple):
    """A row of the heat map."""

    demand: str
    cells: tuple[Cell, ...]
    all: str
    price: str


class Panel(NamedTuple):
    """What is known of an unmet cell.

    Attributes:
        id: what its cell leads to.
        title: the demand and the period.
        sentences: how much is asked for, served and unmet, and at what price.
        explanation: why, where that has been found out.
        full: the limits that are full then and concern the demand; None where none is.
        printed: whether it is printed: the worst period of its demand.
    """

    id: str
    title: str
    sentences: tuple[str, ...]
    explanation: Explanation | None
    full: Section | None
    printed: bool


class Heatmap(NamedTuple):
    """The heat map, its panels, and what is not in it."""

    periods: tuple[str, ...]
    lines: tuple[Line, ...]
    unit: str
    panels: tuple[Panel, ...]
    note: str


def heatmap(
    instance: Instance, decisions: Decisions, account: Account, explanations: Explanations
) -> Heatmap | None:
    """Give what stays unmet of each demand and when, the dearest first; None if all is met."""
    summary, priced = unmet_summary(instance, account), priced_unmet(account)
    names = sorted(lacking(summary), key=lambda name: -priced.get(name, 0.0))
    if not names:
        return None
    shown = names[:MOST_ROWS]
    maker = _Panels(instance, decisions, account, explanations)
    ids = _ids(instance, summary, shown)
    panels = tuple(maker.panel(name, i, id_, summary[name]) for (name, i), id_ in ids.items())
    met = len(instance.demands) - len(names)
    fully = f"{plural(met, 'other demand')} served in full." if met else ""
    scale = scale_for(max(priced.values(), default=0.0))
    prices = {name: scale.write(priced.get(name, 0.0)) for name in shown}
    return Heatmap(
        periods=instance.horizon.names,
        lines=tuple(_line(instance, name, summary[name], prices[name], ids) for name in shown),
        unit=scale.of(instance.currency),
        panels=panels,
        note=" ".join(filter(None, (fully, and_more(len(names) - len(shown), "unmet")))),
    )


def _ids(
    instance: Instance, summary: Mapping[str, Summary], names: Sequence[str]
) -> dict[tuple[str, int], str]:
    """Name the panels: one for each period in which a demand is unmet, the dearest ones first."""
    cells = [
        (name, i)
        for name in names
        for i in range(len(instance.horizon))
        if summary[name]["unmet"][i] > DUST * summary[name]["amount"][i]
    ]
    numbers = {name: row for row, name in enumerate(names)}
    return {(name, i): f"unmet-{numbers[name]}-{i}" for name, i in cells[:MOST_PANELS]}


def _line(
    instance: Instance, name: str, of: Summary, price: str, ids: Mapping[tuple[str, int], str]
) -> Line:
    def cell(i: int) -> Cell:
        amount, unmet = of["amount"][i], of["unmet"][i]
        if not amount:
            return Cell(0.0, "", "", "nothing is asked for")
        share = unmet / amount if unmet > DUST * amount else 0.0
        says = f"{name}, {instance.horizon.names[i]}: {percent(share)} unmet"
        return Cell(share, whole_percent(share) or "0", ids.get((name, i), ""), says)

    cells = tuple(cell(i) for i in range(len(instance.horizon)))
    return Line(name, cells, in_percent(of["share"]), price)


class _Panels:
    """Makes panels from what is known once of the whole plan."""

    def __init__(
        self,
        instance: Instance,
        decisions: Decisions,
        account: Account,
        explanations: Explanations,
    ) -> None:
        self.instance, self.account, self.explanations = instance, account, explanations
        self.demands = {demand.name: demand for demand in instance.demands}
        entries = account.ledger.value_by(lambda e: (e.category, e.item, e.period))
        self.price = {key[1:]: float(v) for key, v in entries.items() if key[0] == "unmet"}
        self.full: dict[str, list[tuple[str, Use]]] = defaultdict(list)
        for at, use in uses_of_all(instance, decisions, account):
            nothing = use.resource == "supply" and not use.limit
            if nothing or use.share >= FULL:
                self.full[use.period].append((at, use))

    def panel(self, name: str, i: int, id_: str, of: Summary) -> Panel:
        t, demand = self.instance.horizon.names[i], self.demands[name]
        explanation = self.explanations.get((name, t))
        return Panel(
            id=id_,
            title=f"{name}, {t}" if len(self.instance.horizon) > 1 else name,
            sentences=tuple(self._sentences(demand, t, i, of)),
            explanation=explanation,
            full=self._full(demand, t),
            printed=of["unmet"][i] == max(of["unmet"]) and i == of["unmet"].index(of["unmet"][i]),
        )

    def _sentences(self, demand: Demand, t: str, i: int, of: Summary) -> Iterator[str]:
        amount, served, unmet = (of[key][i] for key in ("amount", "served", "unmet"))
        price = money(self.price.get((demand.name, t), 0.0), self.instance.currency)
        asked = f"{number(amount, 4)} {demand.unit}"
        yield (
            f"Asked for {asked}, served {number(served, 4)}, unmet {number(unmet, 4)} "
            f"({percent(unmet / amount)}), priced at {price} in present value."
        )
        yield self._where(demand, t)
        yield self._regions(demand, t)
        yield self._leads(demand, i)

    def _where(self, demand: Demand, t: str) -> str:
        """Say at which facilities it is served, and how many others it may run at."""
        at = {f: n for (d, f, p), n in self.account.served.items() if (d, p) == (demand.name, t)}
        chosen = self.instance.chosen(demand.where)
        parts = [
            f"{f} {number(float(at[f]), 4)}" for f in sorted(at, key=lambda f: -at[f]) if at[f]
        ]
        left = len(set(chosen) - {f for f in at if at[f]})
        elsewhere = f"allowed at {plural(left, 'other facility')}" if left else ""
        if not parts:
            return f"Served nowhere, {elsewhere or 'and allowed nowhere'}."
        return f"Served at {', '.join(parts)}{f'; {elsewhere}' if elsewhere else ''}."

    def _regions(self, demand: Demand, t: str) -> str:
        """Say which regions lack how much, where there are several."""
        if len(demand.regions) == 1:
            return ""
        shares = {
            region: float(self.account.unmet[demand.name, region, t] / amount)
            for region in demand.regions
            if (amount := self.account.amount[demand.name, region, t])
        }
        lack = [f"{region} {percent(share)}" for region, share in shares.items() if share > DUST]
        return f"Unmet by region: {', '.join(lack)}." if lack else ""

    def _leads(self, demand: Demand, i: int) -> str:
        """Say which blocks that it could use cannot arrive by then, ordered however soon."""
        late = [
            f"{name} from {self.instance.horizon.names[block.lead]}"
            if block.lead < len(self.instance.horizon)
            else f"{name} after the horizon"
            for name, block in self.instance.blocks.items()
            if block.cost_once is not None and block.lead > i and self._usable(demand, name)
        ]
        return f"Too early for new blocks: {', '.join(late)}." if late else ""

    def _usable(self, demand: Demand, block: str) -> bool:
        return block in self.instance.blocks and (
            self.instance.blocks[block].accelerator in demand.yields
        )

    def _full(self, demand: Demand, t: str) -> Section | None:
        """Give the limits that are full in a period and concern a demand."""
        found: dict[str, list[Use]] = defaultdict(list)
        for at, use in self.full[t]:
            if self._concerns(demand, use):
                found[at].append(use)
        rows = [_of_one(at, uses) for at, uses in found.items()]
        if not rows:
            return None
        left = len(rows) - MOST_EVIDENCE
        return Section(
            title="Full in this period, and in its way",
            unit=f"limits at {100 * FULL:.0f} % or more",
            columns=(
                Column("at"),
                Column("limit"),
                Column("used", right=True),
                Column("of", right=True),
                Column("", right=True),
            ),
            rows=tuple(rows[:MOST_EVIDENCE]),
            note=f"and {left:,} more" if left > 0 else "",
        )

    def _concerns(self, demand: Demand, use: Use) -> bool:
        """Say whether a limit may be in the way of a demand, by what it is of."""
        places, chosen = self.instance.places, self.instance.chosen(demand.where)
        if use.place in places:
            return places[use.place].facility in chosen
        if use.resource == "supply":
            return self._usable(demand, use.place) or use.place in demand.yields
        if use.resource == "gbps":
            return bool(demand.gbps_per_unit or demand.interconnect)
        return True


def _of_one(at: str, uses: Sequence[Use]) -> tuple[str, ...]:
    """Write the limits of one place, link or kind that are full, with the use of the fullest."""
    peak = max(uses, key=lambda use: use.share if use.limit else 2.0)
    names = ", ".join(dict.fromkeys(use.resource for use in uses))
    share = in_percent(peak.share) if peak.limit else ""
    return at, names, number(peak.used, 4), number(peak.limit or 0.0, 4), share
