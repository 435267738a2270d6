"""The folder of a rolling horizon: what was asked, each plan as a run, and what came of it.

``instance.json`` is the forecast, ``truth.json`` what really comes, ``stage-1/`` and so on the plan
of each stage, ``realised/``, ``foresight/`` and ``once/`` the plans that are compared.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gridblock import own_json, runs
from gridblock.instances import read as reading
from gridblock.instances.write import to_json, write_text
from gridblock.reports.roll import Rolled, Stage
from gridblock.rolled import Roll
from gridblock.rolling import FORESIGHT, ONCE, REALISED, Rolling
from gridblock.saved import read_plan

FILE: Final = "roll.json"
"""What in a folder says that it holds a rolling horizon."""


def in_folder(rolling: Rolling, folder: Path, *, resume: bool = True) -> Roll:
    """Plan to the end in a folder, which may hold what was planned before.

    Raises:
        FileExistsError: it holds something, and it was not asked to go on.
        InstanceError: it holds another rolling horizon.
    """
    file = folder / FILE
    asked = {
        "format_version": 1,
        "kind": "roll",
        "instance_hash": rolling.forecast.hash,
        "truth_hash": rolling.truth.whole.hash,
        "truth": rolling.truth.called,
        "every": rolling.every,
        "gap": rolling.settings.gap,
    }
    if file.exists():
        own_json.refuse_other(file, asked, "rolling horizon")
        if not resume:
            message = "holds this already; --resume goes on with it"
            raise FileExistsError(0, message, str(folder))
    else:
        runs.refuse_taken(folder, *((runs.TORN,) if resume else ()))
        folder.mkdir(parents=True, exist_ok=True)
        # What says whose folder it is comes first, so that whatever is there can be gone on with.
        own_json.write_sealed(file, asked)
    write_text(folder / "instance.json", to_json(rolling.forecast.plain()))
    write_text(folder / "truth.json", to_json(rolling.truth.whole.plain()))
    rolling.folder = folder
    found = Roll(rolling.run(), folder)
    _write(found, folder, asked)
    return found


def _write(found: Roll, folder: Path, asked: Mapping[str, Any]) -> None:
    from gridblock.reports.plain_text import csv_table

    write_text(folder / "table.csv", csv_table(found.table))
    own_json.write_sealed(folder / FILE, {**asked, "found": found.as_json()})


def is_roll(folder: Path) -> bool:
    """Say whether a folder holds a rolling horizon."""
    return (folder / FILE).is_file()


def read_roll(path: str | Path) -> Roll:
    """Read a rolling horizon that was saved.

    Raises:
        InstanceError: the files cannot be read, do not belong together, or it has not come to its
            end.
    """
    folder = Path(path)
    file = folder / FILE
    data = own_json.read_sealed(file)
    forecast, truth = (reading.read(folder / name) for name in ("instance.json", "truth.json"))
    try:
        if (data["instance_hash"], data["truth_hash"]) != (forecast.hash, truth.hash):
            raise own_json.of_another_instance(file)
        if "found" not in data:
            message = "has not come to its end; go on with `gridblock roll` and --resume"
            raise own_json.unreadable(file, message)
        every, whole = int(data["every"]), len(forecast.horizon)
        stages = []
        for number, first in enumerate(range(0, whole, every), 1):
            plan = read_plan(folder / f"stage-{number}")
            last = min(first + every, whole) - 1
            stages.append(Stage(first, last, plan.instance, plan.data))
        realised, foresight = (read_plan(folder / name).data for name in (REALISED, FORESIGHT))
        known = data["found"]["planned_once"] is not None
        once = read_plan(folder / ONCE).data if known else None
        called = str(data["truth"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise own_json.unreadable(file, f"is no rolling horizon: {error}") from None
    planned = (tuple(stages), realised, foresight, once, every)
    return Roll(Rolled(forecast, truth, called, *planned), folder)
