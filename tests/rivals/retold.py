"""The same instance told in another way: what became of its optimum is known beforehand."""

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

Data = dict[str, Any]
MONEY = {
    "cost_once", "cost_per_period", "energy_per_mwh", "carbon_price_per_t", "cost_per_gbps",
    "delay_cost", "move_cost", "per_block_hour",
}  # fmt: skip
PRICES = {"unmet_cost", "cost_per_unit_hour"}
POWER = {
    "power_kw", "air_cooling_kw", "liquid_cooling_kw", "grid_mw",
    "power_mw", "air_cooling_mw", "liquid_cooling_mw", "mw", "failover_mw",
}  # fmt: skip
SPENT = {"spend", "spend_once"}
RECORDS = {
    "demands", "links", "tags", "facilities", "not_facilities", "between", "options", "limits",
    "adds", "requires", "excludes", "fed_by", "bought", "ordered", "assigned",
}  # fmt: skip
"""Lists whose order says nothing."""
NAMED = {"accelerators", "blocks", "facilities", "zones", "feeds", "regions"}
"""Mappings whose keys are names that a planner chose."""
KEYED = NAMED | {"yields", "installed", "on_order", "from", "cost_per_unit_hour"}
"""Mappings whose keys are such names where they are not periods."""
PATHS = {"at", "opens", "place"}
FIXED = {
    "earliest", "latest", "keep_to", "period", "order", "start", "periods", "first", "every",
    "measure", "per", "energy", "capacity", "routing", "together", "unit", "limit",
}  # fmt: skip
"""What stands under these names are words of the format, or periods."""
TIED = {
    "run", "whole_blocks", "one_accelerator", "together", "max_facilities", "interconnect",
    "fabric_gbps_per_block",
}  # fmt: skip
"""What makes a demand more than the sum of two halves."""


def walked(value: Any, change: Callable[[str, Any], Any], key: str = "") -> Any:
    """Give data in which each value, from the inside out, is changed by the name it stands under.

    Keys of series and of demands' yields are data: what they hold stands under the outer name.
    """
    if isinstance(value, dict):
        inner = {k: walked(v, change, k) for k, v in value.items()}
        return change(key, inner)
    if isinstance(value, list):
        return change(key, [walked(v, change, "") for v in value])
    return change(key, value)


def times(value: Any, factor: float) -> Any:
    """Multiply every number of a series, or of a series by facility."""
    if isinstance(value, dict):
        return {key: times(inner, factor) for key, inner in value.items()}
    if isinstance(value, list):
        return [times(inner, factor) for inner in value]
    return float(f"{value * factor:.12g}")


def scaled(data: Data, factors: Mapping[str, float]) -> Data:
    """Give data in which the numbers under some names are multiplied."""

    def change(key: str, value: Any) -> Any:
        return times(value, factors[key]) if key in factors else value

    return walked(data, change)


def in_other_money(data: Data, factor: float) -> Data:
    """Give data in another currency: so many times the optimum."""
    changed = scaled(data, dict.fromkeys(MONEY | PRICES, factor))
    for limit in changed.get("limits", []):
        if limit["measure"] in SPENT:
            limit |= {key: times(limit[key], factor) for key in ("max", "min") if key in limit}
        elif "penalty" in limit:
            limit["penalty"] = times(limit["penalty"], factor)
    return changed


def in_other_units(data: Data, factor: float) -> Data:
    """Give data whose demands count so many of a smaller unit for each: the same optimum."""
    changed = {**data, "demands": [dict(demand) for demand in data["demands"]]}
    for demand in changed["demands"]:
        for field in ("amount", "yields"):
            demand[field] = times(demand[field], factor)
        for field in {*PRICES, "gbps_per_unit"} & {*demand}:
            demand[field] = times(demand[field], 1 / factor)
    changed["limits"] = [dict(limit) for limit in data.get("limits", [])]
    for limit in changed["limits"]:
        if limit["measure"] == "served":
            limit |= {key: times(limit[key], factor) for key in ("max", "min") if key in limit}
            limit |= {"penalty": times(limit["penalty"], 1 / factor)} if "penalty" in limit else {}
    return changed


def in_units_of_their_own(data: Data, random: Random, orders: int = 6) -> tuple[Data, float]:
    """Give data whose money, power, bandwidth and demands have odd units, and the unit of money.

    Each unit is up to so many orders of magnitude larger or smaller, each drawn for itself.
    """

    def unit() -> float:
        return float(10.0 ** random.randint(-orders, orders))

    money, power, gbps = unit(), unit(), unit()
    changed = in_other_money(data, money)
    factors = dict.fromkeys(POWER, power) | {"energy_per_mwh": 1 / power, "carbon_kg_per_mwh": 1}
    factors |= {"carbon_price_per_t": 1 / power, "cost_per_gbps": 1 / gbps}
    bandwidth = ("gbps", "gbps_per_unit", "uplink_gbps", "fabric_gbps_per_block")
    changed = scaled(changed, factors | dict.fromkeys(bandwidth, gbps))
    for option in changed.get("options", []):
        for part in option["adds"]:
            scale = {"uplink_gbps": gbps, "grid_mw": power}.get(part.get("limit"), 1.0)
            scale = power if part.get("limit", "").endswith("_mw") else scale
            part |= {"amount": times(part["amount"], scale)} if "amount" in part else {}
    for limit in changed.get("limits", []):
        if limit["measure"] in {"power", "energy", "carbon"}:
            limit |= {key: times(limit[key], power) for key in ("max", "min") if key in limit}
            limit |= {"penalty": times(limit["penalty"], 1 / power)} if "penalty" in limit else {}
    return _demands_in_units(changed, unit), money


def _demands_in_units(data: Data, unit: Callable[[], float]) -> Data:
    """Give each demand a unit of its own, or all the same where limits count what is served."""
    together = any(limit["measure"] == "served" for limit in data.get("limits", []))
    if together:
        return in_other_units(data, unit())
    each = [in_other_units({"demands": [demand]}, unit()) for demand in data["demands"]]
    return data | {"demands": [changed["demands"][0] for changed in each]}


def names_of(data: Data) -> set[str]:
    """Collect every name that a planner chose, periods and resources apart."""
    names: set[str] = set()

    def collect(key: str, value: Any) -> Any:
        if key in NAMED and isinstance(value, dict):
            names.update(value)
        if key in {"tags", "vendor", "kind"}:
            names.update(value if isinstance(value, list) else [value])
        return value

    walked({**data, "current": None}, collect)
    records = [*data["demands"], *data.get("options", []), *data.get("limits", [])]
    records += data.get("network", {}).get("links", [])
    return names | {record["name"] for record in records if "name" in record}


def renamed(data: Data) -> Data:
    """Give data in which every name is another, and hard to digest."""
    new = {name: f"{i}. {name[::-1]} \u00e9" for i, name in enumerate(sorted(names_of(data)))}
    periods = data.get("periods", [])
    named = {each["name"] for each in periods} if isinstance(periods, list) else set()

    def segment(text: str) -> str:
        copy = re.fullmatch(r"(.*)(-\d+)", text)
        inner = new.get(copy.group(1)) if copy else None
        return new.get(text) or (inner + copy.group(2) if copy and inner else text)

    def is_period(key: str) -> bool:
        return key in named or re.fullmatch(r"\d{4}(Q\d|-\d\d)?", key) is not None

    def change(key: str, value: Any) -> Any:
        if isinstance(value, dict):
            keyed = key in KEYED and not (value and all(map(is_period, value)))
            return {new.get(k, k): each for k, each in value.items()} if keyed else value
        if key in FIXED:
            return value
        if isinstance(value, list):
            return [new.get(each, each) if isinstance(each, str) else each for each in value]
        if isinstance(value, str) and key in PATHS:
            return "/".join(map(segment, value.split("/")))
        return new.get(value, value) if isinstance(value, str) and key else value

    changed: Data = walked({**data, "periods": None}, change)
    for demand, before in zip(changed["demands"], data["demands"], strict=True):
        if "run" in before:
            demand["run"] = before["run"]
    if "current" in data:
        changed["current"]["plan"]["periods"] = data["current"]["plan"]["periods"]
    kept = {"periods": data["periods"]} if "periods" in data else {}
    return {key: value for key, value in changed.items() if key != "periods"} | kept


def permuted(data: Data, random: Random) -> Data:
    """Give data with its records, and the fields of each, in another order."""

    def change(key: str, value: Any) -> Any:
        if isinstance(value, dict):
            return dict(random.sample(list(value.items()), len(value)))
        if isinstance(value, list) and key in RECORDS:
            return random.sample(value, len(value))
        return value

    return walked(data, change)


def unrolled(data: Data) -> Data:
    """Give data in which copies of a zone are zones of their own."""

    def change(key: str, value: Any) -> Any:
        if key != "zones":
            return value
        copies = {}
        for name, zone in value.items():
            once = {k: v for k, v in zone.items() if k != "count"}
            count = zone.get("count", 1)
            copies |= {f"{name}-{i + 1}" if count > 1 else name: once for i in range(count)}
        return copies

    return walked(data, change)


def halved(data: Data) -> Data:
    """Give data in which each demand that nothing but its amount ties together is two halves."""
    had = data.get("current", {}).get("plan", {}).get("assigned", [])
    tied = {row["demand"] for row in had}
    parts: list[Data] = []
    halves: dict[str, list[str]] = {}
    for demand in data["demands"]:
        name = demand["name"]
        if TIED & {key for key, value in demand.items() if value} or name in tied:
            parts.append(demand)
            continue
        half = {**demand, "amount": times(demand["amount"], 0.5)}
        halves[name] = [name, f"more {name}"]
        parts += [half, {**half, "name": f"more {name}"}]
    limits = [_of_both(limit, halves) for limit in data.get("limits", [])]
    return data | {"demands": parts} | ({"limits": limits} if limits else {})


def _of_both(limit: Data, halves: Mapping[str, list[str]]) -> Data:
    """Let a limit of a demand be one of both of its halves."""
    changed = dict(limit)
    for field in ("of", "among"):
        chosen = dict(limit.get(field, {}))
        if "demand" in chosen:
            names = [chosen["demand"]] if isinstance(chosen["demand"], str) else chosen["demand"]
            chosen["demand"] = [half for name in names for half in halves.get(name, [name])]
            changed[field] = chosen
    return changed
