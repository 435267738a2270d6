"""Why no plan can exist: the hard rules that conflict, and by how little each must give."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.model.contradiction import Conflict, Contradiction, Party
from gridblock.model.explanation import FORMAT_VERSION
from gridblock.reports.blocking import advice_on, rule_of, unit_of_rule, when
from gridblock.reports.sections import Column, Document, Section, first_to_last
from gridblock.reports.words import GLUE, number, plural

LOWER: Final = "Ask for less by that limit, or add room for it."


def contradiction_document(
    instance: Instance, found: Contradiction, known: Sequence[str] = ()
) -> Document:
    """Say why no plan can exist.

    Args:
        instance: what is given.
        found: the rules that conflict.
        known: what the solve has said of them.
    """
    sections = [_section(instance, each, i) for i, each in enumerate(found.conflicts, 1)]
    return Document(
        title=instance.name,
        subtitle=f"why no plan can exist, {first_to_last(instance.horizon)}",
        sentences=(_headline(instance, found), _how(found)),
        points=() if found.conflicts else tuple(known),
        sections=tuple(sections),
    )


def _headline(instance: Instance, found: Contradiction) -> str:
    if not found.conflicts:
        return "No plan can exist; the conflict lies in rules that cannot be relaxed."
    rules = [
        " ".join(filter(None, (rule_of(instance, p.rule, ""), when(instance, p.rule.periods))))
        for p in found.conflicts[0].parties
    ]
    first = f"{', '.join(rules[:-1])} and {rules[-1]}" if len(rules) > 1 else "".join(rules)
    verb = "conflict" if len(rules) > 1 else "cannot be kept"
    more = len(found.conflicts) - 1
    others = f" There {'is' if more == 1 else 'are'} {plural(more, 'further conflict')}."
    return f"No plan can exist: {first} {verb}.{others if more else ''}"


def _how(found: Contradiction) -> str:
    tests = f"Found by {plural(found.tests, 'test')} of whether a plan exists with rules relaxed"
    if found.status != "explained":
        return f"{tests}; stopped before the end, so that more rules may be named than are needed."
    rest = "then a plan exists" if found.fixed else "there may be further conflicts"
    parties = [party for each in found.conflicts for party in each.parties]
    which = " that is enough by itself" if any(p.alone is False for p in parties) else ""
    return f"{tests}. Relax one rule of each conflict{which}, and {rest}."


def _section(instance: Instance, conflict: Conflict, at: int) -> Section:
    rows = tuple(
        (
            rule_of(instance, party.rule, ""),
            when(instance, party.rule.periods),
            _remedy(instance, party),
        )
        for party in conflict.parties
    )
    needed = "Without any one of them the others can be kept." if len(rows) > 1 else ""
    advice = dict.fromkeys(_advice(instance, party) for party in conflict.parties)
    return Section(
        title=f"Conflict {at}",
        unit="to resolve it, one of these must give",
        columns=(Column("rule"), Column("when"), Column("by itself")),
        rows=rows,
        note=needed if conflict.irreducible else "",
        points=tuple(filter(None, advice)),
    )


def _remedy(instance: Instance, party: Party) -> str:
    """Say by how much a rule must give if it alone does."""
    if party.alone is False:
        return "leaves another conflict"
    if party.alone is None:
        return "not known"
    if party.least is None:
        return "would do"
    rule = party.rule
    if rule.family == "min_share":
        floor = next(d.min_share for d in instance.demands if d.name == rule.items[0])
        return f"{number(floor)} to {number(max(0.0, floor - party.least))}"
    unit = unit_of_rule(instance, rule.family, rule.items[0])
    return f"{number(party.least)}{GLUE}{unit} {'less' if _is_floor(instance, party) else 'more'}"


def _is_floor(instance: Instance, party: Party) -> bool:
    """Tell a limit over the plan that asks for at least so much, and for nothing else."""
    limits = {each.name: each for each in instance.limits}
    limit = limits[party.rule.items[0]] if party.rule.family == "limits" else None
    return limit is not None and limit.max is None and limit.max_share is None


def _advice(instance: Instance, party: Party) -> str:
    return LOWER if _is_floor(instance, party) else advice_on(party.rule)


def contradiction_json(
    instance: Instance, found: Contradiction, known: Sequence[str] = ()
) -> dict[str, Any]:
    """Give why no plan can exist as plain data, with its sentences."""
    return {
        "format_version": FORMAT_VERSION,
        "instance": found.instance,
        "instance_hash": found.instance_hash,
        "status": found.status,
        "blockers": [],
        "conflicts": [
            {
                "irreducible": conflict.irreducible,
                "rules": [
                    {
                        "rule": rule_of(instance, party.rule, ""),
                        "when": when(instance, party.rule.periods),
                        "remedy": _remedy(instance, party),
                        "next_step": _advice(instance, party),
                        **asdict(party),
                    }
                    for party in conflict.parties
                ],
            }
            for conflict in found.conflicts
        ],
        "known": list(known),
        "resolved": found.fixed,
        "tests": found.tests,
        "seconds": round(found.seconds, 3),
    }
