"""Demands that survive the loss of a link: the planner against rivals that write all of it out."""

from collections.abc import Callable
from random import Random
from typing import Any

import highspy
import pytest

from gridblock.instances.instance import Instance
from gridblock.plan import Plan
from rivals.enumerate import best
from rivals.link_losses import matters, surviving
from rivals.streams import Program, left_after, stream

Solve = Callable[..., Plan]
Data = dict[str, Any]
SEEDS = range(12, 42)
A_TEST = 10
WITHIN = 1e-6


@pytest.mark.parametrize("first", SEEDS[::A_TEST])
def test_the_planner_finds_what_enumeration_finds(first: int, solve: Solve) -> None:
    for seed in range(first, first + A_TEST):
        data = surviving(seed)
        known = best(data)
        plan = solve(Instance.parse(data), gap=0, raise_without_plan=False)
        if known is None:
            assert plan.status == "infeasible", seed
        else:
            assert plan.objective == pytest.approx(float(known), rel=WITHIN, abs=WITHIN), seed
            assert plan.bound <= float(known) + WITHIN * max(1, abs(known)), seed


def test_promises_make_a_difference_in_many_of_them() -> None:
    assert sum(matters(surviving(seed)) for seed in SEEDS[:10]) >= 3


def meshed(seed: int) -> Data:
    """Give a network of six to eight places with two or three demands that promise a share."""
    random = Random(f"meshed {seed}")
    sites = [f"f{i}" for i in range(random.choice([2, 3]))]
    regions = [f"r{i}" for i in range(random.choice([2, 3, 3]))]
    places = [*sites, *regions]
    random.shuffle(places)
    ends = [(places[i - 1], places[i]) for i in range(len(places))]
    ends += [tuple(random.sample(places, 2)) for _ in range(random.choice([0, 1, 2]))]
    links = [
        {
            "name": f"l{i}",
            "between": list(pair),
            "ms": 1 + i,
            "gbps": random.choice([2, 4, 6, 9]),
            "capacity": random.choice(["each_way", "each_way", "shared"]),
        }
        for i, pair in enumerate(ends)
    ]
    demands = []
    for i in range(random.choice([1, 2, 3])):
        whence = random.sample(regions, 2)
        demand: Data = {
            "name": f"d{i}",
            "amount": random.randint(20, 90),
            "yields": {"x": 1},
            "unmet_cost": random.choice([1, 2, 3.5]),
            "from": dict(zip(whence, [0.6, 0.4], strict=True)),
            "gbps_per_unit": random.choice([0.05, 0.1, 0.2]),
        }
        if i == 0 or random.random() < 0.6:
            demand["survive"] = {"link": random.choice([1, 0.5, 0.75, 0.9])}
        demands.append(demand)
    return {
        "gridblock": 1,
        "periods": [{"name": "t", "hours": 1}],
        "accelerators": {"x": {}},
        "blocks": {"b": {"accelerator": "x", "accelerators": 1}},
        "facilities": {name: {"installed": {"b": random.randint(20, 90)}} for name in sites},
        "network": {
            "regions": {name: {} for name in regions},
            "links": links,
            "routing": random.choice(["any", "tunnels"]),
            "tunnels": 100,
        },
        "demands": demands,
    }


def written_out(data: Data) -> float:
    """Give the least price of what stays unmet, with every loss written out link by link."""
    program, links = Program(), data["network"]["links"]
    sites = {name: site["installed"]["b"] for name, site in data["facilities"].items()}
    total = 0.0
    sent: dict[str, Any] = {}
    for d in data["demands"]:
        for region, part in d["from"].items():
            total += part * d["amount"] * d["unmet_cost"]
            names = {f: (d["name"], region, f) for f in sites}
            program.add(dict.fromkeys(names.values(), 1.0), 0, part * d["amount"])
            for facility, name in names.items():
                program.cost[name] = -d["unmet_cost"]
                ends = sent.setdefault(region, {}).setdefault(facility, {})
                ends[name] = d["gbps_per_unit"]
    for facility, most in sites.items():
        program.add({n: 1.0 for n in program.cost if n[2] == facility}, 0, most)
    stream(program, "intact", links, sent)
    for lost in links:
        after: dict[str, Any] = {}
        for d in data["demands"]:
            for region in d["from"] if "survive" in d else ():
                share: dict[Any, float] = {}
                for facility in sites:
                    name, kept = (d["name"], region, facility), (lost["name"], d["name"], region)
                    program.add({(*kept, facility): 1.0, name: -1.0}, -highspy.kHighsInf, 0)
                    share |= {(*kept, facility): 1.0, name: -d["survive"]["link"]}
                    ends = after.setdefault(region, {}).setdefault(facility, {})
                    ends[*kept, facility] = d["gbps_per_unit"]
                program.add(share, 0, highspy.kHighsInf)
        stream(program, lost["name"], [link for link in links if link is not lost], after)
    least = program.least()
    assert least is not None
    return total + least


@pytest.mark.parametrize("seed", range(40))
def test_plans_of_meshed_networks_agree_and_hold(seed: int, solve: Solve) -> None:
    data = meshed(seed)
    plan = solve(Instance.parse(data))
    assert plan.objective == pytest.approx(written_out(data), rel=WITHIN, abs=1e-5)
    # Take each link away: however traffic flows then, what is promised can be carried.
    decided = plan.data.decisions
    served = {key[:3]: units for key, units in decided.served.items()}
    gbps = {d["name"]: d["gbps_per_unit"] for d in data["demands"]}
    share = {d["name"]: d["survive"]["link"] for d in data["demands"] if "survive" in d}
    for link in data["network"]["links"]:
        missed = left_after(data["network"]["links"], link["name"], served, gbps, share)
        assert missed == pytest.approx(0, abs=1e-5)
