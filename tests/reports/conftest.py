"""Two facilities over two periods of 1,000 hours, and a plan for them decided by hand."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.model.account import account as account_of
from gridblock.model.plan import (
    Assignment,
    Decisions,
    PlanData,
    Service,
    Standing,
    TunnelFlow,
    relative_gap,
)


@pytest.fixture(scope="session")
def pair() -> Instance:
    """North grows by two units; south's power falls, so that one of its rows is switched off."""
    return Instance.parse(
        {
            "gridblock": 1,
            "name": "pair",
            "periods": [{"name": "a", "hours": 1000.0}, {"name": "b", "hours": 1000.0}],
            "accelerators": {"h100": {"vendor": "nvidia"}, "trn2": {"vendor": "amazon"}},
            "blocks": {
                "su": {
                    "accelerator": "h100",
                    "accelerators": 256,
                    "uses": {"power_kw": 500.0, "racks": 2.0},
                    "cost_once": 1e6,
                    "resale_share": 0.2,
                    "lead": 1,
                    "supply": 4.0,
                },
                "row": {
                    "accelerator": "trn2",
                    "accelerators": 1000,
                    "uses": {"power_kw": 400.0},
                },
            },
            "facilities": {
                "north": {
                    "grid_mw": 3.0,
                    "pue": 1.5,
                    "limits": {"power_mw": 2.5},
                    "zones": {
                        "hall": {"count": 2, "limits": {"racks": 6.0}, "installed": {"su": 1}}
                    },
                },
                "south": {"limits": {"power_mw": [1.0, 0.5]}, "installed": {"row": 2}},
            },
            "network": {
                "regions": {"east": {}},
                "links": [{"name": "wan", "between": ["east", "north"], "gbps": 100.0, "ms": 5.0}],
            },
            "demands": [
                {
                    "name": "chat",
                    "unit": "req/s",
                    "amount": [512.0, 1000.0],
                    "yields": {"h100": 1.0},
                    "unmet_cost": 2.0,
                    "from": {"east": 1.0},
                    "gbps_per_unit": 0.1,
                },
                {
                    "name": "train",
                    "amount": 500.0,
                    "yields": {"trn2": 0.5},
                    "whole_blocks": True,
                    "unmet_cost": 3.0,
                },
            ],
        }
    )


@pytest.fixture(scope="session")
def decided() -> Decisions:
    """Serve all but 100 units of training in b."""
    halls = "north/hall-1", "north/hall-2"
    return Decisions(
        bought={Standing("su", halls[0], "b"): 2},
        switched_off={Standing("row", "south", "b"): 1},
        assigned={
            Assignment("train", "row", "south", "b"): 1,
            Assignment("train", "row", "south", "a"): 1,
            Assignment("chat", "su", halls[1], "a"): 1.0,
            Assignment("chat", "su", halls[0], "b"): 3.0,
            Assignment("chat", "su", halls[0], "a"): 1.0,
            Assignment("chat", "su", halls[1], "b"): 1.0,
        },
        served={
            Service("chat", "east", "north", "a"): 512.0,
            Service("chat", "east", "north", "b"): 1000.0,
            Service("train", "", "south", "a"): 500.0,
            Service("train", "", "south", "b"): 400.0,
        },
        tunnel_gbps={
            TunnelFlow("east", "north", None, ("wan",), "a"): 51.2,
            TunnelFlow("east", "north", None, ("wan",), "b"): 100.0,
        },
    )


@pytest.fixture(scope="session")
def account(pair: Instance, decided: Decisions) -> Account:
    return account_of(pair, decided)


@pytest.fixture(scope="session")
def plan(pair: Instance, decided: Decisions, account: Account) -> PlanData:
    # Two units x 1,000,000, less 0.2 x 1,000,000 for each of the four owned at the end,
    # and 100 unmet x 3 x 1,000 hours.
    objective, bound = 1_500_000.0, 1_455_000.0
    return PlanData(
        instance=pair.name,
        instance_hash=pair.hash,
        status="feasible",
        stop="time_limit",
        decisions=decided,
        objective=objective,
        bound=bound,
        gap=relative_gap(objective, bound),
        gap_asked=0.001,
        costs={name: float(value) for name, value in account.costs.items()},
    )


@pytest.fixture
def printed() -> Callable[..., str]:
    """What a function prints on a console of 80 columns without colour."""

    def text(show: Callable[..., None], *arguments: object, width: int = 80) -> str:
        out = io.StringIO()
        show(*arguments, Console(file=out, width=width))
        return out.getvalue()

    return text
