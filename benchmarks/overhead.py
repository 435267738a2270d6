"""What a case costs beside its solve: many cases against a bare loop of the same solves.

``python -m benchmarks.overhead [CASES]`` prints seconds; the cases are knapsacks that take HiGHS
about a second each. A loop is what one would write by hand, with one solver held; two loops side by
side are the fair comparison for two processes.
"""

import argparse
import multiprocessing
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.solvers.many.cases import Base, Case
from gridblock.solvers.many.engine import answers
from gridblock.solvers.many.journal import Journal
from gridblock.solvers.many.pool import Where
from gridblock.solvers.outcome import Settings
from gridblock.solvers.session import Session
from gridblock.solvers.solve import find_plan

SETTINGS = Settings(gap=1e-3)


def knapsack(blocks: int = 30, limits: int = 5) -> Instance:
    """Make an instance of which a best plan is hard to prove: one of each block, several limits."""
    draw = random.Random(7)
    uses = [[draw.randint(1, 1000) for _ in range(limits)] for _ in range(blocks)]
    chips = [sum(use) // limits + draw.randint(0, 250) for use in uses]
    kind = {"accelerator": "chip", "cost_once": 1, "end_share": 0, "supply": 1}
    data: dict[str, Any] = {
        "gridblock": 1,
        "name": "knapsack",
        "accelerators": {"chip": {}},
        "blocks": {
            f"b{i}": {**kind, "accelerators": n, "uses": {f"r{j}": x for j, x in enumerate(use)}}
            for i, (n, use) in enumerate(zip(chips, uses, strict=True))
        },
        "facilities": {
            "site": {"limits": {f"r{j}": sum(u[j] for u in uses) // 2 for j in range(limits)}}
        },
        "demands": [{"name": "d", "amount": sum(chips), "yields": {"chip": 1}, "unmet_cost": 10}],
    }
    return read(data)


def cases_of(count: int) -> list[Case]:
    """Give cases that differ in one limit."""
    base = Base.of(knapsack())
    changed = (f"*{0.9 + 0.2 * i / count:.4f}" for i in range(count))
    return [
        Case(str(i), base, ({"facilities.site.limits.r0": factor},), SETTINGS)
        for i, factor in enumerate(changed, 1)
    ]


def loop(cases: list[Case]) -> float:
    """Solve cases one after the other as one would by hand; give the seconds."""
    began = time.perf_counter()
    with Session() as session:
        for case in cases:
            find_plan(Instance.parse(case.data()), SETTINGS, session)
    return time.perf_counter() - began


def engine(cases: list[Case], jobs: int) -> tuple[float, float, float]:
    """Answer cases: seconds in all, until the first answer, and within the solves."""
    began, first, solving = time.perf_counter(), 0.0, 0.0
    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "log") as journal:
        for answer in answers(cases, Where(jobs), journal):
            first = first or time.perf_counter() - began
            solving += answer.row["seconds"]
    return time.perf_counter() - began, first, solving


def main() -> None:
    """Compare one process with a loop, and two with two loops side by side."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("cases", nargs="?", type=int, default=40)
    cases = cases_of(parser.parse_args().cases)
    put = sys.stdout.write
    alone = loop(cases)
    put(f"loop: {alone:.1f} s, {alone / len(cases):.2f} s a case\n")
    taken, first, solving = engine(cases, 1)
    put(f"one process: {taken:.1f} s, {100 * (taken / solving - 1):.1f} % beside the solves\n")
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(loop, [cases[:1], cases[1:2]], chunksize=1)
        began = time.perf_counter()
        pool.map(loop, [cases[::2], cases[1::2]], chunksize=1)
        pair = time.perf_counter() - began
    put(f"two loops side by side: {pair:.1f} s\n")
    taken, first, solving = engine(cases, 2)
    put(f"two processes: {taken:.1f} s, of which {first:.1f} s until the first answer\n")


if __name__ == "__main__":
    main()
