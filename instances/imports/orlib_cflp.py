"""OR-Library capacitated facility location (cap41 to cap134).

Numbers, separated by blanks or line ends::

    m n                                  sites and customers
    capacity fixed-cost                  of each site
    demand cost-from-1 … cost-from-m     of each customer: the cost of serving all of it

A customer may be shared among sites. A site becomes a facility that an option opens, with its
capacity as leased blocks of one unit each; a customer a demand that must be met in full, its
cost divided by its demand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridblock.instances.imports.sites import Location, planned

if TYPE_CHECKING:
    from gridblock.instances.imports.source import Reading, Source


def read(source: Source) -> Reading:
    """Read the file.

    Raises:
        InstanceError: it is not of this format.
    """
    words = source.words()
    sites, customers = words.whole("the number of sites"), words.whole("the number of customers")
    capacity, fixed = [], []
    for i in range(1, sites + 1):
        if words.peek() == "capacity":
            words.refuse(
                words.take("a capacity"),
                f"the capacity of site {i} is left open here; write a number in its place",
            )
        capacity.append(words.number(f"the capacity of site {i}"))
        fixed.append(words.number(f"the fixed cost of site {i}"))
    demand, cost = [], []
    for j in range(1, customers + 1):
        demand.append(words.above_zero(f"the demand of customer {j}"))
        cost.append(words.numbers(sites, f"the cost of customer {j} from site {{}}", None))
    words.end("the last customer")
    return planned(source, Location(capacity, fixed, demand, cost), split=True)
