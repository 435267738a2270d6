"""What the cross-checks share."""

from collections.abc import Callable, Collection, Iterator
from typing import Final

from gridblock.instances.faults import did_you_mean
from gridblock.instances.places import IN_MEGAWATTS
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.hardware import Where
from gridblock.instances.schema.series import Written, faults_of_series

Path = tuple[str | int, ...]
Faults = Iterator[tuple[Path, str]]

USES: Final = (*IN_MEGAWATTS.values(), "racks")
LIMITS: Final = (*IN_MEGAWATTS, "racks")
OTHER_UNIT: Final = IN_MEGAWATTS | {kw: mw for mw, kw in IN_MEGAWATTS.items()}


def twice(names: list[str], place: Callable[[int], tuple[str | int, ...]], what: str) -> Faults:
    """Refuse a name that stands twice."""
    seen: dict[str, int] = {}
    for i, name in enumerate(names):
        if name in seen:
            yield place(i), f"names the {what} {name!r} a second time"
        seen.setdefault(name, i)


def unknown(name: str, known: Collection[str], what: str, path: tuple[str | int, ...]) -> Faults:
    """Refuse a name that nothing defines."""
    if name not in known:
        yield path, f"names the {what} {name!r}, which is not defined{did_you_mean(name, known)}"


def series_fits(given: Fields, path: tuple[str | int, ...], series: Written | None) -> Faults:
    """Refuse a series that does not fit the horizon."""
    if series is not None:
        for inner, message in faults_of_series(series, given.horizon):
            yield (*path, *inner), message


def where_fits(given: Fields, path: tuple[str | int, ...], where: Where) -> Faults:
    """Refuse a choice of facilities or tags that do not exist."""
    for field in ("facilities", "not_facilities"):
        for i, name in enumerate(getattr(where, field) or ()):
            yield from unknown(name, given.facilities, "facility", (*path, field, i))
    tags = {tag for facility in given.facilities.values() for tag in facility.tags}
    for i, tag in enumerate(where.tags):
        if tag not in tags:
            yield (
                (*path, "tags", i),
                f"names the tag {tag!r}, which no facility carries{did_you_mean(tag, tags)}",
            )


def resource_known(
    name: str, built_in: tuple[str, ...], other_side: Collection[str], path: tuple[str | int, ...]
) -> Faults:
    """Refuse a resource that nothing on the other side knows and that looks like another one."""
    if name in built_in:
        return
    if name in OTHER_UNIT:
        yield path, f"has the wrong unit here; did you mean {OTHER_UNIT[name]!r}?"
    elif name not in other_side:
        yield from _lonely(name, built_in, other_side, path)


def _lonely(
    name: str,
    built_in: tuple[str, ...],
    other_side: Collection[str],
    path: tuple[str | int, ...],
) -> Faults:
    hint = did_you_mean(name, (*built_in, *other_side))
    if hint:
        yield path, f"is a resource that is named nowhere else{hint}"
