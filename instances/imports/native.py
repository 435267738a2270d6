"""SNDlib's native format: the sections of a network file, as they are written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from gridblock.instances.faults import did_you_mean, quoted

if TYPE_CHECKING:
    from gridblock.instances.imports.source import Source, Words

WORD: Final = re.compile(r"[()]|[^\s()]+")
HEADING: Final = re.compile(r"\?SNDlib native format; *type: *network; *version: *1\.0\s*")
SKIPPED: Final = ("META", "ADMISSIBLE_PATHS")
"""Sections that say nothing about problems in which every path is admissible."""


@dataclass(frozen=True)
class Link:
    """A link: its ends, what is installed and costs, and modules of a capacity and a cost each."""

    name: str
    ends: tuple[str, str]
    installed: float
    routing_cost: float
    setup_cost: float
    modules: tuple[tuple[float, float], ...]
    line: int


@dataclass(frozen=True)
class Demand:
    """Traffic from one node to another: units, and the capacity that one unit takes."""

    name: str
    ends: tuple[str, str]
    unit: float
    units: float


@dataclass
class Native:
    """A network file. Nodes have two coordinates, or None."""

    nodes: dict[str, tuple[float, float] | None] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    demands: list[Demand] = field(default_factory=list)


def parsed(source: Source) -> Native:
    """Read the sections of a network file.

    Raises:
        InstanceError: it is none.
    """
    heading = source.text.partition("\n")[0]
    if not HEADING.fullmatch(heading):
        source.refuse("must begin with '?SNDlib native format; type: network; version: 1.0'", 1)
    words = source.words(WORD, remark="#")
    for _ in WORD.findall(heading):
        words.take("the heading")
    given = Native()
    readers = {"NODES": _node, "LINKS": _link, "DEMANDS": _demand}
    while words.left:
        section = words.take("a section")
        words.expect("(", f"the '(' of {section.text}")
        if section.text in SKIPPED:
            _skip(words)
        elif section.text in readers:
            while words.peek() not in {")", ""}:
                readers[section.text](words, given)
            words.expect(")", f"the ')' of {section.text}")
        else:
            hint = did_you_mean(section.text, readers)
            words.refuse(section, f"{quoted(section.text)} is no known section{hint}")
    if not (given.nodes and given.links and given.demands):
        source.refuse("needs sections NODES, LINKS and DEMANDS with an entry each")
    return given


def _skip(words: Words) -> None:
    depth = 1
    while depth:
        word = words.take("')'").text
        depth += (word == "(") - (word == ")")


def _node(words: Words, given: Native) -> None:
    name = words.take("a node")
    if name.text in given.nodes:
        words.refuse(name, f"names the node {quoted(name.text)} a second time")
    given.nodes[name.text] = None
    if words.peek() == "(":
        words.expect("(", "'('")
        given.nodes[name.text] = (words.number("x", None), words.number("y", None))
        words.expect(")", "the ')' of the node")


def _ends(words: Words, given: Native) -> tuple[str, str]:
    words.expect("(", "'(' and two nodes")
    found = []
    for _ in range(2):
        word = words.take("a node")
        if word.text not in given.nodes:
            hint = did_you_mean(word.text, given.nodes)
            words.refuse(word, f"names the node {quoted(word.text)}, which is not defined{hint}")
        found.append(word.text)
    words.expect(")", "the ')' of the two nodes")
    if found[0] == found[1]:
        words.refuse(word, f"joins {quoted(word.text)} to itself")
    return found[0], found[1]


def _link(words: Words, given: Native) -> None:
    name = words.take("a link")
    ends = _ends(words, given)
    installed = words.number("the preinstalled capacity")
    if words.number("its cost"):
        words.refuse(name, "has a cost of preinstalled capacity, which is not understood")
    routing, setup = words.number("the routing cost"), words.number("the setup cost")
    words.expect("(", "the '(' of the modules")
    modules = []
    while words.peek() not in {")", ""}:
        capacity = words.above_zero("the capacity of a module")
        modules.append((capacity, words.number("the cost of a module")))
    words.expect(")", "the ')' of the modules")
    link = Link(name.text, ends, installed, routing, setup, tuple(modules), name.line)
    given.links.append(link)


def _demand(words: Words, given: Native) -> None:
    name = words.take("a demand")
    ends = _ends(words, given)
    unit = words.number("the routing unit")
    given.demands.append(Demand(name.text, ends, unit, words.number("the demand value")))
    words.take("the longest path")
