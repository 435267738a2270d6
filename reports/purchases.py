"""What to order by when, and what to retire."""

from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.model.plan import Decisions, Standing
from gridblock.reports.sections import Column, Section
from gridblock.reports.words import and_more, scale_for

MOST_ROWS: Final = 12


class Move(NamedTuple):
    """Blocks of one type that come to a facility, or leave it, in one period.

    Attributes:
        decided: the position of the last period in which that can be decided.
        period: the position of the period.
        place: the position of the facility in the instance.
        kind: the position of the block type.
    """

    decided: int
    period: int
    place: int
    kind: int


class _Moves:
    """Moves with what they come to, in the words of an instance."""

    def __init__(self, instance: Instance, decided: Mapping[Standing, int], *, led: bool) -> None:
        self.instance = instance
        self.kinds, self.facilities = list(instance.blocks), list(instance.facilities)
        kinds = {kind: i for i, kind in enumerate(self.kinds)}
        facilities = {name: i for i, name in enumerate(self.facilities)}
        self.counts: Counter[Move] = Counter()
        for (kind, path, t), count in decided.items():
            period, lead = instance.horizon.index[t], instance.blocks[kind].lead if led else 0
            facility = facilities[instance.leaves[path].facility]
            self.counts[Move(period - lead, period, facility, kinds[kind])] += count

    def period(self, position: int) -> str:
        return self.instance.horizon.names[position] if position >= 0 else "past"

    def block(self, move: Move) -> str:
        return self.kinds[move.kind]

    def facility(self, move: Move) -> str:
        return self.facilities[move.place]

    def accelerators(self, move: Move) -> int:
        return self.counts[move] * self.instance.blocks[self.block(move)].accelerators

    def cost(self, move: Move) -> float:
        price = self.instance.blocks[self.block(move)].cost_once or 0.0
        return self.counts[move] * self.instance.over_periods(price)[self.period(move.period)]

    def foremost(self) -> list[Move]:
        """Give the dearest or largest moves, in the order of time."""
        first = sorted(self.counts, key=lambda m: (-self.cost(m), -self.accelerators(m), m))
        return sorted(first[:MOST_ROWS])


def orders(instance: Instance, decisions: Decisions) -> Section | None:
    """Give what to order by when: the dearest orders, in the order of time; None without any."""
    moves = _Moves(instance, decisions.bought, led=True)
    if not moves.counts:
        return None
    cost = {move: moves.cost(move) for move in moves.counts}
    scale = scale_for(sum(cost.values()))
    shown = moves.foremost()
    rows = tuple(
        (
            moves.period(move.decided),
            moves.period(move.period),
            f"{moves.counts[move]:,}",
            moves.block(move),
            moves.facility(move),
            f"{moves.accelerators(move):,}",
            scale.write(cost[move]),
        )
        for move in shown
    )
    blocks, chips = moves.counts.total(), sum(map(moves.accelerators, cost))
    all_of_it = ("all", "", f"{blocks:,}", "", "", f"{chips:,}", scale.write(sum(cost.values())))
    return Section(
        title="Orders",
        unit=f"cost when they enter service, in {scale.of(instance.currency)}",
        columns=(
            Column("order by", brief="order\nby"),
            Column("in service", brief="in\nservice"),
            Column("blocks", right=True),
            Column("block type"),
            Column("facility"),
            Column("accelerators", right=True),
            Column("cost", right=True),
        ),
        rows=rows,
        totals=(all_of_it,) if len(cost) > 1 else (),
        note=and_more(len(cost) - len(shown), "fleet"),
    )


def retirements(instance: Instance, decisions: Decisions) -> Section | None:
    """Give what to retire when; None where nothing is."""
    moves = _Moves(instance, decisions.retired, led=False)
    if not moves.counts:
        return None
    shown = moves.foremost()
    return Section(
        title="Retire",
        unit="gone from that period on",
        columns=(
            Column("period"),
            Column("blocks", right=True),
            Column("block type"),
            Column("facility"),
            Column("accelerators", right=True),
        ),
        rows=tuple(
            (
                moves.period(move.period),
                f"{moves.counts[move]:,}",
                moves.block(move),
                moves.facility(move),
                f"{moves.accelerators(move):,}",
            )
            for move in shown
        ),
        note=and_more(len(moves.counts) - len(shown), "fleet"),
    )
