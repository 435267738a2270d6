"""The best plan of a tiny instance by trying every fleet, with one linear program for the rest.

Unlike ``Search`` it sees the whole horizon at once, so that rules which tie periods together can be
rows: what earlier tiers were promised, limits over the plan, and a plan in force. It knows few
other fields: blocks that are bought, kept and sold, racks, energy and carbon, demands that share
blocks or take whole ones, floors and serving costs.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any, NamedTuple

from rivals.facts import Facts, exact
from rivals.simplex import minimise

Data = dict[str, Any]
LITTLE = Fraction(1, 10**7)
"""A share by which unmet units are made dearer, to see in the cost how many there are."""


class Sum(NamedTuple):
    """A constant and terms of the linear program."""

    constant: Fraction
    terms: dict[Any, Fraction]

    def plus(self, other: "Sum", factor: Fraction | int = 1) -> "Sum":
        """Add a multiple of another sum."""
        terms = dict(self.terms)
        for name, value in other.terms.items():
            terms[name] = terms.get(name, Fraction(0)) + factor * value
        return Sum(self.constant + factor * other.constant, terms)


ZERO = Sum(Fraction(0), {})


class Step(NamedTuple):
    """A stage: the least cost, and what stays unmet of its tier, at its price; present values."""

    tier: int
    cost: Fraction
    unmet: Fraction


def steps(data: Data, rival: "type[Plain] | None" = None) -> list[Step] | None:
    """Plan tier after tier; None where some stage cannot keep the hard rules.

    Args:
        data: an instance.
        rival: what plans a stage, ``Plain`` or a class made of it.
    """
    rival = rival or Plain
    found: list[Step] = []
    for tier in sorted({demand.get("tier", 1) for demand in data["demands"]}):
        now = data | {"demands": [d for d in data["demands"] if d.get("tier", 1) <= tier]}
        if tier < max(demand.get("tier", 1) for demand in data["demands"]):
            now |= {"limits": [_before_the_last(limit) for limit in data.get("limits", [])]}
        caps = {step.tier: step.unmet + max(step.unmet, Fraction(1)) / 10**6 for step in found}
        cost = rival(now, caps).least()
        if cost is None:
            return None
        dearer = rival(now, caps, {tier: LITTLE}).least()
        found.append(Step(tier, cost, (dearer - cost) / LITTLE))
    return found


def _before_the_last(limit: Data) -> Data:
    """Give a limit as earlier stages know it: without a hard floor that later tiers may need."""
    of_work = limit["measure"] in {"served", "blocks_used", "accelerators_used"}
    drop = of_work and "penalty" not in limit
    return {key: value for key, value in limit.items() if not (drop and key == "min")}


class Plain:
    """An instance, and the caps on what stays unmet by tier."""

    def __init__(
        self,
        data: Data,
        caps: Mapping[int, Fraction] | None = None,
        surcharge: Mapping[int, Fraction] | None = None,
    ) -> None:
        """Look up the figures."""
        self.facts = facts = Facts(data)
        self.caps, self.surcharge = caps or {}, surcharge or {}
        self.hours = list(facts.hours.values())
        self.start = [facts.discount(facts.starts[t]) for t in facts.horizon]
        self.middle = [facts.discount_middle(t) for t in facts.horizon]
        self.end = facts.discount(facts.starts[-1])

    def at(self, series: Any, t: int) -> Fraction:
        """Give the value of a series in a period."""
        return self.facts.series(series)[t]

    # ------------------------------------------------------------------ fleets

    def paths(self) -> Iterator[list[tuple[int, ...]]]:
        """Give every way in which each pair's blocks may stand from period to period."""
        rules = [(rule.weights, rule.most) for rule in self.facts.rules]
        ways = [list(self._ways(i)) for i in range(len(self.facts.pairs))]
        for path in product(*ways):
            fleets = list(zip(*path, strict=True))
            if all(
                sum(w * n for w, n in zip(weights, fleet, strict=True)) <= most[t]
                for weights, most in rules
                for t, fleet in enumerate(fleets)
            ):
                yield fleets

    def _ways(self, i: int) -> Iterator[tuple[int, ...]]:
        pair = self.facts.pairs[i]
        kind, lead = self.facts.blocks[pair.block], self.facts.blocks[pair.block].get("lead", 0)
        today = self._today(i)
        most = [
            min(
                [int(r.most[t] / r.weights[i]) for r in self.facts.rules if r.weights[i]],
                default=today,
            )
            for t in self.facts.horizon
        ]
        for way in product(*[range(n + 1) for n in most]):
            ordered = [self.ordered(i, way, t) for t in self.facts.horizon]
            if all(
                sold >= 0 and (not bought or ("cost_once" in kind and t >= lead))
                for t, (bought, sold) in enumerate(ordered)
            ):
                yield way

    def ordered(self, i: int, way: Sequence[int], t: int) -> tuple[int, int]:
        """Give what is bought and sold in a period: what stands of the plan in force, or least."""
        pair = self.facts.pairs[i]
        more = way[t] - (way[t - 1] if t else self._today(i))
        current, names = self.facts.data.get("current", {}), list(self.facts.hours)
        order = t - self.facts.blocks[pair.block].get("lead", 0)
        if "keep_to" not in current or not 0 <= order <= names.index(current["keep_to"]):
            return max(more, 0), max(-more, 0)
        bought = sum(
            row["blocks"]
            for row in current["plan"].get("bought", [])
            if (row["block"], row["place"], row["order"]) == (pair.block, pair.leaf, names[order])
        )
        return bought, bought - more

    def _today(self, i: int) -> int:
        pair = self.facts.pairs[i]
        return self.facts.leaf[pair.leaf].site.get("installed", {}).get(pair.block, 0)

    # ------------------------------------------------------------------ payments

    def payments(self, fleets: Sequence[tuple[int, ...]]) -> Iterator[tuple[str, int, dict, Sum]]:
        """Give category, period, what it is for, and the amount of each payment, as paid."""
        facts = self.facts
        for i, pair in enumerate(facts.pairs):
            kind, tags = facts.blocks[pair.block], self.tags(pair=i)
            resale = exact(kind.get("resale_share", 0))
            way = [fleet[i] for fleet in fleets]
            for t, fleet in enumerate(fleets):
                price = self.at(kind.get("cost_once", 0), t)
                bought, sold = self.ordered(i, way, t)
                yield "once", t, tags, Sum(bought * price, {})
                yield "resale", t, tags, Sum(-sold * resale * price, {})
                keep = self.at(kind.get("cost_per_period", 0), t)
                yield "keep", t, tags, Sum(fleet[i] * keep, {})
                mwh = self.energy(i, t, fleet[i])
                site = facts.facilities[pair.facility]
                rate = self.at(site.get("carbon_kg_per_mwh", 0), t) / 1000
                rate *= self.at(facts.data.get("carbon_price_per_t", 0), t)
                price_mwh = self.at(site.get("energy_per_mwh", 0), t)
                yield "energy", t, tags, ZERO.plus(mwh, price_mwh)
                yield "carbon", t, tags, ZERO.plus(mwh, rate)
            share = exact(kind.get("end_share", kind.get("resale_share", 0)))
            last = self.at(kind.get("cost_once", 0), len(fleets) - 1)
            yield "end", len(fleets) - 1, tags, Sum(-way[-1] * share * last, {})
        for name, site in facts.facilities.items():
            for t in facts.horizon:
                cost = self.at(site.get("cost_per_period", 0), t)
                yield "keep", t, self.tags(facility=name), Sum(cost, {})
        for d, demand in enumerate(facts.demands):
            for t in facts.horizon:
                for f in self.sites(demand):
                    each = self.serving(demand, f, t) * self.hours[t]
                    tags = self.tags(facility=f, demand=demand["name"])
                    yield "serving", t, tags, Sum(Fraction(0), {("s", d, f, t): each})
                yield "unmet", t, self.tags(demand=demand["name"]), self.unmet(d, t)
        price = exact(facts.data.get("current", {}).get("move_cost", 0))
        for d, i, chain in self.chains():
            tags = self.tags(pair=i, demand=facts.demands[d]["name"])
            for before, t in zip([None, *chain], chain, strict=False):
                terms = {("e", d, i, t): price}
                terms |= {} if before is None else {("e", d, i, before): -price}
                yield "moves", t, tags, Sum(Fraction(0), terms)

    def chains(self) -> Iterator[tuple[int, int, list[int]]]:
        """Give each demand and pair that the plan in force may move, with the periods it knows."""
        current = self.facts.data.get("current", {})
        if not current.get("move_cost"):
            return
        known = [t for t, name in enumerate(self.facts.hours) if name in current["plan"]["periods"]]
        had = {row["demand"] for row in current["plan"].get("assigned", [])}
        for i in range(len(self.facts.pairs)):
            for d in self.users(i):
                if self.facts.demands[d]["name"] in had:
                    yield d, i, known

    def had(self, d: int, i: int, t: int) -> Fraction:
        """Give the blocks of a pair that a demand has by the plan in force."""
        pair, name = self.facts.pairs[i], self.facts.demands[d]["name"]
        key = (name, pair.block, pair.leaf, list(self.facts.hours)[t])
        rows = self.facts.data["current"]["plan"].get("assigned", [])
        fields = ("demand", "block", "place", "period")
        return sum(
            (exact(row["blocks"]) for row in rows if tuple(row[f] for f in fields) == key),
            Fraction(0),
        )

    def tags(
        self, pair: int | None = None, facility: str | None = None, demand: str | None = None
    ) -> dict[str, Any]:
        """Give what something belongs to, in the words of selectors."""
        tags: dict[str, Any] = {} if demand is None else {"demand": {demand}}
        if pair is not None:
            block, _, facility = self.facts.pairs[pair]
            chip = self.facts.blocks[block]["accelerator"]
            tags |= {"block": {block}, "accelerator": {chip}}
            tags["vendor"] = {self.facts.data["accelerators"][chip].get("vendor")}
        if facility is not None:
            tags |= {"facility": {facility}}
            tags["tag"] = set(self.facts.facilities[facility].get("tags", []))
        return tags

    def energy(self, i: int, t: int, owned: int) -> Sum:
        """Give the energy of a pair's blocks in MWh."""
        block, _, facility = self.facts.pairs[i]
        kind = self.facts.blocks[block]
        load = exact(kind.get("load_factor", 1))
        idle = exact(kind["idle_factor"]) if "idle_factor" in kind else load
        rated = exact(kind.get("uses", {}).get("power_kw", 0)) / 1000 * self.hours[t]
        rated *= exact(self.facts.facilities[facility].get("pue", 1))
        terms = {("a", d, i, t): rated * (load - idle) for d in self.users(i)}
        return Sum(rated * idle * owned, terms)

    def serving(self, demand: Mapping[str, Any], facility: str, t: int) -> Fraction:
        """Give the cost of serving a unit for an hour."""
        cost = demand.get("cost_per_unit_hour", 0)
        if isinstance(cost, Mapping) and not set(cost) <= set(self.facts.hours):
            cost = cost.get(facility, 0)
        return self.at(cost, t)

    def unmet(self, d: int, t: int) -> Sum:
        """Give what a demand pays for being unmet in a period."""
        demand = self.facts.demands[d]
        price = self.at(demand["unmet_cost"], t) * self.hours[t]
        terms = {("s", d, f, t): -price for f in self.sites(demand)}
        return Sum(price * self.at(demand["amount"], t), terms)

    def users(self, i: int) -> list[int]:
        """Give the demands that a pair's blocks can serve."""
        chip = self.facts.blocks[self.facts.pairs[i].block]["accelerator"]
        return [d for d, demand in enumerate(self.facts.demands) if demand["yields"].get(chip)]

    def sites(self, demand: Mapping[str, Any]) -> list[str]:
        """Give the facilities at which something can serve a demand."""
        chips = {pair: self.facts.blocks[pair.block]["accelerator"] for pair in self.facts.pairs}
        return sorted({p.facility for p, chip in chips.items() if demand["yields"].get(chip)})

    # ------------------------------------------------------------------ the rest of a plan

    def least(self) -> Fraction | None:
        """Give the least net present value of all costs; None where no plan keeps hard rules."""
        found = [
            self._cost(fleets, whole) for fleets in self.paths() for whole in self._whole(fleets)
        ]
        return min((cost for cost in found if cost is not None), default=None)

    def _whole(self, fleets: Sequence[tuple[int, ...]]) -> Iterator[dict[Any, int]]:
        """Give every way to assign whole blocks to the demands that take them."""
        keys = [
            ("a", d, i, t)
            for i in range(len(self.facts.pairs))
            for d in self.users(i)
            if self.facts.demands[d].get("whole_blocks")
            for t in self.facts.horizon
        ]
        for counts in product(*[range(fleets[t][i] + 1) for _, _, i, t in keys]):
            yield dict(zip(keys, counts, strict=True))

    def _cost(self, fleets: Sequence[tuple[int, ...]], whole: dict[Any, int]) -> Fraction | None:
        cost, rows = ZERO, list(self._rows(fleets))
        rows += [
            ({key: Fraction(sign)}, Fraction(sign * n))
            for key, n in whole.items()
            for sign in (1, -1)
        ]
        unmet: dict[int, Sum] = {}
        for category, t, tags, amount in self.payments(fleets):
            factor = self.start if category in {"once", "resale", "moves"} else self.middle
            value = self.end if category == "end" else factor[t]
            extra = Fraction(0)
            if category == "unmet":
                (name,) = tags["demand"]
                tier = next(d.get("tier", 1) for d in self.facts.demands if d["name"] == name)
                unmet[tier] = unmet.get(tier, ZERO).plus(amount, value)
                extra = self.surcharge.get(tier, extra)
            cost = cost.plus(amount, value * (1 + extra))
        rows += [
            (unmet[tier].terms, most - unmet[tier].constant) for tier, most in self.caps.items()
        ]
        cost, rows = self._limited(fleets, cost, rows)
        least = minimise(cost.terms, rows)
        return None if least is None else cost.constant + least.value

    # ------------------------------------------------------------------ limits over the plan

    def _limited(
        self, fleets: Sequence[tuple[int, ...]], cost: Sum, rows: list[Any]
    ) -> tuple[Sum, list[Any]]:
        """Add the rows of limits, and what it costs to exceed those that have a price."""
        for number, limit in enumerate(self.facts.data.get("limits", [])):
            used = self._counted(fleets, limit, limit.get("of", {}))
            among = self._counted(fleets, limit, limit.get("among", {}))
            for t, amount in used.items():
                for bound in ("max", "min", "max_share"):
                    if bound not in limit:
                        continue
                    figure = self.at(limit[bound], t)
                    over = amount.plus(Sum(Fraction(-1), {}), figure)
                    if bound == "min":
                        over = ZERO.plus(over, -1)
                    if bound == "max_share":
                        over = amount.plus(among[t], -figure)
                    terms = over.terms
                    if "penalty" in limit:
                        name = ("excess", number, bound, t)
                        terms = terms | {name: Fraction(-1)}
                        price = exact(limit["penalty"]) * self.middle[t]
                        cost = cost.plus(Sum(Fraction(0), {name: price}))
                    rows = [*rows, (terms, -over.constant)]
        return cost, rows

    def _counted(
        self, fleets: Sequence[tuple[int, ...]], limit: Data, chosen: Data
    ) -> dict[int, Sum]:
        """Sum what is chosen in each period, up to each, or over all."""
        sums = [ZERO for _ in self.facts.horizon]
        level = limit["measure"] not in {"spend", "spend_once", "carbon", "energy"}
        per = limit.get("per", "period")
        for t, tags, amount in self._parts(fleets, limit["measure"]):
            if all(
                tags.get(key, set()) & ({names} if isinstance(names, str) else set(names))
                for key, names in chosen.items()
            ):
                sums[t] = sums[t].plus(amount, self.hours[t] if level and per != "period" else 1)
        if per == "period":
            return dict(enumerate(sums))
        for t in self.facts.horizon[1:]:
            sums[t] = sums[t].plus(sums[t - 1])
        return dict(enumerate(sums)) if per == "to_date" else {len(sums) - 1: sums[-1]}

    def _parts(
        self, fleets: Sequence[tuple[int, ...]], measure: str
    ) -> Iterator[tuple[int, dict[str, Any], Sum]]:
        if measure in {"spend", "spend_once"}:
            spent = {"once"}
            if measure == "spend":
                spent |= {"keep", "energy", "carbon", "serving"}
            for category, t, tags, amount in self.payments(fleets):
                if category in spent:
                    yield t, tags, amount
            return
        facts = self.facts
        for t in facts.horizon:
            for i, pair in enumerate(facts.pairs):
                kind, tags, owned = facts.blocks[pair.block], self.tags(pair=i), fleets[t][i]
                kw = exact(kind.get("uses", {}).get("power_kw", 0))
                kilograms = facts.facilities[pair.facility].get("carbon_kg_per_mwh", 0)
                standing = {
                    "blocks": Sum(Fraction(owned), {}),
                    "accelerators": Sum(Fraction(owned * kind["accelerators"]), {}),
                    "power": Sum(owned * kw / 1000, {}),
                    "energy": self.energy(i, t, owned),
                    "carbon": ZERO.plus(self.energy(i, t, owned), self.at(kilograms, t) / 1000),
                }
                if measure in standing:
                    yield t, tags, standing[measure]
                each = {"blocks_used": 1, "accelerators_used": kind["accelerators"]}.get(measure, 0)
                for d in self.users(i) if each else ():
                    name = facts.demands[d]["name"]
                    used = Sum(Fraction(0), {("a", d, i, t): Fraction(each)})
                    yield t, tags | {"demand": {name}}, used
            for d, demand in enumerate(facts.demands if measure == "served" else ()):
                for f in self.sites(demand):
                    tags = self.tags(facility=f, demand=demand["name"])
                    yield t, tags, Sum(Fraction(0), {("s", d, f, t): Fraction(1)})

    def _rows(
        self, fleets: Sequence[tuple[int, ...]]
    ) -> Iterator[tuple[dict[Any, Fraction], Fraction]]:
        facts = self.facts
        for d, i, chain in self.chains():
            for before, t in zip([None, *chain], chain, strict=False):
                beyond = {("a", d, i, t): Fraction(1), ("e", d, i, t): Fraction(-1)}
                yield beyond, self.had(d, i, t)
                if before is not None:
                    yield {("e", d, i, before): Fraction(1), ("e", d, i, t): Fraction(-1)}, ZERO[0]
        for t, fleet in enumerate(fleets):
            for i, n in enumerate(fleet):
                yield {("a", d, i, t): Fraction(1) for d in self.users(i)}, Fraction(n)
            for d, demand in enumerate(facts.demands):
                amount = self.at(demand["amount"], t)
                met = {("s", d, f, t): Fraction(1) for f in self.sites(demand)}
                yield met, amount
                floor = exact(demand.get("min_share", 0)) * amount
                if floor:
                    yield dict.fromkeys(met, Fraction(-1)), -floor
                for f in self.sites(demand):
                    terms = {("s", d, f, t): Fraction(1)}
                    for i, pair in enumerate(facts.pairs):
                        if pair.facility == f and d in self.users(i):
                            kind = facts.blocks[pair.block]
                            units = self.at(demand["yields"][kind["accelerator"]], t)
                            each = units * kind["accelerators"]
                            terms["a", d, i, t] = -each
                            if not amount:
                                yield {("a", d, i, t): Fraction(1)}, Fraction(0)
                    yield terms, Fraction(0)
