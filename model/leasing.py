"""Which of the leased blocks are in use, at the least cost."""

from collections import defaultdict
from collections.abc import Mapping

import pyomo.environ as pyo

from gridblock.model.appetite import counts_spending
from gridblock.model.constraints.usage import saved_per_hour
from gridblock.model.exact import difference
from gridblock.model.facts import Facts
from gridblock.model.plan import Assignment, Lease, LeaseUse

Key = tuple[str, str, str]


def leases_used(
    model: pyo.Block, assigned: Mapping[Assignment, float], leased: Mapping[Lease, int]
) -> dict[LeaseUse, float]:
    """Share what is assigned beyond the blocks owned among the leases at a facility.

    What is paid anyway is used first, then what costs least: since each lease costs more beyond its
    committed share than within it, filling the cheapest parts first is best. Where a limit counts
    spending, other leases than the cheapest may keep it, and those that the model uses come first.
    """
    facts: Facts = model.facts
    needed = _beyond_owned(model, assigned)
    leases: dict[Key, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (option, kind, leaf, t), count in leased.items():
        leases[kind, facts.facility_of[leaf], t][option] += count
    used: dict[LeaseUse, float] = {}
    for key, blocks in leases.items():
        if any(facts.instance.contracts[o].option.usage for o in blocks):
            left = max(0.0, needed.get(key, 0.0))
            for option, room in _in_turn(sorted(_parts(facts, key, blocks)), _chosen(model, key)):
                taken = min(left, room)
                left -= taken
                if taken > 0:
                    name = LeaseUse(option, *key)
                    used[name] = used.get(name, 0.0) + taken
    return {key: float(f"{count:.12g}") for key, count in used.items()}


def _chosen(model: pyo.Block, key: Key) -> dict[str, float]:
    """Give the blocks of each option that the model uses, where a limit counts spending."""
    options = model.facts.instance.contracts if counts_spending(model.facts.instance) else ()
    used = {o: model.used[o, *key].value or 0.0 for o in options if (o, *key) in model.used}
    return {option: blocks for option, blocks in used.items() if blocks > 0}


def _in_turn(
    parts: list[tuple[float, str, float]], chosen: Mapping[str, float]
) -> list[tuple[str, float]]:
    """Put what is chosen of the parts first, then what else there is of those options."""
    left, first, later = dict(chosen), [], []
    for _, option, room in parts:
        taken = min(left.get(option, 0.0), room)
        left[option] = left.get(option, 0.0) - taken
        first.append((option, taken))
        later.append((option, room - taken))
    return [*first, *sorted(later, key=lambda part: part[0] not in chosen)]


def _beyond_owned(model: pyo.Block, assigned: Mapping[Assignment, float]) -> dict[Key, float]:
    beyond: dict[Key, float] = defaultdict(float)
    for (_, kind, leaf, t), count in assigned.items():
        beyond[kind, model.facts.facility_of[leaf], t] += count
    for (kind, leaf, t), owned in model.owned.items():
        beyond[kind, model.facts.facility_of[leaf], t] -= round(owned.value)
    return beyond


def _parts(facts: Facts, key: Key, blocks: Mapping[str, int]) -> list[tuple[float, str, float]]:
    """Give what using one more block costs an hour, within and beyond what is committed."""
    kind, _, t = key
    hardware = facts.instance.blocks[kind]
    energy = difference(hardware.load_factor, hardware.idle) * saved_per_hour(facts.instance, *key)
    parts = []
    for option, count in blocks.items():
        usage = facts.instance.contracts[option].option.usage
        price = 0.0 if usage is None else facts.instance.over_periods(usage.per_block_hour)[t]
        committed = count if usage is None else usage.committed_share * count
        saved = energy if usage is not None and usage.energy == "included" else 0.0
        parts.append((-saved, option, committed))
        parts.append((price - saved, option, count - committed))
    return parts
