"""The model with its hard rules made elastic, to see which ones conflict."""

import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

from gridblock.instances.instance import Instance
from gridblock.model.build import build


def build_elastic(instance: Instance) -> pyo.ConcreteModel:
    r"""Build the model of an instance in which hard rules may be missed, by as little as can be.

    .. math::
        \min \sum_{drt} \delta_{drt} + \sum_{lt} \eta_{lt} / s_{lt}
            + \sum_k \kappa_k / (1 + \hat n_k) \qquad
        u_{drt} \le (1 - \sigma_d + \delta_{drt}) A_{drt}, \quad
        \sum_t o_{dt} \ge 1 - \delta_d, \quad x_{lt} \le \eta_{lt}, \quad
        |n_k - \hat n_k| \le \kappa_k

    where :math:`u` is unmet, :math:`A` ``Demand.amount``, :math:`\sigma` ``Demand.min_share``,
    :math:`o` the start of a run and :math:`\delta`, ``shortfall`` in the model, the share by which
    a floor falls short; for a run it is named after the first period in which it may start.
    :math:`x` is by how much a limit over the plan is exceeded, :math:`\eta`, ``limit_shortfall``,
    by how much it may be, and :math:`s` the size of its terms. :math:`n` is what is ordered where
    orders of the plan in force, :math:`\hat n`, stand, and :math:`\kappa`, ``blocks_shortfall`` and
    ``lots_shortfall``, by how much it may differ.
    """
    model = build(instance)
    model.order_weight = {}
    _floors(model)
    _limits(model)
    _orders(model, "blocks", model.ordered_blocks_stand, model.bought)
    _orders(model, "lots", model.ordered_lots_stand, model.ordered)
    model.total_cost.deactivate()
    total = sum(model.shortfall.values())
    total += sum(model.limit_weight[key] * v for key, v in model.limit_shortfall.items())
    total += sum(
        model.order_weight[v.name] * v
        for shortfall in (model.blocks_shortfall, model.lots_shortfall)
        for v in shortfall.values()
    )
    model.total_shortfall = pyo.Objective(expr=total)
    return model


def _floors(model: pyo.ConcreteModel) -> None:
    """Let floors of demands fall short."""
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


def _limits(model: pyo.ConcreteModel) -> None:
    """Let hard limits over the plan be exceeded."""
    limits = list(model.limit_over_the_plan_kept)
    model.limit_shortfall = pyo.Var(limits, within=pyo.NonNegativeReals)
    model.limit_over_the_plan_kept.deactivate()
    model.limit_weight = {key: 1 / _size(model.limit_excess[key]) for key in limits}

    @model.Constraint(limits)
    def limit_over_the_plan_kept_less_shortfall(
        model: pyo.Block, name: str, bound: str, t: str
    ) -> pyo.Expression:
        return model.limit_excess[name, bound, t] <= model.limit_shortfall[name, bound, t]


def _orders(model: pyo.ConcreteModel, what: str, stand: pyo.Constraint, ordered: pyo.Var) -> None:
    """Let the orders of the plan in force that stand be more or fewer."""
    kept = {key: pyo.value(row.upper) for key, row in stand.items()}
    shortfall = pyo.Var(list(kept), within=pyo.NonNegativeReals)
    model.add_component(f"{what}_shortfall", shortfall)
    stand.deactivate()
    for name, sign in (("fewer", 1), ("more", -1)):

        def within(_: pyo.Block, *key: str, sign: int = sign) -> pyo.Expression:
            return sign * (kept[key] - ordered[key]) <= shortfall[key]

        rows = pyo.Constraint(list(kept), rule=within)
        model.add_component(f"{what}_ordered_by_no_{name}_than_the_shortfall", rows)
    for key, count in kept.items():
        model.order_weight[shortfall[key].name] = 1 / (1 + count)


def _size(amount: pyo.Expression) -> float:
    """Give the size of the largest coefficient of a linear expression, or of its constant."""
    written = generate_standard_repn(amount, compute_values=True)
    sizes = [abs(size) for size in (*written.linear_coefs, written.constant) if size]
    return float(max(sizes, default=1.0))
