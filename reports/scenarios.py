"""What scenarios may come, as a planner checks them."""

from math import fsum
from typing import Final

from gridblock.instances.faults import shown
from gridblock.instances.instance import Instance
from gridblock.instances.tables.cells import inline
from gridblock.reports.sections import Column, Section
from gridblock.reports.words import number

LONGEST_SETTING: Final = 40


def scenarios(instance: Instance, most: int) -> Section:
    """Give how likely each scenario is, and what it changes, a row for each field.

    Args:
        instance: what is given.
        most: so many rows are shown.
    """
    rows = [
        (
            scenario.name if i == 0 else "",
            chance if i == 0 else "",
            path,
            _setting(value),
        )
        for scenario in instance.scenarios
        for chance in ("" if scenario.probability is None else _chance(scenario.probability),)
        for i, (path, value) in enumerate(scenario.set.items() or [("", "")])
    ]
    likely = [each.probability for each in instance.scenarios if each.probability is not None]
    left = f"as it stands {_chance(max(0.0, 1 - fsum(likely)))}" if likely else ""
    more = len(rows) - most
    return Section(
        "Scenarios",
        left,
        (
            Column("scenario"),
            Column("probability", right=True, brief="prob-\nability"),
            Column("changes"),
            Column("to"),
        ),
        tuple(rows[:most]),
        note=f"and {more:,} more" if more > 0 else "",
    )


def _chance(share: float) -> str:
    """Write a probability, to the digits that are given."""
    return f"{number(100 * share, 4)} %"


def _setting(value: object) -> str:
    """Write what a field is changed to as a file does: `"-5"` is a change by 5, -5 a number."""
    return shown(inline(value), LONGEST_SETTING)
