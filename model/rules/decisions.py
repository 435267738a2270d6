"""Decisions: they name what the instance has, in numbers that can be decided."""

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from gridblock.instances.faults import did_you_mean, quoted
from gridblock.model.plan import Service, TunnelFlow
from gridblock.model.quantities import tunnel_hops
from gridblock.model.rules.books import TOLERANCE, Books, Rows

LARGEST: Final = 1e18
COUNTED: Final = ("bought", "retired", "switched_off")


def decisions_name_what_exists(books: Books) -> Rows:
    """Look up every block type, leaf place, period, demand, region, facility and link."""
    given = books.instance
    known: dict[str, Mapping[str, object]] = {
        "block": given.blocks,
        "place": given.leaves,
        "period": given.horizon.index,
        "demand": books.demands,
        "facility": given.facilities,
        "link": books.links,
        "region": given.network.regions,
    }
    for name, key, _ in _all(books):
        unknown = next(_unknown(books, key, known), None)
        yield (name, unknown) if unknown else None


def _unknown(books: Books, key: Any, known: Mapping[str, Mapping[str, object]]) -> Iterator[str]:
    """Give what a key of decisions names that does not exist."""
    for field, word in zip(key._fields, key, strict=True):
        if field in known and word not in known[field] and not (field == "region" and word == ""):
            what = "leaf place" if field == "place" else field
            hint = did_you_mean(str(word), known[field])
            yield f"names the {what} {quoted(str(word))}, which is not in the instance{hint}"
    if isinstance(key, Service) and key.region not in books.demands[key.demand].regions:
        yield f"serves {key.demand} from {quoted(key.region)}, where it does not come from"
    for link in key.links if isinstance(key, TunnelFlow) else ():
        if link not in known["link"]:
            yield f"names the link {quoted(str(link))}, which is not in the instance"


def _all(books: Books) -> Iterator[tuple[str, Any, Any]]:
    """Give the name, key and value of every decision."""
    for name, decided in vars(books.decisions).items():
        for key, value in decided.items():
            yield name.replace("_", " "), key, value


def _label(name: str, key: Iterable[object]) -> str:
    words = (" ".join(part) if isinstance(part, tuple) else part for part in key)
    return f"{name} {', '.join(quoted(str(word))[1:-1] for word in words if word not in ('', None))}"


def decided_numbers_are_finite(books: Books) -> Rows:
    """Refuse truth values, text, what is not finite, and what is beyond 1e18."""
    for name, key, value in _all(books):
        plain = type(value) in (int, float)
        if plain and math.isfinite(value) and abs(value) <= LARGEST:
            yield None
        else:
            shown = "a number without end" if plain else f"{value!r:.40}"
            yield _label(name, key), f"is {shown}, not a number up to {LARGEST:g}"
