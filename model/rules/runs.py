"""Runs: wholly served from one start on, at the same facilities and on one accelerator."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from gridblock.instances.schema.demands import Demand, Run
from gridblock.model.quantities import ZERO, by_period, decimal, run_periods, run_starts
from gridblock.model.rules.books import USED, Books, Rows, against, differ, largest
from gridblock.model.rules.decisions import label


def only_runs_start(books: Books) -> Rows:
    """Let only a demand with a ``run`` start."""
    for key, count in books.decisions.starts.items():
        kept = not count or books.demands[key.demand].run is not None
        yield None if kept else (label("starts", key), f"{key.demand} is not a run")


def runs_start_within_their_window(books: Books) -> Rows:
    """Start a run between its first and last start, and early enough to end in the horizon."""
    index = books.instance.horizon.index
    for key, count in books.decisions.starts.items():
        run = books.demands[key.demand].run
        if not count or run is None:
            continue
        first, last = run.start
        if not index[first] <= index[key.period] <= index[last]:
            yield label("starts", key), f"is not from {first} to {last}"
        elif index[key.period] + run.periods > len(index):
            yield label("starts", key), f"leaves no time for {run.periods} periods"
        else:
            yield None


def runs_start_at_most_once(books: Books) -> Rows:
    """Count the starts of each run."""
    starts: Counter[str] = Counter()
    for key, count in books.decisions.starts.items():
        starts[key.demand] += int(count)
    for name, count in starts.items():
        yield None if count <= 1 else (name, f"starts {count} times")


def runs_are_served_wholly_or_not_at_all(books: Books) -> Rows:
    """Serve the whole amount of each region while a run is under way, and nothing otherwise."""
    sizes = largest(
        ((key.demand, key.region, key.period), n) for key, n in books.decisions.served.items()
    )
    given: set[tuple[str, str]] = set()
    for key, blocks in books.decisions.assigned.items():
        if abs(blocks) > USED:
            given.add((key.demand, key.period))
    for demand, _, taken in _runs(books):
        for t, units in by_period(books.instance, demand.amount).items():
            for region in demand.regions:
                row = demand.name, region, t
                share = decimal(demand.from_.get(region, 1.0))
                must = units * share if t in taken else ZERO
                has = books.account.met.get(row, ZERO)
                where = f"{demand.name} from {region} in {t}" if region else f"{demand.name} in {t}"
                if differ(has, must, sizes.get(row, 0.0), must):
                    met, due = against(has, must)
                    yield where, f"{met} {demand.unit} met of a run that takes {due}"
                else:
                    yield None
            idle = t in taken or (demand.name, t) not in given
            message = "has blocks and is not under way"
            yield None if idle else (f"{demand.name} in {t}", message)


def runs_stay_at_the_same_facilities(books: Books) -> Rows:
    """Count the facilities of a run over all its periods; whole blocks stand at each in each."""
    used = _facilities(books)
    for demand, _, taken in _runs(books):
        amount = by_period(books.instance, demand.amount)
        at = {t: used[demand.name, t] for t in taken if amount[t]}
        all_of_them = sorted(set().union(*at.values()))
        most = 1 if demand.max_facilities is None else demand.max_facilities
        message = f"uses {', '.join(all_of_them)}: more than {most}"
        yield None if len(all_of_them) <= most else (demand.name, message)
        for t, facilities in at.items():
            left = sorted({*all_of_them} - facilities) if demand.whole_blocks else []
            message = f"is not at {' and '.join(left)}, as in other periods"
            yield (f"{demand.name} in {t}", message) if left else None


def _facilities(books: Books) -> dict[tuple[str, str], set[str]]:
    """Give the facilities at which a demand has blocks, or is served from shared ones."""
    used: dict[tuple[str, str], set[str]] = defaultdict(set)
    for given, blocks in books.decisions.assigned.items():
        if blocks > USED:
            used[given.demand, given.period].add(books.facility_of[given.place])
    for key, units in books.decisions.served.items():
        if units > USED and not books.demands[key.demand].whole_blocks:
            used[key.demand, key.period].add(key.facility)
    return used


def runs_keep_one_accelerator(books: Books) -> Rows:
    """Count the accelerators of a run over all its periods."""
    used: dict[str, set[str]] = defaultdict(set)
    for key, count in books.decisions.assigned.items():
        if count > USED:
            used[key.demand].add(books.instance.blocks[key.block].accelerator)
    for demand, _, _ in _runs(books):
        accelerators = sorted(used[demand.name])
        message = f"runs on {' and '.join(accelerators)}"
        yield None if len(accelerators) <= 1 else (demand.name, message)


def _runs(books: Books) -> Iterator[tuple[Demand, Run, tuple[str, ...]]]:
    """Give each run with the periods that it takes, none where it does not start."""
    starts = run_starts(books.instance, books.decisions)
    for demand in books.instance.demands:
        if demand.run is not None:
            start = starts[demand.name]
            taken = () if start is None else run_periods(books.instance, demand.run, start)
            yield demand, demand.run, taken
