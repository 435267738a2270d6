# %% [markdown]
"""
# 5. Outage

The assistant must survive the loss of any one site. What does the promise cost, and do the blocks
that stand ready for it have to be idle?
"""

# %%
import gridblock as gb

instance = gb.read(
    {
        "gridblock": 1,
        "name": "outage",
        "periods": [{"name": "season", "hours": 1000}],
        "accelerators": {"h100": {"vendor": "nvidia"}},
        "blocks": {
            "pod": {
                "accelerator": "h100",
                "accelerators": 256,
                "uses": {"power_kw": 350},
                "cost_once": 300_000,
                "end_share": 0,
            }
        },
        "facilities": {
            "east": {"limits": {"power_mw": 1.4}, "installed": {"pod": 4}},
            "west": {"limits": {"power_mw": 1.4}, "installed": {"pod": 4}},
            "north": {"limits": {"power_mw": 3.5}},
        },
        "demands": [
            {
                "name": "assistant",
                "amount": 6 * 256,
                "yields": {"h100": 1},
                "unmet_cost": 4,
                "survive": {"facility": 1},
            },
            {"name": "batch", "tier": 2, "amount": 2 * 256, "yields": {"h100": 1}, "unmet_cost": 1},
        ],
    }
)
plan = gb.solve(instance, gap=0)
print(plan.table("losses").to_string(index=False))

# %% [markdown]
"""
Eight pods would do for all the work. With the promise, what is left after the loss of east or west
must still hold six: two more pods are bought in the north. Of the ten, six serve the assistant, and
four are its reserve; two of these are lent to batch, which gives them up when a site is lost.
"""

# %%
assert plan.objective == 2 * 300_000
assert plan.unmet_share == 0
print(plan.table("reserve")[["facility", "blocks"]].to_string(index=False))

# %% [markdown]
"""
What does each share of the promise cost? Half of it, 3 pods, is left after any loss anyway.
"""

# %%
for share in (0.5, 0.75, 1):
    kept = gb.solve(instance.replace({"demands.assistant.survive.facility": share}), gap=0)
    print(f"{share:.0%} kept: {kept.objective:,.0f} USD")

# %% [markdown]
"""
Batch in the same tier would not be lent from: then each of three sites has to hold three pods of
the assistant, spread evenly, so that one more pod is bought.
"""

# %%
same = gb.solve(instance.replace({"demands.batch.tier": 1}), gap=0)
assert same.objective == 3 * 300_000

# %%
plan.plot.utilization()
