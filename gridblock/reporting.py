"""The report of a plan as a file."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from gridblock.instances.instance import Instance
from gridblock.instances.write import write_text
from gridblock.model.account import Account
from gridblock.model.plan import PlanData

if TYPE_CHECKING:
    from gridblock.reports.html.panels import Explanations

CURRENT: Final = ("current fleet only", "Against doing nothing")
"""What the report calls the plan without purchases, and the part that compares with it."""


class Reported(Protocol):
    """A plan with its instance and account."""

    @property
    def instance(self) -> Instance:
        """What was given."""

    @property
    def data(self) -> PlanData:
        """The plan as plain data."""

    @property
    def account(self) -> Account | None:
        """What follows from it; None without decisions."""


def write_report(
    plan: Reported,
    path: Path,
    baseline: Reported | None = None,
    *,
    called: tuple[str, str] = CURRENT,
    explanations: "Explanations | None" = None,
) -> None:
    """Write the report of a plan into a new file, whole or not at all.

    Args:
        plan: the plan, which may have no decisions.
        path: the file.
        baseline: a plan to compare with.
        called: what the report calls that plan, and the part that compares with it.
        explanations: why demands are unmet, by demand and period, as far as that is known.

    Raises:
        FileExistsError: there is such a file.
        ValueError: the baseline has other periods, or another currency.
        OSError: it cannot be written.
    """
    from gridblock.reports.html.compare import Other
    from gridblock.reports.html.page import report

    def page() -> str:
        other = None
        if baseline is not None:
            _refuse_unlike(plan.instance, baseline.instance)
            other = Other(*called, baseline.instance, baseline.data, baseline.account)
        given = (plan.instance, plan.data, plan.account)
        return report(*given, baseline=other, explanations=explanations)

    write_page(path, page)


def write_page(path: Path, page: Callable[[], str]) -> None:
    """Write a page into a new file, whole or not at all.

    Raises:
        FileExistsError: there is such a file; the page is not made then.
        OSError: it cannot be written.
    """
    if os.path.lexists(path):
        message = "exists already, and nothing is overwritten"
        raise FileExistsError(0, message, str(path))
    write_text(path, page())


def _refuse_unlike(ours: Instance, theirs: Instance) -> None:
    """Refuse to compare plans of different horizons or currencies.

    Raises:
        ValueError: they differ.
    """
    if ours.horizon != theirs.horizon:
        message = "the plan to compare with has other periods"
        raise ValueError(message)
    if ours.currency != theirs.currency:
        message = f"the plan to compare with counts in {theirs.currency}, not in {ours.currency}"
        raise ValueError(message)
