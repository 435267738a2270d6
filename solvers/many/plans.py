"""Plans of cases that are known: a file each, called after the key of its case."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gridblock.instances.faults import InstanceError
from gridblock.instances.write import write_text
from gridblock.model.plan_json import from_plain
from gridblock.solvers.many.cases import Case


class Plans:
    """A folder of plans, which is made when there is one to keep."""

    def __init__(self, folder: Path) -> None:
        """Remember where they lie."""
        self.folder = folder

    def add(self, case: Case, plan: Mapping[str, Any]) -> None:
        """Keep the plan of a case, whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        self.folder.mkdir(exist_ok=True)
        write_text(self._file(case), json.dumps(plan, allow_nan=False))

    def of(self, case: Case) -> dict[str, Any] | None:
        """Give the plan of a case as plain data; None where it is not here, or cannot be read."""
        try:
            plan: dict[str, Any] = json.loads(self._file(case).read_bytes())
            from_plain(plan)
        except (OSError, ValueError, InstanceError):
            return None
        return plan

    def _file(self, case: Case) -> Path:
        return self.folder / f"{case.key}.json"
