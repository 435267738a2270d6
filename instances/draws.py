"""Draws: fields of which only distributions are known, drawn many times.

.. code-block:: yaml

    fields:
      facilities.memphis.energy_per_mwh: {uniform: {low: 40, high: 80}}
      demands.*.amount: {lognormal: {mean: 1, sd: 0.2}, as: factor, each: true}
      blocks.h100-pod.lead: {discrete: {values: [1, 2, 4], weights: [5, 3, 2]}}
    together:
      - {fields: [demands.*.amount], rho: 0.6}
    scenarios: true

Each field of each case has a random stream of its own, made of the seed, the number of the case and
the field's path: the same seed gives the same draws for another instance, for more cases, and
beside other fields, so that differences are paired.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from gridblock.instances.distributions import (
    SMALLEST_SHARE,
    STANDARD,
    Discrete,
    Drawn,
    Lognormal,
    Normal,
    Triangular,
    Uniform,
    place,
    within,
)
from gridblock.instances.schema.base import SMALLEST, Number
from gridblock.instances.schema.scenarios import FieldPath
from gridblock.instances.spans import Span
from gridblock.instances.variants import SCENARIO, Given, Variant

DIGITS: Final = 10
"""Significant digits of a drawn number: the same on every machine."""
NUMBERS: Final = ("normal", "lognormal", "uniform", "triangular")


class Uncertain(Given):
    """What is known of a field: one distribution."""

    normal: Normal | None = None
    lognormal: Lognormal | None = None
    uniform: Uniform | None = None
    triangular: Triangular | None = None
    discrete: Discrete | None = None
    as_: Annotated[Literal["value", "factor", "added"], Field(alias="as")] = "value"
    """What is drawn: the field's value, what it is multiplied by, or what is added to it."""
    min: Number | None = None
    """No less is drawn; what the field itself cannot hold is not drawn either."""
    max: Number | None = None
    """No more is drawn."""
    each: bool = False
    """Whether every field that a path with ``*`` leads to is drawn by itself."""

    @model_validator(mode="after")
    def _has_one(self) -> "Uncertain":
        given = [name for name in (*NUMBERS, "discrete") if getattr(self, name) is not None]
        if len(given) != 1:
            message = f"needs one distribution of {', '.join((*NUMBERS, 'discrete'))}"
            raise ValueError(message)
        if self.discrete and (self.as_ != "value" or self.min is not None or self.max is not None):
            message = "takes no `as`, `min` or `max` with discrete values"
            raise ValueError(message)
        return self

    @property
    def numbers(self) -> Drawn | None:
        """The distribution, if it is one of numbers."""
        return next(filter(None, (getattr(self, name) for name in NUMBERS)), None)


class Together(Given):
    """Fields that move together: a Gaussian copula."""

    fields: Annotated[list[FieldPath], Field(min_length=1)]
    """Their paths, as under ``fields``."""
    rho: Annotated[float, Field(ge=-1, le=1)] | None = None
    """Correlation of every two of them, of the normal numbers behind them."""
    correlation: list[list[float]] | None = None
    """The matrix of correlations instead, in the order of the fields."""

    @model_validator(mode="after")
    def _has_either(self) -> "Together":
        if (self.rho is None) == (self.correlation is None):
            message = "needs either rho or correlation"
            raise ValueError(message)
        return self


class Distributions(Given):
    """What is uncertain."""

    fields: dict[FieldPath, Uncertain] = {}
    """Distributions by field path."""
    together: tuple[Together, ...] = ()
    """Groups of fields that move together."""
    scenarios: bool = False
    """Whether scenarios of the instance come true, each with its probability."""

    @model_validator(mode="after")
    def _holds_something(self) -> "Distributions":
        if not (self.fields or self.scenarios):
            message = "holds nothing: give fields, or scenarios: true"
            raise ValueError(message)
        return self


@dataclass(frozen=True)
class Axis:
    """A field that is drawn.

    Attributes:
        path: where it is.
        known: its distribution.
        span: what may be drawn.
    """

    path: str
    known: Uncertain
    span: Span

    def draw(self, share: float) -> tuple[Any, Any]:
        """Give what a table says and what is set, at a share of the probability."""
        numbers = self.known.numbers
        if numbers is None:
            value = self.known.discrete.pick(share)  # type: ignore[union-attr]
            return value, value
        drawn = float(f"{within(numbers, share, self.span.low, self.span.high):.{DIGITS}g}")
        drawn = round(drawn) if self.span.whole or drawn.is_integer() else drawn
        drawn = 0 if abs(drawn) < SMALLEST else drawn
        if self.known.as_ == "factor":
            return drawn, f"*{drawn!r}"
        return drawn, f"{'-' if drawn < 0 else '+'}{abs(drawn)!r}" if self._added else drawn

    @property
    def _added(self) -> bool:
        return self.known.as_ == "added"


@dataclass(frozen=True)
class Draws:
    """Fields that are drawn, and how they move together.

    Attributes:
        axes: the fields, in the order of the file.
        groups: the paths of each group with the root of its correlations, L in L Lᵀ = R.
        scenarios: names, weights and changes of scenarios that may come true.
    """

    axes: tuple[Axis, ...]
    groups: tuple[tuple[tuple[str, ...], NDArray[np.float64]], ...]
    scenarios: tuple[tuple[str, float, Mapping[str, Any] | None], ...] = ()

    def variants(self, count: int, seed: int) -> tuple[Variant, ...]:
        """Draw every field so many times.

        Args:
            count: how many cases; more of them begin with the same ones.
            seed: the same gives the same.
        """
        children = np.random.SeedSequence(seed).spawn(count)
        return tuple(self._variant(i, child) for i, child in enumerate(children, 1))

    def _variant(self, number: int, child: np.random.SeedSequence) -> Variant:
        shares = {axis.path: _share(child, axis.path) for axis in self.axes}
        for paths, root in self.groups:
            normal = [STANDARD.inv_cdf(shares[path]) for path in paths]
            moved = root @ np.array(normal)
            shares |= {p: _open(STANDARD.cdf(float(z))) for p, z in zip(paths, moved, strict=True)}
        drawn = {axis.path: axis.draw(shares[axis.path]) for axis in self.axes}
        values = {path: shown for path, (shown, _) in drawn.items()}
        changes: tuple[Mapping[str, Any], ...] = ({path: to for path, (_, to) in drawn.items()},)
        if self.scenarios:
            weights = [weight for _, weight, _ in self.scenarios]
            name, _, first = self.scenarios[place(weights, _share(child, SCENARIO))]
            values = {SCENARIO: name, **values}
            changes = changes if first is None else (first, *changes)
        return Variant(str(number), values, tuple(filter(None, changes)))


def _share(child: np.random.SeedSequence, path: str) -> float:
    """Draw a share of the probability for a field of a case."""
    digest = hashlib.sha256(path.encode()).digest()
    words = [int.from_bytes(digest[i : i + 4], "big") for i in range(0, 16, 4)]
    stream = np.random.SeedSequence(child.entropy, spawn_key=(*child.spawn_key, *words))
    return _open(float(np.random.default_rng(stream).random()))


def _open(share: float) -> float:
    """Keep a share off 0 and 1, at which some distributions have no value."""
    return min(max(share, SMALLEST_SHARE), 1 - SMALLEST_SHARE)
