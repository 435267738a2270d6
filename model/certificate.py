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
class NamedCut:
    """A further row that follows from rows of the model by mixed-integer rounding.

    Attributes:
        weight: of the row.
        rows: the rows that are added up, by name, and how much of each.
        divisor: the variable by whose coefficient the sum is divided.
        complemented: the variables that are measured from their upper bounds.
    """

    weight: float
    rows: Mapping[str, float]
    divisor: str
    complemented: tuple[str, ...]


@dataclass(frozen=True)
class Certificate:
    """Weights of rows.

    Attributes:
        instance_hash: of the instance that they are for.
        proves: that no plan costs less than a bound, or that there is none.
        lost_links: losses of links, with the period, whose rows the model has.
        duals: the weight of each row by name, where it is not 0.
        cuts: further rows with their weights.
    """

    instance_hash: str
    proves: Proves
    lost_links: tuple[tuple[str, str], ...]
    duals: Mapping[str, float]
    cuts: tuple[NamedCut, ...] = ()


def to_plain(certificate: Certificate) -> dict[str, Any]:
    """Give a certificate as plain data."""
    return {
        "format_version": FORMAT_VERSION,
        "instance_hash": certificate.instance_hash,
        "proves": str(certificate.proves),
        "lost_links": [list(state) for state in certificate.lost_links],
        "duals": dict(certificate.duals),
        "cuts": [
            {
                "weight": cut.weight,
                "rows": dict(cut.rows),
                "divisor": cut.divisor,
                "complemented": list(cut.complemented),
            }
            for cut in certificate.cuts
        ],
    }


def from_plain(data: Any) -> Certificate:
    """Give back a certificate.

    Raises:
        ValueError: the data are no certificate.
    """
    try:
        version, duals = data["format_version"], data["duals"].items()
        states = tuple((link, period) for link, period in data["lost_links"])
        cuts = tuple(_cut(cut) for cut in data.get("cuts", ()))
        found = Certificate(
            data["instance_hash"], Proves(data["proves"]), states, dict(duals), cuts
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        message = f"is not a certificate: {type(error).__name__} {error}"
        raise ValueError(message) from None
    weights = [
        *found.duals.values(),
        *(w for cut in cuts for w in (cut.weight, *cut.rows.values())),
    ]
    numbers = all(type(y) in {int, float} and math.isfinite(y) for y in weights)
    said = [*states, *((cut.divisor, *cut.complemented) for cut in cuts)]
    names = all(isinstance(name, str) for each in said for name in each)
    if version != FORMAT_VERSION or not numbers or not names:
        message = "is not a certificate of a format known here"
        raise ValueError(message)
    return found


def _cut(data: Any) -> NamedCut:
    return NamedCut(
        data["weight"], dict(data["rows"].items()), data["divisor"], tuple(data["complemented"])
    )


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
