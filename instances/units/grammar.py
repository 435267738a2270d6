"""The grammar of units: known words with strokes, products and brackets between them.

    unit   part {("/" | "*" | "·" | blank) part}       from left to right
    part   word {"-" word} | "(" unit ")"

Nothing is evaluated: there are no powers, sums or numbers.
"""

import re
from fractions import Fraction
from functools import lru_cache
from typing import Final, NamedTuple, NoReturn

from gridblock.instances.faults import did_you_mean, quoted
from gridblock.instances.units.dialect import Dialect, is_count
from gridblock.instances.units.words import FACTORS, WORDS, Word
from gridblock.instances.units.written import UnitError

_WORD: Final = re.compile(r"[^\W\d_]\w*|[^\w\s()/*\u00b7-]")
_BETWEEN: Final = "/*\u00b7 "
SHORT: Final = 3
"""Words of so few letters are near to many others."""


class Term(NamedTuple):
    """A word, with 1 above the stroke and -1 below it."""

    word: Word
    power: int


Terms = tuple[Term, ...]


@lru_cache(maxsize=4096)
def given(text: str, dialect: Dialect) -> Terms:
    """Read a unit that stands after a number.

    Args:
        text: the unit, tidy.
        dialect: what the instance says about words.

    Raises:
        UnitError: it is none that is known.
    """
    return _Reader(text, dialect, {**dialect.words()}).all()


@lru_cache(maxsize=4096)
def wanted(text: str, dialect: Dialect) -> Terms:
    """Read the unit of a field."""
    return _Reader(text, dialect, dialect.placeholders()).all()


def phrase(terms: Terms) -> str:
    """Say what a unit counts: a power, money per energy, a number of blocks."""
    above = [term.word.kind for term in terms if term.power > 0 and term.word.kind]
    below = [term.word.kind for term in terms if term.power < 0]
    if below or len(above) != 1:
        return " times ".join(above) + (f" per {' and '.join(below)}" if below else "")
    (kind,) = above
    if is_count(terms[-1].word):
        return f"a number of {kind.removesuffix('s')}s"
    return kind if kind == "money" else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"


class _Reader:
    """Takes the words of a unit one after the other."""

    def __init__(self, text: str, dialect: Dialect, local: dict[str, Word | str]) -> None:
        self.rest = text
        self.dialect = dialect
        self.local = local
        self.known = [*local, *WORDS]
        self.longest_first = sorted(filter(None, local), key=len, reverse=True)

    def all(self) -> Terms:
        """Read the whole unit, with the factor that may stand before it."""
        first, _, rest = self.rest.partition(" ")
        factor = FACTORS[first] if rest and first in FACTORS and not self._literal() else 1
        self.rest = rest if factor != 1 else self.rest
        read = self._unit()
        if self.rest:
            self._refuse(self.rest)
        if factor == 1:
            return read
        if read[0].power < 0 or not (is_count(read[0].word) or read[0].word.kind == "money"):
            self._refuse(first)
        return (Term(Word("", "", Fraction(factor)), 1), *read)

    def _unit(self) -> Terms:
        read = self._part()
        while self.rest and self.rest[0] in _BETWEEN:
            power = -1 if self.rest[0] == "/" else 1
            self.rest = self.rest[1:]
            read += tuple(Term(word, power * each) for word, each in self._part())
        return read

    def _part(self) -> Terms:
        if self.rest.startswith("("):
            self.rest = self.rest[1:]
            inner = self._unit()
            if not self.rest.startswith(")"):
                self._refuse(self.rest or "(")
            self.rest = self.rest[1:]
            return inner
        read = self._word()
        while self.rest.startswith("-"):
            self.rest = self.rest[1:]
            read += self._word()
        return read

    def _word(self) -> Terms:
        """Take a word: one of the instance, or else one that is always known."""
        found = _WORD.match(self.rest)
        word = self._literal() or (found[0] if found else "")
        meant = self.local.get(word) or WORDS.get(word)
        if meant is None:
            self._refuse(word or self.rest)
        self.rest = self.rest[len(word) :]
        return wanted(meant, self.dialect) if isinstance(meant, str) else (Term(meant, 1),)

    def _literal(self) -> str:
        """Find the longest word of the instance that the rest begins with."""
        for word in self.longest_first:
            if self.rest.startswith(word) and not _goes_on(self.rest, len(word)):
                return word
        return ""

    def _refuse(self, word: str) -> NoReturn:
        other, currency = self.dialect.foreign(word), self.dialect.currency
        if other:
            message = f"is in {other}, and no rates of exchange to {currency} are known"
        elif word in FACTORS:
            message = f"has {quoted(word)} where a unit must stand"
        elif not re.match(r"\w", word):
            message = "has a unit that cannot be read"
        else:
            same = [k for k in self.known if k.casefold() == word.casefold() and len(k) > 1]
            near = did_you_mean(word, same or (self.known if len(word) > SHORT else ()))
            message = f"has the unit {quoted(word)}, which is not known{near}"
        raise UnitError(message)


def _goes_on(text: str, end: int) -> bool:
    """Say whether a word goes on behind a place."""
    return re.match(r"\w\w", text[end - 1 : end + 1]) is not None
