"""Tables about prices, exits and purchases, as frozen columns; docs/clearance.md says what they mean."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.columns import Columns


@enum.unique
class ExitKind(enum.IntEnum):
    """How units leave the network."""

    LIQUIDATION = 1
    RETURN = 2
    DONATION = 3
    SCRAP = 4


@enum.unique
class GroupKind(enum.IntEnum):
    """How the SKUs of a group are marked down."""

    TOGETHER = 1
    """With the same rungs in the same periods."""
    ALL_OR_NONE = 2
    AT_MOST_ONE = 3


@dataclass(frozen=True, slots=True)
class Matching(Columns):
    """Rows about SKUs and zones; the most specific row decides (docs/clearance.md)."""

    sku: NDArray[np.int32]
    """Row of `Products`, -1 when empty."""
    category: NDArray[np.object_]
    """Empty string when not given."""
    zone: NDArray[np.object_]
    """Empty string: every zone."""


@dataclass(frozen=True, slots=True)
class PriceLadders(Matching):
    """Prices that markdowns may use, one row per rung."""

    rung: NDArray[np.int64]
    """From 1; a higher rung is a lower price."""
    price: NDArray[np.float64]
    """Currency per unit, NaN when not given."""
    price_share: NDArray[np.float64]
    """Share of the list price, NaN when not given."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PriceResponse(Matching):
    """How demand answers to prices and to age."""

    elasticity: NDArray[np.float64]
    """At most 0: demand is multiplied by ``(price / list_price) ** elasticity``."""
    elasticity_std: NDArray[np.float64]
    """Its standard error, 0 when not given."""
    ageing_factor: NDArray[np.float64]
    """Factor of demand from one period to the next, 1 when not given."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PriceMultipliers(Matching):
    """How demand answers to prices, point by point."""

    price_share: NDArray[np.float64]
    """Share of the list price."""
    multiplier: NDArray[np.float64]
    """Factor of demand."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PeriodFactors(Matching):
    """Seasons: how demand spreads over the periods."""

    period: NDArray[np.int64]
    """From 1."""
    factor: NDArray[np.float64]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClearanceRules(Matching):
    """Which price paths are allowed; periods count from 1, shares are of the list price unless named otherwise."""

    max_markdowns: NDArray[np.int64]
    min_step_share: NDArray[np.float64]
    max_step_share: NDArray[np.float64]
    min_periods_between: NDArray[np.int64]
    earliest_period: NDArray[np.int64]
    exit_period: NDArray[np.int64]
    """Last period in which units are sold; `NO_LIMIT`: none."""
    no_touch_after_arrival_periods: NDArray[np.int64]
    no_touch_before_exit_periods: NDArray[np.int64]
    min_price: NDArray[np.float64]
    min_share_of_cost: NDArray[np.float64]
    min_share_of_list: NDArray[np.float64]
    sell_through_share: NDArray[np.float64]
    """Share of units, NaN: no target."""
    sell_through_by_period: NDArray[np.int64]
    """`NO_LIMIT`: the last period."""
    sell_through_price: NDArray[np.float64]
    """Currency per unit short of the target, NaN: the target is hard."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClearanceGroups(Columns):
    """SKUs whose markdowns depend on each other; one row per SKU of a group."""

    group_id: NDArray[np.object_]
    sku: NDArray[np.int32]
    kind: NDArray[np.int8]
    """`GroupKind` values, the same in all rows of a group."""
    cross_elasticity: NDArray[np.float64]
    """At least 0, the same in all rows of a group."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MarkdownBudgets(Columns):
    """Most margin that markdowns may forgo; the rows of one budget together say which choices count."""

    budget_id: NDArray[np.object_]
    sku: NDArray[np.int32]
    """As in `Matching`, like the next two."""
    category: NDArray[np.object_]
    zone: NDArray[np.object_]
    amount: NDArray[np.float64]
    """Currency, the same in all rows of a budget."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exits(Columns):
    """Ways out of the network, shape ``(n_exits,)`` each."""

    exit_id: NDArray[np.object_]
    kind: NDArray[np.int8]
    """`ExitKind` values."""
    node: NDArray[np.int32]
    """Row of `Nodes`, -1 when empty."""
    sku: NDArray[np.int32]
    category: NDArray[np.object_]
    unit_proceeds: NDArray[np.float64]
    proceeds_share_of_cost: NDArray[np.float64]
    unit_fee: NDArray[np.float64]
    fixed_cost: NDArray[np.float64]
    """Per node that uses the exit."""
    min_lot_units: NDArray[np.int64]
    capacity_units: NDArray[np.int64]
    max_share: NDArray[np.float64]
    """Of a position's `on_hand`."""
    from_day: NDArray[np.int64]
    until_day: NDArray[np.int64]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quotes(Columns):
    """Units that can be bought, shape ``(n_quotes,)`` each."""

    quote_id: NDArray[np.object_]
    supplier: NDArray[np.object_]
    node: NDArray[np.int32]
    """Row of `Nodes`: where they are delivered."""
    sku: NDArray[np.int32]
    unit_price: NDArray[np.float64]
    max_units: NDArray[np.int64]
    min_units: NDArray[np.int64]
    fixed_cost: NDArray[np.float64]
    lead_time_days: NDArray[np.int64]
    bid_id: NDArray[np.object_]
    """Quotes of a supplier with the same one are prices of the same units; empty string: alone, like below."""
    alternate_id: NDArray[np.object_]
    """Of a supplier's bids with the same one may be bought from one."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QuoteSuppliers(Columns):
    """What quotes of a supplier share, shape ``(n_suppliers,)`` each."""

    supplier: NDArray[np.object_]
    """As in `Quotes.supplier`."""
    fixed_cost: NDArray[np.float64]
    """Currency, once anything is bought from it."""
    capacity_units: NDArray[np.int64]
    """Most units of all its quotes together."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Supplies(Columns):
    """Who could supply what, were they asked for bids; shape ``(n_supplies,)`` each."""

    node: NDArray[np.int32]
    """Row of `Nodes`, a supplier."""
    sku: NDArray[np.int32]
    """-1: see `category`."""
    category: NDArray[np.object_]
    """Empty string: every product, where no SKU is named either."""
    blocked: NDArray[np.bool_]
    on_time_share: NDArray[np.float64]
    """Of former deliveries, NaN when not given."""
    unit_price: NDArray[np.float64]
    """The last one known, currency; NaN when not given."""
    lead_time_days: NDArray[np.int64]
    """Until units leave the supplier; the lanes' days come on top."""
    min_units: NDArray[np.int64]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


CLEARANCE_CLASSES: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "price_ladders": PriceLadders,
        "price_response": PriceResponse,
        "price_multipliers": PriceMultipliers,
        "period_factors": PeriodFactors,
        "clearance_rules": ClearanceRules,
        "clearance_groups": ClearanceGroups,
        "markdown_budgets": MarkdownBudgets,
        "exits": Exits,
        "quotes": Quotes,
        "quote_suppliers": QuoteSuppliers,
        "supplies": Supplies,
    }
)
"""Classes of the tables by name."""
