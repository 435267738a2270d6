"""The model with its hard floors made elastic, to see which ones conflict."""

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.build import build


def build_elastic(instance: Instance) -> pyo.ConcreteModel:
    r"""Build the model of an instance in which floors may fall short, by as little as can be.

    .. math:: \min \sum_{drt} \delta_{drt} \qquad u_{drt} \le (1 - \sigma_d + \delta_{drt}) A_{drt}

    where :math:`u` is unmet, :math:`A` ``Demand.amount``, :math:`\sigma` ``Demand.min_share`` and
    :math:`\delta`, ``shortfall`` in the model, the share by which a floor falls short.
    """
    model = build(instance)
    floors = list(model.met_at_least_min_share)
    model.shortfall = pyo.Var(floors, bounds=(0, 1))
    model.met_at_least_min_share.deactivate()

    @model.Constraint(floors)
    def met_at_least_min_share_less_shortfall(
        model: pyo.Block, d: str, r: str, t: str
    ) -> pyo.Expression:
        share = 1 - model.facts.demands[d].min_share + model.shortfall[d, r, t]
        return model.unmet[d, r, t] <= share * model.facts.amount[d, r, t]

    model.total_cost.deactivate()
    model.total_shortfall = pyo.Objective(expr=sum(model.shortfall.values()))
    return model
