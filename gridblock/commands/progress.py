"""One line that tells how far a solve is; where it cannot move, plain lines now and then."""

import time
from typing import TYPE_CHECKING, Final

from rich.live import Live
from rich.text import Text

from gridblock.reports.words import gap_percent, plural

if TYPE_CHECKING:
    from rich.console import Console

    from gridblock.solvers.outcome import Progress

FIRST_SECONDS: Final = 10.0
LONGEST_SECONDS: Final = 300.0
LARGE: Final = 10_000.0
SCALES: Final = ((1e12, "tn"), (1e9, "bn"), (1e6, "m"))


class ProgressLine:
    """A moving line on a terminal, plain lines elsewhere."""

    def __init__(self, console: "Console", *, shown: bool) -> None:
        """Begin the clock."""
        self._console = console
        self._shown = shown
        self._live: Live | None = None
        self._began = time.monotonic()
        self._due = FIRST_SECONDS
        self._phase = ""
        self._progress: Progress | None = None
        self.stopping = False

    def phase(self, text: str) -> None:
        """Say what is being done now."""
        self._phase, self._progress = text, None
        if not self._shown:
            return
        if not self._console.is_terminal:
            self._console.print(text, soft_wrap=True)
        elif self._live is None:
            self._begin()
        else:
            self._live.refresh()

    def counted(self, text: str) -> None:
        """Say how much of many is done; where the line cannot move, now and then."""
        self._phase, self._progress = text, None
        passed = time.monotonic() - self._began
        if not self._shown:
            return
        if self._console.is_terminal:
            if self._live is None:
                self._begin()
        elif passed >= self._due:
            self._due = passed + min(LONGEST_SECONDS, passed)
            self._console.print(self._renderable(), soft_wrap=True)

    def _begin(self) -> None:
        """Start the moving line."""
        self._live = Live(
            console=self._console,
            get_renderable=self._renderable,
            refresh_per_second=4,
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._live.start()

    def moved(self, progress: "Progress") -> None:
        """Say best, bound, gap and nodes."""
        self._progress = progress
        if not self._shown or self._console.is_terminal or progress.seconds < self._due:
            return
        self._due = progress.seconds + min(LONGEST_SECONDS, progress.seconds)
        self._console.print(self._renderable(), soft_wrap=True)

    def end(self) -> None:
        """Take the line away."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _renderable(self) -> Text:
        phase = "stopping" if self.stopping else self._phase
        parts = [(phase, "bold"), *((part, "") for part in told(self._progress))]
        parts.append((elapsed(time.monotonic() - self._began), "dim"))
        line = Text("  ", no_wrap=True, overflow="ellipsis").join(Text(*part) for part in parts)
        line.no_wrap, line.overflow = True, "ellipsis"
        return line


def told(progress: "Progress | None") -> list[str]:
    """Say best, bound, gap and nodes in a few words each."""
    if progress is None:
        return []
    parts = [
        "no plan yet" if progress.best is None else f"best {short(progress.best)}",
        "" if progress.bound is None else f"bound {short(progress.bound)}",
        "" if progress.gap is None else f"gap {gap_percent(progress.gap)}",
        plural(progress.nodes, "node"),
    ]
    return [part for part in parts if part]


def short(value: float) -> str:
    """Write an amount of money with five digits: ``138.56 m``, ``282,071``."""
    for size, unit in SCALES:
        if abs(value) >= size:
            return f"{value / size:,.5g} {unit}"
    return f"{value:,.0f}" if abs(value) >= LARGE else f"{value:.5g}"


def elapsed(seconds: float) -> str:
    """Write a time as ``0:07`` or ``1:02:03``."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
