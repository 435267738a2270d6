"""OR-Library capacitated facility location (cap41 to cap134).

Numbers, separated by blanks or line ends::

    m n                                  sites and customers
    capacity fixed-cost                  of each site
    demand cost-from-1 … cost-from-m     of each customer: the cost of serving all of it

Where the word ``capacity`` stands for the capacities (capa to capc), ``--problem 8000`` says what
they are. A customer may be shared among sites. A site becomes a facility that an option opens,
with its capacity as leased blocks of one unit each; a customer a demand that must be met in full,
its cost divided by its demand.
"""

from __future__ import annotations

from typing import Final

from gridblock.instances.faults import quoted
from gridblock.instances.imports.sites import Location, planned
from gridblock.instances.imports.source import NUMBER, Reading, Source, Words

LEFT_OPEN: Final = "capacity"


def read(source: Source) -> Reading:
    """Read the file.

    Raises:
        InstanceError: it is not of this format.
    """
    words = source.words()
    sites, customers = words.whole("the number of sites"), words.whole("the number of customers")
    capacity, fixed = [], []
    for i in range(1, sites + 1):
        capacity.append(_capacity(source, words, i))
        fixed.append(words.number(f"the fixed cost of site {i}"))
    demand, cost = [], []
    for j in range(1, customers + 1):
        demand.append(words.above_zero(f"the demand of customer {j}"))
        cost.append(words.numbers(sites, f"the cost of customer {j} from site {{}}", None))
    words.end("the last customer")
    return planned(source, Location(capacity, fixed, demand, cost), split=True)


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
