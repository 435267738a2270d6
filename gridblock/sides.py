"""Instances and plans side by side: `gb.diff` and `gb.compare`."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.own_json import PLAN, is_plan
from gridblock.plan import Plan
from gridblock.reports.diff import TOLERANCE, Diff, diff_of
from gridblock.reports.plan_changes import Side
from gridblock.saved import read_plan

if TYPE_CHECKING:
    from gridblock.reports.compare import Comparison

Source = str | Path | Instance | Plan
TABLES = "instance.csv"


def diff(a: Source, b: Source, *, tolerance: float = TOLERANCE) -> Diff:
    """Say what changed from one instance or plan to another, in the inputs and in the plan.

    Records are matched by their names; one that is gone and one that is new with the same content
    are one that was renamed.

    Args:
        a: an instance or a plan, or the file or folder of one: of an instance in any format, or
            of a run.
        b: the same.
        tolerance: the relative difference up to which two numbers count as the same.

    Raises:
        InstanceError: a file cannot be read, or is a plan of another instance.
    """
    return diff_of(side_of(a), side_of(b), tolerance)


def compare(plans: Iterable[str | Path | Plan]) -> "Comparison":
    """Put plans side by side, with their differences to the first.

    Args:
        plans: two plans or more, or the folders of runs.

    Raises:
        InstanceError: a run cannot be read.
        ValueError: there are fewer than two, or they are in different currencies.
    """
    from gridblock.reports.compare import comparison

    return comparison([side_of(plan, of_runs=True) for plan in plans])


def side_of(source: Source, label: str = "", of_runs: bool = False) -> Side:
    """Read what is compared.

    Args:
        source: an instance or a plan, or where one is saved.
        label: what it is called; default as it is given.
        of_runs: whether it must be a plan.

    Raises:
        InstanceError: it cannot be read, or is no plan and must be one.
    """
    if isinstance(source, Plan):
        return Side(source.instance.name, source.instance, source.data, source.account)
    if isinstance(source, Instance):
        return Side(source.name, source)
    path, label = Path(source), label or str(source)
    # A folder of tables may hold the plan that is in force beside them.
    is_run = (path / PLAN).is_file() and not (path / TABLES).is_file()
    if is_run or path.name == PLAN or is_plan(path):
        plan = read_plan(path)
        return Side(label, plan.instance, plan.data, plan.account)
    if of_runs:
        message = "is no run: there is no plan.json in it; solve saves runs"
        raise InstanceError([Fault((), message, label)])
    return Side(label, read(source))
