"""From the values of a solved model to the blocks kept in reserve, no more than losses need."""

import math
from collections import defaultdict
from collections.abc import Mapping, Set
from typing import Final

import pyomo.environ as pyo

from gridblock.model.exact import exact
from gridblock.model.facts import Facts
from gridblock.model.flows import most_served
from gridblock.model.plan import Assignment, Service
from gridblock.model.surviving import Reaches, circles, grouped

NOTHING: Final = 1e-9
"""A share of what is needed below which it is a solver's rounding."""

Units = dict[str, float]


def reserves(
    model: pyo.Block,
    assigned: Mapping[Assignment, float],
    kept: Mapping[Assignment, float],
    served: Mapping[Service, float],
) -> dict[Assignment, float]:
    """Read the reserve off a model whose variables hold a solution, and trim it.

    Blocks assigned beyond what is served count as reserve. Then facility after facility gives back
    what no loss of another one needs: the next one can count on what is left.

    Args:
        model: the model.
        assigned: blocks assigned in the solution.
        kept: those of them that the plan keeps.
        served: units served.
    """
    held: dict[tuple[str, str], dict[Assignment, float]] = defaultdict(dict)
    for index, variable in model.reserved.items():
        key = Assignment(*index)
        back = max(0.0, assigned.get(key, 0.0) - kept.get(key, 0.0))
        value = (variable.value or 0.0) + back
        if value > NOTHING * max(1.0, variable.ub or 1.0):
            held[key.demand, key.period][key] = round(value) if variable.is_integer() else value
    met: dict[tuple[str, str], Units] = defaultdict(lambda: defaultdict(float))
    for service, units in served.items():
        met[service.demand, service.period][service.region] += units
    working: dict[tuple[str, str], dict[Assignment, float]] = defaultdict(dict)
    for key, count in kept.items():
        working[key.demand, key.period][key] = count
    surviving = model.bounds.surviving
    trimmed: dict[Assignment, float] = {}
    for (demand, t), blocks in held.items():
        share = surviving.share[demand]
        asked = {region: share * units for region, units in met[demand, t].items()}
        reached = surviving.reach[demand, t]
        trimmed |= _Standby(model.facts, blocks, working[demand, t], asked, reached).trimmed()
    return {Assignment(*key): trimmed[key] for key in model.reserved if trimmed.get(key)}


class _Standby:
    """The reserve of one demand in one period."""

    def __init__(
        self,
        facts: Facts,
        held: dict[Assignment, float],
        working: Mapping[Assignment, float],
        asked: Units,
        reached: Reaches,
    ) -> None:
        """Sum what each facility can serve."""
        self.facts, self.held, self.asked, self.reached = facts, held, asked, reached
        self.working: Units = defaultdict(float)
        for key, blocks in working.items():
            self.working[self._site(key)] += blocks * self._each(key)
        self.ready: Units = defaultdict(float, self.working)
        for key, blocks in held.items():
            self.ready[self._site(key)] += blocks * self._each(key)

    def _site(self, key: Assignment) -> str:
        return self.facts.facility_of[key.place]

    def _each(self, key: Assignment) -> float:
        return self.facts.units_per_block[key.demand, key.block, key.period]

    def trimmed(self) -> dict[Assignment, float]:
        """Give what is left of each facility's reserve once it gives back what no loss needs."""
        left: dict[Assignment, float] = {}
        for facility in dict.fromkeys(map(self._site, self.held)):
            need = self._needed(facility) - self.working[facility]
            mine = {key: n for key, n in self.held.items() if self._site(key) == facility}
            kept = self._fewest(mine, need)
            self.ready[facility] = self.working[facility] + sum(
                blocks * self._each(key) for key, blocks in kept.items()
            )
            left |= kept
        return left

    def _fewest(self, blocks: dict[Assignment, float], need: float) -> dict[Assignment, float]:
        """Give back blocks, those that serve least first, while the rest serves what is needed."""
        kept = dict(blocks)
        spare = sum(n * self._each(key) for key, n in blocks.items()) - need
        slack = NOTHING * max(1.0, sum(self.asked.values()))
        for key in sorted(blocks, key=self._each):
            each = self._each(key)
            if self.facts.demands[key.demand].whole_blocks:
                back = min(blocks[key], math.floor((spare + slack) / each))
            else:
                back = min(blocks[key], spare / each)
            if back > 0:
                kept[key] -= back
                spare -= back * each
        some = {key: n for key, n in kept.items() if n * self._each(key) > slack}
        return {key: n if isinstance(n, int) else float(f"{n:.12g}") for key, n in some.items()}

    def _needed(self, facility: str) -> float:
        """Give the most that a facility must serve when another one is lost."""
        unions = circles(self.reached)
        if unions is None:
            total = sum(self.asked.values())
            lost = (f for f in self.ready if f != facility)
            served = (self._served_without({facility, f}) for f in lost)
            return total - min(served, default=0.0)
        needs = [0.0]
        for circle in unions:
            if facility in circle.facilities:
                others = [self.ready.get(f, 0.0) for f in circle.facilities if f != facility]
                asked = sum(self.asked.get(region, 0.0) for region in circle.regions)
                needs.append(asked - (sum(others) - max(others, default=0.0)))
        return max(needs)

    def _served_without(self, facilities: Set[str]) -> float:
        """Give what all others serve of what is asked for."""
        asked = {
            reach: exact(sum(self.asked.get(region, 0.0) for region in regions))
            for reach, regions in grouped(self.reached).items()
        }
        ready = {f: exact(units) for f, units in self.ready.items() if f not in facilities}
        return float(most_served(asked, ready))
