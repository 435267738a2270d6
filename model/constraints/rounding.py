"""Rounding: what whole blocks imply together, which tightens the relaxation."""

import math
from fractions import Fraction
from typing import Final

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.exact import exact
from gridblock.model.facts import Facts
from gridblock.model.pools import Reduction

SMALLEST: Final = Fraction(1, 1000)
"""Fractions of a block below which rounding is not worth a row."""


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Say of whole blocks together what rounding implies, which tightens the relaxation.

    .. math::
        \sum_{b, z} \big(\lfloor w_b \rfloor + \min(1, \{w_b\} / \phi) \big) a_{dbzt}
        + \frac{1}{\phi \, w} \sum_r u_{drt} \ge \lceil A_{dt} / w \rceil

    for each :math:`w`, what a block of a demand with ``whole_blocks`` serves, with :math:`w_b` that
    of type :math:`b` serves over :math:`w`, :math:`\phi = \{A_{dt} / w\}` and :math:`\{\cdot\}` the
    fraction: mixed-integer rounding (Nemhauser and Wolsey, 1990) of served + unmet = amount. What
    is left of a division has few of its digits, so all are worked out in rational numbers.
    """
    facts = block.facts
    blocks: dict[tuple[str, str], dict[str, list[pyo.Var]]] = {}
    if Reduction.ROUNDING in block.pools.reductions:
        for (d, kind, _, t), assigned in block.assigned.items():
            if facts.demands[d].whole_blocks and d not in facts.windows:
                blocks.setdefault((d, t), {}).setdefault(kind, []).append(assigned)
    units = {
        (d, t): {kind: _units(facts, kind, d, t) for kind in kinds}
        for (d, t), kinds in blocks.items()
    }
    sizes = {key: sorted(set(each.values())) for key, each in units.items()}
    asked = {key: _asked(facts, *key) for key in blocks}

    @block.Constraint([(d, i, t) for (d, t), each in sizes.items() for i in range(len(each))])
    def whole_blocks_for_what_is_met(block: pyo.Block, d: str, i: int, t: str) -> pyo.Expression:
        size = sizes[d, t][i]
        fraction = asked[d, t] / size % 1
        if not SMALLEST < fraction < 1 - SMALLEST:
            return pyo.Constraint.Feasible
        counted = 0.0
        for kind, there in blocks[d, t].items():
            whole, part = divmod(units[d, t][kind] / size, 1)
            counted += float(whole + min(Fraction(1), part / fraction)) * sum(there)
        unmet = sum(
            block.unmet[d, r, t] for r in facts.demands[d].regions if (d, r, t) in block.asked
        )
        most = math.ceil(asked[d, t] / size)
        return counted + float(1 / (size * fraction)) * unmet >= most


def _asked(facts: Facts, demand: str, period: str) -> Fraction:
    """Give the units that a demand asks for in a period, exactly."""
    shares = facts.demands[demand].from_
    rate = facts.instance.over_periods(facts.demands[demand].amount)[period]
    regions = [r for r in facts.demands[demand].regions if (demand, r, period) in facts.amount]
    return exact(rate) * sum((exact(shares.get(r, 1.0)) for r in regions), Fraction(0))


def _units(facts: Facts, kind: str, demand: str, period: str) -> Fraction:
    """Give what one block of a type serves, exactly."""
    block = facts.instance.blocks[kind]
    served = facts.instance.over_periods(facts.demands[demand].yields[block.accelerator])
    return block.accelerators * exact(served[period])
