"""The book keeps up with the code: pages of rules, commands that exist, links that lead somewhere.

`make docs` runs its pages; this only reads them.
"""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from gridblock.cli import app
from gridblock.model.build import FAMILIES

HERE = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in (*HERE.glob("*.md"), *HERE.glob("docs/**/*.md"), *HERE.glob("benchmarks/**/*.md"))
    if "generated" not in path.parts
)


def name(path: Path) -> str:
    """Give the name of a page as a test shows it."""
    return str(path.relative_to(HERE))


def commands(text: str) -> Iterator[list[str]]:
    """Give the words of every command line of gridblock in console blocks and shell cells."""
    for block in re.findall(r"(?ms)^```(?:console|\{code-cell\} bash)\n(.*?)^```", text):
        joined = re.sub(r"\\\n\s*", " ", block)
        for line in joined.splitlines():
            found = re.match(r"(?:\$ )?(gridblock .*)", line)
            if found:
                yield shlex.split(re.split(r"\s#|&&|[|>]", found[1])[0], comments=True)


def test_every_rule_has_a_page_and_every_page_is_listed() -> None:
    pages = {path.stem for path in HERE.glob("docs/modelling/*.md")} - {"index"}
    families = {family.__name__.rpartition(".")[2].replace("_", "-") for family in FAMILIES}
    assert pages == families | {"objective", "tiers"}
    index = (HERE / "docs" / "modelling" / "index.md").read_text(encoding="utf-8")
    assert pages == set(re.findall(r"(?m)^[a-z-]+$", index)) - {""}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_that_a_page_shows_exists(page: Path) -> None:
    known: dict[str, Any] = get_command(app).commands
    for words in commands(page.read_text(encoding="utf-8")):
        line = " ".join(words)
        if words[1].startswith("-"):
            continue
        assert words[1] in known, line
        options = {each for option in known[words[1]].params for each in option.opts}
        given = {word.partition("=")[0] for word in words[2:] if re.match(r"--?[a-zA-Z]", word)}
        assert given <= options | {"--help", "-h"}, line


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    text = re.sub(r"(?ms)^```.*?^```", "", page.read_text(encoding="utf-8"))
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        made = "generated/" in target
        if "://" not in target and not made:
            assert (page.parent / target).exists(), target


def test_there_are_commands_and_links_to_check() -> None:
    texts = [page.read_text(encoding="utf-8") for page in PAGES]
    assert sum(len(list(commands(text))) for text in texts) > 30
    assert sum(text.count("](") for text in texts) > 100
