"""Tiny sites fed by a tree of devices, and their best plan by trying every number of blocks."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import product
from math import floor
from random import Random
from typing import Any

from rivals import feeders
from rivals.facts import Facts, exact

Data = dict[str, Any]
SHAPES: tuple[Data, ...] = (
    {"a": {}},
    {"a": {"zones": {"hall": {"count": 2}}}},
    {"a": {"zones": {"hall": {}, "annex": {}}}},
    {"a": {"zones": {"hall": {"zones": {"row": {"count": 2}}}, "annex": {}}}},
    {"a": {"zones": {"hall": {"count": 2}}}, "b": {}},
)
MOST = 4
"""Most blocks of a type that stand in a place."""


def fed(seed: int) -> Data:
    """Give an instance of one period with feeds, always the same one for a seed."""
    random = Random(f"fed {seed}")
    price = random.choice([3, 5, 8])
    blocks = {
        name: {
            "accelerator": "x",
            "accelerators": random.choice([1, 2]),
            "uses": {"power_kw": random.choice([0.3, 1, 12.5]), "racks": 1},
            "cost_once": price * random.choice([0.1, 0.2, 0.3]),
            "end_share": 0,
        }
        for name in ["b", "c"][: random.choice([1, 1, 2])]
    }
    sites = _copied(random.choice(SHAPES[:3] if len(blocks) > 1 else SHAPES))
    for site in sites.values():
        site["pue"] = random.choice([1, 1.2, 1.5])
        site["limits"] = {"racks": MOST}
    data: Data = {
        "gridblock": 1,
        "name": "fed",
        "periods": [{"name": "u", "hours": 1}],
        "accelerators": {"x": {}},
        "blocks": blocks,
        "facilities": sites,
        "demands": [
            {
                "name": "p",
                "amount": random.choice([3, 4.5, 6]),
                "yields": {"x": 1},
                "unmet_cost": price,
                "whole_blocks": random.random() < 0.3,
            }
        ],
    }
    feeders.feed(data, random, always=True)
    if random.random() < 0.6:
        data["options"] = list(_options(data, random, price))
    return data


def _options(data: Data, random: Random, price: float) -> Iterator[Data]:
    """Draw options that add to feeds, some of which have nothing without them."""
    devices = list(feeders.Feeders(Facts(data)).said)
    for name in ["o", "r"][: random.choice([1, 1, 2])]:
        draw = data["blocks"]["b"]["uses"]["power_kw"] / 1000
        chosen = random.sample(devices, min(len(devices), random.choice([1, 2, 2, 3])))
        for place, feed in chosen:
            if random.random() < 0.3:
                site = data["facilities"][place.split("/")[0]]
                for zone in place.split("/")[1:]:
                    site = site["zones"][zone.rstrip("-12")]
                site["feeds"][feed] |= {"mw": 0}
        most = random.choice([1, 2, 3])
        yield {
            "name": name,
            "adds": [
                {"feed": feed, "at": place, "mw": float(f"{draw * random.uniform(0.4, 2):.3g}")}
                for place, feed in chosen
            ],
            "max": most,
            "min_if_taken": random.choice([0, 0, min(2, most)]),
            "ramp": random.choice([[1], [1], [0.5, 1]]),
            "cost_once": price * random.choice([0, 0.1, 0.3]),
            "end_share": 0,
        }


def best(data: Data) -> Fraction:
    """Give the least cost of lots, of buying and of unmet units, over every number of them."""
    options = data.get("options", [])
    found = []
    for lots in product(*(range(option["max"] + 1) for option in options)):
        pairs = list(zip(options, lots, strict=True))
        if all(not n or n >= option["min_if_taken"] for option, n in pairs):
            more: dict[tuple[feeders.Device, int], Fraction] = defaultdict(Fraction)
            for option, n in pairs:
                for part in option["adds"]:
                    mw = n * exact(option["ramp"][0]) * exact(part["mw"])
                    more[(part["at"], part["feed"]), 0] += mw
            paid = sum((n * exact(option["cost_once"]) for option, n in pairs), Fraction(0))
            found.append(paid + _best(data, more))
    return min(found)


def _best(data: Data, more: Mapping[tuple[feeders.Device, int], Fraction]) -> Fraction:
    facts = Facts(data)
    rules = [(w, most[0]) for w, most in feeders.Feeders(facts).rules(more)]
    rules += [(rule.weights, rule.most[0]) for rule in Facts(unfed(data)).rules]
    kinds = [facts.blocks[pair.block] for pair in facts.pairs]
    most = [
        min([MOST, *(floor(limit / weights[i]) for weights, limit in rules if weights[i])])
        for i in range(len(kinds))
    ]
    (demand,) = facts.demands
    least = None
    for counts in product(*(range(n + 1) for n in most)):
        used = (sum(w * n for w, n in zip(weights, counts, strict=True)) for weights, _ in rules)
        if any(load > limit for load, (_, limit) in zip(used, rules, strict=True)):
            continue
        units = sum(n * kind["accelerators"] for n, kind in zip(counts, kinds, strict=True))
        unmet = max(Fraction(0), exact(demand["amount"]) - units)
        bought = sum(n * exact(k["cost_once"]) for n, k in zip(counts, kinds, strict=True))
        cost = bought + unmet * exact(demand["unmet_cost"])
        least = cost if least is None else min(least, cost)
    assert least is not None
    return least


def unfed(data: Data) -> Data:
    """Give the same instance without feeds."""
    without = {name: _without(site) for name, site in data["facilities"].items()}
    kept = {key: value for key, value in data.items() if key != "options"}
    return {**kept, "facilities": without}


def _without(site: Data) -> Data:
    kept = {key: value for key, value in site.items() if key not in {"feeds", "fed_by"}}
    if "zones" in kept:
        kept["zones"] = {name: _without(zone) for name, zone in kept["zones"].items()}
    return kept


def _copied(shape: Data) -> Data:
    return (
        {key: _copied(value) for key, value in shape.items()} if isinstance(shape, dict) else shape
    )
