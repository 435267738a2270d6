"""What costs that depend on the scenario come to: expected value, value at risk, both weighed."""

from collections.abc import Mapping
from math import fsum

from gridblock.model.extensive import Risk

ROUNDING = 1e-12
"""A probability that is no more than a sum's rounding."""


def expected(costs: Mapping[str, float], probability: Mapping[str, float]) -> float:
    r"""Give the expected cost, :math:`\sum_s p_s C_s`."""
    return fsum(probability[name] * cost for name, cost in costs.items())


def value_at_risk(
    costs: Mapping[str, float], probability: Mapping[str, float], level: float
) -> float:
    r"""Give the least cost that is exceeded with a probability of at most one less the level.

    .. math:: \min \{ v : \sum_{s: C_s \le v} p_s \ge \alpha \}
    """
    below = 0.0
    for name in sorted(costs, key=costs.__getitem__):
        below += probability[name]
        if below >= level - ROUNDING:
            return costs[name]
    return max(costs.values())


def conditional_value_at_risk(
    costs: Mapping[str, float], probability: Mapping[str, float], level: float
) -> float:
    r"""Give the mean cost of the worst share of the probability, one less the level.

    .. math::
        \min_\eta \; \eta + \tfrac{1}{1 - \alpha} \sum_s p_s (C_s - \eta)^+

    which the value at risk minimises (Rockafellar and Uryasev, Optimization of conditional
    value-at-risk, 2000).
    """
    at_risk = value_at_risk(costs, probability, level)
    excess = {name: max(0.0, cost - at_risk) for name, cost in costs.items()}
    return at_risk + expected(excess, probability) / (1 - level)


def weighed(costs: Mapping[str, float], probability: Mapping[str, float], risk: Risk) -> float:
    r"""Give what is minimised, :math:`(1 - w) \, E[C] + w \, CVaR_\alpha[C]`."""
    mean = expected(costs, probability)
    if not risk.weight:
        return mean
    tail = conditional_value_at_risk(costs, probability, risk.level)
    return (1 - risk.weight) * mean + risk.weight * tail
