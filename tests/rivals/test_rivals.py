"""The enumeration by itself: instances whose optimum is a sum on paper, rule by rule."""

from fractions import Fraction
from typing import Any

import pytest

from gridblock.instances.instance import Instance
from rivals.enumerate import TieError, TooLargeError, best

Data = dict[str, Any]


@pytest.fixture
def three_blocks() -> Instance:
    """Three blocks of two accelerators serve 6 of 10 units in one hour; a unit unmet costs 1."""
    return Instance.parse(
        {
            "gridblock": 1,
            "periods": [{"name": "u", "hours": 1}],
            "accelerators": {"x": {}},
            "blocks": {"b": {"accelerator": "x", "accelerators": 2, "uses": {"power_kw": 10}}},
            "facilities": {"f": {"installed": {"b": 3}}},
            "demands": [{"name": "d", "amount": 10, "yields": {"x": 1}, "unmet_cost": 1}],
        }
    )


@pytest.fixture
def three_hours(three_blocks: Instance) -> Instance:
    """The same in three successive hours, called u, v, w: 4 unmet in each, 12 in all."""
    return three_blocks.replace({"periods": [{"name": name, "hours": 1} for name in "uvw"]})


@pytest.fixture
def market(three_hours: Instance) -> Instance:
    """Nothing stands; a block costs 3 and saves 2 in each of three hours; racks for two: 24."""
    priced = three_hours.replace({"blocks.b.cost_once": 3, "facilities.f.limits": {"racks": 2}})
    return priced.replace({"facilities.f.installed": {}, "blocks.b.uses.racks": 1})


@pytest.fixture
def two_sites(three_blocks: Instance) -> Instance:
    """Three blocks at f and two at g serve all 10 units."""
    return three_blocks.replace({"facilities.g": {"installed": {"b": 2}}})


@pytest.fixture
def wan(two_sites: Instance) -> Instance:
    """Traffic of 1 Gbps a unit from region r, over a link to f and one from f to g."""
    links = [
        {"name": "rf", "between": ["r", "f"], "ms": 5},
        {"name": "fg", "between": ["f", "g"], "ms": 7},
    ]
    network = {"regions": {"r": {}}, "links": links}
    return two_sites.replace(
        {"network": network, "demands.d.from": {"r": 1}, "demands.d.gbps_per_unit": 1}
    )


def test_what_is_not_served_is_paid_for(three_blocks: Instance) -> None:
    # 3 blocks x 2 accelerators x 1 unit = 6 of 10.
    assert best(three_blocks) == 4
    # At a yield of 1.5, 9 of 10.
    assert best(three_blocks.replace({"demands.d.yields.x": 1.5})) == 1


def test_a_yield_may_change_over_time(three_hours: Instance) -> None:
    # 6, 3 and 9 of 10 are served: 4 + 7 + 1.
    assert best(three_hours.replace({"demands.d.yields.x": [1, 0.5, 1.5]})) == 12
    # An accelerator without yield cannot serve: 4 + 4 + 10.
    assert best(three_hours.replace({"demands.d.yields.x": {"u": 1, "w": 0}})) == 18


def test_power_leaves_room_for_two(three_blocks: Instance) -> None:
    # 20 kW hold two blocks, the third is retired: 4 of 10 served.
    assert best(three_blocks.replace({"facilities.f.limits": {"power_mw": 0.02}})) == 6


def test_limits_are_decimals(three_blocks: Instance) -> None:
    # Three times 0.1 is 0.3, which it is not in floating point.
    wet = three_blocks.replace({"blocks.b.uses": {"water": 0.1}})
    tight = wet.replace({"facilities.f.limits": {"water": 0.3}})
    assert best(tight) == 4
    assert best(tight.replace({"facilities.f.limits.water": 0.29})) == 6


def test_grid_power_carries_pue(three_blocks: Instance) -> None:
    # 3 x 10 kW fit into 30 kW; at a PUE of 1.2 they need 36, so two stay: 2 x 12 = 24.
    grid = three_blocks.replace({"facilities.f.grid_mw": 0.03})
    assert best(grid) == 4
    assert best(grid.replace({"facilities.f.pue": 1.2})) == 6


def test_one_kind_of_cooling_named_means_none_of_the_other(three_blocks: Instance) -> None:
    # With a limit on air cooling alone, a block cooled by liquid cannot stand: all 10 unmet.
    cooled = three_blocks.replace({"blocks.b.uses": {"liquid_cooling_kw": 10}})
    assert best(cooled) == 4
    aired = cooled.replace({"facilities.f.limits": {"air_cooling_mw": 1}})
    assert best(aired) == 10
    # Where both are named, each binds for itself: 20 kW of liquid hold two.
    assert best(aired.replace({"facilities.f.limits.liquid_cooling_mw": 0.02})) == 6
    # It is said of leaf places; a hall around rows names what it names.
    hall = {"limits": {"air_cooling_mw": 1}, "zones": {"row": {"installed": {"b": 3}}}}
    assert best(cooled.replace({"facilities": {"f": {"zones": {"hall": hall}}}})) == 4


def test_zones_bind_inside_and_outside(three_blocks: Instance) -> None:
    # Two copies of a row with 2 blocks each serve 8; a hall for 3 blocks around them, 6; a
    # facility for 1, 2.
    row = {"count": 2, "installed": {"b": 2}}
    hall: Data = {"zones": {"row": row}}
    nested = three_blocks.replace({"facilities": {"f": {"zones": {"hall": hall}}}})
    assert best(nested) == 2
    full = nested.replace({"facilities.f.zones.hall.limits": {"power_mw": 0.03}})
    assert best(full) == 4
    assert best(full.replace({"facilities.f.limits": {"power_mw": 0.01}})) == 8


def test_blocks_are_switched_off_in_a_dip_of_power(three_hours: Instance) -> None:
    # Power for one block serves 2 of 10 each hour, 8 x 3; if it only rises, two are gone by then.
    steady = three_hours.replace({"facilities.f.limits": {"power_mw": 0.01}})
    assert best(steady) == 24
    assert best(steady.replace({"facilities.f.limits.power_mw": [0.01, 0.03, 0.03]})) == 24
    # A dip in the second hour forces nobody to sell: 4 + 8 + 4.
    assert best(steady.replace({"facilities.f.limits.power_mw": [0.03, 0.01, 0.03]})) == 16
    # Where it falls later on, all may be switched off before: 8 + 4 + 8.
    assert best(steady.replace({"facilities.f.limits.power_mw": [0.01, 0.03, 0.01]})) == 20
    # Grid power is power too; racks are taken though, so two blocks are sold: 4 + 8 + 8.
    assert best(three_hours.replace({"facilities.f.grid_mw": [0.03, 0.01, 0.03]})) == 16
    racks = three_hours.replace({"blocks.b.uses.racks": 1})
    assert best(racks.replace({"facilities.f.limits": {"racks": [3, 1, 3]}})) == 20


def test_buying_pays_if_it_saves_more(market: Instance) -> None:
    # Two racks: 2 blocks for 3 each serve 4 of 10 in three hours: 6 + 3 x 6 = 24 against 30.
    assert best(market) == 24
    # For 7 each they save 6: nothing is bought.
    assert best(market.replace({"blocks.b.cost_once": 7})) == 30
    # For 1 each in the last hour they save 2: 10 + 10 + 6 unmet and 2 paid.
    assert best(market.replace({"blocks.b.cost_once": [7, 7, 1]})) == 28
    # Without the field a block cannot be bought.
    assert best(market.replace({"blocks.b.cost_once": None})) == 30


def test_lead_delays_and_supply_limits(market: Instance) -> None:
    # In service from the second hour on: 6 + 10 + 6 + 6.
    assert best(market.replace({"blocks.b.lead": 1})) == 28
    # One new block an hour: 6 + 8 + 6 + 6 if the second comes in v; each saves 2 an hour.
    assert best(market.replace({"blocks.b.supply": 1})) == 26
    # Two accelerators an hour are one block.
    assert best(market.replace({"accelerators.x.supply": 2})) == 26
    # Three are one block still.
    assert best(market.replace({"accelerators.x.supply": 3})) == 26
    # A supply that starts in w comes too late, since a block for 3 saves 2 in an hour.
    assert best(market.replace({"blocks.b.supply": [0, 0, 5]})) == 30


def test_blocks_on_order_arrive_and_use_no_supply(market: Instance) -> None:
    # One block from v on serves 2 in two hours: 30 - 4; buying is 3 for 6, but supply is nought.
    ordered = market.replace({"facilities.f.on_order": {"b": {"v": 1}}, "blocks.b.supply": 0})
    assert best(ordered) == 26


def test_a_block_on_order_leaves_room_for_one_to_buy(market: Instance) -> None:
    # One block is of use, and one on order comes in v. Another would cost 3 and save 2 in u alone,
    # unless both are worth 3 at the end.
    ordered = market.replace({"facilities.f.on_order": {"b": {"v": 1}}, "demands.d.amount": 2})
    assert best(ordered) == 2
    assert best(ordered.replace({"blocks.b.end_share": 1})) == 3 - 6


def test_retired_blocks_are_sold(three_hours: Instance) -> None:
    # Sold at once, three blocks bring 3 x 0.5 x 10 = 15 and 30 are unmet; sold in w, they bring 15
    # and 4 + 4 + 10 are unmet; kept, 12.
    sold = three_hours.replace({"blocks.b.cost_once": 10, "blocks.b.resale_share": 0.5})
    assert best(sold.replace({"blocks.b.end_share": 0, "blocks.b.supply": 0})) == 3
    # The end share is the resale share if it is not given: all are kept for 12 - 15. At 0.3 each
    # earns 3 at the end and saves 2 in w, as much as it is sold for: 12 - 9.
    assert best(sold.replace({"blocks.b.supply": 0})) == -3
    assert best(sold.replace({"blocks.b.end_share": 0.3, "blocks.b.supply": 0})) == 3
    # The price of the hour counts, 10 in u and nothing later: 30 - 15 is more than 12; 30 - 30 is
    # not.
    assert best(sold.replace({"blocks.b.cost_once": [10, 0, 0], "blocks.b.supply": 0})) == 12
    assert best(sold.replace({"blocks.b.cost_once": [20, 0, 0], "blocks.b.supply": 0})) == 0


def test_keeping_costs_each_period(three_hours: Instance) -> None:
    # A block saves 2 an hour; for 1.5 it is kept, 12 + 3 x 3 x 1.5; for 2.5 in v and w it goes, and
    # 4 + 10 + 10 are unmet.
    assert best(three_hours.replace({"blocks.b.cost_per_period": 1.5})) == Fraction(51, 2)
    assert best(three_hours.replace({"blocks.b.cost_per_period": [0, 2.5, 2.5]})) == 24
    # A facility costs what it costs.
    assert best(three_hours.replace({"facilities.f.cost_per_period": [1, 2, 3]})) == 18


def test_payments_are_discounted(three_blocks: Instance) -> None:
    # Two years: the middle is a year away. At 25 %, 6 units of 10 unmet cost 17520 x 4 x 0.8.
    two_years = {"periods": [{"name": "u", "hours": 17520}], "discount_rate": 0.25}
    years = three_blocks.replace(two_years)
    assert best(years) == pytest.approx(17520 * 4 * 0.8)
    # Buying at the start is not discounted, the credit at the end by 0.64: 2 more blocks serve all.
    bought = years.replace({"blocks.b.cost_once": 100, "blocks.b.end_share": 0.5})
    assert best(bought) == pytest.approx(2 * 100 - 5 * 50 * 0.64)


def test_energy_is_drawn_by_load(three_blocks: Instance) -> None:
    # 3 blocks x 10 kW x 1 h = 0.03 MWh at 100: 3; at PUE 1.5, 4.5; at a load factor of 0.8, 3.6.
    priced = three_blocks.replace({"facilities.f.energy_per_mwh": 100})
    assert best(priced) == 7
    shaped = priced.replace({"facilities.f.pue": 1.5, "blocks.b.load_factor": 0.8})
    assert best(shaped) == 4 + Fraction(36, 10)
    # For 3 units 1.5 blocks work, half a block idles and the third is retired: 1.5 x 1.2 + 0.5 x
    # 0.15.
    idle = shaped.replace({"blocks.b.idle_factor": 0.1, "demands.d.amount": 3})
    assert best(idle) == Fraction(18, 10) + Fraction(75, 1000)
    # A block taken whole draws its load altogether. Two for 2 x 1.2 serve all 3; one, and a unit
    # unmet for 1, are cheaper, but not once a unit unmet costs 2.
    whole = idle.replace({"demands.d.whole_blocks": True})
    assert best(whole) == Fraction(22, 10)
    assert best(whole.replace({"demands.d.unmet_cost": 2})) == Fraction(24, 10)


def test_a_negative_price_of_energy_pays_for_work(three_blocks: Instance) -> None:
    # 0.03 MWh at -100 earn 3 whether there is much to serve or little.
    paid = three_blocks.replace({"facilities.f.energy_per_mwh": -100})
    assert best(paid) == 4 - 3
    assert best(paid.replace({"demands.d.amount": 3})) == -3


def test_carbon_is_priced(three_blocks: Instance) -> None:
    # 0.03 MWh x 500 kg/MWh = 15 kg; at 200 per tonne they cost 3.
    emitting = three_blocks.replace({"facilities.f.carbon_kg_per_mwh": 500})
    assert best(emitting) == 4
    assert best(emitting.replace({"carbon_price_per_t": 200})) == 7


def test_whole_blocks_are_not_shared(three_blocks: Instance) -> None:
    # Four demands of 1 unit share two blocks of 2; taking whole blocks, three of them have one.
    demands = [{"name": n, "amount": 1, "yields": {"x": 1}, "unmet_cost": 1} for n in "abcd"]
    assert best(three_blocks.replace({"demands": demands})) == 0
    whole = [demand | {"whole_blocks": True} for demand in demands]
    assert best(three_blocks.replace({"demands": whole})) == 1
    # Those that share use what is left: one block for two of them.
    assert best(three_blocks.replace({"demands": whole[:2] + demands[2:]})) == 0


def test_the_dearer_demand_is_served_first(three_blocks: Instance) -> None:
    # 6 of 8 + 4 units: the 4 at a price of 3 go first, then 2 of the 8: 6 unmet.
    other = {"name": "e", "amount": 4, "yields": {"x": 1}, "unmet_cost": 3}
    demand = {"name": "d", "amount": 8, "yields": {"x": 1}, "unmet_cost": 1}
    assert best(three_blocks.replace({"demands": [demand, other]})) == 6


def test_a_floor_binds_at_any_price(three_blocks: Instance) -> None:
    # Serving costs 5 a unit, leaving it unmet 1: nothing is served. Half of 10 must be: 5 + 25.
    dear = three_blocks.replace({"demands.d.cost_per_unit_hour": 5})
    assert best(dear) == 10
    assert best(dear.replace({"demands.d.min_share": 0.5})) == 30
    # 7 of 10 cannot be served.
    assert best(dear.replace({"demands.d.min_share": 0.7})) is None


def test_serving_costs_by_facility(two_sites: Instance) -> None:
    # 6 units at f for 0.5 and 4 at g for nothing; a gain of 0.5 at g pays 2.
    assert best(two_sites.replace({"demands.d.cost_per_unit_hour": {"f": 0.5}})) == 3
    assert best(two_sites.replace({"demands.d.cost_per_unit_hour": {"f": 0.5, "g": -0.5}})) == 1
    assert best(two_sites.replace({"demands.d.cost_per_unit_hour": 0.5})) == 5
    assert best(two_sites.replace({"demands.d.cost_per_unit_hour": {"u": 0.25}})) == Fraction(5, 2)


def test_spread_over_facilities(two_sites: Instance) -> None:
    # One facility: f with 6. At most 55 % at each: 5.5 + 4.
    assert best(two_sites) == 0
    assert best(two_sites.replace({"demands.d.max_facilities": 1})) == 4
    assert best(two_sites.replace({"demands.d.max_share_per_facility": 0.55})) == Fraction(1, 2)
    # The choice is made anew in each period: f in u, g in v, where f costs as much as unmet.
    hours = [{"name": "u", "hours": 1}, {"name": "v", "hours": 1}]
    twice = two_sites.replace({"periods": hours, "demands.d.cost_per_unit_hour": {"f": [0, 1]}})
    assert best(twice.replace({"demands.d.max_facilities": 1})) == 4 + 6


def test_where_selects_by_tags_and_names(two_sites: Instance) -> None:
    # Only f is tagged: 6 served. Without f: 4. All of the tags, then narrowed: nowhere.
    tagged = two_sites.replace({"facilities.f.tags": ["us"]})
    assert best(tagged.replace({"demands.d.where": {"tags": ["us"]}})) == 4
    assert best(tagged.replace({"demands.d.where": {"not_facilities": ["f"]}})) == 6
    nowhere = {"tags": ["us"], "facilities": ["g"]}
    assert best(tagged.replace({"demands.d.where": nowhere})) == 10


def test_where_a_block_may_stand_binds_buying(two_sites: Instance) -> None:
    # Racks for four each: 3 more blocks for 1 each serve 6 of the 10 units of 20 that are unmet.
    racks: Data = {"blocks.b.uses.racks": 1, "blocks.b.cost_once": 1}
    racks |= {f"facilities.{name}.limits": {"racks": 4} for name in "fg"}
    short = two_sites.replace(racks | {"demands.d.amount": 20})
    assert best(short) == 3 + 4
    # Where only f may have them, four blocks serve 8; one of them is bought.
    only = short.replace({"facilities.g.installed": {}, "blocks.b.where": {"facilities": ["f"]}})
    assert best(only) == 1 + 12


def test_one_accelerator_serves_all_of_it(three_blocks: Instance) -> None:
    # 4 units on x and 3 on y: 7 of 10 together, 4 of 10 on one. Two types of y together serve 5.
    kinds: Data = {"blocks.c": {"accelerator": "y", "accelerators": 3}, "accelerators.y": {}}
    kinds |= {"facilities.f.installed": {"b": 2, "c": 1}, "demands.d.yields": {"x": 1, "y": 1}}
    both = three_blocks.replace(kinds)
    assert best(both) == 3
    alone = both.replace({"demands.d.one_accelerator": True})
    assert best(alone) == 6
    small = {"blocks.e": {"accelerator": "y", "accelerators": 2}}
    more = alone.replace(small | {"facilities.f.installed": {"b": 2, "c": 1, "e": 1}})
    assert best(more) == 5


def test_together_in_one_zone(three_blocks: Instance) -> None:
    # Two halls with 2 and 1 blocks serve 6; in one hall, 4.
    zones: Data = {"east": {"installed": {"b": 2}}, "west": {"installed": {"b": 1}}}
    halls = three_blocks.replace({"facilities.f": {"zones": zones}})
    assert best(halls) == 4
    in_one = halls.replace({"demands.d.together": "zone"})
    assert best(in_one) == 6
    # Its part in another facility has a zone of its own: 4 + 2.
    assert best(in_one.replace({"facilities.g": {"zones": {"north": zones["west"]}}})) == 4


def test_latency_rules_places_out(wan: Instance) -> None:
    # f is 5 ms away and g 12 ms: within 12 both serve, within 11.9 only f.
    assert best(wan.replace({"demands.d.max_ms": 12})) == 0
    assert best(wan.replace({"demands.d.max_ms": 11.9})) == 4
    # The bound holds for a demand without traffic too, and a facility without a path serves nobody.
    silent = wan.replace({"demands.d.gbps_per_unit": 0})
    assert best(silent.replace({"demands.d.max_ms": 11.9})) == 4
    cut = [{"name": "rf", "between": ["r", "f"], "ms": 5}]
    assert best(silent.replace({"network.links": cut})) == 4


def test_latency_by_distance(two_sites: Instance) -> None:
    # Without links: a degree of the equator is 111.195 km, 2 x 111.195 x 1.4 / 200 = 1.557 ms.
    at: Data = {"network.regions": {"r": {"lat": 0, "lon": 0}}, "demands.d.from": {"r": 1}}
    at |= {"facilities.f.at": {"lat": 0, "lon": 1}, "facilities.g.at": {"lat": 0, "lon": 10}}
    placed = two_sites.replace(at)
    assert best(placed.replace({"demands.d.max_ms": 15.6})) == 0
    assert best(placed.replace({"demands.d.max_ms": 15.5})) == 4
    assert best(placed.replace({"demands.d.max_ms": 1.5})) == 10


def test_links_carry_what_they_can(wan: Instance) -> None:
    # 10 Gbps cross rf, 4 of them fg. At 3 Gbps on fg 1 stays unmet, at 5 on rf 5.
    assert best(wan.replace({"network.links.fg.gbps": 3})) == 1
    assert best(wan.replace({"network.links.rf.gbps": 5})) == 5
    # Each Gbps on fg costs 0.3, or 1.2 when leaving a unit unmet is cheaper.
    assert best(wan.replace({"network.links.fg.cost_per_gbps": 0.3})) == Fraction(12, 10)
    assert best(wan.replace({"network.links.fg.cost_per_gbps": 1.2})) == 4


def test_a_link_is_shared_or_each_way(wan: Instance) -> None:
    # r asks for 3 units at g, s (beyond g) for 3 units at f: 3 Gbps each way over fg.
    links = [*wan.plain()["network"]["links"], {"name": "gs", "between": ["g", "s"], "ms": 1}]
    common = {"amount": 3, "yields": {"x": 1}, "unmet_cost": 1, "gbps_per_unit": 1}
    demands = [
        common | {"name": "d", "from": {"r": 1}, "where": {"facilities": ["g"]}},
        common | {"name": "e", "from": {"s": 1}, "where": {"facilities": ["f"]}},
    ]
    network = {"regions": {"r": {}, "s": {}}, "links": links}
    each = wan.replace({"network": network, "demands": demands, "network.links.fg.gbps": 3})
    assert best(each) == 0
    assert best(each.replace({"network.links.fg.capacity": "shared"})) == 3


def test_tunnels_are_the_shortest_paths(wan: Instance) -> None:
    # Parallel links from r to f, the shorter one for 5 Gbps: with two tunnels the longer one helps.
    first, second = wan.plain()["network"]["links"]
    more = {"name": "rf2", "between": ["f", "r"], "ms": 6}
    links = [first | {"gbps": 5}, second, more]
    assert best(wan.replace({"network.links": links})) == 0
    assert best(wan.replace({"network.links": links, "network.tunnels": 1})) == 5
    with pytest.raises(TieError):
        best(wan.replace({"network.links": [*links[:2], more | {"ms": 5}], "network.tunnels": 1}))


def test_free_routing_uses_every_link(wan: Instance) -> None:
    # The same as one tunnel, routed freely: rf for 5 Gbps and rf2 for 4 carry 9 of 10.
    first, second = wan.plain()["network"]["links"]
    more = {"name": "rf2", "between": ["f", "r"], "gbps": 4, "ms": 6}
    links = [first | {"gbps": 5}, second, more]
    free = wan.replace({"network.links": links, "network.routing": "any"})
    assert best(free) == 1
    # A toll of 1.5 on rf2 is more than a unit is worth.
    assert best(free.replace({"network.links.rf2.cost_per_gbps": 1.5})) == 5


def test_regions_are_met_each_for_itself(wan: Instance) -> None:
    # Three quarters from r, the rest from s, which has a link to g alone and no other.
    links = [{"between": ["r", "f"], "ms": 5}, {"between": ["s", "g"], "ms": 5}]
    split = wan.replace({"network": {"regions": {"r": {}, "s": {}}, "links": links}})
    split = split.replace({"demands.d.from": {"r": 0.75, "s": 0.25}})
    # 6 of 7.5 at f and 2.5 of 2.5 at g; a floor of 0.8 asks for 6 and 2, one of 0.81 for 6.075.
    assert best(split) == Fraction(3, 2)
    assert best(split.replace({"demands.d.min_share": 0.8})) == Fraction(3, 2)
    assert best(split.replace({"demands.d.min_share": 0.81})) is None


def test_uplinks_carry_what_is_served_inside(three_blocks: Instance) -> None:
    # Halls for 4 and 2 units, 1 Gbps a unit; an uplink of 3 on the larger one leaves 3 + 2.
    east: Data = {"installed": {"b": 2}, "uplink_gbps": 9}
    zones: Data = {"east": east, "west": {"installed": {"b": 1}}}
    halls = three_blocks.replace({"facilities.f": {"zones": zones}, "demands.d.gbps_per_unit": 1})
    assert best(halls) == 4
    assert best(halls.replace({"facilities.f.zones.east.uplink_gbps": 3})) == 5
    # An uplink of a building around both carries both.
    around: Data = {"uplink_gbps": 3.5, "zones": zones}
    assert best(halls.replace({"facilities.f": {"zones": {"hall": around}}})) == Fraction(13, 2)


def test_named_periods_have_the_hours_of_the_calendar(three_blocks: Instance) -> None:
    # The first quarter of 2028 has 31 + 29 + 31 days, February 29, the year 366.
    for first, days in (("2028Q1", 91), ("2028-02", 29), ("2028", 366), ("2027", 365)):
        assert best(three_blocks.replace({"periods": {"first": first}})) == 4 * 24 * days
    # Without periods there are 8,760 hours.
    assert best(three_blocks.replace({"periods": {"first": "2027Q4", "count": 2}})) == 4 * 24 * 183
    plain = {k: v for k, v in three_blocks.plain().items() if k != "periods"}
    assert best(Instance.parse(plain)) == 4 * 8760


def test_a_block_without_limits_is_bought_as_far_as_it_is_of_use(market: Instance) -> None:
    # Five blocks for 3 each serve all 10 in all three hours.
    assert best(market.replace({"facilities.f.limits": {}})) == 15
    # Where idling pays, there is no end to buying.
    with pytest.raises(TooLargeError):
        best(market.replace({"facilities.f.limits": {}, "facilities.f.energy_per_mwh": -1000}))
