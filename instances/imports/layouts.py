"""The two layouts of facility location files, told apart by the lines of the sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gridblock.instances.faults import quoted
from gridblock.instances.imports.sites import Location
from gridblock.instances.imports.source import NUMBER

if TYPE_CHECKING:
    from gridblock.instances.imports.source import Source, Words

LEFT_OPEN: Final = "capacity"


def location(source: Source, *, by_site: bool) -> Location:
    """Read a file of either layout.

    Args:
        source: the file.
        by_site: whether a file of two sites, which may be either, has a line a site.

    Raises:
        InstanceError: it is of neither.
    """
    words = source.words()
    sites, customers = words.whole("the number of sites"), words.whole("the number of customers")
    if sites != 2:
        by_site = words.on_line() == 2
    if by_site:
        return _by_site(source, words, sites, customers)
    if source.problem is not None:
        source.refuse("gives capacities, so --problem means nothing for it", words.line)
    return _by_kind(words, sites, customers)


def _by_site(source: Source, words: Words, sites: int, customers: int) -> Location:
    """Read capacity and fixed cost of each site, then demand and costs of each customer."""
    capacity, fixed = [], []
    for i in range(1, sites + 1):
        capacity.append(_capacity(source, words, i))
        fixed.append(words.number(f"the fixed cost of site {i}"))
    demand, cost = [], []
    for j in range(1, customers + 1):
        demand.append(words.above_zero(f"the demand of customer {j}"))
        cost.append(words.numbers(sites, f"the cost of customer {j} from site {{}}", None))
    words.end("the last customer")
    return Location(capacity, fixed, demand, cost)


def _capacity(source: Source, words: Words, site: int) -> float:
    """Take a capacity, or the one asked for where the file leaves it open."""
    if words.peek() != LEFT_OPEN:
        if source.problem is not None:
            source.refuse("gives capacities, so --problem means nothing for it", words.line)
        return words.number(f"the capacity of site {site}")
    word = words.take("a capacity")
    if source.problem is None:
        words.refuse(word, f"the capacity of site {site} is left open: give it, --problem 8000")
    if not NUMBER.fullmatch(source.problem) or float(source.problem) <= 0:
        source.refuse(f"cannot have the capacity {quoted(source.problem)}; give a number above 0")
    return float(source.problem)


def _by_kind(words: Words, sites: int, customers: int) -> Location:
    """Read all capacities, all fixed costs, all demands, then the costs of each customer."""
    capacity = words.numbers(sites, "the capacity of site {}")
    fixed = words.numbers(sites, "the fixed cost of site {}")
    demand = [words.above_zero(f"the demand of customer {j}") for j in range(1, customers + 1)]
    cost = [
        words.numbers(sites, f"the cost of customer {j} from site {{}}", None)
        for j in range(1, customers + 1)
    ]
    words.end("the last customer")
    return Location(capacity, fixed, demand, cost)
