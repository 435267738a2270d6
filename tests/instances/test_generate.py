"""The ladder: the same instances for good, of the size and with the parts that it promises."""

import subprocess
import sys
from collections import Counter

import pytest

from gridblock.instances.generate import generate
from gridblock.instances.instance import Instance
from gridblock.instances.ladder.backbones import Backbone
from gridblock.instances.ladder.draw import Draw
from gridblock.instances.ladder.rungs import RUNGS
from gridblock.instances.schema.series import spread
from gridblock.model.build import build
from gridblock.solvers.compile import compile_model

FROZEN = {
    ("S", 0): "6652508e51554d32",
    ("S", 1): "511ca04617fe90f2",
    ("S", 2): "7d7a66e286455994",
    ("S", 3): "758d44a824fb51eb",
    ("S", 4): "bd69d79bde669392",
    ("M", 0): "50b1ffb1fe06e3eb",
    ("M", 1): "dd6805a4cdba53e1",
    ("M", 2): "3184c8b1332f77ef",
    ("M", 3): "9ba561ecf6ee83d5",
    ("M", 4): "56147d7debe3552a",
    ("L", 0): "2da50405e8ac518f",
    ("L", 1): "12a98c2b93e67234",
    ("XL", 0): "63ca75ce1124c626",
}
"""The beginning of each instance's hash: a change here makes earlier measurements void."""


@pytest.fixture(scope="module", params=["S", "M"])
def instance(request: pytest.FixtureRequest) -> Instance:
    return generate(request.param, 0)


@pytest.mark.parametrize(("rung", "seed"), FROZEN)
def test_the_same_seed_gives_the_same_instance_for_good(rung: str, seed: int) -> None:
    assert generate(rung, seed).hash.startswith(FROZEN[rung, seed])


def test_nothing_hangs_on_the_order_of_sets() -> None:
    code = "from gridblock.instances.generate import generate; print(generate('S', 0).hash)"
    for salt in ("1", "2"):
        environment = {"PYTHONHASHSEED": salt, "PATH": ""}
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, env=environment
        )
        assert ran.stdout.startswith(FROZEN["S", 0]), ran.stderr


def test_a_rung_is_as_large_as_it_says(instance: Instance) -> None:
    rung = RUNGS[instance.name.split("-")[1]]
    sizes = (instance.facilities, instance.demands, instance.blocks, instance.horizon)
    asked = (rung.facilities, rung.demands, rung.blocks, rung.periods)
    assert tuple(map(len, sizes)) == asked
    assert len(instance.options) == rung.options >= 10


@pytest.mark.parametrize(
    ("rung", "columns"), [("S", 2_000), pytest.param("M", 50_000, marks=pytest.mark.slow)]
)
def test_the_model_has_about_the_columns_that_the_rung_names(rung: str, columns: int) -> None:
    made = len(compile_model(build(generate(rung, 0))).columns)
    assert columns * 0.8 <= made <= columns * 1.25


def test_work_in_whole_blocks_is_at_least_15_percent_of_all_work(instance: Instance) -> None:
    units: Counter[bool] = Counter()
    for demand in instance.demands:
        rates = spread(demand.amount, instance.horizon)
        periods = demand.run.periods if demand.run else len(rates)
        units[demand.whole_blocks] += sum(rates[:periods])
    assert units[True] >= 0.15 * units.total()
    assert any(demand.run for demand in instance.demands)


def test_every_demand_comes_from_three_regions(instance: Instance) -> None:
    assert {len(demand.from_) for demand in instance.demands} == {3}


def test_half_of_the_halls_have_power_feeds(instance: Instance) -> None:
    halls = [zone for site in instance.facilities.values() for zone in site.zones.values()]
    fed = [zone for zone in halls if zone.fed_by]
    assert abs(len(fed) - len(halls) / 2) <= 2


@pytest.mark.parametrize("rung", RUNGS)
def test_todays_fleet_fits_into_its_halls(rung: str) -> None:
    given = generate(rung, 1)
    for path, leaf in given.leaves.items():
        for resource, (most, *_) in leaf.limits.items():
            used = sum(
                count * given.blocks[kind].uses.get(resource, 0.0)
                for kind, count in leaf.installed.items()
            )
            assert used <= most, (path, resource)


def test_offers_and_caps_are_of_many_kinds(instance: Instance) -> None:
    assert {"lease", "grid", "build", "link", "racks", "site"} == {o.kind for o in instance.options}
    assert {"capex", "one-vendor", "carbon"} <= {limit.name for limit in instance.limits}


def test_every_market_can_be_served_from_somewhere(instance: Instance) -> None:
    for demand in instance.demands:
        chosen = instance.chosen(demand.where)
        assert chosen, demand.name
        chips = {instance.blocks[kind].accelerator for kind in instance.blocks}
        assert set(demand.yields) & chips


def test_an_unknown_rung_and_a_negative_seed_are_refused() -> None:
    with pytest.raises(ValueError, match="rungs are S, M, L, XL"):
        generate("XS")
    with pytest.raises(ValueError, match="seed -1"):
        generate("S", -1)


@pytest.mark.parametrize("name", [rung.backbone for rung in RUNGS.values()])
def test_backbones_hang_together_and_name_each_city_once(name: str) -> None:
    backbone = Backbone(name)
    names = [city.slug for city in backbone.cities]
    assert len(set(names)) == len(names)
    assert all(len(row) == len(names) for row in backbone.ms)
    # London and New York are 5,570 km apart: 2 x 5,570 x 1.4 / 200 = 78 ms at the least.
    if {"london", "new-york"} <= set(names):
        assert 78 <= backbone.ms[names.index("london")][names.index("new-york")] <= 95


def test_draws_are_made_of_what_python_promises_for_good() -> None:
    # Random("a").random() begins with 0.2720295..., 0.0673366... in every Python since 3.2.
    draw = Draw("a")
    assert [draw.between(0, 10), draw.between(0, 10)] == [2.72, 0.67]
    draw = Draw("a")
    assert [draw.whole(1, 4), draw.pick("xyz")] == [2, "x"]
    draw = Draw("a")
    assert draw.order([1, 2, 3], [1.0, 0.0, 1.0])[2] == 2
    assert set(draw.some([1, 2, 3], 2)) < {1, 2, 3}


@pytest.mark.parametrize(("rung", "seed"), [("Q", 0), ("S", -1), ("S", 1.5)])
def test_a_rung_or_seed_that_is_none_is_refused(rung: str, seed: int) -> None:
    with pytest.raises(ValueError, match="rungs are S, M, L, XL, seeds 0, 1"):
        generate(rung, seed)
