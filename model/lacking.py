"""What stays unmet in all, weighed: as a sum of the model, and exactly from the books."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pyomo.environ as pyo

Weight = Callable[[str, str], float]
"""Gives what one unit of a demand, unmet in a period, counts."""


def lacking(block: pyo.Block, weight: Weight) -> Any:
    r"""Give what stays unmet in all, as an expression of the model.

    .. math::
        \sum_{drt} w_{dt} \, u_{drt} + \sum_{d \in R} \Big(1 - \sum_t o_{dt}\Big)
        \sum_{t \in W_d} w_{dt} A_{dt}

    where :math:`u` is unmet, :math:`R` the runs, which start (:math:`o`) or are unmet in their
    earliest periods :math:`W`, and :math:`A` ``Demand.amount``.

    Args:
        block: what ``build`` made.
        weight: what one unit counts.
    """
    facts = block.facts
    total = sum(weight(d, t) * unmet for (d, _, t), unmet in block.unmet.items())
    for d, windows in facts.windows.items():
        started = sum(block.starts[d, t] for t in windows)
        units = sum(
            weight(d, t) * facts.total.get((d, t), 0.0) for t in next(iter(windows.values()))
        )
        total += units * (1 - started)
    return total


def lacking_in(unmet: Any, weight: Weight) -> Fraction:
    """Give the same from an account's unmet units."""
    return sum((Fraction(weight(d, t)) * units for (d, _, t), units in unmet.items()), Fraction(0))
