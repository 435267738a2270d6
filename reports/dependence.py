"""How much of the fleet comes from one vendor, and stands at one site, in two plans."""

from collections import defaultdict
from collections.abc import Iterator

from gridblock.instances.instance import Instance
from gridblock.model.account import Account
from gridblock.reports.sections import Column, Section
from gridblock.reports.words import percent

MOST_SITES = 4
Shares = dict[tuple[str, str], dict[str, float]]
"""Share of the power of what stands, by vendor or site, and by period."""


def dependence(instance: Instance, with_it: Account, without_it: Account) -> Iterator[Section]:
    """Give the largest share of each vendor, and of the largest sites, with and without an option.

    Chips differ too much to be counted; what they draw at their rating tells their weight.
    """
    shares = [power_shares(instance, books) for books in (without_it, with_it)]
    highest = [{key: max(of.values()) for key, of in each.items()} for each in shares]
    names = {key: max(each.get(key, 0.0) for each in highest) for each in highest for key in each}
    vendors = sorted((key for key in names if key[0] == "vendor"), key=lambda key: -names[key])
    sites = sorted((key for key in names if key[0] == "site"), key=lambda key: -names[key])
    rows = []
    for key in (*vendors, *sites[:MOST_SITES]):
        cells = []
        for each, of in zip(highest, shares, strict=True):
            top = each.get(key, 0.0)
            when = next((t for t, share in of.get(key, {}).items() if share == top), "")
            cells += [percent(top), when if top else ""]
        rows.append((key[1], key[0], *cells))
    if len(rows) > len(("vendor", "site")):
        yield Section(
            "Dependence",
            "largest share of all rated power, and in which period",
            (
                Column("on"),
                Column(""),
                Column("without", right=True),
                Column("in"),
                Column("with", right=True),
                Column("in"),
            ),
            tuple(rows),
        )


def power_shares(instance: Instance, books: Account) -> Shares:
    """Give the share of each vendor and of each site in the rated power of all that stands."""
    drawn: Shares = defaultdict(lambda: defaultdict(float))
    total: dict[str, float] = defaultdict(float)
    for (kind, leaf, t), count in books.powered.items():
        block = instance.blocks[kind]
        kw = count * block.uses.get("power_kw", 0.0)
        vendor = instance.accelerators[block.accelerator].vendor or "unnamed"
        for key in (("vendor", vendor), ("site", instance.leaves[leaf].facility)):
            drawn[key][t] += kw
        total[t] += kw
    return {
        key: {t: kw / total[t] for t, kw in of.items() if total[t]}
        for key, of in drawn.items()
        if any(of.values())
    }
