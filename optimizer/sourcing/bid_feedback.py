"""Prices to win as tables: of all bids for the buyer, and for a supplier of its own bids alone."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.events import Event
from optimizer.plan import UNKNOWN_MONEY
from optimizer.sourcing.price_to_win import NEVER, WON, PricesToWin

GREEN: Final = "green"
"""The bid wins."""

AMBER: Final = "amber"
"""It would win with prices lower by a tenth at most."""

RED: Final = "red"
"""It would not."""

GREY: Final = "grey"
"""Not known."""

_CLOSE: Final = 0.9
"""Factor on the prices from which a losing bid is close."""


def prices_to_win_table(event: Event, prices: PricesToWin) -> pd.DataFrame:
    """Name bids by their ids; money in the currency, what is not known is empty."""
    bids, items, suppliers = event.bids, event.items, event.suppliers
    scale = 10.0**event.money_decimals

    def amount(column: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.where(column == UNKNOWN_MONEY, np.nan, column / scale)

    return pd.DataFrame(
        {
            "bid_id": bids.bid_id[prices.bid],
            "supplier_id": suppliers.supplier_id[bids.supplier[prices.bid]],
            "item_id": items.item_id[bids.item[prices.bid]],
            "package_id": bids.package_id[prices.bid],
            "outcome": prices.outcome,
            "rank": prices.rank,
            "factor_low": prices.factor_low,
            "factor_high": prices.factor_high,
            "difference_low": amount(prices.difference_low),
            "difference_high": amount(prices.difference_high),
            "units": prices.units,
        }
    )


def for_supplier(event: Event, prices: PricesToWin, supplier_id: str) -> pd.DataFrame:
    """Tell a supplier how its own bids stand, without anything of others'.

    Parameters
    ----------
    event : Event
    prices : PricesToWin
    supplier_id : str
        Whose bids to show.

    Returns
    -------
    DataFrame
        ``bid_id``, ``item_id``, ``package_id``, ``rank`` among the bids for the item, ``light`` (green, amber, red,
        grey) and ``factor``: on its prices, at which the bid would have won; empty where none is known. What the award
        would have cost with the bid stays with the buyer: it tells what others ask.

    Raises
    ------
    ValueError
        No supplier has that id.
    """
    if supplier_id not in set(event.suppliers.supplier_id.tolist()):
        raise ValueError(f"supplier {supplier_id!r} is not in the event; use a supplier_id of its table suppliers")
    row = event.suppliers.supplier_id.tolist().index(supplier_id)
    own = np.flatnonzero(event.bids.supplier[prices.bid] == row)
    bid = prices.bid[own]
    return pd.DataFrame(
        {
            "bid_id": event.bids.bid_id[bid],
            "item_id": event.items.item_id[event.bids.item[bid]],
            "package_id": event.bids.package_id[bid],
            "rank": prices.rank[own],
            "light": _lights(prices)[own],
            "factor": prices.factor_low[own],
        }
    )


def _lights(prices: PricesToWin) -> NDArray[np.object_]:
    """Say how close bids are, shape ``(n,)``."""
    lights = np.full(len(prices), GREY, dtype=np.object_)
    lights[(prices.outcome == NEVER) | (prices.factor_high < _CLOSE)] = RED
    lights[prices.factor_low >= _CLOSE] = AMBER
    lights[prices.outcome == WON] = GREEN
    return lights
