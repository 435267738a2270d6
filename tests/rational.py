"""Numbers that remember what they would be without rounding, put into an instance."""

from __future__ import annotations

import math
import operator
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from pyomo.common.numeric_types import RegisterNumericType

from gridblock.instances.calendar import Horizon
from gridblock.model.exact import exact

if TYPE_CHECKING:
    from collections.abc import Callable

    from gridblock.instances.instance import Instance


class Rational(float):
    """A float with the rational number that it stands for."""

    exact: Fraction

    @classmethod
    def of(cls, value: float, exact: Fraction) -> Rational:
        made = cls(value)
        made.exact = exact
        return made

    def __neg__(self) -> Rational:
        return Rational.of(-float(self), -self.exact)

    def __abs__(self) -> Rational:
        return Rational.of(abs(float(self)), abs(self.exact))

    def __floor__(self) -> int:
        return self._agreed(math.floor)

    def __ceil__(self) -> int:
        return self._agreed(math.ceil)

    def _agreed(self, to_whole: Callable[[Any], int]) -> int:
        """Round as the float does; what bounds from above may only be too much."""
        whole = to_whole(float(self))
        assert whole >= to_whole(self.exact), f"{float(self)!r} is not {self.exact}"
        return whole

    def __copy__(self) -> Rational:
        return self

    def __deepcopy__(self, _: Any) -> Rational:
        return self

    __hash__ = float.__hash__


def _calculated(name: str, apply: Callable[[Any, Any], Any]) -> Callable[[Rational, Any], Any]:
    in_floats = getattr(float, name)

    def calculate(self: Rational, other: Any) -> Any:
        result = in_floats(self, float(other) if isinstance(other, Fraction) else other)
        if result is NotImplemented or not math.isfinite(result):
            return result
        return Rational.of(result, apply(self.exact, rational(other)))

    return calculate


for _name in ("add", "sub", "mul", "truediv"):
    _apply = getattr(operator, _name)
    setattr(Rational, f"__{_name}__", _calculated(f"__{_name}__", _apply))
    setattr(Rational, f"__r{_name}__", _calculated(f"__r{_name}__", lambda a, b, f=_apply: f(b, a)))
RegisterNumericType(Rational)


def rational(value: Any) -> Fraction:
    """Give the rational number of one that remembers it, or of any other as it is written."""
    if isinstance(value, Rational):
        return value.exact
    return value if isinstance(value, Fraction) else exact(value)


def remembering(instance: Instance) -> Instance:
    """Let every number of an instance remember itself; the instance is changed."""
    _remembering(instance, set())
    return instance


def _remembering(value: Any, seen: set[int]) -> Any:
    if type(value) is float and math.isfinite(value):
        return Rational.of(value, exact(value))
    if isinstance(value, BaseModel) and id(value) not in seen:
        seen.add(id(value))
        for name, inner in list(value.__dict__.items()):
            value.__dict__[name] = _remembering(inner, seen)
    if type(value) in {tuple, list}:
        return type(value)(_remembering(each, seen) for each in value)
    if type(value) is dict:
        return {name: _remembering(each, seen) for name, each in value.items()}
    if isinstance(value, Horizon):
        return replace(value, hours=tuple(_remembering(each, seen) for each in value.hours))
    return value
