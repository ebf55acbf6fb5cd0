"""Hard demands: in a row of their own position where it says all, as limits over flows elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.joins import runs
from network.tables import AlertKind, Network
from optimizer.economics import alert_units
from optimizer.model import UNLIMITED, Limits, Terms
from optimizer.request import Request
from optimizer.scope import skus_in_scope
from optimizer.transfer.cells import Scope
from optimizer.transfer.grid import Grid, main_rows
from optimizer.transfer.legs import Legs

Int64 = NDArray[np.int64]


def least_units(scope: Scope, grid: Grid) -> Int64:
    """Least units that must stay in each row of an unchained cell: what it had and what it must receive."""
    least = np.zeros(len(grid.sending) + len(grid.receiving), dtype=np.int64)
    rows = main_rows(scope, grid)
    cell = grid.row_cell[rows]
    wanted = (scope.must_receive[cell] > 0) & ~grid.chained[cell]
    least[rows[wanted]] = (grid.cell_supply + scope.must_receive)[cell[wanted]]
    return least


@dataclass(frozen=True, slots=True)
class Demands:
    """Hard demands that need limits."""

    limits: Limits
    terms: Terms
    cell: Int64
    """Cell of every limit."""
    receives: NDArray[np.bool_]
    """Limits on units received; the others are on units sent."""


def demands_of(network: Network, request: Request, scope: Scope, legs: Legs, grid: Grid) -> Demands:
    """Net units received in time, or net units sent, at least so many."""
    alerts = network.alerts
    hard = np.flatnonzero(alerts.must_serve & skus_in_scope(network, request)[alerts.sku])
    hard = hard[alert_units(network)[hard] > 0]
    cell = scope.cell_of(alerts.sku[hard], alerts.node[hard], len(network.nodes))
    shortage = alerts.kind[hard] == AlertKind.SHORTAGE
    # Elsewhere the position's own row says it: `least_units` here, and the length of its increments in `grid`.
    own_row = np.where(shortage, grid.keeps[cell], grid.cell_supply[cell] >= scope.must_send[cell])
    needs_limit = grid.chained[cell] | ~own_row
    hard, cell, shortage = hard[needs_limit], cell[needs_limit], shortage[needs_limit]
    received, sent = _pairs(cell, legs.destination), _pairs(cell, legs.origin)
    in_time = legs.arrives_day[received[1]] <= alerts.needed_by_days[hard[received[0]]]
    counts = in_time | ~shortage[received[0]]
    received = received[0][counts], received[1][counts]
    sign = np.where(shortage, 1, -1)
    return Demands(
        limits=Limits(low=alert_units(network)[hard], high=np.full(len(hard), UNLIMITED)),
        terms=Terms(
            limit=np.concatenate([received[0], sent[0]]).astype(np.int32),
            column=np.concatenate([received[1], sent[1]]).astype(np.int32),
            coefficient=np.concatenate([sign[received[0]], -sign[sent[0]]]).astype(np.int64),
        ),
        cell=cell,
        receives=shortage,
    )


def _pairs(wanted: Int64, values: Int64) -> tuple[Int64, Int64]:
    """All pairs (i, j) with ``wanted[i] == values[j]``."""
    order = np.argsort(values, kind="stable")
    first, last = np.searchsorted(values[order], wanted), np.searchsorted(values[order], wanted, side="right")
    i, at = runs(first, last - first)
    return i, order[at]
