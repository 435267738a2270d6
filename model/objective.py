"""The objective: the net present value of all costs, less resale and end credits."""

import pyomo.environ as pyo


def add(block: pyo.Block) -> None:
    r"""Minimise the sum of all costs, each brought to the start of the horizon.

    .. math:: \min \sum_{c, t} cost_{ct}
    """
    block.total_cost = pyo.Objective(
        expr=sum(block.cost[key] for key in block.cost), sense=pyo.minimize
    )
