"""What is seen of one solve while it runs, retries included."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from gridblock.solvers.outcome import Outcome, Progress, Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridblock.solvers.child import Event


@dataclass
class Watch:
    """What is seen of one solve, retries included."""

    settings: Settings
    on_progress: Callable[[Progress], None] | None = None
    on_log: Callable[[str], None] | None = None
    began: float = field(default_factory=time.monotonic)
    shift: float = 0.0
    bound: float | None = None
    progress: list[Progress] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def seconds(self) -> float:
        """Seconds since the solve began."""
        return time.monotonic() - self.began

    def left(self) -> float:
        """Seconds of the time limit that are left, infinite where there is no limit."""
        limit = self.settings.time_limit
        return math.inf if limit is None else max(0.0, limit - self.seconds)

    def start(self) -> None:
        """Begin an attempt."""
        self.shift, self.bound = self.seconds, None

    def take(self, event: Event) -> None:
        """Keep a line of progress or log and pass it on."""
        if event["event"] == "progress":
            seconds, best, bound, nodes = event["progress"]
            line = Progress(self.shift + seconds, best, bound, nodes)
            self.bound = bound
            self.progress.append(line)
            if self.on_progress:
                self.on_progress(line)
        elif event["event"] == "log" and self.on_log:
            self.on_log(event["text"])

    def finished(self, outcome: Outcome) -> Outcome:
        """Return the outcome with all that was seen on the way to it."""
        return replace(
            outcome,
            seconds=self.seconds,
            progress=tuple(self.progress),
            notes=(*self.notes, *outcome.notes),
        )
