"""What is worked out once of a plan, however many tables and sections show it."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any, TypeVar, TypeVarTuple
from weakref import WeakKeyDictionary

from gridblock.model.account import Account

Given = TypeVarTuple("Given")
Item = TypeVar("Item")


def remembered(
    function: Callable[[*Given, Account], Iterable[Item]],
) -> Callable[[*Given, Account], tuple[Item, ...]]:
    """Remember what a function gives of a plan for as long as the plan's account is held.

    Args:
        function: takes an instance, maybe decisions, and last the account of these.
    """
    known: WeakKeyDictionary[Account, tuple[tuple[Any, ...], tuple[Item, ...]]]
    known = WeakKeyDictionary()

    @wraps(function)
    def once(*all_given: *tuple[*Given, Account]) -> tuple[Item, ...]:
        *given, account = all_given
        before, found = known.get(account, ((), ()))
        if len(before) != len(given) or any(a is not b for a, b in zip(before, given, strict=True)):
            found = tuple(function(*all_given))
            known[account] = tuple(given), found
        return found

    return once
