"""Intake: plain data on its way into an instance, values with units converted in place.

Nothing is looked for beforehand: where a field refuses text, it may be a number with a unit. So an
instance of plain numbers is read as fast as without this, and nothing of units is imported for it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from gridblock.instances import paths
from gridblock.instances.faults import Fault, InstanceError, Path, Place, from_pydantic

CURRENCY: Final = ("currency",)

Model = TypeVar("Model", bound=BaseModel)


@dataclass
class Intake:
    """Plain data, and what became of the values with units in it.

    Attributes:
        data: the data; a copy of what was given once something is converted.
        count: how many values were converted.
        refused: why others were not, by path.
    """

    data: dict[str, Any]
    count: int = 0
    refused: dict[Path, str] = field(default_factory=dict)

    def validated(self, model: type[Model]) -> Model:
        """Validate the data, values with units converted.

        Raises:
            ValidationError: as pydantic does.
            InstanceError: as an instance does.
        """
        for _ in ("fields", "scenarios"):
            try:
                return model.model_validate(self.data)
            except ValidationError as error:
                self._refuse_many(error, model)
                if not self._put(self._numbers(error)):
                    raise
            except InstanceError:
                if not self._put(self._settings()):
                    raise
        return model.model_validate(self.data)

    def faults(
        self,
        error: ValidationError | InstanceError,
        model: type[BaseModel],
        place: Place | None = None,
    ) -> list[Fault]:
        """Give the faults of data that could not be validated, with what is wrong with units."""
        if isinstance(error, InstanceError):
            found = error.faults
        else:
            found = tuple(from_pydantic(error, self.data, model, place=place))
        if any(fault.path == CURRENCY for fault in found):
            found = tuple(fault for fault in found if not self._is_of_money(fault.path))
        return [*dict.fromkeys(map(self._reworded, found))]

    def _is_of_money(self, path: Path) -> bool:
        """Say whether text at a path is of money, which means nothing without a currency."""
        from gridblock.instances.units.fields import unit_at

        if path not in self.refused:
            return False
        unit, dialect = unit_at(self.data, path)
        counted = "" if unit is None else unit.text
        return "money" in counted or ("measure" in counted and not dialect.measure)

    def _reworded(self, fault: Fault) -> Fault:
        if fault.path in self.refused:
            return replace(fault, message=self.refused[fault.path])
        # What a scenario sets is called by the field that it leads to, or is that field itself.
        own = fault.path and fault.message.startswith("must be ")
        named = f"{fault.path[-1]}: {fault.message}" if own else fault.message
        inner, is_kind, _ = named.partition(": must be ")
        message = self.refused.get((*fault.path, inner)) if is_kind else None
        return fault if message is None else replace(fault, message=message)

    def _refuse_many(self, error: ValidationError, model: type[BaseModel]) -> None:
        """Refuse data with thousands of faults, before time is spent on each.

        Raises:
            InstanceError: with the first of them.
        """
        from gridblock.instances.sampled import MANY, faults_of_many

        if error.error_count() > MANY and (found := faults_of_many(self.data, model)):
            raise InstanceError(found)

    def _numbers(self, error: ValidationError) -> dict[Path, float]:
        """Give the numbers that texts with units mean, by path."""
        from gridblock.instances.units.texts import number, texts
        from gridblock.instances.units.written import UnitError

        values: dict[Path, float] = {}
        for path, text, whole in texts(error, self.data):
            try:
                value = number(text, whole, self.data, path)
            except UnitError as refusal:
                self.refused[path] = str(refusal)
                continue
            if value is not None:
                values[path] = value
        return values

    def _settings(self) -> dict[Path, float | str]:
        """Give plain values for those with units that scenarios set, by path."""
        if not self.data.get("scenarios"):
            return {}
        from gridblock.instances.units.settings import in_scenarios

        return in_scenarios(self.data, self.refused)

    def _put(self, values: Mapping[Path, float | str]) -> bool:
        if values and not self.count:
            self.data = paths.copied(self.data)
        for path, value in values.items():
            paths.put_at(self.data, path, value)
        self.count += len(values)
        return bool(values)
