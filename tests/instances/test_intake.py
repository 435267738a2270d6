"""Values with units in files, tables, edits and scenarios: the same instance as plain numbers."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
import xlsxwriter

from gridblock.instances import document, formats, paths
from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from gridblock.instances.read import read, reading
from gridblock.instances.units.fields import unit_at
from gridblock.instances.write import to_json, to_yaml

GALLERY = sorted(Path(document.__file__).with_name("gallery").glob("*.yaml"))
GIVEN = """\
gridblock: 1
name: deal
periods: {first: 2026Q3, count: 2}
discount_rate: 10 %
carbon_price_per_t: 85 USD/t
accelerators: {h100: {vendor: nvidia, supply: 9000 GPUs}}
blocks:
  pod:
    {accelerator: h100, accelerators: 256, uses: {power_kw: 0.35 MW, racks: 8 racks},
     lead: 1 quarter, cost_once: 9 MUSD, end_share: 60 %, supply: [20 blocks, 30]}
facilities:
  memphis:
    at: {lat: 35.06°, lon: -90.16 deg}
    limits: {power_mw: {2026Q3: 9500 kW, 2026Q4: 10 MW}, racks: 30000}
    grid_mw: [12 MW, 0.013 GW]
    pue: 1.2
    energy_per_mwh: 0.055 USD/kWh
    carbon_kg_per_mwh: 390 gCO2/kWh
    cost_per_period: 1.2 M USD/quarter
    installed: {pod: 4 blocks}
network:
  regions: {us: {lat: 39 °, lon: -77.5}}
  links:
    - {between: [memphis, us], gbps: 1.6 Tbps, ms: 0.0125 s, cost_per_gbps: 30 USD/Gbps}
demands:
  - {name: chat, unit: H100e, amount: [5 k H100e, 6000], yields: {h100: 1 H100e/GPU},
     min_share: 5 %, unmet_cost: 3 USD/H100e/h, from: {us: 100 %}, gbps_per_unit: 2 Mbps,
     max_ms: 40 ms, cost_per_unit_hour: {memphis: -1 ct/h}}
options:
  - {name: more, cost_once: 1 MUSD, ramp: [50 %, 100 %], term: 4 periods,
     adds: [{limit: power_mw, at: memphis, amount: 500 kW}, {limit: racks, at: memphis,
            amount: [100 racks, 200 racks]}]}
limits:
  - {name: capex, measure: spend_once, max: 1.2 bn USD, penalty: 0.1}
  - {name: carbon, measure: carbon, per: horizon, max: 10 kt, penalty: 0.1 USD/kg}
  - {name: draw, measure: power, per: to_date, max: [900 GWh, 1 TWh]}
scenarios:
  - {name: late, probability: 20 %,
     set: {facilities.memphis.grid_mw: [6000 kW, 13], "facilities.*.limits.power_mw": 9 MW}}
  - {name: high, set: {"demands.*.amount": "+500 H100e", facilities.memphis.grid_mw: "-500 kW"}}
current: {plan: {periods: [2026Q3]}, move_cost: 2 kUSD/block}
"""
PLAIN = """\
gridblock: 1
name: deal
periods: {first: 2026Q3, count: 2}
discount_rate: 0.1
carbon_price_per_t: 85
accelerators: {h100: {vendor: nvidia, supply: 9000}}
blocks:
  pod:
    {accelerator: h100, accelerators: 256, uses: {power_kw: 350, racks: 8}, lead: 1,
     cost_once: 9000000, end_share: 0.6, supply: [20, 30]}
facilities:
  memphis:
    at: {lat: 35.06, lon: -90.16}
    limits: {power_mw: {2026Q3: 9.5, 2026Q4: 10}, racks: 30000}
    grid_mw: [12, 13]
    pue: 1.2
    energy_per_mwh: 55
    carbon_kg_per_mwh: 390
    cost_per_period: 1200000
    installed: {pod: 4}
network:
  regions: {us: {lat: 39, lon: -77.5}}
  links: [{between: [memphis, us], gbps: 1600, ms: 12.5, cost_per_gbps: 30}]
demands:
  - {name: chat, unit: H100e, amount: [5000, 6000], yields: {h100: 1}, min_share: 0.05,
     unmet_cost: 3, from: {us: 1}, gbps_per_unit: 0.002, max_ms: 40,
     cost_per_unit_hour: {memphis: -0.01}}
options:
  - {name: more, cost_once: 1000000, ramp: [0.5, 1], term: 4,
     adds: [{limit: power_mw, at: memphis, amount: 0.5}, {limit: racks, at: memphis,
            amount: [100, 200]}]}
limits:
  - {name: capex, measure: spend_once, max: 1200000000, penalty: 0.1}
  - {name: carbon, measure: carbon, per: horizon, max: 10000, penalty: 100}
  - {name: draw, measure: power, per: to_date, max: [900000, 1000000]}
scenarios:
  - {name: late, probability: 0.2,
     set: {facilities.memphis.grid_mw: [6, 13], "facilities.*.limits.power_mw": 9}}
  - {name: high, set: {"demands.*.amount": "+500", facilities.memphis.grid_mw: "-0.5"}}
current: {plan: {periods: [2026Q3]}, move_cost: 2000}
"""
SMALL: dict[str, Any] = {
    "gridblock": 1,
    "accelerators": {"h100": {}},
    "blocks": {"pod": {"accelerator": "h100", "accelerators": 256, "cost_once": 9e6}},
    "facilities": {
        "memphis": {"grid_mw": 12, "limits": {"power_mw": 10, "racks": 300}},
        "columbus": {"grid_mw": 9, "limits": {"power_mw": 8, "genset_kw": 500}},
    },
    "demands": [
        {"name": "chat", "unit": "H100e", "amount": 6000, "yields": {"h100": 1}, "unmet_cost": 3},
        {"name": "batch", "unit": "jobs", "amount": 10, "yields": {"h100": 1}, "unmet_cost": 1},
    ],
}


def given(folder: Path, text: str, name: str = "deal.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder / name


def said(source: Any) -> list[str]:
    with pytest.raises(InstanceError) as caught:
        read(source)
    folder = f"{source.parent}/" if isinstance(source, Path) else ""
    return [line.removeprefix(folder) for line in str(caught.value).splitlines()]


def with_scenario(**changes: Any) -> dict[str, Any]:
    """SMALL with a scenario; `__` stands for a dot."""
    settings = {path.replace("__", "."): value for path, value in changes.items()}
    return SMALL | {"scenarios": [{"name": "s", "set": settings}]}


# The same instance.


def test_it_is_the_same_instance_as_in_plain_numbers(tmp_path: Path) -> None:
    found, plain = reading(given(tmp_path, GIVEN)), read(given(tmp_path, PLAIN, "plain.yaml"))
    assert found.instance.hash == plain.hash
    assert found.instance == plain
    # By hand: those that stand with a unit in the text above.
    assert found.converted == 49
    assert reading(tmp_path / "plain.yaml").converted == 0


def test_json_and_plain_data_may_have_units_too(tmp_path: Path) -> None:
    data = document.load(given(tmp_path, GIVEN)).data
    before = to_json(data)
    plain = read(given(tmp_path, PLAIN, "plain.yaml"))
    assert read(given(tmp_path, before, "deal.json")) == plain
    assert read(data) == Instance.parse(data) == plain
    assert to_json(data) == before


def test_what_is_written_is_plain(tmp_path: Path) -> None:
    found = read(given(tmp_path, GIVEN))
    for name in ("deal.json", "tables", "book.xlsx", "again.yaml"):
        formats.write(found, tmp_path / name)
        assert reading(tmp_path / name) == (found, 0)
    assert "grid_mw: [12, 13]" in (tmp_path / "again.yaml").read_text()
    assert to_yaml(found.plain()) == to_yaml(read(given(tmp_path, PLAIN, "plain.yaml")).plain())


def _money(text: str) -> Callable[[Decimal], str]:
    return lambda v: f"{v / 1000:f} kUSD{text.removeprefix('money')}"


def _resource(v: Decimal, path: tuple[str | int, ...], data: Any) -> str:
    """Write a limit or a use in another unit of its name, or as so many of it."""
    name = str(path[path.index("limits") + 1] if "limits" in path else path[-1])
    if "adds" in path:
        name = data["options"][path[1]]["adds"][path[3]]["limit"]
    if name.endswith("_m3_per_h"):
        return f"{v * 24:f} m3/day"
    if name.endswith("_kw"):
        return f"{v / 1000:f} MW"
    return f"{v * 1000:f} kW" if name.endswith("_mw") else f"{v:f} {name}"


OTHERS: dict[str, Callable[[Decimal], str]] = {
    "MW": lambda v: f"{v * 1000:f} kW",
    "MW/lot": lambda v: f"{v / 1000:f} GW/lot",
    "Gbps": lambda v: f"{v / 1000:f} Tbps",
    "Gbps/lot": lambda v: f"{v * 1000:f} Mbps",
    "Gbps/unit": lambda v: f"{v * 1000:f} Mbit/s/unit",
    "Gbps/block": lambda v: f"{v * 125:f} MB/s/block",
    "ms": lambda v: f"{v / 1000:f} s",
    "deg": lambda v: f"{v:f}°",
    "h": lambda v: f"{v * 60:f} min",
    "share": lambda v: f"{v * 100:f} %",
    "share/year": lambda v: f"{v * 100:f} %/year",
    "kg/MWh": lambda v: f"{v:f} g/kWh",
    "money/MWh": lambda v: f"{v / 1000:f} USD/kWh",
    "money/t": lambda v: f"{v / 1000:f} USD/kg",
    "units": lambda v: f"{v / 1000:f} k units",
    "unit/accelerator": lambda v: f"{v:f} units/chip",
    "money/unit/h": lambda v: f"{v * 24:f} USD/unit/day",
    "money/block/h": lambda v: f"{v * 24:f} USD/block/day",
    "blocks": lambda v: f"{v:f} blocks",
    "blocks/lot": lambda v: f"{v:f} blocks per lot",
    "blocks/period": lambda v: f"{v:f} blocks",
    "accelerators/block": lambda v: f"{v:f} accelerators/block",
    "accelerators/period": lambda v: f"{v:f} chips",
    "lots": lambda v: f"{v:f} lots",
    "periods": lambda v: f"{v:f} periods",
}
"""Each unit of a field, and a number in another one of the same kind."""


def _in_other_units(value: Any, path: tuple[str | int, ...], data: Any) -> Any:
    """Write every number whose field has a unit in another one."""
    if isinstance(value, dict):
        return {key: _in_other_units(each, (*path, key), data) for key, each in value.items()}
    if isinstance(value, list):
        return [_in_other_units(each, (*path, i), data) for i, each in enumerate(value)]
    unit, _ = unit_at(data, path)
    if unit is None or not isinstance(value, int | float) or isinstance(value, bool):
        return value
    number = Decimal(repr(value))
    if unit.text.startswith("resource"):
        return _resource(number, path, data)
    if "measure" in unit.text:
        return value
    return (OTHERS.get(unit.text) or _money(unit.text))(number)


@pytest.mark.parametrize("file", GALLERY, ids=lambda file: file.stem)
def test_the_gallery_in_other_units_is_the_same(file: Path) -> None:
    plain = read(file)
    data = plain.plain()
    written = {name: _in_other_units(each, (name,), data) for name, each in data.items()}
    if isinstance(written.get("scenarios"), list):
        for scenario, same in zip(written["scenarios"], data["scenarios"], strict=True):
            scenario["set"] = same["set"]
    assert to_json(written).count('"') > to_json(data).count('"') + 10
    found = reading(written)
    assert found.instance.hash == plain.hash
    assert found.converted > 5


# Faults, all at once.


def test_every_fault_is_told_with_its_place(tmp_path: Path) -> None:
    text = (
        GIVEN.replace("[12 MW, 0.013 GW]", "[12 MWh, 0.013 GW]")
        .replace("pue: 1.2", "pue: 1.2 MW")
        .replace("0.055 USD/kWh", "55 EUR/MWh")
        .replace("1.6 Tbps", "1.6 Tb")
        .replace("amount: 500 kW", "amount: 500 racks")
        .replace("lead: 1 quarter", "lead: 1.5 periods")
        .replace("max: 10 kt", "max: 10 MW")
        .replace("accelerator: h100", "accelerator: h10")
        .replace("9 MUSD", "9 million")
    )
    assert said(given(tmp_path, text)) == [
        "deal.yaml:9:19: blocks.pod.accelerator: names the accelerator 'h10', which is not defined"
        "; did you mean 'h100'?",
        "deal.yaml:10:12: blocks.pod.lead: must be a whole number, and '1.5 periods' is 1.5",
        "deal.yaml:10:36: blocks.pod.cost_once: '9 million' has 'million' where a unit must stand; "
        "this field is in USD/block, money per block",
        "deal.yaml:15:15: facilities.memphis.grid_mw[0]: '12 MWh' is an energy; "
        "this field is in MW, a power",
        "deal.yaml:16:10: facilities.memphis.pue: has no unit; write a number alone, not '1.2 MW'",
        "deal.yaml:17:21: facilities.memphis.energy_per_mwh: '55 EUR/MWh' is in EUR, "
        "and no rates of exchange to USD are known; this field is in USD/MWh, money per energy",
        "deal.yaml:24:38: network.links[0].gbps: '1.6 Tb' is an amount of data; "
        "this field is in Gbps, a data rate",
        "deal.yaml:31:52: options[0].adds[0].amount: '500 racks' has the unit 'racks', "
        "which is not known; this field is in MW/lot, power per lot",
        "deal.yaml:35:56: limits[1].max: '10 MW' is a power; this field is in t, a mass",
    ]


def test_money_is_not_judged_without_a_currency() -> None:
    # Which of 85 USD/t, 9 MUSD and 55 EUR/MWh is at fault is not known; the rest is told anyway.
    data = document.parse(GIVEN, ".yaml").data
    data["blocks"]["pod"] |= {"accelerator": "h1000", "uses": {"power_kw": "350 MWh"}}
    data["facilities"]["memphis"]["energy_per_mwh"] = "55 EUR/MWh"
    for currency in ("", None):
        with pytest.raises(InstanceError) as caught:
            read({**data, "currency": currency})
        assert {fault.path for fault in caught.value.faults} == {
            ("currency",),
            ("blocks", "pod", "uses", "power_kw"),
            ("blocks", "pod", "accelerator"),
        }


def test_what_is_converted_obeys_the_rules_of_its_field() -> None:
    def changed(path: str, value: Any) -> str:
        with pytest.raises(InstanceError) as caught:
            Instance.parse(SMALL).replace({path: value})
        return str(caught.value)

    assert changed("discount_rate", "-1 %") == "discount_rate: must be at least 0, not -0.01"
    assert changed("blocks.pod.load_factor", "101 %").endswith("must be at most 1, not 1.01")
    assert changed("network.regions", {"us": {"lat": "91°", "lon": 0}}).endswith("90, not 91")
    assert changed("blocks.pod.lead", "1.5 periods").endswith("and '1.5 periods' is 1.5")
    assert changed("facilities.memphis.grid_mw", "350") == (
        "facilities.memphis.grid_mw: must be a number, not the text '350'"
    )


def test_a_field_may_be_called_like_the_kind_of_what_is_added() -> None:
    adds = [{"limit": "power_mw", "at": "memphis", "amount": "a lot"}, {"blocks": "pod"}]
    options = {"options": [{"name": "o", "adds": adds}]}
    assert said(SMALL | options) == [
        "options[0].adds[0].amount: must be a number, not the text 'a lot'",
        "options[0].adds[1].at: is required",
        "options[0].adds[1].count: is required",
    ]


# Tables.


def test_cells_of_csv_may_have_units(tmp_path: Path) -> None:
    tables = {
        "instance": "field,value\ngridblock,1\nname,small\ndiscount_rate,10 %\n",
        "periods": "name,hours\na,7 days\nb,168 h\n",
        "accelerators": "name\nh100\n",
        "blocks": "name,accelerator,accelerators,uses.power_kw\npod,h100,256,0.35 MW\n",
        "facilities": "name,limits.power_mw,grid_mw,at.lat,at.lon\n"
        "memphis,9500 kW,12 MW; 13 MW,35°,-90\n",
        "demands": "name,amount,yields.h100,unmet_cost\nchat,,1,3 USD/unit/h\n",
        "series": "table,name,field,a,b\ndemands,chat,amount,5 k units,6000\n",
    }
    for name, text in tables.items():
        given(tmp_path, text, f"{name}.csv")
    found = reading(tmp_path)
    # The rate, two lengths, a use, a limit, two of the grid, a latitude, a price and an amount.
    assert found.converted == 10
    facility = found.instance.facilities["memphis"]
    assert (facility.limits["power_mw"], facility.grid_mw) == (9.5, (12.0, 13.0))
    assert found.instance.horizon.hours == (168.0, 168.0)
    assert found.instance.demands[0].amount == (5000.0, 6000.0)
    given(tmp_path, tables["series"].replace("5 k units", "5 MW"), "series.csv")
    given(tmp_path, tables["blocks"].replace("0.35 MW", "0.35 MWh"), "blocks.csv")
    assert said(tmp_path) == [
        f"{tmp_path.name}/blocks.csv:2:4: blocks.pod.uses.power_kw: '0.35 MWh' is an energy; "
        "this field is in kW/block, power per block",
        f"{tmp_path.name}/series.csv:2:4: demands[0].amount[0]: '5 MW' is a power; "
        "this field is a number of units",
    ]


def test_cells_of_a_workbook_may_have_units(tmp_path: Path) -> None:
    made = xlsxwriter.Workbook(str(tmp_path / "units.xlsx"))
    rows = {
        "instance": [["field", "value"], ["gridblock", 1], ["discount_rate", "10 %"]],
        "accelerators": [["name"], ["h100"]],
        "blocks": [
            ["name", "accelerator", "accelerators", "uses.power_kw"],
            ["pod", "h100", 256, "0.35 MW"],
        ],
        "facilities": [["name", "grid_mw"], ["memphis", "1200 kWh"]],
        "demands": [["name", "amount", "yields.h100", "unmet_cost"], ["chat", 1, 1, "3 USD/h"]],
    }
    for name, cells in rows.items():
        sheet = made.add_worksheet(name)
        for i, row in enumerate(cells):
            for j, cell in enumerate(row):
                sheet.write(i, j, cell)
    made.close()
    assert said(tmp_path / "units.xlsx") == [
        "units.xlsx:facilities!B2: facilities.memphis.grid_mw: '1200 kWh' is an energy; "
        "this field is in MW, a power"
    ]


# Edits.


def test_replace_takes_units() -> None:
    small = Instance.parse(SMALL)
    changes = {"facilities.memphis.grid_mw": "9500 kW", "discount_rate": "10 %"}
    same = {"facilities.memphis.grid_mw": 9.5, "discount_rate": 0.1}
    assert small.replace(changes) == small.replace(same)
    facility = {"grid_mw": "9500 kW", "limits": {"power_mw": "8 MW"}}
    plain = {"grid_mw": 9.5, "limits": {"power_mw": 8}}
    assert small.replace({"facilities.memphis": facility}) == small.replace(
        {"facilities.memphis": plain}
    )
    # What is given stays as it was.
    assert facility["grid_mw"] == "9500 kW"


def test_a_limit_on_what_is_served_is_in_the_unit_of_its_demands() -> None:
    def limit(text: str, **of: Any) -> float:
        limits = [{"name": "cap", "measure": "served", "per": "horizon", "max": text, "of": of}]
        return read(SMALL | {"limits": limits}).limits[0].max  # type: ignore[return-value]

    # Over all hours, so 24 unit-hours are one unit for a day.
    assert limit("2 H100e-days", demand="chat") == limit("2 unit-days", demand="chat") == 48
    assert limit("2 job-hours", demand=["batch"]) == limit("2 unit-hours") == 2
    with pytest.raises(InstanceError, match="has the unit 'H100e', which is not known"):
        limit("2 H100e-days")


def test_another_currency_changes_what_is_read() -> None:
    small = Instance.parse(SMALL)
    euros = small.replace({"currency": "EUR", "facilities.memphis.energy_per_mwh": "65 EUR/MWh"})
    assert euros.facilities["memphis"].energy_per_mwh == 65
    with pytest.raises(InstanceError, match="is in USD, and no rates of exchange to EUR are known"):
        euros.replace({"facilities.memphis.energy_per_mwh": "65 USD/MWh"})


# Scenarios.


@pytest.mark.parametrize(
    ("changes", "plain"),
    [
        ({"facilities__memphis__grid_mw": "9500 kW"}, {"facilities__memphis__grid_mw": 9.5}),
        ({"facilities__*__grid_mw": ["9500 kW"]}, {"facilities__*__grid_mw": [9.5]}),
        ({"facilities__*__grid_mw": "+500 kW"}, {"facilities__*__grid_mw": "+0.5"}),
        ({"facilities__*__grid_mw": "- 1 MW"}, {"facilities__*__grid_mw": "-1"}),
        ({"facilities__*__grid_mw": {"1": "9 MW"}}, {"facilities__*__grid_mw": {"1": 9}}),
        ({"facilities__memphis": {"grid_mw": "9 MW"}}, {"facilities__memphis": {"grid_mw": 9}}),
        ({"demands__chat__amount": "5 k H100e"}, {"demands__chat__amount": 5000}),
        ({"blocks__pod__lead": "2 periods"}, {"blocks__pod__lead": 2}),
        # Text stays text: a name may look like a number with a unit.
        ({"demands__chat__unit": "5 MW"}, {"demands__chat__unit": "5 MW"}),
    ],
)  # fmt: skip
def test_a_scenario_sets_values_with_units(changes: Any, plain: Any) -> None:
    found, same = read(with_scenario(**changes)), read(with_scenario(**plain))
    assert found.hash == same.hash
    assert found.scenario("s") == same.scenario("s")


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        (
            {"facilities__*__grid_mw": "9 MWh"},
            [
                "'facilities.*.grid_mw': facilities.memphis.grid_mw: '9 MWh' is an energy; "
                "this field is in MW, a power",
            ],
        ),
        (
            {"facilities__*__limits__*": "9 MW"},
            [
                "'facilities.*.limits.*': facilities.memphis.limits.racks: '9 MW' is a power; "
                "this field is a number of racks"
            ],
        ),
        (
            # 9 MW are 9 in one field and 9000 in the other: no plain number says both.
            {"facilities__columbus__limits__*": "9 MW"},
            [
                "'facilities.columbus.limits.*': facilities.columbus.limits.power_mw: would be 9, "
                "and facilities.columbus.limits.genset_kw 9000, each in its own unit; "
                "set them by paths of their own"
            ],
        ),
        (
            {"demands__*__amount": "9 H100e", "facilities__memphis__pue": "1.2 MW"},
            [
                "'facilities.memphis.pue': has no unit; write a number alone, not '1.2 MW'",
                "'demands.*.amount': demands[1].amount: '9 H100e' has the unit 'H100e', "
                "which is not known; this field is in jobs, a number of units",
            ],
        ),
        (
            # A tenth of 0.2 more, or 0.3?
            {"demands__chat__min_share": "+10 %"},
            [
                "'demands.chat.min_share': demands[0].min_share: '+10 %' may be a share of what is "
                "there, written '*1.1', or a number, written '+0.1'"
            ],
        ),
        (
            {"facilities__memphis__grid_mw": "*2 MW"},
            ["'facilities.memphis.grid_mw': must be a number, not the text '*2 MW'"],
        ),
    ],
)
def test_what_a_scenario_cannot_set_is_refused(changes: Any, faults: list[str]) -> None:
    assert said(with_scenario(**changes)) == [f"scenarios[0].set.{fault}" for fault in faults]


def test_a_graph_file_may_have_units(tmp_path: Path) -> None:
    graph = (
        '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
        '<key id="c" for="edge" attr.name="gbps" attr.type="string"/>'
        '<key id="m" for="edge" attr.name="ms" attr.type="double"/>'
        '<graph edgedefault="undirected"><node id="memphis"/><node id="us"/>'
        '<edge source="memphis" target="us"><data key="c">1.6 Tbps</data>'
        '<data key="m">9</data></edge></graph></graphml>'
    )
    given(tmp_path, graph, "wan.graphml")
    (tmp_path / "deal.json").write_text(
        to_json(SMALL | {"network": {"graph": "wan.graphml"}}), encoding="utf-8"
    )
    assert read(tmp_path / "deal.json").network.links[0].gbps == 1600


def test_pint_is_imported_only_where_a_unit_stands(tmp_path: Path) -> None:
    given(tmp_path, PLAIN, "plain.yaml")
    given(tmp_path, GIVEN, "given.yaml")
    code = (
        "import sys, gridblock as gb; plain = gb.read('plain.yaml');"
        "plain.replace({'discount_rate': 0.2}).scenario('late'); print('pint' in sys.modules);"
        "gb.read('given.yaml'); print('pint' in sys.modules)"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert ran.stdout.split() == ["False", "True"]


JUNK = (
    *("5 MW", "5 %", "12 H100e", "-5 USD", "+5 kW", "1,5 MW", "5 MUSD/MWh", "*2", "x", "9e99 MW"),
    *("5 " + "(" * 90, "9" * 130 + " MW", None, 5, 1e300, True, [], {}, ["5 MW"], [[["5 MW"]]]),
    *({"a": "5 MW"}, {0: "5 MW"}, {"2026Q3": "5 MW"}),
)


def _paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    for key in value if isinstance(value, dict) else range(len(value)):
        yield (*path, key)
        if isinstance(value[key], dict | list):
            yield from _paths(value[key], (*path, key))


def test_what_is_mangled_is_read_or_refused(tmp_path: Path) -> None:
    data = document.load(given(tmp_path, GIVEN)).data
    random, places = Random(1), [*_paths(data)]
    refused: list[str] = []
    for _ in range(200):
        mangled = deepcopy(data)
        for place in random.sample(places, 2):
            holder = paths.at(mangled, place[:-1])
            if isinstance(holder, dict if isinstance(place[-1], str) else list):
                holder[place[-1]] = random.choice(JUNK)
        try:
            assert Instance.parse(read(mangled).plain())
        except InstanceError as error:
            refused.append(str(error))
    assert 60 < len(refused) < 200
    assert all(refused)
