"""Every instance of the gallery has the optimum that its entry says, and reads back as written."""

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

import gridblock as gb
from gridblock.instances.document import parse
from gridblock.instances.write import to_json, to_yaml
from gridblock.model.build import build
from gridblock.solvers.session import Session

GALLERY = Path(__file__).parents[1] / "instances" / "gallery"
FILES = sorted(GALLERY.glob("*.yaml"))
DEAL = GALLERY / "colossus.yaml"
LARGE = {"colossus": "colossus-lease", "frontier": "visakhapatnam-site"}
"""Real questions, whose optima are known to a gap, with an option that any plan as good takes."""
FEWEST = 15


def entries() -> dict[str, dict[str, str]]:
    """Give the rows of optima.csv by instance."""
    with (GALLERY / "optima.csv").open(encoding="utf-8", newline="") as opened:
        return {row["instance"]: row for row in csv.DictReader(opened)}


@pytest.fixture(scope="module")
def session() -> Iterator[Session]:
    """One solver process for the whole gallery."""
    with Session() as session:
        yield session


def test_every_file_has_an_entry_and_every_entry_a_file() -> None:
    with (GALLERY / "optima.csv").open(encoding="utf-8", newline="") as opened:
        names = [row["instance"] for row in csv.DictReader(opened)]
    assert sorted(names) == sorted(file.stem for file in FILES)
    assert len(names) == len(set(names)) >= FEWEST


def test_every_entry_says_how_its_optimum_is_known() -> None:
    for name, entry in entries().items():
        assert entry["how"] in {"hand", "enumeration"} or name in LARGE, name
        assert len(entry["source"]) > len("see above"), name


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_instance_is_named_for_its_file_and_says_what_it_shows(file: Path) -> None:
    assert gb.read(file).name == file.stem
    assert file.read_text(encoding="utf-8").startswith("# ")


@pytest.mark.parametrize(
    "file", [f for f in FILES if f.stem not in LARGE], ids=lambda file: file.stem
)
def test_an_instance_has_its_optimum(file: Path, session: Session) -> None:
    plan = gb.solve(gb.read(file), gap=1e-9, session=session)
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(float(entries()[file.stem]["optimum"]), rel=1e-6)
    assert plan.audit().ok
    assert sum(plan.costs.values()) == pytest.approx(plan.objective, rel=1e-12)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_an_instance_reads_back_as_written(file: Path) -> None:
    instance = gb.read(file)
    for text, suffix in (
        (to_yaml(instance.plain()), ".yaml"),
        (to_json(instance.plain()), ".json"),
    ):
        again = gb.read(parse(text, suffix).data)
        assert again == instance
        assert again.hash == instance.hash


def test_the_deal_is_as_large_as_it_should_be() -> None:
    deal = gb.read(DEAL)
    assert len(deal.horizon) >= 8
    assert len(deal.facilities) >= 8
    assert len(deal.blocks) >= 5
    assert len({a.vendor for a in deal.accelerators.values()}) >= 3
    assert all(site.at is not None and site.source for site in deal.facilities.values())
    assert any(d.unit.startswith("workflows") and d.from_ for d in deal.demands)
    assert any(d.whole_blocks for d in deal.demands)


def test_the_deal_is_a_choice_among_leases_and_builds() -> None:
    deal = gb.read(DEAL)
    options = {option.name: option for option in deal.options}
    lease = options["colossus-lease"]
    assert not lease.signed
    assert lease.ramp != (1.0,)
    assert lease.term is not None
    assert lease.usage is not None
    assert lease.usage.committed_share > 0
    assert [part.opens for part in lease.openings] == ["memphis"]
    assert {"lease", "neocloud", "permit", "build", "cloud"} == {o.kind for o in deal.options}
    assert options["abernathy-hall"].requires == ("abernathy-permit",)
    assert {d.tier for d in deal.demands} == {1, 2}
    contracts = [d for d in deal.demands if d.name.startswith("enterprise")]
    assert all(d.tier == 1 and d.survive is not None and d.survive.facility for d in contracts)
    assert [limit.of.vendor for limit in deal.limits] == ["nvidia"]
    assert all(record.source for record in (*deal.options, *deal.demands, *deal.limits))


def test_the_deal_is_built_in_time() -> None:
    model = build(gb.read(DEAL))
    assert 1000 < model.nvariables() < 100_000


@pytest.mark.slow
@pytest.mark.parametrize(("name", "taken"), LARGE.items())
def test_a_real_question_is_answered_within_a_thousandth(
    name: str, taken: str, session: Session
) -> None:
    plan = gb.solve(gb.read(GALLERY / f"{name}.yaml"), gap=1e-3, time_limit=120, session=session)
    assert plan.status == "optimal"
    assert plan.gap is not None
    assert plan.gap <= 1e-3
    assert plan.audit().ok
    # Both are proven within a thousandth of the same optimum, but for what tier 1 is held to.
    known = float(entries()[name]["optimum"])
    assert abs(plan.objective - known) <= 2e-3 * known
    assert any(order.option == taken for order in plan.data.decisions.ordered)
