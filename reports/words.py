"""Numbers and names as a reader sees them: few digits, large units, nothing that does not print."""

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from gridblock.instances.faults import shown

GLUE: Final = "\N{NO-BREAK SPACE}"
"""Stands where a line must not break: between a number and its unit."""
SCALES: Final = ((1e12, 1e12, "tn"), (1e9, 1e9, "bn"), (1e7, 1e6, "m"))
"""From which size on money is written in what, and its short name."""
COLUMN_SCALES: Final = ((1e12, "billion", 1e9), (1e7, "million", 1e6))
"""From which size on the money of a column is counted in what."""


class Scale(NamedTuple):
    """How the money of a column is counted: in what, how large that is, with how many decimals."""

    name: str
    size: float
    decimals: int

    def of(self, currency: str) -> str:
        """Name the unit: ``USD million``."""
        return f"{currency} {self.name}".rstrip()

    def write(self, value: float) -> str:
        """Write an amount; what would round to nothing is called less than the last digit."""
        text = f"{value / self.size:,.{self.decimals}f}"
        if value and not text.strip("-0.,"):
            least = f"{10.0**-self.decimals:.{self.decimals}f}"
            return f"<{least}" if value > 0 else f">-{least}"
        return text


def scale_for(largest: float) -> Scale:
    """Choose how to count the money of a column, by its largest size: four digits or more of it."""
    for least, name, size in COLUMN_SCALES:
        if largest >= least:
            return Scale(name, size, sum(largest / size < limit for limit in (100, 1000)))
    return Scale("", 1.0, 0 if largest >= 100 else 2)


def printable(text: str) -> str:
    r"""Give text on one line that is safe to show; what does not print becomes ``\x1b``."""
    return shown(text.replace(GLUE, " "), 400)


def number(value: float, digits: int = 3) -> str:
    """Write a number with so many significant digits at least: 219,904 or 12.4 or 0.00123."""
    if value == 0:
        return "0"
    size = abs(float(f"{value:.{digits}g}"))
    decimals = 0
    while size < 10 ** (digits - 1 - decimals) and decimals < 12:
        decimals += 1
    text = f"{value:,.{decimals}f}"
    text = text.rstrip("0").rstrip(".") if decimals else text
    return "0" if text == "-0" else text


def aligned(values: Iterable[float], most: int = 3) -> Callable[[float], str]:
    """Give what writes the numbers of a column, all with as many decimals as the largest bears.

    That is one below 10,000, two below 100, three below 10, and no more than any of them needs.
    """
    known = [value for value in values if value]
    largest = max(map(abs, known), default=1.0)
    bearable = sum(largest < limit for limit in (10_000, 100, 10)[:most])
    needed = max((_decimals(value, bearable) for value in known), default=0)
    return lambda value: f"{value:,.{needed}f}"


def _decimals(value: float, most: int) -> int:
    """Count the decimals that a number has when it is written with a few."""
    return len(f"{value:.{most}f}".partition(".")[2].rstrip("0"))


def money(value: float, currency: str, digits: int = 3) -> str:
    """Write ``USD 12.4 bn``, ``USD 1,820,000`` or ``USD -31.0 m``."""
    rounded = abs(float(f"{value:.{digits}g}"))
    for least, scale, name in SCALES:
        if rounded >= least:
            return f"{currency}{GLUE}{_fixed(value / scale, digits)}{GLUE}{name}"
    return f"{currency}{GLUE}{number(value, max(digits, 3))}"


def _fixed(value: float, digits: int) -> str:
    """Write a number with exactly so many significant digits: 12.0, 601."""
    whole = len(f"{abs(float(f'{value:.{digits}g}')):.0f}")
    return f"{value:,.{max(0, digits - whole)}f}"


def told_apart(a: float, b: float, currency: str) -> tuple[str, str]:
    """Write two amounts of money with as many digits as show that they differ."""
    for digits in (3, 4, 5, 6, 8):
        pair = money(a, currency, digits), money(b, currency, digits)
        if pair[0] != pair[1]:
            break
    return pair


def percent(share: float) -> str:
    """Write a share to 0.1 %; what is not 0 or all is never written as if it were."""
    if 0 < share < 0.0005:
        return f"<0.1{GLUE}%"
    if 0.9995 < share < 1:
        return f">99.9{GLUE}%"
    return f"{100 * share:.1f}".removesuffix(".0") + f"{GLUE}%"


def whole_percent(share: float) -> str:
    """Write a share in whole percent without the sign, nothing for 0."""
    if share <= 0:
        return ""
    if share < 0.005:
        return "<1"
    return ">99" if 0.995 <= share < 1 else f"{100 * share:.0f}"


def in_percent(share: float) -> str:
    """Write a share in whole percent with the sign."""
    return f"{whole_percent(share) or 0}{GLUE}%"


def gap_percent(gap: float) -> str:
    """Write a relative gap with two digits: 3.2 %, 0.054 %."""
    if gap <= 0:
        return f"0{GLUE}%"
    return f"<0.001{GLUE}%" if gap < 1e-5 else f"{number(100 * gap, 2)}{GLUE}%"


def at_most(gap: float) -> str:
    """Write a bound on a relative gap in words: at most 3.2 %, under 0.001 %."""
    said = gap_percent(gap)
    return f"under {said[1:]}" if said.startswith("<") else f"at most {said}"


ALIKE: Final = "Tiers are not kept here: all demands count alike."
"""What is said where demands of several tiers are not planned one tier after the other."""


def plural(count: int, noun: str) -> str:
    """Write ``1 facility``, ``8 quarters``, ``219,904 blocks``."""
    if count == 1:
        return f"1 {noun}"
    many = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {many}"


def and_more(count: int, table: str) -> str:
    """Say how many rows are left out, and where they are; nothing where none is."""
    return f"and {count:,} more: see tables/{table}.csv" if count > 0 else ""
