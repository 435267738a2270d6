"""``gridblock value`` as a planner types it."""

import json
from typing import Any


def test_a_lease_is_worth_what_it_saves(gridblock: Any) -> None:
    # Ten pods save $25,000 a period and cost $20,000 at $2 a pod-hour: worth it up to $2.5.
    ran = gridblock("value", "take-or-pay", "--option", "colossus", "--format", "json")
    assert ran.exit_code == 0
    answer = json.loads(ran.stdout)
    assert answer["surplus"] == 10_000
    assert abs(answer["break_even_factor"] - 1.25) < 1e-3
    assert answer["without"]["unmet_share"] == 1
    # In each period it saves 100 of 100, or of 140 units at $0.25, for ten pods at $2.
    saved = {"unmet": 25_000, "price": -20_000, "else": 0, "in all": 5_000}
    assert answer["saved_by_period"] == {"p1": saved, "p2": saved}
    shown = gridblock("value", "take-or-pay", "--option", "colossus").stdout
    assert "1.25 times its price" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_an_option_that_a_plan_cannot_do_without(gridblock: Any) -> None:
    # Half of the demand has to be served, and only pods of the option do. Ten serve 100 of 100 and
    # of 140 units, for two payments of $20,000 and $10,000 of unmet work; ten more are too dear.
    asked = ("value", "take-or-pay", "--option", "colossus", "--set", "demands.chat.min_share=0.5")
    ran = gridblock(*asked, "--format", "json")
    assert ran.exit_code == 0
    answer = json.loads(ran.stdout)
    assert (answer["with"]["status"], answer["with"]["objective"]) == ("optimal", 50_000)
    assert (answer["without"]["status"], answer["without"]["objective"]) == ("infeasible", None)
    assert answer["surplus"] is answer["break_even_factor"] is answer["saved_by_period"] is None
    assert "Without it no plan can exist" in gridblock(*asked).stdout


def test_without_a_plan_the_answer_has_nulls(gridblock: Any) -> None:
    # Twenty pods serve 200 units: not all of 300, with the option or without it.
    asked = ("value", "take-or-pay", "--option", "colossus", "--format", "json")
    floor = ("--set", "demands.chat.amount=300", "--set", "demands.chat.min_share=1")
    ran = gridblock(*asked, *floor)
    assert ran.exit_code == 4
    answer = json.loads(ran.stdout)
    assert [answer[plan]["status"] for plan in ("with", "without")] == ["infeasible"] * 2
    assert answer["with"]["objective"] is answer["with"]["unmet_share"] is None
    stopped = gridblock(*asked, "--time-limit", "0")
    assert stopped.exit_code == 6
    assert json.loads(stopped.stdout)["without"]["unmet_share"] is None


def test_an_unknown_option_is_bad_usage(gridblock: Any) -> None:
    ran = gridblock("value", "take-or-pay", "--option", "colosus")
    assert ran.exit_code == 2
    assert "colossus" in ran.stderr
