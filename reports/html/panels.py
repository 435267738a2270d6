"""What is known of a demand that is unmet in a period: how much, where, why, and what is full."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from math import inf
from typing import Any, Final, NamedTuple, Protocol

from gridblock.instances.instance import Instance
from gridblock.instances.network import Tunnel, tunnels_of
from gridblock.instances.schema.demands import Demand
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.reports.sections import Column, Section
from gridblock.reports.tight import FULL, uses_of_all
from gridblock.reports.unmet import DUST, Summary
from gridblock.reports.usage import Use
from gridblock.reports.words import (
    in_percent,
    money,
    number,
    percent,
    plural,
)

MOST_EVIDENCE: Final = 12

Explanations = Mapping[tuple[str, str], "Explained"]
"""Why demands are unmet, by demand and period, where that has been found out."""


class Explained(Protocol):
    """Why a demand is unmet in a period."""

    @property
    def blocker(self) -> str:
        """What stands in the way, in the instance's words."""

    @property
    def evidence(self) -> tuple[str, ...]:
        """What shows that it does, a sentence each."""

    @property
    def next_step(self) -> str:
        """What would help."""


class Explanation(NamedTuple):
    """An explanation as it was saved; see ``Explained``."""

    blocker: str
    evidence: tuple[str, ...] = ()
    next_step: str = ""


def explanations(blockers: Iterable[Mapping[str, Any]]) -> Explanations:
    """Read what ``explain.json`` says of each demand and period.

    Raises:
        KeyError, TypeError: it is of another shape.
    """
    return {
        (str(each["demand"]), str(period)): Explanation(
            str(each["blocker"]), tuple(map(str, each["evidence"])), str(each["next_step"])
        )
        for each in blockers
        for period in each["periods"]
    }


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
    explanation: Explained | None
    full: Section | None
    printed: bool


class Panels:
    """Makes panels; what is known of the whole plan is found once."""

    def __init__(
        self,
        instance: Instance,
        decisions: Decisions,
        account: Account,
        explanations: Explanations,
    ) -> None:
        """Find what is full, and what unmet work is priced at."""
        self.instance, self.account, self.explanations = instance, account, explanations
        self.demands = {demand.name: demand for demand in instance.demands}
        entries = account.ledger.value_by(lambda e: (e.category, e.item, e.period))
        self.price = {key[1:]: float(v) for key, v in entries.items() if key[0] == "unmet"}
        self.served: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        for (name, facility, t), units in account.served.items():
            self.served[name, t][facility] = float(units)
        self.full: dict[str, list[tuple[str, Use]]] = defaultdict(list)
        for at, use in uses_of_all(instance, decisions, account):
            nothing = use.resource == "supply" and not use.limit
            if nothing or use.share >= FULL:
                self.full[use.period].append((at, use))

    def panel(self, name: str, i: int, id_: str, of: Summary) -> Panel:
        """Tell a demand in a period, by position, from what is summed up of it."""
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
        at = self.served[demand.name, t]
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
            return use.place in self._links(demand)
        return True

    def _links(self, demand: Demand) -> set[str]:
        """Give the links on the paths that it could take."""
        if not (demand.gbps_per_unit or demand.interconnect):
            return set()
        if self.instance.network.routing == "any":
            return {link.label for link in self.instance.network.links}
        within = inf if demand.max_ms is None else demand.max_ms
        chosen = set(self.instance.chosen(demand.where))
        ends = {*demand.regions, *(chosen if demand.interconnect else ())}
        return {
            link
            for (start, facility), tunnels in self.tunnels.items()
            if start in ends and facility in chosen
            for tunnel in tunnels
            if tunnel.ms <= within
            for link in tunnel.links
        }

    @cached_property
    def tunnels(self) -> dict[tuple[str, str], tuple[Tunnel, ...]]:
        """The paths between places."""
        return tunnels_of(self.instance)


def _of_one(at: str, uses: Sequence[Use]) -> tuple[str, ...]:
    """Write the limits of one place, link or kind that are full, with the use of the fullest."""
    peak = max(uses, key=lambda use: use.share if use.limit else 2.0)
    names = ", ".join(dict.fromkeys(use.resource for use in uses))
    share = in_percent(peak.share) if peak.limit else ""
    return at, names, number(peak.used, 4), number(peak.limit or 0.0, 4), share
