"""Every malformed file in a process of its own: ``python tests/malformed/measure.py [FAMILY]…``.

Seconds are those of the processor, so that others at work on the machine do not count.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))
from malformed import documents, mutations, others, tables
from malformed.case import Case, broken

SECONDS, MEGABYTES, PATIENCE = 2.0, 500, 300
A_LINE = 50
"""Files after which it is told how far it is."""
FAMILIES: Final = {
    "documents": documents.cases,
    "tables": tables.cases,
    "others": others.cases,
    "mutations": lambda: mutations.cases(most=300),
}


class Measured(NamedTuple):
    """What a process did."""

    case: Case
    wrong: str
    seconds: float
    megabytes: float


LAUNCH: Final = """
import json, resource, subprocess, sys
ran = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
kept = ran.stderr.decode(errors="replace")[-200_000:]
print(json.dumps([ran.returncode, kept, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""
"""Runs a command and tells what it used; what holds all the cases would count as memory of it."""


def measured(case: Case) -> Measured:
    """Run a case."""
    with tempfile.TemporaryDirectory() as folder:
        case.lay(Path(folder))
        limit = ("timeout", str(PATIENCE), sys.executable, "-I", "-m", "gridblock")
        line = [sys.executable, "-I", "-S", "-c", LAUNCH, *limit, *case.arguments]
        ran = subprocess.run(line, cwd=folder, capture_output=True, check=True)
    code, stderr, seconds, megabytes = json.loads(ran.stdout)
    return Measured(case, broken(code, stderr, case), seconds, megabytes)


def lines(families: list[str]) -> Iterator[str]:
    """Measure families of cases; give a line for each, and for each case that is too much."""
    for family in families:
        seconds = size = 0.0
        number = 0
        for number, case in enumerate(FAMILIES[family](), 1):
            one = measured(case)
            seconds, size = max(seconds, one.seconds), max(size, one.megabytes)
            if one.wrong or one.seconds > SECONDS or one.megabytes > MEGABYTES:
                what = f"{one.seconds:.1f} s, {one.megabytes:.0f} MB {one.wrong}".strip()
                yield f"FAILED {family}: {case.name}: {what}"
            if number % A_LINE == 0:
                yield f"{family}: {number} files so far"
        yield f"{family}: {number} files; at most {seconds:.2f} s and {size:.0f} MB"


def main() -> None:
    """Print what was measured; the exit code is 1 where a case failed."""
    failed = False
    for line in lines(sys.argv[1:] or list(FAMILIES)):
        failed |= line.startswith("FAILED")
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    sys.exit(failed)


if __name__ == "__main__":
    main()
