"""The two-stage program of an instance in files, for processes that solve its scenarios apart."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gridblock.instances.instance import Instance
from gridblock.instances.write import to_json, write_text
from gridblock.model.common_orders import Order
from gridblock.model.extensive import Domain, Extensive, extensive
from gridblock.solvers.outcome import Settings
from gridblock.solvers.stochastic.orders import Orders

FILE: Final = "program.json"


def packed(program: Orders, name: str) -> str:
    """Give one scenario as text."""
    shared = [[*key, count] for key, count in program.shared[name].items()]
    given = program.given[name].plain()
    return to_json({"instance": given, "shared": shared, "resolves": program.resolves})


def unpacked(text: str, name: str, settings: Settings) -> Orders:
    """Give a program of one scenario."""
    data = json.loads(text)
    given = Instance.parse(data["instance"])
    shared = {(kind, path, t): count for kind, path, t, count in data["shared"]}
    return Orders({name: given}, {name: shared}, data["resolves"], settings, {name: 1.0})


def write(folder: Path, program: Orders, domains: Mapping[Any, Domain]) -> None:
    """Write a program into a folder, a file for each scenario.

    Args:
        folder: where it goes.
        program: what may come, and what is given then.
        domains: what may be decided, by order, in all scenarios.
    """
    scenarios = []
    for i, (name, probability) in enumerate(program.probability.items()):
        file = f"scenario-{i:04d}.json"
        write_text(folder / file, packed(program, name))
        scenarios.append({"name": name, "probability": probability, "file": file})
    decided = [{"order": list(order), "domain": list(domain)} for order, domain in domains.items()]
    data = {"scenarios": scenarios, "decided": decided}
    write_text(folder / FILE, to_json(data))


class Traveller:
    """A program that was written into a folder.

    Attributes:
        probability: of each scenario, by name.
        domains: what may be decided, by order.
    """

    def __init__(self, folder: Path) -> None:
        """Read what all scenarios have in common."""
        data = json.loads((folder / FILE).read_text(encoding="utf-8"))
        self._folder = folder
        self._files = {each["name"]: each["file"] for each in data["scenarios"]}
        self.probability = {each["name"]: each["probability"] for each in data["scenarios"]}
        self.domains = {Order(*each["order"]): Domain(*each["domain"]) for each in data["decided"]}

    def build(self, name: str) -> Extensive:
        """Build one scenario, with all that may be decided in the same order in every one."""
        text = (self._folder / self._files[name]).read_text(encoding="utf-8")
        program = unpacked(text, name, Settings())
        return extensive(program.create, {name: 1.0}, domains=self.domains)
