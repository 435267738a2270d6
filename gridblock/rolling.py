"""A rolling horizon, stage by stage: planned with what is known, saved, and found again."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gridblock import own_json
from gridblock.instances.faults import InstanceError
from gridblock.instances.in_force import orders_of
from gridblock.instances.instance import Instance
from gridblock.instances.revealed import Truth
from gridblock.instances.standing_orders import known_periods, last_kept
from gridblock.model.audit import audit
from gridblock.model.plan import Decisions, PlanData
from gridblock.plan import Plan
from gridblock.replan import in_force
from gridblock.reports.roll import Rolled, Stage
from gridblock.saved import read_plan

if TYPE_CHECKING:
    from gridblock.solvers.outcome import Progress, Settings
    from gridblock.solvers.session import Session

REALISED: Final = "realised"
FORESIGHT: Final = "foresight"
ONCE: Final = "once"
"""What plans beside those of the stages are called."""
DONE: Final = (
    "all hard rules could be kept but for what is done: past retirements stand, and no run starts "
    "in hindsight"
)
"""Why a stage has no plan where its instance alone would have one."""


class NoStageError(Exception):
    """A stage has no plan; ``plan`` says why."""

    def __init__(self, message: str, plan: PlanData) -> None:
        """Keep the plan without decisions."""
        super().__init__(message)
        self.plan = plan


@dataclass
class Rolling:
    """A rolling horizon that is being planned.

    Attributes:
        forecast: what is expected.
        truth: what really comes.
        every: how many periods each stage fixes.
        settings: how each plan is found.
        session: the solver's process.
        folder: where each plan is saved, and found again.
        once: whether to see what planning once would have come to.
        on_step: called with what is planned next.
        on_progress: called with each line of progress.
    """

    forecast: Instance
    truth: Truth
    every: int
    settings: "Settings"
    session: "Session"
    folder: Path | None = None
    once: bool = True
    on_step: Callable[[str], None] = lambda _: None
    on_progress: "Callable[[Progress], None] | None" = None
    _last: Plan | None = field(default=None, init=False)

    def run(self) -> Rolled:
        """Plan to the end, and compare.

        Raises:
            NoStageError: a stage has no plan.
            InstanceError: what is known gives no valid instance.
        """
        names = self.forecast.horizon.names
        stages = []
        for number, first in enumerate(range(0, len(names), self.every), 1):
            last = min(first + self.every, len(names)) - 1
            plan = self._stage(f"stage-{number}", f"in {names[first]}", first)
            stages.append(Stage(first, last, plan.instance, plan.data))
        whole = len(names)
        realised = self._stage(REALISED, "what came", whole)
        once = self._once(stages[0]) if self.once and len(stages) > 1 else None
        foresight = self._planned(FORESIGHT, "with foresight", self.truth.whole, None)
        true = _under(self.truth.whole, realised.data)
        data = (self.forecast, self.truth.whole, self.truth.called, tuple(stages))
        return Rolled(*data, true, foresight.data, once, self.every)

    def _stage(self, name: str, called: str, first: int) -> Plan:
        """Plan with what is known before the orders of a period."""
        last = self._last
        known = self.truth.known(first) if first < len(self.forecast.horizon) else self.truth.whole
        past = None
        if last is not None and last.data.decisions is not None:
            known = _keeping(known, last, first)
            past = (last.data.decisions, first)
        self._last = self._planned(name, called, known, past)
        return self._last

    def _once(self, first: Stage) -> PlanData | None:
        """Keep all orders of the first stage under the truth; None where that has no plan."""
        plan = Plan(first.instance, first.plan)
        whole = len(self.forecast.horizon)
        assert first.plan.decisions is not None
        try:
            given = _keeping(self.truth.whole, plan, whole)
            past = (first.plan.decisions, whole)
            return _under(self.truth.whole, self._planned(ONCE, "once", given, past).data)
        except (InstanceError, NoStageError):
            return None

    def _planned(
        self, name: str, called: str, given: Instance, past: tuple[Decisions, int] | None
    ) -> Plan:
        """Plan, or read the plan that was saved."""
        saved = None if self.folder is None else self.folder / name
        if saved is not None and (saved / "plan.json").exists():
            kept = read_plan(saved)
            if kept.instance.hash == given.hash:
                return kept
            message = "is of another rolling horizon; choose another folder"
            raise own_json.unreadable(saved, message)
        from gridblock.solvers.rolling import plan_from

        self.on_step(called)
        found = plan_from(given, self.settings, self.session, past, self.on_progress)
        plan = Plan(given, found)
        if found.decisions is None:
            done = past is not None and found.status == "infeasible"
            why = "; ".join(found.conflict) or (DONE if done else found.stop)
            message = f"no plan {called}: {found.status.replace('_', ' ')} ({why})"
            raise NoStageError(message, found)
        if saved is not None:
            plan.save(saved)
        return plan


def _keeping(known: Instance, last: Plan, first: int) -> Instance:
    """Let the orders of the last plan before a period stand.

    What is moved stays what a plan gives beyond the plan in force that the instance names, so that
    all plans pay for the same moves.
    """
    data = known.as_it_stands()
    current, plan = data.get("current", {}), orders_of(in_force(last))
    if known.current is not None:
        assigned = current["plan"].get("assigned", [])
        plan |= {"periods": list(known_periods(known)), "assigned": assigned}
    keep = known.horizon.names[max(first - 1, last_kept(known))]
    data["current"] = {**current, "plan": plan, "keep_to": keep}
    return Instance.parse(data)


def _under(truth: Instance, plan: PlanData) -> PlanData:
    """Give a plan that kept its orders as one of the truth itself, audited against that.

    Which orders of a plan in force stand, each stage has been audited for as it knew them.

    Raises:
        AuditError: it breaks a rule of the truth.
    """
    given = truth if truth.current is None else truth.replace({"current.keep_to": None})
    flat = replace(plan, instance=given.name, instance_hash=given.hash, status="feasible")
    flat = replace(flat, bound=None, gap=None, stages=())
    audit(given, flat).raise_if_broken()
    return plan
