"""The wrapper checks what it hands to HiGHS and what HiGHS answers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import highspy
import numpy as np
import pytest

from gridblock.solvers.change import Change, Rows
from gridblock.solvers.highs import Engine
from gridblock.solvers.listener import Listener
from gridblock.solvers.matrix import Matrix
from gridblock.solvers.outcome import (
    ModelError,
    OptionError,
    Outcome,
    Settings,
    SolverError,
    Stop,
    Verdict,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridblock.solvers.change import Floats
    from gridblock.solvers.outcome import Progress

    Knapsack = Callable[..., Matrix]

FAULTS = {
    "kLoadError",
    "kModelEmpty",
    "kModelError",
    "kNotset",
    "kPostsolveError",
    "kPresolveError",
    "kSolveError",
    "kUnknown",
}
NO_SEARCH_FOR_A_PLAN = {
    "mip_heuristic_run_rens": False,
    "mip_heuristic_run_root_reduced_cost": False,
    "mip_heuristic_run_feasibility_jump": False,
    "mip_max_nodes": 10,
}
PRESOLVE_MOVES = Matrix(
    cost=np.array([-8.0, -6, 4, 1, 7, -8]),
    offset=100.0,
    lower=np.zeros(6),
    upper=np.array([4.0, 1, 4, 2, 2, 3]),
    integer=np.array([True, True, False, False, False, True]),
    row_lower=np.full(4, -np.inf),
    row_upper=np.array([-4.0, -12, 11, 0]),
    start=np.array([0, 3, 7, 10, 13]),
    index=np.array([0, 3, 4, 0, 1, 2, 4, 0, 2, 3, 0, 1, 5]),
    value=np.array([-3.0, -2, 2, -1, -1, -3, 1, 2, 2, 2, 1, 3, -3]),
)
STATUSES = [name for name in dir(highspy.HighsModelStatus) if name.startswith("k")]


class Impostor:
    """HiGHS, except for some methods."""

    def __init__(self, true: Any, **lies: Any) -> None:
        self._true, self._lies = true, lies

    def __getattr__(self, name: str) -> Any:
        return self._lies.get(name) or getattr(self._true, name)


@pytest.fixture
def engine(two_halls: Matrix) -> Engine:
    engine = Engine()
    engine.load(two_halls)
    return engine


def test_the_optimum_includes_the_constant(engine: Engine) -> None:
    outcome = engine.run(Settings())
    assert (outcome.stop, outcome.verdict) == (Stop.FINISHED, Verdict.OPTIMAL)
    assert outcome.objective == outcome.bound == pytest.approx(25.0)
    assert outcome.row_duals is None


def test_a_relaxation_has_duals_in_the_units_of_the_matrix(two_halls: Matrix) -> None:
    # One more unit to serve costs 3e9, from hall b; hall a would save 2e9 a unit more.
    engine = Engine()
    engine.load(replace(two_halls, cost=np.array([1e9, 3e9])))
    outcome = engine.run(Settings(relaxation=True))
    assert outcome.row_duals == pytest.approx([3e9])
    assert outcome.reduced_costs == pytest.approx([-2e9, 0.0])
    assert outcome.objective == pytest.approx(18e9 + 7)


@pytest.mark.parametrize("offset", [0.0, 900.0, -1e6, 1e9, 942.0])
def test_the_gap_is_that_of_the_whole_objective(knapsack: Knapsack, offset: float) -> None:
    # The optimum is -942 + offset; without the offset the solver would stop too early or too late.
    engine = Engine()
    engine.load(knapsack(30, 20, offset=offset))
    outcome = engine.run(Settings(gap=1e-2))
    assert outcome.verdict is Verdict.OPTIMAL
    assert outcome.gap is not None
    assert outcome.gap <= 1e-2
    assert outcome.objective == pytest.approx(-942.0 + offset, rel=1e-2)


def test_costs_of_twelve_magnitudes_keep_their_optimum(two_halls: Matrix) -> None:
    engine = Engine()
    for factor in (1e-6, 1e-2, 1e4, 1e10):
        engine.load(replace(two_halls, cost=factor * two_halls.cost, offset=0.0))
        assert engine.run(Settings(gap=0.0)).objective == pytest.approx(18.0 * factor)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"mip_rel_gapp": 0.1}, "did you mean mip_rel_gap"),
        ({"time_limit": 1.0}, "set time_limit instead"),
        ({"simplex_strategy": "often"}, "refuses 'often'"),
        ({"simplex_strategy": 1.5}, "refuses 1.5"),
        ({"simplex_strategy": 99}, "refuses 99"),
        ({"mip_detect_symmetry": "maybe"}, "refuses 'maybe'"),
        ({"primal_feasibility_tolerance": "x"}, "refuses 'x'"),
    ],
)
def test_options_are_checked(engine: Engine, options: dict[str, Any], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        engine.run(Settings(options=options))


def test_options_are_coerced_and_do_not_stick(engine: Engine) -> None:
    options = {
        "mip_max_nodes": "5",
        "mip_detect_symmetry": "off",
        "kkt_tolerance": 1,
        "parallel": False,
    }
    engine.run(Settings(options=options))
    value = engine._highs.getOptionValue
    assert value("mip_max_nodes")[1] == 5
    assert value("mip_detect_symmetry")[1] is False
    assert value("parallel")[1] == "off"
    engine.run(Settings())
    assert value("mip_max_nodes")[1] > 5


@pytest.mark.parametrize("field", ["presolve", "algorithm"])
def test_settings_that_highs_refuses_are_refused(engine: Engine, field: str) -> None:
    with pytest.raises(OptionError, match="refuses 'magic'"):
        engine.run(Settings(**{field: "magic"}))


@pytest.mark.parametrize("count", ["getNumRow", "getNumCol", "getNumNz"])
def test_a_shape_that_differs_is_refused(two_halls: Matrix, count: str) -> None:
    engine = Engine()
    true = engine._highs
    engine._highs = Impostor(true, **{count: lambda: getattr(true, count)() - 1})
    with pytest.raises(ModelError, match="handed over"):
        engine.load(two_halls)
    with pytest.raises(ModelError, match="no matrix"):
        engine.run(Settings())


@pytest.mark.parametrize("answer", ["kWarning", "kError"])
def test_any_answer_but_ok_refuses_the_matrix(two_halls: Matrix, answer: str) -> None:
    engine = Engine()
    status = getattr(highspy.HighsStatus, answer)
    engine._highs = Impostor(engine._highs, passModel=lambda *_: status)
    with pytest.raises(ModelError, match=f"{answer} to passModel"):
        engine.load(two_halls)


@pytest.mark.parametrize("name", STATUSES)
def test_each_status_has_a_word_of_its_own(engine: Engine, name: str) -> None:
    status = getattr(highspy.HighsModelStatus, name)
    engine._highs = Impostor(engine._highs, getModelStatus=lambda: status)
    if name in FAULTS:
        with pytest.raises(SolverError, match=name):
            engine.run(Settings())
        return
    outcome = engine.run(Settings())
    assert (outcome.verdict is Verdict.OPTIMAL) == (name == "kOptimal")
    assert (outcome.values is None) == ("nfeasible" in name or "Unbounded" in name)


def test_a_changed_matrix_gives_what_a_fresh_one_gives(engine: Engine, two_halls: Matrix) -> None:
    changes = [
        Change(cost=np.array([4.0, 1e9])),
        Change(lower=np.array([1.0, 0.0]), upper=np.array([2.0, 9.0])),
        Change(rows=Rows([-np.inf, 3.0], [8.0, 4.0], [0, 1, 2], [1, 0], [1.0, 2.0])),
        Change(row_lower=np.array([9.0, -np.inf, 3.5]), offset=-3.0),
    ]
    fresh, matrix = Engine(), two_halls
    for change in changes:
        matrix = matrix.changed(change)
        engine.change(change)
        fresh.load(matrix)
        for settings in (Settings(), Settings(relaxation=True)):
            ours, theirs = engine.run(settings), fresh.run(settings)
            assert (ours.verdict, ours.objective) == (theirs.verdict, theirs.objective)


def test_polish_leaves_exact_integers_and_the_matrix_as_it_was(
    engine: Engine, two_halls: Matrix
) -> None:
    outcome = engine.polish(np.array([0.0, 5.4]), Settings())
    assert outcome.verdict is Verdict.FEASIBLE
    assert outcome.bound is None
    np.testing.assert_array_equal(outcome.values, [5.0, 5.0])
    assert engine.polish(np.array([0.0, 3.0]), Settings()).verdict is Verdict.INFEASIBLE
    assert engine.run(Settings()).objective == pytest.approx(25.0)
    assert engine.matrix is two_halls


class Curious(Listener):
    """Keeps all it is told and fails whenever it is told a point."""

    def __init__(self) -> None:
        super().__init__(logs=True)
        self.points: list[Floats] = []
        self.lines: list[Progress] = []
        self.text = ""

    def improved(self, values: Floats) -> None:
        self.points.append(values)
        message = "no room"
        raise OSError(message)

    def moved(self, progress: Progress) -> None:
        self.lines.append(progress)

    def logged(self, text: str) -> None:
        self.text += text


def test_a_callback_that_fails_costs_a_note(
    knapsack: Knapsack, capfd: pytest.CaptureFixture[str]
) -> None:
    engine, listener, matrix = Engine(), Curious(), knapsack(30, 20)
    engine.load(matrix)
    outcome = engine.run(Settings(), listener)
    assert outcome.verdict is Verdict.OPTIMAL
    assert "a callback failed: OSError: no room" in outcome.notes
    assert all(matrix.violation(point).tolerable for point in listener.points)
    assert listener.points
    assert "Solving report" in listener.text
    assert capfd.readouterr().out == ""


def test_a_listener_may_stop_a_search(knapsack: Knapsack) -> None:
    class Impatient(Listener):
        points = 0

        def improved(self, values: Floats) -> None:
            self.points += 1

        def stopped(self) -> bool:
            return self.points > 0

    engine = Engine()
    engine.load(knapsack(60, 40))
    outcome = engine.run(Settings(gap=0.0), Impatient())
    assert (outcome.stop, outcome.verdict) == (Stop.INTERRUPTED, Verdict.FEASIBLE)


def test_a_search_ends_at_a_target(knapsack: Knapsack) -> None:
    engine = Engine()
    engine.load(knapsack(30, 5))
    best = engine.run(Settings(gap=0.0)).objective
    assert best is not None
    # Costs are negative: what is 5 % off the best will do, and nothing dearer.
    ended = engine.run(Settings(gap=0.0, target=0.95 * best))
    assert ended.objective is not None
    assert best <= ended.objective <= 0.95 * best
    assert ended.stop is Stop.LIMIT
    # It does not stick.
    assert engine.run(Settings(gap=0.0)).objective == best


def test_a_start_is_used_in_full_and_in_part(knapsack: Knapsack) -> None:
    engine, matrix = Engine(), knapsack(30, 20)
    engine.load(matrix)
    best = engine.run(Settings(gap=0.0)).values
    assert best is not None
    nodeless = {"mip_max_nodes": 0, "mip_heuristic_effort": 0.0}
    first = engine.run(Settings(start=best, options=nodeless))
    assert first.objective == pytest.approx(-942.0)
    part = np.where(np.arange(30) < 25, best, np.nan)
    second = engine.run(Settings(start=part, options=nodeless))
    assert second.values is not None
    np.testing.assert_allclose(second.values[:25], best[:25], atol=1e-6)
    # For one value beyond its bounds HiGHS refuses all.
    beyond = np.where(np.arange(30) < 25, best, 7.0)
    third = engine.run(Settings(start=beyond, options=nodeless))
    assert third.notes == ()
    assert third.values is not None
    np.testing.assert_allclose(third.values[:25], best[:25], atol=1e-6)


@pytest.mark.parametrize("seconds", [None, 0.05])
def test_what_is_proven_while_a_start_is_completed_is_not_told_as_a_bound(
    knapsack: Knapsack, seconds: float | None
) -> None:
    # With the first 15 of 30 left out no more than 793 can be packed, where 942 can.
    class Bounds(Listener):
        def moved(self, progress: Progress) -> None:
            told.append(progress)

    told: list[Progress] = []
    engine, matrix = Engine(), knapsack(30, 20)
    engine.load(matrix)
    poor = np.where(np.arange(30) < 15, 0.0, np.nan)
    best = engine.run(Settings(gap=0.0, start=poor, time_limit=seconds), Bounds())
    bounds = [line.bound for line in told if line.bound is not None]
    assert max(bounds, default=-np.inf) <= -942 + 1e-6
    assert seconds is not None or bounds
    assert best.bound is None or best.bound <= -942 + 1e-6
    # The matrix is as it was.
    assert engine.matrix.upper.tolist() == matrix.upper.tolist()


def test_a_start_that_presolve_moves_is_not_returned_as_the_best() -> None:
    # Given as a start, HiGHS 1.16.0 takes (2, 1, 3, 0, 0, 2), 74, for the better point of its
    # reduced model, and returns it as the optimum, which is 66.
    engine = Engine()
    engine.load(PRESOLVE_MOVES)
    start = np.array([2.0, 1, 3, 0, 0, 2])
    assert PRESOLVE_MOVES.objective(start) == 74
    found = engine.run(Settings(gap=0.0, start=start, options=NO_SEARCH_FOR_A_PLAN))
    assert found.objective == pytest.approx(66)
    assert engine.run(Settings(gap=0.0)).objective == pytest.approx(66)
    # What the search has not reached when its time is up is not lost, and asked for no more.
    late = engine.run(Settings(start=start, time_limit=0.0))
    assert late.values is not None
    assert late.objective is not None
    assert late.objective <= 74


def answer(outcome: Outcome) -> tuple[Any, ...]:
    assert outcome.values is not None
    return outcome.values.tobytes(), outcome.bound, outcome.nodes, outcome.iterations


def test_the_same_seed_and_threads_give_the_same_answer(knapsack: Knapsack) -> None:
    settings = Settings(gap=0.0, seed=3, options={"mip_max_nodes": 200})
    engine, other, matrix = Engine(), Engine(), knapsack(30, 20)
    engine.load(matrix)
    other.load(matrix)
    first = answer(engine.run(settings))
    engine.run(Settings(seed=4))
    engine.polish(np.zeros(30), Settings())
    assert answer(engine.run(settings)) == first
    assert answer(other.run(settings)) == first


def test_the_number_of_threads_may_change_between_solves(engine: Engine) -> None:
    for threads in (1, 2, 1):
        assert engine.run(Settings(threads=threads)).verdict is Verdict.OPTIMAL
