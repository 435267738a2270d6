"""Statistics of a plan: its costs, energy and carbon, grouped by whatever they are kept by."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from gridblock.instances.instance import Instance
from gridblock.model.account import Account, Entry

if TYPE_CHECKING:
    import pandas as pd

NONE: Final = ""
"""Stands where an entry has nothing of a kind: standing costs have no block."""
ITEMS: Final = {
    "serving": "demand",
    "unmet": "demand",
    "network": "link",
    "penalty": "limit",
}
"""What an entry of a category is for; all others are for a block type."""
KEYS: Final = (
    "category",
    "facility",
    "period",
    "due",
    "block",
    "demand",
    "link",
    "limit",
    "option",
)
"""What costs can be grouped by."""
OF_ENERGY: Final = ("facility", "block", "period")
"""What energy and carbon can be grouped by."""
VALUES: Final = ("present_value", "paid")


@dataclass(frozen=True)
class Stats:
    """Statistics of one plan.

    Attributes:
        instance: what is given.
        account: what follows from what is decided.
    """

    instance: Instance
    account: Account

    def cost(
        self,
        groupby: str | Sequence[str] = "category",
        *,
        value: str = "present_value",
        exact: bool = False,
    ) -> "pd.Series":
        """Sum costs.

        Args:
            groupby: one or several of category, facility, period, due, block, demand, link, limit
                and option.
            value: ``present_value``, or ``paid`` for what is paid, not discounted.
            exact: whether to give rational numbers, which add up exactly, instead of floats.

        Returns:
            Money by group, in the instance's currency; an empty name where a cost has none.

        Raises:
            ValueError: a group or value is not one of those.
        """
        keys = _known(groupby, KEYS, "group costs by")
        _known(value, VALUES, "give")

        def group(entry: Entry) -> tuple[str, ...]:
            return tuple(_part(entry, key) for key in keys)

        ledger = self.account.ledger
        sums = ledger.value_by(group) if value == "present_value" else ledger.paid_by(group)
        return self._series(keys, sums, f"{value}, {self.instance.currency}", exact)

    def energy(
        self, groupby: str | Sequence[str] = "facility", *, exact: bool = False
    ) -> "pd.Series":
        """Sum the energy drawn from the grid in MWh, by facility, block or period.

        Raises:
            ValueError: a group is not one of those.
        """
        keys = _known(groupby, OF_ENERGY, "group energy by")
        sums = _grouped(self.account.energy_mwh, keys)
        return self._series(keys, sums, "MWh", exact)

    def carbon(
        self, groupby: str | Sequence[str] = "facility", *, exact: bool = False
    ) -> "pd.Series":
        """Sum the carbon emitted in tonnes, by facility, block or period.

        Raises:
            ValueError: a group is not one of those.
        """
        keys = _known(groupby, OF_ENERGY, "group carbon by")
        tonnes = {key: kg / 1000 for key, kg in self.account.carbon_kg.items()}
        return self._series(keys, _grouped(tonnes, keys), "t", exact)

    def _series(
        self,
        keys: tuple[str, ...],
        sums: Mapping[tuple[str, ...], Fraction],
        name: str,
        exact: bool,
    ) -> "pd.Series":
        """Give sums as a series, in the order of the instance."""
        import pandas as pd

        groups = [group for group in sums if sums[group]]
        groups.sort(key=lambda group: [self._rank(k, n) for k, n in zip(keys, group, strict=True)])
        values = [sums[group] if exact else float(sums[group]) for group in groups]
        if len(keys) == 1:
            index = pd.Index([group[0] for group in groups], name=keys[0])
        else:
            index = pd.MultiIndex.from_tuples(groups, names=list(keys))
        return pd.Series(values, index=index, name=name, dtype=object if exact else float)

    def _rank(self, key: str, name: str) -> tuple[int, str]:
        """Give the place of a name in the instance; what has no name stands last."""
        from gridblock.model.account import CATEGORIES

        known: Mapping[str, Iterable[str]] = {
            "category": CATEGORIES,
            "period": self.instance.horizon.names,
            "facility": self.instance.facilities,
            "block": self.instance.blocks,
            "demand": (demand.name for demand in self.instance.demands),
            "option": (option.name for option in self.instance.options),
        }
        order = {each: i for i, each in enumerate(known.get(key, ()))}
        return order.get(name, len(order) + (name == NONE)), name


def _part(entry: Entry, key: str) -> str:
    """Give the part of a group that an entry belongs to."""
    if key in ("block", "demand", "link", "limit"):
        of = ITEMS.get(entry.category, "block")
        return (entry.item if of == key else getattr(entry, key, None)) or NONE
    return str(getattr(entry, key) or NONE)


def _grouped(
    amounts: Mapping[tuple[str, str, str], Fraction], keys: tuple[str, ...]
) -> dict[tuple[str, ...], Fraction]:
    """Sum amounts by some of facility, block type and period."""
    sums: dict[tuple[str, ...], Fraction] = {}
    for amount_key, amount in amounts.items():
        named = dict(zip(OF_ENERGY, amount_key, strict=True))
        group = tuple(named[key] for key in keys)
        sums[group] = sums.get(group, Fraction(0)) + amount
    return sums


def _known(asked: str | Sequence[str], known: Sequence[str], verb: str) -> tuple[str, ...]:
    """Check names.

    Raises:
        ValueError: one is not known, or none is given, or one twice.
    """
    names = (asked,) if isinstance(asked, str) else tuple(asked)
    for name in names:
        if name not in known:
            near = get_close_matches(str(name), known, n=1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(known)}"
            message = f"cannot {verb} {name!r}; {hint}"
            raise ValueError(message)
    if not names or len(set(names)) < len(names):
        message = f"name each once, of {', '.join(known)}"
        raise ValueError(message)
    return names
