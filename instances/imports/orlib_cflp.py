"""OR-Library capacitated facility location (cap41 to cap134, capa to capc).

Numbers, separated by blanks or line ends::

    m n                                  sites and customers
    capacity fixed-cost                  of each site, a line each
    demand cost-from-1 … cost-from-m     of each customer: the cost of serving all of it

Where the word ``capacity`` stands for the capacities (capa to capc), ``--problem 8000`` says what
they are. A customer may be shared among sites. A site becomes a facility that an option opens,
with its capacity as leased blocks of one unit each; a customer a demand that must be met in full,
its cost divided by its demand. The layout of ``orlib-sscflp`` is read too.
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
    return planned(source, location(source, by_site=True), split=True)
