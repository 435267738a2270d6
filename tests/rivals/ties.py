"""What the places of a demand exchange: between facilities, and over the uplinks of zones."""

from fractions import Fraction
from itertools import permutations

from rivals.facts import exact
from rivals.moment import Need
from rivals.program import Program, Taken

IMPOSSIBLE = ({}, Fraction(-1))
"""A row that nothing keeps."""


def tie(program: Program, d: int, need: Need, choice: frozenset[int] | Taken) -> None:
    """Add what a demand exchanges between the pairs that it uses, a number for each or none."""
    shares = isinstance(choice, frozenset)
    blocks: dict[int, int | None] = dict.fromkeys(choice) if shares else dict(choice)
    used = {program.facts.pairs[i].facility for i in blocks}
    if "interconnect" in need.said:
        _connect(program, d, need, need.said.get("stands_at", used))
    if need.fabric:
        _weave(program, d, need, blocks)


def _connect(program: Program, d: int, need: Need, facilities: set[str] | list[str]) -> None:
    """Reserve capacity between every two facilities, in both directions."""
    asked = need.said["interconnect"]
    for start, end in permutations(sorted(facilities), 2):
        paths = program.moment.routes.paths(start, end, asked.get("max_ms"))
        if not paths:
            program.rows.append(IMPOSSIBLE)
        elif program.moment.routes.freely:
            _flow(program, d, start, end, exact(asked["gbps"]))
        elif program.moment.routes.links:
            names = [("reserved", d, start, end, i) for i in range(len(paths))]
            terms = {name: Fraction(-1) for name in names}
            program.rows.append((terms, -exact(asked["gbps"])))
            for name, path in zip(names, paths, strict=True):
                program.cost[name] = Fraction(0)
                for hop in path:
                    link = program.moment.routes.links[hop.link]
                    program.cost[name] += program.moment.at(link.get("cost_per_gbps", 0))
                    program.traffic.setdefault((hop.link, hop.entered), {})[name] = Fraction(1)


def _flow(program: Program, d: int, start: str, end: str, gbps: Fraction) -> None:
    """Let no more leave a place than has come to it, and all of it come to the end."""
    leaves: dict[str, dict[object, Fraction]] = {}
    for number, link in enumerate(program.moment.routes.links):
        for a, b in (link["between"], link["between"][::-1]):
            name = ("reserved", d, start, end, number, a)
            program.cost[name] = program.moment.at(link.get("cost_per_gbps", 0))
            program.traffic.setdefault((number, a), {})[name] = Fraction(1)
            leaves.setdefault(a, {})[name] = Fraction(1)
            leaves.setdefault(b, {})[name] = Fraction(-1)
    for place, terms in leaves.items():
        if place != start:
            program.rows.append((terms, -gbps if place == end else Fraction(0)))


def _weave(program: Program, d: int, need: Need, blocks: dict[int, int | None]) -> None:
    """Load the uplink of each zone with some of a facility's pairs inside, and some outside."""
    facts = program.facts
    for place in facts.places:
        if "uplink_gbps" not in place.site:
            continue
        here = [i for i in blocks if facts.pairs[i].facility == place.facility.path]
        leaves = {i: facts.leaf[facts.pairs[i].leaf] for i in here}
        inside = [i for i in here if place is leaves[i] or place in leaves[i].around]
        if 0 < len(inside) < len(here):
            whole = sum(blocks[i] or 0 for i in inside) * need.fabric
            before = program.fabric_gbps.get(place.path, Fraction(0))
            program.fabric_gbps[place.path] = before + whole
            shared = {("assigned", d, i): need.fabric for i in inside if blocks[i] is None}
            program.fabric.setdefault(place.path, {}).update(shared)
