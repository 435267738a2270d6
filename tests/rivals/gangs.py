"""Runs by brute force: every start, choice of facilities and accelerator, each a plain demand."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import combinations, product
from typing import Any

from rivals.facts import Facts

Data = dict[str, Any]


def without_runs(data: Data) -> Iterator[tuple[Data, Fraction]]:
    """Give each way to decide the runs: an instance without them, and what the decision costs.

    A run that starts is a demand in its periods alone, that must be met (``min_share`` 1), at
    facilities that are fixed (``stands_at``, which is no field of the format) and on one
    accelerator. One that does not start is no demand at all.
    """
    facts = Facts(data)
    ways = [list(_ways(facts, demand)) for demand in data.get("demands", [])]
    for decided in product(*ways):
        demands = [demand for demand, _ in decided if demand is not None]
        yield data | {"demands": demands}, sum((cost for _, cost in decided), Fraction(0))


def _ways(facts: Facts, demand: Data) -> Iterator[tuple[Data | None, Fraction]]:
    if "run" not in demand:
        yield demand, Fraction(0)
        return
    names, count = list(facts.hours), demand["run"]["periods"]
    first, last = (names.index(period) for period in demand["run"]["start"])
    if not demand.get("min_share", 0):
        yield None, _unmet(facts, demand, range(first, first + count))
    for start in range(first, min(last, len(names) - count) + 1):
        waited = (start - first) * facts.series(demand["run"].get("delay_cost", 0))[0]
        for placed in _placed(facts, demand, range(start, start + count)):
            yield placed, waited * facts.discount(facts.starts[start])


def _unmet(facts: Facts, demand: Data, periods: range) -> Fraction:
    amount, price = facts.series(demand["amount"]), facts.series(demand["unmet_cost"])
    hours = list(facts.hours.values())
    priced = (amount[t] * price[t] * hours[t] * facts.discount_middle(t) for t in periods)
    return sum(priced, Fraction(0))


def _placed(facts: Facts, demand: Data, periods: range) -> Iterator[Data]:
    amount = demand["amount"]
    written = [_at(facts, amount, t) if t in periods else 0 for t in facts.horizon]
    facilities = sorted(facts.chosen(demand.get("where", {})))
    most = demand.get("max_facilities", 1)
    plain = {name: value for name, value in demand.items() if name not in {"run", "max_facilities"}}
    for size in range(1, min(most, len(facilities)) + 1):
        for chosen, kind in product(combinations(facilities, size), demand["yields"]):
            yield plain | {
                "amount": written,
                "yields": {kind: demand["yields"][kind]},
                "where": {"facilities": list(chosen)},
                "min_share": 1,
                "stands_at": list(chosen),
            }


def _at(facts: Facts, series: Any, period: int) -> Any:
    """Give the value of a series in a period, as it is written."""
    if isinstance(series, Mapping):
        value: Any = 0
        for name in list(facts.hours)[: period + 1]:
            value = series.get(name, value)
        return value
    return series[period] if isinstance(series, list | tuple) else series
