"""What a reader must know to trust a plan: how it was found, how good it is, what checked it."""

from collections.abc import Iterator
from datetime import UTC, datetime

from gridblock.instances.instance import Instance
from gridblock.model.audit import audit
from gridblock.model.findings import Report
from gridblock.model.plan import PlanData
from gridblock.reports.words import gap_percent, money, number, plural

Fact = tuple[str, str]


def checked(instance: Instance, plan: PlanData) -> Report | None:
    """Audit a plan; None without decisions."""
    return None if plan.decisions is None else audit(instance, plan)


def facts(instance: Instance, plan: PlanData, audited: Report | None) -> tuple[Fact, ...]:
    """Give what is known of a plan and its making, a name and a value each."""
    return (*_of_plan(instance, plan), *_of_audit(audited), *_of_making(instance, plan))


def _of_plan(instance: Instance, plan: PlanData) -> Iterator[Fact]:
    yield "status", f"{plan.status} ({plan.stop})".replace("_", " ")
    if plan.objective is not None:
        yield "total cost", money(plan.objective, instance.currency, 6)
    if plan.bound is not None:
        yield "proven lower bound", money(plan.bound, instance.currency, 6)
    if plan.gap is not None:
        yield "gap", f"{gap_percent(plan.gap)}, asked for {gap_percent(plan.gap_asked)}"


def _of_audit(audited: Report | None) -> Iterator[Fact]:
    if audited is not None:
        rows = f"{plural(audited.rows, 'row')} of {plural(len(audited.checked), 'rule')} checked"
        broken = plural(len(audited.findings), "row")
        yield "audit", f"keeps every rule: {rows}" if audited.ok else f"breaks rules in {broken}"


def _of_making(instance: Instance, plan: PlanData) -> Iterator[Fact]:
    rate = number(100 * instance.discount_rate)
    yield "money", f"{instance.currency}, discounted at {rate} % a year"
    yield "instance", instance.name
    yield "instance hash", plan.instance_hash
    for name, value in plan.solver.items():
        if isinstance(value, list | tuple):
            value = "; ".join(map(str, value))
        if value != "":
            yield name.replace("_", " "), str(value)
    taken = (f"{name} {seconds:.1f} s" for name, seconds in plan.seconds.items())
    if plan.seconds:
        yield "time taken", ", ".join(taken)
    yield "report written", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
