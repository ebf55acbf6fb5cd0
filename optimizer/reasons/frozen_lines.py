"""Lines of a former plan that stay as they are and take units elsewhere, where these are worth less."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network import earliest_days
from network.candidates import NEVER
from optimizer.reasons.residual import Residual
from optimizer.reasons.standing import least_from

Ints = NDArray[np.int64]

_LINES_TRIED: Final = 6
"""Frozen lines of a SKU that are looked at for each of its positions."""


@dataclass(frozen=True, slots=True)
class TakenAway:
    """For some unmet positions a frozen line whose units would be worth more there, shape ``(n,)`` each."""

    line: Ints
    """Line of the plan; -1: none."""
    worth: Ints
    """Of its last unit, where the units end, in money."""


def taken_away(residual: Residual, index: Ints) -> TakenAway:
    """Find for unmet positions a frozen line whose units would be worth more there than where they end.

    Parameters
    ----------
    residual : Residual
    index : ndarray of int64, shape (n,)
        Unmet positions.

    Returns
    -------
    TakenAway
        Of the SKU's frozen lines one whose units are worth least and would come in time from its origin. Units that
        end at the position itself are never meant, unless they come too late and could come in time.
    """
    lines, cells = residual.lines, residual.cells
    found = TakenAway(np.full(len(index), -1, dtype=np.int64), np.full(len(index), NEVER, dtype=np.int64))
    frozen = np.flatnonzero(residual.book.frozen[residual.book.of_plan])
    if not len(frozen) or not len(index):
        return found
    worth = _worth_at_the_end(residual, frozen)
    # Of equals the one that leaves last: it frees the fewest others.
    order = np.lexsort((-lines.departs_day[frozen], worth, lines.sku[frozen]))
    frozen, worth = frozen[order], worth[order]
    here, gain = residual.unmet_cell[index], residual.gain(index)
    first, last = (np.searchsorted(lines.sku[frozen], cells.sku[here], side=side) for side in ("left", "right"))
    asked = np.flatnonzero(np.append(worth, NEVER)[np.where(first < last, first, -1)] < gain)
    if not len(asked):
        return found
    nodes = np.unique(cells.node[here[asked]])
    days = earliest_days(residual.network, nodes)
    for nth in range(_LINES_TRIED):
        at = asked[(found.line[asked] < 0) & (first[asked] + nth < last[asked])]
        at = at[worth[first[at] + nth] < gain[at]]
        lead = days[np.searchsorted(nodes, cells.node[here[at]]), lines.origin[frozen[first[at] + nth]]]
        at, lead = at[np.isfinite(lead)], lead[np.isfinite(lead)]
        row = first[at] + nth
        in_time = _would_count(residual, index[at], frozen[row], lead.astype(np.int64))
        found.line[at[in_time]], found.worth[at[in_time]] = frozen[row[in_time]], worth[row[in_time]]
    return found


def _would_count(residual: Residual, index: Ints, line: Ints, lead_days: Ints) -> NDArray[np.bool_]:
    """Whether a unit of lines would count at unmet positions if it went there instead."""
    lines, least = residual.lines, residual.network.products.min_remaining_shelf_life_days
    arrives, expires = lines.departs_day[line] + lead_days, lines.expiry_day[line]
    keeps = expires - arrives >= least[lines.sku[line]]
    return np.asarray(keeps & (residual.units_in_time(index, arrives, expires) > 0))


def _worth_at_the_end(residual: Residual, frozen: Ints) -> Ints:
    """Worth of the last unit where units of frozen lines end: where they stay, or other frozen lines take them.

    `NEVER` where lines that are not frozen take them on.
    """
    lines, settled = residual.lines, residual.settled
    goes_to = residual.settled_cell[settled.to_position[frozen]]
    leaves = residual.settled_cell[settled.from_position[frozen]]
    departs, arrives, expiry = (column[frozen] for column in (lines.departs_day, lines.arrives_day, lines.expiry_day))
    last = residual.worth_between(goes_to, residual.units[goes_to] - 1, residual.units[goes_to])
    left_over = residual.cells.worth.left_over_worth[goes_to]
    last = np.where(settled.left_after[settled.to_position[frozen]] > 0, left_over, last)
    worth = np.where(_stays(residual, goes_to, expiry, arrives), last, NEVER)
    group = _numbered(np.append(leaves, goes_to), np.append(expiry, expiry))
    out, into = group[: len(frozen)], group[len(frozen) :]
    order = np.lexsort((departs, out))
    n_days = max(int(departs.max()), int(arrives.max())) + 1
    onward = np.searchsorted((out * n_days + departs)[order], into * n_days + arrives)
    onward = np.minimum(onward, len(frozen) - 1)
    follows = residual.cells.transit[goes_to] & (out[order][onward] == into) & (departs[order][onward] >= arrives)
    while True:
        further = least_from(worth[order], out[order])[onward]
        least = np.minimum(worth, np.where(follows, further, NEVER))
        if np.array_equal(least, worth):
            return worth
        worth = least


def _stays(residual: Residual, cell: Ints, expiry_day: Ints, arrives_day: Ints) -> NDArray[np.bool_]:
    """Whether some of the units that arrived at cells on days stay there."""
    staying = residual.staying.take(np.flatnonzero(residual.staying.units > 0))
    columns = zip((staying.cell, staying.expiry_day, staying.arrives_day), (cell, expiry_day, arrives_day), strict=True)
    number = _numbered(*(np.append(kept, came) for kept, came in columns))
    n = len(staying.cell)
    return np.isin(number[n:], number[:n])


def _numbered(*columns: Ints) -> Ints:
    """Give the different rows of some columns a number each."""
    return np.asarray(np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)[1], dtype=np.int64).ravel()
