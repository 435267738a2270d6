"""Rounding: what whole blocks imply together, which tightens the relaxation."""

import math
from typing import Final

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.pools import Reduction

SMALLEST: Final = 1e-3
"""Fractions of a block below which rounding is not worth a row."""


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Say of whole blocks together what rounding implies, which tightens the relaxation.

    .. math::
        \sum_{b, z} \big(\lfloor w_b \rfloor + \min(1, \{w_b\} / \phi) \big) a_{dbzt}
        + \frac{1}{\phi \, w} \sum_r u_{drt} \ge \lceil A_{dt} / w \rceil

    for each :math:`w`, what a block of some type serves, with :math:`w_b` what one of type
    :math:`b` serves over :math:`w`, :math:`\phi = \{A_{dt} / w\}` and :math:`\{\cdot\}` the
    fraction: mixed-integer rounding (Nemhauser and Wolsey, 1990) of served + unmet = amount.
    """
    facts = block.facts
    blocks: dict[tuple[str, str], dict[str, list[pyo.Var]]] = {}
    if Reduction.ROUNDING in block.pools.reductions:
        for (d, kind, _, t), assigned in block.assigned.items():
            if facts.demands[d].whole_blocks and d not in facts.windows:
                blocks.setdefault((d, t), {}).setdefault(kind, []).append(assigned)
    sizes = {
        key: sorted({facts.units_per_block[key[0], kind, key[1]] for kind in kinds})
        for key, kinds in blocks.items()
    }

    @block.Constraint([(d, i, t) for (d, t), each in sizes.items() for i in range(len(each))])
    def whole_blocks_for_what_is_met(block: pyo.Block, d: str, i: int, t: str) -> pyo.Expression:
        size = sizes[d, t][i]
        fraction = facts.total[d, t] / size % 1
        if not SMALLEST < fraction < 1 - SMALLEST:
            return pyo.Constraint.Feasible
        counted = 0.0
        for kind, there in blocks[d, t].items():
            whole, part = divmod(facts.units_per_block[d, kind, t] / size, 1)
            counted += (whole + min(1.0, part / fraction)) * sum(there)
        unmet = sum(
            block.unmet[d, r, t] for r in facts.demands[d].regions if (d, r, t) in block.asked
        )
        return counted + unmet / (size * fraction) >= math.ceil(facts.total[d, t] / size)
