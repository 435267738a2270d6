"""Headings of a table in which users' own names stand beside fixed ones."""

from collections.abc import Sequence


def told_apart(names: Sequence[str]) -> list[str]:
    """Number names from the second of its kind on, so that no two are the same.

    ``unmet_share, unmet_share`` becomes ``unmet_share, unmet_share_2``: what stands first, which is
    fixed, keeps its name. No number makes a name that another one has of its own.
    """
    taken = set(names)
    found: list[str] = []
    for name in names:
        given, number = name, 2
        while given in found or (number > 2 and given in taken):
            given, number = f"{name}_{number}", number + 1
        found.append(given)
    return found
