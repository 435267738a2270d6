"""Each family alone, on two small sites, as an LP file that can be read.

`REGENERATE=1 pytest tests/model/test_golden.py` writes the files anew; look at what changed.
"""

import os
from pathlib import Path
from typing import Any

import pyomo.environ as pyo
import pytest

from gridblock.instances.instance import Instance
from gridblock.model.build import FAMILIES, build
from gridblock.model.constraints import (
    berths,
    interconnect,
    link_loss,
    network,
    placement,
    reserve,
    runs,
)
from gridblock.model.pools import Reduction

GOLDEN = Path(__file__).parent / "golden"
FAMILY_BY_NAME = {family.__name__.rpartition(".")[2]: family for family in FAMILIES}
# Which facilities and accelerators are used is decided in two other families; the loss of a link
# reads the capacity of the others.
NEEDED = {
    interconnect: (placement, runs, berths),
    reserve: (placement, runs),
    link_loss: (network,),
}

TWO_SITES: dict[str, Any] = {
    "gridblock": 1,
    "name": "two-sites",
    "periods": [{"name": "t1", "hours": 100}, {"name": "t2", "hours": 100}],
    "accelerators": {"h100": {}},
    "blocks": {"pod": {"accelerator": "h100", "accelerators": 8, "uses": {"power_kw": 10}}},
    "facilities": {"north": {"installed": {"pod": 3}}, "south": {"installed": {"pod": 2}}},
    "demands": [{"name": "chat", "amount": 30, "yields": {"h100": 1}, "unmet_cost": 2}],
}
# With 100 % a year and periods of two years all discount factors are powers of a half.
HALVING = {
    "discount_rate": 1,
    "periods": [{"name": "t1", "hours": 17520}, {"name": "t2", "hours": 17520}],
}
BUYABLE = {"cost_once": 1000, "cost_per_period": 10, "resale_share": 0.2, "end_share": 0.4}
ZONES = {"hall": {"count": 2, "installed": {"pod": 1}}}
LINKS = [
    {"name": "n", "between": ["city", "north"], "ms": 5, "gbps": 3, "cost_per_gbps": 7},
    {"name": "s", "between": ["city", "south"], "ms": 9, "gbps": 2, "capacity": "shared"},
    {"name": "x", "between": ["north", "south"], "ms": 2},
]
WAN = {
    "network": {"regions": {"city": {}}, "links": LINKS, "tunnels": 2},
    "demands.chat.from": {"city": 1},
    "demands.chat.gbps_per_unit": 0.1,
}
# What each family shows beyond the two sites.
SHOWN: dict[str, dict[str, Any]] = {
    "demand": {
        "demands.chat.amount": [30, 50],
        "demands.chat.min_share": 0.5,
        "demands.chat.cost_per_unit_hour": {"north": 0.1},
        "network.regions": {"east": {}, "west": {}},
        "demands.chat.from": {"east": 0.6, "west": 0.4},
        **HALVING,
    },
    "placement": {
        "periods": [{"name": "t1", "hours": 100}],
        "accelerators.trn2": {},
        "blocks.rack": {"accelerator": "trn2", "accelerators": 4},
        "facilities.north.energy_per_mwh": -5,
        "facilities.south": {
            "zones": {"a": {"installed": {"pod": 1}}, "b": {"installed": {"rack": 2}}}
        },
        "network.regions": {"east": {}, "west": {}},
        "demands": [
            {
                "name": "chat", "amount": 30, "from": {"east": 0.6, "west": 0.4},
                "yields": {"h100": 1, "trn2": 0.5}, "unmet_cost": 2,
                "whole_blocks": True, "max_facilities": 1, "max_share_per_facility": 0.6,
                "one_accelerator": True, "together": "zone",
            },
            {
                "name": "all", "amount": 20, "yields": {"h100": 1}, "unmet_cost": 2,
                "min_share": 1, "max_facilities": 1,
            },
        ],
    },
    "fleet": {
        "accelerators.h100.supply": 20,
        "blocks.pod": {**TWO_SITES["blocks"]["pod"], **BUYABLE, "supply": [1, 2], "lead": 1},
        "facilities.north.on_order": {"pod": {"t1": 1}},
        "facilities.south": {"zones": ZONES},
        **HALVING,
    },
    "runs": {
        "accelerators.trn2": {},
        "blocks.rack": {"accelerator": "trn2", "accelerators": 4},
        "facilities.south": {"installed": {"pod": 1, "rack": 2}, "energy_per_mwh": [0, -5]},
        "network.regions": {"east": {}, "west": {}},
        "demands": [
            {
                "name": "gang", "amount": 10, "from": {"east": 0.6, "west": 0.4},
                "yields": {"h100": 1, "trn2": 0.5}, "unmet_cost": 2, "min_share": 1,
                "survive": {"facility": 0.5},
                "run": {"periods": 1, "start": ["t1", "t2"], "delay_cost": 3},
            },
            {
                "name": "pair", "amount": 20, "yields": {"h100": 1}, "unmet_cost": 2,
                "whole_blocks": True, "max_facilities": 2, "survive": {"facility": 0.5},
                "run": {"periods": 2, "start": ["t1", "t1"]},
            },
        ],
        **HALVING,
    },
    "rounding": {
        "blocks.rack": {"accelerator": "h100", "accelerators": 12},
        "facilities.south": {"installed": {"rack": 2}},
        "demands.chat.whole_blocks": True,
    },
    "berths": {
        "accelerators.trn2": {},
        "blocks.rack": {"accelerator": "trn2", "accelerators": 4},
        "facilities.south": {"installed": {"pod": 1, "rack": 2}, "energy_per_mwh": [0, -5]},
        "network.regions": {"east": {}, "west": {}},
        "demands": [
            {
                "name": "gang", "amount": 10, "from": {"east": 0.6, "west": 0.4},
                "yields": {"h100": 1, "trn2": 0.5}, "unmet_cost": 2, "min_share": 1,
                "run": {"periods": 1, "start": ["t1", "t2"], "delay_cost": 3},
            },
            {
                "name": "pair", "amount": 20, "yields": {"h100": 1}, "unmet_cost": 2,
                "whole_blocks": True, "max_facilities": 2,
                "run": {"periods": 2, "start": ["t1", "t1"]},
            },
        ],
        **HALVING,
    },
    "reserve": {
        "periods": [{"name": "t1", "hours": 100}],
        "accelerators.trn2": {},
        "blocks.rack": {"accelerator": "trn2", "accelerators": 4},
        "facilities.south": {"installed": {"pod": 2, "rack": 2}},
        "facilities.west": {"installed": {"pod": 1}},
        "network": {
            "regions": {"city": {}, "town": {}},
            "links": [*LINKS[:2], {"name": "w", "between": ["town", "west"], "ms": 9}],
        },
        "demands": [
            {
                "name": "chat", "amount": 30, "yields": {"h100": 1, "trn2": 0.5}, "unmet_cost": 2,
                "from": {"city": 0.6, "town": 0.4}, "one_accelerator": True,
                "survive": {"facility": 0.5},
            },
            {
                "name": "train", "tier": 2, "amount": 10, "yields": {"h100": 1}, "unmet_cost": 2,
                "whole_blocks": True, "survive": {"facility": 1}, "max_facilities": 2,
            },
            {"name": "batch", "tier": 3, "amount": 9, "yields": {"h100": 1}, "unmet_cost": 1},
        ],
    },
    "reserve_many": {
        "periods": [{"name": "t1", "hours": 100}],
        "facilities": {name: {"installed": {"pod": 2}} for name in ("hub", *"abcdef")},
        "network": {
            "regions": {f"of-{name}": {} for name in "abcdef"},
            "links": [
                {"name": f"{name}-{end}", "between": [f"of-{name}", end], "ms": ms}
                for name in "abcdef"
                for end, ms in ((name, 2), ("hub", 7))
            ],
        },
        "demands.chat.from": {"of-a": 0.5, **{f"of-{name}": 0.1 for name in "bcdef"}},
        "demands.chat.max_ms": 8,
        "demands.chat.survive": {"facility": 0.5},
    },
    "capacity": {
        "blocks.pod.uses.racks": 2,
        "blocks.pod.uses.water": 0.5,
        "facilities.north": {
            "installed": {"pod": 3}, "limits": {"racks": [7, 9]}, "cost_per_period": 50
        },
        "facilities.south": {
            "limits": {"racks": 9, "water": 1.2},
            "zones": {"hall": {**ZONES["hall"], "limits": {"racks": 5}}},
        },
    },
    "power": {
        "blocks.pod.load_factor": 0.8,
        "blocks.pod.idle_factor": 0.3,
        "facilities.north": {
            "installed": {"pod": 3}, "limits": {"power_mw": [0.04, 0.02]}, "energy_per_mwh": 50
        },
        "facilities.south": {
            "installed": {"pod": 2}, "grid_mw": 0.03, "pue": 1.25, "carbon_kg_per_mwh": 400
        },
        "carbon_price_per_t": 100,
    },
    "feeds": {
        "facilities.north": {
            "pue": 1.25,
            "feeds": {
                "sub": {"mw": [0.03, 0.04], "failover_mw": 0.06, "pue": True},
                "a": {"mw": 0.02, "failover_mw": 0.04, "parent": "sub"},
                "b": {"mw": 0.02, "failover_mw": 0.04},
                "c": {"mw": 0.02},
            },
            "zones": {
                "x": {"installed": {"pod": 3}, "fed_by": ["a", "b"]},
                "y": {"installed": {"pod": 3}, "fed_by": ["a", "b", "c"]},
            },
        },
        "facilities.south": {"installed": {"pod": 2}, "fed_by": ["u"], "feeds": {"u": {"mw": 1}}},
        "options": [
            {
                "name": "ups", "max": 3, "ramp": [0.5, 1],
                "adds": [{"feed": name, "at": "north", "mw": 0.01} for name in "ab"],
            },
        ],
    },
    "cooling": {
        "blocks.pod.uses": {"air_cooling_kw": 2.5, "liquid_cooling_kw": 7.5},
        "facilities.north.limits": {"air_cooling_mw": 0.01, "liquid_cooling_mw": 0.02},
        "facilities.south.limits": {"air_cooling_mw": 0.01},
    },
    "network": {
        **WAN,
        "periods": [{"name": "t1", "hours": 100}],
        "facilities.south": {"zones": {"hall": {**ZONES["hall"], "uplink_gbps": 0.5}}},
    },
    "interconnect": {
        "network": {"regions": {}, "links": LINKS[2:]},
        "periods": [{"name": "t1", "hours": 100}],
        "facilities.west": {"installed": {"pod": 1}},
        "demands.chat.interconnect": {"gbps": 0.5, "max_ms": 3},
    },
    "interconnect_any": {
        "network": {"regions": {}, "links": LINKS[2:], "routing": "any"},
        "periods": [{"name": "t1", "hours": 100}, {"name": "t2", "hours": 100}],
        "demands.chat": {
            "name": "chat", "amount": 30, "yields": {"h100": 1}, "unmet_cost": 2,
            "run": {"periods": 1, "start": ["t1", "t2"]}, "max_facilities": 2,
            "interconnect": {"gbps": 0.5},
        },
    },
    "interconnect_asked": {
        "network": {"regions": {}, "links": [{**LINKS[2], "cost_per_gbps": 7}]},
        "periods": [{"name": "t1", "hours": 100}],
        "demands.chat.interconnect": {"gbps": 0.5},
        "limits": [{"name": "floor", "measure": "spend", "min": 5, "penalty": 2}],
    },
    "fabric": {
        "periods": [{"name": "t1", "hours": 100}],
        "facilities.south": {"zones": {"hall": {**ZONES["hall"], "uplink_gbps": 5}}},
        "demands.chat.fabric_gbps_per_block": 2,
        "demands.chat.whole_blocks": True,
    },
    "limits": {
        "accelerators": {"h100": {"vendor": "nvidia"}, "trn2": {"vendor": "amazon"}},
        "blocks.pod": {**TWO_SITES["blocks"]["pod"], **BUYABLE, "idle_factor": 0.5},
        "blocks.rack": {"accelerator": "trn2", "accelerators": 4, "cost_once": 500},
        "facilities.north.carbon_kg_per_mwh": 400,
        "facilities.south": {"tags": ["dry"], "cost_per_period": 7},
        "demands.chat.cost_per_unit_hour": {"north": 0.1},
        "limits": [
            {"name": "fleet", "measure": "power", "per": "to_date", "max": [2000, 5000]},
            {"name": "dry", "measure": "energy", "of": {"tag": "dry"}, "max": 3000, "penalty": 2},
            {"name": "carbon", "measure": "carbon", "per": "horizon", "max": 0.5},
            {"name": "vendor", "measure": "accelerators", "of": {"vendor": "nvidia"},
             "max_share": 0.7},
            {"name": "floor", "measure": "served", "of": {"demand": ["chat"]}, "min": [0, 9.5]},
            {"name": "busy", "measure": "blocks_used", "of": {"block": "pod"},
             "among": {"facility": "north"}, "max_share": 0.5, "penalty": 3},
        ],
        **HALVING,
    },
    "link_loss": {
        "network": {
            **WAN["network"], "tunnels": 1, "links": [*LINKS[:2], {**LINKS[2], "gbps": 4}]
        },
        "periods": [{"name": "t1", "hours": 100}],
        "demands": [
            {
                "name": "chat", "amount": 30, "from": {"city": 1}, "yields": {"h100": 1},
                "unmet_cost": 2, "gbps_per_unit": 0.1, "survive": {"link": 0.8},
            },
            {
                "name": "mail", "amount": 5, "from": {"city": 1}, "yields": {"h100": 1},
                "unmet_cost": 2, "survive": {"link": 1}, "max_ms": 8,
            },
        ],
    },
    "link_loss_any": {
        **WAN,
        "network": {**WAN["network"], "routing": "any"},
        "periods": [{"name": "t1", "hours": 100}],
        "demands.chat.survive": {"link": 1},
    },
    "network_any": {
        **WAN,
        "periods": [{"name": "t1", "hours": 100}],
        "network.routing": "any",
    },
    "options": {
        "facilities.east": {"cost_per_period": 50},
        "facilities.west": {"zones": {"hall": {"count": 2}}},
        "options": [
            {"name": "study", "max": 3, "cost_once": 16},
            {"name": "permit", "max": 3, "min_if_taken": 2, "cost_once": 8, "pay": [0.5, 0.5]},
            {
                "name": "lease", "adds": [{"blocks": "pod", "at": "west", "count": 3}],
                "max": 2, "requires": ["permit"], "excludes": ["site"], "ramp": [0.5, 1],
                "cost_per_period": 4, "cost_once": 32, "end_share": 0.5,
            },
            {
                "name": "site", "max": 2, "lead": 1, "cost_once": 64,
                "adds": [{"opens": "east"}, {"blocks": "pod", "at": "east", "count": 1}],
            },
            {"name": "halls", "adds": [{"opens": "west/hall"}], "max": 2, "term": 1},
        ],
        **HALVING,
    },
    "orders": {
        "blocks.pod": {**TWO_SITES["blocks"]["pod"], **BUYABLE, "lead": 1},
        "options": [{"name": "lease", "max": 3}],
        "current": {
            "keep_to": "t1",
            "plan": {
                "bought": [{"block": "pod", "place": "south", "period": "t2", "blocks": 2}],
                "ordered": [{"option": "lease", "period": "t1", "lots": 2}],
            },
        },
    },
    "moves": {
        "periods": [{"name": t, "hours": 8760} for t in ("t1", "t2", "t3")],
        "discount_rate": 1,
        "demands.chat.amount": [20, 10, 20],
        "current": {
            "move_cost": 8,
            "plan": {
                "periods": ["t1", "t3"],
                "assigned": [
                    {"demand": "chat", "block": "pod", "place": "north", "period": t, "blocks": n}
                    for t, n in (("t1", 1), ("t2", 1), ("t3", 2))
                ],
            },
        },
    },
    "usage": {
        "periods": [{"name": "t1", "hours": 100}],
        "blocks.pod.load_factor": 0.8,
        "blocks.pod.idle_factor": 0.3,
        "facilities.south.energy_per_mwh": 50,
        "options": [
            {
                "name": "lease", "adds": [{"blocks": "pod", "at": "south", "count": 4}],
                "usage": {"per_block_hour": 3, "committed_share": 0.7, "energy": "included"},
            },
            {"name": "gift", "adds": [{"blocks": "pod", "at": "south", "count": 1}]},
        ],
    },
    "usage_asked": {
        "periods": [{"name": "t1", "hours": 100}],
        "options": [
            {
                "name": "lease", "adds": [{"blocks": "pod", "at": "south", "count": 4}],
                "usage": {"per_block_hour": 3, "committed_share": 0.75},
            },
        ],
        "limits": [{"name": "floor", "measure": "spend", "min": 900, "penalty": 2}],
    },
}  # fmt: skip


def lp_text(name: str, folder: Path) -> str:
    """Give the LP file of one family on the instance that shows it."""
    family = FAMILY_BY_NAME[name if name in FAMILY_BY_NAME else name.rpartition("_")[0]]
    needed = NEEDED.get(family, ())
    instance = Instance.parse(TWO_SITES).replace(SHOWN[name])
    model = build(instance, families=(*needed, family), reductions={Reduction.ROUNDING})
    for rule in build(instance, families=needed).component_objects(pyo.Constraint):
        model.component(rule.name).deactivate()
    file = folder / f"{name}.lp"
    model.write(str(file), format="lp_v2", io_options={"symbolic_solver_labels": True})
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SHOWN)
def test_a_family_reads_as_its_golden_file(name: str, tmp_path: Path) -> None:
    text = lp_text(name, tmp_path)
    golden = GOLDEN / f"{name}.lp"
    if os.environ.get("REGENERATE"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_the_objective_alone_is_what_all_families_charge() -> None:
    instance = Instance.parse(TWO_SITES).replace(SHOWN["power"])
    model = build(instance, families=())
    assert list(model.component_data_objects(pyo.Constraint)) == []
    assert pyo.value(model.total_cost) == 0
