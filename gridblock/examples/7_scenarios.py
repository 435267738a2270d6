# %% [markdown]
"""
# 7. Scenarios

Substations and pods must be ordered in the first year, and only in the second does demand show.
What to order while nobody knows, and what would it be worth to know?
"""

# %%
import gridblock as gb

instance = gb.read(
    {
        "gridblock": 1,
        "name": "scenarios",
        "periods": [{"name": name, "hours": 1000} for name in ("y1", "y2")],
        "accelerators": {"h100": {"vendor": "nvidia"}},
        "blocks": {
            "pod": {
                "accelerator": "h100",
                "accelerators": 10,
                "uses": {"power_kw": 10},
                "cost_once": 1000,
                "end_share": 0,
                "lead": 1,
            }
        },
        "facilities": {"abilene": {"grid_mw": 0.05}},
        "demands": [{"name": "chat", "amount": [0, 50], "yields": {"h100": 1}, "unmet_cost": 1}],
        "options": [
            {
                "name": "substation",
                "adds": [{"limit": "grid_mw", "at": "abilene", "amount": 0.05}],
                "max": 3,
                "lead": 1,
                "cost_once": 30_000,
                "end_share": 0,
            }
        ],
        "scenarios": [
            {"name": "growth", "probability": 0.3, "set": {"demands.chat.amount": [0, 100]}},
            {"name": "boom", "probability": 0.2, "set": {"demands.chat.amount": [0, 200]}},
        ],
    }
)

# %% [markdown]
"""
Each future by itself has its own best plan. A substation with its five pods costs 35,000 and serves
50 units, worth 50,000: it pays where it is needed.
"""

# %%
alone = {"as it stands": gb.solve(instance, gap=0)}
alone |= {each.name: gb.solve(instance.scenario(each.name), gap=0) for each in instance.scenarios}
for name, plan in alone.items():
    print(f"{name}: {sum(plan.table('options')['ordered'])} substations, {plan.objective:,.0f} USD")
knowing = 0.5 * 5_000 + 0.3 * 40_000 + 0.2 * 110_000
assert [plan.objective for plan in alone.values()] == [5_000, 40_000, 110_000]

# %% [markdown]
"""
One plan for all of them orders none: with n substations 5,000 + 35,000 n is paid in any case, and
the expected cost is 50,000, 60,000, 85,000 and 110,000 for n = 0, 1, 2, 3.
"""

# %%
hedge = gb.stochastic(instance, gap=0)
print(hedge.table("orders").to_string(index=False))
print(hedge.table("scenarios").to_string(index=False))
assert round(hedge.expected) == 50_000
print(f"knowing which one comes is worth {hedge.expected - knowing:,.0f} USD")

# %% [markdown]
"""
Who fears the worst weighs it: half by the expected cost, half by the mean of the worst fifth.
A substation is then ordered: (60,000 + 140,000) / 2 against (50,000 + 155,000) / 2.
"""

# %%
careful = gb.stochastic(instance, gap=0, cvar_weight=0.5, cvar_level=0.8)
print(careful.table("orders").to_string(index=False))
assert round(careful.objective) == 100_000
