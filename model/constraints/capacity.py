"""Capacity: what stands in a place may not use more racks, water or land than there is."""

import pyomo.environ as pyo

from gridblock.instances.instance import Instance
from gridblock.instances.places import SWITCHABLE
from gridblock.model.additions import GRID, UPLINK
from gridblock.model.limits import limited, within_limit
from gridblock.model.variables import Payment, pay


def add(block: pyo.Block, instance: Instance) -> None:
    r"""Keep each place within its limit of each resource, power and cooling apart.

    .. math:: \sum_{b, z \in l} u_{bk} \, i_{bzt} \le L_{lkt} \qquad \forall l, k, t

    where :math:`i` is installed, powered or not, :math:`u` ``Block.uses`` and :math:`L` ``limits``
    of place :math:`l` for resource :math:`k`: ``racks``, and whatever else is named. Facilities
    cost ``cost_per_period`` while open.
    """
    given = block.bounds.additions.limits
    resources = {resource for _, resource, _ in given} - {*SWITCHABLE, GRID, UPLINK}

    @block.Constraint(limited(block, resources))
    def resource_within_limit(block: pyo.Block, path: str, resource: str, t: str) -> pyo.Expression:
        return within_limit(block, path, resource, t, block.installed)

    open_in = dict(block.is_open.items())
    for name, facility in instance.facilities.items():
        for t, cost in instance.over_periods(facility.cost_per_period).items():
            is_open = open_in.get((name, t), 1)
            pay(block, "standing", Payment(t, "middle", cost * is_open, name))
