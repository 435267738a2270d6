"""Why work stays unmet, as plain data with its sentences."""

from dataclasses import asdict
from typing import Any

from gridblock.instances.instance import Instance
from gridblock.instances.relaxing import PRICE
from gridblock.model.account import Account
from gridblock.model.explanation import FORMAT_VERSION, Explanation
from gridblock.model.plan import PlanData
from gridblock.reports.blocking import blocker_of, next_step
from gridblock.reports.evidence import Evidence


def explain_json(
    instance: Instance, plan: PlanData, account: Account, found: Explanation
) -> dict[str, Any]:
    """Give an explanation as plain data, with its sentences."""
    evidence = Evidence(instance, found, plan.decisions, account)  # type: ignore[arg-type]
    units = {demand.name: demand.unit for demand in instance.demands}
    return {
        "format_version": FORMAT_VERSION,
        "instance": found.instance,
        "instance_hash": found.instance_hash,
        "currency": instance.currency,
        "status": found.status,
        "objective": found.objective,
        "gap_asked": found.gap_asked,
        "demands": {
            short.demand: {"unit": units[short.demand], **_without(asdict(short), "demand")}
            for short in found.shortfalls
        },
        "blockers": [
            {
                "blocker": blocker_of(instance, blocker),
                "evidence": list(evidence.of(blocker)),
                "next_step": next_step(blocker),
                "price_alone": [rule.family for rule in blocker.relaxed] == [PRICE],
                "recovered": blocker.recovered,
                **asdict(blocker),
            }
            for blocker in found.blockers
        ],
        "trials": [
            {**_without(asdict(trial), "unmet", "seconds"), "unmet": _nested(trial.unmet)}
            for trial in found.trials
        ],
        "linear_relaxations": found.linear,
        "seconds": round(found.seconds, 3),
    }


def _without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in names}


def _nested(unmet: Any) -> dict[str, dict[str, float]]:
    nested: dict[str, dict[str, float]] = {}
    for (demand, t), work in unmet.items():
        nested.setdefault(demand, {})[t] = work
    return nested
