"""The answer of ``gridblock solve`` on standard output: for people, for programs."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridblock.commands.answers import show_answer
from gridblock.commands.options import Form
from gridblock.model.plan import FORMAT_VERSION

if TYPE_CHECKING:
    from gridblock.plan import Plan


def show_plan(plan: "Plan", form: Form, run: Path | None) -> None:
    """Show a plan.

    Args:
        plan: the plan, which may have no decisions.
        form: how it is written.
        run: the folder in which it has been saved.
    """
    from gridblock.reports.answer import answer
    from gridblock.reports.plain_text import csv_answer

    given = (plan.instance, plan.data, plan.account)
    show_answer(
        form,
        lambda: as_json(plan, run),
        lambda: answer(*given),
        lambda: csv_answer(*given),
    )


def as_json(plan: "Plan", run: Path | None) -> dict[str, Any]:
    """Give the answer as plain data; what there is not without a plan is None."""
    data, found = plan.data, plan.objective is not None
    return {
        "format_version": FORMAT_VERSION,
        "instance": data.instance,
        "instance_hash": data.instance_hash,
        "currency": plan.instance.currency,
        "periods": list(plan.instance.horizon.names),
        "status": data.status,
        "stop": data.stop,
        "objective": data.objective,
        "bound": data.bound,
        "gap": data.gap,
        "gap_asked": data.gap_asked,
        "stages": [stage._asdict() for stage in data.stages],
        "costs": dict(data.costs) if found else None,
        "unmet": plan.unmet if found else None,
        "unmet_share": plan.unmet_share,
        "conflict": list(data.conflict),
        "seconds": {name: round(taken, 3) for name, taken in data.seconds.items()},
        "run": None if run is None else str(run),
    }
