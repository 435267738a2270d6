"""The planner against every plan that a tiny instance may have; `make fuzz` goes on and on."""

import os
from collections import Counter

import pytest

from gridblock.instances.instance import Instance
from rivals.here import session_here
from rivals.tiny import tiny
from trust.fuzz import compared

TINY = int(os.environ.get("TINY", "3000"))
"""Seeds that a run of the tests goes through."""
A_TEST = 150
SHOWN = {
    "a run": "'run'",
    "tiers": "'tier': 2",
    "a loss of a facility": "'survive'",
    "traffic": "'gbps_per_unit'",
    "a lease": "'blocks': 'bx', 'at'",
    "take or pay": "'per_block_hour'",
    "room in lots": "'limit': 'racks'",
    "feeds": "'fed_by'",
    "feeds in lots": "'feed': 'm'",
    "what opens": "'opens'",
    "a limit over the plan": "'measure'",
    "a share": "'max_share': ",
    "a priced limit": "'penalty'",
    "copies of a hall": "'count': 2, 'limits'",
    "supply": "'supply'",
    "on order": "'on_order'",
    "a floor": "'min_share'",
    "a spread": "'max_share_per_facility'",
    "one accelerator": "'one_accelerator'",
    "one hall": "'together'",
    "air": "'air_cooling_mw'",
    "carbon": "'carbon_price_per_t'",
}
"""What in the text of an instance shows a feature."""


@pytest.mark.slow
@pytest.mark.parametrize("first", range(0, TINY, A_TEST))
def test_no_plan_is_better_and_none_is_missed(first: int) -> None:
    session = session_here()
    verdicts = [compared(seed, session) for seed in range(first, min(first + A_TEST, TINY))]
    assert [each for each in verdicts if each.what == "differs"] == []
    counts = Counter(each.what for each in verdicts)
    assert counts["agreed"] + counts["infeasible"] > 0.9 * len(verdicts)


def test_tiny_instances_have_every_feature_often() -> None:
    texts = [str(tiny(seed)) for seed in range(2000)]
    counts = {name: sum(text in each for each in texts) for name, text in SHOWN.items()}
    assert {name: count for name, count in counts.items() if count < 20} == {}


def test_the_copies_of_a_hall_are_opened_by_one_name() -> None:
    # Two options called one of them f/h and f/h-1, which the reader refuses, as it should.
    assert Instance.parse(tiny(14570)).name == "tiny"
