"""The same plan again, byte for byte: what `make same` runs.

>>> python tests/trust/same.py colossus --runs 20

Each run is a process of its own with another seed for the hashes of texts. Time limits make a
search depend on the clock, so there is none.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

A_PLAN = (0, 5)
"""Exit codes of a plan: proven to the gap, or not."""


def fingerprint(instance: str, *flags: str, hash_seed: int) -> str:
    """Plan an instance in a process of its own; a digest of plan.json but for its seconds."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        ended = subprocess.run(
            [sys.executable, "-m", "gridblock", "solve", instance, "-o", str(run), "-q", *flags],
            env={**os.environ, "PYTHONHASHSEED": str(hash_seed)},
            check=False,
            stdout=subprocess.DEVNULL,
        )
        assert ended.returncode in A_PLAN, f"gridblock solve ended with {ended.returncode}"
        text = (run / "plan.json").read_text(encoding="utf-8")
    plan = json.loads(text)
    assert plan.pop("seconds"), "a plan says what took how long"
    return hashlib.sha256(json.dumps(plan, ensure_ascii=False).encode()).hexdigest()


def main() -> int:
    """Plan again and again; 1 where two plans differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("instances", nargs="+")
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--methods", default="auto,exact,fast")
    parser.add_argument("--flags", default="", help="flags of gridblock solve, one text")
    asked = parser.parse_args()
    differ = 0
    for instance in asked.instances:
        for method in asked.methods.split(","):
            flags = ("--method", method, *asked.flags.split())
            found = Counter(
                fingerprint(instance, *flags, hash_seed=run) for run in range(asked.runs)
            )
            most = found.most_common(1)[0][1]
            print(f"{instance} by {method}: {most} of {asked.runs} the same", flush=True)  # noqa: T201
            differ += most < asked.runs
    return int(differ > 0)


if __name__ == "__main__":
    sys.exit(main())
