"""No hindsight: what was done before a period stays as it was done."""

from typing import Any

import pyomo.environ as pyo

from gridblock.model.plan import Decisions, RunStart, Standing


def hold(model: pyo.ConcreteModel, made: Decisions, first: int) -> None:
    r"""Keep retirements and starts of runs before a period as they were made.

    .. math::
        r_{bzt} = \hat r_{bzt}, \quad o_{dt} = \hat o_{dt} \qquad \forall t < T

    where :math:`r` is retired, :math:`o` is 1 where a run starts, :math:`\hat r` and
    :math:`\hat o` what was made of them, and :math:`T` the first period that is open. Orders are
    those of the plan in force, which ``orders`` keeps.

    Args:
        model: what ``build`` made of the instance.
        made: the decisions of the plan before.
        first: the position of the first period that is open.
    """
    index = model.facts.instance.horizon.index

    def before(variable: Any) -> list[Any]:
        return [key for key in variable if index[key[-1]] < first]

    @model.Constraint(before(model.retired))
    def retired_stay_retired(model: pyo.ConcreteModel, *key: str) -> pyo.Expression:
        return model.retired[key] == made.retired.get(Standing(*key), 0)

    @model.Constraint(before(model.starts))
    def started_stay_started(model: pyo.ConcreteModel, *key: str) -> pyo.Expression:
        return model.starts[key] == made.starts.get(RunStart(*key), 0)
