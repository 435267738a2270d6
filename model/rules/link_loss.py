"""Loss of a link: what demands promise is kept, on the way that it takes then."""

from collections.abc import Iterator
from decimal import Decimal

from gridblock.instances.network import graph_of
from gridblock.model.plan import Rerouted, ReroutedFlow, Service
from gridblock.model.quantities import ZERO, decimal, product, totals
from gridblock.model.rules.after_loss import After, Loads
from gridblock.model.rules.books import USED, Books, Rows, above, against, differ, largest
from gridblock.model.rules.decisions import label
from gridblock.model.traffic import fault_of_path

Flow = tuple[str, str, str, float | None, str]
"""A lost link, and a commodity in a period."""


# ---------------------------------------------------------------- what makes an account possible


def rerouted_tunnels_are_paths_around_the_loss(books: Books) -> Rows:
    """Ask of each tunnel after a loss a path that avoids the link and visits no place twice."""
    ends = {name: link.between for name, link in books.links.items()}
    for key in books.decisions.rerouted_gbps:
        fault = fault_of_path(key.region, key.facility, key.links, ends)
        if fault is None and key.lost_link in key.links:
            fault = "takes the link that is lost"
        yield None if fault is None else (label("rerouted_gbps", key), fault)


def rerouted_traffic_enters_links_that_are_left(books: Books) -> Rows:
    """Ask that traffic after a loss enters a link at one of its ends, and not the lost one."""
    for key in books.decisions.rerouted_arc_gbps:
        at_an_end = key.start in books.links[key.link].between
        fault = "takes the link that is lost" if at_an_end else f"{key.link} is not at {key.start}"
        kept = at_an_end and key.link != key.lost_link
        yield None if kept else (label("rerouted_arc_gbps", key), fault)


# ------------------------------------------------------------------------------ what is promised


def rerouted_within_what_is_served(books: Books) -> Rows:
    """Count after a loss only what was served before it, of demands that promise a share."""
    for key, units in books.decisions.rerouted.items():
        where = label("rerouted", key)
        served = books.decisions.served.get(Service(*key[1:]), 0.0)
        if not books.demands[key.demand].kept_after_link:
            yield where, f"{key.demand} does not survive the loss of a link"
        elif above(decimal(units), decimal(served), units, served):
            has, may = against(units, served)
            yield where, f"{has} units carried, {may} served"
        else:
            yield None


def promised_share_is_kept_after_the_loss_of_any_link(books: Books) -> Rows:
    """Keep ``Survive.link`` of what is met from each region, whichever link is lost.

    What is met stays where it is unless its traffic takes the link, or no other path leads there.
    """
    after = After(books)
    kept = totals(
        ((k.lost_link, k.demand, k.region, k.period), u)
        for k, u in books.decisions.rerouted.items()
    )
    sizes = largest(
        ((k.lost_link, k.demand, k.region, k.period), u)
        for k, u in books.decisions.rerouted.items()
    )
    for (d, r, t), met in books.account.met.items():
        share = decimal(books.demands[d].kept_after_link)
        for link in books.links if share and met > USED else ():
            has = kept.get((link, d, r, t), ZERO)
            broken = (link, t) in after.touched and above(
                share * met, has, share * met, sizes.get((link, d, r, t), 0.0)
            )
            has_units, must = against(has, share * met)
            message = f"{has_units} units carried, {must} promised"
            where = f"{d}{f' from {r}' if r else ''} after the loss of {link} in {t}"
            yield (where, message) if broken else None


def rerouted_only_within_reach(books: Books) -> Rows:
    """Carry what loads no link only where a path avoids the lost one, within ``max_ms``."""
    after = After(books)
    for key, units in books.decisions.rerouted.items():
        if books.demands[key.demand].gbps_per_unit or units <= USED:
            continue
        kept = after.reached(key.demand, key.region, key.facility, key.lost_link)
        yield None if kept else (label("rerouted", key), "no path is left within its bound")


# --------------------------------------------------------------------------- the traffic of it


def rerouted_tunnels_keep_the_latency_bound(books: Books) -> Rows:
    """Add up the latencies of each tunnel's links: at most the bound of its traffic."""
    ms = {link: value for _, _, link, value in graph_of(books.instance).edges(keys=True, data="ms")}
    for key in books.decisions.rerouted_gbps:
        total = float(sum((decimal(ms[link] or 0.0) for link in key.links), ZERO))
        kept = key.max_ms is None or total <= key.max_ms
        message = f"takes {total:,.6g} ms, {key.max_ms or 0:,g} ms allowed"
        yield None if kept else (label("rerouted_gbps", key), message)


def rerouted_tunnels_carry_what_is_kept(books: Books) -> Rows:
    """Carry after a loss ``gbps_per_unit`` x what is kept, by region, facility and bound."""
    if books.instance.network.routing == "any":
        return
    flows = [(_flow(key), gbps) for key, gbps in books.decisions.rerouted_gbps.items()]
    sent = [
        ((k.lost_link, k.region, k.facility, books.demands[k.demand].max_ms, k.period), gbps)
        for k, gbps in _traffic(books)
    ]
    carried, needed = totals(flows), totals(sent)
    sizes = largest((*flows, *((key, float(gbps)) for key, gbps in sent)))
    for key in {**carried, **needed}:
        has, must = carried.get(key, ZERO), needed.get(key, ZERO)
        if differ(has, must, sizes.get(key, 0.0)):
            link, region, facility, bound, t = key
            within = "" if bound is None else f" within {bound:g} ms"
            has_gbps, must_gbps = against(has, must)
            message = f"tunnels carry {has_gbps} Gbps of {must_gbps}"
            after = f"after the loss of {link} in {t}"
            yield f"traffic from {region} to {facility}{within} {after}", message
        else:
            yield None


def _flow(key: ReroutedFlow) -> Flow:
    return key.lost_link, key.region, key.facility, key.max_ms, key.period


def _traffic(books: Books) -> Iterator[tuple[Rerouted, Decimal]]:
    """Give the Gbps of what is kept after each loss."""
    for key, units in books.decisions.rerouted.items():
        each = books.demands[key.demand].gbps_per_unit
        if each:
            yield key, product(each, units)


def rerouted_traffic_is_conserved(books: Books) -> Rows:
    """With ``routing: any``: what enters a place after a loss leaves it or is served there."""
    if books.instance.network.routing != "any" or not books.links:
        return
    terms: list[tuple[tuple[str, str, str, str], Decimal | float]] = []
    for key, gbps in _traffic(books):
        terms.append(((key.lost_link, key.region, key.region, key.period), gbps))
        terms.append(((key.lost_link, key.region, key.facility, key.period), -gbps))
    for arc, value in books.decisions.rerouted_arc_gbps.items():
        a, b = books.links[arc.link].between
        end = b if arc.start == a else a
        terms.append(((arc.lost_link, arc.region, arc.start, arc.period), -value))
        terms.append(((arc.lost_link, arc.region, end, arc.period), value))
    balance, sizes = totals(terms), largest((key, float(gbps)) for key, gbps in terms)
    for at, left in balance.items():
        link, region, place, t = at
        broken = differ(left, ZERO, sizes.get(at, 0.0))
        message = f"{abs(float(left)):,.6g} Gbps {'vanish' if left > 0 else 'appear'}"
        where = f"traffic from {region} at {place} after the loss of {link} in {t}"
        yield (where, message) if broken else None


def links_that_are_left_carry_within_capacity(books: Books) -> Rows:
    """Keep what each other link carries after a loss within its capacity.

    What is reserved between facilities stays where it is.
    """
    loads = Loads(books)
    for (lost, t), names in loads.of.items():
        for name in names:
            link, most = books.links[name], loads.capacity.get((name, t))
            ways = [(end,) for end in link.between]
            for way in ways if link.capacity == "each_way" else [link.between]:
                keys = [(lost, name, start, t) for start in way]
                reserved = [loads.reserved.get((name, start, t), ZERO) for start in way]
                carried = sum((loads.carried.get(key, ZERO) for key in keys), sum(reserved, ZERO))
                sizes = (loads.sizes.get(key, 0.0) for key in keys)
                if most is not None and above(carried, most, *sizes, *reserved):
                    has, may = against(carried, most)
                    where = f"link {name} from {' and '.join(way)} after the loss of {lost} in {t}"
                    yield where, f"{has} Gbps carried, {may} Gbps there"
                else:
                    yield None
