"""What differs between two plans as tables with ids."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.outside import exit_of_lane, quote_of_lane
from network.tables import Network
from optimizer.difference import Difference, LineChanges, PriceChanges, parts_of_changes

Rows = NDArray[np.intp]


def difference_tables(network: Network, difference: Difference) -> dict[str, pd.DataFrame]:
    """Write down what the second plan does otherwise.

    Parameters
    ----------
    network : Network
    difference : Difference

    Returns
    -------
    dict of str to DataFrame
        ``lines`` (transfers), ``markdowns``, ``exits``, ``purchases``, ``dispatches`` and ``outcomes``.
    """
    lines, runs, alerts = difference.lines, difference.dispatches, difference.outcomes
    parts = parts_of_changes(network, lines)
    return {
        "lines": line_changes_table(network, lines, parts.transfers),
        "markdowns": price_changes_table(network, difference.prices),
        "exits": exit_changes_table(network, lines, parts.exits),
        "purchases": purchase_changes_table(network, lines, parts.purchases),
        "dispatches": pd.DataFrame(
            {"lane_id": network.lanes.lane_id[runs.lane], "before": runs.before, "after": runs.after}
        ),
        "outcomes": pd.DataFrame(
            {
                "alert_id": network.alerts.alert_id[alerts.alert],
                "outcome_before": alerts.outcome_before,
                "outcome_after": alerts.outcome_after,
                "units_before": alerts.units_before,
                "units_after": alerts.units_after,
            }
        ),
    }


def line_changes_table(network: Network, changes: LineChanges, rows: Rows | None = None) -> pd.DataFrame:
    """Name lines that changed by their ids; an expiry day that is not there is empty.

    Parameters
    ----------
    network : Network
    changes : LineChanges
    rows : ndarray of int, optional
        Those to name; all of them when not given.
    """
    at = np.arange(len(changes)) if rows is None else rows
    lanes, names = network.lanes, network.nodes.node_id
    return pd.DataFrame(
        {
            "change": _change(changes, at),
            "lane_id": lanes.lane_id[changes.lane[at]],
            "origin": names[lanes.origin[changes.lane[at]]],
            "destination": names[lanes.destination[changes.lane[at]]],
            "sku_id": network.products.sku_id[changes.sku[at]],
            "arrives_day": changes.arrives_day[at],
            "expiry_day": _expiry(changes, at),
            **_units(changes, at),
        }
    )


def price_changes_table(network: Network, changes: PriceChanges) -> pd.DataFrame:
    """Name prices that changed by their ids."""
    return pd.DataFrame(
        {
            "sku_id": network.products.sku_id[changes.sku],
            "zone": changes.zone,
            "period": changes.period,
            "price_before": changes.before,
            "price_after": changes.after,
        }
    )


def exit_changes_table(network: Network, changes: LineChanges, at: Rows) -> pd.DataFrame:
    """Name lines to exits by their ids."""
    lane = changes.lane[at]
    return pd.DataFrame(
        {
            "change": _change(changes, at),
            "node_id": network.nodes.node_id[network.lanes.origin[lane]],
            "exit_id": network.exits.exit_id[exit_of_lane(network)[lane]],
            "sku_id": network.products.sku_id[changes.sku[at]],
            "day": changes.arrives_day[at],
            "expiry_day": _expiry(changes, at),
            **_units(changes, at),
        }
    )


def purchase_changes_table(network: Network, changes: LineChanges, at: Rows) -> pd.DataFrame:
    """Name lines from quotes by their ids."""
    lane = changes.lane[at]
    return pd.DataFrame(
        {
            "change": _change(changes, at),
            "quote_id": network.quotes.quote_id[quote_of_lane(network)[lane]],
            "node_id": network.nodes.node_id[network.lanes.destination[lane]],
            "sku_id": network.products.sku_id[changes.sku[at]],
            "day": changes.arrives_day[at],
            **_units(changes, at),
        }
    )


def _change(changes: LineChanges, at: Rows) -> NDArray[Any]:
    before, after = changes.units_before[at], changes.units_after[at]
    return np.select([before == 0, after == 0], ["added", "removed"], "changed").astype(np.object_)


def _units(changes: LineChanges, at: Rows) -> dict[str, Any]:
    return {"units_before": changes.units_before[at], "units_after": changes.units_after[at]}


def _expiry(changes: LineChanges, at: Rows) -> Any:
    expiry = changes.expiry_day[at].astype(np.int64)
    return pd.arrays.IntegerArray(expiry, np.asarray(expiry == NO_LIMIT))
