"""What the families look up of the plan in force."""

from collections.abc import Mapping
from functools import cached_property

from gridblock.instances.instance import Instance
from gridblock.instances.standing_orders import (
    given_blocks,
    known_periods,
    last_kept,
    standing_lots,
    standing_purchases,
)

Shared = Mapping[tuple[str, str, str], int]
"""Most blocks that come, by block type, leaf place and period of entering service."""


class InForce:
    """The plan in force, as far as it binds or has a price, and what else may come unwanted."""

    def __init__(self, instance: Instance, shared: Shared | None = None) -> None:
        """Remember what is given; everything else is worked out when it is first asked for.

        Args:
            instance: what is given.
            shared: the most blocks that an order placed for other scenarios as well may bring.
        """
        self.instance = instance
        self.shared = shared or {}

    def may_come(self, kind: str, path: str, period: str) -> int:
        """Give the most blocks that may enter service because they have been ordered anyhow."""
        key = (kind, path, period)
        return max(self.purchases.get(key, 0), self.shared.get(key, 0))

    @cached_property
    def purchases(self) -> dict[tuple[str, str, str], int]:
        """Blocks ordered that stand, by block type, leaf place and period of entering service."""
        return standing_purchases(self.instance)

    @cached_property
    def lots(self) -> dict[tuple[str, str], int]:
        """Lots ordered that stand, by option and period of order."""
        return standing_lots(self.instance)

    @cached_property
    def first_free(self) -> int:
        """The position of the first period whose orders are free."""
        return last_kept(self.instance) + 1

    def stands(self, period: str, kind: str | None = None) -> bool:
        """Say whether orders of a period stand; with a block type, of what enters service then."""
        lead = 0 if kind is None else self.instance.blocks[kind].lead
        return self.instance.horizon.index[period] - lead < self.first_free

    @cached_property
    def given(self) -> dict[str, dict[tuple[str, str, str], float]]:
        """Blocks that it assigns, by type, leaf place and period, by demand."""
        return given_blocks(self.instance)

    def assigned(self, demand: str, kind: str, path: str, period: str) -> float:
        """Give the blocks that it assigns to a demand that it knows."""
        return self.given[demand].get((kind, path, period), 0.0)

    @cached_property
    def priced_periods(self) -> tuple[str, ...]:
        """The periods in which a move has a price: those that it knows."""
        current = self.instance.current
        priced = current is not None and current.move_cost > 0
        return known_periods(self.instance) if priced else ()

    @cached_property
    def places(self) -> frozenset[str]:
        """The leaf places whose copies it tells apart."""
        named = {path for _, path, _ in self.purchases}
        if self.priced_periods:
            named |= {path for blocks in self.given.values() for _, path, _ in blocks}
        return frozenset(named & set(self.instance.leaves))
