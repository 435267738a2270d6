"""The rows that keep feeds within their ratings, and which of them can bind at all."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from gridblock.instances.feeds import Device, Label
from gridblock.instances.instance import Instance
from gridblock.instances.loads import Group, Shares
from gridblock.instances.places import KW_PER_MW
from gridblock.model.additions import Limit
from gridblock.model.exact import exact


class Row(NamedTuple):
    """The load of a feed in one state of the tree, in every period.

    Attributes:
        feed: the feed.
        lost: the device that is lost; None while every device works.
        shares: its load for each kW drawn by the leaf places of each group.
        rating_kw: most that it may carry then, by period, with what lots add.
    """

    feed: Label
    lost: Label | None
    shares: Shares
    rating_kw: tuple[Limit, ...]


class Feeding:
    """What the feeds of an instance let leaf places draw."""

    def __init__(
        self, instance: Instance, added: Mapping[tuple[Label, str], Limit] | None = None
    ) -> None:
        """Work out the tree.

        Args:
            instance: an instance.
            added: what lots add to each rating of a feed, in kW, by feed and period.
        """
        self.instance = instance
        self.loads = instance.loads
        self._added = added or {}

    @cached_property
    def rows(self) -> tuple[Row, ...]:
        """Every row that says more than the row of the same feed intact."""
        return tuple(row for label in self.loads.feeds for row in self._intact(label)) + tuple(
            row for label in self.loads.feeds for row in self._after(label)
        )

    def _intact(self, label: Label) -> Iterator[Row]:
        """Give the row of a feed intact, and that with a lower rating after an unrelated loss."""
        shares, device = self.loads.intact.get(label), self.loads.feeds[label]
        if shares is None:
            return
        yield Row(label, None, shares, self._rating(device, device.mw))
        if _binds_first(device):
            bystander = self.loads.bystander(label)
            if bystander is not None:
                yield Row(label, bystander, shares, self._after_a_loss[label])

    def _after(self, lost: Label) -> Iterator[Row]:
        """Give the rows of the feeds on which the loss of a device puts more."""
        for label, shares in self.loads.after(lost).items():
            device, before = self.loads.feeds[label], self.loads.intact[label]
            more = any(share > before.get(group, 0) for group, share in shares.items())
            if shares and (more or _binds_first(device)):
                yield Row(label, lost, shares, self._after_a_loss[label])

    @cached_property
    def _after_a_loss(self) -> dict[Label, tuple[Limit, ...]]:
        """The rating of each feed after a loss."""
        devices = self.loads.feeds.items()
        return {label: self._rating(device, device.failover_mw) for label, device in devices}

    def _rating(self, device: Device, mw: tuple[float, ...]) -> tuple[Limit, ...]:
        """Give a rating of a feed in kW, by period: as written, and what lots add to it."""
        none = Limit(Fraction(0))
        return tuple(
            replace(self._added.get((device.label, t), none), given=KW_PER_MW * exact(value))
            for t, value in zip(self.instance.horizon.names, mw, strict=True)
        )

    def room_kw(self, path: str, period: int) -> Fraction:
        """Give the most that a leaf place with feeds may draw in a period, if no other draws."""
        return self._rooms[tuple(sorted(self.instance.leaves[path].fed_by))][period]

    @cached_property
    def _rooms(self) -> dict[Group, tuple[Fraction, ...]]:
        rooms: dict[Group, list[list[Fraction]]] = defaultdict(list)
        for row in self.rows:
            lower = _binds_first(self.loads.feeds[row.feed])
            intact = self.loads.intact[row.feed]
            for group, share in row.shares.items():
                # A share that a loss leaves as it was says no more than the row intact.
                if row.lost is None or lower or share != intact.get(group):
                    rooms[group].append([kw.most / share for kw in row.rating_kw])
        return {group: tuple(map(min, zip(*all_, strict=True))) for group, all_ in rooms.items()}

    def binding(self, most_kw: Callable[[str, str], Fraction]) -> Iterator[tuple[Row, str]]:
        """Give the rows that can bind, each with the period.

        A row cannot bind where the most that its leaf places draw keeps it without any lot, or
        where another row has shares at least as large and a rating at most as large, whatever lots
        are ordered.

        Args:
            most_kw: the most that a leaf place can draw in a period.
        """
        for i, t in enumerate(self.instance.horizon.names):
            drawn = {
                group: sum((most_kw(path, t) for path in leaves), Fraction(0))
                for group, leaves in self.loads.groups.items()
            }
            for n, row in enumerate(self.rows):
                most = sum(
                    (share * drawn[group] for group, share in row.shares.items()), Fraction(0)
                )
                if most > row.rating_kw[i].least and not self._dominated(n, i):
                    yield row, t

    def _dominated(self, n: int, period: int) -> bool:
        """Say whether another row implies a row in a period; of two that are equal the first."""
        rating = self.rows[n].rating_kw[period]
        return any(
            other.stays_within(rating) and (larger or m < n or not rating.stays_within(other))
            for m, larger in self._above[n]
            for other in (self.rows[m].rating_kw[period],)
        )

    @cached_property
    def _above(self) -> list[list[tuple[int, bool]]]:
        """The rows with shares at least as large as each row's, and whether any is larger."""
        holding: dict[Group, list[int]] = defaultdict(list)
        for n, row in enumerate(self.rows):
            for group in row.shares:
                holding[group].append(n)
        above: list[list[tuple[int, bool]]] = []
        for n, row in enumerate(self.rows):
            rarest = min(row.shares, key=lambda group: len(holding[group]))
            others = (m for m in holding[rarest] if m != n)
            above.append(
                [
                    (m, self.rows[m].shares != row.shares)
                    for m in others
                    if _at_least(self.rows[m].shares, row.shares)
                ]
            )
        return above


def _at_least(larger: Shares, smaller: Shares) -> bool:
    return all(larger.get(group, 0) >= share for group, share in smaller.items())


def _binds_first(device: Device) -> bool:
    """Say whether the rating after a loss is the lower one in some period."""
    return any(a < b for a, b in zip(device.failover_mw, device.mw, strict=True))
