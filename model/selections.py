"""Which terms of a measure a limit over the plan selects."""

from collections.abc import Callable
from functools import cache

from gridblock.instances.instance import Instance
from gridblock.instances.schema.limits import Selection

Chooser = Callable[[str | None, str | None, str | None, str | None], bool]
"""Says of a facility, block type, demand and option whether what belongs to them is selected."""


def chooser(instance: Instance, selection: Selection) -> Chooser:
    """Give what says whether all that a selection names holds."""
    chosen = {key: {*names} for key, names in selection.chosen.items()}

    @cache
    def is_chosen(*of: str | None) -> bool:
        held = _belongs(instance, *of)
        return all(not names.isdisjoint(held.get(key, ())) for key, names in chosen.items())

    return is_chosen


def _belongs(
    instance: Instance,
    facility: str | None,
    block: str | None,
    demand: str | None,
    option: str | None,
) -> dict[str, tuple[str | None, ...]]:
    """Give by selector what a term belongs to."""
    held: dict[str, tuple[str | None, ...]] = {}
    if facility is not None:
        held |= {"facility": (facility,), "tag": instance.facilities[facility].tags}
    if block is not None:
        chip = instance.blocks[block].accelerator
        held |= {"block": (block,), "accelerator": (chip,)}
        held["vendor"] = (instance.accelerators[chip].vendor,)
    if demand is not None:
        held["demand"] = (demand,)
    if option is not None:
        held |= {"option": (option,), "kind": (instance.contracts[option].option.kind,)}
    return held
