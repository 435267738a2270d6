# %% [markdown]
"""
# 3. Leases

A neocloud offers pods in lots of ten: 600 USD per pod and hour, 90 % of it to be paid whether the
pods are used or not. Demand peaks in the second period. How many lots, and what would a shorter
term be worth?
"""

# %%
import gridblock as gb

HOURS = 2000
PODS_WANTED = [20, 40, 30, 20]

instance = gb.read(
    {
        "gridblock": 1,
        "name": "leases",
        "periods": [{"name": f"p{i}", "hours": HOURS} for i in range(1, 5)],
        "accelerators": {"h100": {"vendor": "nvidia"}},
        "blocks": {"pod": {"accelerator": "h100", "accelerators": 256, "uses": {"power_kw": 350}}},
        "facilities": {"memphis": {"limits": {"power_mw": 14}}},
        "demands": [
            {
                "name": "chat",
                "unit": "H100e",
                "amount": [256 * pods for pods in PODS_WANTED],
                "yields": {"h100": 1},
                "unmet_cost": 3,  # 768 USD per pod and hour
            }
        ],
        "options": [
            {
                "name": "neocloud",
                "kind": "lease",
                "adds": [{"blocks": "pod", "at": "memphis", "count": 10}],
                "max": 8,
                "usage": {"per_block_hour": 600, "committed_share": 0.9},
            }
        ],
    }
)
plan = gb.solve(instance, gap=0)
print(plan.table("options")[["period", "ordered", "in_effect", "paid"]].to_string(index=False))

# %% [markdown]
"""
Two lots, though at the peak four would be used. A lot runs to the end unless it has a `term`: the
ten pods of a third one would save 1,680 USD an hour in p2 and again in p3. In p4 nobody needs them,
and 90 % of 30 pods, 16,200 USD, would be due instead of 12,000 for the 20 in use.
"""

# %%
assert list(plan.table("options")["in_effect"]) == [2, 2, 2, 2]
# 20 pods paid through, 20 pods unmet in p2 and 10 in p3.
assert plan.objective == HOURS * (4 * 20 * 600 + (20 + 10) * 768)

# %% [markdown]
"""
With a term of two periods lots follow demand, and all of it is met.
"""

# %%
shorter = gb.solve(instance.replace({"options.neocloud.term": 2}), gap=0)
print(shorter.table("options")[["period", "ordered", "in_effect"]].to_string(index=False))
assert list(shorter.table("options")["in_effect"]) == [2, 4, 3, 2]
assert shorter.objective == HOURS * sum(PODS_WANTED) * 600
print(f"the shorter term is worth {plan.objective - shorter.objective:,.0f} USD")

# %% [markdown]
"""
At which price is it still taken? `gridblock value FILE --option NAME` finds the break-even price;
here are three by hand. A pod that is used all the time is worth 768 USD an hour.
"""

# %%
for price in (500, 760, 780):
    at_price = gb.solve(instance.replace({"options.neocloud.usage.per_block_hour": price}), gap=0)
    print(price, "USD:", list(at_price.table("options")["in_effect"]), "lots in effect")

# %%
plan.plot.timeline()
