"""What is told of measurements, on ones that are made up so that each figure is known."""

import csv
import io
from pathlib import Path

import pytest

from benchmarks import plot, tables
from benchmarks.jobs import Job
from benchmarks.measured import Measured, measured
from benchmarks.watch import Seen

Course = list[tuple[float, float | None, float | None]]


def made(
    method: str,
    course: Course,
    *,
    seed: int = 0,
    wall: float = 100.0,
    objective: float | None = 100.0,
) -> Measured:
    """Make up a measurement on rung S."""
    job = {
        "rung": "S",
        "seed": seed,
        "method": method,
        "threads": 2,
        "time_limit": 90,
        "gap": 0.001,
    }
    return Measured(
        job=job,
        ended="done",
        shape={"columns": 10, "rows": 5, "integers": 2, "constant": 50.0},
        course=course,
        seconds={"solve": 80.0, "build": 15.0},
        wall=wall,
        objective=objective,
        audit="ok",
    )


PROVEN: Course = [(2.0, 110.0, None), (3.0, 110.0, 80.0), (5.0, 100.0, 96.0), (9.0, 100.0, 99.6)]


def test_time_to_a_gap_is_when_bound_and_plan_are_first_that_close() -> None:
    ours = made("exact", PROVEN)
    # 30 / 110, then 4 / 100 after 5 s and 0.4 / 100 after 9 s.
    assert [ours.until(level) for level in (0.3, 0.05, 0.01, 0.005, 0.001)] == [3, 5, 9, 9, None]
    assert ours.first == 2
    assert ours.gap == pytest.approx(0.004)
    # 99.6 is 0.4 off 100, of which 50 are paid in any case.
    assert ours.off(99.6, 50) == pytest.approx(0.008)


def test_the_title_says_how_long_methods_might_take_where_that_differs() -> None:
    every = [made("exact", PROVEN), made("fast", PROVEN), made("greedy", PROVEN)]
    assert "; seed 0; 90 s to solve" in tables.to_markdown(every, "")
    every[2].job["time_limit"] = 1800
    said = "; seed 0; to solve, 1,800 s for greedy, 90 s for gridblock exact and gridblock fast"
    assert said in tables.to_markdown(every, "")


def test_the_journal_says_it_all() -> None:
    job = Job("x.json", "S", 0, "highs", 0.001, 10, 2)
    events = [
        {"event": "start", "at": 0.0},
        {"event": "stage", "at": 1.0, "name": "build", "seconds": 1.0},
        {"event": "model", "at": 1.0, "columns": 7, "rows": 3, "integers": 1, "constant": 0.0},
        {"event": "moved", "at": 5.0, "best": 10.0, "bound": None},
        # Told later, and it happened earlier.
        {"event": "moved", "at": 6.0, "best": 12.0, "bound": 5.0, "then": 2.0},
        {"event": "moved", "at": 7.0, "best": 11.0, "bound": 4.0},
        {"event": "stage", "at": 8.0, "name": "build", "seconds": 0.5},
        {"event": "plan", "at": 8.0, "objective": 10.0, "audit": "ok"},
        {"event": "end", "at": 9.0, "peak_mb": 50.0},
    ]
    found = measured(job, Seen(events, "done", 80.0, ""))
    assert found.course == [(2.0, 12.0, 5.0), (5.0, 10.0, 5.0)]
    assert found.seconds == {"build": 1.5}
    assert (found.wall, found.objective, found.audit) == (9.0, 10.0, "ok")
    assert (found.peak_mb, found.own_mb) == (80.0, 50.0)


@pytest.mark.parametrize(
    ("ended", "said", "note"),
    [("memory", "", "cap on memory"), ("time", "", "cap on time"), ("failed", "a\nb: c\n", "b: c")],
)
def test_a_measurement_that_was_ended_says_why(ended: str, said: str, note: str) -> None:
    job = Job("x.json", "S", 0, "highs", 0.001, 10, 2)
    found = measured(job, Seen([], ended, 1.0, said))
    assert note in found.note
    assert found.gap is None


def test_medians_count_what_never_came_as_later_than_all() -> None:
    ours = [made("exact", PROVEN, seed=0), made("exact", [(1.0, 100.0, 10.0)], seed=1)]
    ours.append(made("exact", [(4.0, 100.0, 99.9)], seed=2))
    text = tables.to_markdown(ours, "# heading")
    # To 0.5 %: 9, never, 4: the one in the middle is 9. To 0.1 %: never, never, 4.
    row = next(line for line in text.splitlines() if line.startswith("| gridblock exact | 3 of 3"))
    cells = [cell.strip() for cell in row.split("|")]
    assert cells[4:8] == ["5.0", "9.0", "9.0", "≥ 100"]


def test_ratios_are_to_the_better_of_the_two_and_say_where_they_are_at_least() -> None:
    ours = made("exact", [(10.0, 100.0, 99.95)])
    slow = made("highs", [(90.0, 100.0, 99.2)])
    fast = made("highs-ipm", [(40.0, 100.0, 99.2)], wall=95.0)
    text = tables.to_markdown([ours, slow, fast], "# heading")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| S |")]
    found = {row[3].strip(): [cell.strip() for cell in row[4:7]] for row in rows}
    assert found["1.0%"] == ["10.0", "40.0", "4.0"]
    assert found["0.5%"] == ["10.0", "≥ 100", "≥ 10.0"]
    text = tables.to_markdown([made("fast", [(1.0, 100.0, 50.0)]), slow], "# heading")
    # To 1 % it took more than 100 s, which the rival has taken 90 s for.
    assert "| S | gridblock fast | 1.0% | ≥ 100 | 90.0 | ≤ 0.9 |" in text


def test_every_measurement_is_a_line_of_csv() -> None:
    missing = Measured(job=made("scip", []).job, ended="missing", note="needs pyscipopt")
    all_ = [made("exact", PROVEN), missing]
    rows = list(csv.DictReader(io.StringIO(tables.to_csv(all_))))
    assert [row["method"] for row in rows] == ["exact", "scip"]
    assert rows[0]["seconds_to_0.5%"] == "9"
    assert rows[0]["seconds_to_0.1%"] == ""
    assert rows[0]["off_best_bound_less_constant"] == "0.008"
    assert rows[1]["note"] == "needs pyscipopt"
    assert "Not run: SCIP (needs pyscipopt)" in tables.to_markdown(all_, "# heading")


def test_the_picture_is_the_same_each_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    all_ = [made("exact", PROVEN), made("greedy", [(3.0, 120.0, None)], objective=120.0)]
    for name in ("a.svg", "b.svg"):
        plot.draw(all_, tmp_path / name)
    first, second = ((tmp_path / name).read_text() for name in ("a.svg", "b.svg"))
    assert first == second
    assert "gridblock exact" in first or "<svg" in first
