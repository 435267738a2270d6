"""Settings of scenarios with units: each as plain as if it stood in the field that it sets."""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, partial
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic import ValidationError

from gridblock.instances import futures
from gridblock.instances.faults import InstanceError, dotted, quoted
from gridblock.instances.schema.fields import Fields
from gridblock.instances.units.texts import number, texts
from gridblock.instances.units.written import UnitError, quantity, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gridblock.instances.faults import Path


class _Meant(NamedTuple):
    """What a text of a setting means in a field that it leads to; why not, where it cannot."""

    field: Path
    value: float | str
    refusal: str = ""


def in_scenarios(data: Mapping[str, Any], refused: dict[Path, str]) -> dict[Path, float | str]:
    """Give plain values for those with units that scenarios set, by path.

    An absolute value becomes a number; text such as `+5 MW` or `-5 MW` the text of an increment in
    the unit of the field.

    Args:
        data: an instance without other faults.
        refused: takes why others cannot be given, by the path of the setting and, behind it, the
            field as it is written in faults.
    """
    given = Fields.model_validate(data)
    plain = given.as_it_stands()
    dumped = cache(partial(given.model_dump, mode="json"))
    values: dict[Path, float | str] = {}
    for i, scenario in enumerate(given.scenarios):
        try:
            after, touched = futures.changed(plain, dumped, scenario.set)
            Fields.model_validate(after)
        except InstanceError:
            continue
        except ValidationError as error:
            for place, meant in _settings(error, after, touched).items():
                here = ("scenarios", i, "set", *place)
                message = _refusal(meant).removeprefix(f"{place[0]}: ")
                if message:
                    refused |= {(*here[:4], dotted(each.field)): message for each in meant}
                elif len(place) > 1 or len(meant) == len(touched[str(place[0])]):
                    # Where it leads to a name or the like as well, it is no number.
                    values[here] = meant[0].value
    return values


def _refusal(meant: Sequence[_Meant]) -> str:
    """Say why a text cannot be one plain value for all fields that it leads to; else nothing."""
    refused = next((each for each in meant if each.refusal), None)
    if refused is not None:
        return f"{dotted(refused.field)}: {refused.refusal}"
    first = meant[0]
    other = next((each for each in meant if each.value != first.value), None)
    if other is None:
        return ""
    return (
        f"{dotted(first.field)}: would be {first.value}, and {dotted(other.field)} {other.value},"
        " each in its own unit; set them by paths of their own"
    )


def _settings(
    error: ValidationError, after: Mapping[str, Any], touched: Mapping[str, list[futures.Keys]]
) -> dict[Path, list[_Meant]]:
    """Give what each text means, by the path of the setting and what lies within it."""
    owners = {keys: path for path, fields in touched.items() for keys in fields}
    found: dict[Path, list[_Meant]] = defaultdict(list)
    for field, text, whole in texts(error, after):
        length = next((n for n in range(len(field) + 1) if field[:n] in owners), None)
        if length is None:
            continue
        within = field[length:]
        meant = _meant(text, whole, after, field, may_add=not within)
        if meant is not None:
            found[owners[field[:length]], *within].append(meant)
    return found


def _meant(
    text: str, whole: bool, after: Mapping[str, Any], field: Path, may_add: bool
) -> _Meant | None:
    sign = tidy(text)[:1] if may_add else ""
    try:
        if sign in {"+", "-"}:
            _refuse_percent(text)
        value = number(text, whole, after, field)
    except UnitError as refusal:
        return _Meant(field, text, str(refusal))
    if value is None:
        return None
    return _Meant(field, f"{sign}{abs(value)!r}" if sign in {"+", "-"} else value)


def _refuse_percent(text: str) -> None:
    """Refuse to add percent, which may be of what is there or of one.

    Raises:
        UnitError: they are to be added.
    """
    found = quantity(text)
    if found is not None and re.match("%|percent", found[1]):
        share = found[0] / 100
        message = (
            f"{quoted(text)} may be a share of what is there, written '*{float(1 + share):.12g}',"
            f" or a number, written '{float(share):+.12g}'"
        )
        raise UnitError(message)
