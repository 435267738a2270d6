"""How much of the fleet comes from one vendor, and stands at one site."""

from dataclasses import replace

import pytest

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.reports.dependence import dependence, power_shares


def test_shares_are_of_rated_power(pair: Instance, account: Account) -> None:
    # Two units of 500 kW and two rows of 400 kW in a; four units and one row in b.
    shares = power_shares(pair, account)
    nvidia = {"a": 1000 / 1800, "b": 2000 / 2400}
    assert shares["vendor", "nvidia"] == shares["site", "north"] == pytest.approx(nvidia)
    amazon = {"a": 800 / 1800, "b": 400 / 2400}
    assert shares["vendor", "amazon"] == shares["site", "south"] == pytest.approx(amazon)


def test_the_largest_share_of_each_is_shown(pair: Instance, account: Account) -> None:
    # Without the rows all is NVIDIA's, in the north, from the first period on.
    units = {key: count for key, count in account.powered.items() if key[0] == "su"}
    (section,) = dependence(pair, account, replace(account, powered=units))
    shown = [tuple(str(cell).replace("\xa0", " ") for cell in row) for row in section.rows]
    assert shown == [
        ("nvidia", "vendor", "100 %", "a", "83.3 %", "b"),
        ("amazon", "vendor", "0 %", "", "44.4 %", "a"),
        ("north", "site", "100 %", "a", "83.3 %", "b"),
        ("south", "site", "0 %", "", "44.4 %", "a"),
    ]
