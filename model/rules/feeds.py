"""Feeds: no power device carries more than its rating, intact or with any one device lost.

The tree is read from the fields as written, and each load is the sum of what draws from a device.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Final, NamedTuple

from gridblock.instances.schema.facilities import Feed
from gridblock.model.quantities import ZERO, by_period, decimal
from gridblock.model.rules.books import Books, Row, Rows, against

KW_PER_MW: Final = 1000
Name = tuple[str, str]
"""The path of the place that a feed belongs to, and its name there."""


class Load(NamedTuple):
    """What a feed carries in kW: what PUE has not been added to yet, and what it has."""

    plain: Fraction
    full: Fraction

    @property
    def kw(self) -> Fraction:
        """All of it."""
        return self.plain + self.full if self.full else self.plain


@dataclass(frozen=True, eq=False)
class Site:
    """The feeds of one facility and what draws from them."""

    books: Books
    facility: str

    @cached_property
    def feeds(self) -> dict[Name, Feed]:
        """Every feed of the facility and of each copy of its zones."""
        return {
            (path, name): feed
            for path, facility in self.books.facility_of.items()
            if facility == self.facility
            for name, feed in self.books.written[path].feeds.items()
        }

    def _named(self, name: str, place: str) -> Name:
        """Find the nearest feed of a name: at a place, else at the places around it."""
        around = self.books.instance.places[place].above
        return next((path, name) for path in around if name in self.books.written[path].feeds)

    @cached_property
    def children(self) -> dict[Name, list[Name]]:
        """The feeds that draw from each feed."""
        below: dict[Name, list[Name]] = {feed: [] for feed in self.feeds}
        for (path, name), feed in self.feeds.items():
            if feed.parent is not None:
                below[self._named(feed.parent, path)].append((path, name))
        return below

    @cached_property
    def leaves(self) -> dict[str, tuple[Name, ...]]:
        """The feeds of each leaf place that has some: its own, else those of a place around it."""
        fed = {}
        for path, leaf in self.books.instance.leaves.items():
            if leaf.facility == self.facility:
                for place in leaf.above:
                    names = self.books.written[place].fed_by
                    if names:
                        fed[path] = tuple(self._named(name, place) for name in names)
                        break
        return fed

    def ratings_kw(self, field: str) -> dict[Name, dict[str, Fraction]]:
        """Give the ``mw`` or ``failover_mw`` of every feed in kW with what lots add, by period."""
        added = self.books.added_to_feeds
        return {
            feed: {t: kw + KW_PER_MW * added.get((feed, t), ZERO) for t, kw in rating.items()}
            for feed, rating in self.written_kw(field).items()
        }

    def written_kw(self, field: str) -> dict[Name, dict[str, Fraction]]:
        """Give the ``mw`` or ``failover_mw`` of every feed in kW as written, by period."""
        found = {}
        for name, feed in self.feeds.items():
            said = getattr(feed, field)
            rating = by_period(self.books.instance, feed.mw if said is None else said)
            found[name] = {t: KW_PER_MW * mw for t, mw in rating.items()}
        return found

    def below(self, feed: Name) -> frozenset[Name]:
        """Give a feed with everything that draws from it."""
        if feed not in self._below:
            inner = (self.below(child) for child in self.children[feed])
            self._below[feed] = frozenset({feed}).union(*inner)
        return self._below[feed]

    @cached_property
    def _below(self) -> dict[Name, frozenset[Name]]:
        return {}

    @cached_property
    def drawn(self) -> dict[str, dict[tuple[Name, ...], Fraction]]:
        """The kW that all leaf places on the same feeds draw, by period and those feeds."""
        sums: dict[str, dict[tuple[Name, ...], Fraction]] = defaultdict(dict)
        for path, feeds in self.leaves.items():
            for t in self.books.instance.horizon.names:
                kw = self.books.drawn.get((path, "power_kw", t), ZERO)
                if kw:
                    sums[t][feeds] = sums[t].get(feeds, ZERO) + kw
        return sums

    @cached_property
    def intact(self) -> dict[str, dict[Name, Load]]:
        """The load of every feed while every device works, by period."""
        whole = frozenset[Name]()
        return {t: self._loads(self.feeds, whole, t, {}) for t in self.books.instance.horizon.names}

    def after(self, lost: Name) -> Iterator[tuple[str, dict[Name, Load]]]:
        """Give the load of every living feed after the loss of one with all below it, by period.

        What changes is what the places on dead feeds draw from, and all above that.
        """
        dead = self.below(lost)
        hit = {feed for feeds in self.leaves.values() if dead & {*feeds} for feed in feeds}
        changed = {feed for feed in self.feeds if not hit.isdisjoint(self.below(feed))}
        for t, before in self.intact.items():
            living = {feed: load for feed, load in before.items() if feed not in dead}
            yield t, living | self._loads(changed - dead, dead, t, living)

    def _loads(
        self, feeds: Iterable[Name], dead: frozenset[Name], period: str, known: dict[Name, Load]
    ) -> dict[Name, Load]:
        """Sum up the load of some feeds, from what draws on each and on those below it."""
        own = self._own(dead, period)
        found: dict[Name, Load] = {}
        wanted = frozenset(feeds)
        pue = decimal(self.books.instance.facilities[self.facility].pue)

        def load(feed: Name) -> Load:
            if feed not in wanted:
                return known[feed]
            if feed not in found:
                below = [load(child) for child in self.children[feed] if child not in dead]
                plain = own.get(feed, ZERO) + sum((one.plain for one in below), ZERO)
                full = sum((one.full for one in below), ZERO)
                with_pue = self.feeds[feed].pue
                found[feed] = Load(ZERO, full + plain * pue) if with_pue else Load(plain, full)
            return found[feed]

        return {feed: load(feed) for feed in feeds}

    def _own(self, dead: frozenset[Name], period: str) -> dict[Name, Fraction]:
        """Share what places draw by the feeds that live, in kW."""
        own: dict[Name, Fraction] = defaultdict(Fraction)
        for feeds, kw in self.drawn[period].items():
            alive = [feed for feed in feeds if feed not in dead]
            for feed in alive:
                own[feed] += kw / len(alive)
        return own


def _sites(books: Books) -> Iterator[Site]:
    sites = (Site(books, facility) for facility in books.instance.facilities)
    return (site for site in sites if site.feeds)


def feeds_carry_within_rating(books: Books) -> Rows:
    """Keep the load of each feed within ``mw`` while every device works."""
    for site in _sites(books):
        most = site.ratings_kw("mw")
        for t, loads in site.intact.items():
            for feed, load in loads.items():
                yield _row(feed, load, most[feed][t], f"in {t}")


def feeds_carry_within_failover_rating(books: Books) -> Rows:
    """Keep every other load within ``failover_mw`` after the loss of a device and all it feeds."""
    for site in _sites(books):
        most = site.ratings_kw("failover_mw")
        for lost in site.feeds:
            for t, loads in site.after(lost):
                when = f"after losing {lost[1]} at {lost[0]} in {t}"
                for feed, load in loads.items():
                    yield _row(feed, load, most[feed][t], when)


def _row(feed: Name, load: Load, most_kw: Fraction, when: str) -> Row:
    kw = load.kw
    if kw <= most_kw:
        return None
    has, may = against(kw / KW_PER_MW, most_kw / KW_PER_MW)
    return f"feed {feed[1]} at {feed[0]} {when}", f"{has} MW carried, {may} MW allowed"


def places_where_a_rating_falls(books: Books) -> frozenset[str]:
    """Give the leaf places with power through a feed of which a rating as written ever falls."""
    found = set()
    for site in _sites(books):
        falling = {
            feed
            for field in ("mw", "failover_mw")
            for feed, rating in site.written_kw(field).items()
            if any(after < before for before, after in pairwise(rating.values()))
        }
        affected = frozenset[Name]().union(*(site.below(feed) for feed in falling))
        found |= {path for path, feeds in site.leaves.items() if affected & {*feeds}}
    return frozenset(found)
