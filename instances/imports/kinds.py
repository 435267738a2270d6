"""The kinds of data that can be imported, and how a file of one becomes an instance."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from gridblock.instances.faults import InstanceError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from gridblock.instances.imports.source import Reading, Source
    from gridblock.instances.instance import Instance


class Imported(NamedTuple):
    """An instance, and how its objective gives the figure that is published of it.

    Attributes:
        instance: the instance.
        offset: published = offset + scale x objective.
        scale: see ``offset``.
    """

    instance: Instance
    offset: float
    scale: float


class Kind(NamedTuple):
    """A kind of data.

    Attributes:
        module: the reader, a module of this package.
        help: what it is, for the list of kinds.
        problem: an example of what ``--problem`` may say, or nothing where it means nothing.
        sense: whether ``--sense`` chooses between least cost and most profit.
    """

    module: str
    help: str
    problem: str = ""
    sense: bool = False


KINDS: Final[Mapping[str, Kind]] = {
    "orlib-cflp": Kind("orlib_cflp", "facility location, capacitated (OR-Library cap41 …)", "8000"),
    "orlib-sscflp": Kind("orlib_sscflp", "the same, one facility per customer (Holmberg p1 …)"),
    "gap": Kind("gap", "generalized assignment (OR-Library gap1 …)", "3", sense=True),
    "mknap": Kind("mknap", "multi-resource knapsack (OR-Library mknap1 …)", "3"),
    "sndlib": Kind("sndlib", "network design (SNDlib, native format)", "U-U-M-N-C-A-N-N"),
    "graphml": Kind("graphml", "a WAN as GraphML, GML or JSON node-link"),
    "topohub": Kind("topohub", "a WAN of TopoHub, with real positions (JSON)"),
    "cloud-regions": Kind("cloud_regions", "regions of a cloud with coordinates (JSON)"),
    "latency": Kind("latency", "measured round-trip times between regions (CSV matrix)"),
    "epoch": Kind("epoch", "data centres with their power (Epoch AI, CSV)", "2026Q3-2028Q2"),
    "llm-trace": Kind("llm_trace", "requests to a language model (Azure, CSV)", "p95"),
}


def load(kind: str, source: Source) -> Imported:
    """Read a file of other people's data as an instance.

    Args:
        kind: one of ``KINDS``.
        source: the file, and what of it is asked for.

    Raises:
        InstanceError: the file is not of this kind, or no instance can say what it says.
    """
    module = import_module(f"gridblock.instances.imports.{KINDS[kind].module}")
    from gridblock.instances.read import read

    reader = cast("Callable[[Source], Reading]", module.read)
    try:
        data, offset, scale = reader(source)
        return Imported(read(data), offset, scale)
    except InstanceError as error:
        faults = [replace(fault, file=fault.file or source.file) for fault in error.faults]
        raise InstanceError(faults) from None
