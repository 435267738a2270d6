"""What proves a plan's bound, or that no plan exists: a weight for each row of the model.

Anyone can check it: the weights say which rows to add up, ``gridblock export`` writes the rows.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

FORMAT_VERSION: Final = 1


class Proves(StrEnum):
    """What a certificate proves."""

    BOUND = "bound"
    INFEASIBLE = "infeasible"


@dataclass(frozen=True)
class Certificate:
    """Weights of rows.

    Attributes:
        instance_hash: of the instance that they are for.
        proves: that no plan costs less than a bound, or that there is none.
        lost_links: losses of links, with the period, whose rows the model has.
        duals: the weight of each row by name, where it is not 0.
    """

    instance_hash: str
    proves: Proves
    lost_links: tuple[tuple[str, str], ...]
    duals: Mapping[str, float]


def to_plain(certificate: Certificate) -> dict[str, Any]:
    """Give a certificate as plain data."""
    return {
        "format_version": FORMAT_VERSION,
        "instance_hash": certificate.instance_hash,
        "proves": str(certificate.proves),
        "lost_links": [list(state) for state in certificate.lost_links],
        "duals": dict(certificate.duals),
    }


def from_plain(data: Any) -> Certificate:
    """Give back a certificate.

    Raises:
        ValueError: the data are no certificate.
    """
    try:
        version, duals = data["format_version"], data["duals"].items()
        states = tuple((link, period) for link, period in data["lost_links"])
        found = Certificate(data["instance_hash"], Proves(data["proves"]), states, dict(duals))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"is not a certificate: {type(error).__name__} {error}"
        raise ValueError(message) from None
    numbers = all(type(y) in {int, float} and math.isfinite(y) for y in found.duals.values())
    names = all(isinstance(name, str) for state in states for name in state)
    if version != FORMAT_VERSION or not numbers or not names:
        message = "is not a certificate of a format known here"
        raise ValueError(message)
    return found


@dataclass(frozen=True)
class Proof:
    """What has been proven of a plan without its solver.

    Attributes:
        bound: no plan costs less; None where that is not proven.
        gap: between the plan and it, likewise.
        infeasible: whether it is proven that no plan exists.
        rows: how many rows of the model were added up.
        lack: why nothing is proven; empty where something is.
    """

    bound: float | None = None
    gap: float | None = None
    infeasible: bool = False
    rows: int = 0
    lack: str = ""
