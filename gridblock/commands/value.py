"""``gridblock value``: what an option is worth, and up to which price."""

from typing import TYPE_CHECKING, Annotated

import typer

from gridblock.commands import sources
from gridblock.commands.answers import show_answer
from gridblock.commands.ending import Ending, ended
from gridblock.commands.options import (
    Brief,
    BriefFormat,
    Changes,
    Gap,
    LogFile,
    Quiet,
    Scenarios,
    Source,
    TimeLimit,
    Verbose,
)
from gridblock.commands.talk import Talk

if TYPE_CHECKING:
    from gridblock.instances.instance import Instance
    from gridblock.solvers.value import Worth


def value(
    instance: Source,
    option: Annotated[str, typer.Option(metavar="NAME", help="The option.", show_default=False)],
    gap: Gap = 0.001,
    time_limit: TimeLimit = None,
    scenario: Scenarios = [],  # noqa: B006
    changes: Changes = [],  # noqa: B006
    form: BriefFormat = Brief.TABLE,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Say what an option is worth: cost and unmet work with and without it, break-even price.

    The price is given as a factor on all of the option's prices, to 0.1 %,
    beside the gap of the plans that are compared. None where an earlier tier is
    served otherwise with the option: tiers come before costs.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk) as interrupts:
        talk.phase("reading")
        given = sources.read(instance, changes, scenario)
        if option not in given.contracts:
            from gridblock.instances.faults import did_you_mean, quoted

            message = f"there is no option {quoted(option)}{did_you_mean(option, given.contracts)}"
            raise typer.BadParameter(message, param_hint="'--option'")
        talk.phase("solving")
        from gridblock.solvers.outcome import Settings
        from gridblock.solvers.session import Session
        from gridblock.solvers.value import worth

        settings = Settings(gap=gap, time_limit=time_limit)
        with Session() as session:
            interrupts.stop = session.stop
            found = worth(given, option, settings, session, talk.moved)
        talk.line.end()
        raise typer.Exit(_show(talk, given, found, form))


def _show(talk: Talk, given: "Instance", found: "Worth", form: Brief) -> Ending:
    """Show the answer; that there is no plan without the option is one, too."""
    from gridblock.model.account import account
    from gridblock.reports.words import plural
    from gridblock.reports.worth import worth_document, worth_json

    plans = (found.with_it, found.without_it)
    books = [None if p.decisions is None else account(given, p.decisions) for p in plans]
    show_answer(
        form,
        lambda: worth_json(given, found, *books),
        lambda: worth_document(given, found, *books),
    )
    if plans[0].status == "infeasible":
        return Ending.INFEASIBLE
    if "no_plan" in {plan.status for plan in plans}:
        return Ending.NO_PLAN
    if found.stopped:
        talk.note(f"{plural(found.stopped, 'solve')} ended at the time limit; allow more")
        return Ending.LIMIT
    return Ending.PLAN
