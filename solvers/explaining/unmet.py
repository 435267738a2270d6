"""Why work stays unmet, shown by re-solving with rules relaxed.

First unmet work is made so dear that price decides nothing; what is then served was too cheap to
serve. Then each family of rules is relaxed in turn, everywhere and always; the one that recovers
most of what is unmet in a period is its blocker, and is narrowed to the places and periods that
matter. Large models are screened by their linear relaxation; every claim is that of a re-solve of
the whole model.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gridblock.instances.instance import Instance
from gridblock.instances.relaxing import PRICE, Relaxation
from gridblock.model.explanation import Blocker, Explanation, Need, Shortfall
from gridblock.model.needs import Needs
from gridblock.model.plan import PlanData
from gridblock.solvers.explaining.dominance import Dominance
from gridblock.solvers.explaining.narrowing import Narrowing
from gridblock.solvers.explaining.relief import break_even, worths
from gridblock.solvers.explaining.trials import EndedError, Trials, is_small
from gridblock.solvers.explaining.unserved import Unserved
from gridblock.solvers.outcome import Progress, Settings
from gridblock.solvers.session import Session

GAPS: Final = {True: 1e-4, False: 5e-3}
"""The usual gap of re-solves of a small model and of a large one."""


def usual_gap(instance: Instance) -> float:
    """Give the gap of re-solves that is usual for an instance."""
    return GAPS[is_small(instance)]


def explain(
    instance: Instance,
    plan: PlanData,
    settings: Settings,
    session: Session,
    on_step: Callable[[str], None] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Explanation:
    """Say why a plan leaves work unmet.

    Args:
        instance: what is given.
        plan: a plan of it, with decisions.
        settings: gap and seed of the re-solves; the time limit is that of all of them together.
        session: the solver's process.
        on_step: called with what is tried next.
        on_progress: called with the progress of each re-solve.

    Returns:
        What was found until the end or the time limit: every claim rests on a finished re-solve.

    Raises:
        ValueError: the plan has no decisions.
    """
    if plan.decisions is None:
        message = f"the plan is {plan.status}: nothing of it stays unmet"
        raise ValueError(message)
    search = _Search(instance, plan, settings, session)
    search.trials.on_step, search.trials.on_progress = on_step, on_progress
    status = "explained"
    try:
        search.run()
    except EndedError as end:
        status = str(end)
        search.tell_what_is_known()
    return search.explanation(status)


class _Search:
    """The state of a search: what has been found so far."""

    def __init__(
        self, instance: Instance, plan: PlanData, settings: Settings, session: Session
    ) -> None:
        """Take the plan that is explained as the re-solve with nothing relaxed."""
        self.instance, self.plan = instance, plan
        self.unserved = Unserved(instance, plan)
        self.trials = Trials(instance, settings, session)
        self.trials.whole[frozenset()] = self.unserved.trial
        self.trials.plans[frozenset()] = plan
        self.found = Dominance(self.trials, self.unserved)
        self.blockers = self.unserved.passed_over()

    def run(self) -> None:
        """Find the blockers; each step adds to what is known."""
        if not self.unserved.large:
            return
        self.found.screen()
        for demand in self.unserved.large:
            for key, periods in self.found.groups(demand).items():
                self.blockers.append(self._blocker(demand, key, periods))
        for i, blocker in enumerate(self.blockers):
            if not blocker.in_the_gap:
                self.blockers[i] = self._with_relief(blocker)
        for demand in self.unserved.large:
            self.found.find_smallest(demand)

    def tell_what_is_known(self) -> None:
        """Name blockers by the re-solves that there are, not narrowed, where none is named yet."""
        told = {(each.demand, t) for each in self.blockers for t in each.periods}
        self.found.known_only = True
        if not self.trials.has_tried([PRICE]):
            return
        for demand in self.unserved.large:
            for key, periods in self.found.groups(demand).items():
                left = tuple(t for t in periods if (demand, t) not in told)
                if left:
                    self.blockers.append(self._known(demand, key, left))

    def _known(self, demand: str, key: Sequence[str], periods: tuple[str, ...]) -> Blocker:
        lacking = sum(self.unserved.unmet[demand, t] for t in periods)
        rules = [self.found.of(name) for name in key]
        for relaxed in (rules, self.trials.priced(rules)):
            trial = self.trials.whole.get(frozenset(relaxed))
            if rules and trial is not None and trial.found:
                after, proof = trial.left(demand, periods), self.trials.number(relaxed)
                return Blocker(demand, periods, tuple(relaxed), lacking, after, proof)
        return Blocker(demand, periods, (), lacking, lacking)

    def _blocker(self, demand: str, key: tuple[str, ...], periods: Sequence[str]) -> Blocker:
        """Narrow what blocks a demand in some periods, and prove it."""
        spell = tuple(periods)
        lacking = sum(self.unserved.unmet[demand, t] for t in spell)
        families = [self.found.families[name] for name in key if name != PRICE]
        if not families:
            relaxed = [self.found.of(name) for name in key]
            after = self.trials.solve(relaxed).left(demand, spell)
            proof = self.trials.number(relaxed) if relaxed else None
            return Blocker(demand, spell, tuple(relaxed), lacking, after, proof)
        context = frozenset[Relaxation]()
        if PRICE in key or (len(key) == 1 and not self.found.pays(demand, spell, families)):
            context = self.trials.priced(())
        narrowed = Narrowing(self.trials, demand, spell).narrow(families, context)
        together = context | {*narrowed.relaxed}
        blocker = Blocker(
            demand,
            spell,
            (*narrowed.relaxed, *context),
            lacking,
            narrowed.trial.left(demand, spell),
            self.trials.number(together),
            instead=narrowed.instead,
        )
        return replace(blocker, alone=self._alone(blocker), needs=self._needs(blocker, together))

    def _alone(self, blocker: Blocker) -> Mapping[str, float]:
        """Give what stays unmet with each of several families relaxed alone."""
        if len(blocker.relaxed) < 2:
            return {}
        alone = {}
        for each in blocker.relaxed:
            trial = self.trials.solve([self.found.of(each.family)], f"{each.family} alone")
            alone[each.family] = trial.left(blocker.demand, blocker.periods)
        return alone

    def _needs(self, blocker: Blocker, together: frozenset[Relaxation]) -> tuple[Need, ...]:
        plan = self.trials.plans.get(together)
        if plan is None or plan.decisions is None:
            return ()
        relaxed = self.trials.relaxing.relaxed(together)
        needs = Needs(self.instance, relaxed, plan.decisions)
        return tuple(need for each in blocker.relaxed for need in needs.of(each))

    def _with_relief(self, blocker: Blocker) -> Blocker:
        """Add what relief is worth, or from which price on serving pays."""
        if [each.family for each in blocker.relaxed] == [PRICE]:
            return replace(blocker, break_even=break_even(self.trials, blocker))
        return replace(blocker, worth=tuple(worths(self.trials, blocker)))

    def explanation(self, status: str) -> Explanation:
        """Give what has been found."""
        return Explanation(
            instance=self.instance.name,
            instance_hash=self.instance.hash,
            objective=self.plan.objective,
            status=status,
            gap_asked=self.trials.settings.gap,
            shortfalls=tuple(map(self._shortfall, self.unserved.demands)),
            blockers=tuple(self.blockers),
            trials=tuple(self.trials.whole.values()),
            linear=len(self.trials.linear),
            seconds=self.trials.seconds,
        )

    def _shortfall(self, demand: str) -> Shortfall:
        """Put together what is known of a demand: unmet as it is, and with each family relaxed."""
        alone: dict[str, float] = {}
        dear: dict[str, float] = {}
        for name in (*self.found.families, PRICE):
            rules = self.found.of(name)
            for found, key in ((alone, {rules}), (dear, self.trials.priced([rules]))):
                trial = self.trials.whole.get(frozenset(key))
                if trial is not None and trial.found:
                    found[name] = trial.left(demand)
        everything = self.trials.whole.get(
            frozenset(map(self.found.of, (*self.found.families, PRICE)))
        )
        return Shortfall(
            demand,
            self.unserved.amount(demand),
            self.unserved.by_period(demand),
            alone,
            {name: left for name, left in dear.items() if name != PRICE},
            self.found.smallest.get(demand),
            proven=self.found.proven.get(demand, False),
            rest=None if everything is None else everything.left(demand),
            in_the_gap=demand not in self.unserved.large,
        )
