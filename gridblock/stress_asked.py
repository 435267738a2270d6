"""What is asked of a plan that is to be tried by shocks, and the folder that it is kept in.

``plan/`` holds the plan as a run, ``stress.json`` what was asked and in the end what was found,
``results.jsonl`` grows by a line a recourse; ``table.csv``, ``summary.json`` and ``scenarios.yaml``
follow.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from gridblock import own_json, runs
from gridblock.instances.in_force import orders_of
from gridblock.instances.instance import Instance
from gridblock.instances.shock_sizes import Sizes, shocks_of
from gridblock.instances.shocks import Shock
from gridblock.instances.variants import opened, read_given
from gridblock.model.plan_json import to_plain
from gridblock.plan import Plan
from gridblock.replan import in_force
from gridblock.solvers.stress import Budget

FILE: Final = "stress.json"
"""What in a folder says that it holds what may happen to a plan."""
PLAN: Final = "plan"
RESULTS: Final = "results.jsonl"
Source = str | Path | Mapping[str, Any]


@dataclass(frozen=True)
class Asked:
    """What is asked of a plan.

    Attributes:
        plan: the plan.
        sizes: which shocks, and how large.
        resolves: the position of the period in which a shock comes: orders before it stand.
        budget: how far the search goes.
        settings: how each recourse is solved, as plain data.
    """

    plan: Plan
    sizes: Sizes
    resolves: int
    budget: Budget
    settings: Mapping[str, Any]

    @cached_property
    def instance(self) -> Instance:
        """What is given, with the plan in force whose orders before the shock stand."""
        names = self.plan.instance.horizon.names
        data = self.plan.instance.as_it_stands()
        taken = orders_of(in_force(self.plan))
        data["current"] = {"plan": taken, "keep_to": names[self.resolves - 1]}
        return Instance.parse(data)

    @property
    def strikes(self) -> int:
        """The position of the period from which it is as bad as a shock says."""
        return min(self.resolves, len(self.instance.horizon) - 1)

    @cached_property
    def shocks(self) -> tuple[Shock, ...]:
        """What may come."""
        scenarios = self.plan.instance.scenarios
        return shocks_of(self.instance, self.sizes, self.strikes, scenarios)

    def as_json(self) -> dict[str, Any]:
        """Give it as plain data."""
        return {
            "format_version": 1,
            "kind": "stress",
            "instance": self.plan.instance.name,
            "instance_hash": self.plan.instance.hash,
            "plan": to_plain(self.plan.data)["digest"],
            "resolves": self.resolves,
            "sizes": self.sizes.model_dump(mode="json"),
            "budget": vars(self.budget),
            "settings": dict(self.settings),
        }


def sized(source: Source | None, changes: Mapping[str, Any] | None = None) -> Sizes:
    """Read which shocks to look for, and change some of it.

    Raises:
        InstanceError: with every fault.
    """
    written = opened({} if source is None else source)
    given = read_given(Sizes, written)
    if not changes:
        return given
    return read_given(Sizes, opened({**given.model_dump(mode="json"), **changes}))


def come_by(instance: Instance, period: str | None) -> int:
    """Give the position of the period in which a shock comes.

    Raises:
        ValueError: there is no such period, or nothing can be ordered before it.
    """
    from gridblock.solvers.stochastic.plan import resolved

    return resolved(instance, period)


def refuse_other(folder: Path, asked: Asked, *, resume: bool) -> None:
    """Refuse a folder that holds something else, or this search if it is not to go on.

    Raises:
        FileExistsError: it holds something.
        InstanceError: it holds another search.
    """
    file = folder / FILE
    if not file.exists():
        # Before it is written a journal is opened, which keeps other processes away.
        runs.refuse_taken(folder, *((RESULTS, runs.TORN) if resume else ()))
        return
    own_json.refuse_other(file, asked.as_json(), "search")
    if not resume:
        message = "holds this search already; --resume goes on with it"
        raise FileExistsError(0, message, str(folder))
