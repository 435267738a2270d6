"""Cross-checks: names that must exist, series that must fit, numbers that cannot be."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from gridblock.instances.checks import (
    current,
    demands,
    feeds,
    hardware,
    limits,
    network,
    options,
    periods,
    scenarios,
    sites,
)
from gridblock.instances.faults import Fault, from_pydantic
from gridblock.instances.schema.fields import Fields

SUBJECTS = (periods, hardware, sites, feeds, network, demands, options, limits, scenarios, current)


def faults_of(given: Fields, in_scenarios: bool = True) -> tuple[Fault, ...]:
    """Give every fault that no single field shows.

    Args:
        given: the fields.
        in_scenarios: whether faults that only a scenario brings are looked for, too.
    """
    found = [*periods.calendar(given), *sites.sizes(given)]
    if not found:
        for subject in SUBJECTS:
            found += subject.faults(given)
    if not found and in_scenarios:
        found += scenarios.faults_within(given, _faults_in)
    return tuple(Fault(path, message) for path, message in found)


def _faults_in(data: Mapping[str, Any]) -> Sequence[Fault]:
    """Give every fault of plain data."""
    try:
        return faults_of(Fields.model_validate(data))
    except ValidationError as error:
        return from_pydantic(error, data, Fields)
