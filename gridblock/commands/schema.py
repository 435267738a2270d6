"""``gridblock schema``: the JSON Schema of instances, for editors and other tools."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridblock.commands.ending import ended
from gridblock.commands.files import refuse_without_folder
from gridblock.commands.talk import Talk, put

if TYPE_CHECKING:
    from pydantic_core import core_schema

FILE = "gridblock.schema.json"
"""The name that the first line of an instance looks for, beside it."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"
BOUNDS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}


def schema(
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Write it to a file, replacing what is there."
        ),
    ] = None,
) -> None:
    """Show the JSON Schema of instances: titles, units, descriptions, bounds.

    An editor that has it completes and checks fields. `gridblock new` writes it
    beside the instance, whose first line points the editor to it:
    `# yaml-language-server: $schema=gridblock.schema.json`
    """
    talk = Talk()
    with ended(talk):
        text = schema_text()
        if output is None:
            put(text)
        else:
            from gridblock.instances.write import write_text

            refuse_without_folder(output)
            write_text(output, text)
            talk.note(f"wrote {output}")


def schema_text() -> str:
    """Give the JSON Schema of an instance as a file holds it."""
    return json.dumps(instance_schema(), indent=2, ensure_ascii=False) + "\n"


def instance_schema() -> dict[str, Any]:
    """Give the JSON Schema of an instance."""
    from pydantic.json_schema import GenerateJsonSchema

    from gridblock.instances.schema.fields import Fields

    class Generator(GenerateJsonSchema):
        """Lets a name be written like a number, as reading does: ``first: 2026``."""

        def function_before_schema(
            self, schema: "core_schema.BeforeValidatorFunctionSchema"
        ) -> dict[str, Any]:
            made = super().function_before_schema(schema)
            return made | {"type": ["string", "number"]} if made == {"type": "string"} else made

    made = _worded(Fields.model_json_schema(schema_generator=Generator))
    return {"$schema": DIALECT, **made, "title": "gridblock instance"}


def _worded(made: Any) -> Any:
    """Write bounds in the words of JSON Schema, which pydantic leaves in its own now and then.

    Descriptions lose the line breaks that they have in the source.
    """
    if isinstance(made, list):
        return [_worded(item) for item in made]
    if not isinstance(made, dict):
        return made
    said = made.get("description")
    joined = {"description": " ".join(said.split())} if isinstance(said, str) else {}
    return {BOUNDS.get(name, name): _worded(value) for name, value in {**made, **joined}.items()}
