"""Orders: what the plan in force has ordered by ``current.keep_to`` stands."""

import pyomo.environ as pyo

from gridblock.instances.instance import Instance


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Keep the orders of the plan in force that stand, neither more nor fewer.

    .. math::
        p_{bz,t+L_b} = \hat p_{bzt}, \quad n_{ot} = \hat n_{ot} \qquad \forall t \le T

    where :math:`p` is bought, by period of entering service, :math:`L` ``Block.lead``, :math:`n`
    lots ordered, :math:`\hat p` and :math:`\hat n` what the plan in force has ordered in a period,
    and :math:`T` ``Current.keep_to``.
    """
    in_force = block.facts.in_force

    @block.Constraint([key for key in block.purchases if in_force.stands(key[2], key[0])])
    def ordered_blocks_stand(block: pyo.Block, kind: str, path: str, t: str) -> pyo.Expression:
        return block.bought[kind, path, t] == in_force.purchases.get((kind, path, t), 0)

    @block.Constraint([key for key in block.ordered if in_force.stands(key[1])])
    def ordered_lots_stand(block: pyo.Block, o: str, t: str) -> pyo.Expression:
        return block.ordered[o, t] == in_force.lots.get((o, t), 0)
