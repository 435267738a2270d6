"""What shows that a rule blocks unmet work: how full it is, re-solves, what relief is worth."""

from collections.abc import Iterator, Sequence
from typing import Final

from gridblock.instances.instance import Instance
from gridblock.instances.relaxing import PRICE, Relaxation
from gridblock.model.account import Account
from gridblock.model.explanation import Blocker, BreakEven, Explanation, Need, Worth
from gridblock.model.plan import Decisions
from gridblock.reports import feeding, usage
from gridblock.reports.blocking import family_of, hours_of, relaxed, rule_of, unit_of_rule
from gridblock.reports.limits import of_limits
from gridblock.reports.usage import Use
from gridblock.reports.words import GLUE, gap_percent, money, number, percent

HOURS_A_WEEK: Final = 168
MOST_NEEDS: Final = 3
EXACT: Final = 1e-9
"""A gap that is as good as none."""


class Evidence:
    """Sentences about blockers of one plan.

    Attributes:
        instance: what is given.
        explanation: why work of its plan stays unmet.
    """

    def __init__(
        self, instance: Instance, explanation: Explanation, decisions: Decisions, books: Account
    ) -> None:
        """Note how full everything is in the plan."""
        self.instance, self.explanation = instance, explanation
        self._uses: dict[tuple[str, str], list[Use]] = {}
        for use in usage.of_places(instance, decisions, books):
            self._note(use.resource, instance.places[use.place].facility, use)
        for device, _, use in feeding.of_feeds(instance, books):
            self._note("feeds", device.facility, use)
        for link in usage.of_links(instance, books):
            if link.capacity_gbps is not None:
                used = link.share * link.capacity_gbps if link.capacity_gbps else link.gbps
                self._note(
                    "gbps", link.link, Use(link.link, "", link.period, used, link.capacity_gbps)
                )
        for use in usage.of_supply(instance, decisions):
            block = instance.blocks.get(use.place)
            self._note("supply", use.place if block is None else block.accelerator, use)
        for limit, bound, use, _ in of_limits(instance, decisions, books):
            if bound != "min":
                self._note("limits", limit.name, use)

    def _note(self, family: str, item: str, use: Use) -> None:
        self._uses.setdefault((family, item), []).append(use)

    def of(self, blocker: Blocker) -> tuple[str, ...]:
        """Give what shows that a blocker is one, a sentence each."""
        return tuple(self._sentences(blocker))

    def _sentences(self, blocker: Blocker) -> Iterator[str]:
        if not blocker.relaxed:
            yield self._nothing(blocker)
            return
        for rule in blocker.relaxed:
            yield from self._full(rule, blocker)
        yield self._proof(blocker)
        if blocker.alone:
            yield self._alone(blocker)
        if blocker.instead:
            yield f"By the linear relaxation, {_any_of(blocker.instead)} would do as well."
        for need in blocker.needs[:MOST_NEEDS]:
            if need.family not in {"cost_once", "max_facilities"}:
                yield self._need(need)
        yield from (self._worth(worth) for worth in blocker.worth)
        if blocker.break_even is not None:
            yield self._break_even(blocker, blocker.break_even)

    def _nothing(self, blocker: Blocker) -> str:
        short = next(s for s in self.explanation.shortfalls if s.demand == blocker.demand)
        if blocker.in_the_gap:
            return (
                "It is priced at less than the gap of the plan: a plan as good may well serve it."
            )
        if short.rest is not None:
            left = percent(short.rest / short.total if short.total else 0.0)
            return f"With every rule relaxed {left} of it stays unmet."
        if self.explanation.status != "explained":
            return "It ended before a relaxation was found that serves it."
        return "No relaxation that was tried serves it."

    def _usable(self, rule: Relaxation, demand: str) -> tuple[str, ...]:
        """Give the items of a rule that the demand could use, facilities or chips; or all."""
        (asked,) = (each for each in self.instance.demands if each.name == demand)
        at = {*self.instance.facilities} - {*self.instance.chosen(asked.where)}
        other = {*self.instance.accelerators} - {*asked.yields} if rule.family == "supply" else at
        return tuple(item for item in rule.items if item not in other) or rule.items

    def _full(self, rule: Relaxation, blocker: Blocker) -> Iterator[str]:
        """Say how full the fullest item is, of those that the demand could use, while unmet."""
        periods, items = blocker.periods, self._usable(rule, blocker.demand)
        held = [
            (use.share, item, use)
            for item in items
            for use in self._uses.get((rule.family, item), ())
            if use.period in periods and use.limit
        ]
        empty = [
            item
            for item in items
            for use in self._uses.get((rule.family, item), ())
            if use.period in periods and use.limit == 0
        ]
        if held:
            share, item, use = max(held, key=lambda each: each[0])
            unit = unit_of_rule(self.instance, rule.family, item)
            unit = "blocks" if rule.family == "supply" and use.resource == "blocks" else unit
            most = f"{number(use.used, 4)} of {number(use.limit or 0.0, 4)}{GLUE}{unit}"
            spell = f" in {use.period}" if len(self.instance.horizon) > 1 else ""
            yield f"In the plan {use.place} is {percent(share)} full{spell}: {most}."
        elif empty:
            what = family_of(rule.family)
            yield f"There is none in those periods: {what} {empty[0]} is 0."

    def _proof(self, blocker: Blocker) -> str:
        share = percent(blocker.recovered / blocker.unmet if blocker.unmet else 0.0)
        amount = self._work(blocker.recovered, blocker.demand)
        what = " and ".join(relaxed(rule, blocker.demand) for rule in blocker.relaxed)
        gap = ""
        if blocker.proof is not None:
            trial = self.explanation.trials[blocker.proof]
            if trial.gap is not None:
                gap = f", gap {gap_percent(trial.gap)}" if trial.gap > EXACT else ", exact"
        number_ = "" if blocker.proof is None else f" (re-solve {blocker.proof}{gap})"
        if [rule.family for rule in blocker.relaxed] == [PRICE]:
            return f"Were it far dearer, {share} of it would be served, {amount}{number_}."
        return f"With {what}, {share} of it is served, {amount}{number_}."

    def _work(self, unit_hours: float, demand: str) -> str:
        return f"{number(unit_hours, 4)}{GLUE}{hours_of(self.instance, demand)}"

    def _alone(self, blocker: Blocker) -> str:
        parts = [
            f"{family_of(family)} {percent(max(0.0, 1 - left / blocker.unmet))}"
            for family, left in blocker.alone.items()
        ]
        return f"Each alone serves of it: {'; '.join(parts)}."

    def _need(self, need: Need) -> str:
        unit = unit_of_rule(self.instance, need.family, need.item)
        spell = f" in {need.period}" if len(self.instance.horizon) > 1 else ""
        more = f"{number(need.amount)}{GLUE}{unit}"
        if need.family == "max_ms":
            longest = number(need.limit + need.amount)
            return f"The longest round trip that it then takes is {longest}{GLUE}ms{spell}."
        what = named_limit(self.instance, need)
        return f"That plan goes beyond {what} by {more}{spell}, for all demands together."

    def _worth(self, worth: Worth) -> str:
        currency = self.instance.currency
        unit = self._step_unit(worth)
        if worth.family == "lead":
            hours = sum(self.instance.horizon.hours) / len(self.instance.horizon)
            weeks = worth.step * hours / HOURS_A_WEEK
            value = money(worth.value / weeks, currency)
            return f"A week less of lead is worth {value} (linear relaxation of one period less)."
        if worth.linear:
            value = money(worth.value / worth.step, currency)
            return f"The next {unit} of {worth.item} is worth {value} (linear relaxation)."
        value = money(worth.value, currency)
        each = f", {money(worth.value / worth.step, currency)} each" if worth.step > 1 else ""
        how = "re-solve"
        if worth.uncertain > 0.01 * abs(worth.value):
            how = f"re-solve, within {money(worth.uncertain, currency)}"
        step = f"{number(worth.step)}{GLUE}{unit}"
        return f"{step} more of {worth.item} are worth {value}{each} ({how})."

    def _step_unit(self, worth: Worth) -> str:
        if worth.family == "supply":
            return "block"
        unit = unit_of_rule(self.instance, worth.family, worth.item)
        return unit.removesuffix("s") if worth.linear and worth.family in {"racks", "max"} else unit

    def _break_even(self, blocker: Blocker, found: BreakEven) -> str:
        demand = next(each for each in self.instance.demands if each.name == blocker.demand)
        currency = self.instance.currency
        unit = hours_of(self.instance, blocker.demand).removesuffix("s")
        given = self.instance.over_periods(demand.unmet_cost)
        now = money(max(given[t] for t in blocker.periods), currency)
        all_of_it = money(found.average, currency)
        if found.factor is None:
            return f"Serving it costs {all_of_it} a {unit} on average; its price is {now}."
        first = money(found.price, currency)
        sure = "" if found.proven else "at most "
        return (
            f"Serving some of it pays from {sure}{first} a {unit} on (its price is {now}); "
            f"all of it costs {all_of_it} a {unit} on average, in present value."
        )


def named_limit(instance: Instance, need: Need) -> str:
    """Name the rule of a need: ``grid power in memphis``."""
    rule = Relaxation(need.family, (need.item,))
    return rule_of(instance, rule, need.item)


def _any_of(items: Sequence[str]) -> str:
    if len(items) == 1:
        return items[0]
    return f"any of {', '.join(items[:-1])} or {items[-1]}"
