"""The limits that a plan comes near: of places, of links, of vendors and of the plan."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.reports import feeding, usage
from gridblock.reports.limits import of_limits
from gridblock.reports.sections import Column, Section
from gridblock.reports.words import and_more, in_percent, number

MOST_LIMITS: Final = 10
LONGEST_NAMED: Final = 15
FULL: Final = 0.9
"""From which share on a limit counts as full: whole blocks seldom fill the rest."""


class Tight(NamedTuple):
    """Limits of one place that are nearly full in some period.

    Attributes:
        what: the place, link or kind that they limit.
        limits: the limits as the instance names them, the fullest first.
        full: in how many periods the fullest is full.
        peak: its use where that is highest.
    """

    what: str
    limits: tuple[str, ...]
    full: int
    peak: usage.Use


def limits(instance: Instance, decisions: Decisions, account: Account) -> Section | None:
    """Give the places whose limits are full in most periods; None where none is."""
    tight = _tight(instance, decisions, account)
    if not tight:
        return None
    periods = len(instance.horizon)
    rows = tuple(
        (
            one.what,
            _named(one.limits),
            *((f"{one.full} of {periods}",) if periods > 1 else ()),
            number(one.peak.used, 4),
            number(one.peak.limit or 0.0, 4),
            in_percent(one.peak.share),
            *((one.peak.period,) if periods > 1 else ()),
        )
        for one in tight[:MOST_LIMITS]
    )
    return Section(
        title="Limits that are full",
        unit=f"at {100 * FULL:.0f} % or more; use at its highest",
        columns=(
            Column("at"),
            Column("limit"),
            *((Column("full in", right=True),) if periods > 1 else ()),
            Column("used", right=True),
            Column("of", right=True),
            Column("", right=True),
            *((Column("in"),) if periods > 1 else ()),
        ),
        rows=rows,
        note=and_more(len(tight) - len(rows), "utilization"),
    )


def _named(names: tuple[str, ...]) -> str:
    """Write ``power_mw, racks``, or ``power_mw +2`` where that is long."""
    text = ", ".join(names)
    return text if len(text) <= LONGEST_NAMED else f"{names[0]} +{len(names) - 1}"


def _tight(instance: Instance, decisions: Decisions, account: Account) -> list[Tight]:
    """Give what is full in some period, by place, link or kind, full in most periods first."""
    found: dict[tuple[str, str], list[usage.Use]] = defaultdict(list)
    for label, use in uses_of_all(instance, decisions, account):
        found[label, use.resource].append(use)
    full: dict[str, list[tuple[int, usage.Use]]] = defaultdict(list)
    for (label, _), uses in found.items():
        peak = max(uses, key=lambda use: use.share if use.limit else -1.0)
        count = sum(1 for use in uses if use.share >= FULL)
        if count:
            full[label].append((count, peak))
    tight = []
    for label, several in full.items():
        several.sort(key=lambda one: (-one[0], -one[1].share))
        names = tuple(peak.resource for _, peak in several)
        tight.append(Tight(label, names, *several[0]))
    return sorted(tight, key=lambda one: (-one.full, -one.peak.share))


def uses_of_all(
    instance: Instance, decisions: Decisions, account: Account
) -> Iterator[tuple[str, usage.Use]]:
    """Give the use of every limit in each period, and what it limits; copies are added up."""
    copies: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for path, place in instance.places.items():
        copies[place.keys].append(path)
    sums: dict[tuple[tuple[str, ...], str, str], usage.Use] = {}
    for use in usage.of_places(instance, decisions, account):
        key = (instance.places[use.place].keys, use.resource, use.period)
        before = sums.get(key)
        if before is not None:
            use = use._replace(
                used=before.used + use.used, limit=(before.limit or 0.0) + (use.limit or 0.0)
            )
        sums[key] = use
    for (keys, _, _), use in sums.items():
        many = len(copies[keys])
        yield (f"{many} x " if many > 1 else "") + "/".join(keys[1::2]), use
    yield from _feed_uses(instance, account)
    for link in usage.of_links(instance, account):
        if link.capacity_gbps is not None:
            used = link.share * link.capacity_gbps if link.capacity_gbps else link.gbps
            yield (
                f"{link.link} to {link.end}",
                usage.Use(link.link, "gbps", link.period, used, link.capacity_gbps),
            )
    for supply in usage.of_supply(instance, decisions):
        yield supply.place, supply._replace(resource="supply")
    for limit, bound, use, _ in of_limits(instance, decisions, account):
        if bound != "min":
            yield limit.name, use._replace(resource=limit.measure.replace("_", " "))


def _feed_uses(instance: Instance, account: Account) -> Iterator[tuple[str, usage.Use]]:
    """Give the fullest of the copies of each feed, intact and after the worst loss."""
    fullest: dict[tuple[tuple[str, ...], str, str], usage.Use] = {}
    for device, _, use in feeding.of_feeds(instance, account):
        key = (device.keys, use.resource, use.period)
        if key not in fullest or use.share > fullest[key].share:
            fullest[key] = use
    for (keys, resource, _), use in fullest.items():
        yield f"feed {'/'.join(keys[1::2])}", use._replace(resource=resource.rpartition(".")[2])
