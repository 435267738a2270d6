"""The numbered examples: scripts to copy, or notebooks made of them."""

import re
from pathlib import Path

import typer

from gridblock import examples
from gridblock.commands.files import write_new
from gridblock.commands.talk import Talk

FOLDER = Path(examples.__file__).parent
SCRIPT, NOTEBOOK = ".py", ".ipynb"


def lessons() -> dict[int, Path]:
    """Give the scripts by number."""
    scripts = {int(path.name.partition("_")[0]): path for path in FOLDER.glob("[0-9]*.py")}
    return dict(sorted(scripts.items()))


def title(path: Path) -> str:
    """Give the title of a script: its first heading, without the number."""
    heading = re.search(r"(?m)^# \d+\. (.+)$", path.read_text(encoding="utf-8"))
    return path.stem if heading is None else heading.group(1)


def write_lesson(talk: Talk, number: int, name: str | None, output: Path | None) -> None:
    """Copy a numbered example to a new script, or make a notebook of it.

    Args:
        talk: where to say what was written.
        number: which one.
        name: what to call the file; default as it is shipped.
        output: the file, when it has another name.

    Raises:
        typer.BadParameter: there is no such example, or it cannot be written as such a file.
    """
    shipped = lessons()
    if number not in shipped:
        message = f"there is no example {number}; there are 1 to {len(shipped)}"
        raise typer.BadParameter(message, param_hint="'--example'")
    named = Path(shipped[number].name) if name is None else Path(name)
    path = output or (named if named.suffix in {SCRIPT, NOTEBOOK} else Path(f"{named}{SCRIPT}"))
    text = shipped[number].read_text(encoding="utf-8")
    if path.suffix == NOTEBOOK:
        write_new(path, _notebook(text))
        talk.note(f"wrote {path}, a notebook; outputs come when it is run")
        return
    if path.suffix != SCRIPT:
        message = f"an example is a script or a notebook: {path} must end in .py or .ipynb"
        raise typer.BadParameter(message)
    write_new(path, text)
    talk.note(f"wrote {path}; run it with: python {path}")


def _notebook(text: str) -> str:
    try:
        import jupytext
    except ImportError:
        message = "a notebook needs jupytext: pip install 'gridblock[notebook]'; or end it in .py"
        raise typer.BadParameter(message) from None
    written: str = jupytext.writes(jupytext.reads(text, "py:percent"), "ipynb")
    return written
