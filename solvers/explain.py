"""Why work stays unmet, shown by re-solving with rules relaxed.

First unmet work is made so dear that price decides nothing; what is then served was too cheap to
serve. Then each family of rules is relaxed in turn, everywhere and always; the one that recovers
most of what is unmet in a period is its blocker, and is narrowed to the places and periods that
matter. Large models are screened by their linear relaxation; every claim is that of a re-solve of
the whole model.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf
from typing import Final

from gridblock.instances.instance import Instance
from gridblock.instances.relaxing import PRICE, Relaxation
from gridblock.model.account import account
from gridblock.model.explanation import SERVED, Blocker, Explanation, Need, Shortfall, Trial
from gridblock.model.needs import Needs
from gridblock.model.plan import PlanData
from gridblock.solvers.narrowing import Narrowing
from gridblock.solvers.outcome import Progress, Settings
from gridblock.solvers.relief import break_even, worths
from gridblock.solvers.session import Session
from gridblock.solvers.smallest import smallest
from gridblock.solvers.trials import NOT_SPENT, EndedError, Trials, unmet_work

MATTERS: Final = 0.05
"""A rule that recovers less of what is unmet is no blocker by itself."""
MOSTLY: Final = 0.5
"""A rule that recovers so much of it is the blocker, whatever else is needed for the rest."""
NOT_FOR_SALE: Final = "cost_once"
"""The family that is relaxed at no price, and so is preferred to no other."""
SCREENED: Final = 0.01
"""A family that recovers less of it in the linear relaxation is not looked at any further."""
WHOLE: Final = frozenset(
    {"max_facilities", "one_accelerator", "together", "whole_blocks", "run", "interconnect"}
)
"""Families that bind through whole numbers, which linear relaxations leave out."""
AT_THE_PRICE: Final = 0.5
"""The share of it that must be recovered at the prices given for price not to be part of a blocker."""

FEW_TESTS: Final = 6
"""So many sets are tested on the whole of a large model in search of the smallest."""


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
    return search.explanation(status)


class _Search:
    """The state of a search: what has been found so far."""

    def __init__(
        self, instance: Instance, plan: PlanData, settings: Settings, session: Session
    ) -> None:
        """Take the plan that is explained as the re-solve with nothing relaxed."""
        self.instance, self.plan = instance, plan
        self.trials = Trials(instance, settings, session)
        books = account(instance, plan.decisions)  # type: ignore[arg-type]
        self.unmet = unmet_work(instance, books)
        base = Trial(
            (),
            plan.status,
            linear=False,
            unmet=self.unmet,
            objective=plan.objective,
            spending=sum(cost for name, cost in plan.costs.items() if name not in NOT_SPENT),
            bound=plan.bound,
            gap=plan.gap,
        )
        self.trials.whole[frozenset()] = base
        self.trials.plans[frozenset()] = plan
        self.families = dict(self.trials.relaxing.families)
        priced: dict[str, float] = {}
        for entry in books.ledger.entries:
            if entry.category == "unmet":
                priced[entry.item or ""] = priced.get(entry.item or "", 0.0) + float(entry.value)
        names = dict.fromkeys(name for name, _ in self.unmet)
        self.demands = sorted(names, key=lambda name: -priced.get(name, 0.0))
        self.amounts = {name: 0.0 for name in self.demands}
        hours = instance.over_periods(tuple(instance.horizon.hours))
        for (name, _, t), units in books.amount.items():
            if name in self.amounts:
                self.amounts[name] += float(units) * hours[t]
        within = 0.0 if plan.bound is None else (plan.objective or 0.0) - plan.bound
        self.large = [name for name in self.demands if priced.get(name, 0.0) > within]
        self.large = self.large or self.demands
        self.smallest: dict[str, tuple[str, ...] | None] = {}
        self.blockers: list[Blocker] = []

    def run(self) -> None:
        """Find the blockers; each step adds to what is known."""
        if not self.demands:
            return
        self._try([PRICE], "the price of unmet work")
        for family in self._candidates():
            self._tell(family)
        for demand in self.demands:
            for key, periods in self._groups(demand).items():
                self.blockers.append(self._blocker(demand, key, periods))
        for demand in self.large:
            self._smallest(demand)
        for i, blocker in enumerate(self.blockers):
            if blocker.demand in self.large:
                self.blockers[i] = self._with_relief(blocker)

    def _try(self, families: Sequence[str], text: str = "") -> Trial:
        """Re-solve the whole model with families relaxed."""
        return self.trials.solve(map(self._of, families), text or " and ".join(families))

    def _tell(self, family: str) -> None:
        """Relax a family: at the prices given, where that tells, and else with unmet work dear."""
        alone, dear = [self._of(family)], self.trials.priced([self._of(family)])
        if self.trials.small:
            self.trials.solve(alone, family)
            self.trials.solve(dear, family)
            return
        at_price, start = self.trials.relax(alone), self.trials.relax(())
        priced = self.trials.relax(dear)
        gains = [sum(start.left(d) - t.left(d) for d in self.large) for t in (at_price, priced)]
        pays = at_price.found and gains[0] >= AT_THE_PRICE * gains[1]
        self.trials.solve(alone if pays else dear, family)

    def _candidates(self) -> list[str]:
        """Name the families that are worth a re-solve of the whole model, the best first."""
        if self.trials.small:
            return list(self.families)
        gains: dict[str, float] = {}
        for name in self.families:
            for others in ((), (self.trials.price,)):
                base = self.trials.relax(others)
                trial = self.trials.relax([*others, self.families[name]])
                gain = max(
                    (base.left(d) - trial.left(d)) / sum(self._by_period(d).values())
                    for d in self.large
                )
                gains[name] = max(gain if trial.found else 0.0, gains.get(name, 0.0))
        found = [name for name in gains if gains[name] > SCREENED]
        found.sort(key=lambda name: -gains[name])
        return found + self._whole([name for name in self.families if name not in found])

    def _whole(self, families: Sequence[str]) -> list[str]:
        """Name the families that bind through whole numbers, if together they matter."""
        bind = [n for n in families if n in WHOLE and {*self.families[n].items} & {*self.large}]
        if len(bind) < 2:
            return bind
        after = self._try(bind, "whole numbers")
        total = {d: sum(self._by_period(d).values()) for d in self.large}
        helps = any(after.left(d) < (1 - MATTERS) * total[d] for d in self.large)
        return bind if after.found and helps else []

    def _by_period(self, demand: str) -> dict[str, float]:
        return {t: work for (name, t), work in self.unmet.items() if name == demand}

    def _smallest(self, demand: str) -> None:
        """Find the smallest set of families that serves all of a demand."""
        if demand in self.smallest:
            return
        total = sum(self._by_period(demand).values())

        def all_served(trial: Trial) -> bool:
            return trial.found and trial.left(demand) <= SERVED * total

        def maybe(chosen: frozenset[Relaxation]) -> bool:
            return all_served(self.trials.quick(chosen))

        def surely(chosen: frozenset[Relaxation]) -> bool:
            return all_served(self.trials.solve(chosen, f"what serves {demand}"))

        known = {name: self._left_alone(demand, name) for name in (*self.families, PRICE)}
        universe = [self._of(name) for name in sorted(known, key=lambda n: (known[n], n == NOT_FOR_SALE))]
        tests = {} if self.trials.small else {"tests": FEW_TESTS}
        found = smallest(universe, maybe, surely, **tests)
        names = None if found is None else tuple(r.family for r in universe if r in found)
        self.smallest[demand] = names

    def _left_alone(self, demand: str, family: str) -> float:
        """Give the least that is known to stay unmet once a family is relaxed."""
        total = sum(self._by_period(demand).values())
        rules = self._of(family)
        trials = (self.trials.whole.get(x) for x in (frozenset([rules]), self.trials.priced([rules])))
        return min((t.left(demand) for t in trials if t is not None and t.found), default=total)

    def _of(self, family: str) -> Relaxation:
        return self.trials.price if family == PRICE else self.families[family]

    def _groups(self, demand: str) -> dict[tuple[str, ...], list[str]]:
        """Group the periods in which a demand is unmet by the families that block it there."""
        groups: dict[tuple[str, ...], list[str]] = {}
        for t in self.instance.horizon.names:
            if (demand, t) in self.unmet:
                groups.setdefault(self._dominant(demand, t), []).append(t)
        return groups

    def _dominant(self, demand: str, t: str) -> tuple[str, ...]:
        """Name what recovers most of what is unmet in a period: price, a family, or several."""
        lacking = self.unmet[demand, t]
        gains = dict(self._gains(demand, t))

        def rank(name: str) -> tuple[float, bool, float]:
            gain, spending = gains[name]
            return round(gain / lacking, 2), name != NOT_FOR_SALE, -spending

        best = max(gains, key=rank, default="")
        gain = gains[best][0] if best else 0.0
        if gain < MOSTLY * lacking and demand in self.large:
            self._smallest(demand)
            together = self.smallest.get(demand) or ()
            if len(together) > 1:
                return together
        return (best,) if gain >= MATTERS * lacking else ()

    def _gains(self, demand: str, t: str) -> Iterator[tuple[str, tuple[float, float]]]:
        """Give what each family recovers in a period, and what the plan that does so costs.

        With unmet work dear it is what the family recovers beyond that.
        """
        lacking = self.unmet[demand, t]
        dear = self.trials.whole.get(self.trials.priced(()))
        priced = lacking
        if dear is not None and dear.found:
            priced = min(lacking, dear.left(demand, (t,)))
            yield PRICE, (lacking - priced, -inf)
        for name, rules in self.families.items():
            found = []
            for start, key in ((lacking, [rules]), (priced, self.trials.priced([rules]))):
                trial = self.trials.whole.get(frozenset(key))
                if trial is not None and trial.found:
                    found.append((start - trial.left(demand, (t,)), trial.spending or 0.0))
            if found:
                yield name, max(found, key=lambda each: each[0])

    def _blocker(self, demand: str, key: tuple[str, ...], periods: Sequence[str]) -> Blocker:
        """Narrow what blocks a demand in some periods, and prove it."""
        spell = tuple(periods)
        lacking = sum(self.unmet[demand, t] for t in spell)
        families = [self.families[name] for name in key if name != PRICE]
        if not families:
            relaxed = [self._of(name) for name in key]
            after = self.trials.solve(relaxed).left(demand, spell)
            proof = self.trials.number(relaxed) if relaxed else None
            return Blocker(demand, spell, tuple(relaxed), lacking, after, proof)
        context = frozenset[Relaxation]()
        if PRICE in key or (len(key) == 1 and not self._pays(demand, spell, families)):
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

    def _pays(self, demand: str, periods: tuple[str, ...], families: Sequence[Relaxation]) -> bool:
        """Say whether relaxing rules helps at the prices given, too."""
        start = self.trials.quick(()).left(demand, periods)
        at_price = start - self.trials.quick(families).left(demand, periods)
        priced = start - self.trials.quick(self.trials.priced(families)).left(demand, periods)
        return at_price >= AT_THE_PRICE * priced

    def _alone(self, blocker: Blocker) -> Mapping[str, float]:
        """Give what stays unmet with each of several families relaxed alone."""
        if len(blocker.relaxed) < 2:
            return {}
        alone = {}
        for each in blocker.relaxed:
            trial = self.trials.solve([self._of(each.family)], f"{each.family} alone")
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
            shortfalls=tuple(map(self._shortfall, self.demands)),
            blockers=tuple(self.blockers),
            trials=tuple(self.trials.whole.values()),
            linear=len(self.trials.linear),
            seconds=self.trials.seconds,
        )

    def _shortfall(self, demand: str) -> Shortfall:
        alone, dear = {}, {}
        for name in (*self.families, PRICE):
            rules = self._of(name)
            for found, key in ((alone, {rules}), (dear, self.trials.priced([rules]))):
                trial = self.trials.whole.get(frozenset(key))
                if trial is not None and trial.found:
                    found[name] = trial.left(demand)
        everything = self.trials.whole.get(frozenset(map(self._of, (*self.families, PRICE))))
        return Shortfall(
            demand,
            self.amounts[demand],
            self._by_period(demand),
            alone,
            {name: left for name, left in dear.items() if name != PRICE},
            self.smallest.get(demand),
            proven=self.smallest.get(demand) is not None,
            rest=None if everything is None else everything.left(demand),
            in_the_gap=demand not in self.large,
        )
