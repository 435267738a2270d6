"""Imported problems have the optima that others published, and toys those worked out by hand.

The published files are not part of gridblock: name their folder in GRIDBLOCK_DATA to run them.
"""

import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import gridblock as gb
from gridblock.instances.imports.kinds import load
from gridblock.instances.imports.source import Source
from gridblock.solvers.session import Session
from toys import CFLP, GAP, MKNAP, SNDLIB, SSCFLP, imported

SECONDS = 120
DATA = Path(os.environ.get("GRIDBLOCK_DATA", "/nowhere"))


class Published(NamedTuple):
    """A problem with a published optimum: the name in optima.csv, and how to import it."""

    name: str
    kind: str
    file: str
    problem: str | None = None
    sense: str | None = None


CAPS = (41, 42, 43, 44, 51, 61, 62, 63, 64, 71, 72, 73, 74)
PUBLISHED = (
    *(Published(f"cap{n}", "orlib-cflp", f"orlib_cflp/cap{n}.txt") for n in CAPS),
    *(Published(f"p{n}", "orlib-sscflp", f"sscflp_holmberg/p{n}") for n in range(1, 13)),
    *(
        Published(f"c0515_{n}_{sense}", "gap", f"gap/c0515_{n}", None, sense.lower())
        for n in range(1, 6)
        for sense in ("Min", "Max")
    ),
    *(
        Published(name, "sndlib", f"sndlib/{name.partition('--')[0]}.txt", name)
        for name in (
            *("polska--U-U-M-N-C-A-N-N", "polska--D-B-M-N-C-A-N-N", "abilene--U-U-M-N-C-A-N-N"),
            *("nobel-us--U-U-M-N-C-A-N-N", "france--U-U-M-N-C-A-N-N"),
        )
    ),
    *(Published(f"mknap1_{n}", "mknap", "mknap/mknap1.txt", str(n)) for n in range(1, 8)),
)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """One solver process for all of them."""
    with Session() as session:
        yield session


@pytest.mark.parametrize(
    ("kind", "text", "sense", "optimum"),
    [
        # Both sites are needed, 25. Customer 3 goes to site 1 (6), customer 2 to site 2 (5), and of
        # customer 1 what is left of site 1's capacity, 2 of 4 at 2 each, the rest at 3: 10.
        ("orlib-cflp", CFLP, None, 46),
        # Whole, customer 1 costs 12 at site 2; customer 3 there would load it with 11 of 10.
        ("orlib-sscflp", SSCFLP, None, 48),
        # Job 1 and 3 overload agent 1, job 1 and 2 agent 2; so 1 and (2, 3), the cheaper: 1 + 8.
        ("gap", GAP, "min", 9),
        # Of what fits, jobs 1 and 2 with agent 1 and job 3 with agent 2 bring most: 1 + 5 + 6.
        ("gap", GAP, "max", 12),
        # Items 1 and 2 use 9 of 8; items 1 and 3 bring 15, items 2 and 3 bring 11.
        ("mknap", MKNAP, None, 15),
    ],
)
def test_a_toy_has_the_optimum_worked_out_by_hand(
    tmp_path: Path, kind: str, text: str, sense: str | None, optimum: float, session: Session
) -> None:
    found = imported(tmp_path, kind, text, "1" if kind == "mknap" else None, sense)
    plan = gb.solve(found.instance, gap=1e-9, session=session)
    assert found.offset + found.scale * plan.objective == pytest.approx(optimum)
    assert plan.audit().ok


@pytest.mark.parametrize(
    ("letters", "optimum"),
    [
        # The 10 of ab carry all 9 for 6, bc takes the 4 for c for 1; two links cost 9 or more.
        ("U-U-M-N-C-A-N-N", 7),
        ("D-U-M-N-C-A-N-N", 7),
        ("U-U-E-N-C-A-N-N", 7),
        # Without the 10 it takes three times 4, at 3 each, to let 9 out of a: two at ab, one at ac.
        ("U-U-S-N-C-A-N-N", 9),
        # Each way on its own: 5 into a need 6 at least, and c, or the fifth unit, a module of bc.
        ("D-B-M-N-C-A-N-N", 7),
        # ab and bc: 6 + 5 and 1 + 2; ab and ac: 6 + 5 and 3 + 5; ac and bc: 9 + 5 and 2 + 2.
        ("U-U-M-Y-C-A-N-N", 14),
    ],
)
def test_a_network_has_the_optimum_worked_out_by_hand(
    tmp_path: Path, letters: str, optimum: float, session: Session
) -> None:
    found = imported(tmp_path, "sndlib", SNDLIB, letters)
    plan = gb.solve(found.instance, gap=1e-9, session=session)
    assert plan.objective == pytest.approx(optimum)
    assert plan.audit().ok


@pytest.mark.slow
@pytest.mark.skipif(not DATA.is_dir(), reason="GRIDBLOCK_DATA names no folder of published files")
@pytest.mark.parametrize("case", PUBLISHED, ids=lambda case: case.name)
def test_a_published_optimum_is_proven(case: Published, session: Session) -> None:
    with (DATA / "optima.csv").open(encoding="utf-8", newline="") as opened:
        optima = {row["instance"]: float(row["optimum"]) for row in csv.DictReader(opened)}
    source = Source(str(DATA / case.file), case.problem, case.sense)
    found = load(case.kind, source)
    plan = gb.solve(found.instance, gap=1e-6, time_limit=SECONDS, session=session)
    assert plan.status == "optimal"
    ours = found.offset + found.scale * plan.objective
    assert ours == pytest.approx(optima[case.name], rel=1e-6)
    assert plan.audit().ok
