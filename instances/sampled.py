"""Data with thousands of faults: the first of a sample, found in a moment.

pydantic keeps every fault of a document, with what holds it: a file of 1 MB can make a million of
them, a gigabyte in all. Where there are that many, entries spread over each list and mapping show
what is wrong as well.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ValidationError

from gridblock.instances.faults import Fault, from_pydantic, trace
from gridblock.instances.scalars import MOST_FAULTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pydantic_core import ErrorDetails

    from gridblock.instances.faults import Path

MANY: Final = 5_000
"""With more faults than this a sample is looked at first."""
KEPT: Final = 300
KEPT_INSIDE: Final = 30
"""How many entries of a container are kept, near the top and deeper."""
NEAR_THE_TOP: Final = 2
OF_SEVERAL: Final = {"value_error", "assertion_error"}
"""Faults of several fields together, which leaving out entries can make."""
OF_WHAT_IS_NOT_THERE: Final = {"missing", "too_short"}


@dataclass
class Sample:
    """A part of some data.

    Attributes:
        data: what was kept.
        positions: by the path of a list of it, where each entry stood before.
        cut: the paths of what has fewer entries than before.
    """

    data: Any = None
    positions: dict[Path, Sequence[int]] = field(default_factory=dict)
    cut: set[Path] = field(default_factory=set)

    def kept(self, value: Any, path: Path = ()) -> Any:
        """Give a value with entries spread over it."""
        most = KEPT if len(path) < NEAR_THE_TOP else KEPT_INSIDE
        if isinstance(value, (dict, list)) and len(value) > most:
            self.cut.add(path)
        if isinstance(value, dict):
            names = list(value)
            chosen = [names[i] for i in spread(len(names), most)]
            return {name: self.kept(value[name], (*path, name)) for name in chosen}
        if isinstance(value, list):
            self.positions[path] = spread(len(value), most)
            return [self.kept(value[at], (*path, i)) for i, at in enumerate(self.positions[path])]
        return value

    def path_of(self, path: Path) -> Path:
        """Give the path that something in the sample has in the data."""
        found: list[str | int] = []
        for i, part in enumerate(path):
            held = self.positions.get(path[:i])
            found.append(held[part] if isinstance(part, int) and held else part)
        return tuple(found)


def spread(count: int, most: int) -> Sequence[int]:
    """Give positions from first to last, all of them or so many."""
    return range(count) if count <= most else [i * (count - 1) // (most - 1) for i in range(most)]


def faults_of_many(data: dict[str, Any], model: type[BaseModel]) -> list[Fault]:
    """Give a hundred faults of data that has thousands; none where a sample does not show them."""
    sample = Sample()
    sample.data = sample.kept(data)
    try:
        model.model_validate(sample.data)
    except ValidationError as few:
        return _faults(few, sample, model)
    except ValueError:
        pass
    return []


def _faults(error: ValidationError, sample: Sample, model: type[BaseModel]) -> list[Fault]:
    """Give the faults of entries that are faulty by themselves."""
    wrong = {
        trace(detail, sample.data)[0]
        for detail in error.errors(include_url=False)
        if _is_of_an_entry(detail, sample)
    }
    faults = []
    for fault in from_pydantic(error, sample.data, model, most=3 * MOST_FAULTS):
        if fault.path in wrong:
            faults.append(Fault(sample.path_of(fault.path), fault.message))
    return faults[:MOST_FAULTS]


def _is_of_an_entry(detail: ErrorDetails, sample: Sample) -> bool:
    """Tell whether a fault is there without the entries left out, and is no number with a unit."""
    if detail["type"] in OF_SEVERAL:
        return False
    if detail["type"] in OF_WHAT_IS_NOT_THERE:
        path = trace(detail, sample.data)[0]
        return path not in sample.cut and path[:-1] not in sample.cut
    is_text = detail["type"] in {"float_type", "int_type"} and isinstance(detail["input"], str)
    return not is_text
