"""The random worlds: valid, repeatable, of every field, and enumerated soundly."""

import pytest

from gridblock.instances.instance import Instance
from rivals.enumerate import best
from rivals.worlds import world


@pytest.mark.parametrize("seed", range(1000, 1030))
def test_bounds_of_the_search_change_nothing(seed: int) -> None:
    assert best(world(seed)) == best(world(seed), thorough=True)


@pytest.mark.parametrize("seed", range(0, 100, 10))
def test_worlds_are_valid_and_the_same_each_time(seed: int) -> None:
    assert world(seed) == world(seed)
    assert Instance.parse(world(seed)).plain() == Instance.parse(world(seed)).plain()


def test_worlds_use_every_field() -> None:
    wanted = """
        air_cooling_mw amount at capacity carbon_kg_per_mwh carbon_price_per_t cost_once
        cost_per_gbps cost_per_period cost_per_unit_hour count discount_rate end_share
        energy_per_mwh fabric_gbps_per_block facilities first from gbps gbps_per_unit grid_mw hours
        idle_factor
        installed interconnect lead links liquid_cooling_mw load_factor max_facilities max_ms
        max_share_per_facility min_share ms not_facilities on_order one_accelerator power_mw pue
        racks regions resale_share routing run supply tags together tunnels unmet_cost uplink_gbps
        water where whole_blocks yields zones
    """
    text = str([world(seed) for seed in range(100)])
    assert [field for field in wanted.split() if f"'{field}'" not in text] == []
