"""Every way to order the lots of a tiny instance, and what they bring and cost."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from rivals.tiny_figures import Data, Figures

Orders = Mapping[tuple[str, int], int]
"""Lots by option and period of service, signed ones included."""


class Lots(Figures):
    """The orders that a plan may place."""

    def _orders(self) -> Iterator[dict[tuple[str, int], int]]:
        """Give the lots by option and period of service, signed ones included."""
        each = [list(self._orders_of(option)) for option in self.options.values()]
        for ways in product(*each):
            orders = {key: n for way in ways for key, n in way.items()}
            if self._may_be_ordered(orders):
                yield orders

    def _orders_of(self, option: Data) -> Iterator[dict[tuple[str, int], int]]:
        name, lead, window = option["name"], option.get("lead", 0), option.get("order", {})
        first = self.names.index(window["earliest"]) if "earliest" in window else 0
        last = self.names.index(window["latest"]) if "latest" in window else len(self.names) - 1
        signed = {self.names.index(t): n for t, n in option.get("signed", {}).items()}
        service = [t + lead for t in range(first, last + 1) if t + lead in self.horizon]
        left = option.get("max", 1) - sum(signed.values())
        for counts in product(range(left + 1), repeat=len(service)):
            total = sum(counts) + sum(signed.values())
            if sum(counts) <= left and (not total or total >= option.get("min_if_taken", 0)):
                lots = dict(zip(service, counts, strict=True))
                both = {t: lots.get(t, 0) + signed.get(t, 0) for t in {*lots, *signed}}
                yield {(name, t): n for t, n in both.items() if n}

    def _may_be_ordered(self, orders: Orders) -> bool:
        for name, option in self.options.items():
            taken = any(of == name for of, _ in orders)
            for other in option.get("excludes", []):
                if taken and any(of == other for of, _ in orders):
                    return False
            signed = option.get("signed", {})
            for (of, service), n in orders.items():
                more = n > signed.get(self.names[service], 0)
                for other in option.get("requires", []) if of == name and more else ():
                    if not self._in_effect(other, orders, service - option.get("lead", 0)):
                        return False
        return True

    def _ages(self, name: str, orders: Orders, t: int) -> Iterator[tuple[int, int]]:
        term = self.options[name].get("term", 99)
        for (of, service), lots in orders.items():
            if of == name and service <= t < service + term:
                yield t - service, lots

    def _in_effect(self, name: str, orders: Orders, t: int) -> int:
        return sum(lots for _, lots in self._ages(name, orders, t))

    def _share(self, name: str, age: int) -> float:
        ramp = self.options[name].get("ramp", [1])
        return float(ramp[min(age, len(ramp) - 1)])

    def _ramped(self, name: str, orders: Orders, t: int) -> float:
        return sum(self._share(name, age) * lots for age, lots in self._ages(name, orders, t))

    def _added(self, orders: Orders, t: int, **part: Any) -> float:
        """Give what lots add to something in a period."""
        return sum(
            adds.get("amount", adds.get("mw", 0)) * self._ramped(name, orders, t)
            for name, option in self.options.items()
            for adds in option["adds"]
            if all(adds.get(key) in value for key, value in part.items())
        )

    def _shut(self, orders: Orders, t: int) -> set[str]:
        """Give the places that are closed: those that some option opens, without lots for them."""
        lots: dict[tuple[str, ...], int] = {}
        for name, option in self.options.items():
            for part in option["adds"]:
                if "opens" in part:
                    paths = [leaf["path"] for leaf in self.leaves if part["opens"] in leaf["names"]]
                    key = tuple(paths)
                    lots[key] = lots.get(key, 0) + self._in_effect(name, orders, t)
        return {path for paths, n in lots.items() for path in paths[n:]}

    def _lots_paid(self, orders: Orders) -> float:
        """Give the present value of what lots cost, less what they are worth at the end."""
        once = sum(self.start[t] * self._lots_spent(orders, t) for t in self.horizon)
        kept = sum(
            self.middle[t]
            * self.at(option.get("cost_per_period", 0), t)
            * self._ramped(name, orders, t)
            for name, option in self.options.items()
            for t in self.horizon
        )
        worth = sum(
            option.get("end_share", 0)
            * self.at(option["cost_once"], -1)
            * self._in_effect(name, orders, self.horizon[-1])
            for name, option in self.options.items()
        )
        return once + kept - self.start[-1] * worth

    def _lots_spent(self, orders: Orders, t: int) -> float:
        """Give what falls due of lots in a period."""
        total = 0.0
        for (name, service), lots in orders.items():
            option = self.options[name]
            order = service - option.get("lead", 0)
            shares = (
                {order + k: x for k, x in enumerate(option["pay"])}
                if "pay" in option
                else {service: 1}
            )
            priced = order if "pay" in option else service
            total += shares.get(t, 0) * self.at(option["cost_once"], max(priced, 0)) * lots
        return total
