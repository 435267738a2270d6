"""The answer of ``gridblock solve`` on standard output: for people, for programs."""

from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gridblock.commands.options import Form
from gridblock.commands.talk import Voice, put
from gridblock.instances.write import to_json
from gridblock.model.plan import FORMAT_VERSION

if TYPE_CHECKING:
    import pandas as pd

    from gridblock.plan import Plan

SHOWN = ("unmet", "costs", "allocation", "fleet")
"""The tables of the Markdown answer."""


def show_plan(plan: "Plan", form: Form, run: Path | None) -> None:
    """Show a plan.

    Args:
        plan: the plan, which may have no decisions.
        form: how it is written.
        run: the folder in which it has been saved.
    """
    if form is Form.JSON:
        put(to_json(as_json(plan, run)))
    elif form is Form.CSV:
        from gridblock.reports.tables import columns
        from gridblock.safe import to_csv

        empty = ",".join(columns("allocation")) + "\n"
        put(empty if plan.objective is None else to_csv(plan.table("allocation")))
    elif form is Form.MD:
        put(as_markdown(plan))
    else:
        from gridblock.reports.terminal import answer

        answer(plan.instance, plan.data, plan.account, Voice())


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
        "costs": dict(data.costs) if found else None,
        "unmet": plan.unmet if found else None,
        "unmet_share": plan.unmet_share,
        "conflict": list(data.conflict),
        "seconds": {name: round(taken, 3) for name, taken in data.seconds.items()},
        "run": None if run is None else str(run),
    }


def as_markdown(plan: "Plan") -> str:
    """Give the answer as Markdown: what is stated, then tables."""
    stated = as_json(plan, None)
    names = ("status", "objective", "bound", "gap", "unmet_share", "currency")
    parts = [f"# {_cell(plan.instance.name)}\n"]
    parts += [f"- {name}: {_cell(stated[name])}" for name in names if stated[name] is not None]
    parts += [f"- conflict: {_cell(line)}" for line in stated["conflict"]]
    if plan.objective is not None:
        parts += [f"\n## {name}\n\n{_table(plan.table(name))}" for name in SHOWN]
    return "\n".join(parts).rstrip() + "\n"


def _table(table: "pd.DataFrame") -> str:
    rows = [list(table.columns), ["---"] * len(table.columns), *table.itertuples(index=False)]
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in row)} |" for row in rows)


def _cell(value: Any) -> str:
    if value is None or (isinstance(value, float) and isnan(value)):
        return ""
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
