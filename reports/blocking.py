"""What blocks unmet work, in the instance's words: the rule, when, and what to do about it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from gridblock.instances.instance import Instance
from gridblock.instances.relaxing import PRICE, Relaxation
from gridblock.instances.schema.demands import Demand
from gridblock.instances.schema.hardware import Where
from gridblock.model.explanation import Blocker
from gridblock.reports.families import AT_PLACES, FAMILIES, NEXT, NOUNS, OF_DEMANDS, RELAXED
from gridblock.reports.limits import unit_of
from gridblock.reports.sections import span
from gridblock.reports.words import GLUE, number, percent, plural

MOST_NAMED: Final = 3
"""More items than these are counted."""
UNITS: Final = {"grid_mw": "MW", "uplink_gbps": "Gbps", "gbps": "Gbps", "max_ms": "ms"}
"""Units of families whose name does not end in it."""


def named(items: Sequence[str], noun: str) -> str:
    """Name up to three items, or count them."""
    if len(items) > MOST_NAMED:
        return plural(len(items), noun)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def when(instance: Instance, periods: Sequence[str]) -> str:
    """Say in which periods: from 2027Q2, until 2027Q1, 2026Q4 to 2027Q2, in 2027Q1, or nothing."""
    names = instance.horizon.names
    index = instance.horizon.index
    if not periods or len(periods) == len(names):
        return ""
    first, last = index[periods[0]], index[periods[-1]]
    if len(periods) == 1:
        return f"in {periods[0]}"
    if last - first + 1 != len(periods):
        return f"in {named(tuple(periods), 'period')}"
    if last == len(names) - 1:
        return f"from {periods[0]}"
    return f"until {periods[-1]}" if first == 0 else f"from {periods[0]} to {periods[-1]}"


def blocker_of(instance: Instance, blocker: Blocker) -> str:
    """Name what blocks, with when: ``grid power in memphis from 2027Q2``."""
    if not blocker.relaxed:
        slight = "within the gap of the plan: one as good may serve it"
        return slight if blocker.in_the_gap else "not known: nothing that was relaxed serves it"
    rules = [rule_of(instance, rule, blocker.demand) for rule in blocker.relaxed]
    spell = when(instance, blocker.periods)
    joined = rules[0] if len(rules) == 1 else f"{', '.join(rules[:-1])} and {rules[-1]}"
    together = f"{joined}, which must go together" if len(rules) > 1 else joined
    timed = blocker.relaxed[0].family != PRICE or len(rules) > 1
    return f"{joined} {spell}".rstrip() if timed and len(rules) == 1 else together


def hours_of(instance: Instance, demand: str) -> str:
    """Name the unit of a demand's work: ``H100e-hours``, ``workflows/s x h``."""
    unit = _first(instance, demand).unit
    return f"{unit} x h" if "/" in unit else f"{unit.removesuffix('s')}-hours"


def rule_of(instance: Instance, rule: Relaxation, demand: str) -> str:
    """Name the rules of a relaxation; those of the demand itself without its name."""
    if rule.family in WORDS:
        text = WORDS[rule.family](instance, rule.items)
        whose = tuple(item for item in rule.items if item != demand)
        of_demands = rule.family in OF_DEMANDS and whose and rule.family != PRICE
        return f"{text} of {named(rule.items, 'demand')}" if of_demands else text
    where = named(rule.items, "facility")
    return f"{AT_PLACES.get(rule.family, rule.family.replace('_', ' '))} in {where}"


def relaxed(rule: Relaxation, demand: str) -> str:
    """Say what holds once rules are relaxed: ``unlimited grid power in memphis``."""
    items = named(rule.items, NOUNS.get(rule.family, "facility"))
    if rule.family not in RELAXED:
        what = AT_PLACES.get(rule.family, rule.family.replace("_", " "))
        return f"unlimited {what} in {items}"
    text = RELAXED[rule.family].replace("{items}", items)
    other = rule.family in OF_DEMANDS and rule.items != (demand,)
    return f"{text} for {named(rule.items, 'demand')}" if other else text


def family_of(family: str) -> str:
    """Name a family of rules in a few words, for a table."""
    return FAMILIES.get(family) or AT_PLACES.get(family) or family.replace("_", " ")


def unit_of_rule(instance: Instance, family: str, item: str) -> str:
    """Name the unit in which a family of rules is counted."""
    if family == "limits":
        return unit_of(instance, next(each for each in instance.limits if each.name == item))
    if family in {"supply", "cost_once"}:
        return "accelerators"
    if family in {"max", "max_facilities"}:
        return {"max": "lots", "max_facilities": "facilities"}[family]
    tail = family.rpartition("_")[2]
    return UNITS.get(family) or {"mw": "MW", "gbps": "Gbps"}.get(tail, family.replace("_", " "))


def _first(instance: Instance, name: str) -> Demand:
    return next(demand for demand in instance.demands if demand.name == name)


def _latency(instance: Instance, items: Sequence[str]) -> str:
    demand = _first(instance, items[0])
    regions = f" from {named(tuple(demand.from_), 'region')}" if demand.from_ else ""
    return f"the round trip of {number(demand.max_ms or 0.0)}{GLUE}ms{regions}"


def _lead(instance: Instance, items: Sequence[str]) -> str:
    leads = {instance.blocks[item].lead for item in items}
    return f"{_long(instance, leads)} of {named(tuple(items), 'block type')}"


def _long(instance: Instance, leads: set[int]) -> str:
    up_to = "up to " if len(leads) > 1 else ""
    return f"lead of {up_to}{_periods(instance, max(leads))}"


def _periods(instance: Instance, count: int) -> str:
    """Say how long some periods are: ``2 quarters``."""
    noun = span(instance.horizon).split(" ", 1)[1].removesuffix("s")
    every = noun if noun in {"month", "quarter", "year"} else "period"
    return plural(count, every)


def _option_lead(instance: Instance, items: Sequence[str]) -> str:
    leads = {instance.contracts[item].option.lead for item in items}
    return f"{_long(instance, leads)} of {named(tuple(items), 'option')}"


def _where(where: Where) -> str:
    parts = []
    if where.tags:
        parts.append(f"tags [{', '.join(where.tags)}]")
    if where.facilities is not None:
        parts.append(named(where.facilities, "facility") if where.facilities else "nowhere")
    if where.not_facilities:
        parts.append(f"not {named(where.not_facilities, 'facility')}")
    return ", ".join(parts)


def _plan_limits(instance: Instance, items: Sequence[str]) -> str:
    if len(items) > 1:
        return f"the limits {named(tuple(items), 'limit')}"
    limit = next(each for each in instance.limits if each.name == items[0])
    per = {"period": "", "to_date": " to date", "horizon": " over the horizon"}[limit.per]
    return f"the limit {limit.name} on {limit.measure.replace('_', ' ')}{per}"


def _run(instance: Instance, items: Sequence[str]) -> str:
    run = _first(instance, items[0]).run
    first, last = run.start if run is not None else ("", "")
    return f"its start from {first} to {last}"


def _facilities(instance: Instance, items: Sequence[str]) -> str:
    most = _first(instance, items[0]).most_facilities or 0
    return f"max_facilities: at most {plural(most, 'facility')}"


WORDS: Final[Mapping[str, Callable[[Instance, Sequence[str]], str]]] = {
    PRICE: lambda _, __: "the price of unmet work: it is cheaper not to serve it",
    "gbps": lambda _, items: f"capacity of {named(tuple(items), 'link')}",
    "supply": lambda _, items: f"supply of {named(tuple(items), 'accelerator')}",
    "cost_once": lambda _, items: (
        f"no{'ne of' * (len(items) > MOST_NAMED)} {named(tuple(items), 'accelerator')} for sale"
    ),
    "lead": _lead,
    "block_where": lambda _, items: f"where {named(tuple(items), 'block type')} may stand",
    "order": lambda _, items: f"when {named(tuple(items), 'option')} can be ordered",
    "option_lead": _option_lead,
    "max": lambda _, items: f"lots of {named(tuple(items), 'option')}",
    "requires": lambda _, items: f"what {named(tuple(items), 'option')} requires or excludes",
    "limits": _plan_limits,
    "max_ms": _latency,
    "where": lambda i, items: f"where: {_where(_first(i, items[0]).where)}",
    "max_facilities": _facilities,
    "max_share_per_facility": lambda i, items: (
        f"at most {percent(_first(i, items[0]).max_share_per_facility or 1.0)} at one facility"
    ),
    "interconnect": lambda _, __: "interconnect between its facilities",
    "fabric_gbps_per_block": lambda _, __: "its fabric over zone uplinks",
    "one_accelerator": lambda _, __: "one accelerator for all of it",
    "together": lambda _, __: "its part in one facility in one zone",
    "whole_blocks": lambda _, __: "whole blocks",
    "signed": lambda _, items: f"signed lots of {named(tuple(items), 'option')}",
    "survive": lambda _, __: "what is kept to survive a loss",
    "current": lambda _, __: "what the plan in force has ordered and placed",
    "run": _run,
    "tier": lambda _, __: "its tier: lower ones come first",
    "min_share": lambda _, items: f"the floor of {named(tuple(items), 'demand')}",
}
"""How rules of each family are named; one that is not named here is a limit of places."""


def next_step(blocker: Blocker) -> str:
    """Say what would help."""
    return advice_on(blocker.relaxed[0], blocker.demand) if blocker.relaxed else ""


def advice_on(rule: Relaxation, demand: str | None = None) -> str:
    """Say what to do about a rule."""
    advice = NEXT.get(rule.family, f"Add to {rule.family.replace('_', ' ')} there.")
    return advice.replace("{demand}", rule.items[0] if demand is None else demand)
