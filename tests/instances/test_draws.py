"""Draws: distributions as they are known, within what fields can hold, the same for one seed."""

import math
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from gridblock.instances.distributions import Discrete, Lognormal, Normal, Triangular, Uniform
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.read import read
from gridblock.instances.spans import Span, span_of
from gridblock.instances.uncertainty import draws_of
from gridblock.instances.variants import AS_IT_STANDS, Variant, opened

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"
COUNT = 3000
PRICE = "facilities.abilene.energy_per_mwh"
COST = "blocks.pod.cost_once"
CHAT, BATCH = "demands.chat.amount", "demands.batch.amount"
LOGNORMAL = {"lognormal": {"mean": 1, "sd": 0.3}, "as": "factor"}


@pytest.fixture(scope="module")
def given() -> Instance:
    return read(GALLERY / "permit-late-or-demand-high.yaml")


def drawn(
    given: Instance, fields: Any, count: int = COUNT, seed: int = 1, **more: Any
) -> tuple[Variant, ...]:
    return draws_of(given, opened({"fields": fields, **more})).variants(count, seed)


def values(found: tuple[Variant, ...], path: str) -> Any:
    return np.array([each.values[path] for each in found], dtype=float)


def faults(given: Instance, fields: Any, **more: Any) -> str:
    with pytest.raises(InstanceError) as caught:
        draws_of(given, opened({"fields": fields, **more}))
    return "\n".join(str(fault) for fault in caught.value.faults)


@pytest.mark.parametrize(
    ("known", "middle", "lower"),
    [
        # The lower quartile of the normal distribution lies 0.6745 standard deviations below.
        (Normal(mean=10, sd=2), 10, 10 - 2 * 0.674490),
        # The median of a lognormal number is mean / sqrt(1 + (sd / mean)^2).
        (
            Lognormal(mean=10, sd=5),
            10 / math.sqrt(1.25),
            10 / math.sqrt(1.25) * math.exp(-0.674490 * math.sqrt(math.log(1.25))),
        ),
        (Uniform(low=40, high=80), 60, 50),
        # Below the mode 4 of 0 to 10 lies 0.4: the quartile is sqrt(0.25 x 10 x 4), and half of
        # the rest lies above 10 - sqrt(0.5 x 10 x 6).
        (Triangular(low=0, mode=4, high=10), 10 - math.sqrt(30), math.sqrt(10)),
    ],
)
def test_quantiles_of_distributions(known: Any, middle: float, lower: float) -> None:
    assert known.at(0.5) == pytest.approx(middle, rel=1e-6)
    assert known.at(0.25) == pytest.approx(lower, rel=1e-6)
    for share in (0.01, 0.25, 0.5, 0.9):
        assert known.share_below(known.at(share)) == pytest.approx(share, rel=1e-9)


def test_a_discrete_value_has_its_weight() -> None:
    known = Discrete(values=["a", [1, 2], 3], weights=[1, 0, 3])
    assert [known.pick(share) for share in (0.1, 0.24, 0.25, 0.9999)] == ["a", "a", 3, 3]


def test_sampled_means_and_deviations(given: Instance) -> None:
    found = drawn(
        given,
        {
            PRICE: {"normal": {"mean": 50, "sd": 10}},
            COST: {"lognormal": {"mean": 1000, "sd": 300}},
            "demands.chat.unmet_cost": {"triangular": {"low": 1, "mode": 2, "high": 6}},
            "blocks.pod.lead": {"discrete": {"values": [0, 1], "weights": [3, 1]}},
        },
    )
    # Within four standard errors; the triangle's mean is (1 + 2 + 6) / 3 and its variance
    # (1 + 4 + 36 - 2 - 6 - 12) / 18.
    expected = {
        PRICE: (50, 10), COST: (1000, 300),
        "demands.chat.unmet_cost": (3, math.sqrt(21 / 18)),
        "blocks.pod.lead": (0.25, math.sqrt(0.1875)),
    }  # fmt: skip
    for path, (mean, sd) in expected.items():
        sample = values(found, path)
        assert sample.mean() == pytest.approx(mean, abs=4 * sd / math.sqrt(COUNT))
        assert sample.std() == pytest.approx(sd, rel=0.08)


def test_what_the_field_cannot_hold_is_not_drawn(given: Instance) -> None:
    # end_share is a share: of a normal number around 0 only what lies in 0 to 1 is left, which is
    # half-normal: its mean is 0.3 x sqrt(2 / pi), less next to nothing for what is cut above 1.
    (path,) = fields = ["blocks.pod.end_share"]
    sample = values(drawn(given, {path: {"normal": {"mean": 0, "sd": 0.3}}}), *fields)
    assert 0 <= sample.min() < sample.max() <= 1
    assert sample.mean() == pytest.approx(0.3 * math.sqrt(2 / math.pi), abs=0.015)
    kept = {"normal": {"mean": 50, "sd": 10}, "min": 45, "max": 52}
    sample = values(drawn(given, {PRICE: kept}), PRICE)
    assert 45 <= sample.min() < 45.1
    assert 51.9 < sample.max() <= 52


def test_a_factor_leaves_every_field_within_its_bounds(given: Instance) -> None:
    # load_factor 0.8 may become 1 at most, so the factor 1.25.
    less = given.replace({"blocks.pod.load_factor": 0.8})
    path = "blocks.pod.load_factor"
    found = drawn(less, {path: {"normal": {"mean": 1, "sd": 0.5}, "as": "factor"}}, 500)
    assert values(found, path).min() >= 0
    assert 1.2 < values(found, path).max() <= 1.25
    assert all(str(each.changes[0][path]).startswith("*") for each in found)
    added = drawn(less, {path: {"uniform": {"low": -1, "high": 1}, "as": "added"}}, 500)
    assert -0.8 <= values(added, path).min() < -0.7
    assert 0.1 < values(added, path).max() <= 0.2
    assert {str(each.changes[0][path])[0] for each in added} == {"+", "-"}


def test_whole_numbers_are_drawn_whole(given: Instance) -> None:
    sample = values(drawn(given, {"blocks.pod.lead": {"uniform": {"low": 0, "high": 3}}}, 200),
                    "blocks.pod.lead")  # fmt: skip
    assert set(sample) == {0, 1, 2, 3}


@pytest.mark.parametrize("rho", [0.6, -0.4])
def test_correlation_is_reproduced(given: Instance, rho: float) -> None:
    fields = {
        PRICE: {"normal": {"mean": 50, "sd": 10}},
        COST: {"lognormal": {"mean": 1000, "sd": 300}},
        "demands.chat.unmet_cost": {"uniform": {"low": 1, "high": 2}},
    }
    together = [{"fields": [PRICE, COST], "rho": rho}]
    found = drawn(given, fields, together=together)
    price, cost, unmet = (values(found, path) for path in fields)
    # The numbers behind are normal: here the price itself and the logarithm of the cost.
    seen = np.corrcoef([price, np.log(cost), unmet])
    error = 4 / math.sqrt(COUNT)
    assert seen[0, 1] == pytest.approx(rho, abs=error)
    assert seen[0, 2] == pytest.approx(0, abs=error)
    # Moving together does not change how each is distributed.
    assert price.mean() == pytest.approx(50, abs=4 * 10 / math.sqrt(COUNT))
    assert price.std() == pytest.approx(10, rel=0.08)


def test_ranks_of_uniform_numbers_follow_the_copula(given: Instance) -> None:
    # Of two uniform numbers behind which stands rho, the correlation is 6 / pi asin(rho / 2).
    fields = {path: {"uniform": {"low": 0, "high": 1}} for path in (PRICE, COST)}
    matrix = [[1, 0.8], [0.8, 1]]
    together = [{"fields": [PRICE, COST], "correlation": matrix}]
    found = drawn(given, fields, together=together)
    seen = np.corrcoef(values(found, PRICE), values(found, COST))[0, 1]
    assert seen == pytest.approx(6 / math.pi * math.asin(0.4), abs=4 / math.sqrt(COUNT))


def test_each_field_is_drawn_by_itself_or_all_are_drawn_as_one(given: Instance) -> None:
    one = drawn(given, {"demands.*.amount": LOGNORMAL}, 5)
    assert list(one[0].values) == ["demands.*.amount"]
    each = drawn(
        given,
        {"demands.*.amount": LOGNORMAL | {"each": True}},
        together=[{"fields": ["demands.*.amount"], "rho": 0.5}],
    )
    assert list(each[0].values) == [CHAT, BATCH]
    seen = np.corrcoef(np.log(values(each, CHAT)), np.log(values(each, BATCH)))[0, 1]
    assert seen == pytest.approx(0.5, abs=4 / math.sqrt(COUNT))


def test_the_same_seed_gives_the_same_draws_beside_whatever_else_is_drawn(given: Instance) -> None:
    fields = {PRICE: {"normal": {"mean": 50, "sd": 10}}}
    few, many = drawn(given, fields, 5), drawn(given, fields, 9)
    assert many[:5] == few
    assert drawn(given, fields, 5, seed=2) != few
    more = drawn(given, {COST: {"uniform": {"low": 1, "high": 2}}, **fields}, 5, scenarios=True)
    assert list(values(more, PRICE)) == list(values(few, PRICE))
    other = drawn(given.replace({"discount_rate": 0.1}), fields, 5)
    assert other == few


def test_scenarios_come_true_with_their_probability(given: Instance) -> None:
    found = drawn(given, {}, scenarios=True)
    names = [each.values["scenario"] for each in found]
    for name, share in (("permit-late", 0.2), ("demand-high", 0.3), (AS_IT_STANDS, 0.5)):
        assert names.count(name) / COUNT == pytest.approx(share, abs=4 * 0.5 / math.sqrt(COUNT))
    late = next(each for each in found if each.values["scenario"] == "permit-late")
    assert late.changes == (given.scenarios[0].set,)


@pytest.mark.parametrize(
    ("fields", "more", "said"),
    [
        ({}, {}, "holds nothing"),
        ({PRICE: {}}, {}, "needs one distribution of normal"),
        ({"facilities.*.prise": LOGNORMAL}, {}, "is not a field of a facility"),
        ({"demands.chatt.amount": LOGNORMAL}, {}, "did you mean 'chat'?"),
        ({"demands.chat.name": {"uniform": {"low": 1, "high": 2}}}, {}, "holds no number"),
        ({"facilities.abilene.pue": {"normal": {"mean": -5, "sd": 0.1}}}, {}, "next to nothing"),
        ({"blocks.pod.lead": LOGNORMAL}, {}, "whole number: draw its value"),
        ({PRICE: {"uniform": {"low": 2, "high": 1}}}, {}, "must go up"),
        ({PRICE: {"discrete": {"values": [1], "weights": [0]}}}, {}, "a weight above 0"),
        ({CHAT: LOGNORMAL | {"each": True}}, {}, "needs a path with *"),
        ({CHAT: LOGNORMAL}, {"together": [{"fields": [BATCH], "rho": 0}]}, "not under fields"),
        (
            {CHAT: LOGNORMAL, BATCH: LOGNORMAL, COST: LOGNORMAL},
            {"together": [{"fields": [CHAT, BATCH, COST], "rho": -0.6}]},
            "cannot be",
        ),
        (
            {CHAT: LOGNORMAL, BATCH: LOGNORMAL},
            {"together": [{"fields": [CHAT, BATCH], "correlation": [[1, 0.5], [0.4, 1]]}]},
            "must be symmetric",
        ),
        (
            {CHAT: LOGNORMAL, BATCH: LOGNORMAL},
            {"together": [{"fields": [CHAT, BATCH], "correlation": [[1]]}]},
            "needs 2 rows of 2 numbers",
        ),
        (
            {CHAT: LOGNORMAL},
            {"together": [{"fields": [CHAT], "rho": 0}, {"fields": [CHAT], "rho": 0}]},
            "a second time",
        ),
    ],
)
def test_what_cannot_be_is_said(given: Instance, fields: Any, more: Any, said: str) -> None:
    assert said in faults(given, fields, **more)


def test_scenarios_without_a_probability_cannot_be_drawn(given: Instance) -> None:
    plain = Instance.parse(given.as_it_stands())
    with pytest.raises(InstanceError, match="has a probability"):
        draws_of(plain, opened({"scenarios": True}))


@pytest.mark.parametrize(
    ("keys", "span"),
    [
        (("demands", 0, "amount"), Span(0)),
        (("demands", 0, "min_share"), Span(0, 1)),
        (("facilities", "a", "pue"), Span(1e-9)),
        (("facilities", "a", "energy_per_mwh"), Span()),
        (("facilities", "a", "limits", "power_mw"), Span(0)),
        (("facilities", "a", "zones", "h", "limits", "racks"), Span(0)),
        (("options", 0, "max"), Span(0, 1e9, whole=True)),
        (("demands", 0, "name"), None),
    ],
)
def test_the_schema_says_what_a_field_may_hold(keys: tuple[str | int, ...], span: Any) -> None:
    assert span_of(keys) == span


def test_ten_digits_are_drawn(given: Instance) -> None:
    sample = drawn(given, {PRICE: {"normal": {"mean": 50, "sd": 10}}}, 20)
    assert all(len(repr(each.values[PRICE])) <= 11 for each in sample)
    assert NormalDist(50, 10).cdf(max(values(sample, PRICE))) < 1
