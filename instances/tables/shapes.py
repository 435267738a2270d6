"""Shapes: what a field of the schema may hold, read off its annotation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from gridblock.instances.annotations import branches

DEEPEST = 4
"""How deep records within records are shown as columns."""
Path = tuple[str, ...]
Model = type[BaseModel]


@dataclass(frozen=True, eq=False)
class Shape:
    """What may stand at one place of an instance.

    Attributes:
        text: Whether text may.
        number: Whether a number may.
        flag: Whether true and false may.
        free: Whether anything may.
        choices: The words, where only some may stand.
        items: What the items of a list may be, if a list may stand there.
        values: What the values of a mapping may be, if names of one's own may stand there.
        models: The records that may stand there.
    """

    text: bool = False
    number: bool = False
    flag: bool = False
    free: bool = False
    choices: tuple[Any, ...] = ()
    items: Shape | None = None
    values: Shape | None = None
    models: tuple[Model, ...] = ()

    @property
    def is_series(self) -> bool:
        """Whether a number, a list or values by period may stand there."""
        return self.number and self.items is not None and self.values is not None

    @property
    def is_text(self) -> bool:
        """Whether nothing but text may stand there."""
        return self.text and not (self.items or self.values or self.number or self.flag)

    @property
    def rows(self) -> Shape | None:
        """The records of a list or mapping of records, which have a table of their own."""
        inner = [each for each in (self.items, self.values) if each is not None and each.models]
        return inner[0] if inner else None

    @property
    def keyed(self) -> bool:
        """Whether its records are named by their keys."""
        return self.values is not None and bool(self.values.models)


def fields(models: tuple[Model, ...]) -> list[str]:
    """Give the fields of records as a file names them, the name first and the source last."""
    found = {str(info.alias or own): 0 for m in models for own, info in m.model_fields.items()}
    return sorted(found, key=lambda name: {"gridblock": -2, "name": -1, "source": 1}.get(name, 0))


@cache
def field(models: tuple[Model, ...], name: str) -> Shape | None:
    """Give the shape of a field of a record, or None if it has none of that name."""
    for model in models:
        for own, info in model.model_fields.items():
            if name == str(info.alias or own):
                return shape(info.annotation)
    return None


def shape(annotation: Any) -> Shape:
    """Read the shape off an annotation."""
    said: dict[str, Any] = {}
    models: list[Model] = []
    for branch in branches(annotation):
        origin, args = get_origin(branch), get_args(branch)
        if origin is Literal:
            said["choices"] = (*said.get("choices", ()), *args)
            said["text" if isinstance(args[0], str) else "number"] = True
        elif isinstance(origin, type) and issubclass(origin, Mapping):
            said["values"] = shape(args[1])
        elif origin in {tuple, list}:
            said["items"] = shape(args[0])
        elif isinstance(branch, type) and issubclass(branch, BaseModel):
            models.append(branch)
        else:
            said[_scalar(branch)] = True
    said.pop("", None)
    return Shape(**said, models=tuple(models))


def _scalar(branch: Any) -> str:
    kinds = {str: "text", bool: "flag", int: "number", float: "number", NoneType: ""}
    return kinds.get(branch, "free")


def inside(at: Shape, part: str) -> Shape | None:
    """Give what stands at a name inside, or None where nothing can."""
    if at.models:
        found = field(at.models, part)
        if found is not None or at.values is None:
            return found
    return at.values
