"""The model with its hard floors made elastic, to see which ones conflict."""

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.build import build


def build_elastic(instance: Instance) -> pyo.ConcreteModel:
    r"""Build the model of an instance in which floors may fall short, by as little as can be.

    .. math::
        \min \sum_{drt} \delta_{drt} \qquad u_{drt} \le (1 - \sigma_d + \delta_{drt}) A_{drt}
        \qquad \sum_t o_{dt} \ge 1 - \delta_d

    where :math:`u` is unmet, :math:`A` ``Demand.amount``, :math:`\sigma` ``Demand.min_share``,
    :math:`o` the start of a run and :math:`\delta`, ``shortfall`` in the model, the share by which
    a floor falls short; for a run it is named after the first period in which it may start.
    """
    model = build(instance)
    floors = list(model.met_at_least_min_share)
    runs = {d: (d, "", next(iter(model.facts.windows[d]))) for d in model.run_with_a_floor_starts}
    model.shortfall = pyo.Var([*floors, *runs.values()], bounds=(0, 1))
    model.met_at_least_min_share.deactivate()
    model.run_with_a_floor_starts.deactivate()

    @model.Constraint(floors)
    def met_at_least_min_share_less_shortfall(
        model: pyo.Block, d: str, r: str, t: str
    ) -> pyo.Expression:
        share = 1 - model.facts.demands[d].min_share + model.shortfall[d, r, t]
        return model.unmet[d, r, t] <= share * model.facts.amount[d, r, t]

    @model.Constraint(list(runs))
    def run_with_a_floor_starts_or_falls_short(model: pyo.Block, d: str) -> pyo.Expression:
        starts = sum(model.starts[d, t] for t in model.facts.windows[d])
        return starts >= 1 - model.shortfall[runs[d]]

    model.total_cost.deactivate()
    model.total_shortfall = pyo.Objective(expr=sum(model.shortfall.values()))
    return model
