"""The words of units: what may stand after a number, and what Pint calls it.

Only these are known. Pint knows many more, of which some are traps here: `b` is a barn to it, `bit`
a pure number like `%`, `mW` a thousandth of a watt, a `year` 365.25 days, `°C` has an offset.
"""

from fractions import Fraction
from typing import Final, NamedTuple


class Word(NamedTuple):
    """A word of a unit.

    Attributes:
        pint: what Pint calls it; nothing for a factor.
        kind: what it counts.
        scale: how many of Pint's it is.
    """

    pint: str
    kind: str
    scale: Fraction = Fraction(1)


OWN: Final = {
    **{f"{word}s": word for word in ("block", "lot", "period", "accelerator", "unit")},
    **dict.fromkeys(("chip", "chips", "GPU", "GPUs"), "accelerator"),
    **{word: word for word in ("block", "lot", "period", "accelerator", "unit")},
    **dict.fromkeys(("a", "y", "yr", "year", "years"), "year"),
    **{f"{word}{s}": word for word in ("quarter", "month") for s in ("", "s")},
}
"""What is counted one by one, by the words for it."""
COUNTED: Final = (*dict.fromkeys(OWN.values()), "resource")
"""What may be left out after a number."""
DEFINITIONS: Final = (
    *(f"own_{each} = [{each}]" for each in (*COUNTED, "money", "share", "angle", "apparent")),
    "own_percent = own_share / 100",
    "own_bit = [data]",
    "own_byte = 8 * own_bit",
)
"""What Pint does not know, or takes for pure numbers."""

PREFIXES: Final = {"": "", "k": "kilo", "M": "mega", "G": "giga", "T": "tera", "P": "peta"}
BINARY: Final = {"Ki": "kibi", "Mi": "mebi", "Gi": "gibi", "Ti": "tebi"}
PREFIXED: Final = (
    (("W",), "watt", "power"),
    (("Wh",), "watt_hour", "energy"),
    (("J",), "joule", "energy"),
    (("VA",), "own_apparent", "apparent power"),
    (("bit", "bits", "b"), "own_bit", "amount of data"),
    (("B", "byte", "bytes"), "own_byte", "amount of data"),
    (("bps",), "own_bit / second", "data rate"),
    (("Bps",), "own_byte / second", "data rate"),
)
"""Units that may have a prefix."""
PLAIN: Final = (
    (("us", "\N{GREEK SMALL LETTER MU}s"), "microsecond", "time"),
    (("ms",), "millisecond", "time"),
    (("s", "sec", "second", "seconds"), "second", "time"),
    (("min", "minute", "minutes"), "minute", "time"),
    (("h", "hr", "hrs", "hour", "hours"), "hour", "time"),
    (("d", "day", "days"), "day", "time"),
    (("week", "weeks"), "week", "time"),
    (("g",), "gram", "mass"),
    (("kg",), "kilogram", "mass"),
    (("t", "tonne", "tonnes"), "tonne", "mass"),
    (("kt",), "kilotonne", "mass"),
    (("Mt",), "megatonne", "mass"),
    (("lb", "lbs"), "pound", "mass"),
    (("TR", "RT"), "refrigeration_ton", "power"),
    (("m",), "meter", "length"),
    (("km",), "kilometer", "length"),
    (("m2",), "meter ** 2", "area"),
    (("ft2", "sqft"), "foot ** 2", "area"),
    (("m3",), "meter ** 3", "volume"),
    (("l", "L"), "liter", "volume"),
    (("ML",), "megaliter", "volume"),
    (("%", "percent"), "own_percent", "share"),
    (("\N{DEGREE SIGN}", "deg", "degree", "degrees"), "own_angle", "angle"),
)


def _known() -> dict[str, Word]:
    known = {word: Word(f"own_{each}", each) for word, each in OWN.items()}
    known |= {word: Word(pint, kind) for words, pint, kind in PLAIN for word in words}
    for words, pint, kind in PREFIXED:
        binary = BINARY if "byte" in pint or pint == "own_bit" else {}
        for short, long in (PREFIXES | binary).items():
            known |= {short + word: Word(long + pint, kind) for word in words}
    return known


WORDS: Final = _known()
"""Every word, but for what only an instance knows."""
IN_NAMES: Final = {
    word.lower(): word
    for word in (
        *(f"{prefix}{unit}" for prefix in "kMG" for unit in ("W", "Wh", "bps")),
        *("Tbps", "kg", "t", "lb", "m2", "ft2", "m3", "l", "ms", "s", "min", "h", "day"),
    )
}
"""Units at the end of names of resources, which are written small: `power_kw`."""

FACTORS: Final = {
    **dict.fromkeys(("k", "thousand"), 10**3),
    **dict.fromkeys(("M", "mn", "mio", "million"), 10**6),
    **dict.fromkeys(("bn", "billion"), 10**9),
    **dict.fromkeys(("tn", "trillion"), 10**12),
}
"""Factors of money and of what is counted: `1.2 bn USD`, `3 M tokens/s`."""
ON_MONEY: Final = {"": 1, "k": 10**3, "M": 10**6, "mn": 10**6, "bn": 10**9}
"""Factors written before a currency in one word: `kUSD`."""
_CODES: Final = """
AED ARS AUD BGN BRL CAD CHF CLP CNY COP CZK DKK EGP EUR GBP HKD HUF IDR ILS INR ISK JPY KRW KWD KZT
MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD SAR SEK SGD THB TRY TWD UAH USD UYU VND ZAR
"""
CURRENCIES: Final = frozenset(_CODES.split())
SIGNS: Final = {
    "$": ("USD",),
    "\N{EURO SIGN}": ("EUR",),
    "\N{POUND SIGN}": ("GBP",),
    "\N{YEN SIGN}": ("JPY", "CNY"),
}
"""What the signs of currencies stand for."""
CENTS: Final = ("ct", "cent", "cents", "\N{CENT SIGN}")
WITH_CENTS: Final = frozenset(("AUD", "CAD", "EUR", "NZD", "SGD", "USD"))
