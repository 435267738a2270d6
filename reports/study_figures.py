"""What many cases say together: quantiles, shortfall, convergence, what explains the cost."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from gridblock.reports.headings import told_apart
from gridblock.reports.study import DUST, Floats, Study, numbers_on

SHARES: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
"""Which quantiles are told."""
TOTALS: Final = ("objective", "spending", "unmet_share")
"""Figures of a whole plan, which are told first."""
SURE: Final = 1.959963984540054
"""Standard deviations on either side that hold 95 % of a normal distribution."""
TAIL: Final = 5
"""A field's low and high are the fifth of the cases in which it is lowest, or highest."""
MARKS: Final = (10, 30, 100, 300)
"""After how many cases convergence is told, and ten times as many, and so on."""


class Quantiles(NamedTuple):
    """How a figure is distributed over the cases.

    Attributes:
        measure: ``objective``, ``spending``, ``unmet_share``, or ``unmet_`` and a demand;
            told apart where a demand is called like one of these.
        mean: the mean.
        sd: the standard deviation.
        at: the quantiles, as many as ``SHARES``.
        demand: the demand of which a share stays unmet; None for a figure of the whole plan.
    """

    measure: str
    mean: float
    sd: float
    at: tuple[float, ...]
    demand: str | None = None


class Shortfall(NamedTuple):
    """How often more of a demand stays unmet than is allowed.

    Attributes:
        demand: the demand.
        cases: in how many cases.
        share: of all that have a plan.
        low: the true probability is between this,
        high: and this, with 95 % confidence.
        mean: the mean share unmet in those cases.
    """

    demand: str
    cases: int
    share: float
    low: float
    high: float
    mean: float


class Running(NamedTuple):
    """The mean of the first cases.

    Attributes:
        cases: how many.
        mean: their mean.
        half: the true mean is within this of it, with 95 % confidence.
    """

    cases: int
    mean: float
    half: float


class Driver(NamedTuple):
    """How an axis moves a figure.

    Attributes:
        axis: the field.
        rank: Spearman's correlation of ranks; None where it has no numbers.
        low: the mean of the figure where the field is lowest.
        high: the mean where it is highest.
        at_low: what the field is there, in words.
        at_high: likewise.
    """

    axis: str
    rank: float | None
    low: float
    high: float
    at_low: str
    at_high: str

    @property
    def swing(self) -> float:
        """By how much the mean moves."""
        return abs(self.high - self.low)


class Paired(NamedTuple):
    """A figure of one study less that of another, case by case.

    Attributes:
        cases: how many cases have a plan in both.
        mean: the mean difference.
        low: the true mean is between this,
        high: and this, with 95 % confidence.
        below: the share of cases in which the first one is lower.
    """

    cases: int
    mean: float
    low: float
    high: float
    below: float


def quantiles(study: Study) -> tuple[Quantiles, ...]:
    """Give how each figure is distributed; nothing where no case has a plan."""
    if not study.planned:
        return ()
    names = told_apart([*TOTALS, *(f"unmet_{demand}" for demand in study.demands)])
    values = [*map(study.measured, TOTALS), *map(study.unmet, study.demands)]
    demands = (*[None] * len(TOTALS), *study.demands)
    return tuple(
        Quantiles(name, float(x.mean()), spread(x), tuple(map(float, np.quantile(x, SHARES))), of)
        for name, x, of in zip(names, values, demands, strict=True)
    )


def spread(values: Floats) -> float:
    """Give the standard deviation of a sample; 0 of a single one."""
    return float(values.std(ddof=1)) if len(values) > 1 else 0.0


def shortfalls(study: Study) -> tuple[Shortfall, ...]:
    """Give how likely each demand has a shortfall, among the cases that have a plan."""
    found = []
    for demand in study.demands:
        unmet = study.unmet(demand)
        short = unmet > study.above + DUST
        count = int(short.sum())
        low, high = wilson(count, len(unmet))
        mean = float(unmet[short].mean()) if count else 0.0
        found.append(Shortfall(demand, count, count / len(unmet), low, high, mean))
    return tuple(found)


def wilson(count: int, of: int) -> tuple[float, float]:
    r"""Give the interval of a probability, of which ``count`` of ``of`` cases are seen.

    .. math:: \frac{p + z^2/2n \pm z \sqrt{p(1-p)/n + z^2/4n^2}}{1 + z^2/n}

    (Wilson, Probable inference, the law of succession, and statistical inference, 1927.)
    """
    share, z2 = count / of, SURE**2
    middle = share + z2 / (2 * of)
    half = SURE * math.sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    whole = 1 + z2 / of
    return max(0.0, (middle - half) / whole), min(1.0, (middle + half) / whole)


def running(values: Floats) -> list[Running]:
    """Give the mean of the first two cases, the first three, and so on."""
    counts = np.arange(1, len(values) + 1)
    shifted = values - (values[0] if len(values) else 0.0)
    sums, squares = np.cumsum(shifted), np.cumsum(shifted**2)
    means = sums / counts
    variance = np.maximum(squares - counts * means**2, 0.0) / np.maximum(counts - 1, 1)
    half = SURE * np.sqrt(variance / counts)
    first = float(values[0]) if len(values) else 0.0
    return [
        Running(int(n), first + float(mean), float(wide))
        for n, mean, wide in zip(counts[1:], means[1:], half[1:], strict=True)
    ]


def told(course: Sequence[Running]) -> list[Running]:
    """Choose what of a course is told: after 10, 30, 100, … cases, and the last."""
    marks = {mark * 10**power for mark in MARKS for power in (0, 2, 4)}
    return [each for each in course if each.cases in marks or each is course[-1]]


def drivers(study: Study, measure: str = "objective") -> tuple[Driver, ...]:
    """Say how each axis moves a figure, the one that moves it most first."""
    values = study.measured(measure)
    if len(values) < 2:
        return ()
    found = (_driver(study, axis, values) for axis in study.axes)
    return tuple(sorted(filter(None, found), key=lambda each: -each.swing))


def _driver(study: Study, axis: str, values: Floats) -> Driver | None:
    numbers = numbers_on(study, axis)
    if numbers is None:
        return _by_value(study, axis, values)
    if numbers.min() == numbers.max():
        return None
    few = len(np.unique(numbers)) <= TAIL
    cuts = (numbers.min(), numbers.max()) if few else np.quantile(numbers, (1 / TAIL, 1 - 1 / TAIL))
    low, high = numbers <= cuts[0], numbers >= cuts[1]
    words = [f"{numbers[part].mean():.4g}" for part in (low, high)]
    means = [float(values[part].mean()) for part in (low, high)]
    return Driver(axis, rank_correlation(numbers, values), *means, *words)  # type: ignore[arg-type]


def _by_value(study: Study, axis: str, values: Floats) -> Driver | None:
    """Compare the values of an axis without numbers: the one with the least mean, the greatest."""
    groups: dict[str, list[float]] = {}
    for each, value in zip(study.planned, values, strict=True):
        groups.setdefault(str(each.values.get(axis)), []).append(float(value))
    if len(groups) < 2:
        return None
    means = {name: sum(of) / len(of) for name, of in groups.items()}
    low, high = min(means, key=means.__getitem__), max(means, key=means.__getitem__)
    return Driver(axis, None, means[low], means[high], low, high)


def rank_correlation(a: Floats, b: Floats) -> float:
    """Give Spearman's correlation: that of the ranks, equal values sharing theirs."""
    ranks = [_ranks(values) for values in (a, b)]
    deviations = [each - each.mean() for each in ranks]
    size = math.sqrt(float((deviations[0] ** 2).sum() * (deviations[1] ** 2).sum()))
    return float((deviations[0] * deviations[1]).sum()) / size if size else 0.0


def _ranks(values: Floats) -> Floats:
    """Give the ranks of values, from 0; equal ones share the mean of theirs."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    middle: Floats = ends - (counts + 1) / 2
    shared: Floats = middle[inverse.ravel()]
    return shared


def paired(study: Study, other: Study, measure: str = "objective") -> Floats:
    """Give a figure of each case less that of the same case of another study, where both have one.

    With the same seed that is a comparison under the same draws; fields that one alone has count
    for nothing.

    Raises:
        ValueError: their cases differ in what both have, or they are in different currencies.
    """
    currencies = [of.instance.currency for of in (study, other)]
    if len({*currencies}) > 1:
        message = f"studies in different currencies ({', '.join(currencies)}) are not comparable"
        raise ValueError(message)
    if not same_draws(*([each.values for each in of.entries] for of in (study, other))):
        message = "the cases of the two differ: give both the same distributions, number and seed"
        raise ValueError(message)
    pairs = zip(study.entries, other.entries, strict=True)
    both: list[tuple[Any, Any]] = [(a.row, b.row) for a, b in pairs if a.has_plan and b.has_plan]
    return np.array([a[measure] - b[measure] for a, b in both], dtype=float)


def same_draws(a: Sequence[Mapping[str, Any]], b: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether the cases of two studies are the same in all fields that both have."""
    if len(a) != len(b):
        return False
    common = {axis for each in a for axis in each} & {axis for each in b for axis in each}
    pairs = zip(a, b, strict=True)
    return bool(common) and all(x.get(axis) == y.get(axis) for x, y in pairs for axis in common)


def compared(study: Study, other: Study, measure: str = "objective") -> Paired:
    """Say how a figure differs from that of another study, case by case.

    Raises:
        ValueError: as ``paired``, or none has a plan in both.
    """
    less = paired(study, other, measure)
    if not len(less):
        message = "no case has a plan in both studies"
        raise ValueError(message)
    mean, half = float(less.mean()), SURE * spread(less) / math.sqrt(len(less))
    return Paired(len(less), mean, mean - half, mean + half, float((less < 0).mean()))
