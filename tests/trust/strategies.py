"""Strategies of hypothesis for whole instances."""

import os
from random import Random
from typing import Any

from hypothesis import strategies as st

from gridblock.instances.faults import InstanceError
from gridblock.instances.instance import Instance
from rivals.every import Everything, settled
from rivals.fleets import TooLargeError
from rivals.routes import TieError
from rivals.tiny import Tiny

Data = dict[str, Any]
SHRINK = "SHRINK" in os.environ
"""Whether a world that fails is made as small as can be, which takes minutes."""


def worlds() -> st.SearchStrategy[Data]:
    """Give small instances with every feature in any combination."""
    return st.randoms(use_true_random=not SHRINK).map(_drawn).filter(bool)


def tiny_worlds() -> st.SearchStrategy[Data]:
    """Give tiny instances, of which every plan can be tried."""
    return st.randoms(use_true_random=not SHRINK).map(_tiny).filter(bool)


def _drawn(random: Random) -> Data:
    """Draw the data of a valid instance, or none."""
    data = Everything(random).instance()
    try:
        Instance.parse(data)
        settled(data)
    except (InstanceError, TooLargeError, TieError):
        return {}
    return data


def _tiny(random: Random) -> Data:
    data = Tiny(random).instance()
    try:
        Instance.parse(data)
    except InstanceError:
        return {}
    return data
