"""Solving many cases: how, how far it is, and what ends it."""

import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from gridblock.commands.ending import Ending, Interrupts
from gridblock.commands.progress import elapsed
from gridblock.commands.talk import Talk
from gridblock.commands.values import pairs
from gridblock.reports.words import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gridblock.studies import How, Progress

BAR: Final = 16


class Told:
    """Tells how far a study is, and how long the rest may take."""

    def __init__(self, talk: Talk) -> None:
        """Begin the clock."""
        self.talk = talk
        self.last: Progress | None = None
        self._first: tuple[float, int] | None = None
        self._without = 0

    def __call__(self, progress: "Progress") -> None:
        """Tell an answer."""
        from gridblock.reports.page import bar
        from gridblock.reports.sections import Bar

        self.last = progress
        self._without += progress.row.get("objective") is None
        new, left = progress.done - progress.known, progress.of - progress.done
        words = [f"solving {progress.done:,} of {progress.of:,}"]
        if new and self._first is None:
            # Processes have started by now, which later cases need not wait for.
            self._first = time.monotonic(), new
        elif new and left and self._first is not None:
            began, before = self._first
            taken = time.monotonic() - began
            words.append(f"{elapsed(taken / (new - before) * left)} left")
        if self._without:
            words.append(f"{self._without:,} without a plan")
        share = Bar(progress.done / progress.of)
        drawn = bar(share, BAR, self.talk.console.options.ascii_only)
        self.talk.line.counted(f"{drawn:<{BAR}} {', '.join(words)}")


@contextmanager
def solving(
    talk: Talk, interrupts: Interrupts, how: "How", told: Told, folder: Path | None
) -> "Iterator[None]":
    """Solve many cases in the body: let Ctrl-C stop it, and say what is kept then.

    Raises:
        typer.BadParameter: the folder holds something.
        typer.Exit: the cluster cannot be used.
    """
    from gridblock.solvers.many.cases import VersionsError
    from gridblock.solvers.many.engine import stop_here
    from gridblock.solvers.many.pool import ClusterError, Where

    talk.phase("starting")
    if Where(how.get("jobs", 0)).processes == 1 and how.get("scheduler") is None:
        interrupts.stop = stop_here
    try:
        yield
    except FileExistsError as error:
        message = f"{error.filename} {error.strerror}; or choose another folder"
        raise typer.BadParameter(message) from None
    except (ClusterError, VersionsError) as error:
        talk.error(str(error))
        raise typer.Exit(Ending.ERROR) from None
    except KeyboardInterrupt:
        talk.line.end()
        if told.last is not None and folder is not None:
            done = f"{told.last.done} of {plural(told.last.of, 'case')} are done"
            talk.note(f"{done}; go on with the same command, --resume and -o {folder}")
        raise
    finally:
        interrupts.stop = None


def how_of(
    jobs: int,
    scheduler: str | None,
    gap: float,
    time_limit: float | None,
    threads: int,
    solver_option: list[str],
    save_runs: bool,
) -> "How":
    """Give how cases are solved, by what was asked for."""
    return {
        "jobs": jobs,
        "scheduler": scheduler,
        "gap": gap,
        "time_limit": time_limit,
        "threads": threads,
        "solver_options": pairs(solver_option, "--solver-option"),
        "save_runs": save_runs,
    }
