"""The best plan of a tiny instance by trying every plan, all of them at once in arrays.

For each way to order lots: the states of a period are all counts of blocks owned, leased and taken
by demands in whole, and plans are all successions of states. It reads plain data of the fields that
``tiny`` draws, by the words of the rules alone, and knows neither the model nor a solver.
"""

from collections.abc import Mapping
from math import floor
from typing import Any

import numpy as np

from rivals.fleets import TooLargeError
from rivals.tiny_figures import Data
from rivals.tiny_lots import Orders
from rivals.tiny_moments import EPSILON, MOST, Moments, Table, TieError, chosen

__all__ = ["States", "TieError", "TooLargeError", "least"]

RESOURCES = {"power_mw": "power_kw", "air_cooling_mw": "air_cooling_kw", "racks": "racks"}
OF_WORK = ("blocks_used", "accelerators_used")


def least(data: Data) -> float | None:
    """Give the least net present value of all costs; None where no plan keeps the hard rules.

    Raises:
        TooLargeError: there are too many plans.
        TieError: what an earlier tier gets is not settled.
    """
    tiers = sorted({demand.get("tier", 1) for demand in data["demands"]})
    if len(tiers) == 1:
        return States(data).least()
    first = data | {"demands": [d for d in data["demands"] if d.get("tier", 1) == tiers[0]]}
    first["limits"] = [_before_the_last(limit) for limit in data.get("limits", [])]
    before = States(first)
    if before.least(tier=tiers[0]) is None:
        return None
    assert before.unmet is not None
    most = before.unmet + max(1e-6 * abs(before.unmet), 1e-6)
    return States(data).least(tier=tiers[0], most=most)


def _before_the_last(limit: Data) -> Data:
    """Give a limit as earlier stages know it: without a hard floor that later tiers may need."""
    drop = limit["measure"] in OF_WORK and "penalty" not in limit
    return {key: value for key, value in limit.items() if not (drop and key == "min")}


class States(Moments):
    """An instance, and the plans that it may have."""

    def least(self, tier: int | None = None, most: float | None = None) -> float | None:
        """Give the least cost, and remember what it leaves unmet of a tier.

        Args:
            tier: the tier to be told of.
            most: what may stay unmet of it.
        """
        self.tier = tier
        tables = [self._states(t) for t in self.horizon]
        found: list[tuple[float, float]] = []
        for orders in self._orders():
            found += self._best(tables, orders, most)
        if not found:
            return None
        cost = min(cost for cost, _ in found)
        left = {
            round(unmet, 7) for value, unmet in found if value <= cost + 1e-7 * max(1, abs(cost))
        }
        if tier is not None and most is None and len(left) > 1:
            raise TieError
        self.unmet = min(left)
        return cost

    def _best(
        self, tables: list[Table], orders: Orders, most: float | None
    ) -> list[tuple[float, float]]:
        """Give the best plans with some orders: cost, and what stays unmet of the tier told of."""
        held = [self._allowed(table, orders, t) for t, table in enumerate(tables)]
        sizes = [len(table["row",]) for table in held]
        if not all(sizes):
            return []
        if np.prod(sizes) > MOST:
            raise TooLargeError
        index = np.indices(sizes).reshape(len(sizes), -1)
        picked = [chosen(table, at) for table, at in zip(held, index, strict=True)]
        cost = sum(table["cost",] for table in picked) + self._lots_paid(orders)
        moved, good, spent = self._fleet(picked)
        for t in self.horizon:
            for number, limit in enumerate(self.data.get("limits", [])):
                spent[t][number] = spent[t][number] + (
                    0 if "of" in limit else self._lots_spent(orders, t)
                )
        paid, kept = self._limited(picked, spent)
        cost, good = cost + moved + paid, good & kept & np.isfinite(cost)
        if self.run is not None:
            run = self._started([table["run",] for table in picked])
            cost, good = cost + run, good & np.isfinite(run)
        unmet = sum(table["unmet",] for table in picked)
        if most is not None:
            good &= unmet <= most
        if not good.any():
            return []
        cost, unmet = cost[good], unmet[good]
        close = cost <= cost.min() + 1e-7 * max(1, abs(cost.min()))
        pairs = {
            (round(float(u), 7)): float(c)
            for c, u in sorted(zip(cost[close], unmet[close], strict=True), reverse=True)
        }
        return [(c, u) for u, c in pairs.items()]

    def _allowed(self, table: Table, orders: Orders, t: int) -> Table:
        """Give the states that places and leases allow, with what orders add to their cost."""
        good = np.ones(len(table["row",]), bool)
        cost = table["cost",].copy()
        shut = self._shut(orders, t)
        for name, site in self.data["facilities"].items():
            mine = [leaf for leaf in self.leaves if leaf["facility"] == name]
            good &= self._site_holds(table, orders, t, name, mine)
            if name not in shut:
                cost += self.middle[t] * self.at(site.get("cost_per_period", 0), t)
        for i, (_, leaf) in enumerate(self.pairs):
            if {leaf["path"], leaf["facility"]} & shut:
                good &= self._has(table, i) == 0
        for block, (name, part) in self.leasing.items():
            due = sum(
                floor(part["count"] * self._share(name, age)) * lots
                for age, lots in self._ages(name, orders, t)
            )
            standing = [table["lease", i] for i, pair in enumerate(self.pairs) if pair[0] == block]
            good &= sum(standing) == due
            cost += self._used(table, block, t)
        return self._cheapest_of(chosen(table | {("cost",): cost}, good))

    def _cheapest_of(self, table: Table) -> Table:
        """Forget how leases are spread, once they are paid."""
        keys = [key for key in table if key[0] in {"own", "run", "unmet", "measured"}]
        order = np.lexsort([table["cost",], *(table[key] for key in keys)])
        new = np.ones(len(order), bool)
        if len(order):
            new[1:] = np.any([np.diff(table[key][order]) != 0 for key in keys], axis=0)
        return {key: table[key][order[new]] for key in [("row",), ("cost",), *keys]}

    def _used(self, table: Table, block: str, t: int) -> Any:
        """Give what leases of a block type cost by the hour, used or not."""
        usage = self.options[self.leasing[block][0]].get("usage")
        if usage is None:
            return 0.0
        price, total = usage["per_block_hour"] * self.hours[t] * self.middle[t], 0.0
        for facility in self.data["facilities"]:
            mine = [
                i
                for i, (b, leaf) in enumerate(self.pairs)
                if (b, leaf["facility"]) == (block, facility)
            ]
            leased = sum(table["lease", i] for i in mine)
            committed = usage.get("committed_share", 0) * leased
            beyond = np.minimum(table["beyond", block, facility], leased)
            total = total + price * np.maximum(committed, beyond)
        return total

    def _site_holds(
        self,
        table: Table,
        orders: Orders,
        t: int,
        name: str,
        leaves: list[Data],
    ) -> np.ndarray:
        """Say which states keep the limits of a facility, its halls, its grid and its feeds."""
        site, good = self.data["facilities"][name], np.ones(len(table["row",]), bool)
        for limits, inside, names in [
            *((leaf["site"].get("limits", {}), [leaf], leaf["names"]) for leaf in leaves),
            *([(site.get("limits", {}), leaves, {name})] if "zones" in site else []),
        ]:
            for limit, most in limits.items():
                more = self._added(orders, t, limit=[limit], at=names)
                scale = 1000 if limit.endswith("_mw") else 1
                used = self._drawn(table, inside, RESOURCES[limit])
                good &= used <= scale * (most + more) + EPSILON
        kw = self._drawn(table, leaves, "power_kw")
        pue = site.get("pue", 1)
        if "grid_mw" in site:
            more = self._added(orders, t, limit=["grid_mw"], at=[name])
            good &= kw * pue <= 1000 * (site["grid_mw"] + more) + EPSILON
        feeds = site.get("feeds", {})
        for feed, said in feeds.items():
            more = self._added(orders, t, feed=[feed], at=[name])
            each = kw * (pue if said.get("pue") else 1)
            good &= each / len(feeds) <= 1000 * (said["mw"] + more) + EPSILON
            if len(feeds) > 1:
                after = said.get("failover_mw", said["mw"])
                good &= each <= 1000 * (after + more) + EPSILON
        return good

    def _drawn(self, table: Table, leaves: list[Data], resource: str) -> np.ndarray:
        return sum(
            (
                self._kind(i)["uses"].get(resource, 0) * self._has(table, i)
                for i, (_, leaf) in enumerate(self.pairs)
                if leaf in leaves
            ),
            np.zeros(len(table["row",])),
        )

    def _limited(self, picked: list[Table], spent: list[Any]) -> tuple[np.ndarray, np.ndarray]:
        """Give what exceeding limits costs, and which plans keep the hard ones."""
        rows = len(picked[0]["row",])
        paid, good = np.zeros(rows), np.ones(rows, bool)
        for number, limit in enumerate(self.data.get("limits", [])):
            per, measure = limit["per"], limit["measure"]
            level = measure in {"power", "blocks", "accelerators", *OF_WORK} and per != "period"
            used = among = np.zeros(rows)
            for t in self.horizon:
                weight = self.hours[t] if level else 1
                now = [weight * picked[t]["measured", number, f] for f in ("of", "among")]
                if measure == "spend_once":
                    now = [spent[t][number], now[1]]
                used, among = (
                    (now[0], now[1]) if per == "period" else (used + now[0], among + now[1])
                )
                if per == "horizon" and t != self.horizon[-1]:
                    continue
                over = (
                    used - limit["max"]
                    if "max" in limit
                    else used - limit.get("max_share", 0) * among
                )
                over = limit["min"] - used if "min" in limit else over
                if not {"max", "min", "max_share"} & {*limit}:
                    continue
                if "penalty" in limit:
                    paid = paid + limit["penalty"] * self.middle[t] * np.maximum(over, 0)
                else:
                    good &= over <= 1e-7
        return paid, good

    def _fleet(self, picked: list[Table]) -> tuple[np.ndarray, np.ndarray, list[Any]]:
        """Give what buying, selling and the end bring, which plans can be, and what is spent."""
        rows = len(picked[0]["row",])
        cost, good = np.zeros(rows), np.ones(rows, bool)
        limits = self.data.get("limits", [])
        spent: list[Any] = [[np.zeros(rows) for _ in limits] for _ in self.horizon]
        bought: dict[tuple[int, int], np.ndarray] = {}
        for i, (block, leaf) in enumerate(self.pairs):
            kind = self._kind(i)
            before: Any = leaf["site"].get("installed", {}).get(block, 0)
            for t, table in enumerate(picked):
                due = leaf["site"].get("on_order", {}).get(block, {}).get(self.names[t], 0)
                more = table["own", i] - before - due
                price = self.at(kind.get("cost_once", 0), t)
                if "cost_once" not in kind or t < kind.get("lead", 0):
                    good &= more <= 0
                new = bought[i, t] = np.maximum(more, 0)
                sold = np.maximum(-more, 0)
                cost += self.start[t] * price * (new - kind.get("resale_share", 0) * sold)
                for number, limit in enumerate(limits):
                    of = limit.get("of", {})
                    mine = {
                        "block": block,
                        "vendor": "v" + kind["accelerator"],
                        "facility": leaf["facility"],
                    }
                    if all(mine.get(key) == name for key, name in of.items()):
                        spent[t][number] = spent[t][number] + price * new
                before = table["own", i]
            worth = kind.get("end_share", kind.get("resale_share", 0))
            cost -= self.start[-1] * worth * self.at(kind.get("cost_once", 0), -1) * before
        return cost, good & self._supplied(bought, rows), spent

    def _supplied(self, bought: Mapping[tuple[int, int], np.ndarray], rows: int) -> np.ndarray:
        good = np.ones(rows, bool)
        for t in self.horizon:
            for name, kind in self.data["blocks"].items():
                new = sum(n for (i, s), n in bought.items() if s == t and self.pairs[i][0] == name)
                good &= new <= kind.get("supply", 99)
                chip = self.data["accelerators"][kind["accelerator"]]
                good &= kind["accelerators"] * new <= chip.get("supply", 999)
        return good

    def _started(self, codes: list[np.ndarray]) -> np.ndarray:
        """Give what a run costs beside being served, at its best start; infinite where torn."""
        assert self.run is not None
        demand = self.demands[self.run]
        run = demand["run"]
        first, last = (self.names.index(name) for name in run["start"])
        idle = np.all([code == 0 for code in codes], axis=0)
        due = sum(
            self.at(demand["amount"], t)
            * self.at(demand["unmet_cost"], t)
            * self.hours[t]
            * self.middle[t]
            for t in range(first, first + run["periods"])
        )
        best = np.where(idle, due, np.inf)
        for start in range(first, min(last, len(self.names) - run["periods"]) + 1):
            window = range(start, start + run["periods"])
            good = np.all([(code > 0) == (t in window) for t, code in enumerate(codes)], axis=0)
            good &= np.all([codes[t] == codes[start] for t in window], axis=0)
            late = (start - first) * run.get("delay_cost", 0) * self.start[start]
            best = np.where(good, np.minimum(best, late), best)
        return best
