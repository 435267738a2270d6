"""The plan in force: its orders stand, and what is moved is paid for."""

from collections import defaultdict
from fractions import Fraction

from gridblock.instances.standing_orders import (
    given_blocks,
    known_periods,
    last_kept,
    standing_lots,
    standing_purchases,
)
from gridblock.model.moved import beyond_in_force, is_priced
from gridblock.model.plan import Ordering, Standing
from gridblock.model.quantities import decimal
from gridblock.model.rules.books import Books, Rows, above, against
from gridblock.model.rules.fleet import standing


def orders_of_blocks_stand(books: Books) -> Rows:
    """Keep the blocks that the plan in force has ordered up to ``keep_to``, none added."""
    instance, bought = books.instance, books.decisions.bought
    last, index = last_kept(instance), instance.horizon.index
    kept = {Standing(*key): count for key, count in standing_purchases(instance).items()}
    for key in dict.fromkeys((*kept, *bought)):
        if 0 <= index[key.period] - instance.blocks[key.block].lead <= last:
            must, has = kept.get(key, 0), bought.get(key, 0)
            message = f"{has:,} ordered, {must:,} by the plan in force, whose orders stand"
            yield None if has == must else (standing(key), message)


def orders_of_lots_stand(books: Books) -> Rows:
    """Keep the lots that the plan in force has ordered up to ``keep_to``, none added."""
    instance, ordered = books.instance, books.decisions.ordered
    last, index = last_kept(instance), instance.horizon.index
    kept = {Ordering(*key): count for key, count in standing_lots(instance).items()}
    for key in dict.fromkeys((*kept, *ordered)):
        if index[key.period] <= last:
            must, has = kept.get(key, 0), ordered.get(key, 0)
            message = f"{has:,} lots, {must:,} by the plan in force, whose orders stand"
            where = f"{key.option} ordered in {key.period}"
            yield None if has == must else (where, message)


def given_only_what_has_been_moved(books: Books) -> Rows:
    """Let a demand have beyond the plan in force only blocks that have been moved by then."""
    if not is_priced(books.instance):
        return
    index = books.instance.horizon.index
    moves: dict[tuple[str, ...], list[tuple[int, Fraction]]] = defaultdict(list)
    for key, blocks in books.decisions.moved.items():
        moves[key[:3]].append((index[key.period], decimal(blocks)))
    for chain in beyond_in_force(books.instance, books.decisions.assigned):
        for each in chain:
            by = index[each.key.period]
            moved = sum((n for at, n in moves[each.key[:3]] if at <= by), Fraction(0))
            if above(each.blocks, moved, each.largest, moved):
                has, may = against(each.blocks, moved)
                where = f"{each.key.demand}, {standing(Standing(*each.key[1:]))}"
                yield where, f"{has} blocks beyond the plan in force, {may} moved"
            else:
                yield None


def moved_only_where_that_has_a_price(books: Books) -> Rows:
    """Let blocks be moved only for demands and in periods that the plan in force knows."""
    instance = books.instance
    periods = known_periods(instance) if is_priced(instance) else ()
    demands = given_blocks(instance)
    for key in books.decisions.moved:
        kept = key.period in periods and key.demand in demands
        where = f"{key.demand}, {standing(Standing(*key[1:]))}"
        yield None if kept else (where, "moved, but the plan in force has nothing to move there")
