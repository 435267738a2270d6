"""What solves relaxations: each proves the same bound; what is not there is refused in words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gridblock.instances.read import read
from gridblock.plan import solve
from gridblock.solvers.lp_solvers import LpSolver, refuse_missing
from gridblock.solvers.outcome import OptionError, Settings
from gridblock.solvers.relaxing import Relaxation, relax
from gridblock.solvers.session import Session
from gridblock.solvers.slices import Whole

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
STUB = Path(__file__).with_name("stub_cuopt.py")


@pytest.fixture
def cuopt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a stand-in for cuOpt, and for the driver's tool, where they are looked for."""
    package = tmp_path / "cuopt" / "linear_programming"
    package.mkdir(parents=True)
    (tmp_path / "cuopt" / "__init__.py").touch()
    shutil.copy(STUB, package / "__init__.py")
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.fixture
def whole(two_halls: object) -> Whole:
    """18 for serving, 7 for standing still: 25, and whole already."""
    return Whole(two_halls)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["automatic", "simplex", "ipx", "pdlp"])
def test_each_proves_the_bound(name: str, whole: Whole) -> None:
    with Session() as session:
        relaxed = relax(session, whole, Settings(lp_solver=name))
    assert isinstance(relaxed, Relaxation)
    assert relaxed.bound <= 25
    assert relaxed.bound == pytest.approx(25, rel=1e-4)


@pytest.mark.parametrize("sign", ["1", "-1"])
def test_cuopt_proves_it_whatever_sign_its_duals_have(
    sign: str, whole: Whole, cuopt: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUB_CUOPT_SIGN", sign)
    refuse_missing("cuopt")
    with Session() as session:
        relaxed = relax(session, whole, Settings(lp_solver="cuopt", time_limit=60))
    assert isinstance(relaxed, Relaxation)
    # Its point serves 1e-5 too much, which a bound may not build on.
    assert relaxed.bound <= 25
    assert relaxed.bound == pytest.approx(25, rel=1e-4)
    assert not relaxed.outcome.notes


@pytest.mark.parametrize("end", ["NumericalError", "PrimalInfeasible"])
def test_a_failure_is_mended_and_infeasible_not_believed(
    end: str, whole: Whole, cuopt: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUB_CUOPT_ENDS", end)
    with Session() as session:
        relaxed = relax(session, whole, Settings(lp_solver="cuopt"))
    assert isinstance(relaxed, Relaxation)
    assert relaxed.bound == pytest.approx(25)


@pytest.mark.parametrize("name", ["pdlp", "cuopt"])
def test_a_plan_found_so_is_audited_and_as_good(name: str, cuopt: None) -> None:
    plan = solve(read(GALLERY / "first.yaml"), method="fast", lp_solver=name)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(138_562_608)
    assert plan.audit().ok


def test_what_is_not_there_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(OptionError, match="needs an NVIDIA GPU with its driver"):
        refuse_missing("cuopt")
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o755)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(OptionError, match="pip install cuopt-cu12 or cuopt-cu13"):
        refuse_missing("cuopt")
    monkeypatch.setattr("gridblock.solvers.lp_solvers._has_hipo", lambda: False)
    with pytest.raises(OptionError, match="pip install highspy-extras of the same version"):
        refuse_missing("hipo")
    with pytest.raises(OptionError, match="it is one of automatic, simplex"):
        refuse_missing("barrier")
    assert set(LpSolver) >= {"simplex", "ipx", "hipo", "pdlp", "cuopt"}
