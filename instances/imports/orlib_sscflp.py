"""Single-source capacitated facility location (Holmberg, Rönnqvist and Yuan, p1 to p71).

Numbers, separated by blanks or line ends::

    m n                   sites and customers
    capacities            of the m sites
    fixed costs           of the m sites
    demands               of the n customers
    costs                 n rows of m: the cost of serving all of a customer from each site

As ``orlib-cflp``, whose layout is read too, but each customer is served from one site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridblock.instances.imports.layouts import location
from gridblock.instances.imports.sites import planned

if TYPE_CHECKING:
    from gridblock.instances.imports.source import Reading, Source


def read(source: Source) -> Reading:
    """Read the file.

    Raises:
        InstanceError: it is not of this format.
    """
    return planned(source, location(source, by_site=False), split=False)
