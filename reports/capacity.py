"""The fleet that a plan holds: by facility with its power, and by kind of accelerator."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Final

from gridblock.instances.instance import Instance
from gridblock.instances.places import KW_PER_MW
from gridblock.instances.schema.series import spread
from gridblock.model.account import Account
from gridblock.model.quantities import ZERO, decimal, rated_use
from gridblock.reports import feeding, usage
from gridblock.reports.sections import Bar, Cell, Column, Section, end_columns, ends
from gridblock.reports.words import aligned, and_more, in_percent

MOST_FACILITIES: Final = 15


def facilities(instance: Instance, account: Account) -> Section:
    """Give the accelerators of each facility first and last, and the power they then draw."""
    last = instance.horizon.names[-1]
    chips = _accelerators(instance, account, by="facility")
    drawn = powered_mw(instance, account, last)
    most = power_limits_mw(instance, len(instance.horizon) - 1, account)
    largest = sorted(instance.facilities, key=lambda name: -chips[name, last])[:MOST_FACILITIES]
    total = sum(drawn.values())
    mw = aligned((*drawn.values(), *most.values(), total))

    def row(name: str) -> tuple[Cell, ...]:
        used, limit = drawn[name], most.get(name)
        share = ("", "") if not limit else (in_percent(used / limit), Bar(min(used / limit, 1.0)))
        power = mw(used), "" if limit is None else mw(limit)
        return name, *(f"{chips[name, t]:,}" for t in ends(instance.horizon)), *power, *share

    sums = [sum(chips[name, t] for name in instance.facilities) for t in ends(instance.horizon)]
    return Section(
        title="Facilities",
        unit=f"accelerators in service; rated power{_at_last(instance)}, MW",
        columns=(
            Column("facility"),
            *end_columns(instance.horizon),
            Column("power", right=True),
            Column("of", right=True),
            Column("", right=True),
            Column("", width=14),
        ),
        rows=tuple(row(name) for name in instance.facilities if name in largest),
        totals=(("all", *(f"{n:,}" for n in sums), mw(total), "", "", ""),) if largest[1:] else (),
        note=and_more(len(instance.facilities) - len(largest), "fleet"),
    )


def powered_mw(instance: Instance, account: Account, period: str) -> dict[str, float]:
    """Give the rated power of the blocks of each facility that are not switched off, in MW."""
    rated = rated_use(instance, account.powered)
    return {
        name: float(rated.get((name, "power_kw", period), ZERO) / KW_PER_MW)
        for name in instance.facilities
    }


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


def power_limits_mw(
    instance: Instance, period: int, account: Account | None = None
) -> dict[str, float]:
    """Give the most critical power of each facility in MW, where anything limits it.

    That is the least of its own limit, of the sum over its zones, of grid power over PUE, and of
    what its feeds let through; as written, or with the lots of an account.
    """
    through_feeds = feeding.ceilings_mw(instance, period, account)
    t = instance.horizon.names[period]
    with_lots = usage.most(instance, account) if account else None

    def mw(path: str, name: str, written: float) -> float:
        exact = decimal(written)
        return float(with_lots(path, name, t, exact) if with_lots else exact)

    inner: dict[str, list[str]] = defaultdict(list)
    for path, place in instance.places.items():
        if len(place.above) > 1:
            inner[place.above[1]].append(path)
    most: dict[str, float] = {}
    for path, place in reversed(instance.places.items()):
        limits = []
        if "power_kw" in place.limits:
            limits.append(mw(path, "power_mw", place.limits["power_kw"][period] / KW_PER_MW))
        if inner[path] and all(zone in most for zone in inner[path]):
            limits.append(sum(most[zone] for zone in inner[path]))
        site = instance.facilities[place.facility] if path == place.facility else None
        if site is not None and site.grid_mw is not None:
            grid = mw(path, "grid_mw", spread(site.grid_mw, instance.horizon)[period])
            limits.append(grid / site.pue)
        if path in through_feeds:
            limits.append(through_feeds[path])
        if limits:
            most[path] = min(limits)
    return {path: mw for path, mw in most.items() if path in instance.facilities}


def accelerators(instance: Instance, account: Account) -> Section:
    """Give the accelerators of each kind first and last, and how busy they are."""
    last = instance.horizon.names[-1]
    chips = _accelerators(instance, account, by="kind")
    total = sum(chips[name, last] for name in instance.accelerators)
    busy = _busy(instance, account)

    def row(name: str) -> tuple[Cell, ...]:
        vendor = instance.accelerators[name].vendor or ""
        counts = (f"{chips[name, t]:,}" for t in ends(instance.horizon))
        share = in_percent(chips[name, last] / total) if total else ""
        return name, vendor, *counts, share, in_percent(busy[name]), Bar(min(busy[name], 1.0))

    return Section(
        title="Accelerators",
        unit=f"in service; share of all{_at_last(instance)}; hours busy",
        columns=(
            Column("accelerator"),
            Column("vendor"),
            *end_columns(instance.horizon),
            Column("share", right=True),
            Column("busy", right=True),
            Column("", width=14),
        ),
        rows=tuple(map(row, busy)),
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
    shares = (f"{name} {in_percent(n / of.total())}" for name, n in of.most_common() if n)
    return f"By vendor: {', '.join(shares)} of accelerators{_at_last(instance)}."
