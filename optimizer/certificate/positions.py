"""Lines of a plan with their ends and days, and the (node, SKU) cells of stock that they touch."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.tables import Network
from optimizer.certificate.plan_columns import UsablePlan
from optimizer.plan import Plan
from optimizer.worth.economics import UnitWorth, give_units, money, opening_units, unit_worth
from optimizer.worth.lots import expires

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines of a plan with known lanes and products, shape ``(n_lines,)`` each."""

    origin: Ints
    destination: Ints
    sku: Ints
    units: Ints
    departs_day: Ints
    """Never below 0."""
    arrives_day: Ints
    lead_days: Ints
    expiry_day: Ints
    """`NO_LIMIT`: never, as for every SKU that does not expire."""

    def __len__(self) -> int:
        return len(self.units)

    def take(self, index: NDArray[np.integer[Any]]) -> Lines:
        """Return the entries at `index`, in that order."""
        return Lines(*(getattr(self, item.name)[index] for item in fields(self)))


LineColumns: TypeAlias = Plan | UsablePlan
"""Lines with known lanes and products."""


def lines_of(network: Network, columns: LineColumns) -> Lines:
    """Look up where and when the lines of a plan leave and arrive; expiry days mean nothing where nothing expires."""
    lane, sku = columns.lane.astype(np.int64), columns.sku.astype(np.int64)
    arrives_day, expiry_day = columns.arrives_day.astype(np.int64), columns.expiry_day.astype(np.int64)
    lead = network.lanes.lead_time_days[lane]
    return Lines(
        origin=network.lanes.origin[lane].astype(np.int64),
        destination=network.lanes.destination[lane].astype(np.int64),
        sku=sku,
        units=columns.units.astype(np.int64),
        departs_day=np.maximum(arrives_day - lead, 0),
        arrives_day=np.maximum(arrives_day, 0),
        lead_days=lead,
        expiry_day=np.where(expires(network)[sku], np.clip(expiry_day, 0, NO_LIMIT), NO_LIMIT),
    )


@dataclass(frozen=True, slots=True)
class Positions:
    """(node, SKU) cells in order of (sku, node), shape ``(n_positions,)`` each; all zeros without a stock row."""

    node: Ints
    sku: Ints
    row: Ints
    """Row of ``network.stock``, -1 where there is none."""
    give: Ints
    kept: Ints
    """y0 - give: what may not be given away; may be negative."""
    in_transit: Ints
    in_transit_day: Ints
    release_day: Ints
    """Day from which own stock may leave."""
    expires: NDArray[np.bool_]
    """Whether the SKU expires, so that units count by their expiry day too."""
    worth: UnitWorth

    def __len__(self) -> int:
        return len(self.row)

    @property
    def late(self) -> Ints:
        """Units in transit that arrive after day 0."""
        return np.where(self.in_transit_day > 0, self.in_transit, 0)

    @property
    def owed(self) -> Ints:
        """Units by which `reserved` exceeds `on_hand`."""
        return np.asarray(np.maximum(-(self.kept + self.give), 0))

    def take(self, index: Ints) -> Positions:
        """Return the entries at `index`, in that order."""
        return Positions(
            self.node[index],
            self.sku[index],
            self.row[index],
            self.give[index],
            self.kept[index],
            self.in_transit[index],
            self.in_transit_day[index],
            self.release_day[index],
            self.expires[index],
            self.worth.take(index),
        )


def positions_at(network: Network, node: Ints, sku: Ints) -> Positions:
    """Read (node, SKU) cells; a cell without a stock row has zeros everywhere, and is worth what its product is."""
    row = network.stock_row(node.astype(np.int32), sku.astype(np.int32))
    found = row >= 0

    def column(values: Ints) -> Ints:
        filled = np.zeros(len(row), dtype=np.int64)
        filled[found] = values[row[found]]
        return filled

    give = column(give_units(network))
    return Positions(
        node=node,
        sku=sku,
        row=row,
        give=give,
        kept=column(opening_units(network)) - give,
        in_transit=column(network.stock.in_transit),
        in_transit_day=column(network.stock.in_transit_arrival_day),
        release_day=column(network.stock.no_send_before_day),
        expires=expires(network)[sku],
        worth=worth_at(network, row, sku),
    )


def worth_at(network: Network, row: Ints, sku: Ints, penalty_weight: NDArray[np.float64] | None = None) -> UnitWorth:
    """Worth of each unit at cells.

    Parameters
    ----------
    network : Network
    row, sku : ndarray of int64, shape (n,)
        Rows of ``network.stock``, -1 where there is none, and of ``network.products``.
    penalty_weight : ndarray of float64, shape (n_stock,), optional
        Factor of every stock row's shortage penalty.

    Returns
    -------
    UnitWorth of length n
    """
    found = row >= 0
    at = row[found]
    price = money(network.products.list_price[sku], network.money_decimals)
    salvage = money(network.products.salvage_value[sku], network.money_decimals)
    worth = unit_worth(network, at, None if penalty_weight is None else penalty_weight[at])
    return worth.spread(found, price, salvage)
