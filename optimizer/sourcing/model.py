"""An event as rows of the canonical model, and back: an award is units per bid, all else follows from it.

Awards minimise; the model maximises the negative objective. Units flow from one source to the items, by one flow per
segment of a bid; covered units are worth their penalty, or have to be covered. Switches say which segments and packages
are used, and which suppliers and other sets of bids win, where something depends on it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.events import Event, RiskMeasure, RuleKind
from optimizer.award import Award, award_of
from optimizer.bidding.limits import AwardLimits, Consistencies, consistencies_of, limits_of
from optimizer.bidding.offers import Offers, offers_of
from optimizer.model import UNLIMITED, Flows, Increments, Model, Positions
from optimizer.program import Program, linear_program
from optimizer.sourcing.award_flows import AwardFlows, award_flows
from optimizer.sourcing.award_rows import AwardRows, RowKind
from optimizer.sourcing.risk import RiskTerms, add_risk, risk_terms, with_risk
from optimizer.sourcing.rule_rows import Parts, add_consistencies, add_limits, in_play
from optimizer.sourcing.strengthening import add_share_winners, add_total_capacity
from optimizer.sourcing.survival import add_cuts, asked_bids, cut_rows, first_cuts
from optimizer.sourcing.winners import (
    Indicators,
    WinnerSets,
    add_indicators,
    asked_by,
    supplier_columns,
    winner_sets,
)
from optimizer.worth.economics import money

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class AwardModel:
    """The model of an event, and what its columns and rows stand for."""

    event: Event
    offers: Offers
    model: Model
    flows: AwardFlows
    switch_column: Ints
    """Column of each flow's switch (of a single unit its own), -1: none; shape ``(n_flows,)``."""
    limits: AwardLimits
    """Limits that can change an award."""
    consistencies: Consistencies
    sets: WinnerSets
    indicators: Indicators
    limit_slack: Ints
    """Column that counts by how much each row of `limits` is broken, -1: none."""
    consistency_slack: Ints
    limit_kind: Ints
    """`RowKind` values of the model's limits."""
    limit_place: Ints
    """Row of what that kind is about."""
    continuous: NDArray[np.bool_]
    """Switches that take whole values by themselves, shape ``(n_switches,)``."""
    flows_are_whole: bool
    """Whether flows are whole numbers in some best solution at any switches, so that solvers need not ask for it."""


def award_model(event: Event, offers: Offers | None = None) -> AwardModel:
    """Write an event as a canonical model.

    Parameters
    ----------
    event : Event
        A validated event.
    offers : Offers, optional
        `offers_of` the event, where it is known.

    Returns
    -------
    AwardModel
    """
    offers = offers_of(event) if offers is None else offers
    limits, consistencies = limits_of(event, offers), consistencies_of(event, offers)
    limits = limits.take(in_play(limits, asked_by(event, limits)))
    flows, risk = award_flows(event, offers, limits, consistencies), risk_terms(event, offers)
    asked_bid = np.isin(flows.bid, asked_bids(event, offers))
    flows = replace(flows, switched=flows.switched | asked_bid)
    if risk is not None:
        flows, limits, consistencies = with_risk(offers, risk, flows, limits, consistencies)
    positions, increments, do_nothing = _positions(event, flows)
    rows = AwardRows(len(flows), len(increments))
    scale, rules = 1 if risk is None else risk.scale, (limits, consistencies)
    parts, sets = _tied(event, rows, flows, asked_bid=asked_bid, rules=rules, scale=scale)
    limit_slack, consistency_slack = add_limits(rows, parts), add_consistencies(rows, parts)
    add_share_winners(rows, parts, increments, supplier_columns(event, parts.indicators))
    _add_failures(rows, parts, offers, risk)
    (limit_table, terms), (kind, place) = rows.limits(), rows.labels()
    model = Model(
        positions=positions,
        increments=increments,
        flows=_flow_table(event, flows),
        switches=rows.switches(),
        members=rows.members(),
        limits=limit_table,
        terms=terms,
        do_nothing=do_nothing,
        money_decimals=event.money_decimals + (0 if risk is None else risk.digits),
    )
    return AwardModel(
        event=event,
        offers=offers,
        model=model,
        flows=flows,
        switch_column=parts.switch_column,
        limits=limits,
        consistencies=consistencies,
        sets=sets,
        indicators=parts.indicators,
        limit_slack=limit_slack,
        consistency_slack=consistency_slack,
        limit_kind=kind,
        limit_place=place,
        continuous=rows.continuous(),
        flows_are_whole=_flows_are_whole(model, kind),
    )


def _tied(
    event: Event,
    rows: AwardRows,
    flows: AwardFlows,
    *,
    asked_bid: NDArray[np.bool_],
    rules: tuple[AwardLimits, Consistencies],
    scale: int,
) -> tuple[Parts, WinnerSets]:
    """Add what ties flows together whatever the rules: segments, packages and alternates, winners, capacities.

    Parameters
    ----------
    asked_bid : ndarray of bool, shape (n_flows,)
        Flows of which rows yet to come ask whether they have units.
    scale : int
        By which the model's money is finer than the event's.
    """
    limits, consistencies = rules
    asked = asked_by(event, limits)
    fixed_cost = money(event.suppliers.fixed_cost, event.money_decimals) * scale
    sets = winner_sets(event, limits, asked, flows, fixed_cost)
    downward = np.append(sets.bid[np.repeat(sets.downward, np.diff(sets.first))], flows.bid[asked_bid])
    switch_column = _add_switches(rows, flows, downward)
    indicators = add_indicators(rows, flows, switch_column, sets)
    winning = supplier_columns(event, indicators)
    upward = np.append(indicators.own[sets.upward], -1)
    _add_choices(rows, flows, switch_column, np.where(np.isin(winning, upward), winning, -1))
    _add_capacities(rows, event, flows, winning)
    add_total_capacity(rows, event, flows, winning)
    return Parts(event, flows, switch_column, limits, consistencies, asked, indicators), sets


def _add_failures(rows: AwardRows, parts: Parts, offers: Offers, risk: RiskTerms | None) -> None:
    """Add what failing suppliers cost, and what must be there without any one of them."""
    if risk is not None:
        add_risk(rows, parts, offers, risk)
    if parts.event.risk.survive_share is not None:
        add_cuts(rows, cut_rows(parts.flows, parts.switch_column, first_cuts(parts.event, offers)))


def is_network(event: Event, offers: Offers) -> bool:
    """Whether an event is a flow of units: one price per bid and unit, no fixed costs, no rules but adjustments."""
    bid = offers.segment_bid
    plain = (offers.base + offers.adjustment_base == 0) & (offers.pack_units[bid] == 1) & (offers.from_units == 1)
    free = (offers.package[bid] < 0) & (offers.alternate[bid] < 0)
    return (
        bool(np.all(plain & free & (np.diff(offers.first_segment)[bid] == 1)))
        and not np.any(event.suppliers.fixed_cost > 0)
        and bool(np.all(event.rules.kind == RuleKind.ADJUST))
        and bool(np.all(event.bids.capacity_per_unit == 1))
        and event.risk.measure == RiskMeasure.NONE
        and event.risk.survive_share is None
    )


def award_program(built: AwardModel) -> Program:
    """Write the model as a mixed-integer program; columns that are whole by themselves are not asked to be."""
    program = linear_program(built.model)
    integer = program.integer.copy()
    first_switch = len(built.model.flows) + len(built.model.increments)
    integer[first_switch + np.flatnonzero(built.continuous)] = False
    integer[np.flatnonzero(built.flows.fixed)] = False
    if built.flows_are_whole:
        integer[: len(built.flows)] = False
    return replace(program, integer=integer)


def award_of_columns(built: AwardModel, columns: NDArray[np.float64]) -> Award:
    """Read an award from a solver's columns: flows in whole packs."""
    multiple = built.model.flows.multiple
    units = np.rint(columns[: len(multiple)] / multiple).astype(np.int64) * multiple
    by_bid = np.zeros(len(built.event.bids), dtype=np.int64)
    np.add.at(by_bid, built.flows.bid, units)
    return award_of(by_bid)


def _positions(event: Event, flows: AwardFlows) -> tuple[Positions, Increments, int]:
    """Items, then the source of all units; covered units count first, then more, which are worth nothing."""
    items, n = event.items, len(event.items)
    offered = np.zeros(n, dtype=np.int64)
    np.add.at(offered, flows.item, flows.to_units)
    most = np.minimum(offered, np.where(items.max_units < NO_LIMIT, items.max_units, UNLIMITED))
    must = np.isnan(items.uncovered_penalty)
    penalty = money(np.nan_to_num(items.uncovered_penalty), event.money_decimals)
    if event.risk.measure != RiskMeasure.NONE:  # what is not bought is missing in every scenario, and counted there
        penalty = np.zeros(n, dtype=np.int64)
    covered = np.where(must, most, np.minimum(items.units, most))
    supply = int(flows.to_units.sum())
    position = np.concatenate([np.arange(n), np.arange(n), [n]])
    most_units = np.concatenate([covered, most - covered, [supply]])
    worth = np.concatenate([penalty, np.zeros(n + 1, dtype=np.int64)])
    kept = np.flatnonzero((most_units > 0) | (np.arange(len(position)) < n))
    kept = kept[np.argsort(position[kept], kind="stable")]
    return (
        Positions(
            supply_units=np.append(np.zeros(n, dtype=np.int64), supply),
            least_units=np.append(np.where(must, items.units, 0), 0),
            block=np.zeros(n + 1, dtype=np.int32),
        ),
        Increments(position[kept].astype(np.int32), most_units[kept], worth[kept]),
        int(penalty @ items.units),
    )


def _flow_table(event: Event, flows: AwardFlows) -> Flows:
    """Flows from the source to the items."""
    in_packs = np.where((flows.package < 0) & ~flows.fixed, flows.pack, 1)
    return Flows(
        origin=np.full(len(flows), len(event.items), dtype=np.int32),
        destination=flows.item.astype(np.int32),
        profit=-flows.unit_objective,
        most_units=flows.to_units,
        multiple=in_packs,
    )


def _add_switches(rows: AwardRows, flows: AwardFlows, downward: Ints) -> Ints:
    """Add one switch per segment and one per package; returns the column of each flow's, -1: none."""
    switched = np.flatnonzero(flows.switched & ~flows.single)
    key = np.where(flows.package >= 0, len(flows) + flows.package, np.arange(len(flows)))[switched]
    first, number = np.unique(key, return_index=True, return_inverse=True)[1:]
    number = number.reshape(-1)
    cost = np.zeros(len(first), dtype=np.int64)
    np.add.at(cost, number, flows.fixed_objective[switched])
    flow = switched[first]
    # A switch without a least quantity could be on with no units: where that would gain something, it needs one.
    gains = (flows.fixed_objective < 0) | (flows.base != 0) | np.isin(flows.bid, downward)
    least = np.where(~flows.fixed & ((flows.from_units > flows.pack) | gains), flows.from_units, 0)[flow]
    column = np.where(flows.single, np.arange(len(flows)), -1)
    column[switched] = rows.add_switches(cost, least_fill=np.where(flows.package[flow] >= 0, 0, least))[number]
    whole, part = np.flatnonzero(flows.fixed), np.flatnonzero(flows.switched & ~flows.single & ~flows.fixed)
    rows.add_members(part, column[part], flows.to_units[part])
    at = np.arange(len(whole))
    rows.add_limits(
        RowKind.QUANTITY, flows.bid[whole], 0, 0, (at, whole, 1), (at, column[whole], -flows.to_units[whole])
    )
    return column


def _add_choices(rows: AwardRows, flows: AwardFlows, switch_column: Ints, winning: Ints) -> None:
    """At most one of the switches of a group, where no supplier's indicator says it already."""
    flow = np.flatnonzero(flows.switched & (winning[flows.supplier] < 0))
    pairs = np.unique(np.stack([flows.group[flow], switch_column[flow]]), axis=1)
    several = np.bincount(pairs[0], minlength=1)[pairs[0]] > 1
    group, row = np.unique(pairs[0][several], return_inverse=True)
    first_bid = np.zeros(len(flows), dtype=np.int64)
    first_bid[flows.group[::-1]] = flows.bid[::-1]
    rows.add_limits(RowKind.CHOICE, first_bid[group], -UNLIMITED, 1, (row.reshape(-1), pairs[1][several], 1))


def _add_capacities(rows: AwardRows, event: Event, flows: AwardFlows, winning: Ints) -> None:
    """Units times their weight within each supplier's capacity, where all of its bids together could break it."""
    weight = event.bids.capacity_per_unit[flows.bid]
    load = np.zeros(len(event.suppliers), dtype=np.int64)
    np.add.at(load, flows.supplier, weight * flows.to_units)
    capacity = event.suppliers.capacity_units
    limited = np.flatnonzero((capacity < NO_LIMIT) & (load > capacity))
    number = np.full(len(capacity), -1, dtype=np.int64)
    number[limited] = np.arange(len(limited))
    flow = np.flatnonzero(number[flows.supplier] >= 0)
    switched = np.flatnonzero(winning[limited] >= 0)
    rows.add_limits(
        RowKind.CAPACITY,
        limited,
        -UNLIMITED,
        np.where(winning[limited] >= 0, 0, capacity[limited]),
        (number[flows.supplier[flow]], flow, weight[flow]),
        (switched, winning[limited[switched]], -capacity[limited[switched]]),
    )


def _flows_are_whole(model: Model, kind: Ints) -> bool:
    """Whether rows over flows are those of a network once switches are set: one item and one supplier for each flow."""
    if np.any(model.flows.multiple > 1):
        return False
    on_flow = model.terms.column < len(model.flows)
    free = kind[model.terms.limit] == RowKind.QUANTITY
    capacity = kind[model.terms.limit] == RowKind.CAPACITY
    return bool(np.all(free | (capacity & (model.terms.coefficient == 1)) | ~on_flow))
