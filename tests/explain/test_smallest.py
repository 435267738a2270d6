"""The smallest set that does, against every set."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridblock.solvers.explaining.smallest import smallest

RULES = "abcde"


def does(chosen: frozenset[str], enough: list[frozenset[str]]) -> bool:
    """A set does if it holds one of those that are enough."""
    return any(each <= chosen for each in enough)


@given(st.lists(st.frozensets(st.sampled_from(RULES), min_size=1), max_size=5))
def test_no_set_is_smaller(enough: list[frozenset[str]]) -> None:
    found = smallest(RULES, lambda s: does(s, enough), lambda s: does(s, enough), most=5)
    sizes = [
        n
        for n in range(len(RULES) + 1)
        for chosen in combinations(RULES, n)
        if does(frozenset(chosen), enough)
    ]
    if not sizes:
        assert found is None
    else:
        assert found is not None
        assert does(found, enough)
        assert len(found) == sizes[0]


def test_a_quick_test_that_says_yes_too_often_is_corrected() -> None:
    # The quick test takes any set with a; only a with c does.
    found = smallest("abc", lambda s: "a" in s, lambda s: {"a", "c"} <= s)
    assert found == {"a", "c"}


@pytest.mark.parametrize("tests", [1, 2])
def test_a_search_gives_up_after_so_many_tests(tests: int) -> None:
    assert smallest("abc", lambda _: True, lambda s: len(s) == 3, tests=tests) is None
