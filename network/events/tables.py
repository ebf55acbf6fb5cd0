"""A sourcing event: items, suppliers, bids and rules, as frozen columns; docs/sourcing.md says what they mean."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.columns import Columns


@enum.unique
class TierKind(enum.IntEnum):
    """What the price of a tier holds for."""

    ALL_UNITS = 1
    INCREMENTAL = 2


@enum.unique
class FreightKind(enum.IntEnum):
    """Where freight comes from."""

    STATED = 1
    """`Bids.freight_per_unit`; 0: included."""
    LANES = 2
    """The cheapest path of lanes of a network."""


@enum.unique
class RuleKind(enum.IntEnum):
    """What a rule does."""

    LIMIT = 1
    CONSISTENT = 2
    ADJUST = 3


@enum.unique
class Sense(enum.IntEnum):
    """On which side of its bound a limit keeps a value."""

    AT_LEAST = 1
    AT_MOST = 2
    EXACTLY = 3


@enum.unique
class Measure(enum.IntEnum):
    """What a limit counts."""

    LOTS = 1
    SPEND = 2
    VOLUME = 3
    WINNERS = 4


@enum.unique
class Per(enum.IntEnum):
    """For whom a limit holds separately."""

    ALL = 1
    SUPPLIER = 2
    ITEM = 3
    SUPPLIER_ITEM = 4


@enum.unique
class RiskMeasure(enum.IntEnum):
    """What is minimised when suppliers may fail."""

    NONE = 1
    EXPECTATION = 2
    CVAR = 3


@dataclass(frozen=True, slots=True)
class Items(Columns):
    """What is asked for, shape ``(n_items,)`` each."""

    item_id: NDArray[np.object_]
    sku_id: NDArray[np.object_]
    """Product in the network; empty string when not given, like the next two."""
    node_id: NDArray[np.object_]
    """Where it is delivered."""
    item_group: NDArray[np.object_]
    units: NDArray[np.int64]
    max_units: NDArray[np.int64]
    """`NO_LIMIT`: any number may be bought."""
    needed_by_days: NDArray[np.int64]
    """Days from `Event.as_of`, `NO_LIMIT`: no date."""
    uncovered_penalty: NDArray[np.float64]
    """Currency per unit not bought, NaN: every unit must be bought."""
    shortage_penalty: NDArray[np.float64]
    """Currency per unit missing when suppliers fail, NaN: the same."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suppliers(Columns):
    """Who may bid, shape ``(n_suppliers,)`` each."""

    supplier_id: NDArray[np.object_]
    supplier_group: NDArray[np.object_]
    node_id: NDArray[np.object_]
    """Where it delivers from; empty string when not given."""
    fixed_cost: NDArray[np.float64]
    """Currency, when it wins anything."""
    capacity_units: NDArray[np.int64]
    """`NO_LIMIT`: none."""
    incumbent: NDArray[np.bool_]
    blocked: NDArray[np.bool_]
    failure_probability: NDArray[np.float64]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bids(Columns):
    """Offers, shape ``(n_bids,)`` each."""

    bid_id: NDArray[np.object_]
    supplier: NDArray[np.int32]
    """Row of `Suppliers`."""
    item: NDArray[np.int32]
    """Row of `Items`."""
    unit_price: NDArray[np.float64]
    """In `currency`; NaN: by tiers."""
    currency: NDArray[np.object_]
    """Empty string: that of the event."""
    min_units: NDArray[np.int64]
    max_units: NDArray[np.int64]
    """`NO_LIMIT`: not stated."""
    pack_units: NDArray[np.int64]
    tier_kind: NDArray[np.int8]
    """`TierKind` values."""
    lead_time_days: NDArray[np.int64]
    valid_until: NDArray[np.datetime64]
    """Day, NaT: always."""
    freight: NDArray[np.int8]
    """`FreightKind` values."""
    freight_per_unit: NDArray[np.float64]
    """In the event's currency."""
    capacity_per_unit: NDArray[np.int64]
    alternate_id: NDArray[np.object_]
    """Empty string: none, like below."""
    package_id: NDArray[np.object_]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Tiers(Columns):
    """Quantity discounts, sorted by bid, then `from_units`; shape ``(n_tiers,)`` each."""

    bid: NDArray[np.int32]
    """Row of `Bids`."""
    from_units: NDArray[np.int64]
    """At least 1, rising within a bid."""
    unit_price: NDArray[np.float64]
    """In the bid's currency, never rising within a bid."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deliveries(Columns):
    """Delivery schedules, shape ``(n_deliveries,)`` each."""

    bid: NDArray[np.int32]
    day: NDArray[np.int64]
    units: NDArray[np.int64]
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rates(Columns):
    """What other currencies are worth, shape ``(n_rates,)`` each."""

    currency: NDArray[np.object_]
    rate: NDArray[np.float64]
    """Units of the event's currency for one of this."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rules(Columns):
    """Business rules, shape ``(n_rules,)`` each."""

    rule_id: NDArray[np.object_]
    kind: NDArray[np.int8]
    """`RuleKind` values."""
    sense: NDArray[np.int8]
    """`Sense` values, 0 when not a limit; so `measure`."""
    measure: NDArray[np.int8]
    """`Measure` values."""
    supplier: NDArray[np.int32]
    """Row of `Suppliers`, -1: any."""
    supplier_group: NDArray[np.object_]
    """Empty string: any."""
    incumbents: NDArray[np.bool_]
    """True: only those with `Suppliers.incumbent`."""
    item: NDArray[np.int32]
    """Row of `Items`, -1: any."""
    item_group: NDArray[np.object_]
    per: NDArray[np.int8]
    """`Per` values."""
    if_winning: NDArray[np.bool_]
    amount: NDArray[np.float64]
    """NaN when not given, like the next two."""
    share: NDArray[np.float64]
    violation_price: NDArray[np.float64]
    """Currency per whole unit, NaN: mandatory."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scenarios(Columns):
    """Failures that come together: one row per scenario and failing supplier, shape ``(n_rows,)`` each."""

    scenario_id: NDArray[np.object_]
    supplier: NDArray[np.int32]
    probability: NDArray[np.float64]
    """The same in all rows of a scenario."""
    extra: Mapping[str, NDArray[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Risk:
    """What is asked about failing suppliers (docs/sourcing.md, "Risk")."""

    measure: RiskMeasure = RiskMeasure.NONE
    cvar_level: float = 0.9
    cvar_weight: float = 0.5
    samples: int = 200
    seed: int = 1
    survive_share: float | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """A validated sourcing event."""

    currency: str
    money_decimals: int
    as_of: np.datetime64
    """Day of the award."""
    items: Items
    suppliers: Suppliers
    bids: Bids
    tiers: Tiers
    deliveries: Deliveries
    rates: Rates
    rules: Rules
    scenarios: Scenarios
    risk: Risk = field(default_factory=Risk)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """``time_limit_seconds`` and ``gap`` of event.json, where given."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Keys of event.json that the format does not know."""
