"""Leases: as many blocks as lots in effect lease, where they say; which of them are in use."""

from collections import defaultdict
from fractions import Fraction
from typing import TYPE_CHECKING

from gridblock.instances.contracts import places_called
from gridblock.model.exact import exact
from gridblock.model.option_costs import leased_at
from gridblock.model.plan import Lease, LeaseUse
from gridblock.model.quantities import ZERO
from gridblock.model.rules.books import Books, Rows, above, against, differ, largest

if TYPE_CHECKING:
    from gridblock.model.lots import Lots

Site = tuple[str, str, str]
"""Block type, facility and period."""


def leased(key: Lease) -> str:
    """Name a lease: ``colossus-lease: su at memphis/hall-a in 2027Q1``."""
    return f"{key.option}: {key.block} at {key.place} in {key.period}"


def _leaves(books: Books, at: str) -> frozenset[str]:
    """Give the leaf places in the places that a path names."""
    called = {*places_called(at, books.instance.places)}
    return frozenset(path for path, leaf in books.instance.leaves.items() if called & {*leaf.above})


def leased_only_where_the_option_says(books: Books) -> Rows:
    """Keep leased blocks inside the places that the option names for that block type."""
    inside: dict[tuple[str, str], frozenset[str]] = defaultdict(frozenset)
    for name, option in books.options.items():
        for part in option.leases:
            inside[name, part.blocks] |= _leaves(books, part.at)
    for key, count in books.decisions.leased.items():
        kept = not count or key.place in inside[key.option, key.block]
        yield None if kept else (leased(key), f"{count:,} leased where the option leases none")


def leased_only_where_the_block_may_stand(books: Books) -> Rows:
    """Keep leased blocks at the facilities that the block's ``where`` chooses."""
    for key, count in books.decisions.leased.items():
        kept = not count or books.facility_of[key.place] in books.may_stand[key.block]
        yield None if kept else (leased(key), f"{count:,} leased where it may not stand")


def leased_as_lots_in_effect_lease(books: Books) -> Rows:
    """Match blocks leased with lots in effect x count x ramp, rounded down for each lot.

    For each part of each option, in its own places, and each period.
    """
    stand: dict[tuple[str, str, str], dict[str, int]] = defaultdict(dict)
    for key, count in books.decisions.leased.items():
        stand[key.option, key.block, key.period][key.place] = int(count)
    lots: dict[str, list[Lots]] = defaultdict(list)
    for of in books.account.lots:
        lots[of.option.name].append(of)
    for name, option in books.options.items():
        for part in option.leases:
            leaves = _leaves(books, part.at)
            for i, t in enumerate(books.instance.horizon.names):
                blocks = stand.get((name, part.blocks, t), {})
                has = sum(count for place, count in blocks.items() if place in leaves)
                must = sum(of.blocks(part, i) for of in lots[name])
                where = f"{name}: {part.blocks} at {part.at} in {t}"
                message = f"{has:,} leased, {must:,} by the lots in effect"
                yield None if has == must else (where, message)


def leases_in_use_beyond_owned(books: Books) -> Rows:
    """Match leases in use, over options, with what is assigned beyond the blocks owned.

    For each block type, facility and period in which some lease is paid by the hour.
    """
    decided = books.decisions
    beyond: dict[Site, Fraction] = defaultdict(Fraction)
    terms: list[tuple[Site, float]] = []
    for key, assigned in books.account.assigned.items():
        site = (key.block, books.facility_of[key.place], key.period)
        beyond[site] += assigned
        terms.append((site, float(assigned)))
    for key, owned in books.account.owned.items():
        beyond[key.block, books.facility_of[key.place], key.period] -= owned
    used: dict[Site, Fraction] = defaultdict(Fraction)
    for use, blocks in decided.leases_used.items():
        used[use[1:]] += exact(blocks)
        terms.append((use[1:], blocks))
    sizes, metered = largest(terms), _metered(books)
    for site in dict.fromkeys((*metered, *used)):
        has, must = used[site], max(beyond[site], ZERO) if site in metered else ZERO
        kind, facility, t = site
        if site not in metered and has:
            yield f"{kind} at {facility} in {t}", "no lease there is paid by the hour"
        elif differ(has, must, sizes.get(site, 0.0)):
            now, then = against(has, must)
            message = f"{now} leased blocks in use, {then} assigned beyond those owned"
            yield f"{kind} at {facility} in {t}", message
        else:
            yield None


def _metered(books: Books) -> dict[Site, None]:
    """Give the block types, facilities and periods in which some lease is paid by the hour."""
    return {
        key[1:]: None
        for key, count in leased_at(books.instance, books.decisions).items()
        if count and books.options[key.option].usage is not None
    }


def leases_in_use_within_leased(books: Books) -> Rows:
    """Keep the blocks in use of each option within those that it leases."""
    held = leased_at(books.instance, books.decisions)
    for key, blocks in books.decisions.leases_used.items():
        used, most = exact(blocks), Fraction(held.get(key, 0))
        if above(used, most, blocks, most):
            has, may = against(used, most)
            yield _use(key), f"{has} blocks in use, {may} leased"
        else:
            yield None


def _use(key: LeaseUse) -> str:
    return f"{key.option}: {key.block} at {key.facility} in {key.period}"
