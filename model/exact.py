"""Numbers as they are written: the decimal, not the nearest binary fraction."""

from fractions import Fraction
from functools import lru_cache


@lru_cache(maxsize=2**16, typed=True)
def exact(value: float) -> Fraction:
    """Give the decimal that a number is written as, exactly.

    The shortest text that reads back as the same float is the decimal that a file held, up to 15
    digits.
    """
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))


def difference(a: float, b: float) -> float:
    """Give ``a - b`` of numbers as they are written, rounded once.

    What is left where they nearly cancel has all its digits.
    """
    return float(exact(a) - exact(b))
