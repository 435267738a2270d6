# %% [markdown]
"""
# 6. Replanning

A plan is in force: the permit is ordered. Now the permit takes three quarters instead of one. What
stands, what changes, and what does the delay cost?
"""

# %%
import gridblock as gb

instance = gb.read(
    {
        "gridblock": 1,
        "name": "replanning",
        "periods": [{"name": f"q{i}", "hours": 1000} for i in range(1, 7)],
        "accelerators": {"h100": {"vendor": "nvidia"}},
        "blocks": {"pod": {"accelerator": "h100", "accelerators": 10, "uses": {"power_kw": 14}}},
        "facilities": {
            "dallas": {"limits": {"power_mw": 0.1}, "installed": {"pod": 5}},
            "abilene": {"limits": {"power_mw": 0.2}},
        },
        "demands": [
            {"name": "training", "amount": 100, "yields": {"h100": 1}, "unmet_cost": 1},
            {
                "name": "batch",
                "amount": {"q1": 0, "q3": 50},  # from q3 on
                "yields": {"h100": 1},
                "unmet_cost": 0.4,
            },
        ],
        "options": [
            {"name": "permit", "kind": "land", "cost_once": 5000, "end_share": 0, "lead": 1},
            {
                "name": "building",
                "kind": "build",
                "adds": [{"opens": "abilene"}, {"blocks": "pod", "at": "abilene", "count": 10}],
                "cost_once": 60_000,
                "end_share": 0,
                "lead": 1,
                "requires": ["permit"],
            },
        ],
    }
)
first = gb.solve(instance, gap=0)
orders = first.table("options").query("ordered > 0")
print(orders[["option", "period", "ordered"]].to_string(index=False))
# Until abilene opens in q3 half of the training waits: 2 x 50 x 1000 h x $1, and then all is met.
assert first.objective == 100_000 + 5_000 + 60_000

# %% [markdown]
"""
The permit slips. The plan in force goes into `current`: its orders up to q1 stand, and giving a
demand a block where it had none costs 2,000.
"""

# %%
slipped = instance.replace(
    {
        "options.permit.lead": 3,
        "current": {"plan": gb.in_force(first), "keep_to": "q1", "move_cost": 2000},
    }
)
second = gb.solve(slipped, gap=0)
print(second.table("changes").to_string(index=False))

# %% [markdown]
"""
The building opens in q5. In q3 and q4 training keeps its five pods in Dallas, which were to be
batch's: that is worth moving five pods, since training's price is the higher one.
"""

# %%
# 50 units of training unmet for 4 quarters, 50 of batch for 2, orders, and five moves.
assert second.objective == 4 * 50_000 + 2 * 20_000 + 65_000 + 5 * 2000
print(f"the delay costs {second.objective - first.objective:,.0f} USD")
