"""Multi-resource knapsack (OR-Library mknap1, mknapcb1 to mknapcb9).

Numbers, separated by blanks or line ends::

    K                     problems; then for each
    n m optimum           items and resources; 0 where the optimum is not known
    profits               of the n items
    uses                  m rows of n: what each item uses of each resource
    limits                of the m resources

An item becomes a block type that may be had for nothing, and a demand of one unit that only it
serves: what stays unmet costs the profit. So published = (sum of all profits) - 1 x ours.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from gridblock.instances.imports.source import Reading, Source, Words, base, chosen


class Problem(NamedTuple):
    """A problem of the file."""

    profit: list[float]
    use: list[list[float]]
    limit: list[float]


def read(source: Source) -> Reading:
    """Read the file.

    Raises:
        InstanceError: it is not of this format, or holds other problems than the one asked for.
    """
    words = source.words()
    count = words.whole("the number of problems")
    wanted = chosen(source, words, count)
    problems = [_problem(words) for _ in range(count)]
    words.end("the last problem")
    return _planned(source, f"{source.name}_{wanted + 1}", problems[wanted])


def _problem(words: Words) -> Problem:
    items, resources = words.whole("the number of items"), words.whole("the number of resources")
    words.number("the optimum")
    profit = words.numbers(items, "the profit of item {}")
    use = [
        words.numbers(items, f"what item {{}} uses of resource {i}")
        for i in range(1, resources + 1)
    ]
    return Problem(profit, use, words.numbers(resources, "the limit of resource {}"))


def _planned(source: Source, name: str, problem: Problem) -> Reading:
    items = [f"item-{j}" for j in range(1, len(problem.profit) + 1)]
    resources = [f"resource-{i}" for i in range(1, len(problem.limit) + 1)]

    def block(j: int) -> dict[str, Any]:
        uses = {r: use[j] for r, use in zip(resources, problem.use, strict=True) if use[j]}
        costs = {"cost_once": 0, "end_share": 0}
        return {"accelerator": items[j], "accelerators": 1, "uses": uses, **costs}

    data = {
        **base(name, f"{source.file_name}: multi-resource knapsack"),
        "accelerators": {item: {} for item in items},
        "blocks": {item: block(j) for j, item in enumerate(items)},
        "facilities": {"knapsack": {"limits": dict(zip(resources, problem.limit, strict=True))}},
        "demands": [
            {"name": item, "amount": 1, "yields": {item: 1}, "unmet_cost": profit}
            for item, profit in zip(items, problem.profit, strict=True)
        ],
    }
    return Reading(data, offset=math.fsum(problem.profit), scale=-1.0)
