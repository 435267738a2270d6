"""What each feed carries of what each place draws: intact, and after the loss of any one device."""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property

import networkx as nx

from gridblock.instances.feeds import Device, Label, way_up
from gridblock.instances.places import Place
from gridblock.instances.schema.facilities import Facility

Group = tuple[Label, ...]
"""The feeds that leaf places share, by which all of these places draw alike."""
Shares = Mapping[Group, Fraction]
"""Load of a feed in kW for each kW that the leaf places of a group draw."""


class Loads:
    """The tree of feeds, and the share of each draw that each of them carries.

    Args:
        feeds: every feed of an instance.
        facilities: its facilities, which have a PUE.
        leaves: its leaf places, fed or not.
    """

    def __init__(
        self,
        feeds: Mapping[Label, Device],
        facilities: Mapping[str, Facility],
        leaves: Mapping[str, Place],
    ) -> None:
        """Draw the tree, from each feed to those that draw from it."""
        self.feeds = feeds
        self._order = {label: i for i, label in enumerate(self.feeds)}
        self._pue = {name: Fraction(repr(float(site.pue))) for name, site in facilities.items()}
        self._tree = nx.DiGraph()
        self._tree.add_nodes_from(self.feeds)
        self._tree.add_edges_from(
            (device.parent, label) for label, device in self.feeds.items() if device.parent
        )
        groups: dict[Group, list[str]] = defaultdict(list)
        for path, leaf in leaves.items():
            if leaf.fed_by:
                groups[tuple(sorted(leaf.fed_by))].append(path)
        self.groups = {group: tuple(leaves) for group, leaves in groups.items()}
        """The leaf places of each group."""
        self._after: dict[Label, dict[Label, Shares]] = {}

    @cached_property
    def intact(self) -> dict[Label, Shares]:
        """The shares of each feed while every device works."""
        return self._shares(self.groups, frozenset())

    def dead(self, lost: Label) -> frozenset[Label]:
        """Give a device with all that it feeds."""
        return frozenset({lost, *nx.descendants(self._tree, lost)})

    def after(self, lost: Label) -> dict[Label, Shares]:
        """Give the shares of the living feeds that the loss of a device changes, by feed."""
        if lost not in self._after:
            self._after[lost] = self._changed(lost)
        return self._after[lost]

    def _changed(self, lost: Label) -> dict[Label, Shares]:
        dead = self.dead(lost)
        taken = sorted(dead, key=self._order.__getitem__)
        groups = list(dict.fromkeys(g for label in taken for g in self._drawing[label]))
        moved = self._shares(groups, dead)
        feeds = (step for group in groups for label in group for step in way_up(label, self.feeds))
        shares: dict[Label, Shares] = {}
        for feed in dict.fromkeys(feeds):
            if feed not in dead:
                now, before = moved.get(feed, {}), self.intact[feed]
                if any(now.get(group) != before.get(group) for group in groups):
                    kept = {g: share for g, share in before.items() if g not in groups}
                    shares[feed] = {**kept, **now}
        return shares

    @cached_property
    def _drawing(self) -> dict[Label, list[Group]]:
        """The groups that draw from each feed at once."""
        drawing: dict[Label, list[Group]] = {label: [] for label in self.feeds}
        for group in self.groups:
            for label in group:
                drawing[label].append(group)
        return drawing

    def _shares(
        self, groups: Mapping[Group, object] | list[Group], dead: frozenset[Label]
    ) -> dict[Label, Shares]:
        """Share the draw of each group by its living feeds, and carry it up the tree.

        A load includes PUE from the first feed on, on the way up, that says so.
        """
        shares: dict[Label, dict[Group, Fraction]] = defaultdict(dict)
        for group in groups:
            alive = [label for label in group if label not in dead]
            for label in alive:
                part = Fraction(1, len(alive))
                factor = Fraction(1)
                for step in way_up(label, self.feeds):
                    device = self.feeds[step]
                    factor = self._pue[device.facility] if device.pue else factor
                    shares[step][group] = shares[step].get(group, Fraction(0)) + part * factor
        return dict(shares)

    def bystander(self, feed: Label) -> Label | None:
        """Give a device whose loss leaves a feed alive and with the load that it has intact."""
        facility = self.feeds[feed].facility
        above = way_up(feed, self.feeds)
        return next(
            (
                label
                for label, device in self.feeds.items()
                if device.facility == facility
                and label not in above
                and feed not in self.after(label)
            ),
            None,
        )
