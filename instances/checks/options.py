"""Checks of options."""

from collections.abc import Mapping

from gridblock.instances.calendar import span_of
from gridblock.instances.checks.common import Faults, Path, series_fits, twice, unknown
from gridblock.instances.contracts import place_of, places_called, position
from gridblock.instances.faults import did_you_mean
from gridblock.instances.places import Place, every_place
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.options import (
    LeasedBlocks,
    MoreOfALimit,
    MoreOnAFeed,
    MoreOnALink,
    Option,
)


def faults(given: Fields) -> Faults:
    """Check every option."""
    names = [option.name for option in given.options]
    places = {place.path: place for place in every_place(given.facilities, given.horizon)}
    yield from twice(names, lambda i: ("options", i, "name"), "option")
    for i, option in enumerate(given.options):
        here = ("options", i)
        for field in ("cost_once", "cost_per_period"):
            yield from series_fits(given, (*here, field), getattr(option, field))
        if option.usage is not None:
            usage = (*here, "usage", "per_block_hour")
            yield from series_fits(given, usage, option.usage.per_block_hour)
        yield from _time(given, here, option)
        yield from _others(names, here, option)
        for j, part in enumerate(option.adds):
            yield from _addition(given, places, (*here, "adds", j), option, part)
        yield from _twice_leased(places, here, option)
    yield from _opened(given)


def _twice_leased(places: Mapping[str, Place], here: Path, option: Option) -> Faults:
    seen: set[tuple[str, str]] = set()
    for j, part in enumerate(option.adds):
        if isinstance(part, LeasedBlocks):
            called = places_called(part.at, places)
            inside = {p.path for p in places.values() if p.is_leaf and {*called} & {*p.above}}
            if seen & {(part.blocks, leaf) for leaf in inside}:
                yield (*here, "adds", j), f"leases {part.blocks!r} at {part.at!r} a second time"
            seen |= {(part.blocks, leaf) for leaf in inside}


def _time(given: Fields, here: Path, option: Option) -> Faults:
    index, window = given.horizon.index, option.order
    for field in ("earliest", "latest"):
        period = getattr(window, field)
        if period is not None and period not in index:
            yield (*here, "order", field), f"is not a period{given.horizon.nearest(period)}"
            return
    first, last = window.earliest, window.latest
    if first is not None and last is not None and index[first] > index[last]:
        yield (*here, "order"), f"ends in {last}, before it begins in {first}"
    for period in option.signed:
        if position(given.horizon, period) is None:
            before = given.horizon.named and span_of(period) == span_of(given.horizon.names[0])
            what = "lies beyond the horizon" if before else "is not a period of this calendar"
            yield (*here, "signed", period), what


def _others(names: list[str], here: Path, option: Option) -> Faults:
    for field in ("requires", "excludes"):
        for k, other in enumerate(getattr(option, field)):
            yield from unknown(other, names, "option", (*here, field, k))
            if other == option.name:
                yield (*here, field, k), "names the option itself"


def _addition(
    given: Fields, places: Mapping[str, Place], here: Path, option: Option, part: object
) -> Faults:
    """Check what an option adds: that its place or link exists, and has such a limit to add to."""
    if isinstance(part, MoreOnALink):
        links = {link.label: link for link in given.network.links}
        yield from unknown(part.link, links, "link", (*here, "link"))
        yield from series_fits(given, (*here, "gbps"), part.gbps)
        if part.link in links and links[part.link].gbps is None:
            yield (*here, "link"), f"adds to {part.link!r}, which names no gbps to add to"
        return
    path = place_of(part)
    field = "opens" if hasattr(part, "opens") else "at"
    called = places_called(path, places)
    if not called:
        hint = did_you_mean(path, places)
        yield (*here, field), f"names the place {path!r}, which is not defined{hint}"
    elif isinstance(part, LeasedBlocks):
        yield from _leased(given, here, option, part, [places[name].facility for name in called])
    elif isinstance(part, MoreOfALimit):
        yield from series_fits(given, (*here, "amount"), part.amount)
        yield from _one(here, called) or _limit(given, here, part, called[0])
    elif isinstance(part, MoreOnAFeed):
        yield from series_fits(given, (*here, "mw"), part.mw)
        yield from _one(here, called) or _feed(given, here, part, called[0])


def _leased(
    given: Fields, here: Path, option: Option, part: LeasedBlocks, facilities: list[str]
) -> Faults:
    yield from unknown(part.blocks, given.blocks, "block", (*here, "blocks"))
    if part.blocks not in given.blocks:
        return
    if facilities[0] not in given.chosen(given.blocks[part.blocks].where):
        yield (*here, "at"), f"leases blocks at {facilities[0]!r}, where they may not stand"
    leaves = [leaf for leaf in given.leaves.values() if leaf.facility == facilities[0]]
    included = option.usage is not None and option.usage.energy == "included"
    if included and any(leaf.may_switch_off for leaf in leaves):
        yield (*here, "at"), "cannot include energy where a power or cooling limit falls over time"


def _one(here: Path, called: tuple[str, ...]) -> list[tuple[Path, str]]:
    """Refuse a zone of which there are copies."""
    message = f"names {len(called)} copies; name one, such as {called[0]!r}"
    return [((*here, "at"), message)] if len(called) > 1 else []


def _feed(given: Fields, here: Path, part: MoreOnAFeed, path: str) -> Faults:
    names = given.site(given.places[path]).feeds
    if part.feed not in names:
        elsewhere = [place for place, name in given.feeds if name == part.feed]
        hint = f"; {elsewhere[0]!r} does" if elsewhere else did_you_mean(part.feed, names)
        message = f"adds to the feed {part.feed!r}, which {path!r} does not define{hint}"
        yield (*here, "feed"), message


def _limit(given: Fields, here: Path, part: MoreOfALimit, path: str) -> Faults:
    place = given.places[path]
    names = list(given.site(place).limits)
    if len(place.above) == 1 and given.facilities[place.facility].grid_mw is not None:
        names.append("grid_mw")
    if place.uplink_gbps is not None:
        names.append("uplink_gbps")
    if part.limit not in names:
        hint = did_you_mean(part.limit, names)
        yield (*here, "limit"), f"adds to {part.limit!r}, which {part.at!r} does not limit{hint}"


def _opened(given: Fields) -> Faults:
    """Refuse blocks that stand today in a closed place, and one place opened in two ways."""
    ways: dict[str, str] = {}
    for i, option in enumerate(given.options):
        for j, part in enumerate(option.adds):
            path = getattr(part, "opens", None)
            for name in places_called(path, given.places) if path else ():
                if ways.setdefault(name, str(path)) != path:
                    message = (
                        f"opens {path!r}: {name!r} is opened as {ways[name]!r} too; name it so"
                    )
                    yield ("options", i, "adds", j, "opens"), message
                    break
                inside = [leaf for leaf in given.leaves.values() if name in leaf.above]
                if any(leaf.installed or leaf.on_order for leaf in inside):
                    message = f"opens {name!r}, where blocks stand or are due already"
                    yield ("options", i, "adds", j, "opens"), message
                    break
