"""Hard demands: in a row of their own position where it says all, as limits over flows elsewhere."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.tables import AlertKind, Network
from optimizer.model import UNLIMITED
from optimizer.request import Request
from optimizer.scope import hard_alerts
from optimizer.transfer.cells import Scope
from optimizer.transfer.grid import Grid, main_rows, sends_by_row
from optimizer.transfer.legs import Legs
from optimizer.transfer.rules import Rows, pairs, rows
from optimizer.worth.economics import alert_units

Int64 = NDArray[np.int64]

RECEIVES = "alerts.units received"
"""`Rows.rule` of limits on units received; the others are on units sent."""

SENDS = "alerts.units sent"


def least_units(scope: Scope, grid: Grid) -> Int64:
    """Least units that must stay in each row of an unchained cell: what it had and what it must receive."""
    least = np.zeros(grid.n_rows, dtype=np.int64)
    at = main_rows(scope, grid)
    cell = grid.row_cell[at]
    wanted = (scope.must_receive[cell] > 0) & _by_row(scope, grid, cell)
    least[at[wanted]] = (grid.cell_supply + scope.must_receive)[cell[wanted]]
    return least


def _by_row(scope: Scope, grid: Grid, cell: Int64) -> NDArray[np.bool_]:
    """Cells whose own row says what must be received: it holds all their own stock."""
    return np.asarray(grid.keeps[cell] & ~grid.chained[cell] & (scope.release_day[cell] == 0))


def demand_rows(network: Network, request: Request, scope: Scope, lines: Legs, grid: Grid) -> list[Rows]:
    """Net units received in time, or net units sent, at least so many."""
    alerts = network.alerts
    hard = hard_alerts(network, request)
    if not len(hard):
        return []
    hard = hard[alert_units(network)[hard] > 0]
    cell = scope.cell_of(alerts.sku[hard], alerts.node[hard], len(network.nodes))
    shortage = alerts.kind[hard] == AlertKind.SHORTAGE
    # Elsewhere the position's own row says it: `least_units` here, and the length of its increments.
    own_row = np.where(shortage, _by_row(scope, grid, cell), sends_by_row(scope, grid, cell))
    hard, cell, shortage = hard[~own_row], cell[~own_row], shortage[~own_row]
    return [
        _net_rows(network, lines, hard[which], cell[which], receives=receives)
        for which, receives in ((shortage, True), (~shortage, False))
    ]


def _net_rows(network: Network, lines: Legs, hard: Int64, cell: Int64, *, receives: bool) -> Rows:
    """Units received in time less units sent, or units sent less units received."""
    received, sent = pairs(cell, lines.destination), pairs(cell, lines.origin)
    sign = 1 if receives else -1
    if receives:
        in_time = lines.arrives_day[received[1]] <= network.alerts.needed_by_days[hard[received[0]]]
        received = received[0][in_time], received[1][in_time]
    return rows(
        RECEIVES if receives else SENDS,
        alert_units(network)[hard],
        np.full(len(hard), UNLIMITED),
        (*received, -1, sign),
        (*sent, -1, -sign),
        node=network.alerts.node[hard].astype(np.int64),
        sku=network.alerts.sku[hard].astype(np.int64),
    )
