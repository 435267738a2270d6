"""HiGHS's options: every name known, every value taken, or refused in words."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import highspy

from gridblock.solvers.outcome import Option, OptionError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gridblock.solvers.outcome import Settings

OURS = {
    "log_file": "log",
    "log_to_console": "log",
    "mip_rel_gap": "gap",
    "output_flag": "log",
    "presolve": "presolve",
    "random_seed": "seed",
    "solve_relaxation": "relaxation",
    "solver": "algorithm",
    "threads": "threads",
    "time_limit": "time_limit",
}


def set_options(highs: Any, settings: Settings, *, logs: bool) -> None:
    """Set the options that settings ask for, all others being at their default.

    Args:
        highs: the HiGHS object.
        settings: what to ask for.
        logs: whether HiGHS should write its log.

    Raises:
        OptionError: if an option is unknown or refused.
    """
    ours: dict[str, Option] = {
        "output_flag": logs,
        "log_to_console": False,
        "mip_abs_gap": 0.0,
        "mip_rel_gap": settings.gap,
        "threads": settings.threads,
        "random_seed": settings.seed,
        "presolve": settings.presolve,
        "solver": settings.algorithm,
        "solve_relaxation": settings.relaxation,
    }
    if settings.time_limit is not None:
        ours["time_limit"] = float(settings.time_limit)
    for name, value in ours.items():
        _set_option(highs, name, value)
    for name, value in settings.options.items():
        if name in OURS:
            message = f"solver option {name}: set {OURS[name]} instead"
            raise OptionError(message)
        _set_option(highs, name, value)


def option_names() -> Iterator[str]:
    """Return the names of all options of HiGHS."""
    return (name for name in dir(highspy.HighsOptions) if not name.startswith("_"))


def _set_option(highs: Any, name: str, value: Option) -> None:
    """Set one option, in the type that HiGHS wants."""
    status, kind = highs.getOptionType(name)
    if status != highspy.HighsStatus.kOk:
        near = difflib.get_close_matches(name, list(option_names()), n=3)
        hint = f"; did you mean {', '.join(near)}?" if near else ""
        message = f"HiGHS knows no option {name}{hint}"
        raise OptionError(message)
    refused = f"HiGHS refuses {value!r} for the option {name}"
    try:
        coerced = COERCIONS[int(kind)](value)
    except ValueError as error:
        raise OptionError(refused) from error
    if highs.setOptionValue(name, coerced) != highspy.HighsStatus.kOk:
        raise OptionError(refused)


def _flag(value: Option) -> bool:
    words = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
    if isinstance(value, bool):
        return value
    if str(value).lower() not in words:
        raise ValueError(value)
    return words[str(value).lower()]


def _whole(value: Option) -> int:
    if isinstance(value, bool) or float(value) != int(float(value)):
        raise ValueError(value)
    return int(float(value))


def _text(value: Option) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


COERCIONS: dict[int, Callable[[Option], Option]] = {
    int(highspy.HighsOptionType.kBool): _flag,
    int(highspy.HighsOptionType.kInt): _whole,
    int(highspy.HighsOptionType.kDouble): float,
    int(highspy.HighsOptionType.kString): _text,
}
