"""Options: lots are ordered as their contracts allow, and what is closed stays empty."""

from collections import Counter, defaultdict

from gridblock.model.plan import Ordering
from gridblock.model.rules.books import USED, Books, Rows


def ordered(key: Ordering) -> str:
    """Name an order: ``colossus-lease ordered in 2027Q1``."""
    return f"{key.option} ordered in {key.period}"


def ordered_within_the_window(books: Books) -> Rows:
    """Let lots be ordered from ``order.earliest`` to ``order.latest`` only."""
    index = books.instance.horizon.index
    for key, count in books.decisions.ordered.items():
        window, at = books.options[key.option].order, index[key.period]
        early = window.earliest is not None and at < index[window.earliest]
        late = window.latest is not None and at > index[window.latest]
        kept = not count or not (early or late)
        bound = f"not before {window.earliest}" if early else f"not after {window.latest}"
        yield None if kept else (ordered(key), f"{count:,} lots, {bound}")


def ordered_in_time_to_enter_service(books: Books) -> Rows:
    """Let lots be ordered only where, ``lead`` periods later, the horizon has not ended."""
    index, periods = books.instance.horizon.index, len(books.instance.horizon)
    for key, count in books.decisions.ordered.items():
        lead = books.options[key.option].lead
        kept = not count or index[key.period] + lead < periods
        message = f"{count:,} lots with a lead of {lead} enter service after the horizon"
        yield None if kept else (ordered(key), message)


def _lots(books: Books) -> tuple[Counter[str], Counter[str]]:
    """Count the lots signed, and those ordered, of each option."""
    of_signed = {name: sum(option.signed.values()) for name, option in books.options.items()}
    of_ordered: Counter[str] = Counter()
    for key, count in books.decisions.ordered.items():
        of_ordered[key.option] += int(count)
    return Counter(of_signed), of_ordered


def lots_within_max(books: Books) -> Rows:
    """Keep the lots signed and ordered within ``max``."""
    of_signed, of_ordered = _lots(books)
    for name, option in books.options.items():
        lots = of_signed[name] + of_ordered[name]
        message = f"{of_ordered[name]:,} lots ordered and {of_signed[name]:,} signed"
        kept = lots <= option.max
        yield None if kept else (name, f"{message}, {option.max:,} at most")


def lots_at_least_min_if_taken(books: Books) -> Rows:
    """Ask for ``min_if_taken`` lots, signed ones included, of each option that is taken."""
    of_signed, of_ordered = _lots(books)
    for name, option in books.options.items():
        lots = of_signed[name] + of_ordered[name]
        kept = not lots or lots >= option.min_if_taken
        message = f"{lots:,} lots in all, {option.min_if_taken:,} at least once any is taken"
        yield None if kept else (name, message)


def ordered_only_with_what_it_requires(books: Books) -> Rows:
    """Ask, in the period of order, for a lot in effect of each option that is required."""
    for key, count in books.decisions.ordered.items():
        for other in books.options[key.option].requires:
            kept = not count or books.account.in_effect.get((other, key.period), 0) > 0
            yield (
                None if kept else (ordered(key), f"requires {other}, of which no lot is in effect")
            )


def excluded_options_are_not_both_taken(books: Books) -> Rows:
    """Let no lot of an option that another excludes stand beside a lot of that one."""
    taken = {lots.option.name for lots in books.account.lots}
    for name, option in books.options.items():
        for other in option.excludes:
            kept = not {name, other} <= taken
            yield None if kept else (name, f"is taken beside {other}, which it excludes")


def nothing_stands_where_it_is_closed(books: Books) -> Rows:
    """Let blocks stand only in places that are open: they, and all places around them.

    A place that options open is closed until a lot of one of them is in effect; of copies of a zone
    as many are open as lots are in effect, the first ones.
    """
    for key, count in books.account.installed.items():
        if count:
            closed = _closed(books, key.place, key.period)
            where = f"{key.block} at {key.place} in {key.period}"
            yield (where, f"{count:,} stand where {closed} is closed") if closed else None


def _closed(books: Books, leaf: str, t: str) -> str | None:
    """Give the outermost closed place at or around a leaf place, if any is."""
    is_open = books.account.is_open
    above = reversed(books.instance.leaves[leaf].above)
    return next((place for place in above if not is_open.get((place, t), True)), None)


def nothing_is_served_where_it_is_closed(books: Books) -> Rows:
    """Let demands be served only at facilities that are open."""
    served: dict[tuple[str, str, str], float] = defaultdict(float)
    for key, units in books.decisions.served.items():
        served[key.demand, key.facility, key.period] += units
    for (demand, facility, t), units in served.items():
        kept = abs(units) <= USED or books.account.is_open.get((facility, t), True)
        message = f"{units:,.6g} served, but {facility} is closed"
        yield None if kept else (f"{demand} at {facility} in {t}", message)
