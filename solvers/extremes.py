"""Numbers that follow from an instance and are none that the solver takes: what they are of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from gridblock.instances.faults import Fault, InstanceError, dotted
from gridblock.solvers.matrix import INFINITE, LARGEST, SMALLEST
from gridblock.solvers.outcome import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gridblock.instances.faults import Path
    from gridblock.solvers.change import Flags
    from gridblock.solvers.matrix import Matrix


class ExtremeError(ModelError, InstanceError):
    """A number of the model is too large or too small for the solver; the fault says of what."""


def refuse_extremes(
    matrix: Matrix, columns: Sequence[Any], rows: Sequence[Any], model: Any
) -> None:
    """Refuse a matrix with a number that the solver would drop or take for infinite.

    Args:
        matrix: what is to be solved.
        columns: the variable of each column.
        rows: the constraint of each row.
        model: what it was compiled from.

    Raises:
        ExtremeError: naming the first number of that kind.
    """
    size = np.abs(matrix.scaled_values())
    at = _first(((size <= SMALLEST) & (size > 0)) | ((size >= LARGEST) & np.isfinite(size)))
    if at is not None:
        row = rows[int(np.searchsorted(matrix.start, at, side="right")) - 1]
        of = (columns[matrix.index[at]], row)
        raise _error(matrix.value[at], (SMALLEST, LARGEST), of, model)
    of_columns = ((numbers, columns) for numbers in (matrix.cost, matrix.lower, matrix.upper))
    of_rows = ((numbers, rows) for numbers in (matrix.row_lower, matrix.row_upper))
    for numbers, owners in (*of_columns, *of_rows):
        at = _first((np.abs(numbers) >= INFINITE) & np.isfinite(numbers))
        if at is not None:
            raise _error(numbers[at], (0.0, INFINITE), (owners[at],), model)


def _first(bad: Flags) -> int | None:
    return int(np.argmax(bad)) if bad.any() else None


def _error(
    number: float, taken: tuple[float, float], owners: Sequence[Any], model: Any
) -> ExtremeError:
    """Say what a number is of, and which of the instance's numbers stands out there."""
    large = abs(number) >= taken[1]
    most, unit = ("largest", "a larger unit") if large else ("smallest", "a smaller unit, or 0")
    limit = f"below {taken[1]:g}" if large else f"above {taken[0]:g}"
    size = f"{abs(number):.6g}"
    of = " in ".join(owner.name for owner in owners)
    said = f"the model has the number {size} ({of}), and the solver takes numbers {limit}"
    names = {str(part) for owner in owners for part in _parts(owner.index())}
    facts = getattr(model, "facts", None)
    given = {} if facts is None else facts.instance.plain()
    numbers = [*_numbers(given, (), names, about=False)]
    if numbers:
        path, value = (max if large else min)(numbers, key=lambda each: abs(each[1]))
        said = f"{said}; the {most} given there is {dotted(path)}, {value:g}"
    return ExtremeError([Fault((), f"{said}; choose {unit}")])


def _parts(index: Any) -> tuple[Any, ...]:
    return index if isinstance(index, tuple) else (index,)


def _numbers(
    data: Any, path: Path, names: set[str], *, about: bool
) -> Iterator[tuple[Path, float]]:
    """Give the numbers other than 0 of what is called one of some names, with their paths."""
    if isinstance(data, dict):
        about = about or str(data.get("name")) in names
        for key, value in data.items():
            yield from _numbers(value, (*path, key), names, about=about or key in names)
    elif isinstance(data, list | tuple):
        for at, value in enumerate(data):
            yield from _numbers(value, (*path, at), names, about=about)
    elif about and data and isinstance(data, int | float) and not isinstance(data, bool):
        yield path, data
