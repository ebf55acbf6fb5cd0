"""What counts as stock where units expire: rows that the units of one expiry day go through, first expired first.

Of the units that expire on day e or before at most C(e) count: the units of each expiry day go through a row of their
own to the row of the next expiry day, and what goes on from there is limited by C(e); units that outlive the horizon go
straight to the last row, the only one where stock is worth what `UnitWorth` says. Of the units that arrive on day l or
later at most U(l) count, whatever their expiry day: a second family of nested caps, which no flow can hold beside the
first, so each is a limit on the flows into these rows. What does not count is left over where it was received.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.joins import runs
from network.tables import Network
from optimizer.worth.economics import arrival_cap_units, opening_units
from optimizer.worth.lots import expiry_cap_units, in_transit_expiry, own_lots

Int64 = NDArray[np.int64]


def counted_before(network: Network, rows: Int64) -> Int64:
    """Units that count at positions of expiring SKUs when nothing moves: the least over both families of caps.

    Parameters
    ----------
    network : Network
    rows : ndarray of int64, shape (n,)
        Rows of ``network.stock``.

    Returns
    -------
    ndarray of int64, shape (n,)
    """
    stock, n = network.stock, len(rows)
    lots = own_lots(network, rows)
    own = np.flatnonzero(lots.units > 0)
    index, expiry_day, units = lots.index[own], lots.expiry_day[own], lots.units[own]
    day, moving = stock.in_transit_arrival_day[rows], stock.in_transit[rows]
    moving_expiry = in_transit_expiry(network, rows)
    every = np.arange(n)
    # Pairs of a position and an expiry day to cut at, day -1 (nothing is cut) among them.
    at = np.concatenate([every, index, every])
    cut = np.concatenate([np.full(n, -1), expiry_day, moving_expiry])
    cap = np.where(cut < 0, 0, expiry_cap_units(network, rows[at], np.maximum(cut, 0)))
    order = np.lexsort((expiry_day, index))
    total = np.append(0, np.cumsum(units[order]))
    span = int(NO_LIMIT) + 1
    codes = index[order] * span + expiry_day[order]
    last = np.searchsorted(index[order], at, side="right")
    lasting = total[last] - total[np.searchsorted(codes, at * span + cut, side="right")]
    late_cap = np.full(n, np.iinfo(np.int64).max)
    late = np.flatnonzero(day > 0)
    late_cap[late] = arrival_cap_units(network, rows[late], day[late])
    arriving = np.where(moving_expiry[at] > cut, moving[at], 0)
    # Cutting at the day of arrival as well costs its cap and spares the units in transit.
    most = lasting + cap + np.minimum(arriving, late_cap[at])
    counted = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(counted, at, most)
    return counted + np.minimum(opening_units(network)[rows], 0)


@dataclass(frozen=True, slots=True)
class Shelves:
    """Rows after all others, and what ties them to the receiving rows of expiring units."""

    cell: Int64
    """Cell of every row, ascending; shape ``(n_rows,)``."""
    cap_units: Int64
    """Units that may go on from the row to the next one; of the last row of a cell: `ALL_UNITS`."""
    last: NDArray[np.bool_]
    """The row where the cell's stock counts."""
    from_row: Int64
    """Receiving row (of the model) that each flow to a shelf leaves, shape ``(n_flows,)``."""
    to_shelf: Int64
    """Row of this table that it goes to."""
    flow_cell: Int64
    flow_day: Int64
    """Day of arrival of its units."""
    cap_flow: Int64
    """Flows under each cap of arrival, shape ``(n_terms,)``."""
    cap_limit: Int64
    """Which cap: ascending, shape ``(n_terms,)``."""
    arrival_cap: Int64
    """U(l), shape ``(n_limits,)``."""
    limit_cell: Int64

    def __len__(self) -> int:
        return len(self.cell)


def shelves_of(
    network: Network, stock_row: Int64, *, cell: Int64, expiry_day: Int64, day: Int64, row: Int64
) -> Shelves:
    """Shelves for the receiving rows of expiring units.

    Parameters
    ----------
    network : Network
    stock_row : ndarray of int64, shape (n_cells,)
    cell, expiry_day, day, row : ndarray of int64, shape (n,)
        Cell, expiry day, day of arrival and row in the model of every receiving row, by cell.
    """
    # Whatever outlives the horizon is alike.
    until = np.where(expiry_day < network.horizon_days, expiry_day, NO_LIMIT)
    span = int(NO_LIMIT) + 1
    cells = np.unique(cell)
    keys = np.unique(np.concatenate([cell * span + until, cells * span + NO_LIMIT]))
    shelf_cell, shelf_day = keys // span, keys % span
    caps = expiry_cap_units(network, stock_row[shelf_cell], shelf_day)
    order = np.lexsort((-day, cell))
    limit_cell, limit_day = _late_days(cell, day)
    first, last = (
        np.searchsorted(cell[order], limit_cell),
        np.searchsorted(cell[order] * span - day[order], limit_cell * span - limit_day, side="right"),
    )
    limit, at = runs(first, last - first)
    return Shelves(
        cell=shelf_cell,
        cap_units=caps,
        last=shelf_day == NO_LIMIT,
        from_row=row,
        to_shelf=np.searchsorted(keys, cell * span + until),
        flow_cell=cell,
        flow_day=day,
        cap_flow=order[at],
        cap_limit=limit,
        arrival_cap=arrival_cap_units(network, stock_row[limit_cell], limit_day),
        limit_cell=limit_cell,
    )


def _late_days(cell: Int64, day: Int64) -> tuple[Int64, Int64]:
    """Different days of arrival above 0, by cell."""
    late = day > 0
    pairs = np.unique(np.stack([cell[late], day[late]], axis=1), axis=0) if late.any() else np.empty((0, 2), np.int64)
    return pairs[:, 0].astype(np.int64), pairs[:, 1].astype(np.int64)
