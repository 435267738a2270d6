"""One measurement in a process of its own: ``python -m benchmarks.worker JOB JOURNAL``."""

import resource
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.jobs import Job, Journal
from benchmarks.methods import METHODS

PACKAGES = ("gridblock", "highspy", "highspy-extras", "pyomo", "PySCIPOpt", "ortools", "numpy")


def main() -> None:
    """Do what a job says, and write everything worth knowing to its journal."""
    job, journal = Job.load(Path(sys.argv[1])), Journal(Path(sys.argv[2]))
    method = METHODS[job.method]
    module = import_module(method.module)
    journal.write("versions", **_versions())
    journal.start()
    try:
        module.run(job, journal, **method.options)
    except Exception as error:
        journal.write("failed", what=f"{type(error).__name__}: {error}"[:500])
        raise
    finally:
        own, children = (
            resource.getrusage(whose).ru_maxrss / 1024
            for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        )
        journal.write("end", peak_mb=own, solver_peak_mb=children)
        journal.close()


def _versions() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


if __name__ == "__main__":
    main()
