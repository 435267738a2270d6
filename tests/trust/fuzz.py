"""The planner against enumeration on very many tiny instances; `make fuzz` runs it.

>>> python tests/trust/fuzz.py --first 0 --count 100000 --processes 2
"""

import argparse
import gc
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))  # tests are no package

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.model.audit import AuditError
from gridblock.plan import solve
from gridblock.solvers.outcome import SolverError
from gridblock.solvers.session import Session
from rivals.fleets import TooLargeError
from rivals.here import session_here
from rivals.states import TieError, least
from rivals.tiny import tiny

WITHIN = 1e-6
"""Share of the cost, or of 1, by which planner and enumeration may differ."""
A_TASK = 250
"""Seeds that a process goes through before it reports."""
COLLECTED = 100_000
"""Objects that are made before garbage is collected: models are cycles, and small."""


class Verdict(NamedTuple):
    """What came of a seed: agreed, differs, infeasible, invalid, skipped, or by ``fast`` less.

    That is ``none by fast``, no plan, or ``unproven tier``, a plan of which an earlier tier is not
    proven to have got all that it can.
    """

    what: str
    seed: int
    said: dict[str, Any]


def method_of(seed: int) -> str:
    """Give the method by which a seed is planned."""
    return "fast" if seed % 10 == 9 else "exact" if seed % 2 else "auto"


def compared(seed: int, session: Session) -> Verdict:
    """Plan a tiny instance and try all of its plans.

    Method ``fast`` promises a plan and a bound, of which neither may be beyond the best.
    """
    data = tiny(seed)
    try:
        instance = Instance.parse(data)
    except InstanceError:
        return Verdict("invalid", seed, {})
    try:
        cost = least(data)
    except (TooLargeError, TieError):
        return Verdict("skipped", seed, {})
    how = {"gap": 1e-9, "method": method_of(seed), "raise_without_plan": False}
    try:
        plan = solve(instance, session=session, **how)  # type: ignore[arg-type]
    except (AuditError, InstanceError, SolverError) as error:
        return Verdict("differs", seed, {"enumerated": cost, "raised": repr(error)[:500]})
    said = {"enumerated": cost, "planned": plan.objective, "status": plan.status}
    if plan.objective is None and plan.status == "no_plan" and how["method"] == "fast":
        return Verdict("none by fast", seed, said)
    if cost is None or plan.objective is None:
        same = cost is None and plan.status == "infeasible"
        return Verdict("infeasible" if same else "differs", seed, said)
    unproven = any((stage.gap or 0.0) > WITHIN for stage in plan.data.stages)
    if unproven and plan.status == "feasible" and how["method"] == "fast":
        # Later tiers keep to what this one was given, so neither cost nor bound can be compared.
        return Verdict("unproven tier", seed, said)
    slack = WITHIN * max(1, abs(cost))
    proven = plan.status == "optimal" and abs(plan.objective - cost) <= slack
    weaker = how["method"] == "fast" and plan.objective >= cost - slack
    same = (proven or weaker) and plan.bound is not None and plan.bound <= cost + slack
    return Verdict("agreed" if same else "differs", seed, said)


def task(seeds: range) -> tuple[Counter[str], list[Verdict]]:
    """Compare some seeds: how often what came of them, and those that differ."""
    gc.freeze()
    gc.set_threshold(COLLECTED)
    session = session_here()
    verdicts = [compared(seed, session) for seed in seeds]
    gc.collect()
    counts = Counter(each.what for each in verdicts)
    return counts, [each for each in verdicts if each.what == "differs"]


def spread(first: int, count: int, processes: int) -> Iterator[tuple[Counter[str], list[Verdict]]]:
    """Compare seeds in several processes; what came of each task, in order."""
    tasks = [
        range(start, min(start + A_TASK, first + count))
        for start in range(first, first + count, A_TASK)
    ]
    if processes < 2:
        yield from map(task, tasks)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), max_tasks_per_child=40) as pool:
        yield from pool.map(task, tasks)


def main() -> int:
    """Run, tell the progress, and give what was found as JSON; 1 if that is not as expected."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=1000, help="how many seeds")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--record", type=Path, help="file that is written after each task")
    parser.add_argument("--must-find", action="store_true", help="fail where nothing differs")
    asked = parser.parse_args()
    began, total, found = time.monotonic(), Counter[str](), list[Verdict]()
    record: dict[str, Any] = {}
    for counts, differ in spread(asked.first, asked.count, asked.processes):
        total += counts
        found += differ
        for each in differ:
            print(f"seed {each.seed}: {each.said}", file=sys.stderr, flush=True)  # noqa: T201
        record = {
            "highspy": version("highspy"),
            "seeds": [asked.first, asked.first + total.total()],
            "compared": total["agreed"] + total["infeasible"] + total["differs"],
            **total,
            "differ": [[each.seed, each.said] for each in found],
            "seconds": round(time.monotonic() - began, 1),
        }
        if asked.record:
            asked.record.parent.mkdir(parents=True, exist_ok=True)
            asked.record.write_text(json.dumps(record, indent=1), encoding="utf-8")
    print(json.dumps(record, indent=1))  # noqa: T201
    return int(bool(found) != asked.must_find)


if __name__ == "__main__":
    sys.exit(main())
