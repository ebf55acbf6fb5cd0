"""The tables of a plan directory that say what the plan decides: transfers, markdowns, exits, purchases."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.tables import Network
from optimizer.markdown_figures import MarkdownFigures, markdown_figures
from optimizer.plan import Certificate, Plan
from optimizer.plan_files.expiry_days import lot_names
from optimizer.plan_files.plan_schema import EXITS, MARKDOWNS, PURCHASES, TRANSFERS
from optimizer.plan_parts import PlanParts, parts_of
from optimizer.reasons.markdowns import markdown_reasons
from optimizer.worth.economics import lane_unit_cost
from optimizer.worth.outside import worth_outside

Words = NDArray[np.object_]


def decision_tables(
    network: Network, plan: Plan, certificate: Certificate | None, line_reason: Words | None
) -> dict[str, pd.DataFrame]:
    """Write down what a plan decides.

    Parameters
    ----------
    network : Network
    plan : Plan
        Of known lanes and products.
    certificate : Certificate, optional
        Says what each line is worth.
    line_reason : ndarray of str, shape (n_lines,), optional

    Returns
    -------
    dict of str to DataFrame
        Tables by name: ids instead of rows, amounts in currency units.
    """
    parts = parts_of(network, plan)
    scale = 10**network.money_decimals
    benefit = np.full(plan.n_lines, np.nan) if certificate is None else certificate.line_benefit / scale
    reason = np.full(plan.n_lines, "", dtype=np.object_) if line_reason is None else line_reason
    lots = lot_names(network, plan)
    return {
        TRANSFERS.name: _transfers(network, plan, parts, lots).assign(
            benefit=benefit[parts.transfers], reason=reason[parts.transfers]
        ),
        MARKDOWNS.name: markdown_table(network, markdown_figures(network, plan)),
        EXITS.name: exit_table(network, plan, parts, lots).assign(
            benefit=benefit[parts.exits], reason=reason[parts.exits]
        ),
        PURCHASES.name: purchase_table(network, plan, parts).assign(
            benefit=benefit[parts.purchases], reason=reason[parts.purchases]
        ),
    }


def lane_columns(network: Network, lane: NDArray[np.integer[Any]]) -> dict[str, Any]:
    """Say lanes by their ids and those of their ends."""
    lanes, node_id = network.lanes, network.nodes.node_id
    return {
        "lane_id": lanes.lane_id[lane],
        "origin": node_id[lanes.origin[lane]],
        "destination": node_id[lanes.destination[lane]],
    }


def whole_cells(values: NDArray[np.integer[Any]], empty: NDArray[np.bool_]) -> pd.arrays.IntegerArray:
    """Cells of a column of whole numbers."""
    return pd.arrays.IntegerArray(values.astype(np.int64), empty)


def _transfers(network: Network, plan: Plan, parts: PlanParts, lots: Words) -> pd.DataFrame:
    at = parts.transfers
    return pd.DataFrame(
        {
            **lane_columns(network, plan.lane[at]),
            "sku_id": network.products.sku_id[plan.sku[at]],
            "units": plan.units[at],
            **_lot_columns(plan, at, lots),
            "arrives_day": plan.arrives_day[at],
        }
    )


def _lot_columns(plan: Plan, at: NDArray[np.intp], lots: Words) -> dict[str, Any]:
    expiry = plan.expiry_day[at]
    return {"lot_id": lots[at], "expiry_day": whole_cells(expiry, expiry == NO_LIMIT)}


def markdown_table(network: Network, figures: MarkdownFigures) -> pd.DataFrame:
    """Write down markdowns, a row for every period of every choice."""
    markdowns = figures.markdowns
    count, periods = markdowns.price.shape
    choice, period = (grid.ravel() for grid in np.indices((count, periods)))
    sku = markdowns.sku[choice]
    return pd.DataFrame(
        {
            "sku_id": network.products.sku_id[sku],
            "zone": markdowns.zone[choice],
            "period": period + 1,
            "price": markdowns.price.ravel(),
            "list_price": network.products.list_price[sku],
            "expected_units": figures.units.ravel(),
            "expected_revenue": figures.revenue.ravel(),
            "reason": markdown_reasons(network, figures)[choice],
        }
    )


def exit_table(network: Network, plan: Plan, parts: PlanParts, lots: Words) -> pd.DataFrame:
    """Write down what leaves through exits, without what is said of every kind of line."""
    at = parts.exits
    each = line_proceeds(network, plan, at)
    return pd.DataFrame(
        {
            "node_id": network.nodes.node_id[network.lanes.origin[plan.lane[at]]],
            "exit_id": network.exits.exit_id[parts.exit],
            "sku_id": network.products.sku_id[plan.sku[at]],
            "units": plan.units[at],
            **_lot_columns(plan, at, lots),
            "day": plan.arrives_day[at],
            "unit_proceeds": each / 10**network.money_decimals,
            "proceeds": each * plan.units[at] / 10**network.money_decimals,
        }
    )


def line_proceeds(network: Network, plan: Plan, at: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return what a unit of each of some lines to exits brings, less its fee, in money units; 0 where none is taken."""
    row = network.stock_row(network.lanes.destination[plan.lane[at]], plan.sku[at])
    taken = row >= 0
    each = np.zeros(len(at), dtype=np.int64)
    each[taken] = worth_outside(network, row[taken])
    return each


def purchase_table(network: Network, plan: Plan, parts: PlanParts) -> pd.DataFrame:
    """Write down what is bought, without what is said of every kind of line."""
    at, quotes = parts.purchases, network.quotes
    price = lane_unit_cost(network, plan.lane[at], plan.sku[at])
    return pd.DataFrame(
        {
            "quote_id": quotes.quote_id[parts.quote],
            "supplier": quotes.supplier[parts.quote],
            "node_id": network.nodes.node_id[quotes.node[parts.quote]],
            "sku_id": network.products.sku_id[plan.sku[at]],
            "units": plan.units[at],
            "day": plan.arrives_day[at],
            "unit_price": price / 10**network.money_decimals,
            "cost": price * plan.units[at] / 10**network.money_decimals,
        }
    )
