"""Fleet: what is bought can be had, what is owned adds up, what is off may be off."""

from collections import defaultdict

from gridblock.model.plan import Standing
from gridblock.model.quantities import by_period
from gridblock.model.rules.books import Books, Rows
from gridblock.model.rules.capacity import places_where_a_limit_falls
from gridblock.model.rules.feeds import places_where_a_rating_falls


def standing(key: Standing) -> str:
    """Name blocks: ``h100 at memphis/hall-a in 2027Q1``."""
    return f"{key.block} at {key.place} in {key.period}"


def bought_only_at_a_price(books: Books) -> Rows:
    """Let only blocks with a ``cost_once`` be bought."""
    for key, count in books.decisions.bought.items():
        kept = not count or books.instance.blocks[key.block].cost_once is not None
        yield None if kept else (standing(key), f"{count:,} bought, but it has no cost_once")


def bought_only_after_the_lead(books: Books) -> Rows:
    """Let blocks enter service no earlier than ``lead`` periods after the first one."""
    position = books.instance.horizon.index
    for key, count in books.decisions.bought.items():
        lead = books.instance.blocks[key.block].lead
        kept = not count or position[key.period] >= lead
        message = (
            f"{count:,} enter service in period {position[key.period] + 1}, with a lead of {lead}"
        )
        yield None if kept else (standing(key), message)


def bought_only_where_the_block_may_stand(books: Books) -> Rows:
    """Keep purchases at the facilities that the block's ``where`` chooses."""
    for key, count in books.decisions.bought.items():
        kept = not count or books.facility_of[key.place] in books.may_stand[key.block]
        yield None if kept else (standing(key), f"{count:,} bought where it may not stand")


def bought_within_block_supply(books: Books) -> Rows:
    """Sum purchases of a block type over places: at most its ``supply`` in each period."""
    bought: dict[tuple[str, str], int] = defaultdict(int)
    for key, count in books.decisions.bought.items():
        bought[key.block, key.period] += int(count)
    for name, block in books.instance.blocks.items():
        if block.supply is not None:
            for t, supply in by_period(books.instance, block.supply).items():
                count = bought.get((name, t), 0)
                message = f"{count:,} bought, {float(supply):,g} delivered"
                yield None if count <= supply else (f"supply of {name} in {t}", message)


def bought_within_accelerator_supply(books: Books) -> Rows:
    """Sum accelerators bought over block types: at most the ``supply`` in each period."""
    bought: dict[tuple[str, str], int] = defaultdict(int)
    for key, count in books.decisions.bought.items():
        block = books.instance.blocks[key.block]
        bought[block.accelerator, key.period] += block.accelerators * int(count)
    for name, accelerator in books.instance.accelerators.items():
        if accelerator.supply is not None:
            for t, supply in by_period(books.instance, accelerator.supply).items():
                count = bought.get((name, t), 0)
                message = f"{count:,} accelerators bought, {float(supply):,g} delivered"
                yield None if count <= supply else (f"supply of {name} in {t}", message)


def owned_never_below_zero(books: Books) -> Rows:
    """Carry the fleet over: those before + bought + on order - retired, never below 0."""
    for key, owned in books.account.owned.items():
        yield None if owned >= 0 else (standing(key), f"{-owned:,} more retired than there are")


def switched_off_only_where_a_limit_falls(books: Books) -> Rows:
    """Let blocks stand without power only where a power or cooling limit falls over time."""
    falling = places_where_a_limit_falls(books) | places_where_a_rating_falls(books)
    for key, count in books.decisions.switched_off.items():
        kept = not count or key.place in falling
        message = f"{count:,} switched off, but no power or cooling limit falls there"
        yield None if kept else (standing(key), message)


def switched_off_within_installed(books: Books) -> Rows:
    """Let no more blocks be switched off than stand in a place."""
    for key, count in books.decisions.switched_off.items():
        installed = books.account.installed.get(key, 0)
        message = f"{count:,} switched off, {installed:,} installed"
        yield None if count <= installed else (standing(key), message)
