"""``gridblock examples``: what is shipped."""

from pathlib import Path
from typing import Annotated

import typer

from gridblock.commands import lessons, sources
from gridblock.commands.ending import ended
from gridblock.commands.files import write_new
from gridblock.commands.talk import Talk, Voice, put
from gridblock.instances.faults import Fault, InstanceError, did_you_mean


def _names(incomplete: str) -> list[str]:
    return [name for name in sources.examples() if name.startswith(incomplete)]


def examples(
    name: Annotated[
        str | None,
        typer.Argument(
            metavar="NAME",
            help="The example to show; default all, one line each.",
            show_default=False,
            autocompletion=_names,
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Copy the example to a new file."),
    ] = None,
) -> None:
    """List the shipped instances, show one, or copy it; and the numbered scripts."""
    talk = Talk()
    with ended(talk):
        shipped = sources.examples()
        if name is None and output is not None:
            message = "which example? Name it: gridblock examples first -o my.yaml"
            raise typer.BadParameter(message)
        if name is None:
            _list(shipped)
            return
        if name not in shipped:
            message = f"there is no such example{did_you_mean(name, shipped)}"
            raise InstanceError([Fault((), message, name)])
        text = shipped[name].read_text(encoding="utf-8")
        if output is None:
            put(text)
        else:
            write_new(output, text)
            talk.note(f"copied to {output}; solve it with: gridblock solve {output}")


def _list(shipped: dict[str, Path]) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column()
    for name, path in shipped.items():
        table.add_row(name, sources.title(path))
    table.add_section()
    for number, path in lessons.lessons().items():
        table.add_row(f"new --example {number}", f"{lessons.title(path)}, as a script in Python")
    Voice().print(table)
