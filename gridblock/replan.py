"""Replanning: a plan as the plan in force of another instance."""

from typing import TYPE_CHECKING, Any

from gridblock.instances.in_force import taken_in
from gridblock.model.plan_json import to_plain

if TYPE_CHECKING:
    from gridblock.plan import Plan


def in_force(plan: "Plan") -> dict[str, Any]:
    """Give what replanning needs of a plan: the value of ``current.plan``.

    ``instance.replace({"current": {"plan": in_force(plan), "keep_to": "2026Q4"}})`` is the instance
    whose plan keeps the orders of ``plan`` up to 2026Q4.

    Raises:
        ValueError: the plan has no decisions.
    """
    decisions = to_plain(plan.data)["decisions"]
    if decisions is None:
        message = f"the plan is {plan.status}: there is nothing to keep of it"
        raise ValueError(message)
    leads = {kind: block.lead for kind, block in plan.instance.blocks.items()}
    return taken_in(decisions, plan.instance.horizon.names, leads)
