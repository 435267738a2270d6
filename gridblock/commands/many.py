"""What the commands that solve many cases share: options, progress, answer, exit code."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridblock.commands.ending import Ending, Interrupts
from gridblock.commands.options import Form, whole
from gridblock.commands.report import FILE
from gridblock.commands.solving import Told, cases, solving
from gridblock.commands.talk import Talk, Voice, put

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gridblock.instances.variants import Variant
    from gridblock.studies import How
    from gridblock.study import Study
    from gridblock.study_folder import Asked, Shard


def parts(text: str) -> tuple[int, int]:
    """Read a shard: ``3/10``."""
    number, slash, of = text.strip().partition("/")
    if slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of):
        return int(number), int(of)
    message = f"{text!r} is no part of several; write 3/10 for the third of ten"
    raise typer.BadParameter(message)


Jobs = Annotated[
    int,
    typer.Option(
        "--jobs",
        "-j",
        metavar="N",
        parser=whole,
        help="Cases solved at once on this machine; default one a core.",
        show_default=False,
    ),
]
Scheduler = Annotated[
    str | None,
    typer.Option(
        metavar="ADDRESS",
        help="Solve on a Dask cluster (gridblock\\[dask]), on workers of one thread each.",
        show_default=False,
    ),
]
ShardOption = Annotated[
    Any,
    typer.Option(
        "--shard",
        metavar="I/N",
        parser=parts,
        help="Solve one part of N, for batch queues; all with the same --output.",
        show_default=False,
    ),
]
Merge = Annotated[
    bool,
    typer.Option("--merge", metavar="", help="Solve nothing: put the shards of --output together."),
]
Resume = Annotated[
    bool,
    typer.Option("--resume", metavar="", help="Go on with what --output holds of this study."),
]
SaveRuns = Annotated[
    bool,
    typer.Option("--save-runs", metavar="", help="Save the plan of each case as a run, too."),
]
WithReport = Annotated[
    bool,
    typer.Option("--report", metavar="", help="Write report.html beside the table."),
]


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
        kept = (("--resume", self.resume), ("--shard", self.shard), ("--merge", self.merge))
        for name, given in kept:
            if given and self.output is None:
                message = f"{name} needs --output, the folder of the study"
                raise typer.BadParameter(message)
        for name, given in (*kept, ("--report", self.report), ("--save-runs", self._runs)):
            if given and self.no_save:
                message = f"{name} and --no-save exclude each other"
                raise typer.BadParameter(message)
        if self.merge and self.shard:
            message = "--shard and --merge exclude each other"
            raise typer.BadParameter(message)

    @property
    def _runs(self) -> bool:
        return bool(self.how.get("save_runs"))


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
        typer.BadParameter: the folder holds something.
    """
    from gridblock import runs
    from gridblock.reports.study_figures import same_draws

    if against is not None:
        theirs = [each.values for each in against.data.entries]
        if not same_draws([each.values for each in variants], theirs):
            message = "is a study of other draws: give both the same fields, number and seed"
            raise typer.BadParameter(message, param_hint="'--against'")
    folder = None if request.no_save else request.output or runs.usual_folder(asked.instance)
    study = _solved(talk, interrupts, asked, variants, request, folder)
    talk.line.end()
    missing = [i for i, each in enumerate(study.data.entries, 1) if each.row is None]
    if request.shard is not None and missing:
        talk.note(f"{_shard(request.shard)} is done; {cases(len(missing))} of others to come")
        return Ending.PLAN
    if folder is not None and request.report:
        study.report(folder / FILE)
        talk.note(f"wrote {folder / FILE}")
    show(study, request.form, against)
    if folder is not None:
        talk.note(f"saved {folder}")
    if missing:
        talk.note(f"{cases(len(missing))} missing, the first is {missing[0]}")
    return code(study.data.statuses)


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


def show(study: "Study", form: Form, against: "Study | None" = None) -> None:
    """Show a study on standard output."""
    from gridblock.instances.write import to_json
    from gridblock.reports import study_document as report
    from gridblock.reports.plain_text import csv_rows, markdown
    from gridblock.reports.study import rows
    from gridblock.reports.terminal import show as show_document

    if form is Form.CSV:
        put(csv_rows(*rows(study.data)))
        return
    pair = None if against is None else study.minus(against)
    if form is Form.JSON:
        paired = {} if pair is None else {"against": pair._asdict()}
        put(to_json({**report.as_json(study.data), **paired}))
        return
    told = report.document(study.data, pair)
    if form is Form.MD:
        put(markdown(told))
    else:
        show_document(told, Voice())


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
