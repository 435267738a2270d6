"""Spans: which numbers a field of an instance may hold, by the schema."""

import math
from collections.abc import Iterator, Sequence
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gridblock.instances.paths import Key
from gridblock.instances.schema.base import SMALLEST
from gridblock.instances.schema.fields import Fields


class Span(NamedTuple):
    """Numbers from one to another.

    Attributes:
        low: the least one.
        high: the greatest one.
        whole: whether only whole ones count.
    """

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False


def span_of(keys: Sequence[Key]) -> Span | None:
    """Say which numbers the field at keys may hold, in every period; None if it holds none."""
    spans = (span for annotation, rules in _along(keys) for span in _spans(annotation, rules))
    return next(spans, None)


def is_field(keys: Sequence[Key]) -> bool:
    """Say whether the schema knows what keys lead to."""
    return bool(_along(keys))


def is_series(keys: Sequence[Key]) -> bool:
    """Say whether the field at keys may have a number for each period."""
    found = [branch for annotation, _ in _along(keys) for branch, _ in _branches(annotation, ())]
    numbers = any(branch is float for branch in found)
    lists = any(get_origin(branch) is tuple and _holds_floats(branch) for branch in found)
    return numbers and lists


def _holds_floats(branch: Any) -> bool:
    return any(inside is float for inside, _ in _branches(get_args(branch)[0], ()))


Ruled = tuple[Any, tuple[Any, ...]]
"""An annotation with the rules of its field."""


def _along(keys: Sequence[Key]) -> list[Ruled]:
    """Walk the annotations of the schema along keys."""
    annotations: list[Ruled] = [(Fields, ())]
    for key in keys:
        annotations = [inside for annotation, _ in annotations for inside in _at(annotation, key)]
    return annotations


def _at(annotation: Any, key: Key) -> Iterator[Ruled]:
    """Give the annotations, with the rules of fields, of what a key leads to."""
    for branch, _ in _branches(annotation, ()):
        origin: object = get_origin(branch)
        if isinstance(branch, type) and issubclass(branch, BaseModel):
            for name, field in branch.model_fields.items():
                if key in {name, field.alias}:
                    yield field.annotation, tuple(field.metadata)
        elif origin is dict:
            yield get_args(branch)[1], ()
        elif origin in {tuple, list}:
            yield get_args(branch)[0], ()


def _branches(annotation: Any, rules: tuple[Any, ...]) -> Iterator[Ruled]:
    """Give the classes and containers that an annotation stands for, each with its rules."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inside, *more = get_args(annotation)
        yield from _branches(inside, (*rules, *_flat(more)))
    elif origin in {Union, UnionType}:
        for each in get_args(annotation):
            yield from _branches(each, rules)
    else:
        yield annotation, rules


def _flat(rules: Sequence[Any]) -> Iterator[Any]:
    for rule in rules:
        if isinstance(rule, FieldInfo):
            yield from rule.metadata
        else:
            yield rule


def _spans(annotation: Any, rules: tuple[Any, ...]) -> Iterator[Span]:
    for branch, found in _branches(annotation, rules):
        if branch in {float, int}:
            yield _span(branch is int, found)


def _span(whole: bool, rules: Sequence[Any]) -> Span:
    low, high = -math.inf, math.inf
    least = 1.0 if whole else SMALLEST
    for rule in rules:
        for name, value in _bounds(rule):
            if name in {"ge", "gt"}:
                low = max(low, value + (least if name == "gt" else 0.0))
            elif name in {"le", "lt"}:
                high = min(high, value - (least if name == "lt" else 0.0))
    return Span(low, high, whole)


def _bounds(rule: Any) -> Iterator[tuple[str, float]]:
    """Give the bounds that a rule of pydantic states, by name."""
    for name in ("ge", "gt", "le", "lt"):
        value = getattr(rule, name, None)
        if isinstance(value, int | float):
            yield name, value
