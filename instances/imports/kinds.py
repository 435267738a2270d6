"""The kinds of data that can be imported, and how a file of one becomes an instance."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

from gridblock.instances.faults import Fault, InstanceError

if TYPE_CHECKING:
    from gridblock.instances.imports.source import Source
    from gridblock.instances.instance import Instance


class Kind(NamedTuple):
    """A kind of data.

    Attributes:
        module: the reader, a module of this package.
        help: what it is, for the list of kinds.
        problem: what ``--problem`` chooses, or nothing where a file is one problem.
        sense: whether ``--sense`` chooses between least cost and most profit.
    """

    module: str
    help: str
    problem: str = ""
    sense: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    "orlib-cflp": Kind("orlib_cflp", "facility location, capacitated (OR-Library cap41 …)"),
    "orlib-sscflp": Kind("orlib_sscflp", "the same, one facility per customer (Holmberg p1 …)"),
    "gap": Kind("gap", "generalized assignment (OR-Library gap1 …)", "its number", sense=True),
    "mknap": Kind("mknap", "multi-resource knapsack (OR-Library mknap1 …)", "its number"),
}


def load(kind: str, source: Source) -> Instance:
    """Read a file of other people's data as an instance.

    Args:
        kind: one of ``KINDS``.
        source: the file, and what of it is asked for.

    Raises:
        InstanceError: the file is not of this kind, or no instance can say what it says.
    """
    module = import_module(f"gridblock.instances.imports.{KINDS[kind].module}")
    from gridblock.instances.read import read

    reader = cast("Callable[[Source], dict[str, Any]]", module.read)
    try:
        return read(reader(source))
    except InstanceError as error:
        faults = [
            Fault(fault.path, fault.message, fault.file or source.file, fault.line, fault.column)
            for fault in error.faults
        ]
        raise InstanceError(faults) from None
