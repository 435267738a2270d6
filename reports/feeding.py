"""How much of its rating each feed carries: intact, and after the worst loss of another device."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, Final, NamedTuple

from gridblock.instances.feeds import Device, Label
from gridblock.instances.instance import Instance
from gridblock.instances.loads import Group, Shares
from gridblock.instances.places import KW_PER_MW, Place
from gridblock.model.account import Account
from gridblock.model.additions import Limit
from gridblock.model.feeding import Feeding
from gridblock.model.lots import added_to_feeds
from gridblock.model.plan import Decisions
from gridblock.model.quantities import ZERO, decimal, rated_use
from gridblock.reports.remembered import remembered
from gridblock.reports.usage import Use

Draws = dict[Group, Fraction]
COLUMNS: Final = (
    *("facility", "place", "feed", "lost", "period"),
    *("load_mw", "rating_mw", "share", "headroom_mw"),
)
"""The columns of the table of feeds; ``lost`` is missing while every device works."""


class FeedUse(NamedTuple):
    """Load of a feed in one period, in MW.

    Attributes:
        lost: the device that is lost; None while every device works.
        use: the load and the rating that holds then.
    """

    device: Device
    lost: Label | None
    use: Use


def rows(instance: Instance, _: Decisions, account: Account) -> Iterator[tuple[Any, ...]]:
    """Give the load of every feed while all work, and after the worst loss of another one."""
    for device, lost, use in of_feeds(instance, account):
        place, name = device.label
        after = None if lost is None else "/".join(lost)
        where = (device.facility, place, name, after, use.period)
        yield (*where, use.used, use.limit, use.share, use.headroom)


@remembered
def of_feeds(instance: Instance, account: Account) -> Iterator[FeedUse]:
    """Give the load of each feed while all work, and after the loss that puts most on it.

    A feed whose load no loss changes has no row for it, unless its ``failover_mw`` is the lower
    rating.
    """
    if not instance.feeds:
        return
    loads, added = instance.loads, added_to_feeds(instance, account.lots)
    drawn = rated_use(instance, account.powered)
    losses: dict[Label, dict[Label, Shares]] = {label: {} for label in loads.feeds}
    for lost in loads.feeds:
        for label, shares in loads.after(lost).items():
            losses[label][lost] = shares
    draws = {
        t: {
            group: sum((drawn.get((path, "power_kw", t), ZERO) for path in leaves), ZERO)
            for group, leaves in loads.groups.items()
        }
        for t in instance.horizon.names
    }
    for label, device in loads.feeds.items():
        shares = loads.intact.get(label, {})
        states = dict(losses[label])
        if any(a < b for a, b in zip(device.failover_mw, device.mw, strict=True)):
            bystander = loads.bystander(label)
            states |= {} if bystander is None else {bystander: shares}
        for i, t in enumerate(instance.horizon.names):
            more = added.get((label, t), ZERO)
            rating = _with(more, device.mw[i])
            yield _use(device, None, _load(shares, draws[t]), rating, t)
            if states:
                carried = {lost: _load(shares, draws[t]) for lost, shares in states.items()}
                worst = max(carried, key=carried.__getitem__)
                rating = _with(more, device.failover_mw[i])
                yield _use(device, worst, carried[worst], rating, t)


def _load(shares: Shares, draws: Draws) -> Fraction:
    return sum((share * draws[group] for group, share in shares.items()), ZERO)


def _with(added: Fraction, mw: float) -> float:
    return float(decimal(mw) + added)


def _use(device: Device, lost: Label | None, kw: Fraction, rating: float, t: str) -> FeedUse:
    place, name = device.label
    field = "mw" if lost is None else "failover_mw"
    return FeedUse(device, lost, Use(place, f"{name}.{field}", t, float(kw / KW_PER_MW), rating))


def ceilings_mw(
    instance: Instance, period: int, account: Account | None = None
) -> dict[str, float]:
    """Give most that the blocks of a facility can draw through its feeds, where all are fed.

    That is the least of what each leaf place may draw by itself, added up, and of the ratings of
    the feeds at the top, intact and after the loss of one that leaves nothing dark; as written, or
    with the lots of an account.
    """
    if not instance.feeds:
        return {}
    added = added_to_feeds(instance, account.lots) if account else {}
    more = {key: Limit(ZERO, sure=KW_PER_MW * mw) for key, mw in added.items()}
    feeding = Feeding(instance, more)
    leaves: dict[str, list[Place]] = defaultdict(list)
    for leaf in instance.leaves.values():
        leaves[leaf.facility].append(leaf)
    return {
        facility: min(_ceilings_mw(feeding, facility, period, tuple(fed), added))
        for facility, fed in leaves.items()
        if all(leaf.fed_by for leaf in fed)
    }


def _ceilings_mw(
    feeding: Feeding,
    facility: str,
    period: int,
    leaves: tuple[Place, ...],
    added: Mapping[tuple[Label, str], Fraction],
) -> Iterator[float]:
    """Give the most that feeds can bring: intact, and after the loss of each top one."""
    loads, pue = feeding.loads, feeding.instance.facilities[facility].pue
    t = feeding.instance.horizon.names[period]

    def passed(device: Device, mw: float) -> float:
        full = _with(added.get((device.label, t), ZERO), mw)
        return full / (pue if device.pue else 1.0)

    yield float(sum(feeding.room_kw(leaf.path, period) for leaf in leaves) / KW_PER_MW)
    top = {
        label: device
        for label, device in loads.feeds.items()
        if device.parent is None and device.facility == facility and label in loads.intact
    }
    yield sum(passed(device, device.mw[period]) for device in top.values())
    for lost in top:
        if not any(loads.dead(lost) >= {*leaf.fed_by} for leaf in leaves):
            others = (device for label, device in top.items() if label != lost)
            yield sum(passed(device, device.failover_mw[period]) for device in others)
