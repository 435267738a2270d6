"""What surrounds a solve goes wrong: disks, folders, clocks, threads, locale."""

import errno
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final
from urllib.request import urlopen

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


def fill(disk: Path) -> set[Path]:
    """Fill a disk, and give what lies on it then."""
    with suppress(OSError), (disk / "full").open("wb", buffering=0) as full:
        while True:
            full.write(b"0" * 512)
    return {*disk.rglob("*")}


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
            assert line.split()[-1] in ran.stderr
            assert not (saved / line.split()[-1]).exists()
        # Full from the start, the folder is not begun: nothing is left, of --resume nothing either.
        shutil.rmtree(disk / "new.part", ignore_errors=True)
        left = fill(disk)
        for line in ("solve first -o disk/new", "solve first --resume -o disk/new"):
            ran = run(saved, *line.split())
            assert (line, ran.returncode) == (line, 1), ran.stderr
            told = " ".join(ran.stderr.split()).lower()
            assert "no space left on device); choose another folder, or --no-save" in told
            assert {*disk.rglob("*")} == left
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


SERVICE = f"""
import json, signal, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import gridblock as gb

class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        plan = gb.solve(gb.read({str(GALLERY / "first.yaml")!r}), gap=0)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(plan.objective).encode())

    def log_message(self, *_):
        pass

server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
print(server.server_port, flush=True)
server.serve_forever()
"""


def test_a_service_answers_requests_at_once_and_ends_when_asked(tmp_path: Path) -> None:
    line = [sys.executable, "-P", "-c", SERVICE]
    with subprocess.Popen(line, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as service:
        assert service.stdout
        address = f"http://127.0.0.1:{int(service.stdout.readline())}"

        def asked(_: int) -> float:
            with urlopen(address, timeout=240) as answer:
                return float(json.load(answer))

        try:
            with ThreadPoolExecutor(4) as clients:
                answers = list(clients.map(asked, range(8)))
        finally:
            service.send_signal(signal.SIGTERM)
    assert answers == [pytest.approx(FIRST, abs=1)] * 8
    assert service.returncode == 0


READ_ONLY = """
set -e
for folder in "$SITE" "$HERE"; do
    mount --bind "$folder" "$folder"
    mount -o remount,bind,ro "$folder"
done
if touch "$SITE/written" "$HERE/written" 2>/dev/null; then exit 99; fi
exec "$@"
"""


def test_a_program_that_cannot_be_written_to_plans(tmp_path: Path) -> None:
    # Neither site-packages nor the package can be written to, in a view of the disk of its own.
    line = ("solve", "first", "-q", "--format", "csv")
    known = run(tmp_path, *line, "--no-save").stdout
    folders = {"SITE": sysconfig.get_path("purelib"), "HERE": str(Path(__file__).parents[2])}
    python = (sys.executable, "-P", "-m", "gridblock", *line)
    try:
        again = subprocess.run(
            ["unshare", "--mount", "sh", "-c", READ_ONLY, "sh", *python],
            check=False, cwd=tmp_path, capture_output=True, text=True, timeout=300,
            env={"PATH": os.environ["PATH"], "HOME": "/nonexistent", **folders},
        )  # fmt: skip
    except OSError:
        pytest.skip("there is no unshare here")
    if "unshare" in again.stderr or "mount:" in again.stderr:
        pytest.skip("nothing can be mounted here")
    assert (again.returncode, again.stdout) == (0, known), again.stderr
    assert len(list(tmp_path.glob("runs/*/plan.json"))) == 1


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


@contextmanager
def memory_of_a_container(most: int) -> Iterator[Path]:
    """Make a control group with so many bytes of memory, of either version; give its processes."""
    root = Path("/sys/fs/cgroup")
    first = (root / "memory" / "memory.limit_in_bytes").exists()
    group = (root / "memory" if first else root) / f"gridblock-{os.getpid()}"
    try:
        group.mkdir()
        (group / ("memory.limit_in_bytes" if first else "memory.max")).write_text(str(most))
    except OSError:
        pytest.skip("no control group can be made here")
    try:
        yield group / "cgroup.procs"
    finally:
        group.rmdir()


GREEDY = r"""
import sys
worker = '''
from gridblock.solvers import worker
class Greedy(worker.Worker):
    def improved(self, values):
        super().improved(values)
        self.held = [bytearray(b"x" * 10_000_000) for _ in range(100)]
worker.main(worker=Greedy)
'''
from gridblock.solvers.session import Session
Session.__init__.__kwdefaults__["command"] = (sys.executable, "-P", "-c", worker)
sys.argv[0] = "gridblock"
from gridblock.__main__ import main
main()
"""
"""Plans as the command line does, with a solver that takes 1 GB once it has a point."""


def test_a_container_that_is_full_ends_the_solver_and_not_the_plan(tmp_path: Path) -> None:
    (tmp_path / "deal.json").write_text(json.dumps(deal(60, 12)))
    line = ("solve", "deal.json", "--gap", "0", "--format", "json", "-v")
    with memory_of_a_container(450_000_000) as processes, subprocess.Popen(
        [sys.executable, "-P", "-c", GREEDY, *line], cwd=tmp_path, text=True,
        preexec_fn=lambda: processes.write_text(str(os.getpid())),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as running:  # fmt: skip
        stdout, stderr = running.communicate(timeout=300)
    assert running.returncode == 5, stderr
    assert "often for lack of memory" in stderr
    assert json.loads(stdout)["objective"] is not None
    (saved,) = tmp_path.glob("runs/*")
    assert gb.read_plan(saved).audit().ok


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
