"""Files that are no instance: exit code 3, a place, and no traceback."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import gridblock as gb

COMMANDS = ("solve", "check", "export")


def spoil(folder: Path) -> dict[str, Path]:
    files = {
        "empty.yaml": b"",
        "binary.yaml": bytes(range(256)),
        "latin.yaml": "gridblock: 1\nname: Zürich".encode("latin-1"),
        "list.json": b"[1, 2]",
        "cut.json": b'{"gridblock": 1, "demands": [',
        "nan.json": b'{"gridblock": 1, "discount_rate": NaN}',
        "huge.yaml": b"gridblock: 1\ndiscount_rate: 1e400",
        "alias.yaml": b"gridblock: 1\nname: &a x\ncurrency: *a",
        "twice.yaml": b"gridblock: 1\ngridblock: 1",
        "version.yaml": b"gridblock: 2",
        "deep.json": b"[" * 100_000,
        "table.xlsx": b"PK",
        "escape.yaml": b'gridblock: 1\nname: "\\e[31mred"',
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return {name: folder / name for name in files}


@pytest.mark.parametrize("command", COMMANDS)
def test_what_is_no_instance_is_told_with_its_place(
    gridblock: Any, tmp_path: Path, command: str
) -> None:
    for name in spoil(tmp_path):
        more = ("-o", "m.lp") if command == "export" else ()
        ran = gridblock(command, name, *more)
        assert (name, ran.exit_code) == (name, 3)
        assert ran.stdout == ""
        assert any(line.startswith(f"{name}:") for line in ran.stderr.splitlines())
        assert "Traceback" not in ran.stderr
        assert "\x1b" not in ran.stderr


@pytest.mark.parametrize(
    ("accelerators", "amount", "worth", "said"),
    [
        # A block serves accelerators x yield: HiGHS refuses coefficients of 1e15 and more, and
        # drops those of 1e-9 and less. A price may be either.
        (10**6, 1e9, 1e10, "1e+16 ({}), and the solver takes numbers below 1e+15; the largest"),
        (1, 1e9, 1e15, "1e+15 ({}), and the solver takes numbers below 1e+15; the largest"),
        (1, 5e-9, 1e-9, "1e-09 ({}), and the solver takes numbers above 1e-09; the smallest"),
    ],
)
def test_numbers_that_come_to_what_no_solver_takes_are_a_bad_instance(
    gridblock: Any, tmp_path: Path, accelerators: int, amount: float, worth: float, said: str
) -> None:
    data = {
        "gridblock": 1,
        "accelerators": {"a": {}},
        "blocks": {"b": {"accelerator": "a", "accelerators": accelerators}},
        "facilities": {"f": {"installed": {"b": 1}}},
        "demands": [{"name": "d", "amount": amount, "yields": {"a": worth}, "unmet_cost": 1}],
    }
    tmp_path.joinpath("deal.json").write_text(json.dumps(data))
    ran = gridblock("solve", "deal.json", "--no-save", "--quiet")
    assert ran.exit_code == 3
    told, count = ran.stderr.splitlines()
    of = "assigned[d,b,f,'1'] in served_within_what_is_assigned[d,f,'1']"
    assert told.startswith(f"the model has the number {said.format(of)} given there is ")
    assert f"demands[0].yields.a, {worth:g}; choose " in told
    assert count == "1 fault"


def test_every_fault_is_told_at_once_in_the_order_of_the_file(
    gridblock: Any, tmp_path: Path
) -> None:
    tmp_path.joinpath("deal.yaml").write_text(
        "gridblock: 1\n"
        "accelerators: {h100: {}}\n"
        "blocks:\n"
        "  pod: {accelerator: h10, accelerators: 8, uses: {power_kw: -1}}\n"
        "demands:\n"
        "  - {name: chat, amount: 1, yields: {h100: 1}}\n"
    )
    ran = gridblock("check", "deal.yaml")
    assert ran.exit_code == 3
    told = [line for line in ran.stderr.splitlines() if line.startswith("deal.yaml:")]
    assert told == [
        "deal.yaml:4:22: blocks.pod.accelerator: names the accelerator 'h10', which is not "
        "defined; did you mean 'h100'?",
        "deal.yaml:4:61: blocks.pod.uses.power_kw: must be at least 0, not -1",
        "deal.yaml:6:5: demands[0].unmet_cost: is required",
    ]
    assert ran.stderr.splitlines()[-1] == "3 faults"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("colosus", "did you mean 'colossus'?"),
        ("first.yaml", "the example is called 'first'"),
        ("deel.yaml", "did you mean 'deal.yaml'?"),
        ("deal", "did you mean 'deal.yaml'?"),
        ("nothing-like-it", "`gridblock examples`"),
        (".", "is a folder without tables (.csv files)"),
        ("", "the name of a file is missing"),
        ("https://example.org/deal.yaml", "download it first"),
        ("x" * 5000, "`gridblock examples`"),
        ("a\0b", "no such file"),
    ],
)
def test_a_file_that_is_not_there(gridblock: Any, tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "deal.yaml").write_text("gridblock: 1\n")
    ran = gridblock("solve", name)
    assert ran.exit_code == 3
    assert said in ran.stderr
    assert ran.stderr.splitlines()[-1] == "1 fault"


def test_a_plan_of_what_the_instance_does_not_have_is_damaged(
    gridblock: Any, tmp_path: Path
) -> None:
    assert gridblock("solve", "first", "-o", "run").exit_code == 0
    file = tmp_path / "run" / "plan.json"
    plan = json.loads(file.read_text())
    plan["decisions"]["assigned"][0]["place"] = "nowhere"
    file.write_text(json.dumps(plan))
    for arguments in (("report", "run"), ("diff", "run", "first"), ("stress", "run", "--no-save")):
        ran = gridblock(*arguments)
        assert ran.exit_code == 3
        assert "has no leaf place 'nowhere'; `gridblock audit` tells all" in ran.stderr
    assert gridblock("audit", "run").exit_code == 8


READERS = (
    ("compare", "run", "whole"),
    ("diff", "whole", "run"),
    ("export", "run"),
    ("prices", "run"),
    ("report", "run", "--no-baseline"),
    ("explain", "run"),
)


@pytest.mark.parametrize("digest", [True, False])
def test_a_plan_that_was_changed_is_not_passed_on(
    gridblock: Any, tmp_path: Path, digest: bool
) -> None:
    # The best plan of the first example costs 252 m of hardware, 5.665968 m of energy and
    # 32.09664 m of unmet work, less 151.2 m in the end: 138.562608 m, and 132.896641 m with energy
    # at 1. So it adds up, and only its digest and the books tell.
    assert gridblock("solve", "first", "-o", "whole").exit_code == 0
    whole = json.loads((tmp_path / "whole" / "plan.json").read_text())
    assert whole["objective"] == pytest.approx(138_562_608)
    shutil.copytree(tmp_path / "whole", tmp_path / "run")
    best = whole["objective"] - whole["costs"]["energy"] + 1
    assert best == pytest.approx(132_896_641)
    costs = {**whole["costs"], "energy": 1.0}
    plan = {**whole, "costs": costs, "objective": best, "bound": best, "gap": 0.0}
    plan |= {} if digest else {"digest": None}
    text = {name: value for name, value in plan.items() if value is not None}
    (tmp_path / "run" / "plan.json").write_text(json.dumps(text))
    for arguments in READERS:
        ran = gridblock(*arguments)
        assert ran.exit_code == 3, arguments
        assert "energy cost: 1 stated, 5.66597e+06 by the books" in ran.stderr
    assert gridblock("audit", "run").exit_code == 8
    # Without a digest nothing says that it was changed; a plan to start from may be anybody's.
    started = gridblock("solve", "first", "--from", "run", "--no-save")
    assert started.exit_code == (3 if digest else 0)


def test_a_plan_without_a_digest_is_taken_if_it_keeps_every_rule(
    gridblock: Any, tmp_path: Path
) -> None:
    assert gridblock("solve", "first", "-o", "run").exit_code == 0
    file = tmp_path / "run" / "plan.json"
    plan = json.loads(file.read_text())
    del plan["digest"]
    file.write_text(json.dumps(plan))
    assert gridblock("diff", "run", "first").exit_code == 0
    assert gb.read_plan(file).objective == pytest.approx(138_562_608)


def test_a_plan_is_read_with_its_own_instance_alone(gridblock: Any, tmp_path: Path) -> None:
    # At 1 per MWh, not the 55 that the plan was made with, its costs are not these.
    assert gridblock("solve", "first", "-o", "run").exit_code == 0
    file = tmp_path / "run" / "instance.json"
    given = gb.read(file)
    cheap = given.replace({"facilities.memphis.energy_per_mwh": 1})
    assert gb.read_plan(tmp_path / "run", given).objective == pytest.approx(138_562_608)
    with pytest.raises(gb.InstanceError, match="of another instance than the 'first' given"):
        gb.read_plan(tmp_path / "run", cheap)
    gb.write(cheap, tmp_path / "cheap.json")
    (tmp_path / "cheap.json").replace(file)
    with pytest.raises(gb.InstanceError, match="of another instance than the one beside it"):
        gb.read_plan(tmp_path / "run")
    assert gridblock("audit", "run").exit_code == 8
    assert gridblock("solve", "first", "--from", "run", "--no-save").exit_code == 0


MANY: dict[str, tuple[str, ...]] = {
    "study.json": ("sweep", "first", "grid.yaml", "-j", "1"),
    "front.json": ("pareto", "take-or-pay", "--points", "2"),
    "roll.json": ("roll", "order-before-you-know", "--truth", "growth"),
    "stochastic.json": ("stochastic", "order-before-you-know"),
    "stress.json": ("stress", "run", "-j", "1"),
}


@pytest.mark.parametrize("name", MANY)
def test_a_damaged_file_of_many_plans_is_told(gridblock: Any, tmp_path: Path, name: str) -> None:
    (tmp_path / "grid.yaml").write_text("cartesian: {facilities.memphis.pue: [1.1, 1.2]}\n")
    if name == "stress.json":
        assert gridblock("solve", "order-before-you-know", "-o", "run").exit_code == 0
    assert gridblock(*MANY[name], "-o", "out", "-q").exit_code == 0
    file = tmp_path / "out" / name
    whole = json.loads(file.read_text())
    # Each part in its turn is something else than it was.
    for part in whole.keys() - {"digest", "seconds"}:
        file.write_text(json.dumps({**whole, part: [{"what": 5}]}))
        ran = gridblock("report", "out")
        assert ran.exit_code == 3, part
        assert f"{name}: is damaged" in ran.stderr
    file.write_text(json.dumps(whole))
    assert gridblock("report", "out").exit_code == 0


def test_a_file_of_ones_own_comes_before_an_example(gridblock: Any, tmp_path: Path) -> None:
    (tmp_path / "first").write_text("gridblock: 1\n")
    assert "first: ends in ''" in gridblock("solve", "first").stderr
