"""Whether limits over the plan ask for more of what costs alone would keep small."""

from collections.abc import Set
from typing import Final

from gridblock.instances.instance import Instance

SPENT: Final = {"spend", "spend_once"}
DRAWN: Final = {"energy", "carbon"}
STANDING: Final = {"power", "blocks", "accelerators"}
AT_WORK: Final = {"blocks_used", "accelerators_used"}


def counts_spending(instance: Instance) -> bool:
    """Say whether some limit counts money spent."""
    return any(limit.measure in SPENT for limit in instance.limits)


def asks_to_spend(instance: Instance) -> bool:
    """Say whether some limit is easier to keep with more money spent."""
    return _asks_for_more(instance, SPENT)


def asks_to_own(instance: Instance) -> bool:
    """Say whether some limit is easier to keep with more blocks that serve nothing."""
    return _asks_for_more(instance, SPENT | DRAWN | STANDING)


def _asks_for_more(instance: Instance, measures: Set[str]) -> bool:
    return any(
        limit.measure in measures and (limit.min is not None or limit.max_share is not None)
        for limit in instance.limits
    )
