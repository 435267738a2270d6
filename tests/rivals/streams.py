"""What a network carries after the loss of a link, by linear programs over single links.

They know no tunnels: any path counts. So they agree with the planner where it may take any path,
and find at least as much elsewhere.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import highspy
import numpy as np

Row = tuple[Mapping[Any, float], float, float]
"""Coefficients by column, and the least and most of their sum."""
Link = Mapping[str, Any]


class Program:
    """A linear program of named columns that are not negative."""

    def __init__(self) -> None:
        """Start empty."""
        self.cost: dict[Any, float] = {}
        self.rows: list[Row] = []

    def add(self, terms: Mapping[Any, float], least: float, most: float) -> None:
        """Add a row; columns that it names first cost nothing."""
        self.rows.append((terms, least, most))
        for name in terms:
            self.cost.setdefault(name, 0.0)

    def least(self) -> float | None:
        """Give the least cost, or None where the rows conflict."""
        number = {name: i for i, name in enumerate(self.cost)}
        model = highspy.Highs()
        model.setOptionValue("output_flag", False)
        for cost in self.cost.values():
            model.addCol(cost, 0.0, highspy.kHighsInf, 0, np.array([], int), np.array([]))
        for terms, least, most in self.rows:
            index = np.array([number[name] for name in terms], dtype=np.int32)
            model.addRow(least, most, len(index), index, np.array([*terms.values()], dtype=float))
        model.run()
        if model.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            return None
        assert model.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return float(model.getInfo().objective_function_value)


def stream(
    program: Program,
    state: Any,
    links: Sequence[Link],
    sent: Mapping[str, Mapping[str, Mapping[Any, float]]],
) -> None:
    """Let traffic flow over some links, within their capacity, conserved at each place.

    Args:
        program: gets the columns and rows.
        state: a name for the flows.
        links: those that are left.
        sent: for each region the traffic to each facility, as terms.
    """
    loads: dict[tuple[str, str], dict[Any, float]] = {}
    for region, ends in sent.items():
        into: dict[str, dict[Any, float]] = {facility: dict(t) for facility, t in ends.items()}
        for link in links:
            for a, b in (link["between"], link["between"][::-1]):
                name = (state, region, link["name"], a)
                into.setdefault(a, {})[name] = 1.0
                into.setdefault(b, {})[name] = -1.0
                loads.setdefault((link["name"], a), {})[name] = 1.0
        for place, terms in into.items():
            if place != region:
                program.add(terms, -highspy.kHighsInf, 0.0)
    for link in links:
        if "gbps" in link:
            ways = [loads.get((link["name"], end), {}) for end in link["between"]]
            if link.get("capacity", "each_way") == "shared":
                ways = [ways[0] | ways[1]]
            for terms in filter(None, ways):
                program.add(terms, -highspy.kHighsInf, link["gbps"])


def left_after(
    links: Sequence[Link],
    lost: str,
    served: Mapping[tuple[str, str, str], float],
    gbps: Mapping[str, float],
    share: Mapping[str, float],
) -> float:
    """Give by how much promised shares are missed after a loss, however traffic flows: 0 if not.

    Args:
        links: all links.
        lost: the name of the one that is lost.
        served: units by demand, region and facility.
        gbps: traffic of a unit of each demand.
        share: what each demand promises.
    """
    program = Program()
    sent: dict[str, dict[str, dict[Any, float]]] = {}
    origins = dict.fromkeys((d, r) for d, r, _ in served if share.get(d))
    program.cost["missed"] = 1.0
    for d, r in origins:
        kept: dict[Any, float] = {"missed": 1.0}
        for (demand, region, facility), units in served.items():
            if (demand, region) == (d, r):
                kept[d, r, facility] = 1.0
                program.add({(d, r, facility): 1.0}, 0.0, units)
                ends = sent.setdefault(r, {}).setdefault(facility, {})
                ends[d, r, facility] = gbps[d] or 1e-9
        met = sum(u for (demand, region, _), u in served.items() if (demand, region) == (d, r))
        program.add(kept, share[d] * met, highspy.kHighsInf)
    stream(program, "after", [link for link in links if link["name"] != lost], sent)
    missed = program.least()
    assert missed is not None
    return missed
