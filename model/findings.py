"""What an audit found: each broken rule, where, and by how much."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

MOST_SHOWN: Final = 20


@dataclass(frozen=True)
class Finding:
    """One row of one rule that a plan breaks.

    Attributes:
        rule: the name of the rule.
        where: which row of it, in the instance's names.
        message: what is wrong, with the figures.
    """

    rule: str
    where: str
    message: str

    def __str__(self) -> str:
        """Write ``grid power at memphis in 2027Q1: 312.4 MW drawn, 300 MW delivered``."""
        return f"{self.where}: {self.message}"


class AuditError(Exception):
    """A plan that breaks a rule or states a wrong figure; ``findings`` has every reason."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        """Keep the findings in the order given."""
        self.findings = tuple(findings)
        super().__init__(self.findings)

    def __str__(self) -> str:
        """Write one finding a line, the first twenty of them."""
        lines = [str(finding) for finding in self.findings[:MOST_SHOWN]]
        if len(self.findings) > MOST_SHOWN:
            lines.append(f"and {len(self.findings) - MOST_SHOWN:,} more")
        return "\n".join(lines)


@dataclass(frozen=True)
class Report:
    """The outcome of an audit.

    Attributes:
        findings: every broken row, in the order of the rules.
        checked: how many rows of each rule were checked; a rule that is not named was not reached,
            since what it builds on is broken.
    """

    findings: tuple[Finding, ...]
    checked: Mapping[str, int]

    @property
    def ok(self) -> bool:
        """Whether the plan keeps every rule."""
        return not self.findings

    @property
    def rows(self) -> int:
        """How many rows were checked over all rules."""
        return sum(self.checked.values())

    def raise_if_broken(self) -> None:
        """Raise what was found, if anything was.

        Raises:
            AuditError: the plan breaks a rule.
        """
        if self.findings:
            raise AuditError(self.findings)
