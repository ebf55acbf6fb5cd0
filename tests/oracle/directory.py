"""A network directory as plain Python values, exactly as its files say it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction

from tests.oracle.asked import Asked
from tests.oracle.price_tables import PriceTables

Key = tuple[str, str]
"""(node id, SKU id): names a position."""


@dataclass(frozen=True)
class Product:
    """What is stocked; exact numbers as the file's text has them."""

    weight_kg: Fraction
    list_price: Fraction
    salvage_value: Fraction
    case_pack: int
    category: str = ""
    shelf_life_days: int | None = None
    min_remaining_days: int = 0
    unit_cost: Fraction = Fraction(0)


@dataclass(frozen=True)
class Exit:
    """A way out of the network; an empty text names none of its kind, None means no limit."""

    exit_id: str
    kind: str
    node: str = ""
    sku: str = ""
    category: str = ""
    unit_proceeds: Fraction = Fraction(0)
    proceeds_share_of_cost: Fraction = Fraction(0)
    unit_fee: Fraction = Fraction(0)
    fixed_cost: Fraction = Fraction(0)
    min_lot_units: int = 0
    capacity_units: int | None = None
    max_share: Fraction = Fraction(1)
    from_day: int = 0
    until_day: int | None = None


@dataclass(frozen=True)
class Quote:
    """Units of a SKU that can be bought."""

    quote_id: str
    node: str
    sku: str
    unit_price: Fraction
    max_units: int
    min_units: int = 0
    fixed_cost: Fraction = Fraction(0)
    lead_time_days: int = 0


@dataclass(frozen=True)
class PricePath:
    """Prices of a position, and demand up to the end of each period as a share of that over the horizon."""

    prices: tuple[Fraction, ...]
    shares: tuple[Fraction, ...]

    def share_until(self, part: Fraction) -> Fraction:
        """Share of demand in the first `part` of the horizon, evenly spread within each period."""
        periods = part * len(self.shares)
        done = int(periods)
        known = (Fraction(0), *self.shares)
        if done >= len(self.shares):
            return known[-1]
        return known[done] + (periods - done) * (known[done + 1] - known[done])


@dataclass(frozen=True)
class Lane:
    """An allowed directed connection; None means no limit."""

    lane_id: str
    origin: str
    destination: str
    lead_time_days: int
    fixed_cost: Fraction
    cost_per_unit: Fraction
    cost_per_kg: Fraction
    capacity_kg: Fraction | None
    max_dispatches: int | None
    min_line_units: int
    min_dispatch_kg: Fraction
    terms: Exit | None = None
    """Of a lane to an exit."""
    bought: bool = False
    """Whether its units come from a quote."""


@dataclass(frozen=True)
class Position:
    """One (node, SKU) cell of stock."""

    on_hand: int
    reserved: int
    safety_stock: int
    in_transit: int
    in_transit_arrival_day: int
    demand: Fraction
    holding_cost: Fraction
    shortage_penalty: Fraction
    demand_std: Fraction = Fraction(0)
    no_send_before_day: int = 0
    proceeds: int | None = None
    """Outside the network: money that every unit is worth."""
    path: PricePath | None = None
    """None: the list price, demand spread evenly over the horizon."""


EMPTY_POSITION = Position(0, 0, 0, 0, 0, Fraction(0), Fraction(0), Fraction(0))


@dataclass(frozen=True)
class Alert:
    """An over-stock or shortage at a position; None where the cell is empty."""

    kind: str
    node: str
    sku: str
    units: int | None
    needed_by_days: int | None
    must_serve: bool
    alert_id: str = ""
    severity: str = ""


@dataclass(frozen=True)
class NodeLimits:
    """Most units and lanes out of a node and into it; None means no limit."""

    pick_units: int | None = None
    receive_units: int | None = None
    outbound_lanes: int | None = None
    inbound_lanes: int | None = None


@dataclass(frozen=True)
class Lot:
    """Units of a position that share an expiry day."""

    node: str
    sku: str
    units: int
    expiry_day: int


@dataclass(frozen=True)
class LaneRule:
    """Whether lanes may carry products; an empty text names none of its kind."""

    lane_id: str
    origin: str
    destination: str
    category: str
    sku: str
    allowed: bool


@dataclass(frozen=True)
class DisplayRule:
    """A SKU of a display, at one node or at every store."""

    display: str
    sku: str
    node: str
    min_units: int
    broken_price: Fraction


@dataclass(frozen=True)
class Directory:
    """Everything the model of docs/model.md needs, exactly as the files say it."""

    horizon_days: int
    money_decimals: int
    transit: dict[str, bool]
    """Node id to whether received units may go on; its keys are the nodes."""
    products: dict[str, Product]
    lanes: dict[str, Lane]
    stock: dict[Key, Position]
    alerts: tuple[Alert, ...]
    normal_demand: bool = False
    stores: frozenset[str] = frozenset()
    limits: dict[str, NodeLimits] = field(default_factory=dict)
    """Node id to its limits; a node that is not there has none."""
    lots: tuple[Lot, ...] = ()
    lane_rules: tuple[LaneRule, ...] = ()
    displays: tuple[DisplayRule, ...] = ()
    asked: Asked = field(default_factory=Asked)
    periods: int = 1
    zones: dict[str, str] = field(default_factory=dict)
    """Node id to its zone, of nodes that have one."""
    suppliers: frozenset[str] = frozenset()
    prices: PriceTables = field(default_factory=PriceTables)
