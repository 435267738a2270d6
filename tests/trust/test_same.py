"""The same file, seed, threads and versions give the same plan, byte for byte."""

from pathlib import Path

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.plan_json import to_plain
from gridblock.plan import solve
from rivals.every import every
from rivals.here import session_here
from trust.same import fingerprint

GALLERY = Path(__file__).parents[2] / "instances" / "gallery"


def plain(seed: int, method: str, before: int | None = None) -> str:
    """Plan a world in a session of its own, or in one that has planned another world before."""
    session = session_here()
    if before is not None:
        solve(Instance.parse(every(before)), session=session, raise_without_plan=False)
    how = {"gap": 1e-6, "method": method, "raise_without_plan": False, "seed": 5}
    plan = solve(Instance.parse(every(seed)), session=session, **how)  # type: ignore[arg-type]
    data = to_plain(plan.data)
    return str({key: value for key, value in data.items() if key != "seconds"})


@pytest.mark.parametrize("method", ["auto", "exact", "fast"])
def test_a_plan_does_not_depend_on_what_was_planned_before(method: str) -> None:
    for seed in range(4):
        once = plain(seed, method)
        assert plain(seed, method) == once
        assert plain(seed, method, before=seed + 40) == once


@pytest.mark.slow
@pytest.mark.parametrize("method", ["auto", "fast"])
def test_a_plan_does_not_depend_on_the_hashes_of_a_process(method: str) -> None:
    file = str(GALLERY / "feeds-survive-a-loss.yaml")
    flags = ("--method", method, "--seed", "5")
    assert len({fingerprint(file, *flags, hash_seed=seed) for seed in (0, 1, 2)}) == 1
