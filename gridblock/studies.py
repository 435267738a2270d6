"""Many cases of one instance: sweeps over a grid, Monte-Carlo over distributions."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict, Unpack

from gridblock import study_folder
from gridblock.file_names import file_name
from gridblock.instances.grids import variants_of
from gridblock.instances.instance import Instance
from gridblock.instances.uncertainty import draws_of
from gridblock.instances.variants import Variant, opened
from gridblock.reports.study import MONTE_CARLO, SWEEP
from gridblock.study import Study, study_of
from gridblock.study_folder import Asked, Shard

if TYPE_CHECKING:
    from gridblock.solvers.many.cases import Case, Row, Solved
    from gridblock.solvers.many.journal import Journal

Source = str | Path | Mapping[str, Any]


class How(TypedDict, total=False):
    """How the cases of a study are solved.

    Attributes:
        jobs: processes on this machine; 1 solves in this one, 0, the default, one a core.
        scheduler: address of a Dask scheduler instead, such as ``tcp://10.0.0.1:8786``.
        folder: where answers are kept as they come; an interrupted study goes on from there.
        shard: solve one part of several only: ``(3, 10)``.
        save_runs: whether each plan is saved as a run in the folder.
        gap: relative gap within which a plan counts as optimal; default 0.1 %.
        time_limit: seconds of the solver for each case.
        threads: threads of the solver in each process; default 1.
        solver_seed: seed of the solver.
        solver_options: options of HiGHS by name.
        on_answer: called with how far it is.
    """

    jobs: int
    scheduler: str | None
    folder: str | Path | None
    shard: tuple[int, int] | None
    save_runs: bool
    gap: float
    time_limit: float | None
    threads: int
    solver_seed: int
    solver_options: Mapping[str, str | float | int | bool] | None
    on_answer: "Callable[[Progress], None] | None"


class Progress(NamedTuple):
    """How far a study is.

    Attributes:
        done: cases that are answered.
        known: those of them that were answered before.
        of: cases in all.
        row: the last answer.
    """

    done: int
    known: int
    of: int
    row: "Row"


def sweep(instance: Instance, grid: Source, **how: Unpack[How]) -> Study:
    """Solve an instance for every point of a grid.

    Args:
        instance: what is given.
        grid: a file, or plain data: ``cartesian``, ``zipped`` and ``list``, see
            ``gridblock.instances.grids``.
        how: see ``How``.

    Returns:
        The study. A case without a plan, or one that failed, is a row with its status.

    Raises:
        InstanceError: the grid cannot be read, or names fields that do not exist.
        FileExistsError: the folder holds something else.
        ClusterError: the Dask cluster cannot be used.
        OptionError: HiGHS does not know an option.
        KeyboardInterrupt: it was interrupted; what is done is in the folder.
    """
    return solve_study(*of_grid(instance, grid, how), **how)


def monte_carlo(
    instance: Instance,
    distributions: Source,
    n: int = 1000,
    seed: int = 0,
    *,
    shortfall_above: float = 0.0,
    **how: Unpack[How],
) -> Study:
    """Solve an instance for many draws of what is uncertain.

    Args:
        instance: what is given.
        distributions: a file, or plain data, see ``gridblock.instances.draws``.
        n: how many draws; more of them begin with the same ones.
        seed: the same seed gives the same draws, for another instance too.
        shortfall_above: a demand has a shortfall where more than this share of it stays unmet.
        how: see ``How``.

    Returns:
        The study.

    Raises:
        InstanceError: the distributions cannot be read, or are of fields that do not exist.
        FileExistsError, ClusterError, OptionError, KeyboardInterrupt: as ``sweep``.
    """
    return solve_study(*of_draws(instance, distributions, n, seed, shortfall_above, how), **how)


def of_grid(instance: Instance, grid: Source, how: How) -> tuple[Asked, tuple[Variant, ...]]:
    """Read a grid: what is asked, and what it comes to.

    Raises:
        InstanceError: with every fault.
    """
    written = opened(grid)
    variants = variants_of(instance, written)
    return Asked(instance, SWEEP, written.data, None, 0, 0.0, _settings(how)), variants


def of_draws(
    instance: Instance, distributions: Source, n: int, seed: int, above: float, how: How
) -> tuple[Asked, tuple[Variant, ...]]:
    """Read distributions and draw: what is asked, and what it comes to.

    Raises:
        InstanceError: with every fault.
    """
    written = opened(distributions)
    variants = draws_of(instance, written).variants(n, seed)
    asked = Asked(instance, MONTE_CARLO, written.data, n, seed, above, _settings(how))
    return asked, variants


def solve_study(
    asked: Asked, variants: Sequence[Variant], *, resume: bool = True, **how: Unpack[How]
) -> Study:
    """Solve the cases of a study, but for those that its folder knows.

    Args:
        asked: what is asked.
        variants: what it comes to.
        resume: whether a folder that holds this study already is gone on with.
        how: see ``How``.

    Returns:
        The study, with what the folder knows of other shards.

    Raises:
        InstanceError, FileExistsError, ClusterError, OptionError, KeyboardInterrupt: as ``sweep``.
    """
    from gridblock.solvers.many.engine import keys_of

    folder = _path(how.get("folder"))
    keep = folder is not None and how.get("save_runs", False)
    cases = _cases(asked, variants, keep)
    keys, shard = keys_of(cases), _shard(how.get("shard"))
    if folder is None:
        found = _answered(cases, how, None, None)
        return study_of(asked, keys, variants, found, None)
    with study_folder.held(folder, asked, keys, resume=resume, shard=shard) as journal:
        mine = cases if shard is None else shard.share(cases)
        found = _answered(mine, how, journal, Runs(folder) if keep else None)
        # Other shards may have found theirs in the meantime.
        study = study_of(asked, keys, variants, study_folder.known(folder) | found, folder)
        if study.complete:
            study.write_table(folder)
    return study


def merged(asked: Asked, variants: Sequence[Variant], folder: Path) -> Study:
    """Put together what the shards of a study have found; solve nothing.

    Args:
        asked: what is asked.
        variants: what it comes to.
        folder: where the shards have kept their answers.

    Returns:
        The study, whether every case is there or not; its table is written where it is.

    Raises:
        InstanceError: the folder holds another study, or none.
        OSError: it cannot be read or written.
    """
    from gridblock.solvers.many.engine import keys_of

    keys = keys_of(_cases(asked, variants, keep=False))
    study_folder.refuse_other(folder, asked, keys)
    study = study_of(asked, keys, variants, study_folder.known(folder), folder)
    if study.complete:
        study.write_table(folder)
    return study


def _cases(asked: Asked, variants: Sequence[Variant], keep: bool) -> "list[Case]":
    from gridblock.solvers.many.cases import Base, Case
    from gridblock.solvers.outcome import Settings

    base, settings = Base.of(asked.instance), Settings(**asked.settings)
    return [Case(each.name, base, each.changes, settings, keep) for each in variants]


def _answered(
    cases: "Sequence[Case]", how: How, journal: "Journal | None", runs: "Runs | None"
) -> "dict[str, Row]":
    """Answer cases, and say how far it is; the rows come back by key."""
    from gridblock.solvers.many.engine import answers
    from gridblock.solvers.many.pool import Where

    where = Where(how.get("jobs", 0), how.get("scheduler"))
    stale = None if runs is None else runs.lacks
    on_solved = None if runs is None else runs.save
    tell, found, known = how.get("on_answer"), {}, 0
    coming = answers(cases, where, journal, stale=stale, on_solved=on_solved)
    for done, answer in enumerate(coming, 1):
        found[answer.case.key] = answer.row
        known += answer.known
        if tell is not None:
            tell(Progress(done, known, len(cases), answer.row))
    return found


class Runs:
    """The plans of a study, each saved as a run called after its case and its key."""

    def __init__(self, folder: Path) -> None:
        """Save into a folder of the study's."""
        self.folder = folder / "runs"

    def path(self, case: "Case") -> Path:
        """Give the folder of a case's run."""
        return self.folder / f"{file_name(case.name)}-{case.key[:8]}"

    def lacks(self, case: "Case", row: "Row") -> bool:
        """Say whether a known answer does not count, since it failed or its plan is not here."""
        from gridblock.solvers.many.cases import FAILED, INVALID

        status = row["status"]
        return status in FAILED or (status != INVALID and not self.path(case).exists())

    def save(self, case: "Case", solved: "Solved") -> None:
        """Save a plan, if there is one."""
        from gridblock.model.plan_json import from_plain
        from gridblock.plan import Plan

        folder = self.path(case)
        if solved.plan is not None and not folder.exists():
            plan = from_plain(solved.plan, str(folder))
            Plan(Instance.parse(case.data()), plan).save(folder)


def _path(folder: str | Path | None) -> Path | None:
    return None if folder is None else Path(folder)


def _shard(given: tuple[int, int] | None) -> Shard | None:
    """Read a shard.

    Raises:
        ValueError: there is none of that number.
    """
    if given is None:
        return None
    number, of = given
    if not 1 <= number <= of:
        message = f"there is no shard {number} of {of}: they count from 1"
        raise ValueError(message)
    return Shard(number, of)


def _settings(how: How) -> dict[str, Any]:
    """Give what an answer rests on besides the instance, as plain data."""
    return {
        "gap": how.get("gap", 1e-3),
        "time_limit": how.get("time_limit"),
        "threads": how.get("threads", 1),
        "seed": how.get("solver_seed", 0),
        "options": dict(how.get("solver_options") or {}),
    }
