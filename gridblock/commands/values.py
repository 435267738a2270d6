"""How the values of options are written: shares, whole numbers, times, pairs."""

import math
import re
from collections.abc import Sequence
from typing import Final

import typer

SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600}
TOGETHER: Final = re.compile(r"([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?", re.ASCII)
"""How a time is written in several units, the largest first."""


def share(text: str | float) -> float:
    """Read a share: ``0.1%`` or ``0.001``."""
    number, percent = re.fullmatch(r"(.*?)(\s*%)?", str(text).strip(), re.DOTALL).groups()  # type: ignore[union-attr]
    value = _finite(number) / (100 if percent else 1)
    if not 0 <= value <= 1:
        message = f"{text!r} is no share from 0 to 1; write 0.1% or 0.001"
        raise typer.BadParameter(message)
    return value


def whole(text: str | int) -> int:
    """Read a whole number from 0 on, as large as the solver takes it."""
    number = int(text) if re.fullmatch(r"[0-9]{1,10}", str(text).strip(), re.ASCII) else -1
    if not 0 <= number < 2**31:
        message = f"{text!r} is no whole number from 0 to {2**31 - 1}"
        raise typer.BadParameter(message)
    return number


def seconds(text: str | float) -> float:
    """Read a time: ``60``, ``90s``, ``10m``, ``1h`` or ``1h30m``."""
    written = str(text).strip()
    if written and TOGETHER.fullmatch(written):
        parts = re.findall(r"([0-9]+)([hms])", written)
        return float(sum(int(number) * SECONDS[unit] for number, unit in parts))
    number, unit = re.fullmatch(r"(.*?)\s*([smh]?)", written, re.DOTALL).groups()  # type: ignore[union-attr]
    value = _finite(number) * SECONDS[unit]
    if value < 0:
        message = f"{text!r} is below 0; write 60 (seconds), 90s, 10m or 1h30m"
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
