"""The audit, as a table of contents: every rule and cost of a plan, checked from its instance.

It shares no code with the optimisation model and needs neither Pyomo nor a solver. Whole numbers
and sums of given numbers are checked exactly; rows with continuous terms within 1e-6 x max(1,
their largest term).
"""

from collections.abc import Sequence
from typing import Final

from gridblock.instances.instance import Instance
from gridblock.model.findings import AuditError, Finding, Report
from gridblock.model.plan import PlanData
from gridblock.model.rules import (
    capacity,
    current,
    decisions,
    demand,
    feeds,
    fleet,
    form,
    interconnect,
    leases,
    limits,
    link_loss,
    money,
    network,
    options,
    placement,
    reserve,
    runs,
    tiers,
    uplinks,
)
from gridblock.model.rules.books import Books, Rule

__all__ = ["RULES", "AuditError", "Finding", "Report", "audit", "audit_form"]

FORM: Final[tuple[Rule, ...]] = (
    form.plan_is_of_this_instance,
    form.status_fits_what_is_held,
    form.conflict_only_where_infeasible,
    form.stated_figures_are_complete,
    form.stated_figures_are_numbers,
    tiers.stages_are_those_of_earlier_tiers,
    tiers.figures_of_stages_are_numbers,
)
"""What the plan states, before any of it is believed."""

DECISIONS: Final[tuple[Rule, ...]] = (
    decisions.decisions_name_what_exists,
    decisions.decided_numbers_are_finite,
)
"""What makes decisions readable."""

SHAPE: Final[tuple[Rule, ...]] = (
    decisions.demands_come_from_their_regions,
    decisions.counts_are_whole_numbers,
    decisions.nothing_is_negative,
    decisions.traffic_takes_the_routing_of_the_instance,
    decisions.tunnels_are_paths,
    decisions.traffic_enters_links_at_their_ends,
    interconnect.reserved_paths_lead_between_their_facilities,
    link_loss.rerouted_tunnels_are_paths_around_the_loss,
    link_loss.rerouted_traffic_enters_links_that_are_left,
)
"""What makes an account of them possible."""

PLAN: Final[tuple[Rule, ...]] = (
    fleet.bought_only_at_a_price,
    fleet.bought_only_after_the_lead,
    fleet.bought_only_where_the_block_may_stand,
    fleet.bought_within_block_supply,
    fleet.bought_within_accelerator_supply,
    fleet.owned_never_below_zero,
    fleet.switched_off_only_where_a_limit_falls,
    fleet.switched_off_within_installed,
    options.ordered_within_the_window,
    options.ordered_in_time_to_enter_service,
    options.lots_within_max,
    options.lots_at_least_min_if_taken,
    options.ordered_only_with_what_it_requires,
    options.excluded_options_are_not_both_taken,
    options.nothing_stands_where_it_is_closed,
    options.nothing_is_served_where_it_is_closed,
    leases.leased_only_where_the_option_says,
    leases.leased_only_where_the_block_may_stand,
    leases.leased_as_lots_in_effect_lease,
    leases.leases_in_use_beyond_owned,
    leases.leases_in_use_within_leased,
    capacity.limits_of_places_hold,
    capacity.grid_power_holds,
    feeds.feeds_carry_within_rating,
    feeds.feeds_carry_within_failover_rating,
    placement.assigned_within_powered,
    placement.assigned_only_where_the_demand_may_run,
    placement.assigned_only_with_a_yield,
    placement.assigned_only_what_can_serve,
    placement.at_most_max_facilities,
    placement.served_within_max_share_per_facility,
    placement.one_accelerator_at_a_time,
    placement.together_in_one_zone,
    runs.only_runs_start,
    runs.runs_start_within_their_window,
    runs.runs_start_at_most_once,
    runs.runs_are_served_wholly_or_not_at_all,
    runs.runs_stay_at_the_same_facilities,
    runs.runs_keep_one_accelerator,
    current.orders_of_blocks_stand,
    current.orders_of_lots_stand,
    current.given_only_what_has_been_moved,
    current.moved_only_where_that_has_a_price,
    reserve.reserved_only_for_demands_that_survive,
    reserve.reserved_only_where_the_demand_may_run,
    reserve.reserved_only_with_a_yield,
    reserve.reserved_of_the_accelerator_used,
    reserve.reserved_blocks_can_be_had,
    reserve.share_survives_the_loss_of_any_facility,
    demand.served_only_where_the_demand_may_run,
    demand.served_within_what_is_assigned,
    demand.met_within_the_amount,
    demand.min_share_is_met,
    network.served_only_within_reach,
    network.tunnels_keep_the_latency_bound,
    network.tunnels_carry_the_traffic,
    network.traffic_is_conserved_at_every_place,
    network.links_carry_within_capacity,
    interconnect.reserved_between_facilities_used,
    interconnect.facilities_used_are_close_enough,
    interconnect.reserved_paths_keep_the_latency_bound,
    link_loss.rerouted_within_what_is_served,
    link_loss.promised_share_is_kept_after_the_loss_of_any_link,
    link_loss.rerouted_only_within_reach,
    link_loss.rerouted_tunnels_keep_the_latency_bound,
    link_loss.rerouted_tunnels_carry_what_is_kept,
    link_loss.rerouted_traffic_is_conserved,
    link_loss.links_that_are_left_carry_within_capacity,
    uplinks.served_in_zones_adds_up,
    uplinks.served_in_zones_within_what_is_assigned,
    uplinks.uplinks_carry_within_capacity,
    limits.limits_over_the_plan_hold,
    money.costs_are_as_stated,
    money.objective_is_the_sum_of_costs,
    money.bound_is_not_above_the_objective,
    money.gap_follows_from_the_bound,
    money.optimal_only_within_the_gap_asked,
    tiers.optimal_only_after_optimal_stages,
    tiers.tiers_keep_what_they_were_given,
)
"""The rules of a plan, and what it costs."""

STAGES: Final = (FORM, DECISIONS, SHAPE, PLAN)
"""Rules in stages; where one is broken, later stages would make no sense and are not reached."""
RULES: Final = tuple(rule.__name__ for stage in STAGES for rule in stage)
"""The name of every rule."""


def audit(instance: Instance, plan: PlanData) -> Report:
    """Check a plan against its instance.

    Args:
        instance: what is given.
        plan: what is decided and stated; without decisions only what it states is checked.

    Returns:
        Every broken row, and how many rows of each rule were checked.
    """
    return _checked(instance, plan, STAGES)


def audit_form(instance: Instance, plan: PlanData) -> Report:
    """Check only what makes an account of a plan possible; see ``audit``."""
    return _checked(instance, plan, STAGES[:-1])


def _checked(instance: Instance, plan: PlanData, stages: Sequence[Sequence[Rule]]) -> Report:
    books = Books(instance, plan)
    findings: list[Finding] = []
    checked: dict[str, int] = {}
    for stage in stages if plan.decisions is not None else (FORM,):
        _check(books, stage, findings, checked)
        if findings:
            break
    return Report(tuple(findings), checked)


def _check(
    books: Books, rules: Sequence[Rule], findings: list[Finding], checked: dict[str, int]
) -> None:
    """Run some rules, adding what they find and how many rows they have."""
    for rule in rules:
        checked[rule.__name__] = 0
        for row in rule(books):
            checked[rule.__name__] += 1
            if row is not None:
                findings.append(Finding(rule.__name__, *row))
