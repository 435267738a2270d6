"""A rolling horizon: plan, fix the first periods, learn the truth, plan again."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridblock.instances.instance import Instance
from gridblock.instances.revealed import Truth, drawn, of_reveals, of_scenarios
from gridblock.roll_folder import in_folder
from gridblock.rolled import Roll
from gridblock.rolling import Rolling

if TYPE_CHECKING:
    from gridblock.solvers.outcome import Progress
    from gridblock.solvers.session import Session

Source = str | Path | Mapping[str, Any]


def truth_of(
    instance: Instance,
    *,
    scenario: str | None = None,
    reveals: Source | None = None,
    distributions: Source | None = None,
    seed: int = 0,
) -> Truth:
    """Give what really comes: scenarios, what is revealed by period, or a draw.

    Raises:
        ValueError: none of them is given, or several are.
        InstanceError: it names what the instance does not have.
    """
    given = [each for each in (scenario, reveals, distributions) if each is not None]
    if len(given) != 1:
        message = "give one of scenario, reveals and distributions: what really comes"
        raise ValueError(message)
    if scenario is not None:
        return of_scenarios(instance, scenario)
    if reveals is not None:
        return of_reveals(instance, reveals)
    assert distributions is not None
    return drawn(instance, distributions, seed)


def roll(
    instance: Instance,
    *,
    scenario: str | None = None,
    reveals: Source | None = None,
    distributions: Source | None = None,
    seed: int = 0,
    every: int = 1,
    once: bool = True,
    gap: float = 1e-3,
    time_limit: float | None = None,
    threads: int = 1,
    folder: str | Path | None = None,
    session: "Session | None" = None,
    on_step: Callable[[str], None] | None = None,
    on_progress: "Callable[[Progress], None] | None" = None,
) -> Roll:
    """Plan, fix the first periods, learn the truth, plan again; and compare with foresight.

    Args:
        instance: the forecast.
        scenario: scenarios of it that really come, several with commas between.
        reveals: what becomes known before the orders of which period, instead: a file or plain
            data, ``{2027Q1: {demands.chat.amount: "*1.2"}}``.
        distributions: from which the truth is drawn, instead; see ``monte_carlo``.
        seed: of the draw.
        every: how many periods each stage fixes.
        once: whether to see what planning once would have come to.
        gap: relative gap within which a plan counts as optimal.
        time_limit: seconds of the solver for each plan.
        threads: threads of the solver.
        folder: where each plan is saved as it is found; an interrupted roll goes on from there.
        session: a solver process to use again; default a new one.
        on_step: called with what is planned next.
        on_progress: called with each line of progress.

    Raises:
        ValueError: not exactly one truth is given, or every is below 1.
        InstanceError: the truth names what the instance does not have, or the folder holds
            something else.
        NoStageError: a stage has no plan.
        AuditError, OptionError, SolverError, KeyboardInterrupt: as ``solve``.
    """
    from gridblock.solvers.outcome import Settings
    from gridblock.solvers.session import opened

    if every < 1:
        message = "each stage fixes 1 period or more"
        raise ValueError(message)
    truth = truth_of(
        instance, scenario=scenario, reveals=reveals, distributions=distributions, seed=seed
    )
    settings = Settings(gap=gap, time_limit=time_limit, threads=threads)
    with opened(session) as held:
        rolling = Rolling(instance, truth, every, settings, held, once=once)
        rolling.on_step = on_step or rolling.on_step
        rolling.on_progress = on_progress
        if folder is None:
            return Roll(rolling.run())
        return in_folder(rolling, Path(folder))
