"""Words for families of rules: in a table, once they are relaxed, and what to do about them."""

from typing import Final

from gridblock.instances.relaxing import PRICE

AT_PLACES: Final = {
    "grid_mw": "grid power",
    "power_mw": "critical power",
    "air_cooling_mw": "air cooling",
    "liquid_cooling_mw": "liquid cooling",
    "racks": "racks",
    "feeds": "power feeds",
    "uplink_gbps": "zone uplinks",
}
"""Families of rules of places, in words."""
OF_DEMANDS: Final = frozenset(
    {
        *("max_ms", "where", "max_facilities", "max_share_per_facility", "interconnect", "run"),
        *("fabric_gbps_per_block", "one_accelerator", "together", "whole_blocks", "tier"),
        "survive",
    }
)
"""Families of rules that demands state of themselves."""
NOUNS: Final = {
    "gbps": "link",
    "supply": "accelerator",
    "cost_once": "accelerator",
    "lead": "block type",
    "block_where": "block type",
    "order": "option",
    "option_lead": "option",
    "max": "option",
    "requires": "option",
    "limits": "limit",
    "signed": "option",
    "min_share": "demand",
}
"""What the items of a family are called, where they are no facilities."""
FAMILIES: Final = {
    PRICE: "price of unmet work",
    "gbps": "capacity of links",
    "supply": "supply",
    "cost_once": "blocks not for sale",
    "lead": "lead of blocks",
    "block_where": "where blocks may stand",
    "order": "when options can be ordered",
    "option_lead": "lead of options",
    "max": "lots of options",
    "requires": "requires and excludes",
    "limits": "limits over the plan",
    "max_ms": "round trips",
    "where": "where demands may be served",
    "max_facilities": "number of facilities",
    "max_share_per_facility": "share of one facility",
    "interconnect": "interconnect",
    "fabric_gbps_per_block": "fabric over uplinks",
    "one_accelerator": "one accelerator",
    "together": "one zone",
    "whole_blocks": "whole blocks",
    "signed": "signed lots",
    "survive": "kept to survive a loss",
    "current": "the plan in force",
    "run": "start of runs",
    "tier": "tiers",
    "min_share": "floors of demands",
}
"""Families of rules in a table."""
RELAXED: Final = {
    PRICE: "unmet work far dearer",
    "gbps": "unlimited capacity of {items}",
    "supply": "unlimited supply of {items}",
    "cost_once": "{items} for sale at no price",
    "lead": "no lead of {items}",
    "block_where": "{items} at any facility",
    "order": "{items} ordered at any time",
    "option_lead": "no lead of {items}",
    "max": "ten times as many lots of {items}",
    "requires": "{items} free of what it requires and excludes",
    "limits": "no limit {items}",
    "max_ms": "any round trip",
    "where": "any facility allowed",
    "max_facilities": "any number of facilities",
    "max_share_per_facility": "no largest share of a facility",
    "interconnect": "no interconnect",
    "fabric_gbps_per_block": "no fabric over uplinks",
    "one_accelerator": "several accelerators",
    "together": "several zones",
    "whole_blocks": "blocks shared",
    "signed": "signed lots of {items} given back",
    "survive": "nothing kept to survive a loss",
    "current": "the plan in force undone",
    "run": "any start",
    "tier": "all tiers planned at once",
    "min_share": "no floor of {items}",
}
"""What holds once a family is relaxed; one that is not named is a limit of places."""
NEXT: Final = {
    PRICE: "Raise demands.{demand}.unmet_cost if it is worth more, or leave it unserved.",
    "grid_mw": "Ask the utility for more, or open a site with grid power to spare.",
    "power_mw": "Energize more there, or open a site with power to spare.",
    "air_cooling_mw": "Add cooling there, or choose blocks that are cooled by liquid.",
    "liquid_cooling_mw": "Add cooling there, or choose blocks that are cooled by air.",
    "racks": "Add racks there, or choose denser blocks.",
    "feeds": "Raise the ratings of the feeds, or feed the zones from more of them.",
    "uplink_gbps": "Widen the uplinks, or serve it from zones with room on theirs.",
    "gbps": "Order more capacity on the link, or serve it nearer to its region.",
    "supply": "Secure more from the vendor, or admit another accelerator (yields).",
    "cost_once": "Get an offer to buy or lease more of them: a cost_once, or an option.",
    "lead": "Order from stock or lease while waiting: a shorter lead serves it.",
    "block_where": "Admit the blocks at more facilities (blocks.*.where).",
    "order": "Negotiate an earlier or longer window of order.",
    "option_lead": "Negotiate an earlier start of service.",
    "max": "Negotiate more lots.",
    "requires": "Take what it requires earlier, or negotiate the tie away.",
    "limits": "Ask for a higher limit, or accept that the work stays unmet.",
    "max_ms": "Accept a longer round trip, or open a site nearer to its regions.",
    "where": "Admit it at more facilities (demands.{demand}.where), or add room at those.",
    "max_facilities": "Let it be spread over more facilities, or add room at one.",
    "max_share_per_facility": "Let one facility serve more of it, or add room elsewhere.",
    "interconnect": "Widen the links between its facilities, or add room at one of them.",
    "fabric_gbps_per_block": "Widen the uplinks, or place it in one zone.",
    "one_accelerator": "Let it run on several accelerators, or add room for one of them.",
    "together": "Let it span zones, or add room in one of them.",
    "whole_blocks": "Let it share blocks, or round its amount to whole blocks.",
    "signed": "Negotiate signed lots away, or make room for them.",
    "survive": "Ask less of what is served after a loss, or add room in reserve or links.",
    "current": "Undo orders of the plan in force, or move its work (current).",
    "run": "Let it start at another time.",
    "tier": "Plan it in a lower tier, or add room for both.",
    "min_share": "Lower the floor, or add room for both.",
}
"""What to do about rules of each family; limits of places that are not named: add to them."""
