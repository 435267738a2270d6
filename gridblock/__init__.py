"""Plan which GPU blocks go where and when, what it costs, and what stays unmet.

The public names are imported when they are first used, so that ``import gridblock`` is immediate.

Each module says in its first line what it is about:

- A plan: ``plan`` with ``presented`` and ``reporting``; ``runs`` and ``unfinished`` save it, and
  ``saved`` reads it back, ``own_json`` and ``file_names`` with them; ``proof``, ``replan``,
  ``why``, ``price_sheet``.
- Plans side by side: ``sides``.
- Many plans, each with the folder it is kept in: ``studies``, ``study`` and ``study_folder``;
  ``fronts`` and ``front_folder``; ``two_stage`` and ``two_stage_folder`` (``stochastic``);
  ``stresses``, ``stress_asked`` and ``stress_folder``; ``rolls``, ``rolling``, ``rolled`` and
  ``roll_folder``.
- The command line: ``cli``, ``commands``; ``bench``, ``doctor``, ``machine``; ``examples``.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridblock.front_folder import read_front
    from gridblock.fronts import pareto
    from gridblock.instances.faults import InstanceError
    from gridblock.instances.formats import write
    from gridblock.instances.instance import Instance
    from gridblock.instances.read import read
    from gridblock.model.build import build
    from gridblock.model.findings import AuditError
    from gridblock.plan import InfeasibleError, NoPlanError, Plan, solve
    from gridblock.replan import in_force
    from gridblock.roll_folder import read_roll
    from gridblock.rolls import roll
    from gridblock.saved import read_plan
    from gridblock.sides import compare, diff
    from gridblock.stress_folder import read_stress
    from gridblock.stresses import stress
    from gridblock.studies import monte_carlo, sweep
    from gridblock.study import read_study
    from gridblock.two_stage import Stochastic, stochastic
    from gridblock.two_stage_folder import read_stochastic

__version__ = "0.1.0"

__all__ = [
    "AuditError",
    "InfeasibleError",
    "Instance",
    "InstanceError",
    "NoPlanError",
    "Plan",
    "Stochastic",
    "__version__",
    "build",
    "compare",
    "diff",
    "in_force",
    "monte_carlo",
    "pareto",
    "read",
    "read_front",
    "read_plan",
    "read_roll",
    "read_stochastic",
    "read_stress",
    "read_study",
    "roll",
    "solve",
    "stochastic",
    "stress",
    "sweep",
    "write",
]

_HOMES = {
    "AuditError": "gridblock.model.findings",
    "InfeasibleError": "gridblock.plan",
    "Instance": "gridblock.instances.instance",
    "InstanceError": "gridblock.instances.faults",
    "NoPlanError": "gridblock.plan",
    "Plan": "gridblock.plan",
    "Stochastic": "gridblock.two_stage",
    "build": "gridblock.model.build",
    "compare": "gridblock.sides",
    "diff": "gridblock.sides",
    "in_force": "gridblock.replan",
    "monte_carlo": "gridblock.studies",
    "pareto": "gridblock.fronts",
    "read": "gridblock.instances.read",
    "read_front": "gridblock.front_folder",
    "read_plan": "gridblock.saved",
    "read_roll": "gridblock.roll_folder",
    "read_stochastic": "gridblock.two_stage_folder",
    "read_stress": "gridblock.stress_folder",
    "read_study": "gridblock.study",
    "roll": "gridblock.rolls",
    "solve": "gridblock.plan",
    "stochastic": "gridblock.two_stage",
    "stress": "gridblock.stresses",
    "sweep": "gridblock.studies",
    "write": "gridblock.instances.formats",
}


def __getattr__(name: str) -> object:
    """Import a public name from the module that defines it.

    Raises:
        AttributeError: ``name`` is not a public name of gridblock.
    """
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    value: object = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted({*globals(), *__all__})
