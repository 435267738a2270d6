"""Which hard floors cannot be kept together, in the instance's own words."""

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.build import build
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Settings
from gridblock.solvers.session import Session


def conflicting_floors(instance: Instance, session: Session, settings: Settings) -> tuple[str, ...]:
    """Say which ``min_share`` floors fall short, and by how much, where all fall short by as little as can be.

    Returns:
        One sentence for each floor; none where the conflict lies in rules that were added to the model.
    """
    model = build(instance)
    short = model.short = pyo.Var(list(model.met_at_least_min_share), bounds=(0, 1))
    model.met_at_least_min_share.deactivate()

    @model.Constraint(list(model.met_at_least_min_share))
    def met_at_least_min_share_less_shortfall(model: pyo.Block, d: str, r: str, t: str) -> pyo.Expression:
        floor = model.facts.demands[d].min_share
        return model.unmet[d, r, t] <= (1 - floor + short[d, r, t]) * model.facts.amount[d, r, t]

    model.total_cost.deactivate()
    model.total_short = pyo.Objective(expr=sum(short.values()))
    compiled = compile_model(model)
    session.load(compiled.matrix)
    outcome = session.run(settings)
    if outcome.values is None:
        return ()
    compiled.load(outcome.values)
    return tuple(_sentence(instance, *key, float(v.value)) for key, v in short.items() if v.value > 1e-9)


def _sentence(instance: Instance, demand: str, region: str, period: str, short: float) -> str:
    floor = next(d.min_share for d in instance.demands if d.name == demand)
    whence = f" from {region}" if region else ""
    return (
        f"demands.{demand}.min_share asks for {floor:.4g} of the amount{whence} in {period}; "
        f"with the other floors at most {floor - short:.4g} can be met"
    )
