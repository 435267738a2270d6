"""An instance with options of every sort, a plan of it made by hand, and ways to break that."""

from typing import Any

from gridblock.model.plan import (
    Assignment,
    Decisions,
    Lease,
    LeaseUse,
    Ordering,
    Service,
    Standing,
    TunnelFlow,
    ZoneService,
)

P1, P2, P3, P4 = "2026Q3", "2026Q4", "2027Q1", "2027Q2"
HALL, NEW_1, NEW_2 = "north/hall", "north/new-1", "north/new-2"

# North leases blocks by the hour in its hall, and opens new halls, once it has more grid power; in
# the west a site opens.
DEAL: dict[str, Any] = {
    "gridblock": 1,
    "periods": {"first": P1, "count": 4},
    "accelerators": {"h100": {}},
    "blocks": {
        "su": {
            "accelerator": "h100",
            "accelerators": 8,
            "uses": {"power_kw": 10, "racks": 1},
            "load_factor": 0.8,
            "idle_factor": 0.5,
            "where": {"tags": ["us"]},
            "cost_once": 1000,
            "end_share": 0.5,
            "supply": 1,
        }
    },
    "facilities": {
        "north": {
            "tags": ["us"],
            "grid_mw": 0.075,
            "pue": 1.25,
            "energy_per_mwh": 50,
            "carbon_kg_per_mwh": 400,
            "limits": {"power_mw": 0.06},
            "zones": {
                "hall": {
                    "limits": {"power_mw": 0.08, "racks": 8},
                    "uplink_gbps": 0.4,
                    "installed": {"su": 2},
                },
                "new": {"count": 2, "limits": {"power_mw": 0.04}},
            },
        },
        "west": {"tags": ["us"], "limits": {"power_mw": 0.05}, "cost_per_period": 100},
        "far": {},
    },
    "network": {
        "regions": {"east": {}},
        "links": [
            {"between": ["east", "north"], "ms": 5, "gbps": 0.48},
            {"between": ["east", "west"], "ms": 5},
        ],
    },
    "demands": [
        {
            "name": "chat",
            "amount": [40, 24, 104, 88],
            "yields": {"h100": 1},
            "unmet_cost": 1,
            "from": {"east": 1},
            "gbps_per_unit": 0.01,
        }
    ],
    "options": [
        {
            "name": "lease",
            "kind": "lease",
            "adds": [{"blocks": "su", "at": "north/hall", "count": 3}],
            "max": 4,
            "min_if_taken": 2,
            "order": {"latest": P2},
            "lead": 1,
            "ramp": [0.5, 1],
            "term": 2,
            "cost_per_period": 100,
            "usage": {"per_block_hour": 2, "committed_share": 0.5, "energy": "included"},
            "signed": {"2026Q2": 1},
        },
        {
            "name": "grid",
            "adds": [
                {"limit": "power_mw", "at": "north", "amount": 0.04},
                {"limit": "grid_mw", "at": "north", "amount": 0.05},
            ],
            "lead": 1,
            "ramp": [0.5, 1],
            "cost_once": [1000, 900, 800, 700],
            "pay": [0.3, 0.7],
            "end_share": 0.5,
        },
        {
            "name": "halls",
            "adds": [{"opens": "north/new"}, {"blocks": "su", "at": "north/new", "count": 2}],
            "max": 2,
            "lead": 1,
            "cost_once": [500, 400, 300, 200],
            "requires": ["grid"],
        },
        {
            "name": "site",
            "adds": [{"opens": "west"}, {"blocks": "su", "at": "west", "count": 4}],
            "lead": 2,
            "ramp": [0.6, 1],
            "term": 4,
            "cost_per_period": 50,
            "excludes": ["other"],
        },
        {"name": "other", "adds": [{"limit": "racks", "at": "north/hall", "amount": 1}]},
        {
            "name": "wan",
            "adds": [{"link": "east-north", "gbps": 0.32}],
            "max": 2,
            "lead": 1,
            "cost_once": 10,
            "pay": [0, 0, 0.5, 0.5],
        },
        {
            "name": "fibre",
            "adds": [{"limit": "uplink_gbps", "at": "north/hall", "amount": {P1: 0, P3: 0.24}}],
            "cost_once": 7,
            "signed": {P1: 1},
        },
    ],
}


def lease(option: str, place: str, period: str) -> Lease:
    """Name blocks leased."""
    return Lease(option, "su", place, period)


def in_use(option: str, facility: str, period: str) -> LeaseUse:
    """Name leased blocks in use."""
    return LeaseUse(option, "su", facility, period)


def chat(place: str, period: str) -> Assignment:
    """Name blocks assigned."""
    return Assignment("chat", "su", place, period)


def service(facility: str, period: str) -> Service:
    """Name units served."""
    return Service("chat", "east", facility, period)


def inside(place: str, period: str) -> ZoneService:
    """Name units served in a leaf place."""
    return ZoneService("chat", place, period)


def way(facility: str, period: str) -> TunnelFlow:
    """Name traffic to a facility."""
    return TunnelFlow("east", facility, None, (f"east-{facility}",), period)


def hand_made_deal() -> Decisions:
    """A plan in which nearly every rule of options binds. A block serves 8 units."""
    north = {P1: 40, P2: 24, P3: 80, P4: 48}
    west = {P3: 24, P4: 40}
    return Decisions(
        bought={Standing("su", "west", P3): 1},
        ordered={
            Ordering("lease", P1): 2,
            Ordering("grid", P1): 1,
            Ordering("halls", P2): 1,
            Ordering("halls", P3): 1,
            Ordering("site", P1): 1,
            Ordering("wan", P2): 1,
        },
        leased={
            # The signed lot in its second period: 3. Two lots of 3 x 0.5, rounded down; of 3.
            lease("lease", HALL, P1): 3,
            lease("lease", HALL, P2): 2,
            lease("lease", HALL, P3): 6,
            # One new hall, then two.
            lease("halls", NEW_1, P3): 2,
            lease("halls", NEW_1, P4): 2,
            lease("halls", NEW_2, P4): 2,
            # 4 x 0.6, rounded down; then 4.
            lease("site", "west", P3): 2,
            lease("site", "west", P4): 4,
        },
        leases_used={
            # North owns 2 and assigns 5, 3, 10; then no lease is paid by the hour.
            in_use("lease", "north", P1): 3,
            in_use("lease", "north", P2): 1,
            in_use("lease", "north", P3): 6,
            in_use("halls", "north", P3): 2,
        },
        assigned={
            chat(HALL, P1): 5,
            chat(HALL, P2): 3,
            chat(HALL, P3): 8,
            chat(NEW_1, P3): 2,
            chat("west", P3): 3,
            chat(HALL, P4): 2,
            chat(NEW_1, P4): 2,
            chat(NEW_2, P4): 2,
            chat("west", P4): 5,
        },
        served={
            **{service("north", t): units for t, units in north.items()},
            **{service("west", t): units for t, units in west.items()},
        },
        served_in={
            inside(HALL, P1): 40,
            inside(HALL, P2): 24,
            inside(HALL, P3): 64,
            inside(NEW_1, P3): 16,
            **{inside(place, P4): 16 for place in (HALL, NEW_1, NEW_2)},
        },
        tunnel_gbps={
            **{way("north", t): units / 100 for t, units in north.items()},
            **{way("west", t): units / 100 for t, units in west.items()},
        },
    )


Broken = tuple[str, dict[str, dict[Any, Any]], set[str], dict[str, Any]]
"""What is wrong, decisions that are changed, the rules that break, changes to the instance."""

DEAL_TAMPERS: tuple[Broken, ...] = (
    (
        "unknown option",
        {"ordered": {Ordering("leese", P1): 1}},
        {"decisions_name_what_exists"},
        {},
    ),
    (
        "leased at an unknown place",
        {"leased": {lease("lease", "north", P1): 1}},
        {"decisions_name_what_exists"},
        {},
    ),
    (
        "in use at an unknown facility",
        {"leases_used": {in_use("lease", HALL, P1): 1}},
        {"decisions_name_what_exists"},
        {},
    ),
    ("half a lot", {"ordered": {Ordering("grid", P1): 0.5}}, {"counts_are_whole_numbers"}, {}),
    (
        "half a block leased",
        {"leased": {lease("lease", HALL, P1): 2.5}},
        {"counts_are_whole_numbers"},
        {},
    ),
    ("less than no lot", {"ordered": {Ordering("wan", P1): -1}}, {"nothing_is_negative"}, {}),
    (
        "less than nothing leased",
        {"leased": {lease("lease", HALL, P4): -1}},
        {"nothing_is_negative"},
        {},
    ),
    (
        "less than nothing in use",
        {"leases_used": {in_use("halls", "north", P3): -1, in_use("lease", "north", P3): 9}},
        {"nothing_is_negative"},
        {},
    ),
    (
        "ordered too early",
        {},
        {"ordered_within_the_window"},
        {"options.lease.order.earliest": P2},
    ),
    (
        "ordered too late",
        {
            "ordered": {Ordering("lease", P3): 1},
            "leased": {lease("lease", HALL, P4): 1},
            "leases_used": {in_use("halls", "north", P4): 4},
        },
        {"ordered_within_the_window"},
        {},
    ),
    (
        "never enters service",
        {"ordered": {Ordering("wan", P4): 1}},
        {"ordered_in_time_to_enter_service"},
        {},
    ),
    ("too many lots", {"ordered": {Ordering("wan", P2): 3}}, {"lots_within_max"}, {}),
    ("too many lots with those signed", {}, {"lots_within_max"}, {"options.lease.max": 2}),
    ("too few lots", {}, {"lots_at_least_min_if_taken"}, {"options.wan.min_if_taken": 2}),
    (
        "what it requires is not in effect yet",
        {},
        {"ordered_only_with_what_it_requires"},
        {"options.site.requires": ["grid"]},
    ),
    (
        "what it requires has ended",
        {},
        {"ordered_only_with_what_it_requires", "limits_of_places_hold", "grid_power_holds"},
        {"options.grid.term": 1},
    ),
    (
        "both of two that exclude each other",
        {"ordered": {Ordering("other", P1): 1}},
        {"excluded_options_are_not_both_taken"},
        {},
    ),
    (
        "one that a signed one excludes",
        {},
        {"excluded_options_are_not_both_taken"},
        {"options.other.signed": {"2020Q1": 1}},
    ),
    (
        "a block in a closed hall",
        {
            "bought": {Standing("su", NEW_1, P2): 1},
            "retired": {Standing("su", NEW_1, P3): 1},
            "leases_used": {in_use("lease", "north", P2): None},
        },
        {"nothing_stands_where_it_is_closed", "limits_of_places_hold"},
        {},
    ),
    (
        "the second hall before the first",
        {
            "leased": {lease("halls", NEW_1, P3): None, lease("halls", NEW_2, P3): 2},
            "assigned": {chat(NEW_1, P3): None, chat(NEW_2, P3): 2},
            "served_in": {inside(NEW_1, P3): None, inside(NEW_2, P3): 16},
        },
        {"nothing_stands_where_it_is_closed", "limits_of_places_hold"},
        {},
    ),
    (
        "blocks at a site that is not open any more",
        {
            "bought": {Standing("su", "west", P4): 1},
            "leased": {lease("site", "west", P4): None},
            "assigned": {chat("west", P4): 2},
            "served": {service("west", P4): 16},
            "tunnel_gbps": {way("west", P4): 0.16},
        },
        {
            "nothing_stands_where_it_is_closed",
            "nothing_is_served_where_it_is_closed",
            "limits_of_places_hold",
        },
        {"options.site.term": 1},
    ),
    (
        "served at a closed site",
        {
            "served": {service("north", P2): 23, service("west", P2): 1},
            "served_in": {inside(HALL, P2): 23},
            "tunnel_gbps": {way("north", P2): 0.23, way("west", P2): 0.01},
        },
        {"nothing_is_served_where_it_is_closed", "served_within_what_is_assigned"},
        {},
    ),
    (
        "leased in another hall",
        {
            "leased": {lease("halls", HALL, P4): 1, lease("halls", NEW_2, P4): 1},
            "assigned": {chat(HALL, P4): 3, chat(NEW_2, P4): 1},
            "served_in": {inside(HALL, P4): 24, inside(NEW_2, P4): 8},
        },
        {"leased_only_where_the_option_says", "leased_as_lots_in_effect_lease"},
        {},
    ),
    (
        "leased where the block may not stand",
        {"leased": {lease("halls", "far", P4): 1}},
        {
            "leased_only_where_the_option_says",
            "leased_only_where_the_block_may_stand",
        },
        {},
    ),
    (
        "leased by an option that leases no blocks",
        {"leased": {lease("grid", HALL, P4): 1}},
        {"leased_only_where_the_option_says"},
        {},
    ),
    (
        "rounded down over both lots together",
        {"leased": {lease("lease", HALL, P2): 3}},
        {"leased_as_lots_in_effect_lease"},
        {},
    ),
    (
        "one block less than leased",
        {
            "leased": {lease("site", "west", P4): 3},
            "assigned": {chat("west", P4): 4},
            "served": {service("west", P4): 32},
            "tunnel_gbps": {way("west", P4): 0.32},
        },
        {"leased_as_lots_in_effect_lease"},
        {},
    ),
    (
        "leased beyond the term",
        {"leased": {lease("lease", HALL, P4): 3}, "leases_used": {in_use("halls", "north", P4): 4}},
        {"leased_as_lots_in_effect_lease"},
        {},
    ),
    (
        "in use without a word of it",
        {"leases_used": {in_use("lease", "north", P1): None}},
        {"leases_in_use_beyond_owned"},
        {},
    ),
    (
        "more in use than is assigned beyond those owned",
        {"leases_used": {in_use("lease", "north", P2): 2}},
        {"leases_in_use_beyond_owned"},
        {},
    ),
    (
        "in use where none is paid by the hour",
        {"leases_used": {in_use("site", "west", P3): 2}},
        {"leases_in_use_beyond_owned"},
        {},
    ),
    (
        "more in use than leased",
        {"leases_used": {in_use("lease", "north", P3): 7, in_use("halls", "north", P3): 1}},
        {"leases_in_use_within_leased"},
        {},
    ),
    (
        "more power than lots add",
        {},
        {"limits_of_places_hold"},
        {"options.grid.adds.0.amount": 0.0399},
    ),
    (
        "more from the grid than lots add",
        {},
        {"grid_power_holds"},
        {"options.grid.adds.1.amount": 0.0499},
    ),
    (
        "power that only ramps up later",
        {},
        {"limits_of_places_hold", "grid_power_holds"},
        {"options.grid.ramp": [0.5, 0.5, 1]},
    ),
    (
        "power that only comes later",
        {},
        {
            "limits_of_places_hold",
            "grid_power_holds",
            "ordered_only_with_what_it_requires",
        },
        {"options.grid.lead": 2},
    ),
    (
        "more traffic than lots add",
        {},
        {"links_carry_within_capacity"},
        {"options.wan.adds.0.gbps": 0.319},
    ),
    (
        "more through an uplink than lots add",
        {},
        {"uplinks_carry_within_capacity"},
        {"options.fibre.adds.0.amount": {P1: 0, P3: 0.24, P4: 0}, "options.fibre.term": 2},
    ),
)
