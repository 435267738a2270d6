"""No network, and nothing written but where it was asked for: watched by Python's own audit hooks.

The hooks stand in a ``sitecustomize`` that every Python process loads, those of the solver, too.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

HOOKS: Final = """
import os, sys, tempfile
ALLOWED = tuple(os.environ["GRIDBLOCK_TEST_ALLOWED"].split(os.pathsep))
SEEN = os.environ["GRIDBLOCK_TEST_SEEN"]
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
busy = False

def note(line):
    global busy
    busy = True
    with open(SEEN, "a") as seen:
        seen.write(line + "\\n")
    busy = False

def hook(event, arguments):
    if busy:
        return
    if event in {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind",
                 "socket.sendto", "urllib.Request", "http.client.connect", "ftplib.connect"}:
        note(f"network {event} {arguments[1:]}")
        raise PermissionError(f"the test forbids {event}")
    if event == "open" and isinstance(arguments[0], (str, bytes)) and arguments[2] & WRITING:
        path = os.path.realpath(os.fsdecode(arguments[0]))
        # A process may say of itself that it is the first to go where memory is short.
        if not path.startswith(ALLOWED) and path != f"/proc/{os.getpid()}/oom_score_adj":
            note(f"write {path}")
    if event in {"os.remove", "os.rename", "os.rmdir", "shutil.rmtree", "os.mkdir"}:
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if not path.startswith(ALLOWED):
            note(f"{event} {path}")

sys.addaudithook(hook)
note(f"process {sys.argv[:1]}")
"""
COMMANDS: Final = (
    "solve first -o run --report",
    "check colossus",
    "audit run",
    "explain run",
    "prices run",
    "export run -o run.xlsx",
    "convert first first.xlsx",
    "doctor",
)


@pytest.mark.slow
def test_nothing_is_asked_of_a_network_and_nothing_written_elsewhere(tmp_path: Path) -> None:
    work, hooks = tmp_path / "work", tmp_path / "hooks"
    for folder in (work, hooks, tmp_path / "tmp"):
        folder.mkdir()
    (hooks / "sitecustomize.py").write_text(HOOKS)
    seen = tmp_path / "seen"
    allowed = [str(tmp_path.resolve()), os.devnull, "/dev/"]
    environment = os.environ | {
        "PYTHONPATH": str(hooks),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TMPDIR": str(tmp_path / "tmp"),
        "GRIDBLOCK_TEST_ALLOWED": os.pathsep.join(allowed),
        "GRIDBLOCK_TEST_SEEN": str(seen),
    }
    for command in COMMANDS:
        ran = subprocess.run(
            [sys.executable, "-m", "gridblock", *command.split()],
            check=False, capture_output=True, cwd=work, env=environment, text=True,
        )  # fmt: skip
        assert (command, ran.returncode) == (command, 0), ran.stderr
    lines = seen.read_text().splitlines()
    # The hooks were there: in each command, and in the solver's processes.
    assert sum(line.startswith("process") for line in lines) > len(COMMANDS)
    assert [line for line in lines if not line.startswith("process")] == []
    assert json.loads((work / "run" / "plan.json").read_text())["status"] == "optimal"
