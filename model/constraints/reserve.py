"""Reserve: blocks kept for demands that survive the loss of any one facility."""

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.surviving import grouped


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Serve the share of what is met that survives, whichever one facility is lost.

    .. math::
        \sum_{\tau_d \le k} a_{dbzt} + \sum_{\tau_d > k, \, \sigma_d > 0} a_{dbzt}
        + \sum_{\tau_d \ge k} e_{dbzt} &\le x_{bzt} \\
        h_{dft} &\le \sum_{b, z \in f} n_b \, y_{dbt} \, (a_{dbzt} + e_{dbzt}) \\
        p_{dUt} &= \sum_{f \in U} h_{dft} - \sigma_d \sum_{r : N_r \subseteq U} m_{drt} \\
        h_{dft} &\le p_{dUt} \qquad \forall f \in U \\
        \sum_f h_{dft} &\ge \sigma_d \, (1 + 1 / F_d) \sum_r m_{drt} \\
        e_{dbzt} &\le \bar e_{dbzt} \, w_{dgt}

    where :math:`e` is reserved, :math:`a` assigned, :math:`x` powered, :math:`\tau` ``tier``,
    :math:`\sigma` ``survive.facility``, :math:`h` what is ready, :math:`n_b`
    ``Block.accelerators``, :math:`y` ``yields``, :math:`m` met, :math:`N_r` the facilities that
    region :math:`r` reaches, :math:`U` any union of such sets that meet, :math:`p` what can be
    spared in it, :math:`F` ``max_facilities`` and :math:`w` is 1 where the demand uses accelerator
    :math:`g`.

    *Sharing.* A block in reserve stands idle, or on one assigned to a demand of a later tier that
    survives no loss itself. What the reserve of tier :math:`k` may stand on contains what that of
    every later tier may stand on, so by Hall's theorem each block in reserve finds one of its own
    exactly if for every :math:`k` those of tier :math:`k` and later are no more than what tier
    :math:`k` may stand on: the first row.

    *Losses.* After the loss of :math:`x` regions can be served again exactly if no set of them
    asks for more than what is ready at the facilities that it reaches, without :math:`x` (Gale).
    Of the sets that reach no more than :math:`U` the largest asks for most. A loss outside of
    :math:`U` takes nothing from it, so that sets which do not meet need not be joined. So what is
    ready at :math:`x` must not be more than what :math:`U` can spare. Where there are very many
    unions, what each facility serves again of each region is a variable instead.

    *Few facilities.* Of :math:`F` facilities one serves at least :math:`1 / F` of what is met, and
    what is ready there need not be more than the share of what reaches it. That follows for whole
    facilities and not for parts of them, and so cuts off fractions; without regions it is
    :math:`\sigma + \min(\sigma, 1 / F)`.
    """
    _share_blocks(block)
    _same_accelerator(block, instance)
    _ready(block)
    _after_losses(block)
    _served_again(block)
    _few_facilities(block)


def _share_blocks(block: pyo.Block) -> None:
    """Let reserve stand on idle blocks, or on those of later tiers that promise nothing."""
    facts, safe = block.facts, block.bounds.surviving.share
    tier = {name: demand.tier for name, demand in facts.demands.items()}
    holders: dict[tuple[str, str, str], list[str]] = {}
    for d, *key in block.reserved:
        holders.setdefault(tuple(key), []).append(d)
    takers: dict[tuple[str, str, str], list[str]] = {key: [] for key in holders}
    for d, *key in block.assignments:
        if tuple(key) in takers:
            takers[tuple(key)].append(d)
    shared = [(*key, k) for key, ds in holders.items() for k in sorted({tier[d] for d in ds})]

    @block.Constraint(shared)
    def reserved_on_idle_blocks_or_later_tiers(
        block: pyo.Block, kind: str, path: str, t: str, k: int
    ) -> pyo.Expression:
        key = kind, path, t
        firm = [d for d in takers[key] if tier[d] <= k or d in safe]
        reserved = sum(block.reserved[d, key] for d in holders[key] if tier[d] >= k)
        return sum(block.assigned[d, key] for d in firm) + reserved <= block.powered[key]


def _same_accelerator(block: pyo.Block, instance: Instance) -> None:
    """Reserve what one accelerator serves on that one, too."""
    chip = {kind: b.accelerator for kind, b in instance.blocks.items()}

    uses = {
        key: (d, chip[kind]) if d in block.facts.windows else (d, chip[kind], t)
        for key in block.reserved
        for d, kind, _, t in (key,)
    }
    throughout, by_period = block.run_uses_accelerator, block.uses_accelerator

    @block.Constraint([k for k, use in uses.items() if use in throughout or use in by_period])
    def reserved_of_the_accelerator_used(
        block: pyo.Block, d: str, kind: str, path: str, t: str
    ) -> pyo.Expression:
        reserved, use = block.reserved[d, kind, path, t], uses[d, kind, path, t]
        return reserved <= reserved.ub * (throughout if use in throughout else by_period)[use]


def _ready(block: pyo.Block) -> None:
    """Add what each facility can serve of a demand when another one is lost.

    A whole block counts for no more than what may have to be served again there.
    """
    facts, recoverable = block.facts, block.bounds.surviving.recoverable
    held: dict[tuple[str, str, str], list[tuple[str, str]]] = {}
    for d, kind, path, t in block.reserved:
        held.setdefault((d, facts.facility_of[path], t), []).append((kind, path))
    block.ready = pyo.Var(
        list(held), within=pyo.NonNegativeReals, bounds=lambda _, *key: (0, recoverable[key])
    )

    @block.Constraint(list(held))
    def ready_within_what_is_held(block: pyo.Block, d: str, f: str, t: str) -> pyo.Expression:
        most = recoverable[d, f, t] if facts.demands[d].whole_blocks else float("inf")
        return block.ready[d, f, t] <= sum(
            min(facts.units_per_block[d, kind, t], most)
            * (block.assigned[d, kind, path, t] + block.reserved[d, kind, path, t])
            for kind, path in held[d, f, t]
        )


def _after_losses(block: pyo.Block) -> None:
    """Keep what is ready at any one facility within what others can spare."""
    surviving = block.bounds.surviving
    circles = {
        (d, i, t): circle
        for d, t in surviving.reach
        for i, circle in enumerate(surviving.circles(d, t) or ())
    }
    ready = {
        (d, i, t): [f for f in circle.facilities if (d, f, t) in block.ready]
        for (d, i, t), circle in circles.items()
    }

    def up_to_ready(block: pyo.Block, d: str, i: int, t: str) -> tuple[float, float]:
        return 0, sum(block.ready[d, f, t].ub for f in ready[d, i, t])

    block.spare = pyo.Var(list(circles), within=pyo.NonNegativeReals, bounds=up_to_ready)

    @block.Constraint(list(circles))
    def spare_beyond_what_must_survive(block: pyo.Block, d: str, i: int, t: str) -> pyo.Expression:
        met = sum(block.met[d, r, t] for r in circles[d, i, t].regions)
        held = sum(block.ready[d, f, t] for f in ready[d, i, t])
        return block.spare[d, i, t] == held - surviving.share[d] * met

    @block.Constraint([(d, i, f, t) for (d, i, t), fs in ready.items() for f in fs])
    def any_one_facility_can_be_spared(
        block: pyo.Block, d: str, i: int, f: str, t: str
    ) -> pyo.Expression:
        return block.ready[d, f, t] <= block.spare[d, i, t]


def _served_again(block: pyo.Block) -> None:
    """Say what serves which regions again, where circles are too many."""
    surviving = block.bounds.surviving
    groups = {
        (d, i, t): (facilities, regions)
        for (d, t), reached in surviving.reach.items()
        if surviving.circles(d, t) is None
        for i, (facilities, regions) in enumerate(grouped(reached).items())
    }
    lost = _sites(block)
    ways: dict[tuple[str, int, str, str], list[str]] = {}
    takers: dict[tuple[str, str, str, str], list[int]] = {}
    for (d, i, t), (facilities, _) in groups.items():
        for x in lost.get((d, t), ()):
            ways[d, i, x, t] = [f for f in facilities if f != x and (d, f, t) in block.ready]
            for f in ways[d, i, x, t]:
                takers.setdefault((d, f, x, t), []).append(i)
    block.served_again = pyo.Var(
        [(d, i, f, x, t) for (d, i, x, t), fs in ways.items() for f in fs],
        within=pyo.NonNegativeReals,
        bounds=lambda b, d, _, f, __, t: (0, b.ready[d, f, t].ub),
    )

    @block.Constraint(list(ways))
    def share_served_again(block: pyo.Block, d: str, i: int, x: str, t: str) -> pyo.Expression:
        met = sum(block.met[d, r, t] for r in groups[d, i, t][1])
        again = sum(block.served_again[d, i, f, x, t] for f in ways[d, i, x, t])
        return surviving.share[d] * met <= again

    @block.Constraint(list(takers))
    def served_again_within_what_is_ready(
        block: pyo.Block, d: str, f: str, x: str, t: str
    ) -> pyo.Expression:
        again = sum(block.served_again[d, i, f, x, t] for i in takers[d, f, x, t])
        return again <= block.ready[d, f, t]


def _few_facilities(block: pyo.Block) -> None:
    """Ask for what the loss of the largest part takes, where few facilities serve a demand."""
    facts, surviving, sites = block.facts, block.bounds.surviving, _sites(block)
    most = {
        name: demand.most_facilities or len(facts.instance.facilities)
        for name, demand in facts.demands.items()
    }

    @block.Constraint([(d, t) for (d, t), facilities in sites.items() if most[d] < len(facilities)])
    def largest_part_can_be_lost(block: pyo.Block, d: str, t: str) -> pyo.Expression:
        share, reached = surviving.share[d], surviving.reach[d, t]
        part = share / most[d] if len(reached) > 1 else min(share, 1 / most[d])
        met = sum(block.met[d, r, t] for r, _ in reached)
        return sum(block.ready[d, f, t] for f in sites[d, t]) >= (share + part) * met


def _sites(block: pyo.Block) -> dict[tuple[str, str], list[str]]:
    """Give the facilities that can have something ready, by demand and period."""
    sites: dict[tuple[str, str], list[str]] = {}
    for d, f, t in block.ready:
        sites.setdefault((d, t), []).append(f)
    return sites
