"""The fleet that a plan holds, and the limits that it comes near."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from gridblock.instances.instance import Instance
from gridblock.instances.places import KW_PER_MW
from gridblock.instances.schema.series import spread
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.reports import usage
from gridblock.reports.sections import Bar, Cell, Column, Section
from gridblock.reports.words import GLUE, aligned, and_more, number, whole_percent

MOST_FACILITIES: Final = 15
MOST_LIMITS: Final = 10
LONGEST_NAMED: Final = 18
FULL: Final = 0.95
"""From which share on a limit counts as full: whole blocks seldom fill the rest."""


def facilities(instance: Instance, account: Account) -> Section:
    """Give the accelerators of each facility first and last, and the power they then draw."""
    last = instance.horizon.names[-1]
    chips = _accelerators(instance, account, by="facility")
    drawn = _rated_mw(instance, account)
    most = power_limits_mw(instance, len(instance.horizon) - 1)
    largest = sorted(instance.facilities, key=lambda name: -chips[name, last])[:MOST_FACILITIES]
    total = float(sum(drawn.values()))
    mw = aligned((*map(float, drawn.values()), *most.values(), total))

    def row(name: str) -> tuple[Cell, ...]:
        used, limit = float(drawn[name]), most.get(name)
        share = ("", "") if not limit else (_whole(used / limit), Bar(min(used / limit, 1.0)))
        power = mw(used), "" if limit is None else mw(limit)
        return name, *(f"{chips[name, t]:,}" for t in _ends(instance)), *power, *share

    sums = [sum(chips[name, t] for name in instance.facilities) for t in _ends(instance)]
    return Section(
        title="Facilities",
        unit=f"accelerators in service; rated power{_at_last(instance)}, MW",
        columns=(
            Column("facility"),
            *_end_columns(instance),
            Column("power", right=True),
            Column("of", right=True),
            Column("", right=True),
            Column("", width=14),
        ),
        rows=tuple(row(name) for name in instance.facilities if name in largest),
        totals=(("all", *(f"{n:,}" for n in sums), mw(total), "", "", ""),) if largest[1:] else (),
        note=and_more(len(instance.facilities) - len(largest), "fleet"),
    )


def _ends(instance: Instance) -> tuple[str, ...]:
    """Name the first and the last period, once if they are the same."""
    names = instance.horizon.names
    return names[:1] if len(names) == 1 else (names[0], names[-1])


def _end_columns(instance: Instance) -> tuple[Column, ...]:
    if len(instance.horizon) == 1:
        return (Column("in service", right=True),)
    return tuple(Column(t, right=True) for t in _ends(instance))


def _at_last(instance: Instance) -> str:
    """Name the last period, if there are others."""
    return f" in {instance.horizon.names[-1]}" if len(instance.horizon) > 1 else ""


def _accelerators(instance: Instance, account: Account, by: str) -> Counter[tuple[str, str]]:
    """Count the accelerators in service in each period, by ``facility`` or by ``kind``."""
    chips: Counter[tuple[str, str]] = Counter()
    for (kind, path, t), count in account.installed.items():
        block = instance.blocks[kind]
        name = instance.leaves[path].facility if by == "facility" else block.accelerator
        chips[name, t] += count * block.accelerators
    return chips


def _rated_mw(instance: Instance, account: Account) -> dict[str, Decimal]:
    """Give what the blocks at each facility may draw in the last period."""
    drawn: dict[str, Decimal] = defaultdict(Decimal)
    for (kind, path, t), count in account.powered.items():
        if t == instance.horizon.names[-1]:
            kw = usage.rated_use(instance, "power_kw", {kind: count})
            drawn[instance.leaves[path].facility] += kw / KW_PER_MW
    return drawn


def power_limits_mw(instance: Instance, period: int) -> dict[str, float]:
    """Give the most critical power of each facility in MW, where anything limits it.

    That is the least of its own limit, of the sum over its zones, and of grid power over PUE.
    """
    inner: dict[str, list[str]] = defaultdict(list)
    for path, place in instance.places.items():
        if len(place.above) > 1:
            inner[place.above[1]].append(path)
    most: dict[str, float] = {}
    for path, place in reversed(instance.places.items()):
        limits = []
        if "power_kw" in place.limits:
            limits.append(place.limits["power_kw"][period] / KW_PER_MW)
        if inner[path] and all(zone in most for zone in inner[path]):
            limits.append(sum(most[zone] for zone in inner[path]))
        site = instance.facilities[place.facility] if path == place.facility else None
        if site is not None and site.grid_mw is not None:
            limits.append(spread(site.grid_mw, instance.horizon)[period] / site.pue)
        if limits:
            most[path] = min(limits)
    return {path: mw for path, mw in most.items() if path in instance.facilities}


def accelerators(instance: Instance, account: Account) -> Section:
    """Give the accelerators of each kind first and last, and how busy they are."""
    last = instance.horizon.names[-1]
    chips = _accelerators(instance, account, by="kind")
    total = sum(chips[name, last] for name in instance.accelerators)
    rows = tuple(
        (
            name,
            instance.accelerators[name].vendor or "",
            *(f"{chips[name, t]:,}" for t in _ends(instance)),
            _whole(chips[name, last] / total) if total else "",
            _whole(share),
            Bar(min(share, 1.0)),
        )
        for name, share in _busy(instance, account).items()
    )
    return Section(
        title="Accelerators",
        unit=f"in service; share of all{_at_last(instance)}; hours busy",
        columns=(
            Column("accelerator"),
            Column("vendor"),
            *_end_columns(instance),
            Column("share", right=True),
            Column("busy", right=True),
            Column("", width=14),
        ),
        rows=rows,
        note=_by_vendor(instance, {name: chips[name, last] for name in instance.accelerators}),
    )


def _busy(instance: Instance, account: Account) -> dict[str, float]:
    """Give the share of the hours of each kind in service that it is assigned."""
    hours = dict(zip(instance.horizon.names, instance.horizon.hours, strict=True))
    held: dict[str, float] = defaultdict(float)
    busy: dict[str, float] = defaultdict(float)
    for sums, counts in ((held, account.installed), (busy, account.assigned)):
        for (kind, _, t), count in counts.items():
            block = instance.blocks[kind]
            sums[block.accelerator] += float(count) * block.accelerators * hours[t]
    return {name: busy[name] / held[name] for name in instance.accelerators if held[name]}


def _by_vendor(instance: Instance, chips: Mapping[str, int]) -> str:
    """Say which share of all accelerators each vendor made, the largest first."""
    of: Counter[str] = Counter()
    for name, kind in instance.accelerators.items():
        of[kind.vendor or "unnamed"] += chips[name]
    if not of.total() or len(of) == 1:
        return ""
    shares = (f"{name} {_whole(n / of.total())}" for name, n in of.most_common() if n)
    return f"By vendor: {', '.join(shares)} of accelerators{_at_last(instance)}."


def _whole(share: float) -> str:
    """Write a share in whole percent."""
    return f"{whole_percent(share) or 0}{GLUE}%"


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
            _whole(one.peak.share),
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
    for label, use in _all_uses(instance, decisions, account):
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


def _all_uses(
    instance: Instance, decisions: Decisions, account: Account
) -> Iterator[tuple[str, usage.Use]]:
    """Give the use of every limit with what it limits; copies of a zone are added up."""
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
        yield "/".join(keys[1::2]) + (f" (all {many})" if many > 1 else ""), use
    for link in usage.of_links(instance, account):
        if link.capacity_gbps is not None:
            used = link.share * link.capacity_gbps if link.capacity_gbps else link.gbps
            yield (
                f"{link.link} to {link.end}",
                usage.Use(link.link, "gbps", link.period, used, link.capacity_gbps),
            )
    for supply in usage.of_supply(instance, decisions):
        yield supply.place, supply._replace(resource="supply")


def sections(
    instance: Instance, decisions: Decisions, account: Account
) -> tuple[Section | None, ...]:
    """Give the facilities, the accelerators, and the limits that are full."""
    return (
        facilities(instance, account),
        accelerators(instance, account),
        limits(instance, decisions, account),
    )
