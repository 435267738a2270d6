"""Cross-checks: names that must exist, series that must fit, numbers that cannot be."""

from gridblock.instances.checks import (
    current,
    demands,
    feeds,
    hardware,
    limits,
    network,
    options,
    periods,
    sites,
)
from gridblock.instances.faults import Fault
from gridblock.instances.schema.fields import Fields

SUBJECTS = (periods, hardware, sites, feeds, network, demands, options, limits, current)


def faults_of(given: Fields) -> tuple[Fault, ...]:
    """Give every fault that no single field shows."""
    found = [*periods.calendar(given), *sites.sizes(given)]
    if not found:
        for subject in SUBJECTS:
            found += subject.faults(given)
    return tuple(Fault(path, message) for path, message in found)
