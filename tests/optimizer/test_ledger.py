"""The ledger, term by term, from the chances of single units."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from network import Network
from optimizer.certificate import certify
from optimizer.certificate.ledger import TERMS, rounding_allowance
from optimizer.certificate.plan_columns import usable_plan
from optimizer.certificate.positions import lines_of
from optimizer.certificate.settlement import Settlement, settle
from optimizer.certificate.violations import ViolationLog
from optimizer.request import Request
from optimizer.worth.demand import demand_of
from tests.optimizer.small_case import DISPATCHES, LANES, LINES, PRODUCTS, STOCK, plan_of, small_network

DEVIATIONS = {"certain": [0.0], "Poisson": [1.0], "some of each": [0.0, 2.0, 1.0, 5.0, 0.0, 4.0, 6.0]}
"""Of the stock rows, in turn."""


def network_with(deviation: list[float], normal: bool = False, decimals: int = 6) -> Network:
    stock = STOCK.assign(demand_std=np.resize(deviation, len(STOCK)))
    network = small_network(
        stock=stock, products=PRODUCTS.assign(list_price=np.resize([9.87, 7.77, 5.0], len(PRODUCTS)))
    )
    return replace(network, normal_demand=normal, money_decimals=decimals)


def settlement_of(network: Network) -> Settlement:
    plan = plan_of(network, LINES, DISPATCHES)
    return settle(network, lines_of(network, usable_plan(network, Request(), plan, ViolationLog())))


def expected_sales(network: Network, row: int, units: int) -> float:
    """E[min(D, y)] of a stock row: the chances of its first y units."""
    every = np.full(max(units, 0), row, dtype=np.int64)
    return float(demand_of(network, every).at_least(np.arange(1, units + 1)).sum()) + min(units, 0)


@pytest.mark.parametrize("decimals", [6, 2, 0])
@pytest.mark.parametrize("normal", [False, True])
@pytest.mark.parametrize("demand", DEVIATIONS)
def test_terms_are_what_is_sold_left_and_missed(demand: str, normal: bool, decimals: int):
    network = network_with(DEVIATIONS[demand], normal, decimals)
    settled = settlement_of(network)
    at, stock, products = settled.positions, network.stock, network.products
    expected = dict.fromkeys(TERMS, 0.0)
    for i, row in enumerate(at.row.tolist()):
        before, after = int(settled.counted_before[i]), int(settled.counted_after[i])
        more_left = int(settled.left_after[i] - settled.left_before[i])
        sold, penalty, holding = after - before, 0.0, 0.0
        if row >= 0:
            sold = expected_sales(network, row, after) - expected_sales(network, row, before)
            penalty, holding = stock.shortage_penalty[row], stock.holding_cost[row]
        left = after - before - sold + more_left if row >= 0 else max(after, 0) + more_left
        expected["products.list_price"] += products.list_price[at.sku[i]] * (sold if row >= 0 else 0)
        expected["products.salvage_value"] += products.salvage_value[at.sku[i]] * left
        expected["stock.holding_cost"] -= holding * left
        expected["stock.shortage_penalty"] += penalty * sold
    certificate = certify(network, Request(), plan_of(network, LINES, DISPATCHES))
    assert certificate.valid
    assert sum(certificate.ledger.values()) == certificate.benefit
    for term in ("products.list_price", "products.salvage_value", "stock.holding_cost", "stock.shortage_penalty"):
        assert certificate.ledger[term] == pytest.approx(expected[term] * 10**decimals, rel=1e-9, abs=0.6)
    allowed = rounding_allowance(settled, certificate.ledger, sum(DISPATCHES.values()))
    assert abs(certificate.ledger["rounding"]) <= allowed
    # The check means something: what may be left over is small beside what one unit is worth.
    assert allowed < 10**decimals * 9 or decimals == 0


def test_nothing_is_left_over_by_rounding_where_all_numbers_are_whole():
    network = network_with([0.0])
    certificate = certify(network, Request(), plan_of(network, LINES, DISPATCHES))
    assert certificate.ledger["rounding"] == 0
    costs = dict(zip(LANES.lane_id, LANES.cost_per_unit, strict=True))
    per_unit = sum(units * Fraction(repr(costs[lane])) for lane, _, units, *_ in LINES)
    assert certificate.ledger["lanes.cost_per_unit"] == -per_unit * 10**6
