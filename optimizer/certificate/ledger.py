"""The benefit of a plan, split by the input field that caused each part of it.

Every term is computed from the field itself and rounded once, apart from the sum of rounded units that is the benefit;
so `ROUNDING`, the difference of the two, stays within what rounding can leave over, and a larger one reveals a mistake.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.outside import exit_of_lane, feeding_lanes, outside_nodes, quote_of_lane
from network.tables import Network
from optimizer.certificate.positions import Positions
from optimizer.certificate.settled_plan import SettledPlan
from optimizer.certificate.settlement import Settlement
from optimizer.worth.demand import demand_of, list_demand, share_until_period
from optimizer.worth.path_worth import has_own_prices, last_prices, prices_of

MARKDOWN_PRICE: Final = "markdowns.price"
LIST_PRICE: Final = "products.list_price"
SALVAGE_VALUE: Final = "products.salvage_value"
HOLDING_COST: Final = "stock.holding_cost"
SHORTAGE_PENALTY: Final = "stock.shortage_penalty"
COST_PER_UNIT: Final = "lanes.cost_per_unit"
COST_PER_KG: Final = "lanes.cost_per_kg"
FIXED_COST: Final = "lanes.fixed_cost"
UNIT_PROCEEDS: Final = "exits.unit_proceeds"
EXIT_FIXED_COST: Final = "exits.fixed_cost"
UNIT_PRICE: Final = "quotes.unit_price"
QUOTE_FIXED_COST: Final = "quotes.fixed_cost"
SUPPLIER_FIXED_COST: Final = "quote_suppliers.fixed_cost"
ROUNDING: Final = "rounding"

TERMS: Final = (
    MARKDOWN_PRICE,
    LIST_PRICE,
    SALVAGE_VALUE,
    HOLDING_COST,
    SHORTAGE_PENALTY,
    COST_PER_UNIT,
    COST_PER_KG,
    FIXED_COST,
    UNIT_PROCEEDS,
    EXIT_FIXED_COST,
    UNIT_PRICE,
    QUOTE_FIXED_COST,
    SUPPLIER_FIXED_COST,
    ROUNDING,
)
"""Keys of every ledger, in the order they are shown."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def ledger(settled: SettledPlan, dispatches_cost: Ints, benefit: int) -> dict[str, int]:
    """Split a benefit by input field.

    Parameters
    ----------
    settled : SettledPlan
    dispatches_cost : ndarray of int64, shape (n_lanes,)
        What the dispatches of every lane cost, in money units.
    benefit : int
        What is to be explained, in money units.

    Returns
    -------
    dict
        `TERMS` in money units, summing exactly to `benefit`.
    """
    network, settlement = settled.network, settled.settlement
    terms = _position_terms(network, settlement)
    terms[MARKDOWN_PRICE] = settled.priced.value()
    terms.update(_lane_terms(network, settlement, settled.columns.lane))
    terms.update(_dispatch_terms(network, dispatches_cost))
    terms[ROUNDING] = benefit - sum(terms.values())
    return {name: terms[name] for name in TERMS}


def rounding_allowance(settlement: Settlement, terms: dict[str, int], n_dispatches: int, n_periods: int = 1) -> float:
    """Most that the term `ROUNDING` can be in money units: half a unit for every number rounded, and float noise.

    A unit that counts is one number, or, where demand is uncertain, the rounded mix of two that were rounded before, or
    of the prices of all periods.
    """
    counted = (n_periods + 1) * np.abs(settlement.counted_after - settlement.counted_before)
    late = np.abs(settlement.left_after - settlement.left_before)
    numbers = float(counted.sum() + late.sum() + settlement.lines.units.sum()) + n_dispatches + len(TERMS)
    return 0.5 * numbers + 1e-9 * float(sum(abs(amount) for name, amount in terms.items() if name != ROUNDING))


def _position_terms(network: Network, settlement: Settlement) -> dict[str, int]:
    """Terms of what is sold, left over and missed, as far as the plan changes what is expected of each."""
    at = settlement.positions
    before, after = settlement.counted_before, settlement.counted_after
    sold, fraction = _more_sold(network, at.row, before, after)
    # What is not sold of the units that count is left over, and so are those that do not count.
    left = after - before - sold + settlement.left_after - settlement.left_before
    # Nothing is sold or left over outside.
    outside = outside_nodes(network)[at.node]
    sold[outside], fraction[outside], left[outside] = 0, 0.0, 0
    products, stock, decimals = network.products, network.stock, network.money_decimals
    return {
        LIST_PRICE: _term(_last_price(network, at), sold, fraction, decimals)
        + _before_falls(network, at, before, after),
        SALVAGE_VALUE: _term(products.salvage_value[at.sku], left, -fraction, decimals),
        HOLDING_COST: -_term(_of_row(stock.holding_cost, at.row), left, -fraction, decimals),
        SHORTAGE_PENALTY: _term(_of_row(stock.shortage_penalty, at.row), sold, fraction, decimals),
    }


def _more_sold(network: Network, row: Ints, before: Ints, after: Ints) -> tuple[Ints, Floats]:
    """How many units more are expected to be sold: whole units, and a fraction of one."""
    found = row >= 0
    demand = demand_of(network, row[found])
    # Certain demand sells a whole number of units exactly and then, once, the fraction; without a row there is none.
    mean = _of_row(network.stock.demand_mean, row)
    full = np.floor(mean).astype(np.int64)
    sold = np.minimum(after, full) - np.minimum(before, full)
    fraction = (mean - full) * ((after > full).astype(np.int64) - (before > full).astype(np.int64))
    on_path = np.zeros(len(demand), dtype=np.bool_)
    if network.paths is not None:
        on_path = network.paths.of_stock[row[found]] >= 0
    uncertain = np.flatnonzero(~demand.is_certain | on_path)
    at, demand = np.flatnonzero(found)[uncertain], demand.take(uncertain)
    expected = demand.expected_sold_and_lost(after[at])[0] - demand.expected_sold_and_lost(before[at])[0]
    sold[at] = np.floor(expected)
    fraction[at] = expected - np.floor(expected)
    return sold, fraction


def _last_price(network: Network, at: Positions) -> Floats:
    """Price of the last period at positions."""
    price = network.products.list_price[at.sku]
    stocked = np.flatnonzero(at.row >= 0)
    price[stocked] = last_prices(network, at.row[stocked])
    return price


def _before_falls(network: Network, at: Positions, before: Ints, after: Ints) -> int:
    """Revenue beyond the last price: of each fall of a price, what is sold before it, in money units."""
    if network.paths is None:
        return 0
    index = np.flatnonzero(at.row >= 0)
    index = index[has_own_prices(network, at.row[index])]
    row, price = at.row[index], prices_of(network, at.row[index])
    demand, share = list_demand(network, row), share_until_period(network, row)
    revenue = 0.0
    for t in range(network.periods - 1):
        so_far = demand.over(share[:, t])
        sold = so_far.expected_sold(after[index]) - so_far.expected_sold(before[index])
        revenue += float(np.sum((price[:, t] - price[:, t + 1]) * sold))
    return round(revenue * 10.0**network.money_decimals)


def _lane_terms(network: Network, settlement: Settlement, lane: Ints) -> dict[str, int]:
    """Terms of what the lines cost, and of what those to exits bring."""
    units, sku, decimals = settlement.lines.units, settlement.lines.sku, network.money_decimals
    weight = np.nan_to_num(network.products.unit_weight_kg, nan=0.0)[sku]
    per_unit, bought = network.lanes.cost_per_unit[lane], quote_of_lane(network)[lane] >= 0
    none = np.zeros(len(units))
    return {
        COST_PER_UNIT: -_term(per_unit, np.where(bought, 0, units), none, decimals),
        COST_PER_KG: -_term(network.lanes.cost_per_kg[lane] * weight, units, none, decimals),
        UNIT_PROCEEDS: _term(*_proceeds(network, settlement, lane), decimals),
        UNIT_PRICE: -_term(per_unit, np.where(bought, units, 0), none, decimals),
    }


def _proceeds(network: Network, settlement: Settlement, lane: Ints) -> tuple[Floats, Ints, Floats]:
    """Return what a unit of each line to an exit brings in currency, the units, and no fractions."""
    exits, exit_row = network.exits, exit_of_lane(network)[lane]
    out = np.flatnonzero(exit_row >= 0)
    at, unit_cost = exit_row[out], np.nan_to_num(network.products.unit_cost[settlement.lines.sku[out]], nan=0.0)
    paid = exits.unit_proceeds[at] + exits.proceeds_share_of_cost[at] * unit_cost - exits.unit_fee[at]
    return paid, settlement.lines.units[out], np.zeros(len(out))


def _dispatch_terms(network: Network, cost: Ints) -> dict[str, int]:
    """Terms of what dispatches cost, by what their lanes are."""
    to_exit, bought, feeds = exit_of_lane(network) >= 0, quote_of_lane(network) >= 0, feeding_lanes(network)
    return {
        FIXED_COST: -int(np.sum(cost[~to_exit & ~bought & ~feeds])),
        EXIT_FIXED_COST: -int(np.sum(cost[to_exit])),
        QUOTE_FIXED_COST: -int(np.sum(cost[bought])),
        SUPPLIER_FIXED_COST: -int(np.sum(cost[feeds])),
    }


def _term(amounts: Floats, units: Ints, fractions: Floats, decimals: int) -> int:
    """Sum of ``amounts * (units + fractions)`` in money units: whole parts exactly, the rest rounded once."""
    scale = float(10**decimals)
    whole = np.rint(amounts * scale).astype(np.int64)
    beyond = (amounts * scale - whole) * units + amounts * scale * fractions
    return int(np.sum(whole * units)) + round(float(np.sum(beyond)))


def _of_row(values: Floats, row: NDArray[np.integer[Any]]) -> Floats:
    """Values of stock rows, 0 where there is no row."""
    found = row >= 0
    result = np.zeros(len(row))
    result[found] = values[row[found]]
    return result
