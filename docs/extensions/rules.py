"""The directive ``rule``: a family of rules as its own module tells it, so that no page can drift.

Sentence and formulas are the docstrings of the family, fields come from the schema, the names of
rows from the decorated functions, and what the audit checks from its own table of contents.
"""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.units import unit_of
from gridblock.instances.tables import shapes
from gridblock.model import audit

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"``([A-Z]\w+)\.(\w+)``")
"""A field that a docstring names: ``Block.uses``."""
RUBRIC = "```{rubric}"
"""A heading of its own that leaves the levels of the page alone."""


class Rule(SphinxDirective):
    """Sentence, formula, fields, rows and audit of a family: ```{rule} power```."""

    required_arguments = 1
    option_spec = {  # noqa: RUF012
        "audit": directives.unchanged,
        "fields": directives.unchanged,
        "module": directives.unchanged,
    }

    def run(self) -> list[nodes.Node]:
        """Give the page's first part."""
        name = self.arguments[0]
        module = self.options.get("module", f"constraints.{name}")
        path = ROOT / "model" / f"{module.replace('.', '/')}.py"
        self.env.note_dependency(str(path))
        source = ast.parse(path.read_text(encoding="utf-8"))
        told = list(_formulas(source))
        asked = self.options.get("fields", "").split()
        fields = dict.fromkeys((*_fields_named(told), *asked))
        text = [*(markdown(each) for each in told), _fields(fields), _rows(source)]
        text += [_checks(self.options.get("audit", "").split()), _where(path, name)]
        return self.parse_text_to_nodes("\n\n".join(part for part in text if part))


def _formulas(source: ast.Module) -> Iterator[str]:
    """Give the docstring of ``add``, and those of what it calls that have a formula."""
    for function in source.body:
        if isinstance(function, ast.FunctionDef):
            said = ast.get_docstring(function) or ""
            if function.name == "add" or ".. math::" in said:
                yield said


def markdown(docstring: str) -> str:
    """Turn what docstrings have of reStructuredText into Markdown."""
    text = re.sub(r":math:`([^`]*)`", r"{math}`\1`", docstring).replace("``", "`")
    block = re.compile(
        r"^\.\. math::((?: [^\n]*)?(?:\n(?:[ \t]+[^\n]*|[ \t]*(?=\n[ \t]))*)*)", re.M
    )
    return block.sub(lambda found: f"```{{math}}\n{found[1].strip()}\n```\n", text)


def _fields_named(told: list[str]) -> list[str]:
    return [".".join(found) for each in told for found in NAMED.findall(each)]


def _fields(names: dict[str, None]) -> str:
    """Give a table of fields, each as the schema describes it."""
    records = {record.__name__: record for record in records_of_the_schema()}
    rows = []
    for name in names:
        record, _, own = name.partition(".")
        known = {field.alias or key: field for key, field in records[record].model_fields.items()}
        field = known[own]
        unit = unit_of(field)
        said = " ".join((field.description or "").split()).replace("|", "\\|").replace("``", "`")
        rows.append(f"| `{name}` | {unit.words if unit else ''} | {said} |")
    head = f"{RUBRIC} Fields\n```\n\n| field | unit | what it is |\n|---|---|---|\n"
    return head + "\n".join(rows) if rows else ""


def records_of_the_schema() -> list[Any]:
    """Give every record of an instance, outermost first."""
    found: dict[Any, None] = {Fields: None}
    queue: list[Any] = [Fields]
    while queue:
        for field in queue.pop(0).model_fields.values():
            for inner in _inside(shapes.shape(field.annotation)):
                if inner not in found:
                    found[inner] = None
                    queue.append(inner)
    return list(found)


def _inside(shape: shapes.Shape | None) -> Iterator[Any]:
    if shape is not None:
        yield from shape.models
        yield from _inside(shape.items)
        yield from _inside(shape.values)


def _rows(source: ast.Module) -> str:
    """List the names of the rows, which conflicts, LP files and prices show."""
    names = [
        each.name
        for each in ast.walk(source)
        if isinstance(each, ast.FunctionDef)
        and any("Constraint" in ast.unparse(decorator) for decorator in each.decorator_list)
    ]
    listed = ", ".join(f"`{name}`" for name in names)
    return (
        f"{RUBRIC} Names of its rows\n```\n\nIn LP files, conflicts and tests: {listed}."
        if names
        else ""
    )


def _checks(modules: list[str]) -> str:
    """List what the audit checks of it."""
    lines = []
    for module in modules:
        home = import_module(f"gridblock.model.rules.{module}")
        for name in audit.RULES:
            rule = vars(home).get(name)
            if rule is not None and rule.__module__ == home.__name__:
                first = (rule.__doc__ or "").splitlines()[0].replace("``", "`")
                lines.append(f"- `{name}`: {first}")
    head = f"{RUBRIC} What the audit checks\n```\n\nWith no code of the model:\n\n"
    return head + "\n".join(lines) if lines else ""


def _where(path: Path, name: str) -> str:
    """Say where the rule lives and is tested."""
    tests = ROOT / "tests" / "model" / f"test_rules_{name}.py"
    here = f"`{path.relative_to(ROOT)}`"
    tested = f", tests `{tests.relative_to(ROOT)}`" if tests.exists() else ""
    return f"It lives in {here}{tested}."


def setup(app: Sphinx) -> ExtensionMetadata:
    """Make the directive known."""
    app.add_directive("rule", Rule)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
