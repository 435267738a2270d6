"""What there is to solve with: cores and memory, within the limits of a container or process."""

import os
from pathlib import Path
from typing import Final

UNLIMITED: Final = 1e18
CGROUP: Final = Path("/sys/fs/cgroup")
MEMORY_LIMITS: Final = (
    ("memory.max", "memory.current"),
    ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
)
"""The limit of a container and what it uses, in both versions of Linux's control groups."""


def cores() -> int:
    """Say how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def memory() -> float | None:
    """Say how many bytes of memory are free, within limits that are set; None if not known."""
    limits = [_addresses(), *(_left(CGROUP / most, CGROUP / used) for most, used in MEMORY_LIMITS)]
    try:
        lines = Path("/proc/meminfo").read_text(encoding="ascii").splitlines()
        free = 1024 * next(int(line.split()[1]) for line in lines if line.startswith("MemAvail"))
    except (OSError, StopIteration, ValueError, IndexError):
        return None
    return min([float(free), *(limit for limit in limits if limit is not None)])


def _addresses() -> float | None:
    """Give the limit of a process's addresses (``ulimit -v``); None where there is none."""
    try:
        import resource
    except ImportError:
        return None
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if limit == resource.RLIM_INFINITY else float(limit)


def _left(most: Path, used: Path) -> float | None:
    """Say how far a container is from its limit; None where there is no limit."""
    try:
        limit, taken = (float(file.read_text(encoding="ascii")) for file in (most, used))
    except (OSError, ValueError):
        return None
    return max(0.0, limit - taken) if limit < UNLIMITED else None
