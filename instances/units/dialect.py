"""What words mean in one instance: its currency, a demand's unit, a resource, a period."""

import re
from fractions import Fraction
from typing import Final, NamedTuple

from gridblock.instances.units.words import (
    CENTS,
    COUNTED,
    CURRENCIES,
    IN_NAMES,
    ON_MONEY,
    OWN,
    SIGNS,
    WITH_CENTS,
    Word,
)
from gridblock.instances.units.written import tidy

_MONEY: Final = re.compile(rf"({'|'.join(ON_MONEY)})([A-Z]{{3}})")
MONEY: Final = Word("own_money", "money")
UNIT: Final = Word("own_unit", "unit")
PERIOD: Final = Word("own_period", "period")
SHARE: Final = Word("own_share", "share")


class Dialect(NamedTuple):
    """What an instance says about words, at one field.

    Attributes:
        currency: that of the instance.
        unit: that of the demand.
        span: what a period is: month, quarter, year, or nothing.
        resource: the name of the resource.
        measure: the unit of what the limit counts.
    """

    currency: str = "USD"
    unit: str = "units"
    span: str = ""
    resource: str = ""
    measure: str = ""

    def words(self) -> dict[str, Word]:
        """Give the words that a writer may use besides those that are always known."""
        known = {self.span + s: PERIOD for s in ("", "s") if self.span}
        if self.resource and not unit_in_name(self.resource):
            known[tidy(self.resource)] = Word("own_resource", self.resource)
        known |= self._money()
        own = tidy(self.unit)
        several = (own.removesuffix("s"), f"{own}s") if re.fullmatch(r"\w+", own) else ()
        return known | dict.fromkeys((own, *several), UNIT)

    def placeholders(self) -> dict[str, Word | str]:
        """Give what stands for something else in the unit of a field: a word, or a unit."""
        named = unit_in_name(self.resource) or Word("own_resource", self.resource)
        measure = self.measure if self.measure else MONEY
        known = {self.span: PERIOD} if self.span else {}
        return {**known, "money": MONEY, "share": SHARE, "resource": named, "measure": measure}

    def shown(self, text: str) -> str:
        """Write the unit of a field with what its words stand for here."""
        one = self.unit.removesuffix("s") if self.unit == "units" else self.unit
        said = {
            "money": self.currency,
            "resource": unit_in_name(self.resource) or self.resource,
            "measure": self.measure or self.currency,
            "unit": f"({one})" if re.search(r"[/ ]", one) else one,
            "units": self.unit,
        }
        return re.sub(r"\w+", lambda found: said.get(found[0], found[0]), text)

    def foreign(self, word: str) -> str:
        """Give the currency that a word stands for, if it is another one; else nothing."""
        found = _MONEY.fullmatch(word)
        return word if word in SIGNS or (found and found[2] in CURRENCIES) else ""

    def _money(self) -> dict[str, Word]:
        found = _MONEY.fullmatch(self.currency)
        many, base = found.groups() if found and found[2] in CURRENCIES else ("", self.currency)
        one = Fraction(1, ON_MONEY[many])
        known = {many + base: MONEY._replace(scale=one * n) for many, n in ON_MONEY.items()}
        signs = [sign for sign, currencies in SIGNS.items() if base in currencies]
        cents = CENTS if base in WITH_CENTS else ()
        known |= dict.fromkeys(signs, MONEY._replace(scale=one))
        return known | dict.fromkeys(cents, MONEY._replace(scale=one / 100))


def unit_in_name(resource: str) -> str:
    """Give the unit that the name of a resource ends in: kW of `power_kw`; nothing if in none."""
    above, _, below = resource.partition("_per_")
    word = above.rpartition("_")[2]
    if word not in IN_NAMES or (below and below not in {*IN_NAMES, *OWN}):
        return ""
    return IN_NAMES[word] + (f"/{IN_NAMES.get(below, below)}" if below else "")


def is_count(word: Word) -> bool:
    """Say whether a word counts things one by one."""
    return word.pint.removeprefix("own_") in COUNTED
