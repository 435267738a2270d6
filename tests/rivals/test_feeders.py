"""The rival's reading of power devices, by hand, and what the random worlds hold of them."""

from fractions import Fraction
from typing import Any

from rivals.enumerate import best
from rivals.facts import Facts
from rivals.feeders import Feeders
from rivals.worlds import world

HALF = Fraction(1, 2)
FED: dict[str, Any] = {
    "gridblock": 1,
    "periods": [{"name": "u", "hours": 1}],
    "accelerators": {"x": {}},
    "blocks": {"b": {"accelerator": "x", "accelerators": 1, "uses": {"power_kw": 1}}},
    "facilities": {
        "f": {
            "pue": 1.5,
            "feeds": {
                "s": {"mw": 0.003, "pue": True},
                "a": {"mw": 0.004, "failover_mw": 0.005, "parent": "s"},
                "c": {"mw": 0.002},
            },
            "zones": {
                "h": {"fed_by": ["a", "c"], "installed": {"b": 4}},
                "i": {"fed_by": ["a"], "installed": {"b": 4}},
            },
        }
    },
    "demands": [{"name": "d", "amount": 8, "yields": {"x": 1}, "unmet_cost": 1}],
}


def test_every_device_has_a_rule_in_every_state_that_leaves_it_alive() -> None:
    rules = [(weights, most[0]) for weights, most in Feeders(Facts(FED)).rules()]
    half, all_of_it, none = (HALF, Fraction(1)), (Fraction(1), Fraction(1)), Fraction(0)
    assert rules == [
        # Intact: h is shared, i hangs on a alone; s carries half again as much.
        ((Fraction(3, 4), Fraction(3, 2)), 3),
        (half, 4),
        ((HALF, none), 2),
        # Without s, c carries h, and i is dark; without a the same, and s carries nothing.
        ((Fraction(1), none), 2),
        ((none, none), 3),
        ((Fraction(1), none), 2),
        # Without c, a carries all.
        ((Fraction(3, 2), Fraction(3, 2)), 3),
        (all_of_it, 5),
    ]


def test_the_best_plan_survives_every_loss() -> None:
    # Without c: 1.5 (h + i) <= 3, so two blocks stand.
    assert best(FED) == 6


def test_worlds_have_devices_of_every_kind() -> None:
    worlds = [world(seed) for seed in range(80)]
    fed = [data["facilities"] for data in worlds if "fed_by" in str(data["facilities"])]
    assert len(fed) >= 10
    for word in ("failover_mw", "parent", "'pue': True", "pdu"):
        assert any(word in str(facilities) for facilities in fed)
