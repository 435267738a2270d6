"""Pages that are written anew for each build: commands, fields, examples, the schema."""

import html
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo
from rules import records_of_the_schema

from gridblock.commands.lessons import lessons
from gridblock.commands.schema import FILE, schema_text
from gridblock.instances.schema.fields import Fields
from gridblock.instances.schema.units import unit_of

TABLES = shutil.ignore_patterns("*.csv", "*.jsonl")


def write_all(docs: Path) -> None:
    """Write them into ``docs/generated``."""
    folder = docs / "generated"
    shutil.rmtree(folder, ignore_errors=True)
    static = folder / "static"
    static.mkdir(parents=True)
    (folder / "commands.md").write_text(commands(), encoding="utf-8")
    (folder / "fields.md").write_text(fields(), encoding="utf-8")
    (static / FILE).write_text(schema_text(), encoding="utf-8")
    shutil.copytree(docs.parent / "benchmarks" / "results", folder / "results", ignore=TABLES)
    (folder / "examples").mkdir()
    for path in lessons().values():
        shutil.copy(path, folder / "examples" / f"{path.stem}.nb.py")


def commands() -> str:
    """Give the command line's own help as a page."""
    asked = ("-m", "typer", "gridblock.cli", "utils", "docs", "--name", "gridblock")
    ran = subprocess.run([sys.executable, *asked], check=True, capture_output=True, text=True)
    plain = re.sub(r"\[/?b\]", "`", html.unescape(ran.stdout))
    listed = re.sub(r"(?s)\n\*\*Commands\*\*:\n\n(\* [^\n]*\n)+", "\n", plain, count=1)
    return listed.replace("# `gridblock`", "# Every command", 1)


def fields() -> str:
    """Give every field of an instance as a page, record by record."""
    head = (
        "# Every field of an instance\n\n"
        f"As an editor has it: [`{FILE}`](static/{FILE}). A *series* is a number, a list with one\n"
        "value a period, or `{period: value}` holding until the next one named. Instead of a\n"
        'number text with a unit may stand wherever a unit is given: `"120 MW"`.\n'
    )
    return head + "".join(_record(each) for each in records_of_the_schema())


def _record(record: Any) -> str:
    title = "The instance" if record is Fields else record.__name__
    said = " ".join((record.__doc__ or "").split())
    rows = "\n".join(_rows(record))
    head = "| field | unit | default | what it is |\n|---|---|---|---|\n"
    return f"\n## {title}\n\n{said}\n\n{head}{rows}\n"


def _rows(record: Any) -> Iterator[str]:
    for own, field in record.model_fields.items():
        if own == "source" and record is not Fields:
            continue
        unit = unit_of(field)
        said = " ".join((field.description or "").split()).replace("``", "`").replace("|", "\\|")
        cells = (f"`{field.alias or own}`", unit.words if unit else "", _default(field), said)
        yield f"| {' | '.join(cells)} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    plain = isinstance(field.default, str | int | float)
    return f"`{field.default}`" if plain and field.default is not None else ""
