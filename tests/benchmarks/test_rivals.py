"""Every method on a small instance: its plan passes the audit, its bound is below its plan."""

import json
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from random import Random
from typing import Any

import pytest

from benchmarks.jobs import Job, Journal
from benchmarks.measured import Measured, measured
from benchmarks.methods import METHODS
from benchmarks.rivals.pop import split
from benchmarks.watch import Seen, watched
from gridblock.instances.generate import generate
from gridblock.instances.instance import Instance
from gridblock.instances.write import to_json


def run(method: str, file: Path, folder: Path, seconds: float = 2.0) -> Measured:
    """Measure a method in this process."""
    job = Job(str(file), "S", 0, method, 1e-3, seconds, 2)
    journal = Journal(folder / "journal")
    journal.start()
    import_module(METHODS[method].module).run(job, journal, **METHODS[method].options)
    journal.close()
    events = [json.loads(line) for line in (folder / "journal").read_text().splitlines()]
    return measured(job, Seen(events, "done", 0.0, ""))


@pytest.fixture(scope="module")
def rung_s(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("rung") / "s.json"
    file.write_text(to_json(generate("S", 1).plain()))
    return file


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
def test_a_plan_passes_the_audit(method: str, rung_s: Path) -> None:
    if METHODS[method].missing:
        pytest.skip(METHODS[method].missing)
    # A wide gap, so that each may stop soon; CP-SAT does not come that close.
    job = Job(str(rung_s), "S", 1, method, 0.6, 5.0 if method == "cp-sat" else 60.0, 2)
    found = measured(job, watched(job, memory_mb=8000, patience=150))
    assert found.audit == "ok", found.note
    assert found.objective is not None
    # The optimum is 6.17e8: proven by exact to 0.1 %.
    assert found.objective >= 6.15e8
    if METHODS[method].proves:
        assert found.bound is not None
        assert found.bound <= 6.18e8
        assert found.until(0.6) is not None
    assert {"read", "solve", "audit"} <= found.seconds.keys()


def test_the_greedy_planner_is_within_what_enumeration_knows(tmp_path: Path) -> None:
    # One site for 28 pods, two demands: greedy serves the dearer one, as is best here.
    file = Path(__file__).parents[2] / "instances" / "gallery" / "first.yaml"
    found = run("greedy", file, tmp_path)
    assert found.audit == "ok"
    assert found.objective == pytest.approx(138_562_608)


@pytest.mark.parametrize("seed", range(5))
def test_greedy_plans_keep_every_rule(seed: int, tmp_path: Path) -> None:
    file = tmp_path / "s.json"
    file.write_text(to_json(generate("S", seed).plain()))
    assert run("greedy", file, tmp_path).audit == "ok"


def test_parts_have_no_more_than_the_whole() -> None:
    whole = generate("S", 3)
    parts = [Instance.parse(part) for part in split(whole, 3, Random(0))]
    names = [demand.name for part in parts for demand in part.demands]
    assert sorted(names) == sorted(demand.name for demand in whole.demands)
    leaves = [path for part in parts for path in part.leaves]
    assert sorted(leaves) == sorted(whole.leaves)
    assert sorted(o.name for p in parts for o in p.options) == sorted(o.name for o in whole.options)
    for name, site in whole.facilities.items():
        shares = [p.facilities[name].grid_mw for p in parts if name in p.facilities]
        assert sum(shares) <= site.grid_mw  # type: ignore[arg-type, operator]
    for kind, block in whole.blocks.items():
        if block.supply is not None:
            for t, n in whole.over_periods(block.supply).items():
                assert sum(p.over_periods(p.blocks[kind].supply)[t] for p in parts) == n
    for limit in whole.limits:
        if limit.max is not None:
            caps: list[Any] = [c.max for p in parts for c in p.limits if c.name == limit.name]
            spread = [p.over_periods(c) for p, c in zip(parts, caps, strict=False)]
            for t, most in whole.over_periods(limit.max).items():
                assert sum(each[t] for each in spread) <= most


def test_a_measurement_ends_at_its_caps(rung_s: Path) -> None:
    job = Job(str(rung_s), "S", 1, "exact", 1e-6, 60.0, 1)
    assert watched(job, memory_mb=20, patience=60).ended == "memory"
    seen = watched(job, memory_mb=8000, patience=0.5)
    assert seen.ended == "time"


def test_the_backbones_are_those_of_topohub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec("topohub") is None:
        pytest.skip("topohub is not installed")
    backbones = import_module("benchmarks.backbones")
    shipped = backbones.TARGET.read_text()
    monkeypatch.setattr(backbones, "TARGET", tmp_path / "backbones.json")
    backbones.main()
    assert (tmp_path / "backbones.json").read_text() == shipped
