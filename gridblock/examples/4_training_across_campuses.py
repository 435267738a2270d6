# %% [markdown]
"""
# 4. Training across campuses

A run needs eight pods at once for two periods. No campus has eight today; one will, a period later.
Train across two campuses now, or wait? That depends on what the network between them costs.
"""

# %%
import gridblock as gb

instance = gb.read(
    {
        "gridblock": 1,
        "name": "training",
        "periods": [{"name": name, "hours": 1000} for name in ("p1", "p2", "p3")],
        "accelerators": {"h100": {"vendor": "nvidia"}},
        "blocks": {
            "pod": {
                "accelerator": "h100",
                "accelerators": 256,
                "uses": {"power_kw": 350},
                "idle_factor": 0,
            }
        },
        "facilities": {
            "west": {"energy_per_mwh": 30, "installed": {"pod": 4}},
            "plains": {"energy_per_mwh": 50, "installed": {"pod": 4}},
            "lakes": {
                "energy_per_mwh": 44,
                "installed": {"pod": 4},
                "on_order": {"pod": {"p2": 4}},
            },
        },
        "network": {
            "links": [
                {
                    "name": "rockies",
                    "between": ["west", "plains"],
                    "gbps": 500,
                    "ms": 16,
                    "cost_per_gbps": 2,
                },
                {"name": "prairie", "between": ["plains", "lakes"], "gbps": 300, "ms": 9},
            ]
        },
        "demands": [
            {
                "name": "frontier-run",
                "amount": 2048,
                "yields": {"h100": 1},
                "whole_blocks": True,
                "unmet_cost": 5,
                "run": {"periods": 2, "start": ["p1", "p2"], "delay_cost": 5000},
                "max_facilities": 2,
                "interconnect": {"gbps": 400, "max_ms": 20},
            }
        ],
    }
)
now = gb.solve(instance, gap=0)
print(now.table("runs")[["start", "end", "facilities"]].to_string(index=False))
print(now.table("interconnect").to_string(index=False))

# %% [markdown]
"""
Between plains and lakes there are only 300 Gbps, and lakes is 25 ms from the west. So it runs in
the west and on the plains, at once: 8 pods draw 2.8 MW, half at $30 and half at $50 a MWh, and
400 Gbps each way cost $2 a Gbps and period.
"""

# %%
assert now.objective == 2 * (1400 * 30 + 1400 * 50 + 800 * 2)
assert now.table("runs")["start"].item() == "p1"

# %% [markdown]
"""
If the link cost ten times as much, waiting for lakes would pay: all 8 pods there at $44 a MWh, and
$5,000 for the delay.
"""

# %%
dear = instance.replace({"network.links.rockies.cost_per_gbps": 20})
later = gb.solve(dear, gap=0)
print(later.table("runs")[["start", "end", "facilities"]].to_string(index=False))
assert later.objective == 2 * 2800 * 44 + 5000
assert later.objective < 2 * (1400 * 30 + 1400 * 50 + 800 * 20)

# %%
now.plot.timeline()
