"""Feeds: no power device carries more than its rating, intact or after the loss of any other."""

import math
from fractions import Fraction
from typing import Final

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.model.exact import exact
from gridblock.model.facts import POWER
from gridblock.model.feeding import Row
from gridblock.model.limits import common_unit

LARGEST: Final = 10**9
"""A row whose whole coefficients would pass this keeps fractions."""


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Keep each feed within its rating, and within its failover rating after any single loss.

    .. math::
        \sum_{z} \sigma_{gz} \sum_b p_b \, x_{bzt} &\le M_{gt} + \alpha_{gt} \qquad \forall g, t \\
        \sum_{z} \sigma_{gz}^{k} \sum_b p_b \, x_{bzt} &\le F_{gt} + \alpha_{gt}
        \qquad \forall k, g \ne k, t \\
        \sigma_{gz}^{k} &= \frac{1}{|A_z^k|} \sum_{a \in A_z^k \text{ below } g} \epsilon_{ga}

    where :math:`x` is powered, :math:`p` ``Block.uses`` of ``power_kw``, :math:`M` the ``mw`` and
    :math:`F` the ``failover_mw`` of feed :math:`g` of ``feeds``, and :math:`\alpha` what lots in
    effect add to both, times the ramp. :math:`A_z^k` are those feeds of leaf place :math:`z`,
    ``fed_by``, that are alive when device :math:`k` is lost with all that it feeds; they share what
    the place draws equally, and if there are none it is dark. :math:`\epsilon` is the facility's
    PUE where a feed between :math:`a` and :math:`g` has ``pue``, else 1. Feeds :math:`k` and
    :math:`g` belong to one facility. Only rows that can bind are there.
    """
    found = list(block.bounds.feeding.binding(block.bounds.draw_kw))
    intact = {(*row.feed, t): row for row, t in found if row.lost is None}
    after_loss = {(*row.feed, *row.lost, t): row for row, t in found if row.lost is not None}

    @block.Constraint(list(intact))
    def feed_load_within_rating(block: pyo.Block, *key: str) -> pyo.Expression:
        return _within_rating(block, intact[key], key[-1])

    @block.Constraint(list(after_loss))
    def feed_load_within_failover_rating(block: pyo.Block, *key: str) -> pyo.Expression:
        return _within_rating(block, after_loss[key], key[-1])


def _within_rating(block: pyo.Block, row: Row, t: str) -> pyo.Expression:
    """Keep the load of a feed within its rating, in whole numbers where they are not too large."""
    facts, feeding = block.facts, block.bounds.feeding
    draw_kw = {
        kind: exact(hardware.uses[POWER])
        for kind, hardware in facts.instance.blocks.items()
        if hardware.uses.get(POWER)
    }
    weights = {
        (kind, leaf, t): share * draw_kw[kind]
        for group, share in row.shares.items()
        for leaf in feeding.loads.groups[group]
        for kind in facts.kinds_at[leaf]
        if kind in draw_kw
    }
    if not weights:
        return pyo.Constraint.Feasible
    rating = row.rating_kw[facts.instance.horizon.index[t]]
    added = {key: each for key, each in rating.added.items() if each}
    beside = {*weights.values(), *added.values()}
    unit = common_unit(beside)
    whole = max(beside) / unit <= LARGEST
    unit = unit if whole else Fraction(1)
    load = sum(float(weight / unit) * block.powered[key] for key, weight in weights.items())
    lots = sum(float(each / unit) * block.ordered[key] for key, each in added.items())
    sure = rating.least / unit
    return load <= lots + (math.floor(sure) if whole else float(sure))
