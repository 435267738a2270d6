"""Random worlds in which demands survive the loss of any one link."""

from itertools import count
from random import Random
from typing import Any

from rivals.enumerate import Search, TieError, best
from rivals.worlds import world

Data = dict[str, Any]


def surviving(seed: int) -> Data:
    """Give the data of a world with links in which some demands survive the loss of any one."""
    for attempt in count(1000 * seed):
        data = world(attempt)
        random = Random(f"losses {attempt}")
        demands = [demand for demand in data["demands"] if "from" in demand]
        if not demands or not data.get("network", {}).get("links"):
            continue
        links = data["network"]["links"]
        for spare in links[: random.choice([0, 1, 2])] if len(links) < 7 else ():
            links.append({**spare, "name": f"m{len(links)}"})
            if "ms" in spare:
                links[-1]["ms"] = spare["ms"] + 0.3
        for demand in random.sample(demands, random.randint(1, len(demands))):
            demand["survive"] = {"link": random.choice([1, 1, 0.3, 0.5, 0.8])}
        try:
            Search(data).least()
        except TieError:
            continue
        return data
    raise AssertionError


def careless(data: Data) -> Data:
    """Give a world without its promises."""
    demands = [{k: v for k, v in d.items() if k != "survive"} for d in data["demands"]]
    return {**data, "demands": demands}


def matters(data: Data) -> bool:
    """Say whether promises cost something."""
    return best(data) != best(careless(data))
