"""Checks of feeds: names that must be near, a tree without cycles, ratings that fit."""

from collections.abc import Mapping
from typing import Final

from gridblock.instances.checks.common import Faults, Path, series_fits
from gridblock.instances.faults import did_you_mean
from gridblock.instances.schema.facilities import Site
from gridblock.instances.schema.fields import Fields

MOST_DEEP: Final = 100
Scope = Mapping[str, Path]
"""Where the feed of each name that a place can name is written."""


def faults(given: Fields) -> Faults:
    """Check the feeds of every facility and its zones."""
    for name, facility in given.facilities.items():
        parents: dict[Path, Path] = {}
        yield from _site(given, ("facilities", name), facility, {}, parents)
        yield from _ways(parents)


def _site(
    given: Fields, here: Path, site: Site, around: Scope, parents: dict[Path, Path]
) -> Faults:
    """Check the feeds of a facility or zone and of all zones in it; note whose parent each is."""
    scope = {**around, **{name: (*here, "feeds", name) for name in site.feeds}}
    for name, feed in site.feeds.items():
        path = scope[name]
        yield from series_fits(given, (*path, "mw"), feed.mw)
        yield from series_fits(given, (*path, "failover_mw"), feed.failover_mw)
        if feed.parent is not None:
            yield from _near(feed.parent, scope, (*path, "parent"))
            if feed.parent in scope:
                parents[path] = scope[feed.parent]
    for i, name in enumerate(site.fed_by):
        yield from _near(name, scope, (*here, "fed_by", i))
        if name in site.fed_by[:i]:
            yield (*here, "fed_by", i), f"names the feed {name!r} a second time"
    for name, zone in site.zones.items():
        yield from _site(given, (*here, "zones", name), zone, scope, parents)


def _near(name: str, scope: Scope, path: Path) -> Faults:
    """Refuse a feed that neither a place nor one around it defines."""
    if name not in scope:
        hint = did_you_mean(name, scope)
        message = f"names the feed {name!r}, which neither this place nor one around it defines"
        yield path, message + hint


def _ways(parents: Mapping[Path, Path]) -> Faults:
    """Refuse feeds that draw from themselves, once for each cycle, and ways without end."""
    depth: dict[Path, int] = {}
    for start in parents:
        way: list[Path] = []
        step: Path | None = start
        while step is not None and step not in depth and step not in way:
            way.append(step)
            step = parents.get(step)
        if step in way:
            cycle = [*way[way.index(step) :], step]
            told = " from ".join(str(path[-1]) for path in cycle)
            yield (*step, "parent"), f"makes a cycle: {told}"
        deepest = depth.get(step, 0) if step is not None else 0
        for n, path in enumerate(reversed(way), start=deepest + 1):
            depth[path] = n
            if n == MOST_DEEP + 2:
                yield (*path, "parent"), f"has more than {MOST_DEEP} feeds above it"
