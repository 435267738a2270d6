"""The states of a tiny instance in one period: all that may stand and work, in arrays.

What is left when whole numbers are tried (units served, shared blocks) is filled in order of worth,
which is the best there is, since no two demands compete for it.
"""

from collections.abc import Iterator, Mapping
from math import ceil
from typing import Any

import numpy as np

from rivals.fleets import TooLargeError
from rivals.tiny_figures import Data
from rivals.tiny_lots import Lots

Key = tuple[Any, ...]
Table = dict[Key, np.ndarray]
MOST = 400_000
"""Most plans that are held in arrays at once."""
EPSILON = 1e-9


class TieError(ValueError):
    """Several plans of a stage are the best and leave different work unmet."""


def expanded(table: Table, key: Key, most: int) -> Table:
    """Give each row once for each count from 0 to a most."""
    rows = len(next(iter(table.values())))
    grown = {name: np.repeat(column, most + 1) for name, column in table.items()}
    return grown | {key: np.tile(np.arange(most + 1), rows)}


def chosen(table: Table, keep: np.ndarray) -> Table:
    """Give the rows that are kept."""
    return {name: column[keep] for name, column in table.items()}


class Moments(Lots):
    """What may stand and work in a period, and what that costs."""

    tier: int | None = None

    def _states(self, t: int) -> Table:
        """Give every state that could be, with what it costs to run, whatever is ordered."""
        table: Table = {("row",): np.zeros(1)}
        for i, (block, leaf) in enumerate(self.pairs):
            most = self._room(i)
            table = expanded(table, ("own", i), most)
            leased = block in self.leasing and self._may_be_leased(block, leaf)
            table = expanded(table, ("lease", i), most if leased else 0)
            table = chosen(table, self._has(table, i) <= most)
            table = self._within(table, leaf)
        for d, demand in enumerate(self.demands):
            if demand.get("whole_blocks"):
                table = self._taken(table, d, t)
        if len(table["row",]) > MOST:
            raise TooLargeError
        return self._served(table, t)

    def _has(self, table: Table, i: int) -> np.ndarray:
        return table["own", i] + table["lease", i]

    def _room(self, i: int) -> int:
        """Give the most blocks of a pair that racks allow, with all that options may add."""
        block, leaf = self.pairs[i]
        more = sum(
            option.get("max", 1) * part["amount"]
            for option in self.options.values()
            for part in option["adds"]
            if part.get("limit") == "racks" and part["at"] in leaf["names"]
        )
        return int(
            (leaf["site"]["limits"]["racks"] + more) / self.data["blocks"][block]["uses"]["racks"]
        )

    def _within(self, table: Table, leaf: Data) -> Table:
        """Leave out what racks do not hold whatever is ordered, as far as it has been drawn."""
        mine = [i for i, (_, at) in enumerate(self.pairs) if at is leaf and ("own", i) in table]
        racks = {i: self.data["blocks"][self.pairs[i][0]]["uses"]["racks"] for i in mine}
        most = max(self._room(i) * racks[i] + racks[i] - 1 for i in mine)
        return chosen(table, sum(self._has(table, i) * racks[i] for i in mine) <= most)

    def _may_be_leased(self, block: str, leaf: Data) -> bool:
        return self.leasing[block][1]["at"] in {*leaf["names"], leaf["facility"]}

    def _taken(self, table: Table, d: int, t: int) -> Table:
        """Try all whole blocks that a demand may take of those installed.

        More than it can use are of use only to limits that ask for more.
        """
        demand, amount = self.demands[d], self.at(self.demands[d]["amount"], t)
        asked = any({"min", "max_share"} & {*limit} for limit in self.data.get("limits", []))
        for i in self._able(d):
            most = int(self._has(table, i).max())
            if not asked or not amount:
                most = min(most, ceil(amount / self._units(d, i)))
            table = expanded(table, ("used", d, i), most)
            users = sum(table["used", e, i] for e in range(d + 1) if ("used", e, i) in table)
            table = chosen(table, users <= self._has(table, i))
        used = {i: table["used", d, i] for i in self._able(d)}
        by = {
            "max_facilities": lambda i: self.pairs[i][1]["facility"],
            "one_accelerator": lambda i: self.pairs[i][0],
        }
        good = np.ones(len(table["row",]), bool)
        for field, name in by.items():
            if field in demand:
                good &= _kinds(used, name) <= 1
        if demand.get("together") == "zone":
            good &= _kinds(used, lambda i: self.pairs[i][1]["path"]) <= 1
        if d == self.run:
            table["run",] = self._code(used, amount, d, len(good))
            good &= table["run",] >= 0
        return chosen(table, good)

    def _code(self, used: Mapping[int, np.ndarray], amount: float, d: int, rows: int) -> np.ndarray:
        """Give where and on what a run is served in a period: 0 for nowhere, -1 for badly."""
        code = np.zeros(rows)
        groups: dict[tuple[str, str], np.ndarray] = {}
        for i, count in used.items():
            group = self.pairs[i][1]["facility"], self.pairs[i][0]
            groups[group] = groups.get(group, 0) + count * self._units(d, i)
        for number, units in enumerate(groups.values(), start=1):
            code = np.where(units > 0, np.where(code == 0, number, -1), code)
            code = np.where((units > 0) & (units < amount - EPSILON), -1, code)
        return code

    def _served(self, table: Table, t: int) -> Table:
        """Add what runs each state in its period, present value, as far as orders do not matter."""
        rows = len(table["row",])
        cost, good = np.zeros(rows), np.ones(rows, bool)
        unmet = np.zeros(rows)
        for i in range(len(self.pairs)):
            cost += self._idle(i, t) * self._has(table, i)
            cost += self.at(self._kind(i).get("cost_per_period", 0), t) * table["own", i]
            users = sum(
                (table[key] for key in table if key[0] == "used" and key[2] == i), np.zeros(rows)
            )
            cost += self._working(i, t) * users
        for d in range(len(self.demands)):
            if d == self.run:
                cost += self._run_served(table, t)
                continue
            paid, left, fits = self._filled(table, d, t)
            cost, good = cost + paid + left, good & fits
            if self.tier is not None and self.demands[d].get("tier", 1) == self.tier:
                unmet += left * self.middle[t]
        table["unmet",] = unmet
        table["cost",] = cost * self.middle[t]
        for number, limit in enumerate(self.data.get("limits", [])):
            for field in ("of", "among"):
                table["measured", number, field] = self._measured(table, t, limit, field)
        return self._cheapest(chosen(table, good))

    def _run_served(self, table: Table, t: int) -> np.ndarray:
        d = self.run
        assert d is not None
        demand, paid = self.demands[d], np.zeros(len(table["row",]))
        groups = dict.fromkeys(
            (self.pairs[i][1]["facility"], self.pairs[i][0]) for i in self._able(d)
        )
        amount = self.at(demand["amount"], t)
        for number, (facility, _) in enumerate(groups, start=1):
            fits = self._carried(d, facility) >= amount - EPSILON
            each = self._serving(d, facility, t) * amount if fits else np.inf
            paid = np.where(table["run",] == number, each, paid)
        return paid

    def _filled(self, table: Table, d: int, t: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Serve a demand in order of worth: what that costs, what unmet units do, if it can be."""
        demand, rows = self.demands[d], len(table["row",])
        amount = self.at(demand["amount"], t)
        price = self.at(demand["unmet_cost"], t) * self.hours[t]
        left = np.full(rows, amount)
        whole = demand.get("whole_blocks", False)
        if "survive" in demand:
            left = np.minimum(left, self._survived(table, d) / demand["survive"]["facility"])
        share = demand.get("max_share_per_facility", np.inf)
        room = {f: np.full(rows, min(self._carried(d, f), share * amount)) for f in self._places(d)}
        floor_ = demand.get("min_share", 0) * amount
        met, paid = np.zeros(rows), np.zeros(rows)
        for cost, facility, most in sorted(
            self._offers(table, d, t, whole=whole), key=lambda offer: offer[0]
        ):
            taken = np.minimum(np.minimum(most, left), room[facility])
            if self.tier is not None and abs(cost - price) <= EPSILON * price:
                raise TieError
            if cost >= price:
                taken = np.minimum(taken, np.maximum(0, floor_ - met))
            met, paid = met + taken, paid + cost * taken
            left, room[facility] = left - taken, room[facility] - taken
        return paid, price * (amount - met), met >= floor_ - EPSILON

    def _offers(
        self, table: Table, d: int, t: int, *, whole: bool
    ) -> Iterator[tuple[float, str, np.ndarray]]:
        """Give what can be served, where, and at which cost a unit."""
        able = self._able(d)
        if whole:
            for facility in self._places(d):
                mine = [i for i in able if self.pairs[i][1]["facility"] == facility]
                units = sum(
                    (table["used", d, i] * self._units(d, i) for i in mine),
                    np.zeros(len(table["row",])),
                )
                yield self._serving(d, facility, t), facility, units
            return
        for i in able:
            facility, each = self.pairs[i][1]["facility"], self._units(d, i)
            yield (
                self._serving(d, facility, t) + self._working(i, t) / each,
                facility,
                self._free(table, i) * each,
            )

    def _free(self, table: Table, i: int) -> np.ndarray:
        taken = (column for key, column in table.items() if key[0] == "used" and key[2] == i)
        return self._has(table, i) - sum(taken)

    def _survived(self, table: Table, d: int) -> np.ndarray:
        """Give the units that can still be served whichever facility is lost."""
        each = {
            f: sum(
                (table["used", d, i] + self._free(table, i)) * self._units(d, i)
                for i in self._able(d)
                if self.pairs[i][1]["facility"] == f
            )
            for f in self._places(d)
        }
        zero = np.zeros(len(table["row",]))
        both = sum(each.values(), zero)
        return np.minimum.reduce([both - at for at in each.values()] or [zero])

    def _outside(self, table: Table) -> list[Key]:
        """Give the columns by which other periods or orders could tell states apart."""
        return [
            key for key in table if key[0] in {"own", "lease", "run", "unmet", "measured", "beyond"}
        ]

    def _cheapest(self, table: Table) -> Table:
        """Keep the cheapest of states that look alike from outside."""
        for block, leaf in self.pairs:
            if block in self.leasing and "usage" in self.options[self.leasing[block][0]]:
                table["beyond", block, leaf["facility"]] = self._beyond(
                    table, block, leaf["facility"]
                )
        keys = self._outside(table)
        order = np.lexsort([table["cost",], *(table[key] for key in keys)])
        sorted_ = {key: table[key][order] for key in keys}
        new = np.ones(len(order), bool)
        if len(order):
            new[1:] = np.any([np.diff(column) != 0 for column in sorted_.values()], axis=0)
        return {key: table[key][order[new]] for key in [("row",), ("cost",), *keys]}

    def _beyond(self, table: Table, block: str, facility: str) -> np.ndarray:
        """Give the blocks in use at a facility beyond those owned."""
        mine = [
            i
            for i, (b, leaf) in enumerate(self.pairs)
            if (b, leaf["facility"]) == (block, facility)
        ]
        used = sum(column for key, column in table.items() if key[0] == "used" and key[2] in mine)
        return np.maximum(used - sum(table["own", i] for i in mine), 0) + 0 * table["row",]

    def _measured(self, table: Table, t: int, limit: Data, field: str) -> np.ndarray:
        """Give what a state adds to a measure, but for money spent."""
        total, of = np.zeros(len(table["row",])), limit.get(field, {})
        measure = limit["measure"]
        for i, (block, leaf) in enumerate(self.pairs):
            kind = self._kind(i)
            mine = {
                "block": block,
                "vendor": "v" + kind["accelerator"],
                "facility": leaf["facility"],
            }
            if any(key in mine and mine[key] != name for key, name in of.items()):
                continue
            used = sum(
                column
                for key, column in table.items()
                if key[0] == "used"
                and key[2] == i
                and of.get("demand", self.demands[key[1]]["name"]) == self.demands[key[1]]["name"]
            )
            idle, work = self._factors(i)
            mwh = self._mwh(i, t) * (idle * self._has(table, i) + work * used)
            site = self.data["facilities"][leaf["facility"]]
            total = (
                total
                + {
                    "blocks": self._has(table, i),
                    "accelerators": kind["accelerators"] * self._has(table, i),
                    "power": kind["uses"]["power_kw"] / 1000 * self._has(table, i),
                    "blocks_used": used,
                    "accelerators_used": kind["accelerators"] * used,
                    "energy": mwh,
                    "carbon": mwh * site.get("carbon_kg_per_mwh", 0) / 1000,
                    "spend_once": 0,
                }[measure]
            )
        return total


def _kinds(used: Mapping[int, np.ndarray], name: Any) -> Any:
    """Count the groups of which something is used."""
    groups: dict[str, Any] = {}
    for i, count in used.items():
        groups[name(i)] = groups.get(name(i), 0) + count
    return sum(count > 0 for count in groups.values()) + 0
