"""What mpi-sppy asks of a model: its scenarios, how hard they pull, and where it tells its course.

It is imported in the processes that mpi-sppy runs in; ``GRIDBLOCK_PROGRAM`` names the folder in
which the program lies, and to which progress is written.
"""

import json
import os
import time
from contextlib import suppress
from functools import cache
from pathlib import Path
from threading import Thread
from typing import Any, Final

import pyomo.environ as pyo
from pyomo.repn import generate_standard_repn

from gridblock.model.extensive import Extensive
from gridblock.solvers.stochastic.travel import Traveller

FOLDER: Final = "GRIDBLOCK_PROGRAM"
PROGRESS: Final = "progress.json"
ALIVE: Final = "alive-"
BEAT: Final = 2.0
"""Seconds between two signs of life of a process."""
LEAST_PULL: Final = 1e-6
"""The least rho, as a share of the largest: what costs nothing pulls a little all the same."""


@cache
def _program() -> Traveller:
    """Read the program, and begin to give signs of life."""
    folder = Path(os.environ[FOLDER])
    beat = Thread(target=_live, args=(folder / f"{ALIVE}{os.getpid()}",), daemon=True)
    beat.start()
    return Traveller(folder)


def _live(file: Path) -> None:
    """Touch a file again and again, for as long as this process lives."""
    with suppress(OSError):
        while True:
            file.touch()
            time.sleep(BEAT)


def scenario_names_creator(count: int, start: int | None = None) -> list[str]:
    """Name scenarios; mpi-sppy wants names that end with their number."""
    first = start or 0
    return [f"Scenario{i}" for i in range(first, first + count)]


def inparser_adder(cfg: Any) -> None:
    """Ask for the number of scenarios."""
    cfg.num_scens_required()


def kw_creator(cfg: Any) -> dict[str, Any]:
    """Give no further arguments to what builds scenarios."""
    del cfg
    return {}


def scenario_creator(name: str, **_: Any) -> pyo.ConcreteModel:
    """Build a scenario, with its root node: what is decided before it is known what comes."""
    from mpisppy.utils import sputils

    program = _program()
    names = list(program.probability)
    called = names[int(name.removeprefix("Scenario"))]
    form = program.build(called)
    model = form.model
    sputils.attach_root_node(model, 0.0, [model.decided])
    model._mpisppy_probability = program.probability[called]
    model.pull = _pull(form)
    return model


def scenario_denouement(rank: int, name: str, scenario: Any) -> None:
    """Say nothing of a scenario in the end."""
    del rank, name, scenario


def _pull(form: Extensive) -> dict[int, float]:
    """Say how hard each scenario is pulled to what is decided on average: by what it costs."""
    (stage,) = form.stages.values()
    written = generate_standard_repn(stage.cost, compute_values=True)
    price = {id(v): abs(c) for v, c in zip(written.linear_vars, written.linear_coefs, strict=True)}
    pull = {}
    for i, key in enumerate(form.keys):
        parts = generate_standard_repn(stage.first[key]).linear_vars if key in stage.first else ()
        pull[i] = max((price.get(id(v), 0.0) for v in parts), default=0.0)
    least = LEAST_PULL * max(pull.values(), default=0.0) or 1.0
    return {i: max(each, least) for i, each in pull.items()}


def _rho_setter(model: Any) -> list[tuple[int, float]]:
    """Give the rho of each decision, as mpi-sppy asks for it."""
    return [(id(model.decided[i]), pull) for i, pull in model.pull.items()]


def hub_and_spoke_dict_callback(hub: dict[str, Any], spokes: list[Any], cfg: Any) -> None:
    """Let the hub write bounds to a file, again and again."""
    del spokes, cfg
    from mpisppy.extensions.extension import Extension

    class Course(Extension):  # type: ignore[misc]
        """Writes iteration and bounds whenever the hub has heard from the others."""

        def sync_with_spokes(self) -> None:
            """Write where the search is."""
            tell(self.opt.spcomm)

        def post_everything(self) -> None:
            """Write where it has ended."""
            tell(self.opt.spcomm)

    hub["opt_kwargs"]["extensions"] = Course


def tell(hub: Any) -> None:
    """Write iteration and bounds, whole or not at all."""
    folder = Path(os.environ[FOLDER])
    if hub.global_rank != 0:
        return
    data = {
        "iteration": int(hub.current_iteration() or 0),
        "outer": _finite(hub.BestOuterBound),
        "inner": _finite(hub.BestInnerBound),
    }
    part = folder / f"{PROGRESS}.part"
    part.write_text(json.dumps(data), encoding="utf-8")
    part.replace(folder / PROGRESS)


def _finite(value: float) -> float | None:
    return float(value) if abs(value) < 1e300 else None
