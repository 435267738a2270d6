"""Files of the formats that can be imported, made up here."""

from pathlib import Path

from gridblock.instances.imports.kinds import Imported, load
from gridblock.instances.imports.source import Source

CFLP = """2 3
 8 20.
 10 5.
4
 8 12
5 10 5
6 6 18
"""
SSCFLP = "2 3\n8 10\n20 5\n4 5 6\n8 12\n10 5\n6 18\n"
GAP = "2 3\n1 5 4\n3 2 6\n2 3 4\n3 2 2\n5 4\n"
MKNAP = "2\n 3 2 15\n10 6 5\n5 4 3\n1 2 2\n8 4\n 1 1 0\n2.5\n.5\n1e0\n"
SNDLIB = """?SNDlib native format; type: network; version: 1.0
# three towns
META (
  unit = Gbps (or so)
)
NODES (
  a ( 10.00 50.00 )
  b ( 11.00 50.00 )
  c ( 10.50 51.00 )
)
LINKS ( # what is installed, its cost, of routing, of setup, modules
  ab ( a b ) 0.00 0.00 0.00 5.00 ( 4.00 3.00 10.00 6.00 )
  bc ( b c ) 0.00 0.00 0.00 2.00 ( 4.00 1.00 10.00 9.00 )
  ac ( a c ) 0.00 0.00 0.00 5.00 ( 4.00 3.00 )
)
DEMANDS (
  ba ( b a ) 1 5.00 UNLIMITED
  ac ( a c ) 2 2.00 UNLIMITED
)
ADMISSIBLE_PATHS (
  ba ( p1 ( ab ) )
)
"""
FILES = {
    "orlib-cflp": CFLP,
    "orlib-sscflp": SSCFLP,
    "gap": GAP,
    "mknap": MKNAP,
    "sndlib": SNDLIB,
}


def imported(
    folder: Path, kind: str, text: str, problem: str | None = None, sense: str | None = None
) -> Imported:
    """Import a file with this text."""
    file = folder / "toy.txt"
    file.write_text(text, encoding="utf-8")
    return load(kind, Source(str(file), problem, sense))
