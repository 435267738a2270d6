"""Every fleet of owned blocks that an instance allows, period by period."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import floor, lcm

from rivals.facts import Facts, exact
from rivals.moment import Moment
from rivals.program import Counts

Limit = tuple[list[int], int]

MOST_FLEETS = 3000


class TooLargeError(ValueError):
    """The instance is not tiny: nothing bounds some block, or there are too many fleets."""


class Fleets:
    """What may stand where in each period.

    Attributes:
        of: the fleets of each period.
        price: cost_once of a block of each pair in each period.
        resale: share of it that a retired block brings, by pair.
        kept: share of the last one that an owned block is worth at the end, by pair.
    """

    def __init__(self, facts: Facts, moments: Sequence[Moment]) -> None:
        """List the fleets.

        Raises:
            TooLargeError: there are too many.
        """
        self.facts, self.moments = facts, moments
        self.kinds = [facts.blocks[pair.block] for pair in facts.pairs]
        self.price = [facts.series(kind.get("cost_once", 0)) for kind in self.kinds]
        self.resale = [exact(kind.get("resale_share", 0)) for kind in self.kinds]
        ends = [kind.get("end_share", kind.get("resale_share", 0)) for kind in self.kinds]
        self.kept = [exact(share) for share in ends]
        self.switched = [facts.may_switch_off(pair) for pair in facts.pairs]
        drawing = [rule for rule in facts.rules if rule.binds_powered]
        self._drawing = [[_whole(r.weights, r.most[t]) for r in drawing] for t in facts.horizon]
        self.of = [list(self._fleets(t)) for t in facts.horizon]

    def installed(self, i: int) -> int:
        """Count the blocks of a pair that are owned today."""
        pair = self.facts.pairs[i]
        return self.facts.leaf[pair.leaf].site.get("installed", {}).get(pair.block, 0)

    def arriving(self, i: int, period: int) -> int:
        """Count the blocks of a pair on order that enter service in a period."""
        pair = self.facts.pairs[i]
        ordered = self.facts.leaf[pair.leaf].site.get("on_order", {}).get(pair.block, {})
        return ordered.get(list(self.facts.hours)[period], 0)

    def _fleets(self, period: int) -> Iterator[Counts]:
        """Give every fleet that keeps the limits, all blocks switched off that may be."""
        most = [self._most(i, period) for i in range(len(self.kinds))]
        rules = []
        for rule in self.facts.rules:
            drawing = [not (rule.binds_powered and off) for off in self.switched]
            weights = [w * draws for w, draws in zip(rule.weights, drawing, strict=True)]
            rules.append(_whole(weights, rule.most[period]))
        for found, fleet in enumerate(_within(most, rules)):
            if found >= MOST_FLEETS:
                message = f"more than {MOST_FLEETS} fleets"
                raise TooLargeError(message)
            yield fleet

    def _most(self, i: int, period: int) -> int:
        """Give the most blocks of a pair that may stand, or that can be of use.

        Of a block that cannot be bought there are those of today and on order. Of others no more
        need be owned than these and what the demands could use in their best period, if a bought
        block never pays by idling. For say that owned[t] is above that sum. Then some purchase came
        last before t, at s, and since s more is owned than could be used, or there would be more
        of today's and ordered blocks than there are. Buy one less at s, and retire one less in the
        first period after t in which no more is owned than could be used (or keep one less to the
        end): the demands miss nothing, no limit is broken and the cost does not rise.
        """
        given = self.installed(i) + sum(self.arriving(i, t) for t in range(period + 1))
        kind = self.kinds[i]
        if "cost_once" not in kind or period < kind.get("lead", 0):
            return given
        bounds = [
            floor(rule.most[period] / rule.weights[i])
            for rule in self.facts.rules
            if rule.weights[i] and not (rule.binds_powered and self.switched[i])
        ]
        if "supply" in kind:
            supply = self.facts.series(kind["supply"])[kind.get("lead", 0) : period + 1]
            bounds.append(given + sum(floor(most) for most in supply))
        if self._idling_never_pays(i):
            bounds.append(given + max(moment.could_use(i) for moment in self.moments))
        if not bounds:
            message = f"nothing bounds {self.facts.pairs[i]}"
            raise TooLargeError(message)
        return min(bounds)

    def _idling_never_pays(self, i: int) -> bool:
        """Say whether a bought block that serves nothing never earns what it costs."""
        starts = self.facts.starts
        worth = [self.price[i][t] * self.facts.discount(starts[t]) for t in self.facts.horizon]
        at_end = self.kept[i] * self.price[i][-1] * self.facts.discount(starts[-1])
        return (
            all(moment.idle_cost[i] >= 0 and moment.load_cost[i] >= 0 for moment in self.moments)
            and all(paid >= at_end for paid in worth)
            and all(
                worth[bought] >= self.resale[i] * worth[sold]
                for sold in self.facts.horizon
                for bought in range(sold)
            )
        )

    def powered(self, period: int, fleet: Counts) -> Iterator[Counts]:
        """Give every choice of the blocks of a fleet that have power."""
        rules = self._drawing[period]
        least = tuple(0 if off else n for n, off in zip(fleet, self.switched, strict=True))
        return _within(list(fleet), rules, least)


def _whole(weights: Sequence[Fraction], most: Fraction) -> Limit:
    scale = lcm(most.denominator, *(weight.denominator for weight in weights))
    return [int(scale * weight) for weight in weights], int(scale * most)


def _within(most: list[int], rules: list[Limit], least: Counts = ()) -> Iterator[Counts]:
    """Give every tuple of counts between the least and the most that keeps weighted limits."""
    if not rules:
        ends = zip(least or [0] * len(most), most, strict=True)
        yield from product(*(range(a, b + 1) for a, b in ends))
        return
    if not most:
        yield ()
        return
    for n in range(least[0] if least else 0, most[0] + 1):
        left = [(weights[1:], limit - n * weights[0]) for weights, limit in rules]
        if any(limit < 0 for _, limit in left):
            return
        binding = [(weights, limit) for weights, limit in left if any(weights)]
        for others in _within(most[1:], binding, least[1:]):
            yield (n, *others)
