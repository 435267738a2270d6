"""Every feature switched off again leaves the main job: the same model, and the same optimum."""

from collections.abc import Callable
from itertools import count, islice
from typing import Any

import numpy as np
import pytest

from gridblock.instances.instance import Instance
from gridblock.model.build import build
from gridblock.model.constraints import (
    capacity,
    cooling,
    demand,
    fleet,
    network,
    placement,
    power,
)
from gridblock.solvers.compile import compile_model
from rivals.enumerate import Search, TieError, TooLargeError, best
from rivals.every import every

Cost = Callable[[Instance], float]
Data = dict[str, Any]
MAIN = (demand, placement, fleet, capacity, power, cooling, network)
"""The families of the main job."""
OFF: dict[str, set[str]] = {
    "": {"options", "limits", "current"},
    "facilities": {"feeds", "fed_by"},
    "demands": {"tier", "run", "interconnect", "fabric_gbps_per_block", "survive"},
}
"""The fields of each feature, of the instance, of places and of demands."""
WORLDS = 60
MOST_FLEETS = 120


def off(data: Data) -> Data:
    """Give an instance without any feature beyond the main job."""
    plain = {key: value for key, value in data.items() if key not in OFF[""]}
    plain["facilities"] = {name: _unfed(site) for name, site in data["facilities"].items()}
    plain["demands"] = [
        {key: value for key, value in asked.items() if key not in OFF["demands"]}
        for asked in data["demands"]
    ]
    return plain


def _unfed(site: Data) -> Data:
    kept = {key: value for key, value in site.items() if key not in OFF["facilities"]}
    if "zones" in kept:
        kept["zones"] = {name: _unfed(zone) for name, zone in kept["zones"].items()}
    return kept


def small_worlds() -> list[tuple[int, Data]]:
    """Give worlds that are small enough to enumerate once all is switched off."""
    return list(islice(((seed, every(seed)) for seed in count() if _is_small(seed)), WORLDS))


def _is_small(seed: int) -> bool:
    data = every(seed)
    has = {key for key in OFF[""] if key in data} | {
        key for asked in data["demands"] for key in OFF["demands"] & {*asked}
    }
    try:
        return bool(has) and sum(map(len, Search(off(data)).fleets.of)) <= MOST_FLEETS
    except (TooLargeError, TieError):
        return False


def lines(instance: Instance, families: Any = None) -> tuple[Any, ...]:
    """Give the rows, columns, bounds and costs of a model, with their names."""
    model = build(instance) if families is None else build(instance, families=families)
    compiled = compile_model(model)
    names = [part.name for part in (*compiled.columns, *compiled.rows)]
    matrix = compiled.matrix
    fields = ("cost", "lower", "upper", "integer", "row_lower", "row_upper", "start", "index")
    arrays = (*(getattr(matrix, field) for field in fields), matrix.value, matrix.offset)
    return names, *(np.asarray(array).tolist() for array in arrays)


def neutral(data: Data) -> Data:
    """Give an instance in which every feature is there and none can matter."""
    facilities = {name: _well_fed(site) for name, site in data["facilities"].items()}
    kind, site = next(iter(data["blocks"])), next(iter(facilities))
    dear = {
        "name": "dear", "max": 2, "cost_once": 1e9, "end_share": 0,
        "adds": [{"feed": "sub", "at": site, "mw": 1}],
    }  # fmt: skip
    where = data["blocks"][kind].get("where", {})
    if site in Instance.parse(data).chosen(Instance.parse(data).blocks[kind].where) or not where:
        dear["adds"] += [{"blocks": kind, "at": site, "count": 1}]
        dear["usage"] = {"per_block_hour": 1}
    wide = [
        {"name": f"{measure} {per}", "measure": measure, "per": per, "max": 1e9}
        for measure in ("spend", "spend_once", "carbon", "energy", "power", "blocks", "served")
        for per in ("period", "horizon")
    ]
    alike = {"tier": 7, "fabric_gbps_per_block": 0, "survive": {}}
    demands = [asked | alike for asked in data["demands"]]
    for asked in demands:
        if asked.get("max_facilities") == 1:
            asked["interconnect"] = {"gbps": 9}
    periods = [*Instance.parse(data).horizon.names]
    gone = {"demand": "gone", "block": kind, "place": site, "period": periods[0], "blocks": 1}
    in_force = {"plan": {"periods": periods, "assigned": [gone]}, "move_cost": 1e6}
    return data | {
        "facilities": facilities, "demands": demands, "options": [dear], "limits": wide,
        "current": in_force,
    }  # fmt: skip


def _well_fed(site: Data) -> Data:
    feeds = {"sub": {"mw": 1e4}, "a": {"mw": 1e4, "parent": "sub"}, "b": {"mw": 1e4}}
    return site | {"feeds": feeds, "fed_by": ["a", "b"]}


@pytest.fixture(scope="module")
def worlds() -> list[tuple[int, Data]]:
    """Sixty worlds with features that can be enumerated without them."""
    return small_worlds()


def test_switched_off_the_model_is_that_of_the_main_job(worlds: list[tuple[int, Data]]) -> None:
    for seed, data in worlds:
        plain = Instance.parse(off(data))
        # Families beyond the main job add no row, no column and no cost.
        assert lines(plain) == lines(plain, families=MAIN), seed
        # Switched off field by field it is the same instance.
        changes: Data = {"options": [], "limits": [], "current": None}
        for asked in data["demands"]:
            here = f"demands.{asked['name']}"
            changes |= {f"{here}.tier": 1, f"{here}.fabric_gbps_per_block": 0}
            changes |= {f"{here}.{field}": None for field in ("run", "interconnect", "survive")}
        changes |= {f"facilities.{name}": site for name, site in off(data)["facilities"].items()}
        again = Instance.parse(data).replace(changes)
        assert again.hash == plain.hash, seed
        assert lines(again) == lines(plain), seed


def test_switched_off_the_optimum_is_that_of_the_main_job(
    worlds: list[tuple[int, Data]], solve: Any
) -> None:
    for seed, data in worlds:
        plain = off(data)
        known, plan = best(plain), solve(Instance.parse(plain), raise_without_plan=False)
        if known is None:
            assert plan.status == "infeasible", seed
        else:
            assert plan.objective == pytest.approx(float(known), rel=1e-6, abs=1e-6), seed


def test_features_that_cannot_matter_leave_the_optimum(
    worlds: list[tuple[int, Data]], solve: Any
) -> None:
    for seed, data in worlds:
        plain = off(data)
        known = solve(Instance.parse(plain), raise_without_plan=False)
        plan = solve(Instance.parse(neutral(plain)), raise_without_plan=False)
        assert plan.status == known.status, seed
        if known.objective is not None:
            assert plan.objective == pytest.approx(known.objective, rel=1e-6, abs=1e-6), seed
