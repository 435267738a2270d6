"""Annotations of the schema: which classes and containers a field may hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

if TYPE_CHECKING:
    from pydantic import BaseModel


def models_at(model: type[BaseModel], path: tuple[str | int, ...]) -> list[type[BaseModel]]:
    """Walk the annotations of a tree of models along a path of a document."""
    annotations: list[Any] = [model]
    for part in path:
        annotations = [inside for each in annotations for inside in _inside(each, part)]
    return [b for each in annotations for b in branches(each) if hasattr(b, "model_fields")]


def _inside(annotation: object, part: str | int) -> Iterator[object]:
    for branch in branches(annotation):
        if hasattr(branch, "model_fields"):
            for name, field in branch.model_fields.items():
                if part in {name, field.alias}:
                    yield field.annotation
        elif args := get_args(branch):
            origin = get_origin(branch)
            named = isinstance(origin, type) and issubclass(origin, Mapping)
            yield args[-1] if named else args[0]


def branches(annotation: Any) -> Iterator[Any]:
    """Yield the classes and containers that an annotation stands for."""
    annotation = getattr(annotation, "__value__", annotation)
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from branches(get_args(annotation)[0])
    elif origin in {Union, UnionType}:
        for arg in get_args(annotation):
            yield from branches(arg)
    else:
        yield annotation
