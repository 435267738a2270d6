"""Moves: what a demand is given beyond the plan in force is paid once."""

from itertools import pairwise

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.variables import charge


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Charge the blocks that demands are given beyond the plan in force, for as long as they last.

    .. math::
        a_{dbzt} - \hat a_{dbzt} \le e_{dbzt}, \quad e_{dbzt} \ge e_{dbz,t-1} \qquad
        cost_t = c \sum_{dbz} (e_{dbzt} - e_{dbz,t-1})

    where :math:`a` is assigned, :math:`\hat a` what the plan in force assigns, :math:`e` the blocks
    moved so far and :math:`c` ``Current.move_cost``. Only demands and periods that the plan in
    force knows count: nothing else can be moved. Since what has been moved stays moved, no block is
    paid twice, and none because the plan in force gives less. The price weighs what a change
    disturbs; it is no spending that limits count.
    """
    facts, in_force = block.facts, block.facts.in_force
    most = _most(block)
    block.moved_so_far = pyo.Var(
        list(most), within=pyo.NonNegativeReals, bounds=lambda _, *key: (0, most[key])
    )

    beyond = [
        key
        for key in most
        if key in block.assignments and block.assigned[key].ub > in_force.assigned(*key)
    ]

    @block.Constraint(beyond)
    def moved_before_it_is_given(
        block: pyo.Block, d: str, kind: str, path: str, t: str
    ) -> pyo.Expression:
        key = d, kind, path, t
        return block.assigned[key] - block.moved_so_far[key] <= in_force.assigned(*key)

    steps = {after: before for before, after in pairwise(most) if before[:3] == after[:3]}

    @block.Constraint(list(steps))
    def what_is_moved_stays_moved(
        block: pyo.Block, d: str, kind: str, path: str, t: str
    ) -> pyo.Expression:
        key = d, kind, path, t
        return block.moved_so_far[key] >= block.moved_so_far[steps[key]]

    price = 0.0 if instance.current is None else instance.current.move_cost
    for key, moved in block.moved_so_far.items():
        new = moved - (block.moved_so_far[steps[key]] if key in steps else 0)
        charge(block, "moves", key[3], facts.discount_at_start[key[3]] * price * new)


def _most(block: pyo.Block) -> dict[tuple[str, str, str, str], float]:
    """Give the most blocks that are worth moving, period after period, where any are."""
    in_force = block.facts.in_force
    most: dict[tuple[str, str, str], float] = {}
    for key in block.assignments:
        if key[0] in in_force.given and key[3] in in_force.priced_periods:
            more = block.assigned[key].ub - in_force.assigned(*key)
            if more > 0:
                most[key[:3]] = max(more, most.get(key[:3], 0.0))
    return {(*key, t): more for key, more in most.items() for t in in_force.priced_periods}
