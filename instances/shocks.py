"""Shocks: what may hit a plan, each as the changes that a scenario would make.

Values are absolute, written out by period, so that a shock can be pasted into an instance, and
two of them together are no more than both.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from gridblock.instances import paths
from gridblock.instances.came_true import came_true
from gridblock.instances.instance import Instance
from gridblock.instances.schema.base import LONGEST_NAME

Kind = Literal["delay", "outage", "price", "demand", "own"]
DELAY: Final = "delay"
OUTAGE: Final = "outage"
PRICE: Final = "price"
DEMAND: Final = "demand"
OWN: Final = "own"
KINDS: Final[tuple[Kind, ...]] = (DELAY, OUTAGE, PRICE, DEMAND, OWN)
"""What may happen: late, out, dearer, more of it, and what the user writes down."""
LIMITS: Final = "limits"


@dataclass(frozen=True)
class Lost:
    """What is out of use for some periods.

    Attributes:
        facilities: their names.
        links: their labels.
        periods: when.
    """

    facilities: tuple[str, ...]
    links: tuple[str, ...]
    periods: tuple[str, ...]


@dataclass(frozen=True)
class Shock:
    """Something that may hit a plan.

    Attributes:
        name: what it is called.
        kind: one of ``KINDS``.
        of: what it hits, by name.
        set: new values by field path.
        limits: limits over the plan that it adds.
        lost: what is out of use, for an outage.
    """

    name: str
    kind: str
    of: str
    set: Mapping[str, Any] = field(default_factory=dict)
    limits: tuple[Mapping[str, Any], ...] = ()
    lost: Lost | None = None


def changes_of(instance: Instance, shocks: Sequence[Shock]) -> tuple[Mapping[str, Any], ...]:
    """Give the changes of some shocks together, one mapping after the other.

    Limits come first, so that a shock may change one of them after that.
    """
    added = [dict(limit) for shock in shocks for limit in shock.limits]
    steps: list[Mapping[str, Any]] = []
    if added:
        steps.append({LIMITS: [*instance.as_it_stands().get(LIMITS, []), *added]})
    steps += [shock.set for shock in shocks if shock.set]
    return tuple(steps)


def as_scenario(instance: Instance, shocks: Sequence[Shock]) -> dict[str, Any]:
    """Give some shocks as one scenario, to be pasted into an instance.

    The changes of a scenario have no order, and no two may touch the same field: of several shocks
    it says what they come to in the end, whether they are given by values or by factors.
    """
    steps = changes_of(instance, shocks)
    changes = steps[0] if len(steps) == 1 else _in_the_end(instance, steps)
    return {"name": together(shocks), "set": dict(changes)}


def _in_the_end(instance: Instance, steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Give the value that each field has after several changes, the outermost ones."""
    data, touched = came_true(instance.as_it_stands(), steps)
    known = set(touched)
    inside = {keys for keys in known if any(keys[:i] in known for i in range(1, len(keys)))}
    left = (keys for keys in touched if keys not in inside)
    return {paths.written(data, keys): paths.at(data, keys) for keys in left}


def together(shocks: Sequence[Shock]) -> str:
    """Name some shocks."""
    return " + ".join(shock.name for shock in shocks)[:LONGEST_NAME].strip()
