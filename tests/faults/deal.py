"""An instance that takes a second to prove: 20 blocks, 4 limits."""

import random
from typing import Any


def deal(blocks: int = 20, limits: int = 4, seed: int = 7) -> dict[str, Any]:
    """Give a knapsack of block types with several limits as plain data."""
    draw = random.Random(seed)
    uses = [[draw.randint(1, 1000) for _ in range(limits)] for _ in range(blocks)]
    chips = [sum(use) // limits + draw.randint(0, 250) for use in uses]
    return {
        "gridblock": 1,
        "name": "deal",
        "accelerators": {"chip": {}},
        "blocks": {
            f"b{i}": {
                "accelerator": "chip",
                "accelerators": chips[i],
                "uses": {f"r{j}": amount for j, amount in enumerate(use)},
                "cost_once": 1,
                "end_share": 0,
                "supply": 1,
            }
            for i, use in enumerate(uses)
        },
        "facilities": {
            "site": {"limits": {f"r{j}": sum(use[j] for use in uses) // 2 for j in range(limits)}}
        },
        "demands": [{"name": "d", "amount": sum(chips), "yields": {"chip": 1}, "unmet_cost": 10}],
    }
