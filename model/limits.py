"""Limits of places: rows of whole blocks, written so that rounding cannot blur them."""

import math
from collections.abc import Set as AbstractSet
from fractions import Fraction

import pyomo.environ as pyo

from gridblock.model.exact import exact


def limited(block: pyo.Block, resources: AbstractSet[str]) -> list[tuple[str, str, str]]:
    """Give the places, resources and periods in which a limit holds."""
    return [key for key in block.limit if key[1] in resources]


def within_limit(
    block: pyo.Block, path: str, resource: str, t: str, count: pyo.Expression
) -> pyo.Expression:
    """Keep the rated use of the blocks counted in a place within its limit of a resource."""
    return fits(block, path, resource, t, count, block.limit[path, resource, t], 1.0)


def fits(
    block: pyo.Block,
    path: str,
    resource: str,
    t: str,
    count: pyo.Expression,
    limit: pyo.Expression,
    factor: float,
) -> pyo.Expression:
    """Keep factor x rated use of the blocks counted in a place within a limit.

    Uses and limit are multiplied so that the uses are whole numbers without a common divisor, and
    a limit
    that is a number is then rounded down: the row says the same of whole blocks, and a solver's
    tolerance
    cannot let one more in.
    """
    facts = block.facts
    uses = {
        kind: exact(use) * exact(factor)
        for kind, hardware in facts.instance.blocks.items()
        if (use := hardware.uses.get(resource, 0.0)) > 0
    }
    terms = [
        (kind, leaf)
        for leaf in facts.leaves_of[path]
        for kind in facts.kinds_at[leaf]
        if kind in uses
    ]
    if not terms:
        return pyo.Constraint.Feasible
    unit = common_unit({uses[kind] for kind, _ in terms})
    used = sum(int(uses[kind] / unit) * count[kind, leaf, t] for kind, leaf in terms)
    most = pyo.value(limit) if limit.is_fixed() else None
    return used <= (float(1 / unit) * limit if most is None else math.floor(exact(most) / unit))


def common_unit(numbers: AbstractSet[Fraction]) -> Fraction:
    """Give the largest number of which all the given ones are whole multiples."""
    denominator = math.lcm(*(number.denominator for number in numbers))
    return Fraction(math.gcd(*(int(number * denominator) for number in numbers)), denominator)
