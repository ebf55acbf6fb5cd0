"""Displays as switches: one that is set where a display is complete, one where nothing of it is left."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.worth.displays import displays_of

Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What displays could make of a unit, shape ``(n_cells,)`` each."""

    price: Int64
    """Money that completing, or emptying, every display of the cell saves; 0 where there is none."""
    min_units: Int64
    """Units that its displays ask for, 0 where there is none."""


def wishes_of(network: Network, stock_row: Int64) -> Wishes:
    """Add up the displays of cells (rows of ``network.stock``, -1 for none)."""
    displays = displays_of(network)
    price, least = (np.zeros(len(network.stock) + 1, dtype=np.int64) for _ in range(2))
    np.add.at(price, displays.member_row, displays.price[displays.member_display])
    np.maximum.at(least, displays.member_row, displays.member_min_units)
    return Wishes(price[stock_row], least[stock_row])
