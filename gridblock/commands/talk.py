"""What the command line says: the answer on standard output, all else on standard error."""

import os
import sys
import tempfile
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import typer
from rich.console import Console
from rich.text import Text

from gridblock.commands.progress import ProgressLine

if TYPE_CHECKING:
    from gridblock.instances.faults import Fault
    from gridblock.solvers.outcome import Progress

STYLES: Final = {"error": "bold red", "warning": "yellow", "note": "dim"}


class Voice(Console):
    """A console that goes on in silence when its reader has left."""

    def __init__(self, *, stderr: bool = False) -> None:
        """Speak without markup: what an instance holds is never taken for it."""
        super().__init__(stderr=stderr, markup=False, highlight=False, emoji=False)

    def on_broken_pipe(self) -> None:
        """Drop what is still to be said."""
        self.quiet = True
        mute(self.file)


def mute(stream: IO[str]) -> None:
    """Send what is still written to a stream nowhere."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def put(text: str) -> None:
    """Write text to standard output as UTF-8.

    Raises:
        OSError: it cannot be written, for another reason than that its reader has left.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode())
        sys.stdout.buffer.flush()
    except OSError as error:
        mute(sys.stdout)
        if not isinstance(error, BrokenPipeError):
            raise


class Talk:
    """Phases, progress, notes and errors: to standard error and to logs."""

    def __init__(
        self, *, quiet: bool = False, verbose: int = 0, log: Path | None = None, plain: bool = False
    ) -> None:
        """Begin.

        Args:
            quiet: say errors only.
            verbose: 1 to tell more, 2 to show where an internal error comes from.
            log: a file that everything is added to.
            plain: no moving line, since the solver's log is shown.

        Raises:
            typer.BadParameter: the log cannot be opened.
        """
        self.console = Voice(stderr=True)
        self.quiet = quiet
        self.verbose = verbose
        self.logs: dict[Path, IO[str]] = {}
        self.line = ProgressLine(self.console, shown=not quiet and not plain)
        if log is not None:
            try:
                self.log_to(log)
            except OSError as error:
                message = f"{log}: {(error.strerror or str(error)).lower()}"
                raise typer.BadParameter(message, param_hint="'--log-file'") from None

    def log_to(self, path: Path) -> None:
        """Add everything from now on to a file as well.

        Raises:
            OSError: the file cannot be opened.
        """
        self.logs[path] = path.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)

    def close(self) -> None:
        """End the moving line and close the logs."""
        self.line.end()
        for file in self.logs.values():
            with suppress(OSError):
                file.close()
        self.logs.clear()

    def log(self, text: str) -> None:
        """Write to the logs alone, each line with its time."""
        now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        for file in self.logs.values():
            with suppress(OSError, ValueError):
                file.writelines(f"{now} {line}\n" for line in text.splitlines())

    def _say(self, text: str | Text, style: str = "") -> None:
        self.log(str(text))
        self.console.print(text, style=style, soft_wrap=True)

    def phase(self, text: str) -> None:
        """Say what is being done now."""
        self.log(text)
        self.line.phase(text)

    def moved(self, progress: "Progress") -> None:
        """Say how far the solve is."""
        self.line.moved(progress)

    def solver_log(self, text: str) -> None:
        """Pass on a piece of the solver's log."""
        self.line.end()
        self.console.out(text.rstrip("\n"), highlight=False)

    def note(self, text: str, *, at: int = 0) -> None:
        """Say something that is no error, from so much verbosity on."""
        if self.quiet or self.verbose < at:
            self.log(text)
        else:
            self._say(text, STYLES["note"])

    def error(self, text: str) -> None:
        """Say why there is no answer."""
        self.line.end()
        self._say(Text.assemble(("error: ", STYLES["error"]), text))

    def total(self, text: str) -> None:
        """Say how many faults there are."""
        self._say(text, STYLES["error"])

    def fault(self, fault: "Fault") -> None:
        """Say one fault on one line."""
        self.line.end()
        self._say(styled(fault))

    def trace(self, error: BaseException) -> Path:
        """Write to the logs where an error comes from, and give the log's path."""
        text = "".join(traceback.format_exception(error))
        if not self.logs:
            handle, name = tempfile.mkstemp(prefix="gridblock-", suffix=".log", text=True)
            os.close(handle)
            self.log_to(Path(name))
        self.log(text)
        if self.verbose > 1:
            self.console.out(text.rstrip("\n"), highlight=False)
        return next(reversed(self.logs))


def styled(fault: "Fault", style: str = "bold") -> Text:
    """Give a fault with its place set apart."""
    text = Text(str(fault))
    place = [str(part) for part in (fault.file, fault.line, fault.column) if part is not None]
    text.stylize(style, 0, len(":".join(place)))
    return text
