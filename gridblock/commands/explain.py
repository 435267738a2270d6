"""``gridblock explain``: why work stays unmet, and what would serve it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.answers import show_answer
from gridblock.commands.ending import Ending, Interrupts, ended
from gridblock.commands.options import (
    Changes,
    Force,
    Form,
    Format,
    LogFile,
    NoSave,
    Quiet,
    Scenarios,
    Verbose,
)
from gridblock.commands.talk import Talk
from gridblock.commands.values import seconds, share

if TYPE_CHECKING:
    from gridblock.plan import Plan
    from gridblock.why import Why, WhyNot

SOLVE_GAP = 0.001


def explain(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN|INSTANCE",
            help="The folder of a run, a plan.json, or an instance, which is planned first.",
            show_default=False,
        ),
    ],
    gap: Annotated[
        float | None,
        typer.Option(
            metavar="SHARE",
            parser=share,
            help="How close to the best each re-solve must be proven; default 0.01%, or 0.5% of a "
            "large model.",
            show_default=False,
        ),
    ] = None,
    time_limit: Annotated[
        float,
        typer.Option(
            metavar="TIME",
            parser=seconds,
            help="Stop after so long and tell what is proven by then; default 5m.",
            show_default=False,
        ),
    ] = 300.0,
    scenario: Scenarios = [],  # noqa: B006
    changes: Changes = [],  # noqa: B006
    form: Format = Form.TABLE,
    force: Force = False,
    no_save: NoSave = False,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Say why work stays unmet: the one rule that blocks it, when, and what would serve it.

    Every claim is proved by re-solving with rules relaxed, each kind in turn.
    The answer is saved into the run as explain.json.

    Where no plan can exist it names a smallest set of rules that conflict.

    Exit codes: 0 explained, 4 no plan can exist, 5 stopped at the limit
    with what is proven so far, 6 there is no plan to explain,
    130 interrupted.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk) as interrupts:
        talk.phase("reading")
        folder, plan = _plan(talk, interrupts, run, changes, scenario)
        if plan.data.decisions is None and plan.status != "infeasible":
            raise typer.Exit(_without_plan(talk, plan, form))
        save_into = None if no_save else folder
        if save_into is not None and not force:
            _refuse_taken(save_into)
        why = _explained(talk, interrupts, plan, gap, time_limit)
        talk.line.end()
        _show(why, form)
        if save_into is not None:
            talk.note(f"saved {why.save(save_into, overwrite=force)}")
        raise typer.Exit(Ending.INFEASIBLE if plan.status == "infeasible" else _code(why))


def _plan(
    talk: Talk,
    interrupts: Interrupts,
    name: str,
    changes: Sequence[str],
    scenarios: Sequence[str],
) -> "tuple[Path | None, Plan]":
    """Read a run, or plan an instance; give the folder of the run, if it is one."""
    from gridblock.own_json import is_plan

    path = Path(name)
    file = path / "plan.json" if path.is_dir() else path
    if is_plan(file):
        if changes or scenarios:
            message = "a run is explained as it is; give the instance to change it"
            hint = "'--set'" if changes else "'--scenario'"
            raise typer.BadParameter(message, param_hint=hint)
        from gridblock.saved import read_plan

        return file.parent, read_plan(file)
    given = sources.read(name, changes, scenarios)
    talk.phase("solving")
    from gridblock.plan import solve
    from gridblock.solvers.session import Session

    with Session() as session:
        interrupts.stop = session.stop
        plan = solve(
            given,
            gap=SOLVE_GAP,
            session=session,
            on_progress=talk.moved,
            raise_without_plan=False,
        )
        interrupts.stop = None
    return None, plan


def _refuse_taken(folder: Path) -> None:
    """Refuse a run that is explained already, before any work is done for it."""
    from gridblock.why import FILE

    if (folder / FILE).exists():
        message = f"{folder / FILE} exists already; --force replaces it, --no-save keeps it"
        raise typer.BadParameter(message)


def _explained(
    talk: Talk, interrupts: Interrupts, plan: "Plan", gap: float | None, time_limit: float
) -> "Why | WhyNot":
    talk.phase("explaining")
    from gridblock.solvers.session import Session
    from gridblock.why import explain as search

    with Session() as session:
        interrupts.stop = session.stop
        return search(
            plan,
            gap=gap,
            time_limit=time_limit,
            session=session,
            on_step=lambda step: talk.phase(f"relaxing {step}"),
            on_progress=talk.moved,
        )


def _without_plan(talk: Talk, plan: "Plan", form: Form) -> Ending:
    """Show what is known where there is no plan to explain."""
    from gridblock.commands.show import show_plan

    talk.line.end()
    show_plan(plan, form, None)
    return Ending.INTERRUPTED if plan.status == "interrupted" else Ending.NO_PLAN


def _show(why: "Why | WhyNot", form: Form) -> None:
    from gridblock.reports.plain_text import csv_table

    show_answer(form, lambda: why.plain, lambda: why.document, lambda: csv_table(why.table()))


def _code(why: "Why | WhyNot") -> Ending:
    by_status = {"stopped": Ending.LIMIT, "interrupted": Ending.INTERRUPTED}
    return by_status.get(why.status, Ending.PLAN)
