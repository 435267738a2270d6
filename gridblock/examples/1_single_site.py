# %% [markdown]
"""
# 1. A single site

One hall with 10 MW, one kind of pod to buy, two demands. How many pods, which work stays unmet,
why, and what would one more megawatt be worth?
"""

# %%
import gridblock as gb

instance = gb.read(
    {
        "gridblock": 1,
        "name": "single-site",
        "periods": {"first": "2027", "count": 1},
        "accelerators": {"h100": {"vendor": "nvidia"}},
        "blocks": {
            "h100-pod": {
                "accelerator": "h100",
                "accelerators": 256,
                "uses": {"power_kw": 350},
                "cost_once": 9.0e6,
                "end_share": 0.6,  # what it is still worth at the end of the horizon
            }
        },
        "facilities": {
            "memphis": {"limits": {"power_mw": 10}, "pue": 1.2, "energy_per_mwh": 55},
        },
        "demands": [
            {
                "name": "assistant",
                "unit": "H100e",
                "amount": 6000,
                "yields": {"h100": 1},
                "unmet_cost": 3,
            },
            {
                "name": "research",
                "unit": "H100e",
                "amount": 3000,
                "yields": {"h100": 1},
                "unmet_cost": 2,
            },
        ],
    }
)
plan = gb.solve(instance, gap=0)
print(plan.status, f"{plan.objective:,.0f}", f"proven bound {plan.bound:,.0f}")

# %% [markdown]
"""
10 MW hold 28 pods of 350 kW, that is 7,168 chips. The assistant's price is the higher one, so it
takes 6,000 of them, and research the other 1,168.
"""

# %%
print(plan.table("fleet")[["block", "place", "period", "bought"]].to_string(index=False))
print(plan.table("unmet")[["demand", "amount_units", "unmet_units"]].to_string(index=False))
assert sum(plan.table("fleet")["bought"]) == 28
assert plan.unmet["research"]["unmet"] == [9000 - 28 * 256]

# %% [markdown]
"""
Why does research stay unmet? Each claim is proven by planning anew with the rule relaxed.
"""

# %%
for (demand, period), why in plan.explain().reasons.items():
    print(f"{demand} in {period}: {why.blocker}")
    print("", *why.evidence, why.next_step, sep="\n  ")

# %% [markdown]
"""
What would 1 MW more be worth? An instance is a value: change it, and plan again.
"""

# %%
more = gb.solve(instance.replace({"facilities.memphis.limits.power_mw": 11}), gap=0)
print(f"1 MW more saves {plan.objective - more.objective:,.0f} USD")
# 11 MW hold 31 pods, 3 more. Each serves 256 x $2 x 8760 h = 4,485,120 of research, and costs 40 %
# of its price, 3,600,000, and 0.35 MW x 1.2 x 8760 h x $55 = 202,356 of energy: 682,764 is left.
assert round(plan.objective - more.objective) == 3 * 682_764

# %%
plan.plot.costs()
