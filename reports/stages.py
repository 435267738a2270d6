"""What each tier was promised before the next one was planned."""

from collections import defaultdict

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.plan import PlanData
from gridblock.reports.sections import Cell, Column, Section
from gridblock.reports.unmet import priced_unmet
from gridblock.reports.words import gap_percent, plural, scale_for


def stages(instance: Instance, plan: PlanData, account: Account) -> Section | None:
    """Give a row for each tier: its stage, and what stays unmet of it then and now."""
    if not plan.stages or plan.objective is None:
        return None
    names: dict[int, int] = defaultdict(int)
    now: dict[int, float] = defaultdict(float)
    priced = priced_unmet(account)
    for demand in instance.demands:
        names[demand.tier] += 1
        now[demand.tier] += priced.get(demand.name, 0.0)
    found = {stage.tier: stage for stage in plan.stages}
    scale = scale_for(max(abs(plan.objective), *(abs(stage.value) for stage in plan.stages)))
    rows: list[tuple[Cell, ...]] = []
    for tier in sorted(names):
        stage = found.get(tier)
        value = plan.objective if stage is None else stage.value
        gap = plan.gap if stage is None else stage.gap
        done = stage is not None or tier == max(names)
        rows.append(
            (
                str(tier),
                plural(names[tier], "demand"),
                scale.write(value) if done else "not planned",
                gap_percent(gap) if done and gap is not None else "",
                "" if stage is None else scale.write(stage.unmet),
                scale.write(now[tier]),
            )
        )
    return Section(
        title="Tiers",
        unit=f"each planned after the ones above it, {scale.of(instance.currency)}",
        columns=(
            Column("tier"),
            Column("planned"),
            Column("cost up to it", right=True),
            Column("gap", right=True),
            Column("unmet then", right=True),
            Column("unmet now", right=True),
        ),
        rows=tuple(rows),
    )
