"""Offers: what looks odd about options, each with what to do about it."""

from collections.abc import Iterator

from gridblock.instances.contracts import Contract, places_called
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.series import spread

Key = str | int
Oddities = Iterator[tuple[tuple[Key, ...], str]]


def of_options(given: Fields) -> Oddities:
    """Find options that can never be taken, pass the end of the horizon, or add nothing."""
    for i, (name, contract) in enumerate(given.contracts.items()):
        here = ("options", i)
        yield from _time(given, here, contract)
        option = contract.option
        forgotten = "end_share" not in option.model_fields_set and option.term is None
        if forgotten and any(spread(option.cost_once, given.horizon)):
            message = (
                "has no end_share beside it: what is bought is worth nothing at the end of the"
            )
            yield (*here, "cost_once"), f"{message} horizon; name it, 0 if that is meant"
        required = any(name in other.requires for other in given.options)
        if not option.adds and not required:
            yield (*here, "name"), "adds nothing, and no option requires it; say what it adds"
        if (
            option.ramp != (1.0,)
            and option.adds
            and not any((*option.leases, *option.limits, *option.links, *option.feeds))
        ):
            yield (*here, "ramp"), "has no effect: a place is open as soon as a lot is in effect"
        for j, part in enumerate(option.adds):
            copies = places_called(getattr(part, "opens", ""), given.places)
            if copies and option.max > max(1, len(copies)):
                message = f"opens {len(copies)} place(s), fewer than its {option.max} lots"
                yield (*here, "adds", j, "opens"), message


def _time(given: Fields, here: tuple[Key, ...], contract: Contract) -> Oddities:
    """Find options whose lots never enter service in time, or whose term passes the horizon."""
    option, periods = contract.option, len(given.horizon)
    if not contract.orders and contract.on_offer:
        message = f"is {option.lead} periods: nothing ordered in its window enters service in time"
        yield (*here, "lead"), f"{message}; lengthen the horizon or shorten the lead"
    elif contract.orders and option.term is not None:
        first = contract.orders[0] + option.lead
        if first + option.term > periods:
            message = (
                f"of {option.term} periods always passes the end of the horizon; what is due "
                "after it is not charged"
            )
            yield (*here, "term"), message
