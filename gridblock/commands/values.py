"""How the values of options are written: shares, whole numbers, times, pairs."""

import math
import re
from collections.abc import Sequence
from typing import Final

import typer

NUMBER: Final = r"((?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?)"
TIME: Final = re.compile(
    rf"(?:{NUMBER}\s*h)?\s*(?:{NUMBER}\s*m)?\s*(?:{NUMBER}\s*s)?|{NUMBER}", re.ASCII
)
"""How a time is written: in units, the largest first, or in seconds."""


def share(text: str | float) -> float:
    """Read a share: ``0.1%`` or ``0.001``."""
    number, percent = re.fullmatch(r"(.*?)(\s*%)?", str(text).strip(), re.DOTALL).groups()  # type: ignore[union-attr]
    value = _finite(number) / (100 if percent else 1)
    if not 0 <= value <= 1:
        message = f"{text!r} is no share from 0 to 1; write 0.1% or 0.001"
        raise typer.BadParameter(message)
    return value


def whole(text: str | int, least: int = 0) -> int:
    """Read a whole number, by default from 0 on, as large as the solver takes it."""
    number = int(text) if re.fullmatch(r"[0-9]{1,10}", str(text).strip(), re.ASCII) else -1
    if not least <= number < 2**31:
        message = f"{text!r} is no whole number from {least} to {2**31 - 1}"
        raise typer.BadParameter(message)
    return number


def count(text: str | int) -> int:
    """Read how many of something, at least one."""
    return whole(text, 1)


def seconds(text: str | float) -> float:
    """Read a time: ``60``, ``90s``, ``10m``, ``1.5h`` or ``1h30m``."""
    written = TIME.fullmatch(str(text).strip())
    parts = written.groups() if written else ()
    units = zip(parts, (3600, 60, 1, 1), strict=False)
    value = sum(float(number) * unit for number, unit in units if number)
    if not any(parts) or not math.isfinite(value):
        message = f"{text!r} is no time; write 60 (seconds), 90s, 10m or 1h30m"
        raise typer.BadParameter(message)
    return value


def _finite(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or "_" in text:
        message = f"{text!r} is not a number"
        raise typer.BadParameter(message)
    return value


def pairs(items: Sequence[str], option: str) -> dict[str, str]:
    """Split ``name=value`` items of an option that may be given many times.

    Raises:
        typer.BadParameter: an item has no ``=`` or no name.
    """
    split = [item.partition("=") for item in items]
    for item, (name, equals, _) in zip(items, split, strict=True):
        if not (name.strip() and equals):
            message = f"{item!r} must be name=value"
            raise typer.BadParameter(message, param_hint=f"'{option}'")
    return {name.strip(): value.strip() for name, _, value in split}
