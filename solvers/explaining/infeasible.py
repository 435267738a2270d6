"""A smallest set of hard rules that conflict: none of them can be left out.

Whether a plan exists is tested with rules relaxed by editing the instance, so that conflicts which
only whole numbers cause are found as well as those of the linear relaxation. A rule without which
the others still conflict is dropped, kinds of rules first, then places and names.
What is left is irreducible (deletion filter: Chinneck and Dravnieks, 1991).
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.relaxing import Relaxation, Relaxing
from gridblock.model.build import build
from gridblock.model.contradiction import Conflict, Contradiction, Party
from gridblock.solvers.compile import compile_model
from gridblock.solvers.explaining.narrowing import WITHOUT_PERIODS
from gridblock.solvers.explaining.trials import EndedError
from gridblock.solvers.outcome import CrossedBoundsError, Settings, SolverError, Verdict
from gridblock.solvers.session import Session

ANY_GAP: Final = 1e6
LONGEST: Final = 60.0
"""Seconds that one test may take."""
MOST_CONFLICTS: Final = 3
MOST_PERIODS: Final = 12
HALVINGS: Final = 12
DOUBLINGS: Final = 30
KEPT_LAST: Final = ("min_share", "limits", "signed", "current")
"""Families that make an instance infeasible: they are kept in a conflict rather than others."""
MEASURED: Final = frozenset(
    {"grid_mw", "feeds", "uplink_gbps", "gbps", "limits", "min_share", "max_ms"}
)
"""Families of which the least change is sought, beside limits of places."""


def contradiction(
    instance: Instance,
    settings: Settings,
    session: Session,
    on_step: Callable[[str], None] | None = None,
) -> Contradiction:
    """Find hard rules that cannot be kept together, and by how little each must give.

    Args:
        instance: one of which no plan can exist.
        settings: seed and threads; the time limit is that of all tests together.
        session: the solver's process.
        on_step: called with what is tried next.
    """
    search = _Search(instance, settings, session, on_step)
    status = "explained"
    try:
        search.run()
    except EndedError as end:
        status = str(end)
    return Contradiction(
        instance.name,
        instance.hash,
        status,
        tuple(search.conflicts),
        search.fixed,
        search.tests,
        time.monotonic() - search.began,
    )


class _Search:
    """The state of a search."""

    def __init__(
        self,
        instance: Instance,
        settings: Settings,
        session: Session,
        on_step: Callable[[str], None] | None,
    ) -> None:
        self.instance, self.settings, self.session = instance, settings, session
        self.on_step = on_step
        self.relaxing = Relaxing(instance)
        self.began = time.monotonic()
        self.tests = 0
        self.fixed = False
        self.conflicts: list[Conflict] = []
        self.known: dict[frozenset[Relaxation], bool | None] = {}

    def run(self) -> None:
        """Find conflicts until one rule of each suffices, or too many have been found."""
        families = self._families()
        resolved: list[Relaxation] = []
        if not self._exists(families):
            return
        for _ in range(MOST_CONFLICTS):
            rules = self._irreducible(families, resolved)
            self.conflicts.append(self._conflict(rules, resolved))
            resolved += [rules[-1]] if rules else []
            if self._exists(resolved) is not False or not rules:
                self.fixed = self._exists(resolved) is True
                return

    def _families(self) -> list[Relaxation]:
        """Give every family of rules, those that make an instance infeasible last."""
        found = self.relaxing.families
        floors = tuple(demand.name for demand in self.instance.demands if demand.min_share)
        if floors:
            found = {**found, "min_share": Relaxation("min_share", floors)}
        signed = tuple(option.name for option in self.instance.options if option.signed)
        if signed:
            found = {**found, "signed": Relaxation("signed", signed)}
        last = [found[name] for name in KEPT_LAST if name in found]
        return [rule for name, rule in found.items() if name not in KEPT_LAST] + last

    def _irreducible(
        self, families: Sequence[Relaxation], resolved: Sequence[Relaxation]
    ) -> list[Relaxation]:
        """Drop rules without which the others still conflict, until none can be dropped."""
        kept = self._filtered(families, list(resolved))
        singles = [replace(rule, items=(item,)) for rule in kept for item in rule.items]
        others = [rule for rule in families if rule not in kept]
        return self._filtered(singles, [*resolved, *others])

    def _filtered(
        self, rules: Sequence[Relaxation], relaxed: Sequence[Relaxation]
    ) -> list[Relaxation]:
        """Give rules that conflict while some are relaxed, each of them needed for it."""
        kept, gone = list(rules), list(relaxed)
        for rule in rules:
            if self._exists([*gone, rule]) is False:
                kept.remove(rule)
                gone.append(rule)
        return kept

    def _conflict(self, rules: Sequence[Relaxation], resolved: Sequence[Relaxation]) -> Conflict:
        """Say of each rule of a conflict whether it alone can resolve it, and by how little."""
        parties = []
        for rule in rules:
            alone = self._exists([*resolved, rule])
            timed = self._when(rule, resolved) if alone else rule
            least = self._least(timed, resolved) if alone else None
            parties.append(Party(timed, alone, least))
        return Conflict(tuple(parties), irreducible=all(p.alone is not None for p in parties))

    def _when(self, rule: Relaxation, resolved: Sequence[Relaxation]) -> Relaxation:
        """Give a rule that resolves a conflict in the fewest periods that it must give in."""
        names = self.instance.horizon.names
        if rule.family in WITHOUT_PERIODS or rule.family == "signed":
            return rule
        needed = names if len(names) <= MOST_PERIODS else ()
        for t in needed:
            fewer = tuple(other for other in needed if other != t)
            if fewer and self._exists([*resolved, replace(rule, periods=fewer)]):
                needed = fewer
        return rule if needed == names else replace(rule, periods=needed)

    def _least(self, rule: Relaxation, resolved: Sequence[Relaxation]) -> float | None:
        """Give the smallest step that resolves a conflict, to a few thousandths of it."""
        if rule.family not in MEASURED and rule.family not in self.relaxing.resources:
            return None
        low, high = 0.0, 1.0
        if rule.family == "min_share":
            (name,) = rule.items
            high = next(d.min_share for d in self.instance.demands if d.name == name)
        for _ in range(DOUBLINGS):
            if self._exists([*resolved, replace(rule, step=high)]):
                break
            low, high = high, 2 * high
        else:
            return None
        for _ in range(HALVINGS):
            middle = (low + high) / 2
            if self._exists([*resolved, replace(rule, step=middle)]):
                high = middle
            else:
                low = middle
        return high

    def _exists(self, relaxed: Iterable[Relaxation]) -> bool | None:
        """Say whether a plan exists with some rules relaxed; None where the time was too short."""
        chosen = _plain(list(relaxed))
        if chosen not in self.known:
            self.known[chosen] = self._tested(chosen)
        return self.known[chosen]

    def _tested(self, chosen: frozenset[Relaxation]) -> bool | None:
        """Test whether a plan exists with rules relaxed: any point of the model will do."""
        left = LONGEST
        if self.settings.time_limit is not None:
            left = min(left, self.settings.time_limit - (time.monotonic() - self.began))
            if left <= 0:
                message = "stopped"
                raise EndedError(message)
        self.tests += 1
        if self.on_step is not None:
            self.on_step(f"test {self.tests}")
        try:
            model = build(self.relaxing.relaxed(chosen))
            compiled = compile_model(model)
            self.session.load(compiled.matrix)
            self.session.change(cost=np.zeros_like(compiled.matrix.cost), offset=0.0)
            asked = replace(self.settings, gap=ANY_GAP, time_limit=left, start=None)
            outcome = self.session.run(asked)
        except CrossedBoundsError:
            return False
        except (InstanceError, SolverError):
            return None
        if outcome.stop == "interrupted":
            message = "interrupted"
            raise EndedError(message)
        if outcome.values is not None:
            return True
        return False if outcome.verdict is Verdict.INFEASIBLE else None


def _plain(rules: Sequence[Relaxation]) -> frozenset[Relaxation]:
    """Name each rule once: what is relaxed always is not relaxed in some periods as well."""
    always = {(rule.family, item) for rule in rules if not rule.periods for item in rule.items}
    timed = [rule for rule in rules if rule.periods and (rule.family, *rule.items) not in always]
    return frozenset([*(rule for rule in rules if not rule.periods), *_merged(timed)])


def _merged(rules: Iterable[Relaxation]) -> list[Relaxation]:
    """Join rules that differ in their periods alone."""
    joined: dict[Relaxation, tuple[str, ...]] = {}
    for rule in rules:
        key = replace(rule, periods=())
        joined[key] = (*joined.get(key, ()), *rule.periods)
    return [replace(rule, periods=periods) for rule, periods in joined.items()]
