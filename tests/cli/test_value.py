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


def test_an_unknown_option_is_bad_usage(gridblock: Any) -> None:
    ran = gridblock("value", "take-or-pay", "--option", "colosus")
    assert ran.exit_code == 2
    assert "colossus" in ran.stderr
