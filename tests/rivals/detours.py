"""What is carried after the loss of each link, written out path by path."""

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rivals.facts import exact

if TYPE_CHECKING:
    from rivals.moment import Need
    from rivals.program import Program, Terms

Served = dict[tuple[str, str], list[Any]]
"""The columns of what is served of a demand, by region and facility."""


def share(said: Any) -> Fraction:
    """Give the share that a demand keeps after the loss of a link."""
    return exact(said.get("survive", {}).get("link", 0))


def survive(program: "Program", promises: list[tuple[int, "Need", Served]]) -> None:
    """Add the loss of each link."""
    for lost in range(len(program.moment.routes.links)):
        _Loss(program, lost).add(promises)


class _Loss:
    """One link lost: units carried, and what they load the other links with."""

    def __init__(self, program: "Program", lost: int) -> None:
        self.program, self.lost = program, lost
        self.routes = program.moment.routes
        self.traffic: dict[tuple[int, str], Terms] = {}
        self.sent: dict[tuple[str, str], Terms] = {}

    def add(self, promises: list[tuple[int, "Need", Served]]) -> None:
        for d, need, served in promises:
            for region in need.origins:
                row: Terms = {}
                for (whence, facility), names in served.items():
                    if whence == region:
                        row |= dict.fromkeys(names, share(need.said))
                        for name in self._carried(d, need, region, facility, names):
                            row[name] = row.get(name, Fraction(0)) - 1
                self.program.rows.append((row, Fraction(0)))
        if self.routes.freely:
            self._flow()
        self._fit()

    def _carried(self, d: int, need: "Need", region: str, facility: str, names: list[Any]) -> Any:
        """Give the columns of what is still carried."""
        if not need.gbps:
            left = self.routes.left(region, facility, need.said.get("max_ms"), self.lost)
            return names if left else []
        key = ("carried", self.lost, d, region, facility)
        if self.routes.freely:
            carried = [key]
            self.sent.setdefault((region, facility), {})[key] = need.gbps
        else:
            carried = []
            for path in self.routes.left(region, facility, need.said.get("max_ms"), self.lost):
                carried.append((*key, path))
                for hop in path:
                    self.traffic.setdefault((hop.link, hop.entered), {})[carried[-1]] = need.gbps
        self.program.cost |= dict.fromkeys(carried, Fraction(0))
        within = dict.fromkeys(carried, Fraction(1)) | dict.fromkeys(names, Fraction(-1))
        self.program.rows.append((within, Fraction(0)))
        return carried

    def _flow(self) -> None:
        """Let no more arrive than has flowed in."""
        for region in {region for region, _ in self.sent}:
            into: dict[str, Terms] = {}
            for number, link in enumerate(self.routes.links):
                for a, b in (link["between"], link["between"][::-1]):
                    if number != self.lost:
                        name = ("flow", self.lost, region, number, a)
                        self.program.cost[name] = Fraction(0)
                        self.traffic.setdefault((number, a), {})[name] = Fraction(1)
                        into.setdefault(a, {})[name] = Fraction(1)
                        into.setdefault(b, {})[name] = Fraction(-1)
            for whence, facility in self.sent:
                if whence == region:
                    into.setdefault(facility, {})
            for place, terms in into.items():
                if place != region:
                    arrives = self.sent.get((region, place), {})
                    self.program.rows.append((terms | arrives, Fraction(0)))

    def _fit(self) -> None:
        """Keep the other links; what is reserved on them is as before."""
        for number, link in enumerate(self.routes.links):
            if "gbps" in link and number != self.lost:
                ways = []
                for end in link["between"]:
                    before = self.program.traffic.get((number, end), {})
                    reserved = {k: v for k, v in before.items() if k[0] == "reserved"}
                    ways.append(reserved | self.traffic.get((number, end), {}))
                if link.get("capacity", "each_way") == "shared":
                    ways = [ways[0] | ways[1]]
                most = self.program.moment.at(link["gbps"])
                self.program.rows += [(terms, most) for terms in ways if terms]
