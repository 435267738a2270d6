"""Limits of places: rows of whole blocks, written so that rounding cannot blur them."""

import math
from collections.abc import Set as AbstractSet
from fractions import Fraction
from typing import Final

import pyomo.environ as pyo

from gridblock.model.additions import Limit

LARGEST: Final = 10**9
"""A row whose whole coefficients would pass this keeps the written ones."""


def limited(block: pyo.Block, resources: AbstractSet[str]) -> list[tuple[str, str, str]]:
    """Give the places, resources and periods in which a limit holds."""
    return [key for key in block.bounds.additions.limits if key[1] in resources]


def within_limit(
    block: pyo.Block, path: str, resource: str, t: str, count: pyo.Expression
) -> pyo.Expression:
    """Keep the rated use of the blocks counted in a place within its limit of a resource."""
    limit = block.bounds.additions.limits[path, resource, t]
    return fits(block, path, resource, t, count, limit, 1.0)


def fits(
    block: pyo.Block,
    path: str,
    resource: str,
    t: str,
    count: pyo.Expression,
    limit: Limit,
    factor: float,
) -> pyo.Expression:
    """Keep factor x rated use of the blocks counted in a place within a limit.

    The row is multiplied so that all that stands beside whole numbers is whole and without a common
    divisor, and what is left is rounded down: it says the same of whole blocks and lots, and a
    solver's tolerance cannot let one more in.
    """
    facts, uses = block.facts, block.bounds.uses(resource, factor)
    terms = [
        (kind, leaf)
        for leaf in facts.leaves_of[path]
        for kind in facts.kinds_at[leaf]
        if kind in uses
    ]
    if not terms:
        return pyo.Constraint.Feasible
    opened = (path, t) in block.is_open
    beside = {uses[kind] for kind, _ in terms} | {each for each in limit.added.values() if each}
    unit = common_unit(beside | ({limit.given} if opened and limit.given else set()))
    whole = max(beside) / unit <= LARGEST
    unit = unit if whole else Fraction(1)
    each_takes = {kind: float(use / unit) for kind, use in uses.items()}
    used = sum(each_takes[kind] * count[kind, leaf, t] for kind, leaf in terms)
    lots = sum(float(each / unit) * block.ordered[key] for key, each in limit.added.items() if each)
    if opened:
        while_open = float(limit.given / unit) * block.is_open[path, t]
        return used <= while_open + lots + _down(limit.sure / unit, whole=whole)
    return used <= lots + _down((limit.given + limit.sure) / unit, whole=whole)


def _down(number: Fraction, *, whole: bool) -> float:
    """Round down where all that stands beside is whole."""
    return math.floor(number) if whole else float(number)


def more(block: pyo.Block, limit: Limit) -> pyo.Expression:
    """Give what is sure of a limit and what lots add, as an expression."""
    lots = sum(float(each) * block.ordered[key] for key, each in limit.added.items() if each)
    return float(limit.given + limit.sure) + lots


def common_unit(numbers: AbstractSet[Fraction]) -> Fraction:
    """Give the largest number of which all the given ones are whole multiples."""
    denominator = math.lcm(*(number.denominator for number in numbers))
    return Fraction(math.gcd(*(int(number * denominator) for number in numbers)), denominator)
