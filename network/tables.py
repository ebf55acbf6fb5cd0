"""The world as frozen columns: nodes, products, lanes, stock, alerts.

Ids are strings at the edge and row numbers inside: ``lanes.origin[i]`` is a row of `Nodes`, ``stock.sku[i]`` a row of
`Products`. Every column is a read-only numpy array; empty cells have been replaced by the default named here.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.clearance_tables import (
    ClearanceGroups,
    ClearanceRules,
    Exits,
    MarkdownBudgets,
    PeriodFactors,
    PriceLadders,
    PriceMultipliers,
    PriceResponse,
    Quotes,
    QuoteSuppliers,
    Supplies,
)
from network.columns import Columns, no_rows


@enum.unique
class NodeKind(enum.IntEnum):
    """What a node is."""

    STORE = 1
    WAREHOUSE = 2
    SUPPLIER = 3
    EXIT = 4
    """Outside: where units of a row of `Exits` go. Not in files."""
    QUOTE = 5
    """Outside: where units of a row of `Quotes` come from. Not in files."""
    GATE = 6
    """Outside: what several quotes share (`network.quotes_outside`). Not in files."""


@enum.unique
class AlertKind(enum.IntEnum):
    """What an alert reports."""

    OVERSTOCK = 1
    SHORTAGE = 2


@enum.unique
class Severity(enum.IntEnum):
    """How urgent an alert is."""

    NOT_GIVEN = 0
    YELLOW = 1
    ORANGE = 2
    RED = 3


@dataclass(frozen=True, slots=True)
class Nodes(Columns):
    """Warehouses, stores and supplier sites, shape ``(n_nodes,)`` each."""

    node_id: NDArray[np.object_]
    kind: NDArray[np.int8]
    """`NodeKind` values."""
    latitude: NDArray[np.float64]
    """Degrees, NaN when not given."""
    longitude: NDArray[np.float64]
    """Degrees, NaN when not given."""
    zone: NDArray[np.object_]
    """Empty string when not given."""
    transit: NDArray[np.bool_]
    """Units received here may go on to another node."""
    pick_capacity_units: NDArray[np.int64]
    receive_capacity_units: NDArray[np.int64]
    max_outbound_lanes: NDArray[np.int64]
    max_inbound_lanes: NDArray[np.int64]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    """Columns of the file that the format does not know; kept and written back."""


@dataclass(frozen=True, slots=True)
class Products(Columns):
    """What is stocked, shape ``(n_products,)`` each; money per unit in currency units."""

    sku_id: NDArray[np.object_]
    category: NDArray[np.object_]
    unit_weight_kg: NDArray[np.float64]
    """NaN when not given."""
    unit_volume_m3: NDArray[np.float64]
    """NaN when not given."""
    unit_cost: NDArray[np.float64]
    """NaN when not given."""
    list_price: NDArray[np.float64]
    salvage_value: NDArray[np.float64]
    """Worth of a unit at the end of the horizon; an empty cell became `unit_cost`, else 0 with a warning."""
    case_pack: NDArray[np.int64]
    """Units per case, 1 when not given; a line is a multiple of it."""
    shelf_life_days: NDArray[np.int64]
    min_remaining_shelf_life_days: NDArray[np.int64]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lanes(Columns):
    """Allowed directed connections, shape ``(n_lanes,)`` each."""

    lane_id: NDArray[np.object_]
    origin: NDArray[np.int32]
    """Row of `Nodes`."""
    destination: NDArray[np.int32]
    """Row of `Nodes`."""
    lead_time_days: NDArray[np.int64]
    fixed_cost: NDArray[np.float64]
    """Per dispatch."""
    cost_per_unit: NDArray[np.float64]
    cost_per_kg: NDArray[np.float64]
    capacity_kg: NDArray[np.float64]
    """Per dispatch; infinity when one dispatch carries anything."""
    max_dispatches: NDArray[np.int64]
    min_line_units: NDArray[np.int64]
    min_dispatch_kg: NDArray[np.float64]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LaneRules(Columns):
    """Rows that allow or forbid what a lane may carry; `lane`, `origin`, `destination`, `sku` are -1 when empty."""

    lane: NDArray[np.int32]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    category: NDArray[np.object_]
    sku: NDArray[np.int32]
    allowed: NDArray[np.bool_]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stock(Columns):
    """Positions, shape ``(n_positions,)`` each, sorted by `sku`, then `node`; (node, sku) is unique.

    Demand, holding cost and shortage penalty are over the whole horizon; holding cost and penalty per unit.
    """

    node: NDArray[np.int32]
    sku: NDArray[np.int32]
    on_hand: NDArray[np.int64]
    reserved: NDArray[np.int64]
    safety_stock: NDArray[np.int64]
    in_transit: NDArray[np.int64]
    in_transit_arrival_day: NDArray[np.int64]
    """0 when not given."""
    demand_mean: NDArray[np.float64]
    demand_std: NDArray[np.float64]
    holding_cost: NDArray[np.float64]
    shortage_penalty: NDArray[np.float64]
    current_price: NDArray[np.float64]
    """NaN when not given."""
    no_send_before_day: NDArray[np.int64]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lots(Columns):
    """Units of a position that share an expiry date."""

    node: NDArray[np.int32]
    sku: NDArray[np.int32]
    lot_id: NDArray[np.object_]
    units: NDArray[np.int64]
    expiry_days: NDArray[np.int64]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alerts(Columns):
    """What the alert systems reported, shape ``(n_alerts,)`` each."""

    alert_id: NDArray[np.object_]
    kind: NDArray[np.int8]
    """`AlertKind` values."""
    node: NDArray[np.int32]
    sku: NDArray[np.int32]
    severity: NDArray[np.int8]
    """`Severity` values, 0 when not given."""
    units: NDArray[np.int64]
    """`NOT_GIVEN` (-1) when empty: the position's own shortage or excess is meant."""
    needed_by_days: NDArray[np.int64]
    """`NO_LIMIT` when empty."""
    must_serve: NDArray[np.bool_]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DisplayRules(Columns):
    """SKUs that a store shows together (a run of sizes) or in a smallest number; one row per SKU of a display."""

    display_id: NDArray[np.object_]
    sku: NDArray[np.int32]
    """Row of `Products`."""
    node: NDArray[np.int32]
    """Row of `Nodes`; -1 when empty: every store that has a row in `stock` for the SKU."""
    min_units: NDArray[np.int64]
    """Units that a complete display holds of the SKU at least, 1 when not given."""
    broken_price: NDArray[np.float64]
    """Currency per display and node left broken; the same in all rows of a display."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PricePaths:
    """Prices of positions that differ from the list price all along, or that stop selling before the horizon ends."""

    of_stock: NDArray[np.int32]
    """Path of every row of `Stock`, -1: list price, shape ``(n_positions,)``."""
    price: NDArray[np.float64]
    """Currency per unit by path and period, shape ``(n_paths, n_periods)``; never rising."""
    demand_share: NDArray[np.float64]
    """x_t: expected demand up to the end of each period, as a multiple of `demand_mean`, ``(n_paths, n_periods)``."""


@dataclass(frozen=True, slots=True)
class Network:
    """One immutable snapshot of the world: what `optimizer.solve` plans for."""

    currency: str
    as_of: str
    horizon_days: int
    money_decimals: int
    normal_demand: bool
    """True when network.json asks for discretised normal demand."""
    nodes: Nodes
    products: Products
    lanes: Lanes
    lane_rules: LaneRules
    stock: Stock
    lots: Lots
    alerts: Alerts
    display_rules: DisplayRules = field(default_factory=lambda: no_rows(DisplayRules))
    periods: int = 1
    """Prices may change at the beginning of each."""
    price_ladders: PriceLadders = field(default_factory=lambda: no_rows(PriceLadders))
    price_response: PriceResponse = field(default_factory=lambda: no_rows(PriceResponse))
    price_multipliers: PriceMultipliers = field(default_factory=lambda: no_rows(PriceMultipliers))
    period_factors: PeriodFactors = field(default_factory=lambda: no_rows(PeriodFactors))
    clearance_rules: ClearanceRules = field(default_factory=lambda: no_rows(ClearanceRules))
    clearance_groups: ClearanceGroups = field(default_factory=lambda: no_rows(ClearanceGroups))
    markdown_budgets: MarkdownBudgets = field(default_factory=lambda: no_rows(MarkdownBudgets))
    exits: Exits = field(default_factory=lambda: no_rows(Exits))
    quotes: Quotes = field(default_factory=lambda: no_rows(Quotes))
    quote_suppliers: QuoteSuppliers = field(default_factory=lambda: no_rows(QuoteSuppliers))
    supplies: Supplies = field(default_factory=lambda: no_rows(Supplies))
    paths: PricePaths | None = None
    """Prices that plans made for this network start from; None: the list price everywhere."""
    request: Mapping[str, Any] = field(default_factory=dict)
    """Content of request.json, empty when there is none."""
    settings_extra: Mapping[str, Any] = field(default_factory=dict)
    """Keys of network.json that the format does not know."""

    def stock_row(self, node: NDArray[np.int32], sku: NDArray[np.int32]) -> NDArray[np.int64]:
        """Rows of `stock` for (node, sku) pairs.

        Parameters
        ----------
        node, sku : ndarray, shape (n,)
            Rows of `nodes` and `products`.

        Returns
        -------
        ndarray of int64, shape (n,)
            The row, or -1 where the node does not stock the SKU.
        """
        n_nodes = max(len(self.nodes), 1)
        keys = self.stock.sku.astype(np.int64) * n_nodes + self.stock.node
        wanted = np.asarray(sku, dtype=np.int64) * n_nodes + node
        if not len(keys):
            return np.full(len(wanted), -1, dtype=np.int64)
        row = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[row] == wanted, row, -1)
