"""What surrounds a solve goes wrong: disks, folders, clocks, threads, locale."""

import errno
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

import pytest

import gridblock as gb
from faults.deal import deal
from gridblock.commands.sources import GALLERY

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="limits and signals are those of POSIX"),
]
FIRST: Final = 138_562_608


# -B: Python itself would leave a torn cache of a module where a file can have no more bytes.
def run(folder: Path, *line: str, flags: tuple[str, ...] = ("-I", "-B"), **more: Any) -> Any:
    return subprocess.run(
        [sys.executable, *flags, "-m", "gridblock", *line],
        check=False, cwd=folder, capture_output=True, text=True, timeout=300, **more,
    )  # fmt: skip


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    ran = run(tmp_path, "solve", "first", "-q", "-o", "saved")
    assert ran.returncode == 0, ran.stderr
    return tmp_path


OUTPUTS: Final = (
    "solve first -o new",
    "report saved -o page.html",
    "export saved -o book.xlsx",
    "export first -o model.lp",
    "convert colossus out.yaml",
    "convert colossus out.json",
    "convert colossus out.xlsx",
    "convert colossus folder",
    "sweep first grid.yaml -o study",
)


def small_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (1200, 1200))


def test_no_room_for_an_output_leaves_nothing_half_written(saved: Path) -> None:
    # No file may have more than 1,200 bytes: every output is larger, or has a part that is.
    (saved / "grid.yaml").write_text("cartesian: {discount_rate: [0.1, 0.2]}\n")
    before = {path: path.read_bytes() for path in saved.rglob("*") if path.is_file()}
    for line in OUTPUTS:
        ran = run(saved, *line.split(), preexec_fn=small_files)
        assert (line, ran.returncode) == (line, 1), ran.stderr
        assert "Traceback" not in ran.stderr
        said = ran.stderr.splitlines() + ran.stdout.splitlines()
        # A sweep says which cases failed, and keeps the others.
        assert any("error: " in each or "failed" in each for each in said), ran
        target = saved / line.split()[-1]
        assert not target.exists() or target.name == "study"
        for path in saved.rglob("*.json"):
            json.loads(path.read_text())
    assert before == {path: path.read_bytes() for path in before}


def test_a_full_disk_is_named_and_leaves_the_rest(saved: Path) -> None:
    disk = saved / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20k", "tmpfs", str(disk)],
        check=False, capture_output=True,
    )  # fmt: skip
    if mounted.returncode:
        pytest.skip("nothing can be mounted here")
    try:
        for line in ("solve first -o disk/new", "convert colossus disk/out.json"):
            ran = run(saved, *line.split())
            assert (line, ran.returncode) == (line, 1), ran.stderr
            assert "no space left" in ran.stderr.lower()
            assert not (saved / line.split()[-1]).exists()
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    ran = run(tmp_path, "solve", "first", "-o", "/proc/gridblock")
    assert ran.returncode == 2
    assert "/proc/gridblock" in ran.stderr.replace("\n", "")
    (tmp_path / "file").touch()
    ran = run(tmp_path, "solve", "first", "-o", "file/run")
    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("number", [errno.EXDEV, errno.EACCES, errno.ENOSPC])
def test_a_rename_that_fails_leaves_what_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    plan = gb.solve(gb.read(GALLERY / "first.yaml"))

    def fail(path: Path, target: Path) -> Path:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match=os.strerror(number)):
        plan.save(tmp_path / "run")
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize("whom", ["parent", "solver"])
def test_a_process_that_stands_still_for_a_while_keeps_to_its_limit(
    tmp_path: Path, whom: str
) -> None:
    (tmp_path / "deal.json").write_text(json.dumps(deal(100, 15)))
    line = ("solve", "deal.json", "--gap", "0", "--time-limit", "6", "--format", "json")
    began = time.monotonic()
    running = subprocess.Popen(
        [sys.executable, "-I", "-m", "gridblock", *line],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    while not list(tmp_path.glob("runs/*.part/gridblock-*/incumbent-*.npy")):
        assert running.poll() is None
        time.sleep(0.05)
    children = Path(f"/proc/{running.pid}/task/{running.pid}/children").read_text().split()
    stopped = running.pid if whom == "parent" else int(children[0])
    os.kill(stopped, signal.SIGSTOP)
    time.sleep(2)
    os.kill(stopped, signal.SIGCONT)
    stdout, stderr = running.communicate(timeout=120)
    assert running.returncode == 5, stderr
    assert json.loads(stdout)["objective"] is not None
    assert time.monotonic() - began < 120


def test_the_clock_on_the_wall_may_jump(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Back by a year while it is solved; limits go by the monotonic clock.
    true = time.time
    monkeypatch.setattr(time, "time", lambda: true() - 3e7)
    plan = gb.solve(gb.read(GALLERY / "first.yaml"), time_limit=60)
    assert plan.objective == pytest.approx(FIRST, abs=1)
    assert all(seconds >= 0 for seconds in plan.seconds.values())


def test_eight_threads_solve_at_once() -> None:
    found: list[float | None] = []

    def solve() -> None:
        found.append(gb.solve(gb.read(GALLERY / "first.yaml")).objective)

    threads = [threading.Thread(target=solve) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert found == [pytest.approx(FIRST, abs=1)] * 8


def test_a_forked_child_solves_after_its_parent() -> None:
    code = (
        "import os, sys, gridblock as gb\n"
        f"given = gb.read({str(GALLERY / 'first.yaml')!r})\n"
        "first = gb.solve(given).objective\n"
        "child = os.fork()\n"
        "if child == 0:\n"
        "    os._exit(0 if gb.solve(given).objective == first else 1)\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))\n"
    )
    ran = subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False, timeout=120)
    assert ran.returncode == 0


def test_surroundings_do_not_change_a_byte(tmp_path: Path) -> None:
    line = ("solve", "two-regions", "--no-save", "-q", "--format", "csv")
    known = run(tmp_path, *line).stdout
    if not known:
        line = ("solve", "first", "--no-save", "-q", "--format", "csv")
        known = run(tmp_path, *line).stdout
    assert known
    bare = {"PATH": os.environ["PATH"]}
    for more in (
        *({"PYTHONHASHSEED": str(seed)} for seed in (0, 1, 9)),
        {"LC_ALL": "de_DE.UTF-8"}, {"LC_ALL": "C"}, {"TZ": "Pacific/Kiritimati"}, {"TERM": "dumb"},
    ):  # fmt: skip
        assert run(tmp_path, *line, flags=("-P",), env=bare | more).stdout == known, more
    assert run(tmp_path, *line, flags=("-O", "-P"), env=bare).stdout == known
    assert run(tmp_path, *line, stdin=subprocess.DEVNULL).stdout == known


def test_memory_that_ends_is_named(tmp_path: Path) -> None:
    # 1.5 GB of addresses hold Python and the model, and not what the search needs on top.
    (tmp_path / "deal.json").write_text(json.dumps(deal(100, 15)))

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (700_000_000, 700_000_000))

    ran = run(tmp_path, "solve", "deal.json", "--time-limit", "20", preexec_fn=little)
    assert ran.returncode in {1, 5, 6}, ran.stderr
    assert ran.stdout or "memory" in ran.stderr.lower(), ran.stderr
    for file in tmp_path.rglob("*.json"):
        json.loads(file.read_text())
