"""The demo network: real sales of the completejourney panel decide where stock is short and where it is left over.

Every store is stocked by a replenishment policy that was fitted on the weeks before a date; the real sales of the four
weeks after it are the demand. So a plan for this network answers a replay question: knowing what was then sold, what
should have been moved on that day, and what is that knowledge worth? Real: stores, product types, prices paid, sales.
Assumed: places, lanes, costs, weights, the policy itself. ``docs/demo.md`` lists all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network import Network, network_from_frames
from network.writing import FileFormat, write_network
from scenarios.demo_facts import DemoFacts
from scenarios.panel_sales import PanelSales, read_panel_sales
from scenarios.retail_geography import Geography, place_stores

AS_OF: Final = date(2017, 10, 1)
HORIZON_DAYS: Final = 28
LEAST_LINES: Final = 500
"""Lines of goods that a store sold before the date; below that its sales say nothing about single types."""

PANEL_SCALE: Final = 100
"""Units per unit that the panel bought, which is a sliver of a store's customers. A van costs the same whatever it
carries: unscaled it would carry little more than a shopping bag. Even scaled, these are small stores."""

SERVICE_FACTOR: Final = 0.84
"""Standard deviations of safety stock: four windows in five would be covered if demand were normal."""
COST_SHARE: Final = 0.70
"""Unit cost as a share of the price paid."""
SALVAGE_SHARE: Final = 0.85
"""Worth of a unit left after the horizon as a share of its cost: it still sells, later or at a discount."""
HOLDING_SHARE: Final = 0.02
"""Holding cost over the horizon as a share of the price: about a quarter per year. The same everywhere, so that nothing
is moved only to lie elsewhere."""
PENALTY_SHARE: Final = 0.15
"""Loss beyond the missed revenue when a customer finds the shelf empty, as a share of the price."""

OVERSTOCK_ALERT_UNITS: Final = 2
"""Panel units: one too many of a slow mover is no news."""
SEVERITY_SHARES: Final = (1 / 3, 2 / 3)
"""Share of the larger of stock and demand that is missing or left, from which an alert is orange and red."""

UNIT_WEIGHT_KG: Final[Mapping[str, float]] = {
    "COSMETICS": 0.1,
    "DRUG GM": 0.4,
    "FROZEN GROCERY": 0.7,
    "GARDEN CENTER": 2.0,
    "GROCERY": 0.8,
    "HOUSEWARES": 0.5,
    "MEAT-PCKGD": 0.5,
    "NUTRITION": 0.4,
    "SEAFOOD-PCKGD": 0.4,
    "SPIRITS": 1.3,
    "TOYS": 0.3,
}
"""Assumed weight of a unit by department."""


def build_network(
    *,
    as_of: date = AS_OF,
    seed: int = 1,
    top_product_types: int = 2000,
    n_cities: int = 8,
    service_factor: float = SERVICE_FACTOR,
    panel_scale: int = PANEL_SCALE,
) -> tuple[Network, DemoFacts]:
    """Build the demo network from the real sales around a date.

    Parameters
    ----------
    as_of : date
        The day the stock is looked at; the four weeks that start here are the demand.
    seed : int
        Decides the map (cities, places of stores and warehouses) and nothing else.
    top_product_types : int
        At most so many product types, by lines sold before the date.
    n_cities : int
        Cities on the map, each with one warehouse.
    service_factor : float
        Standard deviations of safety stock that stores and warehouses hold.
    panel_scale : int
        Units of stock and demand per unit that the panel bought or the policy stocked for it.

    Returns
    -------
    tuple of (Network, DemoFacts)

    Raises
    ------
    SalesDataMissingError
        When the extra ``demo`` is not installed.
    ValueError
        When the date leaves no room for the weeks before or after it.
    """
    sales = read_panel_sales(
        as_of=as_of, horizon_days=HORIZON_DAYS, top_product_types=top_product_types, least_lines=LEAST_LINES
    )
    store_names = np.array([f"S{store}" for store in sales.store_id], dtype=object)
    geography = place_stores(store_names, n_cities=n_cities, seed=seed)
    replay = _replay(sales, geography.warehouse_of_store, n_cities, service_factor, panel_scale)
    products = _products(sales)
    stock = _stock(replay, geography, products)
    frames = {
        "nodes": geography.nodes,
        "products": products,
        "lanes": geography.lanes,
        "stock": stock,
        "alerts": _alerts(stock.iloc[: np.count_nonzero(replay.on_hand)], OVERSTOCK_ALERT_UNITS * panel_scale),
    }
    settings = {"currency": "USD", "as_of": as_of.isoformat(), "horizon_days": HORIZON_DAYS}
    network, _ = network_from_frames(frames, settings)
    return network, _facts(as_of, panel_scale, sales, frames, replay)


def write_demo_network(directory: Path, file_format: FileFormat = "csv") -> DemoFacts:
    """Write the demo network as a network directory and return what it was made from."""
    network, facts = build_network()
    write_network(network, directory, file_format=file_format)
    return facts


@dataclass(frozen=True, slots=True)
class _Replay:
    """What the policy put where, and what was then sold; scaled units."""

    on_hand: NDArray[np.int64]
    """Shape ``(n_stores, n_types)``; 0 where the store does not list the type."""
    demand: NDArray[np.float64]
    """Shape ``(n_stores, n_types)``; 0 where the store does not list the type."""
    central: NDArray[np.int64]
    """Shape ``(n_warehouses, n_types)``."""


def _replay(
    sales: PanelSales,
    warehouse_of_store: NDArray[np.int64],
    n_warehouses: int,
    service_factor: float,
    panel_scale: int,
) -> _Replay:
    """Stock everything by the policy, in the panel's own units, then scale stock and demand alike."""
    on_hand = base_stock(sales.units_before, service_factor)
    central = central_stock(sales.units_before, warehouse_of_store, n_warehouses, service_factor)
    demand = np.where(on_hand > 0, sales.units_after, 0.0)
    return _Replay(on_hand * panel_scale, demand * panel_scale, central * panel_scale)


def base_stock(units_before: NDArray[np.float64], service_factor: float) -> NDArray[np.int64]:
    """Order-up-to level of every cell, reviewed once per window.

    The mean of the windows plus safety stock, rounded up, so that whatever a store lists it has at least once. The
    variance is at least the mean (that of Poisson demand): nine windows often miss the rare sale.

    Parameters
    ----------
    units_before : ndarray, shape (..., n_windows)
        Units sold per window.
    service_factor : float
        Standard deviations of safety stock.

    Returns
    -------
    ndarray of int64, shape (...)
        Units; 0 where nothing was sold in any window, because the store does not list the type.
    """
    mean = units_before.mean(axis=-1)
    # 1e-9 keeps a sum such as 2.9999999999999996 + 0 from being rounded up twice.
    level: NDArray[np.int64] = np.ceil(mean + service_factor * _deviation(units_before) - 1e-9).astype(np.int64)
    return level


def central_stock(
    units_before: NDArray[np.float64], warehouse_of_store: NDArray[np.int64], n_warehouses: int, service_factor: float
) -> NDArray[np.int64]:
    """Safety stock that warehouses hold for the pooled demand of their stores.

    The same policy on pooled demand. Its mean went out to the stores on the date; what the warehouse still has is the
    safety stock, rounded down: central stock is for what sells, not for one unit of everything.

    Returns
    -------
    ndarray of int64, shape (n_warehouses, n_types)
    """
    belongs = (warehouse_of_store == np.arange(n_warehouses)[:, None]).astype(np.float64)
    pooled = np.tensordot(belongs, units_before, axes=1)
    level: NDArray[np.int64] = np.floor(service_factor * _deviation(pooled) + 1e-9).astype(np.int64)
    return level


def _deviation(units_before: NDArray[np.float64]) -> NDArray[np.float64]:
    """Estimate the standard deviation over the windows, at least that of Poisson demand with the same mean."""
    variance = np.maximum(units_before.var(axis=-1, ddof=1), units_before.mean(axis=-1))
    deviation: NDArray[np.float64] = np.sqrt(variance)
    return deviation


def _products(sales: PanelSales) -> pd.DataFrame:
    """Product types at the price that was paid for them; a type is its own SKU."""
    cost = (sales.unit_price * COST_SHARE).round(2)
    return pd.DataFrame(
        {
            "sku_id": sales.product_type,
            "category": sales.category,
            "unit_weight_kg": pd.Series(sales.department).map(UNIT_WEIGHT_KG),
            "unit_cost": cost,
            "list_price": sales.unit_price,
            "salvage_value": (cost * SALVAGE_SHARE).round(2),
        }
    )


def _stock(replay: _Replay, geography: Geography, products: pd.DataFrame) -> pd.DataFrame:
    """Positions of the stores that list a type, then those of the warehouses that hold it."""
    store, store_type = np.nonzero(replay.on_hand)
    warehouse, central_type = np.nonzero(replay.central)
    sku = np.concatenate([store_type, central_type])
    node = np.concatenate([store + len(replay.central), warehouse])
    in_store = np.arange(len(sku)) < len(store)
    price = products["list_price"].to_numpy()[sku]
    demand = np.concatenate([replay.demand[store, store_type], np.zeros(len(warehouse))])
    return pd.DataFrame(
        {
            "node_id": geography.nodes["node_id"].to_numpy()[node],
            "sku_id": products["sku_id"].to_numpy()[sku],
            "on_hand": np.concatenate([replay.on_hand[store, store_type], replay.central[warehouse, central_type]]),
            "demand_mean": demand,
            "holding_cost": (price * HOLDING_SHARE).round(4),
            "shortage_penalty": np.where(in_store, (price * PENALTY_SHARE).round(4), 0.0),
        }
    )


def _alerts(store_stock: pd.DataFrame, overstock_units: int) -> pd.DataFrame:
    """Raise alerts for the stores: every shortage, and over-stock of at least so many units."""
    excess = store_stock["on_hand"] - store_stock["demand_mean"]
    row = store_stock[(excess < 0) | (excess >= overstock_units)]
    excess = excess[row.index]
    share = excess.abs() / row[["on_hand", "demand_mean"]].max(axis=1)
    severity = np.array(["yellow", "orange", "red"])[np.searchsorted(SEVERITY_SHARES, share, side="right")]
    return pd.DataFrame(
        {
            "alert_id": [f"A{i:06d}" for i in range(1, len(row) + 1)],
            "kind": np.where(excess < 0, "shortage", "overstock"),
            "node_id": row["node_id"].to_numpy(),
            "sku_id": row["sku_id"].to_numpy(),
            "severity": severity,
            "units": excess.abs().to_numpy().astype(np.int64),
        }
    )


def _facts(
    as_of: date, panel_scale: int, sales: PanelSales, frames: Mapping[str, pd.DataFrame], replay: _Replay
) -> DemoFacts:
    """Count what was used and what the policy left short and over."""
    over = np.maximum(replay.on_hand - replay.demand, 0.0)
    short = np.maximum(replay.demand - replay.on_hand, 0.0)
    alerts = frames["alerts"]["kind"].value_counts().sort_index()
    return DemoFacts(
        as_of=as_of,
        horizon_days=HORIZON_DAYS,
        windows=sales.units_before.shape[2],
        scale=panel_scale,
        households=sales.households,
        weekly_sales=sales.weekly_sales,
        lines=sales.lines,
        stores_in_data=sales.stores_in_data,
        stores=len(sales.store_id),
        warehouses=len(replay.central),
        lanes=len(frames["lanes"]),
        product_types=len(sales.product_type),
        store_positions=int(np.count_nonzero(replay.on_hand)),
        store_positions_that_sell=int(np.count_nonzero(replay.demand)),
        warehouse_positions=int(np.count_nonzero(replay.central)),
        unlisted_panel_units=int(sales.units_after[replay.on_hand == 0].sum()),
        store_units=int(replay.on_hand.sum()),
        warehouse_units=int(replay.central.sum()),
        demand_units=int(replay.demand.sum()),
        over_units=int(over.sum()),
        short_units=int(short.sum()),
        over_value=float(over.sum(axis=0) @ frames["products"]["unit_cost"].to_numpy()),
        short_value=float(short.sum(axis=0) @ sales.unit_price),
        alerts={str(kind): int(count) for kind, count in alerts.items()},
    )
