"""The folder of a study: what was asked, what is known, and in the end the table.

``study.json`` and ``instance.json`` say what was asked; ``results.jsonl``, or one such file for
each shard, grows by a line a case; ``runs/`` holds the plans where they are kept; ``table.csv`` and
``summary.json`` follow when every case is there.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from gridblock import own_json, runs
from gridblock.instances import read as reading
from gridblock.instances.grids import variants_of
from gridblock.instances.instance import Instance
from gridblock.instances.uncertainty import draws_of
from gridblock.instances.variants import Variant, opened
from gridblock.instances.write import to_json, write_text
from gridblock.reports.study import MONTE_CARLO, SWEEP
from gridblock.solvers.many.journal import Journal
from gridblock.solvers.many.journal import read as read_journal

T = TypeVar("T")

FORMAT_VERSION: Final = 1
STUDY: Final = "study.json"
RESULTS: Final = "results"
SAME: Final = ("kind", "instance_hash", "given", "seed", "settings")
"""What two studies that share a folder have in common."""


class Shard(NamedTuple):
    """One of several parts of a study, from 1."""

    number: int
    of: int

    def share(self, cases: Sequence[T]) -> Sequence[T]:
        """Give those of some cases that are its own."""
        return cases[self.number - 1 :: self.of]


@dataclass(frozen=True)
class Asked:
    """What a study asks.

    Attributes:
        instance: what the cases start from.
        kind: ``sweep`` or ``monte-carlo``.
        given: the grid, or the distributions, as plain data.
        count: how many draws; None for a sweep.
        seed: of the draws.
        above: a larger share unmet of a demand is a shortfall.
        settings: how each case is solved, as plain data.
    """

    instance: Instance
    kind: str
    given: Mapping[str, Any]
    count: int | None
    seed: int
    above: float
    settings: Mapping[str, Any]

    def as_json(self, keys: list[str]) -> dict[str, Any]:
        """Give it as plain data, with the key of each case."""
        return {
            "format_version": FORMAT_VERSION,
            "kind": self.kind,
            "instance": self.instance.name,
            "instance_hash": self.instance.hash,
            "count": self.count,
            "seed": self.seed,
            "shortfall_above": self.above,
            "settings": dict(self.settings),
            "given": dict(self.given),
            "keys": keys,
        }


def variants(asked: Asked) -> tuple[Variant, ...]:
    """Give the variants that a study asks for.

    Raises:
        InstanceError: with every fault of the grid or the distributions.
    """
    written = opened(asked.given)
    if asked.kind == SWEEP:
        return variants_of(asked.instance, written)
    return draws_of(asked.instance, written).variants(asked.count or 0, asked.seed)


@contextmanager
def held(
    folder: Path, asked: Asked, keys: list[str], *, resume: bool, shard: Shard | None
) -> Iterator[Journal]:
    """Hold the folder of a study while its cases are solved; what it knows is in the journal.

    Raises:
        FileExistsError: it holds something, and it was not asked to go on.
        InstanceError: it holds another study.
        BusyError: another process is at work on it.
        OSError: it cannot be written.
    """
    _refuse(folder, asked, keys, resume=resume, shard=shard)
    folder.mkdir(parents=True, exist_ok=True)
    name = RESULTS if shard is None else f"{RESULTS}-{shard.number}-of-{shard.of}"
    with Journal(folder / f"{name}.jsonl") as journal:
        # What says whose folder it is comes first, so that whatever is there can be gone on with.
        own_json.write_sealed(folder / STUDY, asked.as_json(keys))
        write_text(folder / "instance.json", to_json(asked.instance.plain()))
        journal.rows = {**known(folder), **journal.rows}
        yield journal


def _refuse(
    folder: Path, asked: Asked, keys: list[str], *, resume: bool, shard: Shard | None
) -> None:
    file = folder / STUDY
    if not file.exists():
        # Before it is written a journal is opened, which keeps other processes away.
        begun = (f"{RESULTS}*.jsonl", runs.TORN) if resume or shard is not None else ()
        runs.refuse_taken(folder, *begun)
        return
    refuse_other(folder, asked, keys)
    if not resume and shard is None:
        message = "holds this study already; --resume goes on with it"
        raise FileExistsError(0, message, str(folder))


def refuse_other(folder: Path, asked: Asked, keys: list[str]) -> None:
    """Refuse the folder of another study.

    Raises:
        InstanceError: it holds another one, or none.
    """
    called = {"given": "grid or distributions", "instance_hash": "instance"}
    own_json.refuse_other(folder / STUDY, asked.as_json(keys), "study", SAME, called)


def known(folder: Path) -> dict[str, dict[str, Any]]:
    """Give all answers of a folder by key, whichever shard found them.

    Raises:
        OSError: they cannot be read.
    """
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob(f"{RESULTS}*.jsonl")):
        found |= read_journal(path)
    return found


def is_study(folder: Path) -> bool:
    """Say whether a folder holds a study."""
    return (folder / STUDY).is_file()


def read(folder: Path) -> tuple[Asked, list[str]]:
    """Read what a study asks, and the keys of its cases.

    Raises:
        InstanceError: the files cannot be read, or do not belong together.
    """
    file = folder / STUDY
    data = own_json.read_sealed(file)
    instance = reading.read(folder / "instance.json")
    try:
        asked = Asked(
            instance,
            str(data["kind"]),
            dict(data["given"]),
            data["count"],
            int(data["seed"]),
            float(data["shortfall_above"]),
            dict(data["settings"]),
        )
        keys = [str(key) for key in data["keys"]]
        whole = data["instance_hash"] == instance.hash and asked.kind in {SWEEP, MONTE_CARLO}
    except (KeyError, TypeError, ValueError):
        raise own_json.unreadable(file, "is not what a study asks") from None
    if not whole:
        raise own_json.of_another_instance(file)
    return asked, keys
