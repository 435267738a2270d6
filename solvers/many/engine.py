"""Many cases: each solved once, wherever there is room, and none again that a journal knows.

>>> cases = [Case("as it is", base), Case("late", base, ({"facilities.a.grid_mw": 5},))]
>>> rows = {each.case.name: each.row for each in answers(cases, Where(jobs=2), journal)}
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from gridblock.instances.faults import Fault, InstanceError
from gridblock.solvers.many.cases import (
    FAILED,
    SOLVER,
    Case,
    Row,
    Solved,
    failed,
    solve_case,
)
from gridblock.solvers.many.journal import Journal
from gridblock.solvers.many.pool import LostError, Where, spread
from gridblock.solvers.versions import made_with

HERE = Where()


def stop_here() -> None:
    """End what is solved in this process, as Ctrl-C would, but not in the middle of a model."""
    SOLVER.stop()


class Answer(NamedTuple):
    """What became of a case.

    Attributes:
        case: the case.
        row: see ``gridblock.solvers.many.cases.solve_case``.
        plan: the plan as plain data, where the case keeps it and it was solved now.
        known: whether the journal knew it.
    """

    case: Case
    row: Row
    plan: dict[str, Any] | None = None
    known: bool = False


def answers(
    cases: Sequence[Case],
    where: Where = HERE,
    journal: Journal | None = None,
    *,
    stale: Callable[[Case, Row], bool] | None = None,
    on_solved: Callable[[Case, Solved], None] | None = None,
    skip: Callable[[Case], bool] | None = None,
) -> Iterator[Answer]:
    """Answer cases: what the journal knows at once, the rest in the order in which they end.

    What is known when this is broken off, by Ctrl-C or a kill, stands in the journal.

    Args:
        cases: what is asked; those that are the same are solved once.
        where: where they are solved.
        journal: what is known already; each answer is added to it.
        stale: says which known answers do not count; default those of cases that failed.
        on_solved: called with what was solved before it is known, to save its plan.
        skip: asked when a case is handed out, in order, whether it need not be solved by now; of
            those that are the same, of each.

    Yields:
        The answer of each case, once, but for those that are skipped.

    Raises:
        InstanceError: with a fault for each change that names no field; nothing is solved then.
        ClusterError, OptionError, VersionsError: nothing more can be solved.
        KeyboardInterrupt: it was interrupted.
    """
    known = {} if journal is None else journal.rows
    left: dict[str, list[Case]] = {}
    by_key: dict[str, list[Case]] = defaultdict(list)
    for key, case in zip(keys_of(cases), cases, strict=True):
        by_key[key].append(case)
    for key, same in by_key.items():
        row = known.get(key)
        if row is None or (stale or _has_failed)(same[0], row):
            left[key] = same
        else:
            yield from (Answer(case, row, known=True) for case in same)
    orders = (
        (key, same[0], made_with())
        for key, same in left.items()
        if skip is None or False in [skip(each) for each in same]
    )
    try:
        for (key, first, _), answer in spread(_solve, orders, _no_more_than(len(left), where)):
            solved = Solved(failed(str(answer))) if isinstance(answer, LostError) else answer
            if on_solved is not None:
                on_solved(first, solved)
            if journal is not None:
                journal.add(key, solved.row)
            yield from (Answer(case, *solved) for case in left[key])
    finally:
        SOLVER.drop()


def _no_more_than(cases: int, where: Where) -> Where:
    """Start no processes that would have nothing to do."""
    return replace(where, jobs=min(where.processes, max(2, cases)))


Order = tuple[str, Case, Mapping[str, str]]


def _solve(order: Order) -> Solved:
    """Do what ``spread`` hands out."""
    _, case, versions = order
    return solve_case(case, versions)


def keys_of(cases: Sequence[Case]) -> list[str]:
    """Give the keys of cases.

    Raises:
        InstanceError: with every fault of their changes, each said once.
    """
    found: list[str] = []
    faults: dict[Fault, None] = {}
    for case in cases:
        try:
            found.append(case.key)
        except InstanceError as error:
            faults |= dict.fromkeys(error.faults)
    if faults:
        raise InstanceError(faults)
    return found


def _has_failed(_: Case, row: Row) -> bool:
    return row["status"] in FAILED
