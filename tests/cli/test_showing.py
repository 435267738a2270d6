"""What shows and writes without solving: help, examples, templates, schema, completion."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.main import get_command

from gridblock import __version__
from gridblock.cli import app
from gridblock.commands.schema import instance_schema
from gridblock.commands.sources import GALLERY, examples, title
from gridblock.instances import document
from gridblock.instances.generate import generate
from gridblock.instances.plausibility import warnings
from gridblock.instances.read import read

COMMANDS = sorted(get_command(app).commands)
TEMPLATE = GALLERY.parent / "template.yaml"


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    made = instance_schema()
    Draft202012Validator.check_schema(made)
    return made


def problems(value: Any, schema: dict[str, Any]) -> list[str]:
    """Give what the library for JSON Schema finds wrong with a value, each with its path."""
    # To the library a list is an array only if it is a plain one.
    plain = json.loads(json.dumps(value))
    return [
        f"{error.json_path}: {error.message}"
        for error in Draft202012Validator(schema).iter_errors(plain)
    ]


def test_version(gridblock: Any) -> None:
    assert gridblock("--version").stdout == f"gridblock {__version__}\n"


def test_help_names_every_command_in_80_columns(gridblock: Any) -> None:
    answer = gridblock("--help").stdout
    assert all(f" {command} " in answer for command in COMMANDS)
    assert max(map(len, answer.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_has_help_in_80_columns(gridblock: Any, command: str) -> None:
    ran = gridblock(command, "-h")
    assert ran.exit_code == 0
    assert max(map(len, ran.stdout.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_lines_of_help_end_where_they_should(gridblock: Any, command: str) -> None:
    # A line of an exit code's text that is too long for 80 columns leaves a word on one of its own.
    prose = gridblock(command, "-h").stdout.partition("╭")[0]
    paragraphs = [part.strip() for part in prose.split("Usage:")[1].split("\n \n")]
    for lines in (part.splitlines() for part in re.split(r"\n\s*\n", "\n\n".join(paragraphs))):
        assert all(len(line.strip()) > 24 for line in lines[:-1])


def test_without_a_command_there_is_help(gridblock: Any) -> None:
    assert "solve" in gridblock().output


def test_an_unknown_command_is_bad_usage(gridblock: Any) -> None:
    assert gridblock("plan").exit_code == 2


def test_examples_are_listed_with_their_titles(gridblock: Any) -> None:
    answer = gridblock("examples").stdout
    assert "first " in answer
    assert "The smallest useful instance" in answer
    assert all(name in answer for name in examples())
    assert max(map(len, answer.splitlines())) <= 80


@pytest.mark.parametrize("path", examples().values(), ids=examples())
def test_each_example_has_a_short_title(path: Path) -> None:
    assert 5 < len(title(path)) < 120


def test_an_example_is_shown_and_copied_but_never_over_a_file(
    gridblock: Any, tmp_path: Path
) -> None:
    text = (GALLERY / "first.yaml").read_text()
    assert gridblock("examples", "first").stdout == text
    assert gridblock("examples", "first", "-o", "mine.yaml").exit_code == 0
    assert (tmp_path / "mine.yaml").read_text() == text
    again = gridblock("examples", "power-binds", "-o", "mine.yaml")
    assert again.exit_code == 2
    assert (tmp_path / "mine.yaml").read_text() == text


def test_an_unknown_example_is_told_with_the_nearest(gridblock: Any) -> None:
    ran = gridblock("examples", "frist")
    assert ran.exit_code == 3
    assert "did you mean 'first'?" in ran.stderr


def test_a_new_instance_solves_as_it_is(gridblock: Any, tmp_path: Path) -> None:
    ran = gridblock("new", "deal")
    assert ran.exit_code == 0
    assert ran.stdout == ""
    instance = read(tmp_path / "deal.yaml")
    assert instance.name == "deal"
    assert warnings(instance) == ()
    assert gridblock("solve", "deal.yaml", "--no-save").exit_code == 0
    assert gridblock("new", "deal").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "file", "name"),
    [
        (("no: [x",), "no: [x.yaml", "no: [x"),
        (("-o", "a.yml"), "a.yml", "a"),
        (("deal", "-o", "b.yaml"), "b.yaml", "deal"),
        (("c.yaml",), "c.yaml", "c"),
        (("007",), "007.yaml", "007"),
    ],
)
def test_a_new_instance_is_called_as_asked(
    gridblock: Any, tmp_path: Path, arguments: tuple[str, ...], file: str, name: str
) -> None:
    assert gridblock("new", *arguments).exit_code == 0
    assert read(tmp_path / file).name == name


@pytest.mark.parametrize("arguments", [(), ("-o", "a.json"), ("no/such/folder",), ("-o", ".")])
def test_a_new_instance_that_cannot_be_written(gridblock: Any, arguments: tuple[str, ...]) -> None:
    assert gridblock("new", *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "file", "name"),
    [
        (("--rung", "S"), "ladder-S-0.json", "ladder-S-0"),
        (("--rung", "s", "--seed", "3", "-o", "b.yaml"), "b.yaml", "ladder-S-3"),
        (("mine", "--rung", "S"), "mine.json", "mine"),
        (("mine.yaml", "--rung", "S"), "mine.yaml", "mine"),
    ],
)
def test_a_generated_instance(
    gridblock: Any, tmp_path: Path, arguments: tuple[str, ...], file: str, name: str
) -> None:
    ran = gridblock("new", *arguments)
    assert ran.exit_code == 0
    assert f"gridblock solve {file}" in ran.stderr
    given = read(tmp_path / file)
    assert given.name == name
    assert warnings(given) == ()
    made = generate("S", 3 if "3" in arguments else 0)
    assert given.hash == made.replace(name=name).hash
    assert gridblock("new", *arguments).exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--rung", "XS"), "there are S, M, L, XL"),
        (("deal", "--seed", "3"), "give --rung"),
        (("--rung", "S", "--seed", "-1"), "no whole number"),
        (("--rung", "S", "-o", "a.csv"), ".csv"),
    ],
)
def test_an_instance_that_cannot_be_generated(
    gridblock: Any, arguments: tuple[str, ...], said: str
) -> None:
    ran = gridblock("new", *arguments)
    assert ran.exit_code == 2
    assert said in " ".join(ran.stderr.replace("│", " ").split())


def test_the_schema_accepts_every_example(
    gridblock: Any, tmp_path: Path, schema: dict[str, Any]
) -> None:
    assert json.loads(gridblock("schema").stdout) == schema
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for path in (*examples().values(), TEMPLATE):
        assert problems(document.load(path).data, schema) == []
    assert gridblock("schema", "-o", "schema.json").exit_code == 0
    assert json.loads((tmp_path / "schema.json").read_text()) == schema


def test_the_schema_refuses_what_reading_refuses(schema: dict[str, Any]) -> None:
    for spoilt in (
        {},
        {"gridblock": 2},
        {"gridblock": 1, "nam": "x"},
        {"gridblock": 1, "demands": [{"name": "d"}]},
        {"gridblock": 1, "facilities": {"f": {"pue": 0}}},
    ):
        assert problems(spoilt, schema) != []


def test_the_schema_lets_text_with_a_unit_stand_for_a_number(schema: dict[str, Any]) -> None:

    def at_a_site(grid: Any, pue: Any = 1) -> list[str]:
        site = {"grid_mw": grid, "pue": pue, "limits": {"power_mw": grid}}
        return problems({"gridblock": 1, "facilities": {"f": site}}, schema)

    for good in ("120 MW", "1.2e2MW", "-.5 MW", ["120 MW", 130], {"2026Q3": "120 MW"}):
        assert at_a_site(good) == []
    for bad in ("120", "MW", "abc", "1,600 MW", ["120"]):
        assert at_a_site(bad) != []
    # PUE has no unit.
    assert at_a_site(1, "1.2 MW") != []
    said = json.dumps(schema["$defs"]["Facility"]["properties"]["energy_per_mwh"])
    assert "A number with a unit, converted to that of the field: money/MWh." in said


def test_the_schema_says_of_every_field_what_it_is_and_in_what_unit(schema: dict[str, Any]) -> None:
    for record in (schema, *schema["$defs"].values()):
        for name, field in record.get("properties", {}).items():
            assert field["title"].partition(" [")[0] == name
            assert field["description"] == " ".join(field["description"].split())
            assert ("unit" in field) == field["title"].endswith("]")
    facility, block = schema["$defs"]["Facility"], schema["$defs"]["Block"]
    assert facility["properties"]["grid_mw"]["title"] == "grid_mw [MW]"
    assert facility["properties"]["grid_mw"]["unit"] == "MW"
    assert block["properties"]["cost_once"]["unit"] == "money/block"
    assert "unit" not in facility["properties"]["tags"]


def test_the_schema_that_is_published_is_the_one_that_is_made(gridblock: Any) -> None:
    published = GALLERY.parent / "gridblock.schema.json"
    # When fields changed: gridblock schema -o instances/gridblock.schema.json
    assert published.read_text(encoding="utf-8") == gridblock("schema").stdout


def test_a_new_instance_points_an_editor_to_the_schema_beside_it(
    gridblock: Any, tmp_path: Path, schema: dict[str, Any]
) -> None:
    assert gridblock("new", "deal").exit_code == 0
    first_line = (tmp_path / "deal.yaml").read_text(encoding="utf-8").splitlines()[0]
    pointed_to = first_line.removeprefix("# yaml-language-server: $schema=")
    assert json.loads((tmp_path / pointed_to).read_text(encoding="utf-8")) == schema
    # One that is there already stays as it is.
    (tmp_path / pointed_to).write_text("{}")
    assert gridblock("new", "other").exit_code == 0
    assert (tmp_path / pointed_to).read_text() == "{}"


def complete(words: str) -> list[str]:
    environment = os.environ | {
        "_GRIDBLOCK_COMPLETE": "complete_bash",
        "COMP_WORDS": words,
        "COMP_CWORD": str(words.count(" ")),
    }
    code = "import sys; sys.argv = ['gridblock']; from gridblock.cli import main; main()"
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code], env=environment, capture_output=True, text=True
    )
    return ran.stdout.split()


def test_the_shell_completes_commands_and_examples() -> None:
    assert complete("gridblock so") == ["solve"]
    assert complete("gridblock solve colos") == ["colossus"]
    assert complete("gridblock examples power") == ["power-binds"]


def test_completion_can_be_shown(gridblock: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION", "1")
    answer = gridblock("--show-completion", "bash").stdout
    assert "complete" in answer


def test_a_name_with_blanks_is_quoted_in_the_command_that_comes_next(gridblock: Any) -> None:
    assert gridblock("new", "my plant").stderr.endswith("gridblock solve 'my plant.yaml'\n")
