# %% [markdown]
"""
# 2. Siting

Where to build? Three sites are on offer. Each has its own price, room and electricity, and lies at
its own distance from the users in Virginia and Oregon, who want an answer within 40 ms.
"""

# %%
import gridblock as gb

SITES = {
    "dallas": {"at": (32.8, -96.8), "room_mw": 14, "building": 30e6, "energy": 45},
    "iowa": {"at": (41.3, -95.9), "room_mw": 7, "building": 18e6, "energy": 38},
    "phoenix": {"at": (33.4, -112.1), "room_mw": 7, "building": 14e6, "energy": 50},
}
facilities = {
    name: {
        "at": dict(zip(("lat", "lon"), site["at"], strict=True)),
        "pue": 1.2,
        "energy_per_mwh": site["energy"],
        "limits": {"power_mw": site["room_mw"]},
    }
    for name, site in SITES.items()
}
options = [
    {
        "name": f"build-{name}",
        "kind": "site",
        "adds": [{"opens": name}],  # closed until a lot is in effect
        "cost_once": site["building"],
        "end_share": 0.5,
    }
    for name, site in SITES.items()
]
instance = gb.read(
    {
        "gridblock": 1,
        "name": "siting",
        "periods": {"first": "2026", "count": 2},
        "accelerators": {"gb300": {"vendor": "nvidia"}},
        "blocks": {
            "nvl72": {
                "accelerator": "gb300",
                "accelerators": 72,
                "uses": {"power_kw": 140},
                "cost_once": 4.0e6,
                "end_share": 0.6,
            }
        },
        "facilities": facilities,
        "network": {
            "regions": {
                "virginia": {"lat": 39.0, "lon": -77.5},
                "oregon": {"lat": 45.6, "lon": -121.2},
            }
        },
        "demands": [
            {
                "name": "assistant",
                "unit": "GB300",
                "amount": 7200,
                "yields": {"gb300": 1},
                "unmet_cost": 6,
                "from": {"virginia": 0.5, "oregon": 0.5},
                "max_ms": 40,
            }
        ],
        "options": options,
    }
)
plan = gb.solve(instance, gap=0)
print(plan.table("options")[["option", "period", "ordered"]].to_string(index=False))
print(plan.table("served").to_string(index=False))

# %% [markdown]
"""
100 racks of 140 kW are wanted, 14 MW. Dallas holds them all and reaches both coasts within 40 ms
(latency is reckoned from the coordinates, since no links are given). Iowa and Phoenix together
would have cheaper power, and cost more to build.
"""

# %%
HOURS = 2 * 8760
DALLAS = 100 * 4e6 * 0.4 + 30e6 * 0.5 + 14 * 1.2 * HOURS * 45
TWO = 100 * 4e6 * 0.4 + 32e6 * 0.5 + 7 * 1.2 * HOURS * (38 + 50)
assert round(plan.objective) == round(DALLAS) < round(TWO)

# %% [markdown]
"""
What if users want it faster? Each limit is one edited field. Oregon is 35 ms from Dallas, so that
at 30 ms two sites are built, and at 20 ms there is no site to serve anybody from.
"""

# %%
built = {}
for max_ms in (40, 30, 20):
    variant = gb.solve(instance.replace({"demands.assistant.max_ms": max_ms}), gap=0)
    built[max_ms] = list(variant.table("options").query("ordered > 0")["option"])
    print(f"{max_ms} ms: {built[max_ms]}, {variant.unmet_share:.0%} unmet")
assert built == {40: ["build-dallas"], 30: ["build-iowa", "build-phoenix"], 20: []}

# %%
plan.plot.map()
