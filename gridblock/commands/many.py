"""What the commands that solve many cases share: the request, the answer, the exit code."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from gridblock.commands.answers import show_answer
from gridblock.commands.ending import Ending, Interrupts
from gridblock.commands.kept import folder_for, refuse_homeless, refuse_unkept, tell_kept
from gridblock.commands.options import Form
from gridblock.commands.solving import Told, solving
from gridblock.commands.talk import Talk
from gridblock.reports.words import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gridblock.instances.variants import Variant
    from gridblock.reports.study_figures import Paired
    from gridblock.studies import How
    from gridblock.study import Study
    from gridblock.study_folder import Asked, Shard


@dataclass(frozen=True)
class Request:
    """How a study is solved and shown.

    Attributes:
        how: see ``gridblock.studies.How``, but for folder, shard and progress.
        form: how the answer is written.
        output: where it is kept; None for the usual place.
        no_save: whether nothing is kept.
        resume: whether to go on with what is there.
        shard: the part to solve; None for all.
        merge: whether to solve nothing.
        report: whether to write the report.
    """

    how: "How"
    form: Form
    output: Path | None
    no_save: bool
    resume: bool
    shard: tuple[int, int] | None
    merge: bool
    report: bool

    def check(self) -> None:
        """Refuse what does not go together.

        Raises:
            typer.BadParameter: it does not.
        """
        parts = {"--resume": self.resume, "--shard": self.shard, "--merge": self.merge}
        refuse_homeless(self.output, parts)
        runs = self.how.get("save_runs", False)
        kept = {"--output": self.output, "--report": self.report, "--save-runs": runs}
        refuse_unkept(self.no_save, kept)
        if self.merge and self.shard:
            message = "--shard and --merge exclude each other"
            raise typer.BadParameter(message)


def settled(
    talk: Talk,
    interrupts: Interrupts,
    asked: "Asked",
    variants: "Sequence[Variant]",
    request: Request,
    against: "Study | None" = None,
) -> Ending:
    """Solve a study, keep it, show it, and give the exit code.

    Raises:
        typer.BadParameter: the folder holds something, or the other study is of something else.
    """
    if against is not None:
        _refuse_unlike(asked, variants, against)
    folder = folder_for(asked.instance, request.output, request.no_save)
    study = _solved(talk, interrupts, asked, variants, request, folder)
    talk.line.end()
    missing = [i for i, each in enumerate(study.data.entries, 1) if each.row is None]
    if request.shard is not None and missing:
        left = plural(len(missing), "case")
        talk.note(f"{_shard(request.shard)} is done; {left} of others to come")
        return code_of_shard(study, request.shard)
    _show(study, request.form, None if against is None else _paired(talk, study, against))
    tell_kept(talk, study, folder, request.report)
    if missing:
        talk.note(f"{plural(len(missing), 'case')} missing, the first is {missing[0]}")
    return code(study.data.statuses)


def _refuse_unlike(asked: "Asked", variants: "Sequence[Variant]", other: "Study") -> None:
    """Refuse a study whose cases cannot be compared with those that are asked for.

    Raises:
        typer.BadParameter: it is of other draws, or in another currency.
    """
    from gridblock.reports.study_figures import same_draws

    theirs, ours = other.instance.currency, asked.instance.currency
    if not same_draws([each.values for each in variants], [e.values for e in other.data.entries]):
        message = "is a study of other draws: give both the same fields, number and seed"
    elif theirs != ours:
        message = f"is a study in {theirs}, and this one is in {ours}: give both the same currency"
    else:
        return
    raise typer.BadParameter(message, param_hint="'--against'")


def _solved(
    talk: Talk,
    interrupts: Interrupts,
    asked: "Asked",
    variants: "Sequence[Variant]",
    request: Request,
    folder: Path | None,
) -> "Study":
    from gridblock.studies import merged, solve_study

    told = Told(talk)
    how: How = {**request.how, "folder": folder, "shard": request.shard, "on_answer": told}
    with solving(talk, interrupts, how, told, folder):
        if request.merge and folder is not None:
            return merged(asked, variants, folder)
        return solve_study(asked, variants, resume=request.resume, **how)


def _shard(shard: "Shard | tuple[int, int]") -> str:
    return f"shard {shard[0]} of {shard[1]}"


def _paired(talk: Talk, study: "Study", other: "Study") -> "Paired | None":
    """Compare with another study of the same draws; None where no case has a plan in both."""
    try:
        return study.minus(other)
    except ValueError as error:
        talk.note(f"nothing to compare: {error}")
        return None


def _show(study: "Study", form: Form, pair: "Paired | None") -> None:
    from gridblock.reports.plain_text import csv_rows
    from gridblock.reports.study import rows
    from gridblock.reports.study_document import as_json, document

    def plain() -> dict[str, Any]:
        return as_json(study.data) | ({} if pair is None else {"against": pair._asdict()})

    show_answer(
        form,
        plain,
        lambda: document(study.data, pair),
        lambda: csv_rows(*rows(study.data)),
    )


def code_of_shard(study: "Study", shard: tuple[int, int]) -> Ending:
    """Give the exit code of a shard, by the statuses of its own cases; it may have none."""
    from gridblock.study_folder import Shard

    own = Counter(each.status for each in Shard(*shard).share(study.data.entries))
    return code(own) if own else Ending.PLAN


def code(statuses: dict[str, int]) -> Ending:
    """Give the exit code of a study, by the statuses of its cases."""
    rules: tuple[tuple[Callable[[], bool], Ending], ...] = (
        (lambda: "broken" in statuses, Ending.MISMATCH),
        (lambda: set(statuses) == {"invalid"}, Ending.INSTANCE),
        (lambda: "failed" in statuses, Ending.ERROR),
        (lambda: set(statuses) <= {"infeasible", "invalid"}, Ending.INFEASIBLE),
        (lambda: not {"optimal", "feasible"} & set(statuses), Ending.NO_PLAN),
        (lambda: bool({"feasible", "no_plan", "not solved"} & set(statuses)), Ending.LIMIT),
    )
    return next((ending for holds, ending in rules if holds()), Ending.PLAN)
