"""Berths: where a run stands, on what and from when, chosen at once."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.instances.schema.demands import Demand
from gridblock.model.bandwidth import ROUNDING, Bandwidth

MOST_FACILITIES: Final = 2
"""Runs that may spread over more facilities have no berths: there would be too many."""
JOINED: Final = " + "
"""Stands between the facilities of a berth in its name."""

Key = tuple[str, str, str, str]
"""A run, a facility (or several, joined), an accelerator, and a period or a start."""
Standing = dict[Key, list[tuple[str, str]]]
"""The block types and places of a run at a facility, of an accelerator in a period."""


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Give each run that starts a berth: one or two facilities, an accelerator and a start.

    .. math::
        \sum_{F, g} b_{dFgo} &= o_{do} \\
        s_{drft} &\le A_{drt} \sum_{F \ni f,\, g,\, o \ni t} b_{dFgo} \\
        \sum_{f, z} a_{dbzt} &\ge \Big\lceil \frac{A_{dt}}{n_b \, y_{dbt}} \Big\rceil
        \sum_{F,\, o \ni t} b_{dFgo} \\
        a_{dbzt} &\le \bar a_{dbzt} \sum_{F \ni f,\, o \ni t} b_{dFgo} \\
        \sum_{b, z \in f} a_{dbzt} &\ge \sum_{F \ni f,\, o \ni t} m_{dFgt} \, b_{dFgo}

    where :math:`b` is 1 where run :math:`d` stands at facilities :math:`F` on accelerator :math:`g`
    from start :math:`o` on, :math:`o \ni t` are the starts of which period :math:`t` is a part,
    :math:`s` is served, :math:`A` ``Demand.amount``, :math:`a` blocks assigned, :math:`n_b`
    ``Block.accelerators``, :math:`y` ``Demand.yields`` and :math:`m` is 1 where :math:`F` are two,
    and else the fewest blocks that the run takes. The third and fifth rows are of whole
    blocks, the third where the accelerator comes in one type of block. For a run at one facility
    the second is an equation, and so is the third where more blocks never help: where to draw power
    does not pay, and no uplink makes a run spread over zones. There is a berth only where the whole
    run fits in, where what stands there and what vendors deliver by then is enough for it, and
    where its facilities are close enough for its interconnect, and the links between them can carry
    it. A run that asks for nothing from a start on needs none.
    """
    runs = {demand.name: demand for demand in instance.demands if has_a_berth(demand)}
    standing = _standing(block, runs)
    sites = dict(_sites(block, runs, standing))
    block.berth = pyo.Var(list(sites), within=pyo.Binary)
    block.berths_at = _at_facilities(block, sites)
    _starts(block, runs)
    _serves(block, runs)
    _assigns(block, runs, standing)
    _stands_at_each(block, runs, standing)


def _starts(block: pyo.Block, runs: dict[str, Demand]) -> None:
    """Let a run that starts take one berth, unless it asks for nothing from then on."""
    starting: dict[tuple[str, str], list[pyo.Var]] = {}
    for (d, _, _, start), berth in block.berth.items():
        starting.setdefault((d, start), []).append(berth)

    @block.Constraint([(d, o) for d, o in block.starts if d in runs and _asked(block, d, o)])
    def run_that_starts_has_a_berth(block: pyo.Block, d: str, start: str) -> pyo.Expression:
        return sum(starting.get((d, start), ())) == block.starts[d, start]


def _serves(block: pyo.Block, runs: dict[str, Demand]) -> None:
    """Let a run be served at its berth: all of it, where that is one facility."""
    facts = block.facts

    @block.Constraint([key for key in facts.services if key[0] in runs])
    def served_only_at_its_berth(
        block: pyo.Block, d: str, r: str, f: str, t: str
    ) -> pyo.Expression:
        most = facts.amount[d, r, t] * _berths(block, d, f, "", t)
        served = block.served[d, r, f, t]
        return served == most if _alone(runs[d]) else served <= most


def _assigns(block: pyo.Block, runs: dict[str, Demand], standing: Standing) -> None:
    """Let a run have blocks at its berth only, and there as many as it takes."""
    facts = block.facts
    chips = {kind: each.accelerator for kind, each in facts.instance.blocks.items()}
    rounded = _of_one_type(runs, standing)
    fixed = {
        (d, f, chip, t)
        for d, f, chip, t in rounded
        if _alone(runs[d]) and f not in block.pools.watched and not facts.beyond_use.may_pay(f, t)
    }

    @block.Constraint(list(rounded))
    def whole_blocks_at_its_berth(
        block: pyo.Block, d: str, f: str, chip: str, t: str
    ) -> pyo.Expression:
        kind, places = rounded[d, f, chip, t]
        here = sum(block.assigned[d, kind, place, t] for place in places)
        taken = block.pools.need(d, kind, t) * _berths(block, d, f, chip, t)
        return here == taken if (d, f, chip, t) in fixed else here >= taken

    @block.Constraint(
        [
            (d, kind, place, t)
            for (d, f, chip, t), kinds in standing.items()
            if (d, f, chip, t) not in fixed
            for kind, place in kinds
        ]
    )
    def assigned_only_at_its_berth(
        block: pyo.Block, d: str, kind: str, place: str, t: str
    ) -> pyo.Expression:
        assigned = block.assigned[d, kind, place, t]
        return assigned <= assigned.ub * _berths(block, d, facts.facility_of[place], chips[kind], t)


def _stands_at_each(block: pyo.Block, runs: dict[str, Demand], standing: Standing) -> None:
    """Let a run of whole blocks that stands at two facilities have one at each."""

    @block.Constraint(
        [key for key in standing if not _alone(runs[key[0]]) and runs[key[0]].whole_blocks]
    )
    def a_block_at_each_facility_of_its_berth(
        block: pyo.Block, d: str, f: str, chip: str, t: str
    ) -> pyo.Expression:
        kinds = standing[d, f, chip, t]
        here = sum(block.assigned[d, kind, place, t] for kind, place in kinds)
        fewest = min(block.pools.need(d, kind, t) for kind, _ in kinds)
        return here >= sum(
            (fewest if berth.index()[1] == f else 1) * berth
            for berth in block.berths_at.get((d, f, chip, t), ())
        )


def _berths(block: pyo.Block, d: str, f: str, chip: str, t: str) -> pyo.Expression:
    """Count the berths that a run has somewhere; ``""`` is any facility or accelerator."""
    return sum(block.berths_at.get((d, f, chip, t), ()))


def _alone(run: Demand) -> bool:
    """Say whether a run stands at one facility."""
    return run.most_facilities == 1


def has_a_berth(demand: Demand) -> bool:
    """Say whether a demand is a run at few facilities, of which nothing is held in reserve."""
    return (
        demand.run is not None
        and (demand.most_facilities or 1) <= MOST_FACILITIES
        and demand.together != "zone"
        and not demand.kept_after_facility
    )


def _standing(block: pyo.Block, runs: dict[str, Demand]) -> Standing:
    """Give the block types and places of each run, facility, accelerator and period."""
    standing: Standing = {}
    for d, kind, place, t in block.assignments:
        if d in runs:
            chip = block.facts.instance.blocks[kind].accelerator
            key = d, block.facts.facility_of[place], chip, t
            standing.setdefault(key, []).append((kind, place))
    return standing


def _asked(block: pyo.Block, d: str, start: str) -> list[str]:
    """Give the periods in which a run that starts in one asks for something."""
    return [t for t in block.facts.windows[d][start] if (d, t) in block.facts.total]


def _sites(
    block: pyo.Block, runs: dict[str, Demand], standing: Standing
) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """Give the facilities of each berth with which the whole of a run fits in."""
    facts = block.facts
    served = {key for key in facts.services if key[0] in runs}
    at: dict[tuple[str, str], list[str]] = {}
    for d, f, chip in dict.fromkeys(key[:3] for key in standing):
        at.setdefault((d, chip), []).append(f)
    supply, network = _Supply(block, standing), Bandwidth(facts, block.bounds.additions.links)
    order = {f: i for i, f in enumerate(facts.instance.facilities)}
    for (d, chip), found in at.items():
        # Two facilities have one name, whichever of them has the accelerator first.
        facilities = sorted(found, key=order.__getitem__)
        most = runs[d].most_facilities or 1
        for start in facts.windows[d]:
            window = _asked(block, d, start)
            asked = [(r, t) for r in runs[d].regions for t in window if (d, r, t) in facts.amount]
            for group in _groups(block, runs[d], facilities, most) if window else ():
                if all(
                    supply.units(d, group, chip, t) >= facts.total[d, t] * (1 - ROUNDING)
                    and all((d, f, chip, t) in standing for f in group)
                    and all(network.carries(runs[d], *two, t) for two in combinations(group, 2))
                    for t in window
                ) and all(any((d, r, f, t) in served for f in group) for r, t in asked):
                    yield (d, JOINED.join(group), chip, start), group


class _Supply:
    """What runs can have at facilities: what fits in there, stands or can be delivered in time."""

    def __init__(self, block: pyo.Block, standing: Standing) -> None:
        """Count the blocks that fit in for each run, facility, block type and period."""
        self.facts, self.bounds = block.facts, block.bounds
        self.kinds: dict[str, list[str]] = {}
        for kind, each in self.facts.instance.blocks.items():
            self.kinds.setdefault(each.accelerator, []).append(kind)
        self.room: dict[Key, float] = {}
        for (d, f, _, t), kinds in standing.items():
            for kind, place in kinds:
                key = d, f, kind, t
                self.room[key] = self.room.get(key, 0.0) + block.assigned[d, kind, place, t].ub
        position = self.facts.instance.horizon.index
        self.delivered = {
            (kind, t): self.bounds.delivered(kind, position[t])
            for kind in self.facts.instance.blocks
            for t in self.facts.periods
        }

    def units(self, d: str, group: tuple[str, ...], chip: str, t: str) -> float:
        """Give the most units of a run that blocks of an accelerator serve at some facilities."""
        units, had = 0.0, self.bounds.had
        for kind in self.kinds[chip]:
            room = sum(self.room.get((d, f, kind, t), 0.0) for f in group)
            if room > 0:
                come = sum(had[kind, f, t] for f in group if (kind, f, t) in had)
                most = min(room, come + self.delivered[kind, t])
                units += self.facts.units_per_block[d, kind, t] * most
        return units


def _groups(
    block: pyo.Block, run: Demand, facilities: list[str], most: int
) -> Iterator[tuple[str, ...]]:
    """Give each facility alone, and each two that are close enough."""
    yield from ((facility,) for facility in facilities)
    if most > 1:
        for a, b in combinations(facilities, 2):
            if run.interconnect is None or block.facts.tunnels_between(run, a, b):
                yield a, b


def _at_facilities(block: pyo.Block, sites: dict[Key, tuple[str, ...]]) -> dict[Key, list[pyo.Var]]:
    """Collect berths by period: at a facility, two joined, or any; of an accelerator, or any.

    Any is ``""``.
    """
    taken: dict[Key, list[pyo.Var]] = {}
    for (d, name, chip, start), group in sites.items():
        berth = block.berth[d, name, chip, start]
        for t in block.facts.windows[d][start]:
            for place in dict.fromkeys((*group, name, "")):
                for each in (chip, ""):
                    taken.setdefault((d, place, each, t), []).append(berth)
    return taken


def _of_one_type(runs: dict[str, Demand], standing: Standing) -> dict[Key, tuple[str, list[str]]]:
    """Give where whole blocks of an accelerator that comes in one type serve a run by themselves.

    That is at a facility for a run at one, and at all of them, ``""``, for a run at several.
    """
    together: Standing = {}
    for (d, f, chip, t), kinds in standing.items():
        if runs[d].whole_blocks:
            where = f if _alone(runs[d]) else ""
            together.setdefault((d, where, chip, t), []).extend(kinds)
    return {
        key: (kinds[0][0], [place for _, place in kinds])
        for key, kinds in together.items()
        if len({kind for kind, _ in kinds}) == 1
    }
