"""Certificates: made where an instance is planned, checked from the instance without a solver."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import pyomo.environ as pyo

from gridblock.model.build import INTACT, build
from gridblock.model.certificate import Certificate, NamedCut, Proves
from gridblock.model.constraints.link_loss import lose
from gridblock.model.link_losses import Losses
from gridblock.model.pools import EXACT
from gridblock.solvers.certified import certified_bound, refuted
from gridblock.solvers.change import Change
from gridblock.solvers.compile import compile_model
from gridblock.solvers.cut import Cut
from gridblock.solvers.mixed_rounding import with_cuts
from gridblock.solvers.naming import names
from gridblock.solvers.parts import with_caps
from gridblock.solvers.scaling import largest_of_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gridblock.instances.instance import Instance
    from gridblock.model.link_losses import State
    from gridblock.model.plan import Stage
    from gridblock.solvers.change import Flags, Floats
    from gridblock.solvers.compile import Compiled
    from gridblock.solvers.matrix import Matrix

LOST: Final = 1e-9
"""The share of a bound that leaving small weights out may cost."""


@dataclass(frozen=True)
class Certified:
    """What a certificate proves of an instance, in safe arithmetic.

    Attributes:
        bound: no plan costs less; None where the weights prove none.
        infeasible: whether the weights show that no plan exists.
        rows: how many rows of the model have a weight.
    """

    bound: float | None
    infeasible: bool
    rows: int


class Weighed(NamedTuple):
    """A matrix of a model with weights of its rows.

    Attributes:
        compiled: the model compiled; the matrix may have caps on stages beside its rows.
        matrix: what was solved.
        lost: losses of links that the model has.
        weights: shape (rows of the matrix,).
        cuts: how the rows that the matrix ends with are derived.
    """

    compiled: Compiled
    matrix: Matrix
    lost: tuple[State, ...]
    weights: Floats
    cuts: tuple[Cut, ...] = ()


def certificate_of(
    instance: Instance, proves: Proves, weighed: Weighed, stages: Sequence[Stage] = ()
) -> Certificate:
    """Name the rows that have weights worth keeping.

    Args:
        instance: what was planned.
        proves: what the weights prove.
        weighed: the rows with their weights.
        stages: those whose caps the matrix has.
    """
    matrix = weighed.matrix
    if proves is Proves.INFEASIBLE:
        matrix = replace(matrix, cost=np.zeros_like(matrix.cost), offset=0.0)
    rows, caps = weighed.compiled.rows, [_cap(stage.tier) for stage in stages]
    kept = np.flatnonzero(_matters(matrix, weighed.weights)).tolist()
    own = bisect_left(kept, len(rows))
    of_cuts = bisect_left(kept, len(rows) + len(caps))
    named = [
        *names(rows[at] for at in kept[:own]),
        *(caps[at - len(rows)] for at in kept[own:of_cuts]),
    ]
    duals = dict(zip(named, weighed.weights[kept[:of_cuts]].tolist(), strict=True))
    cuts = tuple(
        _named(weighed, weighed.cuts[at - len(rows) - len(caps)], float(weighed.weights[at]))
        for at in kept[of_cuts:]
    )
    return Certificate(instance.hash, proves, weighed.lost, duals, cuts)


def cuts_in(compiled: Compiled, certificate: Certificate) -> dict[Cut, float]:
    """Give the cuts of a certificate with their weights, those whose names a model has."""
    if not certificate.cuts:
        return {}
    rows, columns, found = compiled.row_number, compiled.column_number, dict[Cut, float]()
    for cut in certificate.cuts:
        of_columns = {cut.divisor, *cut.complemented}
        if of_columns <= columns.keys() and cut.rows.keys() <= rows.keys():
            at = Cut(
                tuple(rows[name] for name in cut.rows),
                tuple(cut.rows.values()),
                columns[cut.divisor],
                frozenset(columns[name] for name in cut.complemented),
            )
            found[at] = cut.weight
    return found


def _named(weighed: Weighed, cut: Cut, weight: float) -> NamedCut:
    rows, columns = weighed.compiled.rows, weighed.compiled.columns
    return NamedCut(
        weight,
        {rows[at].name: each for at, each in zip(cut.rows, cut.weights, strict=True)},
        columns[cut.divisor].name,
        tuple(columns[at].name for at in sorted(cut.complemented)),
    )


def relaxation_of(instance: Instance, stages: Sequence[Stage] = ()) -> Certificate | None:
    """Solve the relaxation of an instance for the weights of its rows; None where that fails."""
    from gridblock.solvers.outcome import Settings
    from gridblock.solvers.relaxing import Relaxation, relax
    from gridblock.solvers.session import Session
    from gridblock.solvers.slices import Whole

    model = build(instance, INTACT, EXACT)
    compiled = compile_model(model)
    matrix = with_caps(instance, model, compiled, stages)
    with Session() as session:
        relaxed = relax(session, Whole(matrix), Settings())
    if not isinstance(relaxed, Relaxation):
        return None
    return certificate_of(
        instance, Proves.BOUND, Weighed(compiled, matrix, (), relaxed.duals), stages
    )


def checked(
    instance: Instance, certificate: Certificate, stages: Sequence[Stage] = ()
) -> Certified:
    """Build the model of an instance and add up its rows with the weights of a certificate.

    Rows that the model does not have count for nothing, so whatever the certificate says, what is
    proven holds.

    Args:
        instance: what is given.
        certificate: the weights.
        stages: what earlier tiers got, which plans keep.
    """
    model = build(instance, INTACT, EXACT)
    _lose(model, certificate.lost_links)
    compiled = compile_model(model)
    matrix = with_caps(instance, model, compiled, stages)
    weighed = [*names(compiled.rows), *(_cap(stage.tier) for stage in stages)]
    duals = certificate.duals
    weights = np.array([duals.get(name, 0.0) for name in weighed], dtype=float)
    further = cuts_in(compiled, certificate)
    if further:
        more, cuts = with_cuts(matrix, list(further))
        matrix = matrix.changed(Change(rows=more))
        weights = np.append(weights, [further[cut] for cut in cuts])
    rows = int(np.count_nonzero(weights))
    if certificate.proves is Proves.INFEASIBLE:
        return Certified(None, refuted(matrix, weights), rows)
    parts = (model.cost[key].expr for key in model.cost)
    bound = certified_bound(matrix, weights, compiled.cost_sizes(parts))
    return Certified(bound if math.isfinite(bound) else None, False, rows)


def elastic(matrix: Matrix) -> Matrix:
    """Give the matrix of how far rows must be missed; its duals refute one that has no point.

    Each row may be missed either way, at a price of 1 for its largest coefficient.
    """
    rows, columns, _ = matrix.shape
    scale = np.where(np.diff(matrix.start) > 0, largest_of_rows(matrix.start, matrix.value), 1.0)
    each = np.arange(rows)
    order = np.argsort(
        np.concatenate([np.repeat(each, np.diff(matrix.start)), each, each]), kind="stable"
    )
    index = np.concatenate([matrix.index, columns + each, columns + rows + each])
    value = np.concatenate([matrix.value, scale, -scale])
    slack = np.zeros(2 * rows)
    return replace(
        matrix,
        cost=np.concatenate([np.zeros(columns), slack + 1.0]),
        offset=0.0,
        lower=np.concatenate([matrix.lower, slack]),
        upper=np.concatenate([matrix.upper, slack + np.inf]),
        integer=np.zeros(columns + 2 * rows, dtype=np.bool_),
        start=matrix.start + 2 * np.arange(rows + 1),
        index=index[order],
        value=value[order],
    )


def _matters(matrix: Matrix, weights: Floats) -> Flags:
    """Say which rows may move the bound by more than rounding."""
    ends = np.maximum(np.abs(matrix.lower), np.abs(matrix.upper))
    reach = np.abs(matrix.value) * np.where(np.isfinite(ends), ends, 0.0)[matrix.index]
    rows = np.repeat(np.arange(len(weights)), np.diff(matrix.start))
    size = np.abs(weights) * np.bincount(rows, weights=reach, minlength=len(weights))
    least = LOST * abs(certified_bound(matrix, weights)) / max(1, len(weights))
    keeps: Flags = (weights != 0) & ~(size <= least)
    return keeps


def _cap(tier: int) -> str:
    """Name the row that keeps what a tier got."""
    return f"unmet_of_tier_kept[{tier}]"


def _lose(model: pyo.ConcreteModel, states: Sequence[State]) -> None:
    """Add losses of links to a model, those that it knows."""
    losses = Losses(model.facts)
    known = [state for state in dict.fromkeys(states) if losses.kept and state in losses.states]
    if known:
        model.losses, model.link_lost = losses, pyo.Block(pyo.Any)
        for state in known:
            lose(model, *state)
