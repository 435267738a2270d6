"""Cooling: air and liquid, each for itself."""

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.instances.places import COOLING
from gridblock.model.limits import limited, within_limit


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Keep each place within its air cooling and its liquid cooling.

    .. math:: \sum_{b, z \in l} u_{bk} \, x_{bzt} \le L_{lkt} \qquad \forall l, k, t

    where :math:`x` is powered, :math:`u` ``Block.uses`` of ``air_cooling_kw`` and
    ``liquid_cooling_kw``, and :math:`L` ``air_cooling_mw`` or ``liquid_cooling_mw`` of place
    :math:`l`. A leaf place that names one of them and not the other has none of the other.
    """

    @block.Constraint(limited(block, set(COOLING)))
    def cooling_within_limit(block: pyo.Block, path: str, kind: str, t: str) -> pyo.Expression:
        return within_limit(block, path, kind, t, block.powered)
