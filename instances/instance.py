"""The instance: everything given, held together by cross-checks."""

from collections.abc import Mapping
from copy import deepcopy
from functools import cache, partial
from importlib import import_module
from typing import Any, Self

from pydantic import ValidationError, model_validator

from gridblock.instances import check, futures, paths
from gridblock.instances.faults import Fault, InstanceError, did_you_mean
from gridblock.instances.schema.base import LONGEST_NAME
from gridblock.instances.schema.fields import Fields
from gridblock.instances.units.intake import Intake


class Instance(Fields):
    """Everything given: one input, a value that never changes."""

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        found = check.faults_of(self)
        if found:
            raise InstanceError(found)
        return self

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Self:
        """Validate plain data; numbers may be given with units: ``"120 MW"``.

        Raises:
            InstanceError: with every fault that was found.
        """
        intake = Intake(dict(data))
        try:
            return intake.validated(cls)
        except (ValidationError, InstanceError) as error:
            raise InstanceError(intake.faults(error, cls)) from None

    def _repr_html_(self) -> str:
        # Reports may look at instances but not the other way round, so they are found by name.
        html: str = import_module("gridblock.reports.html_repr").instance_html(self)
        return html

    def replace(self, changes: Mapping[str, Any] | None = None, /, **more: Any) -> Self:
        """Give a validated copy in which the fields at some paths have other values.

        Args:
            changes: ``{"facilities.memphis.grid_mw": 350}``, or ``"350 MW"``; list items count
                from 0 or, for demands and links, named: ``demands.chat.amount``.
            more: the same as keywords.

        Raises:
            InstanceError: a path names no field, or the result is not a valid instance.
        """
        data = self.plain()
        for path, value in {**(changes or {}), **more}.items():
            if not isinstance(path, str):
                message = f"a path is text such as 'facilities.memphis.grid_mw', not {path!r}"
                raise InstanceError([Fault((), message)])
            paths.put(data, path, deepcopy(value))
        return type(self).parse(data)

    def scenario(self, *names: str) -> Self:
        """Give a validated copy in which scenarios have come true, one after the other.

        The copy has no scenarios left, and is called after them: ``deal+permit-late``.

        Args:
            names: of scenarios; none gives the instance as it stands, without scenarios.

        Raises:
            InstanceError: there is no such scenario, one is named twice, or they do not give a
                valid instance together.
        """
        if not self.scenarios and not names:
            return self
        known = {each.name: each for each in self.scenarios}
        faults = [
            Fault((), f"there is no scenario {name!r}{did_you_mean(name, known)}")
            if name not in known
            else Fault((), f"names the scenario {name!r} a second time")
            for i, name in enumerate(names)
            if name not in known or name in names[:i]
        ]
        if faults:
            raise InstanceError(faults)
        given = type(self).parse(self.as_it_stands())
        for name in names:
            dumped = cache(partial(given.model_dump, mode="json"))
            data, _ = futures.changed(given.plain(), dumped, known[name].set)
            data["name"] = f"{given.name}+{name}"[:LONGEST_NAME].strip()
            given = type(self).parse(data)
        return given
