"""Series: a number, a list, or values that hold until the next one."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from gridblock.instances.calendar import Horizon
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.schema.series import (
    NonNegativeSeries,
    Series,
    faults_of_series,
    is_by_period,
    spread,
)

HORIZON = Horizon(("a", "b", "c"), (1.0, 1.0, 1.0))


@pytest.mark.parametrize(
    ("written", "values"),
    [
        (7, (7, 7, 7)),
        ((1, 2, 3), (1, 2, 3)),
        ({"a": 1}, (1, 1, 1)),
        ({"a": 1, "c": 5}, (1, 1, 5)),
        # In any order.
        ({"b": 2, "a": 1}, (1, 2, 2)),
    ],
)
def test_a_series_gives_one_value_a_period(written: Any, values: tuple[float, ...]) -> None:
    assert spread(written, HORIZON) == values
    assert faults_of_series(written, HORIZON) == []


@pytest.mark.parametrize(
    ("written", "path", "told"),
    [
        ((1, 2), (), "must have one value for each of the 3 periods, not 2"),
        ((1, 2, 3, 4), (), "not 4"),
        ((), (), "not 0"),
        ({"d": 1, "a": 1}, ("d",), "is not a period"),
        ({"A": 1}, ("A",), "did you mean 'a'"),
        ({"b": 1}, (), "has no value for the first period; add a: 0"),
        ({}, (), "has no value for the first period"),
    ],
)
def test_a_series_that_does_not_fit_is_told(written: Any, path: tuple[str, ...], told: str) -> None:
    ((where, message),) = faults_of_series(written, HORIZON)
    assert where == path
    assert told in message


@pytest.mark.parametrize("value", [True, "5", None, [True], ["5"], [None], {"a": None}, [[1]]])
def test_what_is_no_number_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Series).validate_python(value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e16, -1e16, 1e-10])
def test_numbers_that_cannot_be_are_refused(value: float) -> None:
    for written in (value, [value], {"1": value}):
        with pytest.raises(InstanceError, match="carbon_price_per_t"):
            Instance.parse({"gridblock": 1, "carbon_price_per_t": written})


def test_negative_numbers_are_refused_where_they_mean_nothing() -> None:
    assert TypeAdapter(Series).validate_python(-1) == -1
    for written in (-1, [-1], {"a": -1}):
        with pytest.raises(ValidationError):
            TypeAdapter(NonNegativeSeries).validate_python(written)


def test_keys_that_are_periods_make_a_series_by_period() -> None:
    assert is_by_period({"a": 1, "c": 2}, HORIZON)
    assert not is_by_period({"a": 1, "memphis": 2}, HORIZON)
    assert not is_by_period({}, HORIZON)


def test_period_names_may_look_like_numbers() -> None:
    years = Instance.parse(
        {"gridblock": 1, "periods": {"first": 2026, "count": 2}, "carbon_price_per_t": {2026: 5}}
    )
    assert years.over_periods(years.carbon_price_per_t) == {"2026": 5, "2027": 5}


def serving(cost: Any) -> Instance:
    """Give an instance in which serving at two sites over two periods has a cost."""
    return Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": "a", "hours": 1}, {"name": "b", "hours": 1}],
            "facilities": {"north": {}, "south": {}},
            "demands": [
                {
                    "name": "chat",
                    "amount": 1,
                    "yields": {},
                    "unmet_cost": 1,
                    "cost_per_unit_hour": cost,
                }
            ],
        }
    )


@pytest.mark.parametrize(
    ("cost", "north", "south"),
    [
        (-2, (-2, -2), (-2, -2)),
        ([1, 2], (1, 2), (1, 2)),
        ({"a": 1, "b": 2}, (1, 2), (1, 2)),
        ({"a": 1}, (1, 1), (1, 1)),
        ({"north": 3}, (3, 3), (0, 0)),
        ({"north": [3, 4], "south": {"a": -1}}, (3, 4), (-1, -1)),
        ({}, (0, 0), (0, 0)),
    ],
)
def test_serving_cost_is_for_all_sites_or_by_site(
    cost: Any, north: tuple[float, ...], south: tuple[float, ...]
) -> None:
    instance = serving(cost)
    for site, values in (("north", north), ("south", south)):
        found = instance.cost_per_unit_hour(instance.demands[0], site)
        assert tuple(found.values()) == values


@pytest.mark.parametrize(
    ("cost", "told"),
    [
        ([1], "must have one value for each of the 2 periods"),
        ({"b": 1}, "has no value for the first period"),
        ({"north": 1, "a": 2}, "'a', which is not defined"),
        ({"nroth": 1}, "did you mean 'north'"),
        ({"north": [1, 2, 3]}, "must have one value for each"),
        ({"a": {"a": 1}}, "must be a number"),
    ],
)
def test_serving_cost_that_does_not_fit_is_told(cost: Any, told: str) -> None:
    with pytest.raises(InstanceError, match="cost_per_unit_hour") as caught:
        serving(cost)
    assert told in str(caught.value)
