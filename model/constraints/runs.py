"""Runs: wholly served from one start on, at the same facilities, or not at all."""

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.instances.schema.demands import Demand
from gridblock.model.constraints.berths import has_a_berth
from gridblock.model.constraints.placement import alternatives, served_at
from gridblock.model.variables import charge_unmet

Served = dict[tuple[str, str, str], list[pyo.Var]]
"""What is served of a demand at a facility in a period, by region."""


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Serve each run wholly in the periods that its start chooses, and nowhere else.

    .. math::
        \sum_t o_{dt} &\le 1, \qquad \alpha_{dt} = \sum_{t - P_d < t' \le t} o_{dt'} \\
        \sum_f s_{drft} &= A_{drt} \, \alpha_{dt} \\
        s_{drft} \le \min(A_{drt}, \bar s_{dft}) \, v_{df}, \quad \sum_f v_{df} &\le F_d \\
        \sum_{b, z \in f} a_{dbzt} &\ge v_{df} + \alpha_{dt} - 1 \\
        a_{dbzt} \le \bar a_{dbzt} \, w_{dg}, \quad \sum_g w_{dg} &\le 1

    where :math:`o` is 1 where run :math:`d` starts, :math:`P` ``Run.periods``, :math:`\alpha`
    under way, :math:`s` served, :math:`A` ``Demand.amount`` of a region, :math:`a` blocks assigned,
    :math:`F` ``max_facilities``, :math:`v, w` are 1 where the run uses facility :math:`f`,
    accelerator :math:`g` in any period, and bars mark the most that there can be. The fourth row
    is of whole blocks. Runs at one facility have berths instead of the last three rows: see
    ``berths``. A run that does not start is unmet in its earliest periods, at
    ``unmet_cost`` an hour; one that starts late costs ``delay_cost`` a period.
    """
    _starts(block, instance)
    _same_facilities(block, instance)
    _same_accelerator(block, instance)
    _costs(block, instance)


def _starts(block: pyo.Block, instance: Instance) -> None:
    """Start a run once at most, and serve it wholly while it is under way and not otherwise."""
    facts = block.facts
    floored = [d.name for d in instance.demands if d.run is not None and d.min_share > 0]

    @block.Constraint(list(facts.windows))
    def run_starts_at_most_once(block: pyo.Block, d: str) -> pyo.Expression:
        return sum(block.starts[d, t] for t in facts.windows[d]) <= 1

    @block.Constraint(floored)
    def run_with_a_floor_starts(block: pyo.Block, d: str) -> pyo.Expression:
        return sum(block.starts[d, t] for t in facts.windows[d]) >= 1

    @block.Constraint([key for key in facts.amount if key[0] in facts.windows])
    def run_wholly_met_or_not_at_all(block: pyo.Block, d: str, r: str, t: str) -> pyo.Expression:
        return block.met[d, r, t] == facts.amount[d, r, t] * block.under_way[d, t]

    @block.Constraint(
        [
            key
            for key in block.assignments
            if key[0] in facts.windows
            and not has_a_berth(facts.demands[key[0]])
            and facts.beyond_use.may_pay(facts.facility_of[key[2]], key[3])
        ]
    )
    def assigned_only_during_the_run(
        block: pyo.Block, d: str, kind: str, path: str, t: str
    ) -> pyo.Expression:
        assigned = block.assigned[d, kind, path, t]
        return assigned <= assigned.ub * block.under_way[d, t]


def _same_facilities(block: pyo.Block, instance: Instance) -> None:
    """Choose the facilities of each run that has no berth, where it matters which."""
    facts = block.facts
    runs = {d.name: d for d in instance.demands if d.run is not None and not has_a_berth(d)}
    served = {key: terms for key, terms in served_at(block).items() if key[0] in runs}
    choices: dict[str, dict[str, None]] = {}
    for d, f, _ in served:
        choices.setdefault(d, {})[f] = None
    for d, _, path, _ in block.assignments:
        if d in runs:
            choices.setdefault(d, {})[facts.facility_of[path]] = None
    binding = {d: tuple(fs) for d, fs in choices.items() if _tells_apart(runs[d], len(fs))}
    block.run_uses_facility = pyo.Var(
        [(d, f) for d, facilities in binding.items() for f in facilities], within=pyo.Binary
    )
    _works_where_it_stands(block, {key: served[key] for key in served if key[0] in binding})
    _stands_in_all_and_few(block, runs, binding)


def _works_where_it_stands(block: pyo.Block, served: Served) -> None:
    """Let a run be served, and have blocks, only at the facilities that it uses."""
    facts, servable, uses = block.facts, block.bounds.servable, block.run_uses_facility
    binding = {d for d, _ in uses}

    @block.Constraint([key for key in facts.services if key[0] in binding])
    def served_only_where_the_run_stands(
        block: pyo.Block, d: str, r: str, f: str, t: str
    ) -> pyo.Expression:
        units = min(facts.amount[d, r, t], servable(d, f, t))
        return block.served[d, r, f, t] <= units * uses[d, f]

    @block.Constraint([key for key, terms in served.items() if terms[1:]])
    def served_together_only_where_the_run_stands(
        block: pyo.Block, d: str, f: str, t: str
    ) -> pyo.Expression:
        return sum(served[d, f, t]) <= servable(d, f, t) * uses[d, f]

    @block.Constraint([key for key in block.assignments if key[0] in binding])
    def assigned_only_where_the_run_stands(
        block: pyo.Block, d: str, kind: str, path: str, t: str
    ) -> pyo.Expression:
        assigned = block.assigned[d, kind, path, t]
        return assigned <= assigned.ub * uses[d, facts.facility_of[path]]


def _stands_in_all_and_few(
    block: pyo.Block, runs: dict[str, Demand], binding: dict[str, tuple[str, ...]]
) -> None:
    """Let a run use few facilities, and whole blocks in each of them in each of its periods."""
    facts, uses = block.facts, block.run_uses_facility
    spread = [d for d in binding if runs[d].whole_blocks and runs[d].most_facilities != 1]
    standing: dict[tuple[str, str, str], list[pyo.Var]] = {}
    for d, kind, path, t in block.assignments:
        if d in binding:
            here = block.assigned[d, kind, path, t]
            standing.setdefault((d, facts.facility_of[path], t), []).append(here)

    @block.Constraint([(d, f, t) for d in spread for f in binding[d] for t in facts.asking(d)])
    def run_has_a_block_at_each_facility(
        block: pyo.Block, d: str, f: str, t: str
    ) -> pyo.Expression:
        blocks = sum(standing.get((d, f, t), ()))
        return blocks >= uses[d, f] + block.under_way[d, t] - 1

    @block.Constraint([d for d in binding if len(binding[d]) > (runs[d].most_facilities or 1)])
    def run_at_most_max_facilities(block: pyo.Block, d: str) -> pyo.Expression:
        return sum(uses[d, f] for f in binding[d]) <= runs[d].most_facilities


def _tells_apart(run: Demand, facilities: int) -> bool:
    """Say whether it matters which of several facilities a run uses."""
    few = facilities > (run.most_facilities or 1)
    return facilities > 1 and (few or run.whole_blocks or run.interconnect is not None)


def _same_accelerator(block: pyo.Block, instance: Instance) -> None:
    """Let a run use one accelerator, the same in all of its periods."""
    chip = {kind: b.accelerator for kind, b in instance.blocks.items()}
    linked = [
        key
        for key in block.assignments
        if key[0] in block.facts.windows and not has_a_berth(block.facts.demands[key[0]])
    ]
    binding = alternatives((d, chip[kind]) for d, kind, _, _ in linked)
    block.run_uses_accelerator = pyo.Var(
        [(d, g) for d, chips in binding.items() for g in chips], within=pyo.Binary
    )

    @block.Constraint([key for key in linked if key[0] in binding])
    def assigned_only_of_the_accelerator_of_the_run(
        block: pyo.Block, d: str, kind: str, path: str, t: str
    ) -> pyo.Expression:
        assigned = block.assigned[d, kind, path, t]
        return assigned <= assigned.ub * block.run_uses_accelerator[d, chip[kind]]

    @block.Constraint(list(binding))
    def run_on_one_accelerator(block: pyo.Block, d: str) -> pyo.Expression:
        return sum(block.run_uses_accelerator[d, g] for g in binding[d]) <= 1


def _costs(block: pyo.Block, instance: Instance) -> None:
    """Charge a run that does not start in its earliest periods, and one that starts late."""
    facts = block.facts
    for demand in instance.demands:
        if demand.run is None:
            continue
        windows = facts.windows[demand.name]
        price, first = instance.over_periods(demand.unmet_cost), next(iter(windows))
        started = sum(block.starts[demand.name, t] for t in windows)
        for t in windows[first]:
            units = facts.total.get((demand.name, t), 0.0)
            hours = facts.discount_at_middle[t] * facts.hours[t]
            charge_unmet(block, demand.name, t, hours * price[t] * units * (1 - started))
        for waited, t in enumerate(windows):
            delay = waited * demand.run.delay_cost * facts.discount_at_start[t]
            charge_unmet(block, demand.name, t, delay * block.starts[demand.name, t])
