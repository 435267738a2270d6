"""Which tunnels are worth using, and which links cannot fill, whatever is decided."""

from collections import defaultdict
from collections.abc import Mapping
from fractions import Fraction
from functools import cached_property
from itertools import permutations
from typing import Final

from gridblock.model.additions import Limit
from gridblock.model.appetite import asks_to_spend
from gridblock.model.commodity import Commodity
from gridblock.model.exact import exact
from gridblock.model.facts import Facts

ROUNDING: Final = 1e-9
"""A link that could be filled up to a share of no more than this less has no room to spare."""

Hop = tuple[str, str]
"""A link, and the place that it is entered from."""
Kept = dict[tuple[Commodity, str], tuple[int, ...]]
"""The numbers of a commodity's tunnels that are kept, by commodity and period."""


class Tunnels:
    r"""The tunnels and links that can matter.

    A link has room to spare in a period where all that could ever be sent over it fits:

    .. math:: \sum_{d,r} \gamma_d \, A_{drt} + R_{et} \le C_{et}

    over all demands and regions of which some tunnel leads over it, with :math:`\gamma`
    ``gbps_per_unit``, :math:`A` the amount of the region, :math:`R` what may have to be reserved on
    it between as many facilities as demands may use at once, and :math:`C` its capacity without any
    option. Its row holds by itself once nothing is reserved that nobody asks for, which the reading
    of a plan sees to.

    A tunnel :math:`q` is of no use beside another one :math:`p` of the same commodity that costs no
    more and whose links that :math:`q` does not have all have room to spare: what goes over
    :math:`q` may go over :math:`p`. That adds load to such links only, which never have too much of
    it, takes load from others, and costs no more. Nothing else depends on which tunnel traffic
    takes: not latency, which all tunnels of a commodity keep, nor what is served. Once tunnels are
    left out, less can be sent over their links, so that more of these have room to spare.

    Two rules look closer. After the loss of a link, what matters is which one traffic went over;
    and where a limit asks for spending, a dearer tunnel may help. Nothing is left out then.
    """

    def __init__(
        self, facts: Facts, capacity: Mapping[tuple[str, str], Limit], *, fewer: bool
    ) -> None:
        """Remember the facts, the capacity of links by period, and whether to leave any out."""
        self.facts, self.capacity = facts, capacity
        self.links = {link.label: link for link in facts.instance.network.links}
        looked_at = any(demand.kept_after_link for demand in facts.instance.demands)
        freely = facts.instance.network.routing == "any"
        self.fewer = fewer and not (freely or looked_at or asks_to_spend(facts.instance))
        self._united: dict[tuple[Commodity, tuple[int, ...]], frozenset[Hop]] = {}
        self._sorted: dict[tuple[Commodity, str], dict[int, Fraction]] = {}
        commodities = facts.commodities if self.links else {}
        self.of = {commodity: facts.tunnels_for(commodity) for commodity, _ in commodities}

    @cached_property
    def kept(self) -> Kept:
        """The tunnels that are kept."""
        return self._found[0]

    @cached_property
    def spare(self) -> frozenset[tuple[str, str, str]]:
        """The links with room to spare, by the place that they are entered from, and period."""
        return self._found[1]

    @cached_property
    def _found(self) -> tuple[Kept, frozenset[tuple[str, str, str]]]:
        kept = {
            key: tuple(range(len(self.of[key[0]])))
            for key in self.facts.commodities
            if key[0] in self.of
        }
        if not self.fewer:
            return kept, frozenset()
        spare: set[tuple[str, str, str]] = set()
        for t in self.facts.periods:
            now = {key: numbers for key, numbers in kept.items() if key[1] == t}
            while True:
                ample = self._ample(now, t)
                less = {key: self._useful(key, each, ample) for key, each in now.items()}
                if less == now:
                    break
                now = less
            kept |= now
            spare |= {(*hop, t) for hop in ample}
        return kept, frozenset(spare)

    def instead(self, commodity: Commodity, period: str, number: int) -> int:
        """Give the tunnel that takes what went over one: itself, where it is kept."""
        kept, hops = self.kept[commodity, period], self._hops(commodity, number)
        if number in kept:
            return number
        spare = frozenset(hop[:2] for hop in self.spare if hop[2] == period)
        return next(i for i in kept if self._hops(commodity, i) - hops <= spare)

    def _ample(self, kept: Kept, t: str) -> frozenset[Hop]:
        """Give the links, by direction, that have room for all that tunnels could bring."""
        load = defaultdict(float, self._reserved(t))
        for (demand, region), hops in self._ways(kept).items():
            gbps = self.facts.demands[demand].gbps_per_unit * self.facts.amount[demand, region, t]
            for hop in hops:
                load[hop] += gbps
        both: dict[str, float] = defaultdict(float)
        for (link, _), gbps in load.items():
            both[link] += gbps
        return frozenset(
            hop
            for hop, gbps in load.items()
            if self._fits(hop[0], both[hop[0]] if self._shared(hop[0]) else gbps, t)
        )

    def _ways(self, kept: Kept) -> dict[tuple[str, str], set[Hop]]:
        """Give the links that traffic of each demand and region may take."""
        ways: dict[tuple[str, str], set[Hop]] = defaultdict(set)
        for key, numbers in kept.items():
            hops = self._all_hops(key[0], numbers)
            for demand in self.facts.commodities[key]:
                ways[demand, key[0].region] |= hops
        return ways

    def _all_hops(self, commodity: Commodity, numbers: tuple[int, ...]) -> frozenset[Hop]:
        key = commodity, numbers
        if key not in self._united:
            each = (self._hops(commodity, i) for i in numbers)
            self._united[key] = frozenset().union(*each)
        return self._united[key]

    def _reserved(self, t: str) -> dict[Hop, float]:
        """The most that demands may ask to be reserved on each link at once, in a period."""
        most = defaultdict[Hop, float](float)
        for name, (gbps, pairs) in self._between.items():
            if t in self.facts.asking(name):
                for hop, count in pairs.items():
                    most[hop] += gbps * count
        return most

    @cached_property
    def _between(self) -> dict[str, tuple[float, dict[Hop, int]]]:
        """The Gbps between two facilities, and how many pairs may use each link, by demand."""
        facts, found = self.facts, dict[str, tuple[float, dict[Hop, int]]]()
        for demand in facts.instance.demands:
            if demand.interconnect is None:
                continue
            most = demand.most_facilities or len(facts.facilities[demand.name])
            pairs: dict[Hop, int] = defaultdict(int)
            for pair in permutations(facts.facilities[demand.name], 2):
                ways = facts.tunnels_between(demand, *pair)
                for hop in {hop for tunnel in ways for hop in tunnel.hops}:
                    pairs[hop] = min(pairs[hop] + 1, most * (most - 1))
            found[demand.name] = demand.interconnect.gbps, pairs
        return found

    def _shared(self, link: str) -> bool:
        return self.links[link].capacity == "shared"

    def _fits(self, link: str, gbps: float, t: str) -> bool:
        limit = self.capacity.get((link, t))
        return limit is None or gbps <= float(limit.least) * (1 - ROUNDING)

    def _useful(
        self, key: tuple[Commodity, str], numbers: tuple[int, ...], ample: frozenset[Hop]
    ) -> tuple[int, ...]:
        """Leave out tunnels that another one makes useless, the dearer or later of two."""
        if len(numbers) == 1:
            return numbers
        kept: list[int] = []
        for i in self._dearness(key, numbers):
            hops = self._hops(key[0], i)
            if not any(self._hops(key[0], other) - hops <= ample for other in kept):
                kept.append(i)
        return tuple(sorted(kept))

    def _hops(self, commodity: Commodity, number: int) -> frozenset[Hop]:
        return self._hop_sets[commodity][number]

    @cached_property
    def _hop_sets(self) -> dict[Commodity, tuple[frozenset[Hop], ...]]:
        return {
            commodity: tuple(frozenset(tunnel.hops) for tunnel in tunnels)
            for commodity, tunnels in self.of.items()
        }

    def _dearness(self, key: tuple[Commodity, str], numbers: tuple[int, ...]) -> list[int]:
        """Sort tunnels by what a Gbps costs over each, exactly, and by number."""
        (commodity, t), tunnels = key, self.of[key[0]]
        known = self._sorted.setdefault((commodity, self._like[t]), {})
        if not known:
            prices = self._prices[t]
            known |= {
                i: sum((prices[link] for link in tunnel.links), Fraction(0))
                for i, tunnel in enumerate(tunnels)
            }
        return sorted(numbers, key=lambda i: (known[i], i))

    @cached_property
    def _prices(self) -> dict[str, dict[str, Fraction]]:
        """What a Gbps costs over each link, by period."""
        spread = self.facts.instance.over_periods
        prices = {name: spread(link.cost_per_gbps) for name, link in self.links.items()}
        return {
            t: {name: exact(each[t]) for name, each in prices.items()} for t in self.facts.periods
        }

    @cached_property
    def _like(self) -> dict[str, str]:
        """The first period with the prices of each."""
        first: dict[tuple[Fraction, ...], str] = {}
        return {t: first.setdefault(tuple(at.values()), t) for t, at in self._prices.items()}
