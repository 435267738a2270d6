"""Small edits of a world: some numbers are changed, or a demand or a facility is no more."""

from collections.abc import Iterator
from copy import deepcopy
from random import Random
from typing import Any

from rivals.dice import Data

Path = tuple[Any, ...]


def edited(data: Data, random: Random) -> Data:
    """Give plain data with an edit or some; it need not be valid any more."""
    data = deepcopy(data)
    for _ in range(random.choice((1, 1, 2, 4))):
        *path, last = random.choice([path for path in _numbers(data) if path != ("gridblock",)])
        holder: Any = data
        for part in path:
            holder = holder[part]
        holder[last] = _other(holder[last], random)
    for name in ("demands", "facilities"):
        held = data[name]
        if len(held) > 1 and random.random() < 0.15:
            del held[random.choice([*held] if isinstance(held, dict) else range(len(held)))]
    return data


def _other(number: float, random: Random) -> float:
    if isinstance(number, int):
        return max(0, number + random.choice((-1, 1, 2)))
    return float(f"{number * random.choice((0, 0.5, 0.9, 1.1, 2, 5)):.3g}")


def _numbers(data: Any, before: Path = ()) -> Iterator[Path]:
    """Give the path of each number."""
    inside = data.items() if isinstance(data, dict) else enumerate(data)
    for part, value in inside:
        if isinstance(value, dict | list):
            yield from _numbers(value, (*before, part))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield (*before, part)
