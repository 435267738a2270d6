"""No hindsight: what was done before a period stays as it was done."""

from typing import Any

import pyomo.environ as pyo

from gridblock.model.plan import Decisions, RunStart, Standing


def hold(model: pyo.ConcreteModel, made: Decisions, first: int) -> None:
    r"""Keep retirements before a period as they were made, and start no run in hindsight.

    .. math::
        r_{bzt} = \hat r_{bzt}, \quad o_{dt} \le \hat o_{dt} \qquad \forall t < T

    where :math:`r` is retired, :math:`o` is 1 where a run starts, :math:`\hat r` and
    :math:`\hat o` what was made of them, and :math:`T` the first period that is open. Orders are
    those of the plan in force, which ``orders`` keeps.

    Args:
        model: what ``build`` made of the instance.
        made: the decisions of the plan before.
        first: the position of the first period that is open.
    """

    @model.Constraint(_before(model, model.retired, first))
    def retired_stay_retired(model: pyo.ConcreteModel, *key: str) -> pyo.Expression:
        return model.retired[key] == made.retired.get(Standing(*key), 0)

    @model.Constraint(_before(model, model.starts, first))
    def none_starts_in_hindsight(model: pyo.ConcreteModel, *key: str) -> pyo.Expression:
        return model.starts[key] <= made.starts.get(RunStart(*key), 0)


def carry_on(model: pyo.ConcreteModel, made: Decisions, first: int) -> None:
    r"""Let every run that had started before a period go on.

    .. math::
        o_{dt} \ge \hat o_{dt} \qquad \forall t < T

    in the letters of ``hold``. A run is wholly served or not at all: where more is asked of it by
    now than there was room for when it started, none of its periods can be served, and no plan
    keeps this.

    Args:
        model: what ``build`` made of the instance.
        made: the decisions of the plan before.
        first: the position of the first period that is open.
    """

    @model.Constraint(_before(model, model.starts, first))
    def started_go_on(model: pyo.ConcreteModel, *key: str) -> pyo.Expression:
        return model.starts[key] >= made.starts.get(RunStart(*key), 0)


def _before(model: pyo.ConcreteModel, variable: Any, first: int) -> list[Any]:
    index = model.facts.instance.horizon.index
    return [key for key in variable if index[key[-1]] < first]
