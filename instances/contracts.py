"""Contracts: when the lots of an option are in effect, and by how much."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from gridblock.instances.calendar import FORMS, MONTHS, Horizon, span_of
from gridblock.instances.places import Place
from gridblock.instances.schema.options import Option


@dataclass(frozen=True)
class Contract:
    """An option on a horizon; periods are positions from 0, before the horizon below 0.

    Attributes:
        option: what can be ordered.
        horizon: the periods.
    """

    option: Option
    horizon: Horizon

    @cached_property
    def orders(self) -> tuple[int, ...]:
        """The periods in which a lot can be ordered and still enters service."""
        if not self.on_offer:
            return ()
        index, window = self.horizon.index, self.option.order
        first = 0 if window.earliest is None else index[window.earliest]
        last = len(index) - 1 if window.latest is None else index[window.latest]
        return tuple(range(first, min(last, len(index) - 1 - self.option.lead) + 1))

    @cached_property
    def signed(self) -> tuple[tuple[int, int], ...]:
        """Period of entering service and number of the lots that are signed already."""
        places = ((position(self.horizon, name), lots) for name, lots in self.option.signed.items())
        return tuple((at, lots) for at, lots in places if at is not None and lots)

    @property
    def on_offer(self) -> int:
        """Lots that can still be ordered."""
        return self.option.max - sum(self.option.signed.values())

    def agreed(self, service: int) -> Iterator[tuple[int, float, int]]:
        """Give when cost_once of a signed lot is due, as ``dues``.

        A price that was agreed before the horizon is that of its first period.
        """
        for due, share, priced in self.dues(service - self.option.lead):
            if due >= 0:
                yield due, share, max(priced, 0)

    def is_in_effect(self, service: int, period: int) -> bool:
        """Say whether a lot that enters service in one period is in effect in another."""
        term = self.option.term
        return service <= period and (term is None or period < service + term)

    def ramp(self, service: int, period: int) -> float:
        """Give the share in effect of a lot that is in effect."""
        ramp = self.option.ramp
        return ramp[min(period - service, len(ramp) - 1)]

    def in_effect(self, period: int) -> Iterator[int]:
        """Give the orders whose lots are in effect in a period."""
        lead = self.option.lead
        return (order for order in self.orders if self.is_in_effect(order + lead, period))

    def signed_in_effect(self, period: int) -> Iterator[tuple[int, int]]:
        """Give the signed lots in effect in a period, with their period of entering service."""
        return (pair for pair in self.signed if self.is_in_effect(pair[0], period))

    def dues(self, order: int) -> Iterator[tuple[int, float, int]]:
        """Give when cost_once of a lot is due: period, share, and the period whose price holds."""
        if not self.option.pay:
            service = order + self.option.lead
            yield service, 1.0, service
        for i, share in enumerate(self.option.pay):
            yield order + i, share, order


def position(horizon: Horizon, name: str) -> int | None:
    """Give the position of a period, below 0 for one of the calendar before the horizon."""
    if name in horizon.index:
        return horizon.index[name]
    span = span_of(name)
    if not horizon.named or span is None or span != span_of(horizon.names[0]):
        return None
    there, here = _number(name, span), _number(horizon.names[0], span)
    return there - here if there < here else None


def _number(name: str, span: str) -> int:
    match = FORMS[span].fullmatch(name)
    per_year: Final = 12 // MONTHS[span]
    return 0 if match is None else int(match["year"]) * per_year + int(match["part"] or 1) - 1


def place_of(part: object) -> str:
    """Give the path that a part of an option names, or nothing for what has no place."""
    return str(getattr(part, "opens", None) or getattr(part, "at", ""))


def places_called(path: str, places: Mapping[str, Place]) -> tuple[str, ...]:
    """Give the places that a path names: one, or all copies of a zone that is written once."""
    if path in places:
        return (path,)
    return tuple(place.path for place in places.values() if place.written == path)
