"""A worker that misbehaves in the way its first argument names; run by the session's tests."""

import os
import signal
import sys
import time
from dataclasses import replace
from typing import Any

import numpy as np

from gridblock.solvers import worker
from gridblock.solvers.outcome import Outcome, Stop, Verdict

HOW = sys.argv[1]
FOUND = Outcome(Stop.FINISHED, Verdict.OPTIMAL, np.array([6.0, 4.0]), 25.0, 25.0)
LIES = {
    "infeasible": Outcome(Stop.FINISHED, Verdict.INFEASIBLE),
    "either": Outcome(Stop.FINISHED, Verdict.INFEASIBLE_OR_UNBOUNDED),
    "row_off": replace(FOUND, values=np.array([5.999, 4.0])),
    "rounding_off": replace(FOUND, values=np.array([6.0, 4.0 - 1e-4])),
    "integer_off": replace(FOUND, values=np.array([5.6, 4.4])),
    "wrong_integer": replace(FOUND, values=np.array([6.0, 3.0])),
    "nan": replace(FOUND, values=np.array([np.nan, 4.0])),
    "short": replace(FOUND, values=np.array([6.0])),
    "long": replace(FOUND, values=np.array([6.0, 4.0, 0.0])),
    "bound_above": replace(FOUND, bound=26.0),
    "bound_nan": replace(FOUND, bound=np.nan),
    "no_bound": replace(FOUND, bound=None),
}


class Stub(worker.Worker):
    def do_run(self, command: dict[str, Any]) -> dict[str, Any]:
        first = command["settings"]["presolve"] != "off"
        deed, _, when = HOW.partition("-")
        if when == "always" or first:
            if deed in LIES:
                return self.result(LIES[deed])
            self.improved(np.array([5.0, 5.0]))
            getattr(self, f"deed_{deed}")()
        return super().do_run(command)

    def deed_segfault(self) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    def deed_abort(self) -> None:
        os.abort()

    def deed_exit(self) -> None:
        os._exit(3)

    def deed_kill(self) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def deed_sleep(self) -> None:
        time.sleep(60)

    def deed_memory(self) -> None:
        raise MemoryError

    def deed_babble(self) -> None:
        os.write(self.events, b"not JSON\n")
        time.sleep(60)

    def deed_raise(self) -> None:
        message = "something unforeseen"
        raise ZeroDivisionError(message)

    def deed_none(self) -> None:
        pass

    def do_polish(self, command: dict[str, Any]) -> dict[str, Any]:
        if HOW == "polish_infeasible" and command["settings"]["presolve"] != "off":
            return self.result(LIES["infeasible"])
        return super().do_polish(command)


worker.main(sys.argv[2:], Stub)
