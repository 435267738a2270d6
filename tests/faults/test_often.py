"""What may go wrong at any moment, again and again: kills in a row, of the solver, and signals.

MOMENTS says how often; ``make faults`` asks for 50.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

import pytest

from faults.deal import deal
from faults.test_moments import FILE, MOMENTS, SEED, ended, nothing_torn, start
from gridblock.instances.instance import Instance
from gridblock.model.build import INTACT, build
from gridblock.model.pools import EXACT
from gridblock.saved import read_plan
from gridblock.solvers.compile import compile_model
from gridblock.solvers.outcome import Settings, Stop
from gridblock.solvers.session import Session

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX"),
]
LONG: Final = MOMENTS > 2
KILLS: Final = 4 * MOMENTS
"""How often the solver is killed: 200 times in `make faults`."""
CHAINS, LINKS = (MOMENTS // 5, 10) if LONG else (1, 3)
"""Runs that are killed in a row, and how often each."""
PHASES: Final = ("reading", "building", "solving", "saving")
TIMES: Final = (1, 2, 6) if LONG else (2,)
INTERRUPTED: Final = """
import os, signal, sys, threading, time
from gridblock.commands.talk import Talk
phase, times = sys.argv[1], int(sys.argv[2])
usual = Talk.phase
def interrupt():
    for _ in range(times):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.05)
def told(talk, name):
    usual(talk, name)
    if name == phase:
        threading.Thread(target=interrupt, daemon=True).start()
Talk.phase = told
sys.argv = ["gridblock", *sys.argv[3:]]
from gridblock.__main__ import main
sys.exit(main())
"""
"""Runs a command, and presses Ctrl-C so many times when a phase of it begins."""


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("times", TIMES)
def test_ctrl_c_in_each_phase_once_or_often(tmp_path: Path, phase: str, times: int) -> None:
    (tmp_path / FILE).write_text(json.dumps(deal()))
    line = ("solve", FILE, "--gap", "0", "--format", "json")
    ran = subprocess.run(
        [sys.executable, "-P", "-c", INTERRUPTED, phase, str(times), *line],
        cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr
    assert "internal error" not in ran.stderr
    nothing_torn(tmp_path)
    # What is being saved may be whole before the signal is heard.
    assert ran.returncode in {130, *((0,) if phase == "saving" else ())}, ran.stderr
    for run in tmp_path.glob("runs/*/plan.json"):
        if not run.parent.name.endswith(".part"):
            assert read_plan(run.parent).audit().ok
    if phase in {"reading", "building"}:
        assert not ran.stdout
        assert not list(tmp_path.glob("runs/*"))


def test_a_solver_that_is_killed_at_any_moment_leaves_its_best_point() -> None:
    compiled = compile_model(build(Instance.parse(deal(40, 8)), INTACT, EXACT))
    matrix, draw = compiled.matrix, random.Random(SEED)
    stops = []
    with Session() as session:
        for _ in range(KILLS):
            session.load(matrix)
            pid = session._channel.children[0].process.pid
            killer = threading.Timer(draw.uniform(0.0, 0.5), os.kill, (pid, signal.SIGKILL))
            killer.start()
            outcome = session.run(Settings(gap=0.0, time_limit=60))
            killer.join()
            stops.append(outcome.stop)
            if outcome.values is not None:
                assert matrix.violation(outcome.values).tolerable
                assert outcome.objective == pytest.approx(matrix.objective(outcome.values))
                assert outcome.bound is None or outcome.bound <= outcome.objective + 1e-6
        # The session goes on as if nothing had been.
        session.load(matrix)
        assert session.run(Settings(gap=0.5, time_limit=60)).values is not None
    assert stops.count(Stop.KILLED) > KILLS / 2


@pytest.mark.parametrize("chain", range(CHAINS))
def test_kill_after_kill_ends_at_the_optimum(tmp_path: Path, chain: int) -> None:
    (tmp_path / FILE).write_text(json.dumps(deal()))
    began = time.monotonic()
    code, stdout, stderr = ended(start(tmp_path, "--no-save"))
    assert code == 0, stderr
    seconds, optimum = time.monotonic() - began, json.loads(stdout)["objective"]
    draw = random.Random(1000 * SEED + chain)
    for _ in range(LINKS):
        running = start(tmp_path, "-o", "here", "--resume")
        time.sleep(draw.random() * seconds)
        running.kill()
        running.communicate(timeout=60)
        nothing_torn(tmp_path)
        if (tmp_path / "here" / "plan.json").exists():
            break
    else:
        code, stdout, stderr = ended(start(tmp_path, "-o", "here", "--resume"))
        assert code == 0, stderr
    plan = read_plan(tmp_path / "here")
    assert plan.audit().ok
    assert plan.objective == pytest.approx(optimum, rel=1e-9)
    assert not list(tmp_path.glob("here*.part*"))
