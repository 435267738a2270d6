"""Commodities: traffic that demands share."""

from typing import NamedTuple


class Commodity(NamedTuple):
    """Traffic with one origin, one end and one latency bound, shared by demands."""

    region: str
    facility: str
    max_ms: float | None

    @property
    def key(self) -> tuple[str, str, str]:
        """Region, facility and bound as text, ``any`` for none: the index in the model."""
        return (
            self.region,
            self.facility,
            "any" if self.max_ms is None else f"{self.max_ms:.12g} ms",
        )
