"""``python -m benchmarks``: gridblock and its rivals on the ladder, into ``benchmarks/results``."""

from __future__ import annotations

import json
import math
import os
import platform
import re
import shlex
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchmarks import plot, tables
from benchmarks.jobs import Job
from benchmarks.measured import Measured, measured
from benchmarks.methods import METHODS
from benchmarks.watch import watched
from gridblock.instances.generate import generate
from gridblock.instances.ladder.rungs import RUNGS
from gridblock.instances.write import to_json

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

RESULTS = Path(__file__).parent / "results"
LIMITS = {"S": 60.0, "M": 600.0, "L": 1800.0, "XL": 1800.0}
"""Seconds in the solver, unless told otherwise."""
SPARE = 300.0
"""Seconds beyond the solver's and half as much again, after which a measurement is ended."""


def main(
    rungs: Annotated[str, typer.Option(help="Which rungs: S,M,L,XL.")] = "S,M,L",
    seeds: Annotated[str, typer.Option(help="Which seeds: 0-4, or 0,3.")] = "0-4",
    methods: Annotated[str, typer.Option(help="Which methods, by name; default all.")] = "all",
    time_limit: Annotated[
        str, typer.Option(help="Seconds in the solver: 60, or S=10,M=60 by rung.")
    ] = "",
    memory_gb: Annotated[float, typer.Option(min=0, help="Most memory of one method.")] = 12.0,
    threads: Annotated[int, typer.Option(min=1, help="Threads of each method.")] = 2,
    gap: Annotated[float, typer.Option(min=0, help="Gap at which a method may stop.")] = 1e-3,
    name: Annotated[str, typer.Option(help="The results are NAME.csv, .md, .svg.")] = "full",
    results: Annotated[
        Path, typer.Option(help="Where they go.", show_default="benchmarks/results")
    ] = RESULTS,
    keep: Annotated[
        bool, typer.Option("--keep", help="Keep what NAME.jsonl holds; measure only the rest.")
    ] = False,
) -> None:
    """Measure methods on instances of the ladder, one after the other, each in its own process."""
    jobs = _jobs(rungs, seeds, methods, time_limit, threads, gap)
    results.mkdir(parents=True, exist_ok=True)
    journal = results / f"{name}.jsonl"
    known = {each.key: each for each in _read(journal)} if keep else {}
    _refuse_other_settings(known.values(), jobs[0], journal)
    with tempfile.TemporaryDirectory() as folder:
        for number, job in enumerate(jobs, 1):
            key = (job.rung, job.seed, job.method)
            if key in known:
                continue
            typer.echo(f"{number}/{len(jobs)} {' '.join(map(str, key))}", err=True)
            known[key] = _measure(job, Path(folder), memory_gb)
            typer.echo(f"    {_said(known[key])}", err=True)
            found = sorted(known.values(), key=_order)
            _write(journal, "".join(json.dumps(each.plain()) + "\n" for each in found))
    found = sorted(known.values(), key=_order)
    _write(results / f"{name}.csv", tables.to_csv(found))
    _write(results / f"{name}.md", tables.to_markdown(found, _heading(name, found)))
    plot.draw(found, results / f"{name}.svg")
    typer.echo(f"wrote {results / name}.csv, .md, .svg and .jsonl", err=True)


def _jobs(
    rungs: str, seeds: str, methods: str, time_limit: str, threads: int, gap: float
) -> list[Job]:
    """Give what is asked for, rung by rung and seed by seed."""
    names = list(METHODS) if methods == "all" else methods.split(",")
    _refuse("method", names, METHODS)
    _refuse("rung", rungs.split(","), RUNGS)
    limits = {**LIMITS, **_limits(time_limit)}
    return [
        Job("", rung, seed, method, gap, limits[rung], threads)
        for rung in rungs.split(",")
        for seed in _seeds(seeds)
        for method in names
    ]


def _refuse_other_settings(known: Iterable[Measured], asked: Job, journal: Path) -> None:
    """Refuse to put measurements to another gap, or by more threads, into the same table."""
    for each in known:
        gap, threads = each.job["gap"], each.job["threads"]
        if (gap, threads) != (asked.gap, asked.threads):
            message = (
                f"{journal} holds what was measured to {gap:.2%} with {threads} threads;"
                " ask for the same, or give another --name"
            )
            raise typer.BadParameter(message)


def _refuse(what: str, names: list[str], known: Collection[str]) -> None:
    unknown = [name for name in names if name not in known]
    if unknown:
        message = f"there is no {what} {', '.join(unknown)}; there are {', '.join(known)}"
        raise typer.BadParameter(message)


def _seeds(text: str) -> list[int]:
    """Read ``0-4`` or ``0,3``."""
    found: list[int] = []
    for part in text.split(","):
        ends = re.fullmatch(r"(\d+)(?:-(\d+))?", part.strip())
        if ends is None or int(ends[2] or ends[1]) < int(ends[1]):
            message = f"{text!r} are no seeds; write 0-4, or 0,3"
            raise typer.BadParameter(message)
        found += range(int(ends[1]), int(ends[2] or ends[1]) + 1)
    return found


def _limits(text: str) -> dict[str, float]:
    """Read ``60`` or ``S=10,M=60``."""
    if not text:
        return {}
    if "=" not in text:
        return dict.fromkeys(RUNGS, _seconds(text, text))
    pairs = (part.partition("=") for part in text.split(","))
    limits = {rung.strip(): _seconds(seconds, text) for rung, _, seconds in pairs}
    _refuse("rung", list(limits), RUNGS)
    return limits


def _seconds(number: str, text: str) -> float:
    """Read one of the time limits that a text is about."""
    try:
        seconds = float(number)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        message = f"{text!r} is no time limit; write 60, or S=10,M=60"
        raise typer.BadParameter(message)
    return seconds


def _measure(job: Job, folder: Path, memory_gb: float) -> Measured:
    missing = METHODS[job.method].missing
    if missing:
        return Measured(job=vars(job), ended="missing", note=missing)
    file = folder / f"{job.rung}-{job.seed}.json"
    if not file.exists():
        file.write_text(to_json(generate(job.rung, job.seed).plain()), encoding="utf-8")
    asked = Job(**{**vars(job), "instance": str(file)})
    patience = 1.5 * job.time_limit + SPARE
    return measured(job, watched(asked, memory_mb=memory_gb * 1000, patience=patience))


def _said(each: Measured) -> str:
    gap = "no gap" if each.gap is None else f"{each.gap:.3%}"
    return f"{each.ended}, {each.objective}, {gap}, {each.wall:.1f} s, {each.audit} {each.note}"


def _order(each: Measured) -> tuple[int, int, int]:
    rung, seed, method = each.key
    return list(RUNGS).index(rung), seed, list(METHODS).index(method)


def _read(path: Path) -> list[Measured]:
    """Read measurements that were made before."""
    if not path.exists():
        return []
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    except json.JSONDecodeError as error:
        message = f"{path} cannot be read ({error}); give another --name, or leave out --keep"
        raise typer.BadParameter(message) from None
    return [Measured(**{**row, "course": [tuple(move) for move in row["course"]]}) for row in rows]


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def _heading(name: str, all_: list[Measured]) -> str:
    """Say how the tables were made, and where."""
    versions = {f"{k} {v}": None for each in all_ for k, v in each.versions.items()}
    command = shlex.join(["python", "-m", "benchmarks", *sys.argv[1:]])
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    made = (
        f"{datetime.now(UTC):%Y-%m-%d}, Python {platform.python_version()}, {os.cpu_count()} cores"
    )
    load = f"{memory:.0f} GB, load at the end {os.getloadavg()[1]:.1f}"
    asked = all_[0].job
    return f"""# Benchmark `{name}`

`{command}`

{made}, {load}; {", ".join(versions)}

Each method ran in a process of its own with {asked["threads"]} threads, and could stop at a gap of
{asked["gap"]:.2%}. Seconds count from reading the instance on. *Proven x %*: when the method's own
bound was that close to its best plan; ≥ where it never was. *Off the best bound* compares the
audited plan with the best bound that any method has proven, *less constant* as a share of its cost
without what is paid in any case. *Own* memory is that of the process itself, without a solver that
runs beside it. Figures of one machine and one run: look at ratios."""


if __name__ == "__main__":
    typer.run(main)
