"""Hard rules that conflict, as plain data."""

from dataclasses import dataclass

from gridblock.instances.relaxing import Relaxation


@dataclass(frozen=True)
class Party:
    """A rule that is part of a conflict.

    Attributes:
        rule: the rule, as it would be relaxed.
        alone: whether a plan exists once it alone is relaxed; None where that is not known.
        least: by how little it must be relaxed for that, in the unit of the rule; None where
            that is not measured.
    """

    rule: Relaxation
    alone: bool | None = None
    least: float | None = None


@dataclass(frozen=True)
class Conflict:
    """Rules that cannot be kept together, none of which can be left out of the conflict.

    Attributes:
        parties: the rules.
        irreducible: whether each of them was shown to be needed: without it the others can be kept.
    """

    parties: tuple[Party, ...]
    irreducible: bool


@dataclass(frozen=True)
class Contradiction:
    """Why no plan can exist.

    Attributes:
        instance: the name of the instance.
        instance_hash: its hash.
        status: explained, stopped or interrupted.
        conflicts: sets of rules that share none; each must be resolved.
        fixed: whether a plan exists once one rule of each conflict is relaxed.
        tests: how many times it was tested whether a plan exists.
        seconds: what that took.
    """

    instance: str
    instance_hash: str
    status: str
    conflicts: tuple[Conflict, ...] = ()
    fixed: bool = False
    tests: int = 0
    seconds: float = 0.0
