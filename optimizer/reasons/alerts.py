"""Why an alert is not resolved: the unmet demand of its position, or what keeps its surplus where it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from network.tables import AlertKind
from optimizer.economics import skus_in_scope
from optimizer.outcomes import RESOLVED
from optimizer.plan import AlertOutcomes, Unmet
from optimizer.reasons.moves import best_moves
from optimizer.reasons.residual import cell_of
from optimizer.reasons.search import Search
from optimizer.reasons.stories import bill
from optimizer.reasons.ways import NO_LANE_ROW
from optimizer.reasons.words import Words, amounts, counts, path_words
from optimizer.request import Request

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
        An alert about more than its position's demand or surplus keeps the reason it has when nothing is unmet there.
    """
    network = search.residual.network
    alerts = network.alerts
    reason = outcomes.reason.copy()
    is_open = (outcomes.outcome != RESOLVED) & skus_in_scope(network, request)[alerts.sku]
    shortage = alerts.kind == AlertKind.SHORTAGE
    asked = np.flatnonzero(is_open & shortage)
    row = network.stock_row(alerts.node[asked], alerts.sku[asked])
    place = np.searchsorted(search.residual.unmet_row, row)
    known = np.append(search.residual.unmet_row, -1)[place] == row
    asked, place = asked[known], place[known]
    reason[asked] = unmet.code[place].astype(str).astype(np.object_) + ": " + unmet.reason[place]
    surplus = np.flatnonzero(is_open & ~shortage)
    cell = cell_of(network, search.residual.scope, alerts.node[surplus], alerts.sku[surplus])
    surplus, cell = surplus[cell >= 0], cell[cell >= 0]
    reason[surplus] = _why_surplus_stays(search, cell)
    return replace(outcomes, reason=reason)


def _why_surplus_stays(search: Search, cell: Ints) -> Words:
    """Say why no more units leave some cells."""
    residual, senders = search.residual, search.senders
    network, sku = residual.network, residual.scope.cells.sku[cell]
    text = np.full(len(cell), "no taker: no position misses units of the SKU after the plan", dtype=np.object_)
    best_gain = np.full(len(network.products), -1, dtype=np.int64)
    taker_sku = residual.scope.cells.sku[residual.unmet_cell]
    np.maximum.at(best_gain, taker_sku, residual.gain(np.arange(len(taker_sku))))
    wanted = np.isin(sku, taker_sku)
    worth = amounts(network, best_gain[sku])
    nothing_paid = "uneconomic: a unit is worth at least as much here as anywhere it is missing (" + worth + ")"
    text[wanted] = nothing_paid[wanted]
    text[residual.may_leave[cell] == 0] = "no units left that may leave: the rest is reserved, safety stock or promised"
    at = np.flatnonzero(wanted & senders.is_sender[cell])
    if len(at):
        text[at] = _why_not_moved(search, cell[at])
    return text


def _why_not_moved(search: Search, cell: Ints) -> Words:
    """Say why cells that could send do not, by their best path to a position that misses units."""
    residual, network = search.residual, search.residual.network
    paths = search.paths_from(cell)
    led = (paths.lanes != NO_LANE_ROW).any(axis=1)
    taker = np.zeros(len(residual.scope.cells), dtype=np.int64)
    taker[residual.unmet_cell] = np.arange(len(residual.unmet_cell))
    index = np.where(led, taker[paths.receiver], 0)
    wanted = np.where(led, search.units_in_time(index, search.arrival_day(paths)), 0)
    gain = residual.gain(index)
    within = best_moves(residual, paths, wanted, gain, within_room=True)
    beyond = best_moves(residual, paths, wanted, gain, within_room=False)
    name = network.nodes.node_id[residual.scope.cells.node[paths.sender]].astype(np.object_)
    target = network.nodes.node_id[residual.scope.cells.node[paths.receiver]].astype(np.object_)
    missing = target + " misses " + counts(residual.unmet_units[index], "unit")
    text = np.asarray("uneconomic: " + bill(network, within, name), dtype=np.object_)
    over = path_words(network, paths)
    options = [
        (within.net > 0, missing + "; " + counts(within.units, "unit") + " over " + over + " would earn more"),
        (~within.possible & (beyond.net > 0), "capacity: " + missing + ", but lanes on " + over + " are full"),
        (~within.possible & (beyond.net <= 0), "uneconomic: " + bill(network, beyond, name)),
        (~within.possible & ~beyond.possible, missing + ", but too few units may move over " + over),
        (wanted == 0, "too_late: units over " + over + " come too late for what " + missing),
        (~led, np.full(len(cell), "no_lane: no path leads from here to a position that misses units", np.object_)),
    ]
    for holds, words_ in options:
        text[holds] = words_[holds]
    return text
