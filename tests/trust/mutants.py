"""Planted bugs: a rule of the model is dropped, loosened, tightened or has a sign turned.

Enumeration of tiny instances, and the plain program on worlds of every feature, must notice each;
`make mutants` runs it.

>>> python tests/trust/mutants.py --each 3
"""

import argparse
import ast
import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.machinery import SourceFileLoader
from itertools import count, islice
from pathlib import Path
from random import Random
from types import CodeType
from typing import Any, Final, NamedTuple

TESTS: Final = Path(__file__).parents[1]
FAMILIES: Final = TESTS.parent / "model" / "constraints"
TINY, WORLDS = 100, 1000
"""Instances of each kind that are tried before a mutant is said to have survived."""
WORDS: Final = {
    "berths": "'run'",
    "fabric": "'fabric_gbps_per_block'",
    "feeds": "'fed_by'",
    "interconnect": "'interconnect'",
    "limits": "'measure'",
    "link_loss": "'link': 0",
    "moves": "'move_cost'",
    "network": "'gbps_per_unit'",
    "options": "'options'",
    "orders": "'keep_to'",
    "reserve": "'survive': {'facility'",
    "runs": "'run'",
    "usage": "'per_block_hour'",
}
"""What the text of a world has that a family is about; where there is none, any world will do."""
NO_BUGS: Final = {
    "berths.run_that_starts_has_a_berth: only at most 0": "a run that starts is served at berths",
    "fleet.copies_in_order: dropped 0": "orders copies, of which any will do",
    "network.traffic_conserved: only at least 1": "what enters may be thrown away, at a price",
    "options.copies_open_in_order: dropped 0": "orders copies, of which any will do",
    "placement.served_together_only_where_used: dropped 0": "cuts off fractions only",
    "rounding.whole_blocks_for_what_is_met: dropped 0": "nothing is dropped there",
    "rounding.whole_blocks_for_what_is_met: dropped 1": "cuts off fractions only",
}
"""What changes no best plan, and why; it is not drawn."""
PATIENCE: Final = 3600
PLAIN: Final = "none"
"""The mutant without a bug, which must not be noticed."""
SAID: Final = "noticed by: "


class Mutant(NamedTuple):
    """A bug: of which rule in which family, and what it is."""

    family: str
    rule: str
    what: str
    number: int

    @property
    def name(self) -> str:
        """Say which bug it is."""
        return f"{self.family}.{self.rule}: {self.what} {self.number}"


class Planted(ast.NodeTransformer):
    """Plants one bug in one rule.

    Attributes:
        seen: how many places have been passed at which such a bug can stand.
    """

    def __init__(self, mutant: Mutant) -> None:
        """Remember which."""
        self.mutant, self.seen = mutant, 0

    def _here(self, what: str) -> bool:
        if what != self.mutant.what:
            return False
        self.seen += 1
        return self.seen == self.mutant.number + 1

    def visit_Return(self, node: ast.Return) -> ast.AST:
        """Drop the rule."""
        if node.value is not None and self._here("dropped"):
            node.value = ast.parse("pyo.Constraint.Feasible", mode="eval").body
            return node
        return self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Loosen an equation to one side, or let a limit be half of what it is."""
        op = node.ops[0]
        if isinstance(op, ast.Eq) and self._here("only at most"):
            node.ops[0] = ast.LtE()
        elif isinstance(op, ast.Eq) and self._here("only at least"):
            node.ops[0] = ast.GtE()
        elif isinstance(op, (ast.LtE, ast.GtE)) and _is_some(node) and self._here("halved"):
            half: ast.expr = ast.Constant(0.5 if isinstance(op, ast.LtE) else 2.0)
            node.comparators[0] = ast.BinOp(half, ast.Mult(), node.comparators[0])
        return self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Turn a sign, or leave out a factor."""
        if isinstance(node.op, ast.Add) and self._here("minus for plus"):
            node.op = ast.Sub()
        elif isinstance(node.op, ast.Sub) and self._here("plus for minus"):
            node.op = ast.Add()
        elif isinstance(node.op, ast.Mult) and self._here("a factor left out"):
            return node.right
        return self.generic_visit(node)


def _is_some(limit: ast.Compare) -> bool:
    """Say whether what is compared with is not 0, half of which is the same."""
    return not (isinstance(most := limit.comparators[0], ast.Constant) and most.value == 0)


WAYS: Final = (
    "dropped",
    "only at most",
    "only at least",
    "halved",
    "minus for plus",
    "plus for minus",
    "a factor left out",
)


def rules(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Give the functions that are rules: what ``block.Constraint`` decorates."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            decorators = map(ast.unparse, node.decorator_list)
            if any(each.startswith("block.Constraint(") for each in decorators):
                yield node


def mutants(family: str) -> list[Mutant]:
    """Give every bug that can be planted in the rules of a family, but what is none."""
    found = []
    for rule in rules(ast.parse((FAMILIES / f"{family}.py").read_text(encoding="utf-8"))):
        for what in WAYS:
            places = Planted(Mutant(family, rule.name, what, -2))
            for statement in copy.deepcopy(rule.body):
                places.visit(statement)
            found += [Mutant(family, rule.name, what, i) for i in range(places.seen)]
    return [mutant for mutant in found if mutant.name not in NO_BUGS]


def drawn(each: int, seed: int) -> list[Mutant]:
    """Draw some bugs of each family."""
    random = Random(seed)
    names = sorted(file.stem for file in FAMILIES.glob("[a-z]*.py"))
    return [m for name in names for m in _some(mutants(name), each, random)]


def _some(found: list[Mutant], most: int, random: Random) -> list[Mutant]:
    return sorted(random.sample(found, min(most, len(found))))


def planted(mutant: Mutant) -> str:
    """Give the source of the family with the bug in it."""
    tree = ast.parse((FAMILIES / f"{mutant.family}.py").read_text(encoding="utf-8"))
    (rule,) = [each for each in rules(tree) if each.name == mutant.rule]
    plant = Planted(mutant)
    rule.body = [plant.visit(statement) for statement in rule.body]
    assert plant.seen > mutant.number, mutant.name
    return ast.unparse(ast.fix_missing_locations(tree))


def plant(mutant: Mutant) -> None:
    """Let this process import the family with the bug in it."""
    source, name = planted(mutant), f"gridblock.model.constraints.{mutant.family}"
    assert name not in sys.modules
    usual = SourceFileLoader.get_code

    def code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        if fullname == name:
            return compile(source, loader.get_filename(fullname), "exec")
        return usual(loader, fullname)

    SourceFileLoader.get_code = code  # type: ignore[method-assign, assignment]


def noticed(tiny: int, worlds: int, word: str) -> str:
    """Say which instance shows that something is wrong with the model; nothing where none does.

    Args:
        tiny: how many tiny instances are tried.
        worlds: how many worlds.
        word: what their text must have.
    """
    sys.path.insert(0, str(TESTS))
    from gridblock.model import surviving
    from gridblock.plan import solve
    from gridblock.solvers.session import Session
    from model.test_every import disagreement
    from rivals.every import every
    from rivals.here import session_here
    from trust.fuzz import compared

    session, here = Session(), session_here()

    def plan(instance: Any, **how: Any) -> Any:
        # Not in this process, in which the plain program is solved with other threads.
        return solve(instance, session=session, gap=1e-9, **how)

    for seed in range(tiny):
        try:
            if compared(seed, here).what == "differs":
                return f"tiny {seed}"
        except Exception as error:
            return f"tiny {seed}: {error!r}"[:120]
    circles = surviving.MOST_CIRCLES, 0
    for seed in islice((seed for seed in count() if word in str(every(seed))), worlds):
        # Losses of facilities are told in two ways, of which small worlds take one by themselves.
        setattr(surviving, "MOST_CIRCLES", circles[seed % 2])  # noqa: B010
        try:
            if disagreement(seed, plan):
                return f"world {seed}"
        except Exception as error:
            return f"world {seed}: {error!r}"[:120]
    return ""


def tried(mutant: Mutant | None, tiny: int, worlds: int) -> str:
    """Look for an instance that shows a bug, in a process of its own."""
    line = [sys.executable, __file__, "--tiny", str(tiny), "--worlds", str(worlds), "--one"]
    one = PLAIN if mutant is None else json.dumps(mutant)
    try:
        ran = subprocess.run(
            [*line, one], capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return f"no end within {PATIENCE} s"
    if ran.returncode:
        return f"exit code {ran.returncode}: {ran.stderr[-200:]}"
    return ran.stdout.rpartition(SAID)[2].strip()


def main() -> int:
    """Try bugs and tell of each; 1 where more than one in twenty survives, or all is noticed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=3, help="bugs of each family")
    parser.add_argument("--seed", type=int, default=0, help="of the draw")
    parser.add_argument("--tiny", type=int, default=TINY)
    parser.add_argument("--worlds", type=int, default=WORLDS)
    parser.add_argument("--family", help="of this family alone")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--one", help="a bug as JSON")
    asked = parser.parse_args()
    if asked.one:
        bug = None if asked.one == PLAIN else Mutant(*json.loads(asked.one))
        if bug:
            plant(bug)
        word = WORDS.get(bug.family, "") if bug else ""
        print(SAID + noticed(asked.tiny, asked.worlds, word))  # noqa: T201
        return 0
    bugs = [m for m in drawn(asked.each, asked.seed) if asked.family in {None, m.family}]
    made: list[Mutant | None] = [None, *bugs]
    survived, alarm = 0, False
    with ThreadPoolExecutor(asked.processes) as pool:
        found = pool.map(lambda mutant: tried(mutant, asked.tiny, asked.worlds), made)
        for mutant, by in zip(made, found, strict=True):
            name = "without a bug" if mutant is None else mutant.name
            print(f"{name}: {by or 'not noticed'}", flush=True)  # noqa: T201
            alarm |= mutant is None and bool(by)
            survived += mutant is not None and not by
    print(f"{len(made) - 1 - survived} of {len(made) - 1} noticed", flush=True)  # noqa: T201
    return int(alarm or survived > 0.05 * (len(made) - 1))


if __name__ == "__main__":
    sys.exit(main())
