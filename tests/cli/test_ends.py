"""Signals, closed pipes and full disks."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from pydantic_core import SchemaError

Start = Callable[..., Any]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX"),
]


def wait_until_solving(started: Any, folder: Path, seconds: float = 120.0) -> None:
    """Wait until a run has a plan, as its progress.csv tells."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and started.poll() is None:
        for file in folder.glob("runs/*.part/progress.csv"):
            if re.search(r"^[^,]+,[0-9]", file.read_text(), flags=re.MULTILINE):
                return
        time.sleep(0.05)
    started.kill()
    pytest.fail(f"no progress: {started.communicate()}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_best_plan_is_kept_when_asked_to_stop(
    process: Start, hard: Path, tmp_path: Path, number: int
) -> None:
    started = process("solve", hard, "--gap", "0", "--format", "json")
    wait_until_solving(started, tmp_path)
    started.send_signal(number)
    stdout, stderr = started.communicate(timeout=60)
    assert started.returncode == 130, stderr
    answer = json.loads(stdout)
    assert answer["status"] == "interrupted"
    assert answer["objective"] > answer["bound"]
    assert {"plan.json", "instance.json", "progress.csv"} <= {
        path.name for path in (tmp_path / answer["run"]).iterdir()
    }
    assert not list(tmp_path.glob("runs/*.part"))


def test_a_kill_leaves_log_progress_and_the_best_point(
    process: Start, hard: Path, tmp_path: Path
) -> None:
    started = process("solve", hard, "--gap", "0")
    wait_until_solving(started, tmp_path)
    started.kill()
    started.communicate(timeout=60)
    (part,) = tmp_path.glob("runs/*.part")
    assert len((part / "progress.csv").read_text().splitlines()) > 1
    assert "building" in (part / "log").read_text()
    assert list(part.glob("*/incumbent-*.npy"))


LOGS = """
import logging, sys
from pathlib import Path
import pyomo.environ
from gridblock.commands.ending import ended
from gridblock.commands.talk import Talk
with ended(Talk(verbose=int(sys.argv[1]), log=Path("log"))):
    logging.getLogger("pyomo.core").error("Constructing component 'x'")
"""


@pytest.mark.parametrize(("verbose", "said"), [(0, ""), (1, "Constructing component 'x'\n")])
def test_what_libraries_log_is_no_answer(tmp_path: Path, verbose: int, said: str) -> None:
    # Pyomo writes to standard output where nobody else hears it; so it did where Ctrl-C met it.
    ran = subprocess.run(
        [sys.executable, "-c", LOGS, str(verbose)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert (ran.stdout, ran.stderr) == ("", said)
    assert "Constructing" in (tmp_path / "log").read_text()


def test_ctrl_c_before_there_is_anything_leaves_nothing(
    process: Start, hard: Path, tmp_path: Path
) -> None:
    started = process("solve", hard)
    assert started.stderr is not None
    assert started.stderr.readline() == "reading\n"
    started.send_signal(signal.SIGINT)
    stdout, stderr = started.communicate(timeout=60)
    assert (started.returncode, stdout) == (130, "")
    assert stderr.splitlines()[-1] == "error: interrupted"
    assert not list(tmp_path.glob("runs/*"))


def test_ctrl_c_while_a_class_is_made_is_no_internal_error(
    gridblock: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Python turns it into RuntimeError: Error calling __set_name__ ….
    from gridblock.commands import sources

    def interrupted(*_: Any) -> None:
        class Loud:
            def __set_name__(self, owner: type, name: str) -> None:
                signal.raise_signal(signal.SIGINT)

        type("Holder", (), {"loud": Loud()})

    monkeypatch.setattr(sources, "locate", interrupted)
    ran = gridblock("solve", "first")
    assert ran.exit_code == 130
    assert ran.stderr.splitlines()[-1] == "error: interrupted"


def test_ctrl_c_that_pydantic_swallows_is_no_internal_error(
    gridblock: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    # SchemaError: Error building "definitions" validator: (no word of what it was, and no cause).
    from gridblock.commands import sources

    def interrupted(*_: Any) -> None:
        with suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        raise SchemaError

    monkeypatch.setattr(sources, "locate", interrupted)
    ran = gridblock("solve", "first")
    assert ran.exit_code == 130
    assert ran.stderr.splitlines()[-1] == "error: interrupted"


def test_ctrl_c_in_a_text_that_is_run_does_not_kill(tmp_path: Path) -> None:
    # CPython, as `python -m`, dies of the signal at its end (-2), unless exec has run since.
    (tmp_path / "late.py").write_text(
        "import gridblock.cli, gridblock.__main__\n"
        "gridblock.cli.main = lambda: exec('raise KeyboardInterrupt')\n"
        "gridblock.__main__.main()\n"
    )
    command = [sys.executable, "-m", "late"]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr) == (130, "error: interrupted\n")


def test_a_reader_that_leaves_is_no_fault(process: Start, tmp_path: Path) -> None:
    for form in ("table", "json", "csv", "md"):
        with process("solve", "first", "--format", form) as started:
            assert started.stdout is not None
            started.stdout.close()
            assert started.stderr is not None
            stderr = started.stderr.read()
        assert started.returncode == 0, stderr
        assert "Traceback" not in stderr
        assert "BrokenPipe" not in stderr
    assert len(list(tmp_path.glob("runs/*/plan.json"))) == 4


def test_nobody_listening_to_progress_is_no_fault(process: Start, tmp_path: Path) -> None:
    with process("solve", "first", "--format", "json") as started:
        assert started.stderr is not None
        started.stderr.close()
        assert started.stdout is not None
        answer = started.stdout.read()
    assert json.loads(answer)["status"] == "optimal"
    assert started.returncode == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_one_line(process: Start) -> None:
    for arguments in (("--version",), ("--help",), ("solve", "first", "--no-save", "--quiet")):
        with Path("/dev/full").open("w") as full:
            started = process(*arguments, stdout=full)
            _, stderr = started.communicate(timeout=60)
        assert (arguments, started.returncode) == (arguments, 1)
        assert stderr.startswith("error: ")
        assert len(stderr.splitlines()) == 1
