"""What may come: the scenarios of an instance as whole instances, each with its probability."""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from math import fsum, prod
from pathlib import Path
from typing import Any, Final, NamedTuple

from gridblock.instances.came_true import came_true
from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.schema.base import LONGEST_NAME
from gridblock.instances.schema.scenarios import Scenario
from gridblock.instances.uncertainty import draws_of
from gridblock.instances.variants import AS_IT_STANDS, opened

__all__ = ["AS_IT_STANDS", "Future", "futures_drawn", "futures_of"]

ROUNDING: Final = 1e-9
"""A probability below this is none."""
MOST: Final = 1000
"""So many futures at most."""


class Future(NamedTuple):
    """One thing that may come.

    Attributes:
        name: what it is called: a scenario, several with + between, or ``as it stands``.
        probability: how likely it is; those of all futures sum to 1.
        instance: what is given then.
    """

    name: str
    probability: float
    instance: Instance


def futures_of(
    instance: Instance, *, together: bool = False, samples: int | None = None, seed: int = 0
) -> tuple[Future, ...]:
    """Give everything that may come.

    One of the scenarios comes true, or none, with what their probabilities leave of 1. Scenarios
    without a probability, or with 0, do not count.

    Args:
        instance: what is given.
        together: whether scenarios come true independently of each other, so that any of them may
            come together, one after the other in the order of the instance.
        samples: so many are drawn, with equal weight; default every one, with its probability.
        seed: of the draws.

    Raises:
        InstanceError: no scenario has a probability, there are too many futures, some scenarios
            cannot come together, or one of them has other periods or another currency.
    """
    likely = [each for each in instance.scenarios if (each.probability or 0.0) > ROUNDING]
    if not likely:
        lack = "have no probability" if instance.scenarios else "are not given"
        message = f"{lack}; give each one, such as probability: 0.2"
        raise InstanceError([Fault(("scenarios",), message)])
    if samples is None:
        chances = _together(likely) if together else _one(likely)
    else:
        chances = _drawn(likely, samples, seed, together=together)
    return tuple(_comparable(instance, _futures(instance, _possible(chances))))


def futures_drawn(
    instance: Instance, distributions: str | Path | Mapping[str, Any], count: int, seed: int = 0
) -> tuple[Future, ...]:
    """Draw some futures from distributions of fields, each as likely as the others.

    Args:
        instance: what is given.
        distributions: a file, or plain data, see ``gridblock.instances.draws``.
        count: so many are drawn.
        seed: the same seed gives the same draws.

    Raises:
        InstanceError: the distributions cannot be read, are of fields that do not exist, or some
            draw is no valid instance.
    """
    variants = draws_of(instance, opened(distributions)).variants(count, seed)
    digits = len(str(count))
    drawn = []
    for i, variant in enumerate(variants, 1):
        data, _ = came_true(instance.as_it_stands(), variant.changes)
        name = f"draw {i:0{digits}d}"
        given = Instance.parse({**data, "name": f"{instance.name}+{name}"[:LONGEST_NAME].strip()})
        drawn.append(Future(name, 1 / count, given))
    return tuple(_comparable(instance, drawn))


Chance = tuple[tuple[str, ...], float]
"""Names of scenarios that come true, and how likely that is."""


def _one(likely: Sequence[Scenario]) -> Iterator[Chance]:
    """Let none or one come true."""
    yield (), 1.0 - fsum(each.probability or 0.0 for each in likely)
    for each in likely:
        yield (each.name,), each.probability or 0.0


def _together(likely: Sequence[Scenario]) -> Iterator[Chance]:
    """Let any of them come true, independently."""
    if 2 ** len(likely) > MOST:
        message = (
            f"come together in 2^{len(likely)} ways, and {MOST:,} is the most; draw some instead"
        )
        raise InstanceError([Fault(("scenarios",), message)])
    for count in range(len(likely) + 1):
        for chosen in combinations(likely, count):
            names = tuple(each.name for each in chosen)
            shares = (
                (p if each.name in names else 1 - p)
                for each in likely
                for p in (each.probability or 0.0,)
            )
            yield names, prod(shares)


def _drawn(
    likely: Sequence[Scenario], samples: int, seed: int, *, together: bool
) -> Iterator[Chance]:
    """Draw some futures; those that come up again count again."""
    dice = random.Random(seed)
    ways = [*_one(likely)]

    def drawn() -> tuple[str, ...]:
        if together:
            return tuple(s.name for s in likely if dice.random() < (s.probability or 0.0))
        weights = [max(0.0, share) for _, share in ways]
        return dice.choices([names for names, _ in ways], weights)[0]

    counts = Counter(drawn() for _ in range(samples))
    for names, count in sorted(counts.items(), key=lambda each: (len(each[0]), each[0])):
        yield names, count / samples


def _possible(chances: Iterable[Chance]) -> list[Chance]:
    """Leave out what cannot come."""
    found = [chance for chance in chances if chance[1] > ROUNDING]
    if len(found) > MOST:
        message = f"make {len(found):,} futures, and {MOST:,} is the most"
        raise InstanceError([Fault(("scenarios",), message)])
    return found


def _futures(instance: Instance, chances: Sequence[Chance]) -> Iterator[Future]:
    # What several are called together, or none, may be what a scenario is called.
    taken = {each.name for each in instance.scenarios}
    for names, probability in chances:
        name = " + ".join(names) or AS_IT_STANDS
        while len(names) != 1 and name in taken:
            name = f"({name})"
        taken.add(name)
        yield Future(name, probability, instance.scenario(*names))


def _comparable(instance: Instance, found: Iterable[Future]) -> Iterator[Future]:
    """Refuse what changes what all futures must have in common.

    Raises:
        InstanceError: one of them has other periods, or another currency.
    """
    for future in found:
        for field, ours, theirs in (
            ("periods", instance.horizon, future.instance.horizon),
            ("currency", instance.currency, future.instance.currency),
        ):
            if ours != theirs:
                message = f"{future.name!r} changes the {field}: futures cannot be compared"
                raise InstanceError([Fault(("scenarios",), message)])
        yield future
