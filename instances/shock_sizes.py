"""Which shocks to look for, and how large: read from a file, and derived from an instance."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import Field

from gridblock.instances import delays, surges
from gridblock.instances.faults import Fault, InstanceError, did_you_mean
from gridblock.instances.instance import Instance
from gridblock.instances.schema.base import Counting, Name
from gridblock.instances.schema.scenarios import FieldPath, Scenario, Setting
from gridblock.instances.shocks import DELAY, DEMAND, KINDS, OUTAGE, OWN, PRICE, Kind, Shock
from gridblock.instances.variants import Given


class Own(Given):
    """A shock that is written down, as a scenario is."""

    name: Name
    """What it is called."""
    set: dict[FieldPath, Setting]
    """New values or factors by field path."""


class Sizes(Given):
    """Which shocks to look for, and how large they are."""

    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = KINDS
    """Which kinds."""
    late: Counting = 2
    """By how many periods what is to come is late."""
    outage: Counting = 1
    """For how many periods a facility or link is out."""
    starts: Literal["worst", "all"] = "worst"
    """When an outage may begin: when most is lost of the plan as it stands, or in any period."""
    price: Annotated[float, Field(gt=1)] = 1.3
    """What prices are multiplied by."""
    demand: Annotated[float, Field(gt=1)] = 1.2
    """What demands are multiplied by."""
    only: tuple[str, ...] = ()
    """Only what is called so, ``*`` standing for anything; default all."""
    leave: tuple[str, ...] = ()
    """Not what is called so."""
    scenarios: bool = True
    """Whether the scenarios of the instance count as shocks, too."""
    shocks: tuple[Own, ...] = ()
    """Shocks beside those that follow from the instance."""

    def wants(self, shock: Shock) -> bool:
        """Say whether a shock is asked for."""
        if shock.kind not in self.kinds:
            return False
        names = (shock.of, shock.name)
        if any(fnmatchcase(name, pattern) for name in names for pattern in self.leave):
            return False
        return not self.only or any(fnmatchcase(n, p) for n in names for p in self.only)


def shocks_of(
    instance: Instance, sizes: Sizes, strikes: int, scenarios: Sequence[Scenario] = ()
) -> tuple[Shock, ...]:
    """Give the shocks that may hit an instance, in the order of their kinds.

    Args:
        instance: what is given, with the plan in force whose orders stand.
        sizes: which ones.
        strikes: the position of the period from which prices, demands and outages are as bad.
        scenarios: futures that count as shocks, too.

    Raises:
        InstanceError: none is left, or two are called the same.
    """
    derived: list[Shock] = []
    if DELAY in sizes.kinds:
        derived += delays.delays(instance, sizes.late)
    if OUTAGE in sizes.kinds:
        derived += surges.outages(instance, sizes.outage, strikes)
    if PRICE in sizes.kinds:
        derived += surges.prices(instance, sizes.price, strikes)
    if DEMAND in sizes.kinds:
        derived += surges.demands(instance, sizes.demand, strikes)
    derived = [*_told_apart(derived), *_own(sizes, scenarios)]
    found = tuple(_once(filter(sizes.wants, derived)))
    if not found:
        raise InstanceError([Fault((), _nothing(sizes, derived))])
    _refuse_twins(found)
    return found


def _once(shocks: Iterable[Shock]) -> Iterator[Shock]:
    """Leave out what does the same as one before it: a site at which one option alone is late.

    What is written down is kept: two times the same factor come to another one together.
    """
    seen: list[tuple[Mapping[str, Any], Any]] = []
    for each in shocks:
        does = (each.set, each.limits)
        if each.kind == OWN or does not in seen:
            seen.append(does)
            yield each


def _told_apart(derived: Iterable[Shock]) -> Iterator[Shock]:
    """Let all that follows from the instance have a name of its own, whatever things are called."""
    taken: set[str] = set()
    for each in derived:
        name = each.name
        while name in taken:
            name += "'"
        taken.add(name)
        yield replace(each, name=name)


def _own(sizes: Sizes, scenarios: Sequence[Scenario]) -> Iterator[Shock]:
    """Give the scenarios of the instance, and what the user has written down."""
    if OWN in sizes.kinds:
        for each in scenarios if sizes.scenarios else ():
            yield Shock(each.name, OWN, each.name, each.set)
        for own in sizes.shocks:
            yield Shock(own.name, OWN, own.name, own.set)


def _nothing(sizes: Sizes, derived: Sequence[Shock]) -> str:
    known = [name for shock in derived for name in (shock.of, shock.name)]
    for pattern in sizes.only:
        if not any(fnmatchcase(name, pattern) for name in known):
            return f"no shock is of {pattern!r}{did_you_mean(pattern, known)}"
    return "no shock is left: ask for other kinds, or for less to be left out"


def _refuse_twins(found: Iterable[Shock]) -> None:
    seen: set[str] = set()
    for each in found:
        if each.name in seen:
            message = f"two shocks are called {each.name!r}; call one of them otherwise"
            raise InstanceError([Fault(("shocks",), message)])
        seen.add(each.name)
