"""Losses of facilities by brute force: what is served again after each, and where reserve stands.

Everything is said in full: for each facility lost a flow of its own from every region to what is
left, and for each block in reserve the block that it stands on.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import count, islice, product
from math import prod
from random import Random
from typing import Any

from rivals.facts import exact
from rivals.plain import Plain
from rivals.small import Draw

Data = dict[str, Any]
Row = tuple[dict[Any, Fraction], Fraction]
ONE = Fraction(1)
NEAR = 5
MOST_FLOWS = 30
"""About how much may be served again, from a region at a facility in a period after a loss."""
MOST_TRIED = 60
"""Most linear programs that a stage of a world may take."""


class Lossy(Plain):
    """An instance of which some demands survive the loss of any one facility."""

    def share(self, d: int) -> Fraction:
        """Give the share that survives; 0 for none."""
        return exact(self.facts.demands[d].get("survive", {}).get("facility", 0))

    def regions(self, d: int) -> dict[str, Fraction]:
        """Give the share of the amount from each region."""
        return {r: exact(x) for r, x in self.facts.demands[d].get("from", {"": 1}).items()}

    def reached(self, d: int, region: str) -> list[str]:
        """Give the facilities at which a region may be served: those next to it, or all."""
        sites = self.sites(self.facts.demands[d])
        if "max_ms" not in self.facts.demands[d]:
            return sites
        links = self.facts.data["network"]["links"]
        near = {tuple(link["between"]) for link in links if link["ms"] == NEAR}
        return [site for site in sites if (region, site) in near]

    def hosts(self, d: int, facility: str | None = None) -> list[int]:
        """Give the pairs that serve a demand, at a facility or anywhere."""
        pairs = self.facts.pairs
        here = [i for i, pair in enumerate(pairs) if facility in (None, pair.facility)]
        return [i for i in here if d in self.users(i)]

    # ------------------------------------------------------------------ whole numbers, choices

    def _whole(self, fleets: Sequence[tuple[int, ...]]) -> Iterator[dict[Any, int]]:
        """Give every way to keep whole blocks, and every choice of accelerators."""
        demands = self.facts.demands
        keys = [
            ("e", d, i, t)
            for d, demand in enumerate(demands)
            if self.share(d) and demand.get("whole_blocks")
            for i in self.hosts(d)
            for t in self.facts.horizon
        ]
        picky = [d for d, demand in enumerate(demands) if demand.get("one_accelerator")]
        choices = [(d, t) for d in picky for t in self.facts.horizon]
        for given in super()._whole(fleets):
            for counts in product(*[range(fleets[t][i] + 1) for _, _, i, t in keys]):
                for chips in product(*[demands[d]["yields"] for d, _ in choices]):
                    fixed = given | dict(zip(keys, counts, strict=True))
                    others = list(self._others(zip(choices, chips, strict=True)))
                    if not any(fixed.get(key) for key in others):
                        yield fixed | dict.fromkeys(others, 0)

    def _others(self, chosen: Any) -> Iterator[Any]:
        """Give what is not on the accelerator chosen."""
        for (d, t), chip in chosen:
            for i in self.hosts(d):
                if self.facts.blocks[self.facts.pairs[i].block]["accelerator"] != chip:
                    yield from ((name, d, i, t) for name in "ae")

    # ------------------------------------------------------------------ rows

    def _rows(self, fleets: Sequence[tuple[int, ...]]) -> Iterator[Row]:
        yield from super()._rows(fleets)
        for t, fleet in enumerate(fleets):
            for d, demand in enumerate(self.facts.demands):
                if "from" in demand or self.share(d):
                    yield from self._by_region(d, t)
                if self.share(d):
                    for lost in self.sites(demand):
                        yield from self._without(lost, d, t)
            for i, n in enumerate(fleet):
                yield from self._standing(i, t, n)

    def _by_region(self, d: int, t: int) -> Iterator[Row]:
        """Split what each facility serves by region, and keep amount and floor of each."""
        demand = self.facts.demands[d]
        amount = self.at(demand["amount"], t)
        for f in self.sites(demand):
            parts = [("m", d, r, f, t) for r in self.regions(d) if f in self.reached(d, r)]
            for sign in (1, -1):
                yield {("s", d, f, t): ONE * sign, **dict.fromkeys(parts, -ONE * sign)}, 0 * ONE
        for r, share in self.regions(d).items():
            met = dict.fromkeys((("m", d, r, f, t) for f in self.reached(d, r)), ONE)
            yield met, share * amount
            floor = exact(demand.get("min_share", 0)) * share * amount
            if floor:
                yield dict.fromkeys(met, -ONE), -floor

    def _without(self, lost: str, d: int, t: int) -> Iterator[Row]:
        """Serve the share of each region at facilities that are left."""
        for r in self.regions(d):
            terms = {("m", d, r, f, t): self.share(d) for f in self.reached(d, r)}
            left = [f for f in self.reached(d, r) if f != lost]
            yield terms | {("y", lost, d, r, f, t): -ONE for f in left}, 0 * ONE
        demand = self.facts.demands[d]
        for f in self.sites(demand):
            terms = {("y", lost, d, r, f, t): ONE for r in self.regions(d) if f != lost}
            for i in self.hosts(d, f) if terms else ():
                kind = self.facts.blocks[self.facts.pairs[i].block]
                units = self.at(demand["yields"][kind["accelerator"]], t) * kind["accelerators"]
                terms |= {("a", d, i, t): -units, ("e", d, i, t): -units}
            yield terms, 0 * ONE

    def _standing(self, i: int, t: int, n: int) -> Iterator[Row]:
        """Put each block in reserve on one that is idle, or on one of a later tier."""
        demands = self.facts.demands
        tier = {d: demand.get("tier", 1) for d, demand in enumerate(demands)}
        keepers = [d for d in self.users(i) if self.share(d)]
        idle = {("a", d, i, t): ONE for d in self.users(i)}
        for d in keepers:
            later = [x for x in self.users(i) if tier[x] > tier[d] and not self.share(x)]
            stands = {("on", d, i, t, x): -ONE for x in (None, *later)}
            yield {("e", d, i, t): ONE, **stands}, 0 * ONE
            idle["on", d, i, t, None] = ONE
        yield idle, Fraction(n)
        for x in self.users(i):
            under = [d for d in keepers if tier[x] > tier[d] and not self.share(x)]
            if under:
                lent = {("on", d, i, t, x): ONE for d in under}
                yield lent | {("a", x, i, t): -ONE}, 0 * ONE


def lossy(seed: int) -> Data:
    """Give the data of a valid instance with losses, always the same one for a seed."""
    for attempt in count():
        data = DrawLosses(Random(f"lossy {seed} {attempt}")).instance()
        if _is_small(Lossy(data)):
            return data
    raise AssertionError


def _is_small(rival: Lossy) -> bool:
    """Say whether few linear programs of few variables are to be solved for a stage."""
    facts = rival.facts
    if prod(len(list(rival._ways(i))) for i in range(len(facts.pairs))) > 10 * MOST_TRIED:
        return False
    flows = sum(
        len(facts.facilities) ** 2 * len(rival.regions(d)) * len(facts.horizon)
        for d in range(len(facts.demands))
        if rival.share(d)
    )
    tried = (0 for fleets in rival.paths() for _ in rival._whole(fleets))
    most = MOST_TRIED if flows <= MOST_FLOWS else MOST_TRIED // 6
    return flows <= 3 * MOST_FLOWS and sum(1 for _ in islice(tried, most + 1)) <= most


class DrawLosses(Draw):
    """Draws two or three sites, regions near some of them, and demands that survive losses."""

    def instance(self) -> Data:
        """Draw an instance."""
        data = super().instance()
        sites = data["facilities"]
        for name in ("b", "c")[: self.random.choice([1, 2, 2])]:
            if name not in sites:
                sites[name] = self.site(["red"])
                sites[name]["installed"] = {
                    kind: self.random.choice([0, 1, 1, 2]) for kind in data["blocks"]
                }
        for site in sites.values():
            if self.chance(0.6):
                site["limits"]["racks"] = 4
                site["installed"] = {kind: n + 1 for kind, n in site["installed"].items()}
        for kind in data["blocks"].values():
            if self.chance(0.7):
                kind.pop("cost_once", None)
                kind.pop("resale_share", None)
                kind.pop("end_share", None)
                kind.pop("lead", None)
        if self.chance(0.5):
            data["network"] = self.network(sites)
        for demand in data["demands"]:
            self.lose(demand, data)
        if not any("survive" in demand for demand in data["demands"]):
            data["demands"][0]["survive"] = {"facility": 1}
        return data

    def network(self, sites: Data) -> Data:
        """Draw links between each region and each site, near or far."""
        links = [
            {"name": f"{r}{f}", "between": [r, f], "ms": NEAR if self.chance(0.7) else 50}
            for r in "rst"
            for f in sites
        ]
        return {"regions": {r: {} for r in "rst"}, "links": links}

    def lose(self, demand: Data, data: Data) -> None:
        """Let a demand survive a loss, come from regions, and take whole blocks, now and then."""
        if self.chance(0.65):
            demand["survive"] = {"facility": self.random.choice([1, 1, 0.8, 0.5, 0.3])}
        if "network" in data and self.chance(0.7):
            demand["from"] = self.random.choice(
                [{"r": 0.5, "s": 0.5}, {"r": 0.4, "t": 0.6}, {"r": 0.2, "s": 0.5, "t": 0.3}]
            )
            if self.chance(0.8):
                demand["max_ms"] = 9
        if self.spans == 1 and self.chance(0.3):
            demand["whole_blocks"] = True
        if len(demand["yields"]) > 1 and self.chance(0.2):
            demand["one_accelerator"] = True
        if self.chance(0.6):
            demand.pop("min_share", None)
