"""``gridblock check``: every fault at once, what looks odd, and what was understood."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import typer

from gridblock.commands import sources
from gridblock.commands.ending import Ending, ended
from gridblock.commands.options import (
    Brief,
    BriefFormat,
    Changes,
    LogFile,
    Quiet,
    Scenarios,
    Source,
    Verbose,
)
from gridblock.commands.talk import Talk, Voice, put, styled
from gridblock.instances.faults import Fault, InstanceError, dotted

if TYPE_CHECKING:
    from gridblock.instances.instance import Instance
    from gridblock.instances.schema.options import Option


def check(
    instance: Source,
    scenario: Scenarios = [],  # noqa: B006
    changes: Changes = [],  # noqa: B006
    form: BriefFormat = Brief.TABLE,
    quiet: Quiet = False,
    verbose: Verbose = 0,
    log_file: LogFile = None,
) -> None:
    """Check an instance: every fault at once, what looks odd, and what was understood.

    Faults go to standard error, with exit code 3; warnings are no faults.
    """
    talk = Talk(quiet=quiet, verbose=verbose, log=log_file)
    with ended(talk):
        talk.phase("reading")
        try:
            file = sources.locate(instance)
            given, converted = sources.reading(file, changes, scenario)
        except InstanceError as error:
            if form is Brief.JSON:
                _put_json(None, error.faults, ())
            raise
        found = _warnings(given, file, changes, scenario)
        talk.line.end()
        if form is Brief.JSON:
            _put_json(given, (), found, converted)
        else:
            _show(given, found, converted)
        raise typer.Exit(Ending.PLAN)


def _warnings(
    given: "Instance", file: str, changes: Sequence[str], scenarios: Sequence[str]
) -> Sequence[Fault]:
    """Give the plausibility warnings with their places in the file.

    What the instance of the file does not bring by itself is placed at the option that does.
    """
    from gridblock.instances import document
    from gridblock.machine import memory

    free = memory()
    found = _odd(given, free)
    if not found:
        return ()
    written = document.load(file)
    own = _odd(sources.read(file), free) if changes or scenarios else found
    come_true = _odd(sources.read(file, (), scenarios), free) if scenarios else own
    placed = (
        written.located(warning)
        if warning in own
        else replace(warning, file="--scenario" if warning in come_true else "--set")
        for warning in found
    )
    return sorted(placed, key=lambda f: (f.file or "", f.sheet or "", f.line or 0, f.column or 0))


def _odd(given: "Instance", free: float | None) -> dict[Fault, None]:
    """Give what looks odd, and whether it is too large for the bytes of memory that are free."""
    from gridblock.instances.plausibility import warnings
    from gridblock.model import size

    return dict.fromkeys((*warnings(given), *size.warning(given, free)))


def _show(given: "Instance", found: Sequence[Fault], converted: int) -> None:
    from gridblock.reports.terminal import understood
    from gridblock.reports.words import plural

    console = Voice()
    for warning in found:
        console.print(styled(warning), soft_wrap=True)
    if found:
        console.print(f"{plural(len(found), 'warning')}\n", style="yellow")
    understood(given, console, converted)


def _put_json(
    given: "Instance | None",
    faults: Sequence[Fault],
    found: Sequence[Fault],
    converted: int | None = None,
) -> None:
    """Write what was found as one JSON document, whether the instance is valid or not."""
    from gridblock.instances.write import to_json

    said: dict[str, Any] = {
        "format_version": 1,
        "instance": None if given is None else given.name,
        "instance_hash": None if given is None else given.hash,
        "ok": given is not None,
        "faults": [_plain(fault) for fault in faults],
        "warnings": [_plain(fault) for fault in found],
        "converted": converted,
        "understood": None if given is None else _understood(given),
    }
    put(to_json(said))


def _plain(fault: Fault) -> dict[str, Any]:
    return {
        "file": fault.file,
        "sheet": fault.sheet,
        "line": fault.line,
        "column": fault.column,
        "path": dotted(fault.path),
        "message": fault.message,
    }


def _understood(given: "Instance") -> dict[str, Any]:
    """Give counts and totals as plain data."""
    accelerators = dict.fromkeys(given.accelerators, 0)
    for leaf in given.leaves.values():
        for kind, count in leaf.installed.items():
            block = given.blocks[kind]
            accelerators[block.accelerator] += count * block.accelerators
    return {
        "periods": dict(zip(given.horizon.names, given.horizon.hours, strict=True)),
        "facilities": len(given.facilities),
        "zones": len(given.places) - len(given.facilities),
        "block_types": len(given.blocks),
        "regions": len(given.network.regions),
        "links": len(given.network.links),
        "demands": {d.name: list(given.over_periods(d.amount).values()) for d in given.demands},
        "accelerators_installed": accelerators,
        "scenarios": {
            each.name: {"probability": each.probability, "set": each.set}
            for each in given.scenarios
        },
        "options": {option.name: _option(given, option) for option in given.options},
    }


def _option(given: "Instance", option: "Option") -> dict[str, Any]:
    """Give how many lots there are, and the last period in which one can be ordered."""
    from gridblock.reports.lots import order_by

    return {
        "kind": option.kind,
        "max": option.max,
        "signed": sum(option.signed.values()),
        "lead": option.lead,
        "order_by": order_by(given, option, len(given.horizon) - 1),
    }
