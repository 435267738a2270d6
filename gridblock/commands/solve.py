"""``gridblock solve``: an instance in, an audited plan out."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.ending import Ending, Interrupts, ended, of_status
from gridblock.commands.kept import refuse_unkept
from gridblock.commands.options import (
    Changes,
    Form,
    Format,
    Gap,
    LogFile,
    NoSave,
    Output,
    Quiet,
    ResumeRun,
    Scenarios,
    Seed,
    SolverOptions,
    Source,
    Threads,
    TimeLimit,
    Verbose,
    WithReport,
)
from gridblock.commands.run_folder import held_run
from gridblock.commands.talk import Talk
from gridblock.commands.values import pairs, share
from gridblock.solvers.outcome import Method

if TYPE_CHECKING:
    from gridblock.instances.instance import Instance
    from gridblock.model.plan import Decisions
    from gridblock.plan import Plan
    from gridblock.runs import Run
    from gridblock.solvers.outcome import Progress


@dataclass(frozen=True)
class Request:
    """How to solve, in the words of ``gridblock.plan.solve``."""

    gap: float
    time_limit: float | None
    threads: int
    seed: int
    method: str
    lp_solver: str
    solver_options: dict[str, str]
    start: "Plan | Decisions | None"


def solve(
    instance: Source,
    gap: Gap = 0.001,
    time_limit: TimeLimit = None,
    threads: Threads = 1,
    seed: Seed = 0,
    method: Annotated[
        Method,
        typer.Option(
            help="exact: tree search of the whole; fast: search along the model's structure, "
            "bound proven; auto: by size."
        ),
    ] = Method.AUTO,
    lp_solver: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="What solves the relaxation: automatic, simplex, ipx, hipo, pdlp or cuopt; the "
            "last needs a GPU.",
            show_default=False,
        ),
    ] = "automatic",
    scenario: Scenarios = [],  # noqa: B006
    changes: Changes = [],  # noqa: B006
    max_unmet: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            parser=share,
            help="Exit with 7 where more of all unit-hours stays unmet: 5% or 0.05.",
            show_default=False,
        ),
    ] = None,
    form: Format = Form.TABLE,
    output: Output = None,
    no_save: NoSave = False,
    report: WithReport = False,
    begin: Annotated[
        Path | None,
        typer.Option(
            "--from",
            metavar="RUN",
            help="Start from the plan of a run, of this instance or of one like it.",
            show_default=False,
        ),
    ] = None,
    resume: ResumeRun = False,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
    solver_option: SolverOptions = [],  # noqa: B006
    solver_log: Annotated[
        bool, typer.Option("--solver-log", metavar="", help="Show the log of HiGHS.")
    ] = False,
) -> None:
    """Plan an instance: what goes where and when, at what cost, and what stays unmet.

    Standard output is the answer alone. Ctrl-C stops and keeps the best plan.

    Exit codes: 0 a plan within the gap, 3 bad instance, 4 infeasible,
    5 a plan not within the gap, 6 stopped without one, 7 too much unmet,
    8 the plan fails its audit, 130 interrupted.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file, plain=solver_log)
    with ended(talk) as interrupts:
        refuse_unkept(no_save, {"--output": output, "--report": report, "--resume": resume})
        if resume and begin is not None:
            message = "--resume and --from exclude each other; leave one of them out"
            raise typer.BadParameter(message)
        options = pairs(solver_option, "--solver-option")
        start = None if begin is None else _start(talk, begin)
        request = Request(gap, time_limit, threads, seed, method, lp_solver, options, start)
        began = time.perf_counter()
        given = _read(talk, instance, changes, scenario)
        with held_run(talk, given, output, no_save, resume) as run:
            if resume and run is not None:
                from gridblock.unfinished import best

                talk.phase("looking at what is left")
                request = replace(request, start=best(given, run.part, talk.note))
            taken = time.perf_counter() - began
            plan = _planned(talk, interrupts, given, request, run, taken, solver_log)
            saved, failed = _saved(talk, run, plan, output)
        talk.line.end()
        from gridblock.commands.show import show_plan

        show_plan(plan, form, saved)
        if failed is not None:
            raise failed
        if saved is not None:
            talk.note(f"saved {saved}")
        if report and saved is not None:
            from gridblock.commands.report import of_run

            of_run(talk, interrupts, plan, saved)
        raise typer.Exit(_code(plan, max_unmet, talk))


def _start(talk: Talk, run: Path) -> "Plan":
    """Read the plan to start from."""
    from gridblock.proof import read_certificate
    from gridblock.reports.headline import without_plan
    from gridblock.saved import read_start

    plan = read_start(run)
    plan = replace(plan, certificate=read_certificate(run if run.is_dir() else run.parent))
    if plan.data.decisions is None:
        talk.note(f"{without_plan(str(run), plan.data)}; it starts from nothing")
    return plan


def _read(talk: Talk, name: str, changes: Sequence[str], scenarios: Sequence[str]) -> "Instance":
    """Read the instance, and say how many warnings it would give."""
    talk.phase("reading")
    given = sources.read(name, changes, scenarios)
    from gridblock.instances.plausibility import warnings
    from gridblock.reports.words import plural

    found = warnings(given)
    for warning in found if talk.verbose else ():
        talk.note(f"warning: {warning}")
    if found and not talk.verbose:
        same = " with the same --set" if changes else ""
        talk.note(f"{plural(len(found), 'warning')}: see gridblock check {name}{same}")
    return given


def _planned(
    talk: Talk,
    interrupts: Interrupts,
    given: "Instance",
    request: Request,
    run: "Run | None",
    read_seconds: float,
    solver_log: bool,
) -> "Plan":
    """Solve, and tell how it goes."""
    talk.phase("building")
    from gridblock.plan import solve as solve_instance
    from gridblock.solvers.session import Session

    def moved(progress: "Progress") -> None:
        if interrupts.stop is None:
            interrupts.stop = session.stop
            talk.phase("solving")
        talk.moved(progress)
        if run is not None:
            run.moved(progress)

    with Session() if run is None else Session(run.part, log=run.log) as session:
        plan = solve_instance(
            given,
            gap=request.gap,
            time_limit=request.time_limit,
            threads=request.threads,
            seed=request.seed,
            method=request.method,
            lp_solver=request.lp_solver,
            solver_options=request.solver_options,
            start=request.start,
            session=session,
            on_progress=moved,
            on_log=talk.solver_log if solver_log else None,
            read_seconds=read_seconds,
            raise_without_plan=False,
        )
    for note in plan.data.notes:
        talk.note(f"solver: {note}")
    return plan


def _saved(
    talk: Talk, run: "Run | None", plan: "Plan", output: Path | None
) -> tuple[Path | None, OSError | None]:
    """Save the run, and give its folder as it was asked for, or what is in the way of that."""
    if run is None:
        return None, None
    talk.phase("saving")
    stages = ", ".join(f"{name} {taken:.1f} s" for name, taken in plan.seconds.items())
    talk.log(f"{plan.status} ({plan.stop}): {stages}")
    try:
        folder = run.finish(plan)
    except OSError as error:
        return None, error
    return output or folder.relative_to(Path.cwd()), None


def _code(plan: "Plan", max_unmet: float | None, talk: Talk) -> Ending:
    """Give the exit code of a plan, and say why it is not 0."""
    code = of_status(plan.status)
    unmet = plan.unmet_share
    if code == Ending.PLAN and max_unmet is not None and unmet is not None and unmet > max_unmet:
        talk.note(f"unmet: {100 * unmet:.3g} % of unit-hours, above {100 * max_unmet:.3g} %")
        return Ending.UNMET
    return code
