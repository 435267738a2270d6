"""What is measured: gridblock's own methods and its rivals, by name."""

from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Final

OURS: Final = "benchmarks.rivals.ours"
HIGHS: Final = "benchmarks.rivals.highs"
SCIP: Final = "benchmarks.rivals.scip"


NEEDS: Final = {
    "gridblock:method": "a gridblock whose solve has methods",
    "gridblock:reductions": "a gridblock whose build has reductions",
}
"""What is needed beside packages, in words."""


@dataclass(frozen=True)
class Method:
    """A way of planning an instance.

    Attributes:
        label: what it is called in tables.
        module: holds ``run(job, journal, **options)``.
        options: what is passed on.
        needs: what must be installed, or be there.
        family: methods of one family are one in the summary: the best of them counts.
        proves: whether it gives a bound.
    """

    label: str
    module: str
    options: dict[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    family: str = ""
    proves: bool = True

    @property
    def missing(self) -> str:
        """What is missing, in words; nothing if it can be measured."""
        lacking = [NEEDS.get(name, name) for name in self.needs if not _is_there(name)]
        return f"needs {', '.join(lacking)}" if lacking else ""


REDUCED: Final = {"reduced": True}
METHODS: Final = {
    "auto": Method("gridblock auto", OURS, {"method": "auto"}, ("gridblock:method",), "gridblock"),
    "fast": Method("gridblock fast", OURS, {"method": "fast"}, ("gridblock:method",), "gridblock"),
    "exact": Method("gridblock exact", OURS, {"method": "exact"}, (), "gridblock"),
    "highs": Method("HiGHS", HIGHS, {}, (), "HiGHS"),
    "highs-ipm": Method("HiGHS, interior point at the root", HIGHS, {"ipm": True}, (), "HiGHS"),
    "highs-reduced": Method(
        "HiGHS, reduced matrix", HIGHS, REDUCED, ("gridblock:reductions",), "HiGHS reduced"
    ),
    "highs-reduced-ipm": Method(
        "HiGHS, reduced matrix, interior point at the root",
        HIGHS,
        {**REDUCED, "ipm": True},
        ("gridblock:reductions",),
        "HiGHS reduced",
    ),
    "scip": Method("SCIP", SCIP, {}, ("pyscipopt",), "SCIP"),
    "scip-reduced": Method(
        "SCIP, reduced matrix", SCIP, REDUCED, ("pyscipopt", "gridblock:reductions"), "SCIP"
    ),
    "cp-sat": Method(
        "OR-Tools CP-SAT, in whole units",
        "benchmarks.rivals.cp_sat",
        {},
        ("ortools",),
        proves=False,
    ),
    "greedy": Method("greedy", "benchmarks.rivals.greedy", {}, (), proves=False),
    "pop": Method("POP, random partition", "benchmarks.rivals.pop", {}, (), proves=False),
}
"""Every method by its name."""


def _is_there(name: str) -> bool:
    """Say whether a package, or a part of gridblock that is newer than others, is there."""
    if name == "gridblock:method":
        return has_methods()
    if name == "gridblock:reductions":
        return find_spec("gridblock.model.pools") is not None
    return find_spec(name) is not None


def has_methods() -> bool:
    """Say whether ``gridblock.solve`` can be told its method."""
    from inspect import signature

    from gridblock.plan import solve

    return "method" in signature(solve).parameters
