"""What a planner reads: complete, aligned in 80 columns, the same each time, and never markup."""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.account import account as account_of
from gridblock.model.findings import Finding, Report
from gridblock.model.plan import Assignment, Decisions, PlanData, RunStart, Service, Stage, Standing
from gridblock.reports import terminal

Printed = Callable[..., str]

ANSWER = """\
pair ─────────────────────────────────────────── a to b, 2 facilities, 2 demands

Serves 96 % of the work over 2 periods for USD 1,200,000. 4 % of unit-hours stay
unmet, priced at USD 300,000; all of it is train, worst in b (20 %).

Stopped at the time limit; this is the best plan found. With unmet work at its
price it costs USD 1,500,000; the best possible costs at most 3 % less
(USD 1,455,000; asked for 0.1 %).

Costs ──────────────────────────────────────────────────── over the horizon, USD
  category                  cost
  hardware             2,000,000  ████████████████████████████████████
  end credit            -800,000  ░░░░░░░░░░░░░░
                       ─────────
  spending             1,200,000
  unmet, at its price    300,000  █████▍
  total                1,500,000

Unmet ──────────────────────────────────────────── % of the amount; price in USD
  demand     a     b  all  priced at
  train           20   10    300,000

Orders ──────────────────────────────────── cost when they enter service, in USD
  order  in
  by     service  blocks  block type  facility  accelerators       cost
  a      b             2  su          north              512  2,000,000

Facilities ─────────────────────── accelerators in service; rated power in b, MW
  facility      a      b  power   of
  north       512  1,024    2.0  2.0  100 %  ██████████████
  south     2,000  2,000    0.4  0.5   80 %  ███████████▎
            ─────  ─────    ───
  all       2,512  3,024    2.4

Accelerators ───────────────────────── in service; share of all in b; hours busy
  accelerator  vendor      a      b  share   busy
  h100         nvidia    512  1,024   34 %  100 %  ██████████████
  trn2         amazon  2,000  2,000   66 %   50 %  ███████
  By vendor: amazon 66 %, nvidia 34 % of accelerators in b.

Limits that are full ─────────────────────── at 90 % or more; use at its highest
  at            limit    full in  used   of         in
  north         grid_mw   1 of 2     3    3  100 %  b
  wan to north  gbps      1 of 2   100  100  100 %  b
"""


def test_the_answer_reads_like_this(
    pair: Instance, plan: PlanData, account: Account, printed: Printed
) -> None:
    # North's 2.0 MW are what 3 MW of grid / PUE 1.5 allow. One of two rows is busy.
    assert printed(terminal.answer, pair, plan, account) == ANSWER


def test_what_waiting_costs_is_told_apart_from_unmet_work(
    pair: Instance, plan: PlanData, printed: Printed
) -> None:
    # The run waits a period for 300,000. Chat is not served: 1,512 units x 1,000 h x $2 are
    # 3,024,000, and both are 3,324,000 under unmet.
    run = {"periods": 1, "start": ["a", "b"], "delay_cost": 300_000.0}
    gang = pair.replace({"demands.train.run": run})
    late = Decisions(
        starts={RunStart("train", "b"): 1},
        assigned={Assignment("train", "row", "south", "b"): 1.0},
        served={Service("train", "", "south", "b"): 500.0},
    )
    books = account_of(gang, late)
    costs = {"unmet": float(books.costs["unmet"])}
    assert costs == {"unmet": 3_324_000}
    text = printed(terminal.answer, gang, replace(plan, decisions=late, costs=costs), books)
    assert "priced at USD 3,024,000; all of it is chat" in text.replace("\n", " ")
    assert "Of unmet, at its price, 300,000 is for runs that wait." in text
    assert "for runs that wait" not in ANSWER


def test_colour_changes_nothing_but_colour(
    pair: Instance, plan: PlanData, account: Account
) -> None:
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True, color_system="standard")
    terminal.answer(pair, plan, account, console)
    assert "\x1b[36m█" in out.getvalue()
    assert Text.from_ansi(out.getvalue()).plain.strip() == ANSWER.strip()


def test_no_color_is_respected(
    pair: Instance, plan: PlanData, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    out = io.StringIO()
    terminal.answer(pair, plan, account, Console(file=out, width=80, force_terminal=True))
    assert "\x1b[3" not in out.getvalue()


STRANGE = (
    "[red]x[/red]",
    "=cmd|'/c calc'!A1",
    "<script>alert(1)</script>",
    "データセンター" * 9,
    "x" * 200,
    ":smile:",
    "a|b`c*d_",
    "https://[bold]",
)


def strange(periods: object) -> Instance:
    """An instance in which every name is one that some output takes for more than a name."""
    return Instance.parse(
        {
            "gridblock": 1,
            "name": STRANGE[0],
            "currency": "[link=x]",
            "discount_rate": 0.1,
            "periods": periods,
            "accelerators": {name: {"vendor": name} for name in STRANGE},
            "blocks": {
                name: {
                    "accelerator": name,
                    "accelerators": 123456,
                    "cost_once": 98765432.0,
                    "uses": {"power_kw": 1000.0, "racks": 1.0},
                }
                for name in STRANGE
            },
            "facilities": {
                name: {
                    "limits": {"power_mw": 9.0, "racks": 9.0},
                    "installed": dict.fromkeys(STRANGE, 1),
                }
                for name in STRANGE
                if "/" not in name
            },
            "demands": [
                {"name": n, "unit": n, "amount": 123.0, "yields": {n: 1.0}, "unmet_cost": 9.0}
                for n in STRANGE
            ],
        }
    )


PERIODS = (
    {"first": "2026Q3", "count": 1},
    {"first": "2026Q3", "count": 12},
    {"first": "2026-07", "count": 36},
    {"first": "2026", "count": 9},
    [{"name": f"[b]{'long ' * 20}{i}", "hours": 1000.0} for i in range(12)],
)


@pytest.mark.parametrize("periods", PERIODS)
def test_nothing_is_wider_than_80_columns(periods: object, printed: Printed) -> None:
    instance, nothing = strange(periods), Decisions()
    books = account_of(instance, nothing)
    costs = {name: float(value) for name, value in books.costs.items()}
    objective = float(books.objective)
    plan = PlanData("x", "x", "optimal", "finished", nothing, objective, objective, 0.0, 0.0, costs)
    text = printed(terminal.answer, instance, plan, books, width=200)
    text += printed(terminal.understood, instance)
    assert max(map(cell_len, text.splitlines())) <= 80
    assert "[red]x[/red]" in text
    assert ":smile:" in text


def test_a_narrow_terminal_shortens_names_and_no_numbers(
    pair: Instance, plan: PlanData, account: Account, printed: Printed
) -> None:
    text = printed(terminal.answer, pair, plan, account, width=60)
    assert "2,000,000" in text
    # 65 of 80 columns suffice for every table without its bars.
    assert max(map(cell_len, text.splitlines())) <= 65


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_console_without_unicode_is_written_in_its_letters(
    pair: Instance, plan: PlanData, account: Account, encoding: str
) -> None:
    foreign = pair.replace({"name": "データ"})
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding)
    terminal.answer(foreign, plan, account, Console(file=file, width=80))
    file.flush()
    text = raw.getvalue().decode(encoding)
    assert text.startswith(r"\u30c7\u30fc\u30bf ---")
    assert "======" in text


def test_what_does_not_print_is_spelt_out(pair: Instance, plan: PlanData, printed: Printed) -> None:
    ruled = replace(
        plan,
        status="infeasible",
        decisions=None,
        objective=None,
        conflict=("demands.\x1b[2Jchat.min_share", "x" * 100),
    )
    text = printed(terminal.answer, pair, ruled, None)
    assert "\x1b" not in text
    assert r"  - demands.\x1b[2Jchat.min_share" in text
    assert "these hard rules conflict:" in text
    assert max(map(len, text.splitlines())) <= 80


STATUSES = [
    ({"status": "optimal", "bound": 1_500_000.0, "gap": 0.0}, "Optimal. With unmet work at"),
    ({"status": "optimal"}, "Optimal within the gap asked for."),
    ({"status": "interrupted", "stop": "interrupted"}, "Interrupted; this is the best plan found."),
    ({"bound": None, "gap": None}, "how much less the best possible costs is not proven"),
    ({"objective": -10.0, "bound": -30.0, "gap": 2.0}, "no plan costs less than USD -30"),
    (
        {"bound": 1_500_000.0, "gap": 0.0, "stages": (Stage(1, 10.0, 10.0, 0.0, 0.0),)},
        "and no plan that gives earlier tiers as much costs less.",
    ),
    ({"status": "no_plan", "objective": None}, "Stopped at the time limit before a plan was"),
    ({"status": "infeasible", "objective": None}, "Infeasible: no plan can exist, since its"),
]


@pytest.mark.parametrize(("changes", "sentence"), STATUSES)
def test_each_status_is_said_in_words(
    changes: dict[str, object],
    sentence: str,
    pair: Instance,
    plan: PlanData,
    account: Account,
    printed: Printed,
) -> None:
    changed = replace(plan, **changes)  # type: ignore[arg-type]
    books = account if changed.objective is not None else None
    assert sentence in " ".join(printed(terminal.answer, pair, changed, books).split())


def test_a_plan_that_serves_everything_says_so(
    pair: Instance, plan: PlanData, account: Account, printed: Printed
) -> None:
    modest = pair.replace({"demands.train.amount": 400.0})
    books = account_of(modest, plan.decisions or Decisions())
    text = printed(terminal.answer, modest, plan, books)
    # Training now asks for 400 where 500 and 400 are served, so that nothing is unmet in b.
    assert "Serves all of the work over 2 periods" in text
    assert "\nUnmet" not in text


def test_what_retires_is_listed(pair: Instance, plan: PlanData, printed: Printed) -> None:
    gone = Decisions(retired={Standing("row", "south", "b"): 2})
    text = printed(terminal.answer, pair, replace(plan, decisions=gone), account_of(pair, gone))
    assert "  b            2  row         south            2,000\n" in text


def test_long_lists_say_where_the_rest_is(pair: Instance, plan: PlanData, printed: Printed) -> None:
    sites: dict[str, object] = {f"site-{i}": {} for i in range(35)}
    many = pair.replace({"facilities": sites, "network": {}, "demands": []})
    bought = Decisions(bought={Standing("su", f"site-{i}", "b"): i + 1 for i in range(35)})
    text = printed(terminal.answer, many, replace(plan, decisions=bought), account_of(many, bought))
    # The twelve largest of 35 orders are shown, in the order of the instance.
    assert "and 23 more: see tables/fleet.csv" in text
    assert "site-22" not in text.partition("Facilities")[0]
    assert text.index("site-23") < text.index("site-34")


def test_check_shows_what_it_understood(pair: Instance, printed: Printed) -> None:
    text = printed(terminal.understood, pair)
    assert "Understood 2 facilities, 3 places for blocks, 2 block types" in text
    # North: 3 MW / 1.5, two halls of one unit of 256. South: its power falls from 1 to 0.5 MW.
    lines = [line.split() for line in text.splitlines()]
    assert ["north", "2", "1.5", "2", "512"] in lines
    assert ["south", "1", "to", "0.5", "1.0", "2,000"] in lines
    assert ["chat", "512", "to", "1,000", "req/s", "shared", "2"] in lines
    assert "  a       1,000\n" in text


def test_an_audit_that_passes_is_one_sentence(printed: Printed) -> None:
    report = Report((), {"grid_power": 2, "racks": 4})
    assert printed(terminal.audit_report, report) == (
        "The plan keeps every rule: 6 rows of 2 rules checked.\n"
    )


def test_an_audit_that_fails_lists_what_is_broken_by_rule(printed: Printed) -> None:
    findings = tuple(Finding("grid_power", f"[b]site-{i}", "too much") for i in range(25))
    text = printed(terminal.audit_report, Report(findings, {"grid_power": 25}))
    assert "The plan breaks the rules in 25 rows; 25 rows of 1 rule checked." in text
    assert text.count("grid power") == 1
    assert "  - [b]site-19: too much\n" in text
    assert "[b]site-20" not in text
    assert "and 5 more" in text
