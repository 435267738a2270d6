"""Which hard floors cannot be kept together, in the instance's own words."""

from gridblock.instances.instance import Instance
from gridblock.model.elastic import build_elastic
from gridblock.model.plan import Stage
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Settings
from gridblock.solvers.session import Session

NOTHING = 1e-9


def conflicting_floors(instance: Instance, session: Session, settings: Settings) -> tuple[str, ...]:
    """Say which ``min_share`` floors fall short where all together fall short by the least.

    Returns:
        One sentence for each; none where the conflict lies in rules that were added to the model.
    """
    model = build_elastic(instance)
    compiled = compile_model(model)
    session.load(compiled.matrix)
    outcome = session.run(settings)
    if outcome.values is None:
        return ()
    compiled.load(outcome.values)
    return tuple(
        _sentence(instance, demand, region, period, shortfall.value)
        for (demand, region, period), shortfall in model.shortfall.items()
        if shortfall.value > NOTHING
    )


def _sentence(instance: Instance, demand: str, region: str, period: str, short: float) -> str:
    asks = next(d for d in instance.demands if d.name == demand)
    floor = asks.min_share
    if asks.run is not None:
        return (
            f"demands.{demand}.min_share asks for a run, which is wholly served or not at all; "
            "with the other floors it cannot start"
        )
    whence = f" from {region}" if region else ""
    return (
        f"demands.{demand}.min_share asks for {floor:.4g} of the amount{whence} in {period}; "
        f"with the other floors at most {floor - short:.4g} can be met"
    )


def conflicting_tiers(instance: Instance, stages: tuple[Stage, ...]) -> tuple[str, ...]:
    """Say that the floors of later tiers need what earlier tiers have got, if that is why.

    Returns:
        One sentence for each such floor; none where no stage has been solved.
    """
    if not stages:
        return ()
    done = stages[-1].tier
    return tuple(
        f"demands.{demand.name}.min_share asks for {demand.min_share:.4g} of the amount; "
        f"what tiers up to {done} get before tier {demand.tier} is planned leaves less"
        for demand in instance.demands
        if demand.tier > done and demand.min_share
    )
