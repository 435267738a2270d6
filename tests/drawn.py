"""Data of any shape that the schema allows, drawn from its annotations, odd names and all.

What is drawn need not be a valid instance: fields that exclude each other stand side by side.
"""

from collections.abc import Mapping
from random import Random
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from gridblock.instances.annotations import branches
from gridblock.instances.schema.fields import Fields

PERIODS = ("2026Q3", "007", "=1", "name", "form")
NAMES = (
    "a", "007", "1.10", "1e5", "a;b", "a, b", "=x", "+1", "-", "-5", "@x", "'=a", "'a", "#x",
    '"q"', '"', "[x]", "{y}", "a.b", "a/b", "true", "NO", "null", "name", "of", "field", "source",
    "Ä ö", "2026Q3", "_x0041_", "2026-07", "#REF!", "limits", "0.5; 1", "x" * 200,
)  # fmt: skip
TEXTS = ("IDC, 2026", "", " x ", "a\nb", "a\r\nb", "\t", "=1+1", "x\u202ey", '"', "😀", "a" * 3000)
NUMBERS = (0, 1, 5, 0.5, 1.1, 1e-9, 1e15, 0.1 + 0.2, 1 / 3, 123456789.12345679, 100000.0)


class Drawing:
    """Draws data.

    Attributes:
        fullness: how often a field that may be left out is there.
        depth: how deep records still nest.
    """

    def __init__(self, random: Random, fullness: float = 0.4) -> None:
        self.random = random
        self.fullness = fullness
        self.depth = 3

    def instance(self) -> dict[str, Any]:
        """Draw the data of an instance with four periods."""
        data = self.record(Fields)
        data["periods"] = [{"name": name, "hours": abs(self.number()) or 1} for name in PERIODS]
        return data

    def record(self, model: type[BaseModel]) -> dict[str, Any]:
        """Draw the fields of a record."""
        self.depth -= 1
        drawn = {}
        for own, info in model.model_fields.items():
            if info.is_required() or self.random.random() < self.fullness:
                value = self.value(info.annotation, own)
                if not (value in ({}, []) and self.depth <= 0):
                    drawn[str(info.alias or own)] = value
        self.depth += 1
        return drawn

    def value(self, annotation: Any, field: str = "") -> Any:
        """Draw something that an annotation allows."""
        kinds = [branch for branch in branches(annotation) if branch is not NoneType]
        chosen = self.random.choice(kinds)
        origin, args = get_origin(chosen), get_args(chosen)
        if origin is Literal:
            return self.random.choice(args)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {name: self.value(args[1]) for name in self.keys()}
        if origin in {tuple, list}:
            return self.items(args[0])
        if isinstance(chosen, type) and issubclass(chosen, BaseModel):
            return self.record(chosen)
        return self.scalar(chosen, field)

    def scalar(self, kind: Any, field: str) -> Any:
        """Draw text, a number, true or false; anything where anything may stand."""
        if kind is bool:
            return self.random.random() < 0.5
        if kind is int:
            return self.random.randint(0, 10**9)
        if kind is float:
            return self.number()
        if kind is str:
            return self.random.choice(TEXTS if field == "source" else NAMES)
        drawn = [self.number(), True, None, *NAMES, [1, "a", None], {"a": [1], "b": {"c": "1"}}]
        return self.random.choice(drawn)

    def keys(self) -> list[str]:
        """Draw the names of a mapping: none, periods, some or all, or any."""
        if self.depth <= 0:
            return []
        pool = self.random.choice((PERIODS, NAMES, NAMES))
        return self.random.sample(pool, self.random.randint(0, 4))

    def items(self, annotation: Any) -> list[Any]:
        """Draw a list: records of different names, else anything."""
        models = [b for b in branches(annotation) if isinstance(b, type) and hasattr(b, "fields")]
        count = self.random.choice((0, 1, 2, 4, 4)) if self.depth > 0 else 1
        drawn = [self.value(annotation) for _ in range(count)]
        if not models and all(isinstance(item, dict) and "name" in item for item in drawn):
            names = self.random.sample(NAMES, count)
            drawn = [item | {"name": name} for item, name in zip(drawn, names, strict=True)]
        return drawn

    def number(self) -> float:
        """Draw a number, of either sign."""
        value = self.random.choice(NUMBERS)
        return -value if self.random.random() < 0.2 else value
