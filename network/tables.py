"""The world as frozen columns: nodes, products, lanes, stock, alerts.

Ids are strings at the edge and row numbers inside: ``lanes.origin[i]`` is a row of `Nodes`, ``stock.sku[i]`` a row of
`Products`. Every column is a read-only numpy array; empty cells have been replaced by the default named here.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NO_LIMIT: Final = int(np.iinfo(np.int32).max)
"""In an integer column: no limit was given."""

NOT_GIVEN: Final = -1
"""In an integer column that has no natural default: the cell was empty."""


@enum.unique
class NodeKind(enum.IntEnum):
    """What a node is."""

    STORE = 1
    WAREHOUSE = 2
    SUPPLIER = 3


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


def _freeze(table: Any) -> None:
    """Make every array of a table read-only and check that its columns have one length."""
    lengths = set()
    for item in fields(table):
        column = getattr(table, item.name)
        if isinstance(column, np.ndarray):
            column.setflags(write=False)
            lengths.add(len(column))
    if len(lengths) > 1:
        raise ValueError(f"{type(table).__name__}: columns of different lengths {sorted(lengths)}")


class _Columns:
    """A table whose columns are arrays of one length."""

    __slots__ = ()

    def __post_init__(self) -> None:
        _freeze(self)

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Nodes(_Columns):
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
class Products(_Columns):
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
class Lanes(_Columns):
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
class LaneRules(_Columns):
    """Rows that allow or forbid what a lane may carry; `lane`, `origin`, `destination`, `sku` are -1 when empty."""

    lane: NDArray[np.int32]
    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    category: NDArray[np.object_]
    sku: NDArray[np.int32]
    allowed: NDArray[np.bool_]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stock(_Columns):
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
class Lots(_Columns):
    """Units of a position that share an expiry date."""

    node: NDArray[np.int32]
    sku: NDArray[np.int32]
    lot_id: NDArray[np.object_]
    units: NDArray[np.int64]
    expiry_days: NDArray[np.int64]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alerts(_Columns):
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
class DisplayRules(_Columns):
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


def no_display_rules() -> DisplayRules:
    """Return a table without rows."""
    return DisplayRules(
        display_id=np.empty(0, dtype=np.object_),
        sku=np.empty(0, dtype=np.int32),
        node=np.empty(0, dtype=np.int32),
        min_units=np.empty(0, dtype=np.int64),
        broken_price=np.empty(0),
    )


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
    display_rules: DisplayRules = field(default_factory=no_display_rules)
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
