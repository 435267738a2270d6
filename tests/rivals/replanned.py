"""Small random instances beside a plan in force, some of whose orders stand."""

from itertools import count
from random import Random
from typing import Any

from rivals.plain import Plain
from rivals.small import small

Data = dict[str, Any]
MOST_PATHS = 60


def replanned(seed: int) -> Data:
    """Give the data of a valid instance with ``current``, always the same one for a seed."""
    for attempt in count():
        random = Random(f"replanned {seed} {attempt}")
        data = small(random.randrange(10**6))
        if random.random() < 0.7:
            data["demands"] = [{**demand, "tier": 1} for demand in data["demands"]]
        data["current"] = _current(random, data)
        paths = sum(1 for _ in zip(Plain(data).paths(), range(MOST_PATHS + 1), strict=False))
        if paths <= MOST_PATHS:
            return data
    raise AssertionError


def _current(random: Random, data: Data) -> Data:
    """Draw a plan in force: a few orders, and blocks for most demands."""
    names = [period["name"] for period in data["periods"]]
    known = [name for name in names if random.random() < 0.8] or names[:1]
    bought, assigned = [], []
    for block, kind in data["blocks"].items():
        lead = kind.get("lead", 0)
        for place in data["facilities"]:
            for i, name in enumerate(names):
                if "cost_once" in kind and i >= lead and random.random() < 0.3:
                    row = {"block": block, "place": place, "period": name}
                    bought.append({**row, "order": names[i - lead], "blocks": 1})
                for demand in data["demands"]:
                    if random.random() < 0.4:
                        row = {"demand": demand["name"], "block": block, "place": place}
                        blocks = random.choice([0.5, 1, 1, 1.25, 2])
                        assigned.append({**row, "period": name, "blocks": blocks})
    bought += [{**row, "block": "gone", "order": "then"} for row in bought[:1]]
    current: Data = {"plan": {"periods": known, "bought": bought, "assigned": assigned}}
    if random.random() < 0.6:
        current["keep_to"] = random.choice(names)
    if random.random() < 0.85:
        hours = data["periods"][0]["hours"]
        current["move_cost"] = float(f"{random.choice([0.1, 0.5, 2]) * hours:.3g}")
    return current
