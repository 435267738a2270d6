"""A merged matrix, and the bound that its duals prove of the large one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from gridblock.instances.generate import generate
from gridblock.instances.instance import Instance
from gridblock.model.build import INTACT, build
from gridblock.model.pools import EXACT
from gridblock.solvers.compile import compile_model
from gridblock.solvers.merging import merge, repriced
from gridblock.solvers.outcome import Settings
from gridblock.solvers.relaxing import Relaxation, relax, relax_merged
from gridblock.solvers.roles import Roles, less_idle_ways, suppliers
from gridblock.solvers.shape import Shape, shape_of
from gridblock.solvers.slices import Whole

if TYPE_CHECKING:
    from gridblock.solvers.session import Session

Problem = tuple[Whole, Shape]


def problem(instance: Instance) -> Problem:
    model = build(instance, INTACT, EXACT)
    compiled = compile_model(model)
    return Whole(compiled.matrix), shape_of(compiled, instance)


def two_teams(**second: Any) -> Problem:
    """Two demands for one hall of 8 nodes of 8: 40 units wanted, and 20 unless said otherwise."""
    team = {"unit": "gpu", "amount": 40, "yields": {"h100": 1}, "unmet_cost": 1.0}
    return problem(
        Instance.parse(
            {
                "gridblock": 1,
                "name": "teams",
                "periods": [{"name": "now", "hours": 10}],
                "accelerators": {"h100": {"vendor": "nvidia"}},
                "blocks": {
                    "node": {"accelerator": "h100", "accelerators": 8, "uses": {"power_kw": 10}}
                },
                "facilities": {
                    site: {
                        "at": {"lat": 35, "lon": -90},
                        "energy_per_mwh": 50,
                        "installed": {"node": 3},
                        "limits": {"power_mw": 1},
                    }
                    for site in ("north", "south")
                },
                "demands": [{"name": "a", **team}, {"name": "b", **team, "amount": 20, **second}],
            }
        )
    )


def crossing(trunk: float) -> Problem:
    """A run at both of two sites, and work from a city that crosses the trunk between them."""
    held = {"h100": 1}
    return problem(
        Instance.parse(
            {
                "gridblock": 1,
                "name": "crossing",
                "periods": [{"name": "now", "hours": 1}],
                "accelerators": {"h100": {}},
                "blocks": {"pod": {"accelerator": "h100", "accelerators": 10}},
                "facilities": {site: {"installed": {"pod": 6}} for site in ("north", "south")},
                "network": {
                    "regions": {"city": {}},
                    "links": [
                        {"between": ["city", "north"], "ms": 1},
                        {"name": "trunk", "between": ["north", "south"], "ms": 1, "gbps": trunk},
                    ],
                },
                "demands": [
                    {
                        "name": "chat",
                        "amount": 30,
                        "yields": held,
                        "unmet_cost": 1,
                        "from": {"city": 1},
                        "where": {"facilities": ["south"]},
                        "gbps_per_unit": 0.1,
                    },
                    {
                        "name": "gang",
                        "amount": 80,
                        "yields": held,
                        "unmet_cost": 1,
                        "run": {"periods": 1, "start": ["now", "now"]},
                        "whole_blocks": True,
                        "max_facilities": 2,
                        "interconnect": {"gbps": 4},
                    },
                ],
            }
        )
    )


def rows_of(found: Problem, family: str) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Give the merged rows that those of a family are part of."""
    rows: np.ndarray[Any, np.dtype[np.int64]] = merge(*found).rows[found[1].rules.any_of([family])]
    return rows


MET = "met_and_unmet_make_the_amount"


def test_demands_that_are_served_alike_are_one(session: Session) -> None:
    found = two_teams()
    whole, shape = found
    row, other = rows_of(found, MET)
    merged = merge(whole, shape)
    assert row == other
    # 40 and 20 wanted are 60 together, of which 2 sites x 3 nodes x 8 = 48 can be served.
    assert merged.matrix.row_upper[row] == 60
    session.load(merged.matrix)
    outcome = session.run(Settings(relaxation=True, algorithm="simplex"))
    exact = relax(session, whole, Settings())
    assert isinstance(exact, Relaxation)
    assert outcome.objective is not None
    assert outcome.row_duals is not None
    assert outcome.objective + whole.matrix.offset == pytest.approx(exact.bound)
    # Nothing that was merged differs, so that the duals of the merged matrix lose nothing.
    assert whole.bound(merged.duals(outcome.row_duals)) == pytest.approx(exact.bound)
    # What is shared out keeps the rows: each team is served in proportion to what it wants.
    point = merged.values(np.asarray(outcome.values))
    activity = np.bincount(
        whole.row_of, whole.matrix.value * point[whole.matrix.index], whole.matrix.shape[0]
    )
    met = shape.rules.any_of([MET])
    assert activity[met] == pytest.approx([40, 20])


@pytest.mark.parametrize(
    "differs",
    [{"yields": {"h100": 2}}, {"where": {"facilities": ["north"]}}],
    ids=["yields", "where"],
)
def test_demands_that_are_served_otherwise_are_two(differs: dict[str, Any]) -> None:
    row, other = rows_of(two_teams(**differs), MET)
    assert row != other


def test_what_is_unmet_at_another_price_is_told_apart() -> None:
    whole, shape = two_teams(unmet_cost=2.0)
    merged = merge(whole, shape)
    row, other = merged.columns[shape.unmet]
    assert row != other
    # An hour of a unit costs 1 and 2, a period has 10 of them.
    assert merged.matrix.cost[[row, other]] == pytest.approx([10, 20])


@pytest.mark.parametrize("seed", range(3))
def test_the_bound_of_a_merged_relaxation_holds_and_is_near(seed: int, session: Session) -> None:
    whole, shape = problem(generate("S", seed))
    exact = relax(session, whole, Settings())
    nearly = relax_merged(session, whole, shape, Settings())
    assert isinstance(exact, Relaxation)
    assert isinstance(nearly, Relaxation)
    # What the exact relaxation costs is the best bound that any duals prove; seen: up to 1.7 %.
    assert nearly.bound <= exact.bound * (1 + 1e-6)
    assert nearly.bound >= exact.bound * 0.97
    assert merge(whole, shape).matrix.shape[1] < 0.7 * whole.matrix.shape[1]
    # Amounts priced anew prove no less than amounts that are not.
    worse = nearly.duals * np.where(shape.rules.any_of([MET]), 0.9, 1.0)
    again = whole.bound(repriced(whole, shape, worse))
    assert whole.bound(worse) < again == pytest.approx(nearly.bound, rel=1e-9)


def test_ways_that_nothing_needs_are_left_out() -> None:
    whole, shape = problem(generate("S", 0))
    ways = shape.decisions.any_of(["gbps"])
    every = np.ones(len(ways), dtype=np.bool_)
    assert less_idle_ways(whole, shape, every)[ways].all()
    served = shape.decisions.any_of(["served"])
    assert not less_idle_ways(whole, shape, every & ~served)[ways].any()
    assert less_idle_ways(whole, shape, every & ~served)[~ways & ~served].all()


def test_what_blocks_in_use_may_supply_is_known() -> None:
    whole, shape = two_teams(yields={"h100": 2})
    names = [column.name for column in shape.compiled.columns]
    point = np.zeros(len(names))
    assert not suppliers(whole, shape, point).any()
    # Blocks in the north supply one team: they may supply the other one, and nothing in the south.
    one = next(at for at, name in enumerate(names) if name.startswith("assigned[a,node,north"))
    point[one] = 2.0
    found = [names[at] for at in np.flatnonzero(suppliers(whole, shape, point))]
    assert found == ["assigned[a,node,north,now]", "assigned[b,node,north,now]"]


def test_ways_between_facilities_stay_where_that_is_asked_for() -> None:
    whole, shape = problem(generate("M", 3))
    reserved = shape.decisions.any_of(["reserved_tunnel"])
    assert reserved.any()
    assert (merge(whole, shape).columns[reserved] < 0).all()
    asking = shape.rules.any_of(["interconnect_reserved_between_facilities_used"])
    kept = merge(whole, shape, asking)
    assert (kept.columns[reserved] >= 0).all()
    assert (kept.rows[asking] >= 0).all()
    assert (kept.columns[shape.decisions.any_of(["gbps"])] < 0).all()


def test_traffic_stays_on_links_too_narrow_for_it_and_for_what_a_run_reserves() -> None:
    def asking(trunk: float) -> tuple[list[str], list[str]]:
        whole, shape = crossing(trunk)
        names = [row.name for row in shape.compiled.rows]
        served = shape.decisions.any_of(["served"]) & ~shape.of_runs
        rows = Roles(whole, shape).crowded(np.where(served, 30.0, 0.0))
        merged = merge(whole, shape, rows)
        columns = [column.name for column in shape.compiled.columns]
        kept = merged.columns[shape.decisions.any_of(["gbps"])] >= 0
        ways = np.array(columns)[shape.decisions.any_of(["gbps"])][kept]
        return [names[at] for at in np.flatnonzero(rows)], ways.tolist()

    # 30 units send 3 Gbps from the city over the north to the south, and a run reserves 4 there.
    rule = "interconnect_reserved_between_facilities_used"
    reserved = [f"{rule}[gang,{ends},now]" for ends in ("north,south", "south,north")]
    assert asking(7.0) == (reserved, [])
    rows, ways = asking(6.9)
    assert rows == [*reserved, "traffic_reaches_the_facility[city,south,any,now]"]
    assert ways == ["gbps[city,south,any,0,now]"]
