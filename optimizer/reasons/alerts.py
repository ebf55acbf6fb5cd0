"""Why an alert is not resolved: the unmet demand of its position, or what keeps its surplus where it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from network.outside import exit_of_lane, node_words
from network.tables import AlertKind
from optimizer.outcomes import RESOLVED
from optimizer.plan import AlertOutcomes, Unmet
from optimizer.reasons.examples import Example
from optimizer.reasons.moves import best_moves
from optimizer.reasons.residual import Residual, cell_of
from optimizer.reasons.search import Search
from optimizer.reasons.stories import bill
from optimizer.reasons.terms import Lifted
from optimizer.reasons.words import Words, amounts, counts, same_words
from optimizer.request import Request
from optimizer.scope import responses_of_lanes, selecting_alerts, skus_in_scope
from optimizer.worth.outside import worth_outside

Ints = NDArray[np.int64]


def with_reasons(search: Search, request: Request, outcomes: AlertOutcomes, unmet: Unmet) -> AlertOutcomes:
    """Fill in why alerts are partly resolved or not at all.

    Parameters
    ----------
    search : Search
    request : Request
    outcomes : AlertOutcomes
    unmet : Unmet
        Of the same plan.

    Returns
    -------
    AlertOutcomes
        An alert about more than its position's demand or surplus keeps the reason it has when nothing is unmet there,
        and so does one that the request leaves out.
    """
    network, residual = search.residual.network, search.residual
    alerts = network.alerts
    reason = outcomes.reason.copy()
    is_open = (outcomes.outcome != RESOLVED) & skus_in_scope(network, request)[alerts.sku]
    is_open &= selecting_alerts(network, request)
    shortage = alerts.kind == AlertKind.SHORTAGE
    asked = np.flatnonzero(is_open & shortage)
    row = network.stock_row(alerts.node[asked], alerts.sku[asked])
    place = np.searchsorted(residual.unmet_row, row)
    known = np.append(residual.unmet_row, -1)[place] == row
    asked, place = asked[known], place[known]
    reason[asked] = unmet.code[place] + ": " + unmet.reason[place]
    surplus = np.flatnonzero(is_open & ~shortage)
    cell = cell_of(network, residual.cells, alerts.node[surplus], alerts.sku[surplus])
    surplus, cell = surplus[cell >= 0], cell[cell >= 0]
    reason[surplus] = _why_surplus_stays(search, cell)
    return replace(outcomes, reason=reason)


def _why_surplus_stays(search: Search, cell: Ints) -> Words:
    """Say why no more units leave some cells."""
    residual, senders = search.residual, search.senders
    network, sku = residual.network, residual.cells.sku[cell]
    text = np.full(len(cell), "no taker: no position misses units of the SKU after the plan", dtype=np.object_)
    best_gain = np.full(len(network.products), -1, dtype=np.int64)
    taker_sku = residual.cells.sku[residual.unmet_cell]
    np.maximum.at(best_gain, taker_sku, residual.gain(np.arange(len(taker_sku))))
    wanted = np.isin(sku, taker_sku)
    worth = amounts(network, best_gain[sku])
    nothing_paid = "uneconomic: a unit is worth at least as much here as anywhere it is missing (" + worth + ")"
    text[wanted] = nothing_paid[wanted]
    closed = ~residual.cells.is_open[cell]
    text[closed] = "policy: the request's scope or response policy lets no transfer start here"
    _add_exits(residual, cell, text)
    none_left = residual.first_stack[cell + 1] == residual.first_stack[cell]
    text[none_left] = "no units left that may leave: the rest is reserved, safety stock or promised"
    at = np.flatnonzero(wanted & senders.is_sender[cell] & ~none_left & ~closed)
    if len(at):
        text[at] = _why_not_moved(search, cell[at])
    return text


def _add_exits(residual: Residual, cell: Ints, text: Words) -> None:
    """Say of cells that exits serve what the best of them pays, and why no more units leave for it."""
    network, cells = residual.network, residual.cells
    lane = np.flatnonzero(exit_of_lane(network) >= 0)
    order = np.argsort(network.lanes.origin[lane], kind="stable")
    first, last = (
        np.searchsorted(network.lanes.origin[lane[order]], cells.node[cell], side=s) for s in ("left", "right")
    )
    at, place = runs(first, last - first)
    lane = lane[order[place]]
    allowed = (cells.open_to[cell[at]] & responses_of_lanes(network)[lane]) != 0
    row = network.stock_row(network.lanes.destination[lane], cells.sku[cell[at]].astype(np.int32))
    some = np.flatnonzero(allowed & (row >= 0))
    at, lane, row = at[some], lane[some], row[some]
    if not len(at):
        return
    pays = worth_outside(network, row)
    order = np.lexsort((lane, -pays, at))
    chosen, nth = np.unique(at[order], return_index=True)
    best = order[nth]
    counted = residual.units[cell[chosen]]
    kept = residual.worth_between(cell[chosen], counted - 1, counted)
    name = node_words(network)[network.lanes.destination[lane[best]]]
    offer = "; " + name + " pays " + amounts(network, pays[best]) + " a unit, worth " + amounts(network, kept) + " here"
    full = ", and takes no more on its terms"
    text[chosen] = text[chosen] + offer + np.where(pays[best] > kept, full, "")


def _why_not_moved(search: Search, cell: Ints) -> Words:
    """Say why cells that could send do not, by their best path to a position that misses units."""
    residual, network = search.residual, search.residual.network
    paths = search.paths_from(cell)
    led = paths.leads
    taker = np.zeros(len(residual.cells), dtype=np.int64)
    taker[residual.unmet_cell] = np.arange(len(residual.unmet_cell))
    index = np.where(led, taker[paths.receiver], 0)
    within = Example(residual, index, best_moves(residual, paths, index, Lifted()))
    full = Lifted(capacity=True)
    beyond = Example(residual, index, best_moves(residual, paths, index, full), full)
    bound = Lifted(capacity=True, frozen=True, shelf_life=True)
    without = Example(residual, index, best_moves(residual, paths, index, bound), bound)
    target = network.nodes.node_id[residual.cells.node[paths.receiver]].astype(np.object_)
    missing = target + " misses " + counts(residual.unmet_units[index], "unit")
    text = same_words("no_lane: no path leads from here to a position that misses units", len(cell))
    is_open = led.copy()

    def put(holds: NDArray[np.bool_], tell: Callable[[Ints], Words]) -> None:
        at = np.flatnonzero(is_open & holds)
        if len(at):
            text[at] = tell(at)
            is_open[at] = False

    none_counts = (within.moves.wanted == 0) & (beyond.moves.wanted == 0)
    late, at = none_counts.copy(), np.flatnonzero(none_counts)
    late[at] = (
        within.path_day[at] > residual.last_day(np.unique(index[at]))[np.unique(index[at], return_inverse=True)[1]]
    )
    put(late, lambda at: "too_late: units over " + within.take(at).path + " come too late; " + missing[at])
    put(none_counts, lambda at: "expiry: units over " + within.take(at).path + " expire too early; " + missing[at])
    put(within.moves.net > 0, lambda at: _still_pays(within.take(at), missing[at]))
    put(beyond.moves.net > 0, lambda at: "capacity: lanes on " + beyond.take(at).path + " are full; " + missing[at])
    put(within.moves.possible, lambda at: "uneconomic: " + bill(within.take(at)))
    put(beyond.moves.possible, lambda at: "uneconomic: " + bill(beyond.take(at)))
    rules = "rules: frozen lines or days that must be left on arrival keep units from "
    put(without.moves.net > 0, lambda at: rules + without.take(at).path + "; " + missing[at])
    put(is_open, lambda at: missing[at] + ", but too few units may move over " + within.take(at).path)
    return text


def _still_pays(example: Example, missing: Words) -> Words:
    """Say that moving units to the best taker alone would pay."""
    units = counts(example.moves.units, "unit")
    return np.asarray(
        missing + "; " + units + " over " + example.path + " would earn " + example.money(example.moves.net)
    )
