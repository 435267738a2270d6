"""plan.json: a plan as plain data and back, without loss."""

import sys
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from gridblock.instances.faults import Fault, InstanceError
from gridblock.instances.seal import digest
from gridblock.model.plan import (
    FORMAT_VERSION,
    STATUSES,
    ArcFlow,
    Assignment,
    Decisions,
    InterconnectFlow,
    Lease,
    LeaseUse,
    Ordering,
    PlanData,
    Rerouted,
    ReroutedArc,
    ReroutedFlow,
    RunStart,
    Service,
    Stage,
    Standing,
    TunnelFlow,
    ZoneService,
)

Kind = type[Any] | tuple[type[Any], ...]
NUMBER: Final = (int, float)
ROWS: Final[Mapping[str, tuple[type[Any], str]]] = {
    "bought": (Standing, "blocks"),
    "retired": (Standing, "blocks"),
    "ordered": (Ordering, "lots"),
    "leased": (Lease, "blocks"),
    "leases_used": (LeaseUse, "blocks"),
    "switched_off": (Standing, "blocks"),
    "assigned": (Assignment, "blocks"),
    "moved": (Assignment, "blocks"),
    "reserved": (Assignment, "blocks"),
    "served": (Service, "units"),
    "starts": (RunStart, "started"),
    "served_in": (ZoneService, "units"),
    "tunnel_gbps": (TunnelFlow, "gbps"),
    "arc_gbps": (ArcFlow, "gbps"),
    "interconnect_gbps": (InterconnectFlow, "gbps"),
    "rerouted": (Rerouted, "units"),
    "rerouted_gbps": (ReroutedFlow, "gbps"),
    "rerouted_arc_gbps": (ReroutedArc, "gbps"),
}
"""The key of each table of decisions and the name of its value."""


def to_plain(plan: PlanData) -> dict[str, Any]:
    """Give a plan as plain data, sealed with a digest of all of it but ``seconds``."""
    data: dict[str, Any] = {"format_version": FORMAT_VERSION}
    data |= {
        field.name: getattr(plan, field.name) for field in fields(plan) if field.name != "decisions"
    }
    data |= {name: dict(data[name]) for name in ("costs", "seconds", "solver")}
    data["conflict"] = list(plan.conflict)
    data["stages"] = [stage._asdict() for stage in plan.stages]
    data["decisions"] = None if plan.decisions is None else _rows(plan.decisions)
    data["digest"] = digest(data)
    return data


def _rows(decisions: Decisions) -> dict[str, list[dict[str, Any]]]:
    tables = {}
    for name, (_, value_name) in ROWS.items():
        tables[name] = [
            {**_plain_key(key), value_name: value}
            for key, value in getattr(decisions, name).items()
        ]
    return tables


def _plain_key(key: Any) -> dict[str, Any]:
    named: dict[str, Any] = key._asdict()
    return {name: list(part) if isinstance(part, tuple) else part for name, part in named.items()}


def from_plain(data: Any, file: str | None = None) -> PlanData:
    """Read a plan from plain data.

    Raises:
        InstanceError: the data is not a plan, with the place of the first fault.
    """
    reader = _Reader(file)
    top = reader.expect(data, dict, ())
    if top.get("format_version") != FORMAT_VERSION:
        raise reader.fault(("format_version",), f"must be {FORMAT_VERSION}")
    if top.get("status") not in STATUSES:
        raise reader.fault(("status",), f"must be one of {', '.join(STATUSES)}")
    numbers = {name: reader.number(top, name) for name in ("objective", "bound", "gap")}
    return PlanData(
        instance=reader.expect(top.get("instance"), str, ("instance",)),
        instance_hash=reader.expect(top.get("instance_hash"), str, ("instance_hash",)),
        status=top["status"],
        stop=reader.expect(top.get("stop"), str, ("stop",)),
        decisions=None if top.get("decisions") is None else reader.decisions(top["decisions"]),
        gap_asked=reader.number(top, "gap_asked") or 0.0,
        costs=reader.numbers(top, "costs"),
        seconds=reader.numbers(top, "seconds"),
        solver=reader.expect(top.get("solver", {}), dict, ("solver",)),
        conflict=reader.lines(top, "conflict"),
        stages=reader.stages(top.get("stages", [])),
        **numbers,
    )


class _Reader:
    """Checks plain data while it is taken apart."""

    def __init__(self, file: str | None) -> None:
        self.file = file

    def fault(self, path: tuple[str | int, ...], message: str) -> InstanceError:
        return InstanceError((Fault(path, message, self.file),))

    def expect(self, value: Any, kind: Kind, path: tuple[str | int, ...]) -> Any:
        if not isinstance(value, kind) or isinstance(value, bool):
            names = {
                dict: "a mapping",
                list: "a list",
                str: "a text",
                int: "a whole number",
                NUMBER: "a number",
            }
            raise self.fault(path, f"must be {names[kind]} in a plan")
        return value

    def number(self, data: Mapping[str, Any], name: str) -> float | None:
        value = data.get(name)
        return None if value is None else float(self.figure(value, (name,)))

    def figure(self, value: Any, path: tuple[str | int, ...]) -> float:
        """Expect a number that is finite."""
        figure: float = self.expect(value, NUMBER, path)
        if not -sys.float_info.max <= figure <= sys.float_info.max:
            raise self.fault(path, "must be a finite number in a plan")
        return figure

    def numbers(self, data: Mapping[str, Any], name: str) -> dict[str, float]:
        table = self.expect(data.get(name, {}), dict, (name,))
        return {key: self.figure(value, (name, key)) for key, value in table.items()}

    def lines(self, data: Mapping[str, Any], name: str) -> tuple[str, ...]:
        lines = self.expect(data.get(name, []), list, (name,))
        return tuple(self.expect(line, str, (name, i)) for i, line in enumerate(lines))

    def stages(self, data: Any) -> tuple[Stage, ...]:
        return tuple(
            self.stage(each, ("stages", i))
            for i, each in enumerate(self.expect(data, list, ("stages",)))
        )

    def stage(self, data: Any, here: tuple[str | int, ...]) -> Stage:
        fields = self.expect(data, dict, here)
        if set(fields) != {*Stage._fields}:
            raise self.fault(here, f"must have the fields {', '.join(Stage._fields)}")
        figures = {
            name: None if fields[name] is None else float(self.figure(fields[name], (*here, name)))
            for name in ("value", "bound", "gap", "unmet")
        }
        for name in ("value", "unmet"):
            if figures[name] is None:
                raise self.fault((*here, name), "must be a number in a plan")
        return Stage(self.expect(fields["tier"], int, (*here, "tier")), **figures)  # type: ignore[arg-type]

    def decisions(self, data: Any) -> Decisions:
        tables = self.expect(data, dict, ("decisions",))
        unknown = next((name for name in tables if name not in ROWS), None)
        if unknown is not None:
            raise self.fault(("decisions", unknown), "is not a table of decisions")
        read: dict[str, Any] = {name: self.table(name, tables.get(name, [])) for name in ROWS}
        return Decisions(**read)

    def table(self, name: str, rows: Any) -> dict[Any, float]:
        key_type, value_name = ROWS[name]
        table: dict[Any, float] = {}
        for i, row in enumerate(self.expect(rows, list, ("decisions", name))):
            here = ("decisions", name, i)
            fields = self.expect(row, dict, here)
            if set(fields) != {*key_type._fields, value_name}:
                raise self.fault(
                    here, f"must have the fields {', '.join((*key_type._fields, value_name))}"
                )
            key = key_type(*(self.part(fields, part, here) for part in key_type._fields))
            if key in table:
                raise self.fault(here, "says again what an earlier row says")
            table[key] = self.figure(fields[value_name], (*here, value_name))
        return table

    def part(self, fields: Mapping[str, Any], name: str, here: tuple[str | int, ...]) -> Any:
        value = fields[name]
        if name == "links":
            links = self.expect(value, list, (*here, name))
            return tuple(self.expect(link, str, (*here, name)) for link in links)
        if name == "max_ms":
            return None if value is None else self.figure(value, (*here, name))
        return self.expect(value, str, (*here, name))
