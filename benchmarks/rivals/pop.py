"""POP: demands and capacity are split at random into parts, each solved by itself, and added up.

D. Narayanan et al., Solving Large-Scale Granular Resource Allocation Problems Efficiently with POP,
SOSP 2021. Halls and options are too lumpy to be cut, so each goes to one part as a whole; what a
site, a link, a vendor or a cap has is shared by the megawatts of each part. Nothing is proven of
the whole.
"""

from __future__ import annotations

import copy
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from random import Random
from typing import TYPE_CHECKING, Any, Final

from benchmarks.rivals.by_matrix import judge
from gridblock import plan as plans
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.model.plan import Decisions

if TYPE_CHECKING:
    from benchmarks.jobs import Job, Journal

PARTS: Final = {"S": 2, "M": 4, "L": 8, "XL": 16}
"""Into how many parts an instance of each rung is split."""
DIVIDED: Final = ("max", "min")
Data = dict[str, Any]


def run(job: Job, journal: Journal) -> None:
    """Split, solve part by part, as many at a time as there are threads, and add up."""
    with journal.stage("read"):
        instance = read(job.instance)
    count = PARTS[job.rung]
    with journal.stage("build"):
        parts = [Instance.parse(part) for part in split(instance, count, Random(job.seed))]
    # As many rounds as it takes, each with its share of the time.
    rounds = -(-len(parts) // job.threads)

    def solved(part: Instance) -> plans.Plan:
        return plans.solve(
            part, gap=job.gap, time_limit=job.time_limit / rounds, raise_without_plan=False
        )

    with journal.stage("solve"), ThreadPoolExecutor(job.threads) as pool:
        found = list(pool.map(solved, parts))
    lacking = sum(plan.data.decisions is None for plan in found)
    journal.write("note", text=f"{count} parts" + f", {lacking} without a plan" * (lacking > 0))
    if not lacking:
        decided = added_up([plan.data.decisions for plan in found if plan.data.decisions])
        judge(journal, instance, decided, job.gap)


def split(instance: Instance, count: int, random: Random) -> list[Data]:
    """Split an instance at random.

    Args:
        instance: the whole.
        count: the number of parts.
        random: where chance comes from.

    Returns:
        The plain data of each part.
    """
    whole = instance.plain()
    halls = [
        (site, hall) for site, facility in whole["facilities"].items() for hall in facility["zones"]
    ]
    random.shuffle(halls)
    of_hall = {hall: i % count for i, hall in enumerate(halls)}
    for site in _opened(whole):
        together = random.randrange(count)
        of_hall |= {hall: together for hall in halls if hall[0] == site}
    of_demand = _dealt(whole["demands"], count, random)
    of_option = [_home(option, of_hall, count, random) for option in whole.get("options", ())]
    megawatts = [
        sum(_mw(whole, hall) for hall, part in of_hall.items() if part == i) for i in range(count)
    ]
    parts = []
    for i in range(count):
        part = copy.deepcopy(whole)
        share = megawatts[i] / sum(megawatts)
        _keep_halls(part, whole, {hall for hall, at in of_hall.items() if at == i})
        part["name"] = f"{whole['name']} part {i + 1}"
        part["demands"] = [d for d, at in zip(whole["demands"], of_demand, strict=True) if at == i]
        part["options"] = [
            option
            for option, at in zip(whole.get("options", ()), of_option, strict=True)
            if at == i
        ]
        _divide(part, i, count, share)
        _forget_tags(part)
        parts.append(part)
    return parts


def _opened(whole: Data) -> list[str]:
    """Give the sites that an option opens, whose halls therefore belong together."""
    opened = (each.get("opens", "") for o in whole.get("options", ()) for each in o["adds"])
    return [path for path in opened if path in whole["facilities"]]


def _dealt(items: list[Any], count: int, random: Random) -> list[int]:
    """Deal items out to parts at random, about as many to each."""
    dealt = [i % count for i in range(len(items))]
    random.shuffle(dealt)
    return dealt


def _home(option: Data, of_hall: dict[tuple[str, str], int], count: int, random: Random) -> int:
    """Give the part of an option: that of the hall which it is about, else a random one."""
    for added in option.get("adds", ()):
        site, _, hall = (added.get("at") or added.get("opens") or "").partition("/")
        for (of_site, name), part in of_hall.items():
            if of_site == site and hall in {name, f"{name}-1"}:
                return part
    homes = [of_hall[site, hall] for site, hall in of_hall if site == _site(option)]
    return random.choice(homes) if homes else random.randrange(count)


def _site(option: Data) -> str:
    for added in option.get("adds", ()):
        return str(added.get("at") or added.get("opens") or "").partition("/")[0]
    return ""


def _mw(whole: Data, hall: tuple[str, str]) -> float:
    zone = whole["facilities"][hall[0]]["zones"][hall[1]]
    return float(zone["limits"]["power_mw"] * zone.get("count", 1))


def _keep_halls(part: Data, whole: Data, kept: set[tuple[str, str]]) -> None:
    """Leave a part its halls, and each site the share of grid and feeds that belongs to them."""
    for site in list(part["facilities"]):
        facility = part["facilities"][site]
        facility["zones"] = {
            name: zone for name, zone in facility["zones"].items() if (site, name) in kept
        }
        if not facility["zones"]:
            del part["facilities"][site]
            continue
        mine = sum(_mw(whole, (site, name)) for name in facility["zones"])
        share = mine / sum(_mw(whole, (site, name)) for name in whole["facilities"][site]["zones"])
        facility["grid_mw"] = _times(facility["grid_mw"], share)
        for feed in facility.get("feeds", {}).values():
            for field in {"mw", "failover_mw"} & feed.keys():
                feed[field] = _times(feed[field], share)
    places = {*part["facilities"], *part["network"]["regions"]}
    part["network"]["links"] = [
        link for link in part["network"]["links"] if {*link["between"]} <= places
    ]


def _divide(part: Data, i: int, count: int, share: float) -> None:
    """Give a part its share of links, of vendors' supply and of caps."""
    for link in part["network"]["links"]:
        if "gbps" in link:
            link["gbps"] = _times(link["gbps"], 1 / count)
    for block in part["blocks"].values():
        if "supply" in block:
            # Whole blocks: the parts take turns with what is left over.
            block["supply"] = [
                n // count + ((i + t) % count < n % count)
                for t, n in enumerate(map(int, block["supply"]))
            ]
    for limit in part.get("limits", ()):
        for field in {*DIVIDED} & limit.keys():
            limit[field] = _times(limit[field], share)


def _forget_tags(part: Data) -> None:
    """Say of what asks for tags that no site of a part carries that it is nowhere there."""
    carried = {tag for facility in part["facilities"].values() for tag in facility.get("tags", ())}
    for record in (*part["blocks"].values(), *part["demands"]):
        if not {*record.get("where", {}).get("tags", ())} <= carried:
            record["where"] = {"facilities": []}
    part["limits"] = [
        limit
        for limit in part.get("limits", ())
        if limit.get("of", {}).get("tag", next(iter(carried), "")) in carried
    ]


def _times(series: Any, factor: float) -> Any:
    if isinstance(series, dict):
        return {key: _times(value, factor) for key, value in series.items()}
    if isinstance(series, list):
        return [_times(value, factor) for value in series]
    # Rounded down, so that the parts never have more than the whole.
    return int(series * factor * 1e6) / 1e6


def added_up(parts: list[Decisions]) -> Decisions:
    """Add decisions up, name by name."""
    tables: dict[str, Any] = {
        each.name: _sum([getattr(part, each.name) for part in parts]) for each in fields(Decisions)
    }
    return Decisions(**tables)


def _sum(tables: list[dict[Any, float]]) -> dict[Any, float]:
    total: dict[Any, float] = {}
    for table in tables:
        for key, amount in table.items():
            total[key] = total.get(key, 0) + amount
    return total
