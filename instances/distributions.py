"""Distributions of one number or value: each gives its value at a share of the probability."""

import math
from collections.abc import Sequence
from itertools import accumulate
from statistics import NormalDist
from typing import Annotated, Any, Final, Protocol

from pydantic import Field, model_validator

from gridblock.instances.schema.base import Number, Positive
from gridblock.instances.schema.scenarios import Setting
from gridblock.instances.variants import Given

STANDARD: Final = NormalDist()
SMALLEST_SHARE: Final = 2.0**-54


class Drawn(Protocol):
    """A distribution of numbers."""

    def share_below(self, value: float) -> float:
        """Give the probability of less than a value."""

    def at(self, share: float) -> float:
        """Give the value below which a share of the probability lies, 0 < share < 1."""


class Normal(Given):
    """The normal distribution."""

    mean: Number
    """Its mean."""
    sd: Positive
    """Its standard deviation."""

    def share_below(self, value: float) -> float:
        """Give the probability of less than a value."""
        return NormalDist(self.mean, self.sd).cdf(value)

    def at(self, share: float) -> float:
        """Give the value below which a share of the probability lies."""
        return self.mean + self.sd * STANDARD.inv_cdf(share)


class Lognormal(Given):
    """The distribution of a number whose logarithm is normal."""

    mean: Positive
    """The mean of the number itself."""
    sd: Positive
    """Its standard deviation."""

    def _logarithm(self) -> NormalDist:
        r"""Give the distribution of the logarithm.

        .. math:: \sigma^2 = \ln(1 + s^2 / m^2), \quad \mu = \ln m - \sigma^2 / 2
        """
        variance = math.log1p((self.sd / self.mean) ** 2)
        return NormalDist(math.log(self.mean) - variance / 2, math.sqrt(variance))

    def share_below(self, value: float) -> float:
        """Give the probability of less than a value."""
        return self._logarithm().cdf(math.log(value)) if value > 0 else 0.0

    def at(self, share: float) -> float:
        """Give the value below which a share of the probability lies."""
        of = self._logarithm()
        return math.exp(of.mean + of.stdev * STANDARD.inv_cdf(share))


class Uniform(Given):
    """The uniform distribution."""

    low: Number
    """The least value."""
    high: Number
    """The greatest value."""

    @model_validator(mode="after")
    def _goes_up(self) -> "Uniform":
        if self.high <= self.low:
            message = "must go up: `high` above `low`"
            raise ValueError(message)
        return self

    def share_below(self, value: float) -> float:
        """Give the probability of less than a value."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    def at(self, share: float) -> float:
        """Give the value below which a share of the probability lies."""
        return self.low + share * (self.high - self.low)


class Triangular(Given):
    """The triangular distribution."""

    low: Number
    """The least value."""
    mode: Number
    """The likeliest value."""
    high: Number
    """The greatest value."""

    @model_validator(mode="after")
    def _goes_up(self) -> "Triangular":
        if not self.low <= self.mode <= self.high or self.low == self.high:
            message = "must go up: `low`, `mode`, `high`"
            raise ValueError(message)
        return self

    def share_below(self, value: float) -> float:
        """Give the probability of less than a value."""
        low, mode, high = self.low, self.mode, self.high
        if value <= low or value >= high:
            return float(value >= high)
        if value < mode:
            return (value - low) ** 2 / ((high - low) * (mode - low))
        return 1 - (high - value) ** 2 / ((high - low) * (high - mode))

    def at(self, share: float) -> float:
        """Give the value below which a share of the probability lies."""
        low, mode, high = self.low, self.mode, self.high
        if share * (high - low) < mode - low:
            return low + math.sqrt(share * (high - low) * (mode - low))
        return high - math.sqrt((1 - share) * (high - low) * (high - mode))


class Discrete(Given):
    """Some values, each with its weight; the order of the list is that of correlations."""

    values: Annotated[list[Setting], Field(min_length=1)]
    """The values: numbers, or anything that the field may hold."""
    weights: list[Annotated[float, Field(ge=0)]] | None = None
    """How likely each is against the others; default all alike."""

    @model_validator(mode="after")
    def _has_weights(self) -> "Discrete":
        if self.weights is None:
            return self
        if len(self.weights) != len(self.values):
            message = f"needs a weight for each of {len(self.values)} values"
            raise ValueError(message)
        if not sum(self.weights) > 0:
            message = "needs a weight above 0"
            raise ValueError(message)
        return self

    def pick(self, share: float) -> Any:
        """Give the value below which a share of the probability lies."""
        weights = self.weights or [1.0] * len(self.values)
        return self.values[place(weights, share)]


def place(weights: Sequence[float], share: float) -> int:
    """Give the position at which the sum of weights passes a share of the whole."""
    sums = list(accumulate(weights))
    reached = (i for i, total in enumerate(sums) if weights[i] and share * sums[-1] < total)
    return next(reached, max(i for i, weight in enumerate(weights) if weight))


def within(of: Drawn, share: float, low: float, high: float) -> float:
    """Give the value at a share of what lies between two bounds."""
    below, above = of.share_below(low), of.share_below(high)
    inside = below + share * (above - below)
    value = of.at(min(max(inside, SMALLEST_SHARE), 1 - SMALLEST_SHARE))
    return min(max(value, low), high)
