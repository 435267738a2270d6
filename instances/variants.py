"""Variants: an instance with changes, and what a reader sees of them in a table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from gridblock.instances import document, futures
from gridblock.instances.document import Document
from gridblock.instances.faults import (
    Fault,
    InstanceError,
    did_you_mean,
    dotted,
    from_pydantic,
    not_a_field,
)
from gridblock.instances.instance import Instance
from gridblock.instances.schema.base import LONGEST_NAME, Record
from gridblock.instances.schema.fields import Fields
from gridblock.instances.spans import is_field
from gridblock.instances.units.intake import Intake

SCENARIO: Final = "scenario"
"""Stands for the scenarios of the instance where field paths stand."""
AS_IT_STANDS: Final = "as it stands"
MOST: Final = 1_000_000
"""The most variants of one study."""


@dataclass(frozen=True)
class Variant:
    """One of many.

    Attributes:
        name: what it is called.
        values: what a table says of it, by axis: a field path, or ``scenario``.
        changes: what it sets, as scenarios do, one mapping after the other.
    """

    name: str
    values: Mapping[str, Any]
    changes: tuple[Mapping[str, Any], ...]


class Given(BaseModel):
    """A frozen record of a file beside the instance; no part of the schema of instances."""

    model_config = Record.model_config


Kind = TypeVar("Kind", bound=Given)


def opened(source: str | Path | Mapping[str, Any]) -> Document:
    """Open a file, or plain data as one would hold it.

    Raises:
        InstanceError: it cannot be read.
    """
    if isinstance(source, Mapping):
        return Document(dict(source), None, lambda _, __: (0, 0))
    return document.load(source, empty="is empty; it must hold fields, each `name: value`")


def read_given(model: type[Kind], written: Document) -> Kind:
    """Read what a file holds as a record.

    Raises:
        InstanceError: with every fault, its file, line and path.
    """
    try:
        return model.model_validate(written.data)
    except ValidationError as error:
        place = None if written.file is None else written.place
        raise InstanceError(
            from_pydantic(error, written.data, model, file=written.file, place=place)
        ) from None


def located(written: Document, path: tuple[str | int, ...], message: str) -> Fault:
    """Give a fault with its place in a file, if there is one."""
    if written.file is None:
        return Fault(path, message)
    return Fault(path, message, written.file, *written.place(path))


def in_plain_numbers(instance: Instance, path: str, value: Any) -> Any:
    """Give what is set at a path without units: 120 for ``120 MW``, ``+0.5`` for ``+500 kW``.

    What cannot be set there stays as it is, and is a fault of the case.
    """
    if not _holds_text(value):
        return value
    scenario = {"name": path[:LONGEST_NAME].strip(), "set": {path: value}}
    intake = Intake({**instance.as_it_stands(), "scenarios": [scenario]})
    try:
        intake.validated(Instance)
    except (ValidationError, InstanceError):
        return value
    return intake.data["scenarios"][0]["set"][path]


def _holds_text(value: Any) -> bool:
    if isinstance(value, Mapping | list | tuple):
        return any(map(_holds_text, value.values() if isinstance(value, Mapping) else value))
    return isinstance(value, str) and not futures.FACTOR.fullmatch(value.strip())


def scenario_changes(instance: Instance, text: Any) -> tuple[Mapping[str, Any], ...]:
    """Give the changes of scenarios: ``permit-late``, or ``permit-late,demand-high``.

    Raises:
        InstanceError: there is no scenario of that name, or one is named twice.
    """
    known = {each.name: each.set for each in instance.scenarios}
    if text in (None, "", AS_IT_STANDS) and text not in known:
        return ()
    names = [text] if text in known else [name.strip() for name in str(text).split(",")]
    for i, name in enumerate(names):
        if name not in known:
            message = f"there is no scenario {name!r}{did_you_mean(name, known)}"
            raise InstanceError([Fault((), message)])
        if name in names[:i]:
            message = f"names the scenario {name!r} a second time"
            raise InstanceError([Fault((), message)])
    return tuple(known[name] for name in names)


def faults_of_path(
    instance: Instance, defaults: Callable[[], Mapping[str, Any]], path: str, values: Sequence[Any]
) -> list[str]:
    """Say why values cannot be set at a path; nothing where they can, valid or not."""
    data = instance.as_it_stands()
    try:
        found = list(futures.matches(data, path.split("."), path))
    except InstanceError as error:
        return [fault.message for fault in error.faults]
    strange = next((keys for keys in found if not is_field(keys)), None)
    if strange is not None:
        field = dotted(strange)
        return [f"{field} " * (field != path) + not_a_field(strange, Fields)]
    said: dict[str, None] = {}
    for value in values:
        try:
            futures.changed(data, defaults, {path: value})
        except InstanceError as error:
            said |= dict.fromkeys(fault.message for fault in error.faults)
    return list(said)
