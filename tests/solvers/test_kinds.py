"""What `gridblock.solve` is given is of the kinds that it asks for, or it says which those are."""

from typing import Any

import pytest

import gridblock as gb


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"instance": "first"}, r"instance .* kind str: .* gridblock\.read\("),
        ({"instance": gb.read("first").plain()}, r"instance .* kind dict: .* gridblock\.read\("),
        ({"instance": None}, r"instance .* kind NoneType: .* gridblock\.read\("),
        ({"model": 3}, r"model .* kind int: .* gridblock\.build\("),
        ({"start": "run"}, r"start .* kind str: .* gridblock\.read_plan\("),
    ],
)
def test_an_argument_of_another_kind_is_told(given: dict[str, Any], said: str) -> None:
    with pytest.raises(TypeError, match=said):
        gb.solve(**{"instance": gb.read("first"), **given})


def test_a_share_is_a_number_and_not_text() -> None:
    first = gb.read("first")
    with pytest.raises(Exception, match=r"gap cannot be 0\.1%: it is a number"):
        gb.solve(first, gap="0.1%")  # type: ignore[arg-type]
    # 28 x (9 m x 0.4 + 202,356 of energy) + 1,832 units x 2 x 8,760 unmet, see first.yaml.
    best = 28 * 3_802_356 + 1832 * 2 * 8760
    assert best == 138_562_608
    plan = gb.solve(first, gap=0.001)
    assert plan.objective == pytest.approx(best)
    assert gb.solve(first, start=plan, model=gb.build(first)).objective == pytest.approx(best)
