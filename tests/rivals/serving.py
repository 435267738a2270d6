"""One period by brute force: what serves what, once it is known which blocks have power."""

from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, product
from operator import itemgetter
from typing import Any

from rivals.moment import Moment, Need
from rivals.program import Counts, Program, Taken
from rivals.ties import tie

Allowed = frozenset[int]
"""The pairs that may serve a demand."""
Choice = Allowed | Taken
"""What is chosen for a demand: where it may share blocks, or the whole blocks that it takes."""


class Serving:
    """The least cost of serving in one period, for any blocks with power."""

    def __init__(self, moment: Moment) -> None:
        """Start without anything reckoned."""
        self.moment = moment
        self.facts, self.needs, self.load_cost = moment.facts, moment.needs, moment.load_cost
        self._served: dict[Any, Fraction | None] = {}
        self._relaxed: dict[Counts, Fraction | None] = {}
        self._least: dict[Counts, Fraction | None] = {}

    def least(self, powered: Counts, *, thorough: bool = False) -> Fraction | None:
        """Give the least cost of serving and not serving, without the energy of idle blocks.

        Every choice of facilities, zones and accelerators and every whole-block assignment is
        tried, the one that pays least for energy first. The search ends early only where no choice
        that is left can be better, since each costs at least what it pays and ``relaxed``;
        ``thorough`` does without that.
        """
        if powered not in self._least:
            floor = self.relaxed(powered)
            best = None
            if floor is not None:
                for paid, earned, choices in sorted(self._candidates(powered), key=itemgetter(0)):
                    if best is not None and paid + floor >= best and not thorough:
                        break
                    rest = self._serve(powered, choices)
                    if rest is not None and (best is None or paid - earned + rest < best):
                        best = paid - earned + rest
            self._least[powered] = best
        return self._least[powered]

    def relaxed(self, powered: Counts) -> Fraction | None:
        """Give a lower bound of ``least``, less what whole-block assignments pay for energy.

        Every demand may take parts of blocks, at every facility, zone and accelerator at once, and
        whole-block demands pay for no energy (but earn where its price is negative). Nothing is
        reserved between facilities, and no block needs an uplink for its fabric. Whatever a
        candidate serves and takes can be served and taken here too, at a cost that is less by just
        what its whole blocks pay. It can only fall as blocks are added, since they loosen rows.
        """
        if powered not in self._relaxed:
            everywhere: list[Choice] = [frozenset(need.units) for need in self.needs]
            self._relaxed[powered] = self._serve(powered, everywhere, tied=False)
        return self._relaxed[powered]

    def _candidates(self, powered: Counts) -> Iterator[tuple[Fraction, Fraction, list[Choice]]]:
        """Give what whole blocks pay and earn by their energy with each choice for every demand."""
        seen = set()
        for allowed in product(*[self._options(need, powered) for need in self.needs]):
            for choices in self._whole_blocks(allowed, powered):
                if choices not in seen:
                    seen.add(choices)
                    taken = [choice for choice in choices if isinstance(choice, tuple)]
                    energy = [n * self.load_cost[i] for blocks in taken for i, n in blocks]
                    paid = sum((cost for cost in energy if cost > 0), Fraction(0))
                    earned = -sum((cost for cost in energy if cost < 0), Fraction(0))
                    yield paid, earned, list(choices)

    def _options(self, need: Need, powered: Counts) -> list[Allowed]:
        """Give the largest sets of pairs that may serve a demand together.

        A smaller set need not be tried: it only takes columns away. A demand that shares blocks and
        for which it matters where it stands together has all sets of places, though.
        """
        pairs = [i for i in need.units if powered[i]]
        kinds = {i: self.facts.blocks[self.facts.pairs[i].block]["accelerator"] for i in pairs}
        sets = [pairs]
        if need.said.get("one_accelerator", False):
            sets = [[i for i in pairs if kinds[i] == kind] for kind in sorted({*kinds.values()})]
        options = {option for chosen in sets for option in self._placings(need, chosen)}
        if need.is_tied and need.shared:
            return [*{part for option in options for part in self._parts(option)}] or [frozenset()]
        return [o for o in options if not any(o < other for other in options)] or [frozenset()]

    def _placings(self, need: Need, pairs: list[int]) -> Iterator[Allowed]:
        at = {i: self.facts.pairs[i].facility for i in pairs}
        leaf = {i: self.facts.pairs[i].leaf for i in pairs}
        facilities = sorted({*at.values()})
        most = min(need.said.get("max_facilities", len(facilities)), len(facilities))
        for chosen in combinations(facilities, most):
            leaves = [sorted({leaf[i] for i in pairs if at[i] == f}) for f in chosen]
            if need.said.get("together", "facility") == "zone":
                for one_each in product(*leaves):
                    yield frozenset(i for i in pairs if leaf[i] in one_each)
            else:
                yield frozenset(i for i in pairs if at[i] in chosen)

    def _parts(self, pairs: Allowed) -> Iterator[Allowed]:
        """Give the pairs at each set of the leaves of some pairs, none of them included."""
        leaf = {i: self.facts.pairs[i].leaf for i in pairs}
        leaves = sorted({*leaf.values()})
        for size in range(len(leaves) + 1):
            for chosen in combinations(leaves, size):
                yield frozenset(i for i in pairs if leaf[i] in chosen)

    def _whole_blocks(
        self, allowed: tuple[Allowed, ...], left: Counts, d: int = 0
    ) -> Iterator[tuple[Choice, ...]]:
        if d == len(allowed):
            yield ()
            return
        if self.needs[d].shared:
            for more in self._whole_blocks(allowed, left, d + 1):
                yield (allowed[d], *more)
            return
        pairs = sorted(allowed[d])
        for counts in product(*[range(left[i] + 1) for i in pairs]):
            taken = tuple((i, n) for i, n in zip(pairs, counts, strict=True) if n)
            if self._stands(self.needs[d], taken) and not self._has_spare(self.needs[d], taken):
                rest = list(left)
                for i, n in taken:
                    rest[i] -= n
                for more in self._whole_blocks(allowed, tuple(rest), d + 1):
                    yield (taken, *more)

    def _stands(self, need: Need, taken: Taken) -> bool:
        """Say whether a run has a block at each facility at which it is to stand."""
        at = {self.facts.pairs[i].facility for i, _ in taken}
        return set(need.said.get("stands_at", ())) <= at

    def _has_spare(self, need: Need, taken: Taken) -> bool:
        """Say whether a block could be left out at no loss.

        So it is where the others at its leaf serve all that its facility may serve, and assigning
        it does not earn money (as it would at a negative price of energy).
        """
        capacity: dict[str, Fraction] = {}
        for i, n in taken:
            leaf = self.facts.pairs[i].leaf
            capacity[leaf] = capacity.get(leaf, Fraction(0)) + n * need.units[i]
        return any(
            self.load_cost[i] >= 0
            and capacity[self.facts.pairs[i].leaf] - need.units[i] >= need.most_at_one
            for i, _ in taken
        )

    def _serve(
        self, powered: Counts, choices: list[Choice], *, tied: bool = True
    ) -> Fraction | None:
        """Give the least cost of serving with a choice for each demand.

        Demands that take whole blocks and load no link do not meet the others any more. With
        ``tied`` the places of a demand are tied together by what they have to exchange.
        """
        free = list(powered)
        for i, n in (block for c in choices if isinstance(c, tuple) for block in c):
            free[i] -= n
        chosen = list(enumerate(choices))
        meeting = [
            (d, c)
            for d, c in chosen
            if isinstance(c, frozenset) or self.needs[d].gbps or self.needs[d].is_tied
        ]
        alone = [[(d, c)] for d, c in chosen if (d, c) not in meeting]
        costs = [self._optimum(tuple(free), group, tied=tied) for group in (meeting, *alone)]
        return None if None in costs else sum(costs, Fraction(0))

    def _optimum(
        self, free: Counts, group: list[tuple[int, Choice]], *, tied: bool
    ) -> Fraction | None:
        used = frozenset(i for _, c in group if isinstance(c, frozenset) for i in c if free[i])
        group = [(d, c if isinstance(c, tuple) else c & used) for d, c in group]
        key = (tied, tuple(group), tuple((i, free[i]) for i in sorted(used)))
        if key not in self._served:
            program = Program(self.moment)
            for d, choice in group:
                if isinstance(choice, tuple):
                    program.add_whole(d, self.needs[d], choice)
                else:
                    program.add_shared(d, self.needs[d], sorted(choice))
                if tied:
                    tie(program, d, self.needs[d], choice)
            self._served[key] = program.optimum(free)
        return self._served[key]
