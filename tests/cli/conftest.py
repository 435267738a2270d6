"""The command line in a fresh folder, inside this process and as a process of its own."""

import json
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from gridblock.cli import app
from gridblock.commands.ending import SIGNALS

Ran = Any
Run = Callable[..., Ran]


@pytest.fixture
def gridblock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in an empty folder: exit_code, stdout and stderr come back."""
    monkeypatch.chdir(tmp_path)
    for name in ("COLUMNS", "FORCE_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    runner = CliRunner()
    return lambda *arguments: runner.invoke(app, [str(each) for each in arguments])


@contextmanager
def heeded() -> Iterator[None]:
    """Let processes heed the signals that ask to end, though nohup had these tests ignore one."""
    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    ignored = [number for number in numbers if signal.getsignal(number) is signal.SIG_IGN]
    for number in ignored:
        signal.signal(number, signal.SIG_DFL)
    try:
        yield
    finally:
        for number in ignored:
            signal.signal(number, signal.SIG_IGN)


@pytest.fixture
def process(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start a command as a process of its own in the same folder."""
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str | Path, **more: Any) -> subprocess.Popen[str]:
        with heeded():
            started = subprocess.Popen(
                [sys.executable, "-I", "-m", "gridblock", *map(str, arguments)],
                cwd=tmp_path,
                text=True,
                **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more},
            )
        running.append(started)
        return started

    yield start
    for started in running:
        with started:
            started.kill()


@pytest.fixture
def hard(tmp_path: Path) -> Path:
    """An instance with a plan at once and a proof of the best one never: 100 blocks, 15 limits."""
    draw = random.Random(7)
    uses = [[draw.randint(1, 1000) for _ in range(15)] for _ in range(100)]
    chips = [sum(use) // 15 + draw.randint(0, 250) for use in uses]
    blocks = {
        f"b{i}": {
            "accelerator": "chip",
            "accelerators": chips[i],
            "uses": {f"r{j}": amount for j, amount in enumerate(use)},
            "cost_once": 1,
            "end_share": 0,
            "supply": 1,
        }
        for i, use in enumerate(uses)
    }
    limits = {f"r{j}": sum(use[j] for use in uses) // 2 for j in range(15)}
    data = {
        "gridblock": 1,
        "name": "hard",
        "accelerators": {"chip": {}},
        "blocks": blocks,
        "facilities": {"site": {"limits": limits}},
        "demands": [{"name": "d", "amount": sum(chips), "yields": {"chip": 1}, "unmet_cost": 10}],
    }
    path = tmp_path / "hard.json"
    path.write_text(json.dumps(data))
    return path
