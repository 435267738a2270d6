"""The smallest set of rules that serves all of a demand once they are relaxed."""

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Final, TypeVar

MOST: Final = 4
"""Larger sets are not looked for."""
TESTS: Final = 1000
T = TypeVar("T")


def smallest(
    universe: Sequence[T],
    maybe: Callable[[frozenset[T]], bool],
    surely: Callable[[frozenset[T]], bool],
    most: int = MOST,
    tests: int = TESTS,
    every: int = 0,
) -> frozenset[T] | None:
    """Find a smallest set that does, where every set around one that does, does as well.

    A set that does not do is grown while it does not; whatever does must then hold something that
    the grown set lacks. A smallest set that holds something of each lack is the next to try, until
    one does (implicit hitting sets: Moreno-Centeno and Karp, 2013).

    Args:
        universe: what may be chosen, the preferred first.
        maybe: whether a set does, as a quick test sees it, which is never wrong when it says no.
        surely: whether a set does.
        most: the largest set that is looked for.
        tests: so many sets are tested before the search gives up.
        every: every set up to this size is tested, whatever does not do around it: relaxing more
            may let a plan prefer other work.

    Returns:
        The set, the preferred among those of its size as far as the lacks tell; None if
        none does, or the search has given up.
    """
    for size in range(every + 1):
        for chosen in map(frozenset, combinations(universe, size)):
            if maybe(chosen) and surely(chosen):
                return chosen
    lacks: list[frozenset[T]] = []
    everything: frozenset[T] = frozenset(universe)
    if not maybe(everything):
        return None
    for _ in range(tests):
        tried = _hitting(universe, lacks, most)
        if tried is None:
            return None
        if not maybe(tried):
            grown: frozenset[T] = _grown(tried, universe, maybe)
            lacks.append(everything - grown)
        elif surely(tried):
            return _without_needless(tried, surely)
        else:
            lacks.append(everything - tried)
    return None


def _hitting(
    universe: Sequence[T], lacks: Sequence[frozenset[T]], most: int
) -> frozenset[T] | None:
    """Give a smallest set that holds something of each lack."""
    useful = [each for each in universe if any(each in lack for lack in lacks)]
    for size in range(min(most, len(useful)) + 1):
        for chosen in combinations(useful, size):
            if all(lack.intersection(chosen) for lack in lacks):
                return frozenset(chosen)
    return None


def _without_needless(found: frozenset[T], surely: Callable[[frozenset[T]], bool]) -> frozenset[T]:
    """Leave out what a set does as well without."""
    for each in found:
        if surely(found - {each}):
            return _without_needless(found - {each}, surely)
    return found


def _grown(
    tried: frozenset[T], universe: Sequence[T], maybe: Callable[[frozenset[T]], bool]
) -> frozenset[T]:
    """Add to a set what leaves it one that does not do."""
    for each in universe:
        if each not in tried and not maybe(tried | {each}):
            tried |= {each}
    return tried
