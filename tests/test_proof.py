"""What proves a plan's bound, made by a solve and checked from the instance without the solver."""

import csv
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import gridblock as gb
from gridblock.model import certificate as plain
from gridblock.model.certificate import Proves
from gridblock.proof import certified, prove, with_proof
from gridblock.reports.proven import proven
from gridblock.solvers.session import Session

GALLERY = Path(__file__).parents[1] / "instances" / "gallery"
LARGE = {"colossus", "frontier"}
FILES = sorted(file for file in GALLERY.glob("*.yaml") if file.stem not in LARGE)


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    with Session() as session:
        yield session


def optima() -> dict[str, float]:
    with (GALLERY / "optima.csv").open(encoding="utf-8", newline="") as opened:
        return {row["instance"]: float(row["optimum"]) for row in csv.DictReader(opened)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_bound_of_the_gallery_is_proven_without_the_solver(file: Path, session: Session) -> None:
    plan = gb.solve(gb.read(file), gap=1e-9, session=session)
    proof = prove(plan, plan.certificate)
    known = optima()[file.stem]
    assert proof.lack == ""
    assert proof.bound is not None
    # Never above what hand or enumeration give, by not even a rounding.
    assert proof.bound <= known
    assert with_proof(plan.audit(), plan, proof).ok
    if proof.gap is not None and proof.gap > 1e-8:
        assert "by its tree search" in proven(plan.data, proof, "USD")


def test_half_of_the_gallery_is_proven_to_nine_digits(session: Session) -> None:
    gaps = []
    for file in FILES[::4]:
        plan = gb.solve(gb.read(file), gap=1e-9, session=session)
        gaps.append(prove(plan, plan.certificate).gap)
    assert sum(gap is not None and gap < 1e-9 for gap in gaps) >= len(gaps) / 2


def test_whatever_a_certificate_says_what_it_proves_holds(session: Session) -> None:
    # Weights changed at random, rows named that do not exist, losses of links that nobody knows.
    instance = gb.read(GALLERY / "shared-link.yaml")
    plan = gb.solve(instance, gap=1e-9, session=session)
    made, known, draw = plan.certificate, optima()["shared-link"], random.Random(1)
    assert made is not None
    for _ in range(12):
        duals = {
            name: y * draw.choice([1, 1, -1, 0, 1.5, 1e9, 1e-9]) + draw.choice([0, 0, 1e3])
            for name, y in made.duals.items()
        }
        forged = replace(
            made, duals={**duals, "no[such,row]": 1e6}, lost_links=(("no link", "season"),)
        )
        bound = prove(plan, forged).bound
        assert bound is None or bound <= known
        assert not prove(plan, replace(forged, proves=Proves.INFEASIBLE)).infeasible


def test_tiers_are_proven_with_what_earlier_ones_got(session: Session) -> None:
    # Without the cap on tier 1, tier 2 would be served first: the bound of the whole is lower.
    plan = gb.solve(gb.read(GALLERY / "tier-waits.yaml"), gap=1e-9, session=session)
    assert plan.data.stages
    kept = prove(plan, plan.certificate)
    free = prove(replace(plan, data=replace(plan.data, stages=())), plan.certificate)
    assert kept.bound == pytest.approx(optima()["tier-waits"])
    assert free.bound is not None
    assert free.bound < kept.bound


def test_losses_of_links_are_proven_with_their_rows(session: Session) -> None:
    plan = gb.solve(gb.read(GALLERY / "link-lost.yaml"), gap=1e-9, session=session)
    assert plan.certificate is not None
    assert plan.certificate.lost_links
    assert prove(plan, plan.certificate).bound == pytest.approx(optima()["link-lost"])


def test_floors_that_cannot_be_kept_are_refuted(session: Session) -> None:
    # Five blocks serve 1,280 units; all of both demands would be 2,048.
    full = {"demands.agents.min_share": 1, "demands.archive.min_share": 1}
    instance = gb.read(GALLERY / "hard-floor.yaml").replace(full)
    plan = gb.solve(instance, session=session, raise_without_plan=False)
    assert plan.status == "infeasible"
    proof = prove(plan, plan.certificate)
    assert proof.infeasible
    assert "That no plan can exist is proven" in proven(plan.data, proof, "USD")


def test_what_only_whole_numbers_forbid_rests_on_two_solves(session: Session) -> None:
    # Three jobs of two blocks, each in one place; two places of three blocks hold one job each.
    # Shared between the places the jobs would fill all six blocks.
    job = {"amount": 512, "yields": {"h100": 1}, "unmet_cost": 1, "whole_blocks": True}
    jobs = [{"name": f"job-{i}", **job, "max_facilities": 1, "min_share": 1} for i in range(3)]
    place = {"limits": {"power_mw": 1.05}, "installed": {"h100-su": 3}}
    instance = gb.read(GALLERY / "hard-floor.yaml").replace(
        {"facilities": {"east": place, "west": place}, "demands": jobs}
    )
    plan = gb.solve(instance, session=session, raise_without_plan=False)
    assert plan.status == "infeasible"
    assert plan.certificate is None
    proof = prove(plan, None)
    assert "rests on two solves that agree" in proven(plan.data, proof, "USD")


def test_a_plan_below_what_is_proven_is_a_mismatch(session: Session) -> None:
    plan = gb.solve(gb.read(GALLERY / "first.yaml"), session=session)
    cheaper = replace(plan, data=replace(plan.data, objective=plan.objective * 0.9))
    report = with_proof(plan.audit(), cheaper, prove(cheaper, plan.certificate))
    (finding,) = report.findings
    assert finding.rule == "nothing_proven_contradicts_the_plan"


def test_rules_of_ones_own_leave_no_certificate(session: Session) -> None:
    instance = gb.read(GALLERY / "first.yaml")
    plan = gb.solve(instance, model=gb.build(instance), session=session)
    assert plan.certificate is None
    assert "rests on the solver's word" in proven(plan.data, prove(plan, None), "USD")
    # The relaxation can be solved for one later.
    assert prove(plan, certified(plan)).gap == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("method", ["fast", "exact", "auto"])
def test_every_method_leaves_a_certificate(method: str, session: Session) -> None:
    plan = gb.solve(gb.read(GALLERY / "wan-link-binds.yaml"), method=method, session=session)
    proof = prove(plan, plan.certificate)
    assert proof.bound == pytest.approx(optima()["wan-link-binds"])


GOOD = {
    "format_version": 1,
    "instance_hash": "",
    "proves": "bound",
    "lost_links": [],
    "duals": {"row": 1.5},
}


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        {},
        GOOD | {"proves": "all"},
        GOOD | {"format_version": 2},
        GOOD | {"lost_links": 7},
        GOOD | {"lost_links": [[1, 2]]},
        GOOD | {"duals": {"row": "1"}},
        GOOD | {"duals": {"row": True}},
        GOOD | {"duals": {"row": float("nan")}},
        GOOD | {"duals": [1]},
    ],
)
def test_what_is_no_certificate_is_refused(data: object) -> None:
    with pytest.raises(ValueError, match="is not a certificate"):
        plain.from_plain(data)


def test_a_certificate_reads_back_as_written(session: Session) -> None:
    made = gb.solve(gb.read(GALLERY / "first.yaml"), session=session).certificate
    assert made is not None
    assert plain.from_plain(plain.to_plain(made)) == made
