"""What may come of an instance: scenarios alone, together and drawn, and their mean."""

from typing import Any

import pytest

from gridblock.instances.average import average
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.outlook import AS_IT_STANDS, Future, futures_drawn, futures_of


@pytest.fixture
def given() -> Instance:
    """A site whose permit may be late, and demand that may be high."""
    return Instance.parse(
        {
            "gridblock": 1,
            "name": "deal",
            "periods": [{"name": "y1", "hours": 10}, {"name": "y2", "hours": 10}],
            "accelerators": {"h100": {}},
            "blocks": {"pod": {"accelerator": "h100", "accelerators": 10, "cost_once": 5}},
            "facilities": {"a": {"grid_mw": [1, 3], "limits": {"racks": 10}}},
            "demands": [{"name": "chat", "amount": 80, "yields": {"h100": 1}, "unmet_cost": 2}],
            "options": [{"name": "more", "adds": [{"limit": "racks", "at": "a", "amount": 5}]}],
            "scenarios": [
                {"name": "late", "probability": 0.2, "set": {"facilities.a.grid_mw": 1}},
                {"name": "high", "probability": 0.3, "set": {"demands.*.amount": "*1.5"}},
            ],
        }
    )


def chances(futures: tuple[Future, ...]) -> dict[str, float]:
    return {future.name: pytest.approx(future.probability) for future in futures}


def test_what_the_scenarios_leave_is_the_instance_as_it_stands(given: Instance) -> None:
    futures = futures_of(given)
    assert chances(futures) == {AS_IT_STANDS: 0.5, "late": 0.2, "high": 0.3}
    assert futures[0].instance == given.scenario()
    assert futures[2].instance.demands[0].amount == 120
    whole = given.replace({"scenarios.0.probability": 0.7})
    assert chances(futures_of(whole)) == {"late": 0.7, "high": 0.3}


def test_scenarios_that_come_together_are_independent(given: Instance) -> None:
    # 0.8 x 0.7, 0.2 x 0.7, 0.8 x 0.3, 0.2 x 0.3.
    futures = futures_of(given, together=True)
    both = "late + high"
    assert chances(futures) == {AS_IT_STANDS: 0.56, "late": 0.14, "high": 0.24, both: 0.06}
    assert futures[3].instance.demands[0].amount == 120
    assert futures[3].instance.facilities["a"].grid_mw == 1


def test_scenarios_that_come_together_are_not_called_like_another(given: Instance) -> None:
    named = {"scenarios.0.name": "a", "scenarios.1.name": "b"}
    plain = given.replace(named).as_it_stands()
    scenarios = [each.model_dump() for each in given.replace(named).scenarios]
    third = {"name": "a + b", "probability": 0.5, "set": {"discount_rate": 0.1}}
    futures = futures_of(Instance.parse({**plain, "scenarios": [*scenarios, third]}), together=True)
    # 0.2 x 0.3 x 0.5 that a and b come without the third; 0.8 x 0.7 x 0.5 that it comes alone.
    found = chances(futures)
    assert len(found) == 8
    assert (found["(a + b)"], found["a + b"]) == (0.03, 0.28)


@pytest.mark.parametrize("together", [False, True])
def test_draws_come_near_the_probabilities_and_repeat(given: Instance, together: bool) -> None:
    futures = futures_of(given, together=together, samples=4000, seed=1)
    assert futures == futures_of(given, together=together, samples=4000, seed=1)
    exact = {f.name: f.probability for f in futures_of(given, together=together)}
    drawn = {f.name: f.probability for f in futures}
    assert sum(drawn.values()) == pytest.approx(1)
    # Four standard deviations of a share of 4,000 draws are at most 4 x 0.5 / 63 = 0.032.
    assert all(abs(drawn[name] - exact[name]) < 0.032 for name in exact)


def test_futures_are_drawn_from_distributions(given: Instance) -> None:
    spread = {"fields": {"demands.*.amount": {"uniform": {"low": 1, "high": 2}, "as": "factor"}}}
    futures = futures_drawn(given, spread, 12, seed=3)
    assert chances(futures) == {f"draw {i:02d}": 1 / 12 for i in range(1, 13)}
    amounts = [future.instance.demands[0].amount for future in futures]
    assert len(set(amounts)) == 12
    assert all(80 <= amount <= 160 for amount in amounts)
    assert futures == futures_drawn(given, spread, 12, seed=3)
    mean = average(given, futures).instance.demands[0].amount
    assert mean == pytest.approx(sum(amounts) / 12)
    lost = {"fields": {"demands.x.amount": {"uniform": {"low": 1, "high": 2}}}}
    with pytest.raises(InstanceError, match="there is no 'x' on the path"):
        futures_drawn(given, lost, 2)


def test_what_has_no_probability_does_not_count(given: Instance) -> None:
    one = given.replace({"scenarios.0.probability": None})
    assert chances(futures_of(one)) == {AS_IT_STANDS: 0.7, "high": 0.3}
    none = one.replace({"scenarios.1.probability": 0})
    with pytest.raises(InstanceError, match="have no probability; give each one"):
        futures_of(none)
    with pytest.raises(InstanceError, match="are not given"):
        futures_of(given.scenario())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"currency": "EUR"}, "changes the currency"),
        ({"periods": [{"name": "y1", "hours": 10}, {"name": "y2", "hours": 20}]}, "the periods"),
    ],
)
def test_futures_that_cannot_be_compared_are_refused(
    given: Instance, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(InstanceError, match=said):
        futures_of(given.replace({"scenarios.0.set": changes}))


def test_too_many_futures_are_refused(given: Instance) -> None:
    many = [
        {"name": f"s{i}", "probability": 0.05, "set": {"demands.*.amount": "*2"}} for i in range(10)
    ]
    with pytest.raises(InstanceError, match=r"2\^10 ways"):
        futures_of(given.replace({"scenarios": many}), together=True)


def test_the_mean_of_numbers_and_series(given: Instance) -> None:
    mean = average(given, futures_of(given))
    # 0.7 x 80 + 0.3 x 120; in y2 0.8 x 3 + 0.2 x 1, in y1 1 throughout.
    assert mean.instance.demands[0].amount == pytest.approx(92)
    assert mean.instance.facilities["a"].grid_mw == pytest.approx((1, 2.6))
    assert mean.averaged == ("demands.chat.amount", "facilities.a.grid_mw")
    assert mean.kept == ()
    assert mean.instance.scenarios == ()


def test_fields_without_a_mean_stay_as_they_are(given: Instance) -> None:
    # Leads of 0 and 1 have none that is whole; a supply that is not limited has none; where lists
    # differ, what they say as a whole has none.
    more = {
        "blocks.pod.lead": 1,
        "blocks.pod.supply": 4,
        "facilities.a.tags": ["us"],
        "facilities.a.pue": 1.5,
        "options.more.max": 3,
    }
    futures = futures_of(given.replace({"scenarios.0.set": more}))
    mean = average(given, futures)
    assert mean.kept == (
        *("blocks.pod.lead", "blocks.pod.supply"),
        *("facilities.a.tags", "options.more.max"),
    )
    assert mean.instance.blocks == given.blocks
    assert mean.instance.facilities["a"].pue == pytest.approx(1.1)
    # Counts whose mean is whole have one: 0.5 x 1 + 0.5 x 3.
    even = given.replace(
        {"scenarios.0.probability": 0.5, "scenarios.0.set": {"options.more.max": 3}}
    )
    even = even.replace({"scenarios.1.probability": 0})
    assert average(even, futures_of(even)).instance.options[0].max == 2


def test_lists_of_one_length_have_a_mean(given: Instance) -> None:
    # 0.8 x 0.5 + 0.2 x 1.
    ramped = given.replace({"options.more.ramp": [0.5, 1]})
    found = average(
        ramped, futures_of(ramped.replace({"scenarios.0.set": {"options.more.ramp": [1, 1]}}))
    )
    assert found.instance.options[0].ramp == pytest.approx((0.6, 1))
