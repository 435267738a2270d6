"""The best plan of an instance with any fields, as one plain mixed-integer program.

It is written from the rules in English, with nothing left out as needless, every bound as loose as
it may be, and no thought for speed; the figures are those that the enumeration reads. Where
enumeration would have too much to try, because options, limits over the plan and runs meet, this is
the rival.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any, NamedTuple

from rivals.crossing import Crossing
from rivals.deals import ANY, Deal, called
from rivals.facts import Facts, exact
from rivals.fleets import TooLargeError
from rivals.in_force import charge_moves, keep_orders
from rivals.losing import lose_facilities, share_blocks
from rivals.mip import Mip, Sum, total
from rivals.moment import Moment, Need
from rivals.routes import Routes

Data = dict[str, Any]
Tags = dict[str, set[Any]]
LEVELS = {"power", "blocks", "accelerators", "blocks_used", "accelerators_used", "served"}
OF_WORK = {"served", "blocks_used", "accelerators_used"}


class Paid(NamedTuple):
    """A payment, as paid: when it is due, what for, and how much."""

    category: str
    period: int
    once: bool
    tags: Tags
    amount: Sum


class Step(NamedTuple):
    """A stage: the least cost, and what stays unmet of its tier, at its price; present values."""

    tier: int
    cost: float
    unmet: float


def steps(data: Data, program: type[Mip] = Mip) -> list[Step] | None:
    """Plan tier after tier; None where some stage cannot keep the hard rules.

    Args:
        data: an instance.
        program: what solves a stage.

    Raises:
        TooLargeError: nothing bounds what is owned.
    """
    found: list[Step] = []
    tiers = sorted({demand.get("tier", 1) for demand in data.get("demands", [])} or {1})
    for tier in tiers:
        now = data | {"demands": [d for d in data["demands"] if d.get("tier", 1) <= tier]}
        if tier != tiers[-1]:
            now |= {"limits": [_before_the_last(limit) for limit in data.get("limits", [])]}
        promised = {step.tier: step.unmet for step in found}
        step = Whole(now, promised, data, program).least(tier)
        if step is None:
            return None
        found.append(step)
    return found


def _before_the_last(limit: Data) -> Data:
    """Give a limit as earlier stages know it: without a hard floor that later tiers may need."""
    drop = limit["measure"] in OF_WORK and "penalty" not in limit
    return {key: value for key, value in limit.items() if not (drop and key == "min")}


class Whole:
    """An instance, and what earlier tiers were promised."""

    def __init__(
        self,
        data: Data,
        promised: Mapping[int, float] | None = None,
        every: Data | None = None,
        program: type[Mip] = Mip,
    ) -> None:
        """Write the program of a stage; the tunnels are those that every demand asks for."""
        self.data = data
        self.facts = facts = Facts(data)
        self.mip = program()
        self.hours = list(facts.hours.values())
        self.paid: list[Paid] = []
        self.routes = Routes(Facts(every or data))
        self.moments = [Moment(facts, self.routes, t) for t in facts.horizon]
        self.deals = {said["name"]: Deal(facts, self.mip, said) for said in data.get("options", [])}
        self.reserved: dict[tuple[int, int, int], Sum] = {}
        self._tie_deals()
        self._open()
        self._fleet()
        self._limits_of_places()
        self._work()
        self._charge()
        if "current" in data:
            keep_orders(self, data["current"])
            charge_moves(self, data["current"])
        for number, limit in enumerate(data.get("limits", [])):
            self._limit(number, limit)
        for tier, unmet in (promised or {}).items():
            most = unmet + max(1e-6 * abs(unmet), 1e-6)
            self.mip.keep(self.unmet_of(tier), Fraction(most))

    def least(self, tier: int) -> Step | None:
        """Give the least net present value of all costs, and what it leaves unmet of a tier."""
        solved = self.mip.least(total(self._present(paid) for paid in self.paid))
        if solved is None:
            return None
        value, values = solved
        if any(_value(owned, values) > ANY - 1 for owned in self.owned.values()):
            message = "nothing bounds what is owned"
            raise TooLargeError(message)
        return Step(tier, value, _value(self.unmet_of(tier), values))

    def unmet_of(self, tier: int) -> Sum:
        """Give what the demands of a tier pay for being unmet, or late."""
        names = {d["name"] for d in self.facts.demands if d.get("tier", 1) == tier}
        return total(
            self._present(paid)
            for paid in self.paid
            if paid.category == "unmet" and paid.tags["demand"] <= names
        )

    def _present(self, paid: Paid) -> Sum:
        if paid.category == "end":
            return self.facts.discount(self.facts.starts[-1]) * paid.amount
        start = self.facts.discount(self.facts.starts[paid.period])
        return (start if paid.once else self.facts.discount_middle(paid.period)) * paid.amount

    def _pay(
        self, category: str, period: int, amount: Sum, *, once: bool = False, **tags: Any
    ) -> None:
        self.paid.append(Paid(category, period, once, self.tags(**tags), amount))

    def tags(
        self,
        pair: int | None = None,
        facility: str | None = None,
        demand: str | None = None,
        option: str | None = None,
    ) -> Tags:
        """Give what something belongs to, in the words of selectors."""
        tags: Tags = {} if demand is None else {"demand": {demand}}
        if pair is not None:
            block, _, facility = self.facts.pairs[pair]
            chip = self.facts.blocks[block]["accelerator"]
            vendor = self.facts.data["accelerators"][chip].get("vendor")
            tags |= {"block": {block}, "accelerator": {chip}, "vendor": {vendor}}
        if facility is not None:
            tags["facility"] = {facility}
            tags["tag"] = set(self.facts.facilities[facility].get("tags", []))
        if option is not None:
            tags |= {"option": {option}, "kind": {self.deals[option].said.get("kind")}}
        return tags

    # ------------------------------------------------------------------ options

    def _tie_deals(self) -> None:
        for deal in self.deals.values():
            for other in deal.said.get("excludes", []):
                self.mip.keep(deal.taken + self.deals[other].taken, 1)
            for other in deal.said.get("requires", []):
                for t, lots in deal.ordered.items():
                    self.mip.keep(lots, ANY * self.deals[other].in_effect(t))

    def _open(self) -> None:
        """Open places while lots are in effect, copies of a zone one for each lot."""
        openers: dict[tuple[str, ...], list[Deal]] = {}
        for deal in self.deals.values():
            for _, part in deal.adding("opens"):
                openers.setdefault(tuple(called(self.facts, part["opens"])), []).append(deal)
        self.open: dict[tuple[str, int], Sum] = {}
        for paths, deals in openers.items():
            for t in self.facts.horizon:
                lots = total(deal.in_effect(t) for deal in {d.name: d for d in deals}.values())
                for k, path in enumerate(paths):
                    is_open = self.open[path, t] = self.mip.binary()
                    # With more than k lots copy k, counted from 0, is open, and else it is not.
                    self.mip.keep(lots, k + ANY * is_open)
                    self.mip.keep((k + 1) * is_open, lots)

    def _lots_on(self, field: str, name: str, place: str, period: int) -> Sum:
        """Give what lots add to a limit or feed of a place, as it is written."""
        unit = {"limit": "amount", "feed": "mw"}[field]
        return total(
            self.facts.series(part[unit])[period] * deal.ramped(period)
            for deal in self.deals.values()
            for _, part in deal.adding(field)
            if part[field] == name and called(self.facts, part["at"]) == [place]
        )

    # ------------------------------------------------------------------ blocks

    def _fleet(self) -> None:
        """Own, lease, install and power blocks; nothing stands where it is closed."""
        facts, mip = self.facts, self.mip
        self.owned: dict[tuple[int, int], Sum] = {}
        self.leased: dict[tuple[str, int, int, int], Sum] = {}
        self.bought: dict[tuple[int, int], Sum] = {}
        self._lease()
        for i, pair in enumerate(facts.pairs):
            site, kind = facts.leaf[pair.leaf].site, facts.blocks[pair.block]
            before: Sum = Sum(site.get("installed", {}).get(pair.block, 0))
            for t, name in enumerate(facts.hours):
                due = site.get("on_order", {}).get(pair.block, {}).get(name, 0)
                owned = self.owned[i, t] = mip.var(ANY, whole=True)
                retired, bought = mip.var(ANY, whole=True), Sum()
                if "cost_once" in kind and t >= kind.get("lead", 0):
                    bought = self.bought[i, t] = mip.var(ANY, whole=True)
                mip.equate(owned, before + due + bought - retired)
                self._own(i, t, owned, bought, retired)
                before = owned
        self.installed = {
            (i, t): owned + total(n for (_, _, j, s), n in self.leased.items() if (j, s) == (i, t))
            for (i, t), owned in self.owned.items()
        }
        self.powered = dict(self.installed)
        for (i, t), installed in self.installed.items():
            pair = facts.pairs[i]
            if facts.may_switch_off(pair):
                self.powered[i, t] = mip.var(2 * ANY, whole=True)
                mip.keep(self.powered[i, t], installed)
            leaf = facts.leaf[pair.leaf]
            for place in (leaf, *leaf.around):
                if (place.path, t) in self.open:
                    mip.keep(installed, 2 * ANY * self.open[place.path, t])
        self._supply()

    def _own(self, i: int, t: int, owned: Sum, bought: Sum, retired: Sum) -> None:
        """Charge what is bought and kept; credit what is sold and what is left."""
        kind, facts = self.facts.blocks[self.facts.pairs[i].block], self.facts
        price = facts.series(kind.get("cost_once", 0))
        resale = exact(kind.get("resale_share", 0))
        self._pay("hardware", t, price[t] * bought, once=True, pair=i)
        self._pay("resale", t, -resale * price[t] * retired, once=True, pair=i)
        keep = facts.series(kind.get("cost_per_period", 0))[t]
        self._pay("hardware", t, keep * owned, pair=i)
        if t == facts.horizon[-1]:
            share = exact(kind.get("end_share", kind.get("resale_share", 0)))
            self._pay("end", t, -share * price[t] * owned, pair=i)

    def _lease(self) -> None:
        for deal in self.deals.values():
            for number, part in deal.adding("blocks"):
                places = called(self.facts, part["at"])
                pairs = [i for i, pair in enumerate(self.facts.pairs) if self._stands(pair, part)]
                assert pairs, places
                for t in self.facts.horizon:
                    for i in pairs:
                        self.leased[deal.name, number, i, t] = self.mip.var(2 * ANY, whole=True)
                    standing = total(self.leased[deal.name, number, i, t] for i in pairs)
                    self.mip.equate(standing, deal.blocks(part["count"], t))

    def _stands(self, pair: Any, part: Mapping[str, Any]) -> bool:
        leaf = self.facts.leaf[pair.leaf]
        around = {leaf.path, *(place.path for place in leaf.around)}
        return pair.block == part["blocks"] and bool(around & {*called(self.facts, part["at"])})

    def _supply(self) -> None:
        for t in self.facts.horizon:
            for name, kind in self.facts.blocks.items():
                if "supply" in kind:
                    of = [n for (i, s), n in self.bought.items() if s == t and self._is(i, name)]
                    self.mip.keep(total(of), self.moments[t].at(kind["supply"]))
            for name, chip in self.facts.data.get("accelerators", {}).items():
                if "supply" in chip:
                    chips = total(
                        self._kind(i)["accelerators"] * n
                        for (i, s), n in self.bought.items()
                        if s == t and self._kind(i)["accelerator"] == name
                    )
                    self.mip.keep(chips, self.moments[t].at(chip["supply"]))

    def _is(self, i: int, block: str) -> bool:
        return self.facts.pairs[i].block == block

    def _kind(self, i: int) -> Mapping[str, Any]:
        kind: Mapping[str, Any] = self.facts.blocks[self.facts.pairs[i].block]
        return kind

    def _limits_of_places(self) -> None:
        """Keep power and cooling of what is powered, and other resources of what is installed."""
        feeds = {*self.facts.feeders.said}
        for rule in self.facts.rules:
            place, name = rule.of
            field, scale = ("feed", 1000) if rule.of in feeds else ("limit", 1)
            if field == "limit" and name.endswith("_mw"):
                scale = 1000
            count = self.powered if rule.binds_powered else self.installed
            for t in self.facts.horizon:
                used = total(w * count[i, t] for i, w in enumerate(rule.weights) if w)
                most = rule.most[t] + scale * self._lots_on(field, name, place, t)
                self.mip.keep(used, most)

    # ------------------------------------------------------------------ work

    def _work(self) -> None:
        """Serve demands on what has power."""
        self.assigned: dict[tuple[int, int, int], Sum] = {}
        self.served: dict[tuple[int, int, int], Sum] = {}
        self.under_way: dict[tuple[int, int], Sum] = {}
        self.run_uses: dict[tuple[int, str], Sum] = {}
        self.run_on: dict[tuple[int, str], Sum] = {}
        numbers = {demand["name"]: d for d, demand in enumerate(self.facts.demands)}
        for d, demand in enumerate(self.facts.demands):
            if "run" in demand:
                self._start(d, demand)
        for t, moment in enumerate(self.moments):
            crossing = Crossing(self, t)
            for need in moment.needs:
                self._need(numbers[need.said["name"]], t, need, crossing)
            share_blocks(self, t)
            crossing.close()

    def _start(self, d: int, demand: Mapping[str, Any]) -> None:
        """Choose when a run starts, its facilities and its accelerator."""
        names, run = list(self.facts.hours), demand["run"]
        first, last = (names.index(name) for name in run["start"])
        starts = {
            t: self.mip.binary() for t in range(first, min(last, len(names) - run["periods"]) + 1)
        }
        begun = total(starts.values())
        self.mip.keep(begun, 1)
        if demand.get("min_share", 0):
            self.mip.keep(1, begun)
        for t in self.facts.horizon:
            self.under_way[d, t] = total(
                n for s, n in starts.items() if s <= t < s + run["periods"]
            )
        amount = self.facts.series(demand["amount"])
        price = self.facts.series(demand["unmet_cost"])
        for t in range(first, first + run["periods"]):
            due = amount[t] * price[t] * self.hours[t]
            self._pay("unmet", t, due - due * begun, demand=demand["name"])
        for t, start in starts.items():
            delay = (t - first) * exact(run.get("delay_cost", 0))
            self._pay("unmet", t, delay * start, once=True, demand=demand["name"])
        for facility in self.facts.facilities:
            self.run_uses[d, facility] = self.mip.binary()
        uses = total(n for (e, _), n in self.run_uses.items() if e == d)
        self.mip.keep(uses, demand.get("max_facilities", 1))
        for chip in demand["yields"]:
            self.run_on[d, chip] = self.mip.binary()
        self.mip.keep(total(n for (e, _), n in self.run_on.items() if e == d), 1)

    def _need(self, d: int, t: int, need: Need, crossing: Crossing) -> None:
        """Serve a demand in a period; it has blocks only where it could be served."""
        mip, pairs = self.mip, self.facts.pairs
        near = {facility for _, facility, _, _ in need.ways}
        units = {i: each for i, each in need.units.items() if pairs[i].facility in near}
        need = replace(need, units=units)
        for i in need.units:
            self.assigned[d, i, t] = mip.var(2 * ANY, whole=not need.shared)
        met: dict[str, list[Sum]] = {region: [] for region in need.origins}
        at: dict[str, list[Sum]] = {pairs[i].facility: [] for i in need.units}
        for region, facility, path, cost in need.ways:
            served = mip.var()
            met[region].append(served)
            at[facility].append(served)
            crossing.send(d, need, region, facility, path, served)
            tolls = need.gbps * sum(
                (
                    self.moments[t].at(self.routes.links[h.link].get("cost_per_gbps", 0))
                    for h in path
                ),
                Fraction(0),
            )
            self._pay(
                "serving", t, (cost - tolls) * served, facility=facility, demand=need.said["name"]
            )
            self._pay("network", t, tolls * served)
        for region, amount in need.origins.items():
            self._meet(d, t, need, amount, total(met[region]))
        lose_facilities(self, d, t, need, {region: total(terms) for region, terms in met.items()})
        for facility, served in at.items():
            total_served = total(served)
            self.served[d, list(self.facts.facilities).index(facility), t] = total_served
            if "max_share_per_facility" in need.said:
                mip.keep(total_served, need.most_at_one)
            if (facility, t) in self.open:
                mip.keep(total_served, need.amount * self.open[facility, t])
            crossing.fit(d, need, facility, total_served)
        uses = self._uses(d, t, need)
        self._one_of_each(d, t, need)
        crossing.tie(d, need, uses)

    def _meet(self, d: int, t: int, need: Need, amount: Fraction, met: Sum) -> None:
        if "run" in need.said:
            self.mip.equate(met, amount * self.under_way[d, t])
            return
        self.mip.keep(met, amount)
        self.mip.keep(exact(need.said.get("min_share", 0)) * amount, met)
        self._pay("unmet", t, need.unmet_cost * (amount - met), demand=need.said["name"])

    def _uses(self, d: int, t: int, need: Need) -> dict[str, Sum]:
        """Say at which facilities a demand has blocks, and keep them few."""
        mip, uses = self.mip, {}
        for facility in sorted({self.facts.pairs[i].facility for i in need.units}):
            inside = [i for i in need.units if self.facts.pairs[i].facility == facility]
            run = "run" in need.said
            uses[facility] = self.run_uses[d, facility] if run else mip.binary()
            for i in inside:
                most = self.mip.most[next(iter(self.assigned[d, i, t].terms))]
                mip.keep(self.assigned[d, i, t], Fraction(most) * uses[facility])
                if run:
                    mip.keep(self.assigned[d, i, t], Fraction(most) * self.under_way[d, t])
        if "run" in need.said and not need.shared:
            for facility in self.facts.facilities:
                blocks = total(
                    self.assigned[d, i, t]
                    for i in need.units
                    if self.facts.pairs[i].facility == facility
                )
                mip.keep(self.run_uses[d, facility] + self.under_way[d, t] - 1, blocks)
        elif "run" not in need.said and "max_facilities" in need.said:
            mip.keep(total(uses.values()), need.said["max_facilities"])
        return uses

    def _one_of_each(self, d: int, t: int, need: Need) -> None:
        """Keep a demand on one accelerator, and in one zone of a facility, where it asks."""
        mip = self.mip
        if "run" in need.said or need.said.get("one_accelerator"):
            on = {chip: self.run_on.get((d, chip)) or mip.binary() for chip in need.said["yields"]}
            mip.keep(total(on.values()), 1)
            for i in need.units:
                most = Fraction(mip.most[next(iter(self.assigned[d, i, t].terms))])
                mip.keep(self.assigned[d, i, t], most * on[self._kind(i)["accelerator"]])
                reserved = self.reserved.get((d, i, t), Sum())
                mip.keep(reserved, ANY * on[self._kind(i)["accelerator"]])
        if need.said.get("together") == "zone":
            leaves = {self.facts.pairs[i].leaf: mip.binary() for i in need.units}
            for i in need.units:
                most = Fraction(mip.most[next(iter(self.assigned[d, i, t].terms))])
                mip.keep(self.assigned[d, i, t], most * leaves[self.facts.pairs[i].leaf])
            for a, b in combinations(leaves, 2):
                if a.split("/")[0] == b.split("/")[0]:
                    mip.keep(leaves[a] + leaves[b], 1)

    # ------------------------------------------------------------------ what else is paid

    def _charge(self) -> None:
        """Charge energy, sites, options and leases by the hour."""
        for (i, t), powered in self.powered.items():
            users = total(n for (_, j, s), n in self.assigned.items() if (j, s) == (i, t))
            self._pay("energy", t, self._priced(i, t, powered, users, "energy"), pair=i)
            self._pay("carbon", t, self._priced(i, t, powered, users, "carbon"), pair=i)
        for name, site in self.facts.facilities.items():
            for t, moment in enumerate(self.moments):
                cost = moment.at(site.get("cost_per_period", 0))
                self._pay("standing", t, cost * self.open.get((name, t), Sum(1)), facility=name)
        for name, deal in self.deals.items():
            for t, amount in deal.due():
                self._pay("options", t, amount, once=True, option=name)
            for t, amount in deal.kept():
                self._pay("options", t, amount, option=name)
            self._pay("end", self.facts.horizon[-1], -deal.worth(), option=name)
        for t in self.facts.horizon:
            for block in self.facts.blocks:
                for facility in self.facts.facilities:
                    self._use_leases(block, facility, t)

    def drawn(self, i: int, t: int, powered: Sum, used: Sum) -> Sum:
        """Give the MWh of blocks of a pair that have power, of which some are used."""
        kind = self._kind(i)
        load = exact(kind.get("load_factor", 1))
        idle = exact(kind["idle_factor"]) if "idle_factor" in kind else load
        rated = exact(kind.get("uses", {}).get("power_kw", 0)) / 1000 * self.hours[t]
        rated *= exact(self.facts.facilities[self.facts.pairs[i].facility].get("pue", 1))
        return rated * idle * powered + rated * (load - idle) * used

    def _priced(self, i: int, t: int, powered: Sum, used: Sum, what: str) -> Sum:
        site, moment = self.facts.facilities[self.facts.pairs[i].facility], self.moments[t]
        price = moment.at(site.get("energy_per_mwh", 0))
        if what == "carbon":
            price = moment.at(site.get("carbon_kg_per_mwh", 0)) / 1000
            price *= moment.at(self.facts.data.get("carbon_price_per_t", 0))
        return price * self.drawn(i, t, powered, used)

    def _use_leases(self, block: str, facility: str, t: int) -> None:
        """Use leases for what is assigned beyond the blocks owned, and pay by the hour."""
        mip = self.mip
        pairs = [
            i for i, p in enumerate(self.facts.pairs) if (p.block, p.facility) == (block, facility)
        ]
        leased = {
            name: total(
                n for (o, _, i, s), n in self.leased.items() if o == name and i in pairs and s == t
            )
            for name, deal in self.deals.items()
            if any(o == name and i in pairs for o, _, i, _ in self.leased)
        }
        if not any("usage" in self.deals[name].said for name in leased):
            return
        users = total(n for (_, i, s), n in self.assigned.items() if i in pairs and s == t)
        beyond = users - total(self.owned[i, t] for i in pairs)
        used = {name: mip.var() for name in leased}
        for name, count in leased.items():
            mip.keep(used[name], count)
        some, in_use = mip.binary(), total(used.values())
        most = 2 * ANY * len(pairs)
        mip.keep(beyond, in_use)
        mip.keep(in_use, beyond + most * (1 - some))
        mip.keep(in_use, most * some)
        for name, count in leased.items():
            usage = self.deals[name].said.get("usage")
            if usage is None:
                continue
            paid, as_used = mip.var(), mip.binary()
            committed = exact(usage.get("committed_share", 0)) * count
            for due, is_due in ((used[name], as_used), (committed, 1 - as_used)):
                mip.keep(due, paid)
                mip.keep(paid, due + most * (1 - is_due))
            price = self.moments[t].at(usage["per_block_hour"]) * self.hours[t]
            self._pay("usage", t, price * paid, pair=pairs[0], option=name)
            if usage.get("energy") == "included":
                saved = self._priced(pairs[0], t, count, used[name], "energy")
                self._pay("energy", t, -saved, pair=pairs[0], option=name)

    # ------------------------------------------------------------------ limits over the plan

    def _limit(self, number: int, limit: Data) -> None:
        """Keep a limit, or price what is beyond it."""
        used = self._counted(limit, limit.get("of", {}))
        among = self._counted(limit, limit.get("among", {}))
        for t, amount in used.items():
            for bound in ("max", "min", "max_share"):
                if bound not in limit:
                    continue
                figure = self.moments[t].at(limit[bound])
                over = amount - figure
                if bound == "min":
                    over = -over
                if bound == "max_share":
                    over = amount - figure * among[t]
                if "penalty" in limit:
                    excess = self.mip.var()
                    self._pay("penalty", t, exact(limit["penalty"]) * excess)
                    over -= excess
                self.mip.keep(over, 0)

    def _counted(self, limit: Data, chosen: Data) -> dict[int, Sum]:
        """Sum what is chosen in each period, up to each, or over all."""
        per, level = limit.get("per", "period"), limit["measure"] in LEVELS
        sums = {}
        for t, hours in enumerate(self.hours):
            parts = total(
                amount
                for s, tags, amount in self._parts(limit["measure"])
                if s == t and _selected(tags, chosen)
            )
            sums[t] = (hours if level and per != "period" else 1) * parts
            if t and per != "period":
                sums[t] = sums[t] + sums[t - 1]
        last = self.facts.horizon[-1]
        return {last: sums[last]} if per == "horizon" else sums

    def _parts(self, measure: str) -> Iterator[tuple[int, Tags, Sum]]:
        if measure in {"spend", "spend_once"}:
            for paid in self.paid:
                spent = paid.category not in {"unmet", "moves", "resale", "end", "penalty"}
                if spent and (paid.once or measure == "spend"):
                    yield paid.period, paid.tags, paid.amount
        elif measure == "served":
            names = list(self.facts.facilities)
            for (d, f, t), units in self.served.items():
                tags = self.tags(facility=names[f], demand=self.facts.demands[d]["name"])
                yield t, tags, units
        elif measure in {"energy", "carbon"}:
            for (i, t), powered in self.powered.items():
                users = total(n for (_, j, s), n in self.assigned.items() if (j, s) == (i, t))
                site = self.facts.facilities[self.facts.pairs[i].facility]
                rate = self.moments[t].at(site.get("carbon_kg_per_mwh", 0)) / 1000
                mwh = self.drawn(i, t, powered, users)
                yield t, self.tags(i), mwh if measure == "energy" else rate * mwh
        elif measure in {"blocks_used", "accelerators_used"}:
            for (d, i, t), count in self.assigned.items():
                tags = self.tags(i, demand=self.facts.demands[d]["name"])
                each = 1 if measure == "blocks_used" else self._kind(i)["accelerators"]
                yield t, tags, each * count
        else:
            yield from self._standing(measure)

    def _standing(self, measure: str) -> Iterator[tuple[int, Tags, Sum]]:
        owned = [(i, t, self.tags(i), count) for (i, t), count in self.owned.items()]
        leased = [
            (i, t, self.tags(i, option=name), count)
            for (name, _, i, t), count in self.leased.items()
        ]
        for i, t, tags, count in (*owned, *leased):
            kind = self._kind(i)
            each = {
                "blocks": Fraction(1),
                "accelerators": Fraction(kind["accelerators"]),
                "power": exact(kind.get("uses", {}).get("power_kw", 0)) / 1000,
            }[measure]
            yield t, tags, each * count


def _selected(tags: Tags, chosen: Data) -> bool:
    return all(
        tags.get(key, set()) & ({names} if isinstance(names, str) else {*names})
        for key, names in chosen.items()
    )


def _value(of: Sum, values: list[float]) -> float:
    return float(of.constant) + sum(float(n) * values[name] for name, n in of.terms.items())
