"""Single-source capacitated facility location (Holmberg, Rönnqvist and Yuan, p1 to p71).

Numbers, separated by blanks or line ends::

    m n                   sites and customers
    capacities            of the m sites
    fixed costs           of the m sites
    demands               of the n customers
    costs                 n rows of m: the cost of serving all of a customer from each site

As `orlib_cflp`, but each customer is served from one site.
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
    capacity = words.numbers(sites, "the capacity of site {}")
    fixed = words.numbers(sites, "the fixed cost of site {}")
    demand = [words.above_zero(f"the demand of customer {j}") for j in range(1, customers + 1)]
    cost = [
        words.numbers(sites, f"the cost of customer {j} from site {{}}", None)
        for j in range(1, customers + 1)
    ]
    words.end("the last customer")
    return planned(source, Location(capacity, fixed, demand, cost), split=False)
