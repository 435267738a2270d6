"""What there could be a whole unit more of: limits of a plan that are full, as edits."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.instances.places import IN_MEGAWATTS, site_of
from gridblock.instances.schema.series import Written
from gridblock.model.account import Account
from gridblock.model.plan import Decisions
from gridblock.reports import usage
from gridblock.reports.limits import of_limits
from gridblock.reports.tight import FULL
from gridblock.reports.words import number
from gridblock.solvers.prices import Step

MORE_GBPS: Final = 100.0
MORE_OF_A_LIMIT: Final = 0.01
"""A limit over the plan is raised by this share of itself; a largest share by so much, to 1."""

Fullness = tuple[int, float]


def steps(instance: Instance, decisions: Decisions, account: Account) -> tuple[Step, ...]:
    """Give a whole unit more of each limit that is full in some period, in all periods.

    That is 1 MW, 1 rack or other resource, 1 block, 100 Gbps, or 1 % of a limit over the plan,
    where there is so much. The one that is full in most periods comes first. Copies of a zone all
    get it.
    """
    full: dict[str, tuple[Step, list[float]]] = {}
    for step, share in _all(instance, decisions, account):
        full.setdefault(step.name, (step, []))[1].append(share)
    ranked: list[tuple[Fullness, Step]] = []
    for step, shares in full.values():
        count = sum(share >= FULL for share in shares)
        if count:
            ranked.append(((-count, -max(shares)), step))
    return tuple(step for _, step in sorted(ranked, key=lambda pair: pair[0]))


def _all(
    instance: Instance, decisions: Decisions, account: Account
) -> Iterator[tuple[Step, float]]:
    """Give every step, and how full the limit is that it raises."""
    yield from _of_places(instance, decisions, account)
    for use in usage.of_supply(instance, decisions):
        if use.limit is not None:
            yield _of_supply(instance, use), _share(use.used, use.limit)
    links = {link.label: (i, link) for i, link in enumerate(instance.network.links)}
    for flow in usage.of_links(instance, account):
        i, link = links[flow.link]
        if link.gbps is not None and flow.capacity_gbps is not None:
            changes = {f"network.links.{i}.gbps": raised(link.gbps, MORE_GBPS)}
            step = Step(f"link {flow.link}", f"{MORE_GBPS:g} Gbps", changes)
            used = flow.gbps if link.capacity == "each_way" else flow.share * flow.capacity_gbps
            yield step, _share(used, flow.capacity_gbps)
    for limit, bound, use, _ in of_limits(instance, decisions, account):
        if bound != "min" and use.limit is not None:
            series = limit.bounds[bound]
            more, amount = (times(series), "1 %") if bound == "max" else _larger_share(series)
            if more != raised(series, 0):
                changes = {f"limits.{limit.name}.{bound}": more}
                yield Step(f"limit {limit.name}", amount, changes), _share(use.used, use.limit)


def _share(used: float, limit: float) -> float:
    """Give used over limit; a limit of 0 is full."""
    return used / limit if limit else 1.0


def _of_places(
    instance: Instance, decisions: Decisions, account: Account
) -> Iterator[tuple[Step, float]]:
    """Give 1 MW or 1 of a resource more at each place, its copies together."""
    copies = Counter(place.keys for place in instance.places.values())
    sums: dict[tuple[tuple[str, ...], str, str], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for use in usage.of_places(instance, decisions, account):
        total = sums[instance.places[use.place].keys, use.resource, use.period]
        total[0] += use.used
        total[1] += use.limit or 0.0
    for (keys, resource, _), (used, limit) in sums.items():
        step = _at_place(instance, keys, resource, copies[keys])
        if step is not None and limit:
            yield step, _share(used, limit)


def _at_place(instance: Instance, keys: tuple[str, ...], resource: str, copies: int) -> Step | None:
    site, path = site_of(instance.facilities, keys), ".".join(keys)
    where = "/".join(keys[1::2])
    each = f" in each of {copies}" if copies > 1 else ""
    if resource == "uplink_gbps":
        series, more, unit = getattr(site, "uplink_gbps", None), MORE_GBPS, "Gbps"
        field = resource
    elif resource == "grid_mw":
        series, more, unit, field = getattr(site, "grid_mw", None), 1.0, "MW", resource
    else:
        series, more, field = site.limits.get(resource), 1.0, f"limits.{resource}"
        unit = "MW" if resource in IN_MEGAWATTS else ""
    if series is None:
        return None
    changes = {f"{path}.{field}": raised(series, more)}
    return Step(f"{resource} of {where}", f"{more:g} {unit}".strip() + each, changes)


def _of_supply(instance: Instance, use: usage.Use) -> Step:
    if use.resource == "blocks":
        series = instance.blocks[use.place].supply
        changes = {f"blocks.{use.place}.supply": raised(series or 0.0, 1)}
        return Step(f"supply of {use.place}", "1 block a period", changes)
    kinds = (b for b in instance.blocks.values() if b.accelerator == use.place and b.cost_once)
    chips = min((block.accelerators for block in kinds), default=1)
    series = instance.accelerators[use.place].supply
    changes = {f"accelerators.{use.place}.supply": raised(series or 0.0, chips)}
    return Step(f"supply of {use.place}", f"{number(chips)} a period, a block", changes)


def raised(series: Written, by: float) -> Any:
    """Add so much to a series in every period."""
    return _each(series, lambda value: value + by)


def times(series: Written, factor: float = 1 + MORE_OF_A_LIMIT) -> Any:
    """Multiply a series in every period."""
    return _each(series, lambda value: value * factor)


def _larger_share(series: Written) -> tuple[Any, str]:
    """Raise a largest share in every period, to all there is at most; say by how much."""
    more = _each(series, lambda value: min(value + MORE_OF_A_LIMIT, 1.0))
    return more, "1 %" if more == raised(series, MORE_OF_A_LIMIT) else "to 100 %"


def _each(series: Written, change: Callable[[float], float]) -> Any:
    """Change the number of every period."""
    if isinstance(series, Mapping):
        return {period: change(value) for period, value in series.items()}
    if isinstance(series, (int, float)):
        return change(series)
    return [change(value) for value in series]
