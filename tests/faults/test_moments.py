"""Kills and Ctrl-C at random moments of a solve: nothing torn, and the same answer in the end.

MOMENTS says how many; ``make faults`` asks for 50 of each.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from faults.deal import deal
from gridblock.instances.read import read
from gridblock.model.account import account
from gridblock.saved import read_plan
from gridblock.solvers.recovery import best_left

MOMENTS: Final = int(os.environ.get("MOMENTS", "2"))
SEED: Final = int(os.environ.get("MOMENTS_SEED", "0"))
FILE: Final = "deal.json"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX"),
]


def start(folder: Path, *more: str) -> subprocess.Popen[str]:
    line = ("solve", FILE, "--gap", "0", "--format", "json", *more)
    return subprocess.Popen(
        [sys.executable, "-I", "-m", "gridblock", *line],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ended(running: subprocess.Popen[str]) -> tuple[int, str, str]:
    stdout, stderr = running.communicate(timeout=300)
    return running.returncode, stdout, stderr


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> tuple[float, float]:
    """The optimum, and how many seconds a solve takes that nobody disturbs."""
    folder = tmp_path_factory.mktemp("fresh")
    (folder / FILE).write_text(json.dumps(deal()))
    began = time.monotonic()
    code, stdout, stderr = ended(start(folder, "--no-save"))
    assert code == 0, stderr
    return json.loads(stdout)["objective"], time.monotonic() - began


def moments() -> list[float]:
    """Shares of the time of a solve, spread evenly and then moved at random."""
    draw = random.Random(SEED)
    return [(i + draw.random()) / MOMENTS for i in range(MOMENTS)]


def nothing_torn(folder: Path) -> None:
    """Check that every file of a name that is final is whole, and every run that is saved, too."""
    for file in folder.rglob("*.json"):
        json.loads(file.read_text())
    for file in folder.glob("runs/*/plan.json"):
        if not file.parent.name.endswith(".part"):
            assert read_plan(file.parent).audit().ok


@pytest.mark.parametrize("moment", moments())
def test_kill_9_loses_nothing_and_resume_finds_the_same(
    tmp_path: Path, fresh: tuple[float, float], moment: float
) -> None:
    optimum, seconds = fresh
    (tmp_path / FILE).write_text(json.dumps(deal()))
    running = start(tmp_path)
    time.sleep(moment * seconds)
    running.kill()
    running.communicate(timeout=60)
    nothing_torn(tmp_path)
    code, stdout, stderr = ended(start(tmp_path, "--resume"))
    assert code == 0, stderr
    answer: dict[str, Any] = json.loads(stdout)
    assert answer["status"] == "optimal"
    assert answer["objective"] == pytest.approx(optimum, rel=1e-9)
    assert read_plan(tmp_path / answer["run"]).audit().ok
    # What is left had nothing in it yet to go on with.
    assert not list(tmp_path.glob("runs/*.part/instance.json"))
    assert not list((tmp_path / answer["run"]).glob("*gridblock-*"))


@pytest.mark.parametrize("moment", moments())
def test_ctrl_c_keeps_the_best_plan_or_leaves_nothing(
    tmp_path: Path, fresh: tuple[float, float], moment: float
) -> None:
    optimum, seconds = fresh
    (tmp_path / FILE).write_text(json.dumps(deal()))
    running = start(tmp_path)
    time.sleep(moment * seconds)
    running.send_signal(signal.SIGINT)
    code, stdout, stderr = ended(running)
    assert "Traceback" not in stderr or "gridblock" not in stderr  # Python itself was starting
    nothing_torn(tmp_path)
    assert code in {0, 130, -signal.SIGINT}, stderr
    assert not list(tmp_path.glob("runs/*.part"))
    if stdout:
        answer = json.loads(stdout)
        assert answer["status"] in {"optimal", "interrupted"}
        if answer["objective"] is not None:
            assert answer["objective"] >= optimum * (1 - 1e-9)
            assert read_plan(tmp_path / answer["run"]).audit().ok


def killed_with(folder: Path, *points: str, method: str) -> None:
    """Kill a solve once there is a file with a point."""
    running = start(folder, "-o", "here", "--method", method)
    end = time.monotonic() + 120
    while time.monotonic() < end and running.poll() is None:
        if any(list(folder.glob(f"here.part/gridblock-*/{each}")) for each in points):
            break
        time.sleep(0.02)
    running.kill()
    running.communicate(timeout=60)


def test_resume_goes_on_from_the_best_plan(tmp_path: Path, fresh: tuple[float, float]) -> None:
    optimum, _ = fresh
    (tmp_path / FILE).write_text(json.dumps(deal()))
    killed_with(tmp_path, "incumbent-*.npy", "kept-*.npy", method="exact")
    code, stdout, stderr = ended(start(tmp_path, "-o", "here", "--resume", "-v"))
    assert code == 0, stderr
    assert "goes on from the best plan so far" in stderr
    answer = json.loads(stdout)
    assert (answer["run"], answer["objective"]) == ("here", pytest.approx(optimum, rel=1e-9))


def test_resume_goes_on_from_the_best_plan_of_the_fast_method(tmp_path: Path) -> None:
    # Its points are of parts of the model, but for one: the best of the whole.
    (tmp_path / FILE).write_text(json.dumps(deal(60, 12)))
    killed_with(tmp_path, "kept-whole.npy", method="fast")
    (point,) = tmp_path.glob("here.part/gridblock-*/kept-whole.npy")
    instance = read(tmp_path / FILE)
    left = best_left(instance, tmp_path / "here.part")
    assert left is not None
    before = account(instance, left).objective
    assert len(np.load(point)) > 60
    code, stdout, stderr = ended(
        start(tmp_path, "-o", "here", "--resume", "-v", "--method", "fast", "--time-limit", "5")
    )
    assert code in {0, 5}, stderr
    assert "goes on from the best plan so far" in stderr
    assert json.loads(stdout)["objective"] <= before


def test_a_run_that_was_killed_while_it_was_saved_is_saved_again(
    tmp_path: Path, fresh: tuple[float, float]
) -> None:
    # "tables: file exists" ended it, found by a kill in the last twentieth of a solve.
    (tmp_path / FILE).write_text(json.dumps(deal()))
    assert ended(start(tmp_path, "-o", "here"))[0] == 0
    (tmp_path / "here").rename(tmp_path / "here.part")
    code, stdout, stderr = ended(start(tmp_path, "-o", "here", "--resume"))
    assert code == 0, stderr
    assert "goes on from the best plan so far" in stderr
    assert json.loads(stdout)["objective"] == pytest.approx(fresh[0], rel=1e-9)


def test_two_processes_do_not_go_on_with_one_run(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps(deal(60, 12)))
    first = start(tmp_path, "-o", "here", "--time-limit", "30")
    while not (tmp_path / "here.part" / "instance.json").exists():
        assert first.poll() is None
        time.sleep(0.02)
    code, _, stderr = ended(start(tmp_path, "-o", "here", "--resume"))
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)
    assert code == 2
    assert "another process is at work on it" in stderr


def test_two_processes_that_begin_at_once_have_a_folder_each(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps(deal(8, 2)))
    both = [start(tmp_path) for _ in range(2)]
    answers = [json.loads(ended(each)[1]) for each in both]
    assert len({answer["run"] for answer in answers}) == 2
    assert len({answer["objective"] for answer in answers}) == 1
    nothing_torn(tmp_path)


def test_two_processes_asked_for_one_folder_do_not_mix(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(json.dumps(deal(8, 2)))
    both = [ended(each) for each in [start(tmp_path, "-o", "here") for _ in range(2)]]
    assert 0 in {code for code, _, _ in both}
    assert {code for code, _, _ in both} <= {0, 1, 2}
    assert read_plan(tmp_path / "here").audit().ok
    assert "Traceback" not in "".join(stderr for _, _, stderr in both)
