"""Why a bid is not bought, or not more of it: the fix names bids and suppliers, and made it is worth what was said."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from network import Network, NodeKind
from optimizer import solve
from optimizer.reasons import with_fix
from optimizer.request import Parameters, Request
from optimizer.rfq.bids_as_quotes import with_bids
from tests.sourcing.test_bids_in_plans import event, stores

EXACT = Parameters(gap=0.0)
DEMAND = {"S": 10.0, "T": 4.0}


def bid(**columns: Any) -> dict[str, list[Any]]:
    """A's bid for all that S misses, but for what is said, and one for more than T does."""
    plain = {"bid_id": "b", "supplier_id": "A", "item_id": "S", "unit_price": 4.0, "max_units": 10, "min_units": None}
    other = {"bid_id": "t", "supplier_id": "A", "item_id": "T", "unit_price": 9.0, "max_units": 20, "min_units": None}
    return {name: [value, other[name]] for name, value in (plain | columns).items()}


@pytest.mark.parametrize(
    ("bids", "fixed_cost", "capacity", "asked"),
    [
        (bid(max_units=6), 1.0, None, [("quotes.max_units", "b", 4.0)]),
        (bid(), 0.0, 6, [("quote_suppliers.capacity_units", "A", 4.0)]),
        (bid(), 70.0, None, [("quote_suppliers.fixed_cost", "A", -10.01)]),
        (bid(unit_price=12.0), 1.0, None, [("quotes.unit_price", "b", -2.01)]),
        (bid(unit_price=8.0, min_units=13, max_units=20), 1.0, None, [("quotes.min_units", "b", -3.0)]),
    ],
)
def test_fixes_are_changes_of_bids_and_suppliers(
    bids: dict[str, list[Any]], fixed_cost: float, capacity: int | None, asked: list[tuple[str, str, float]]
) -> None:
    suppliers = {"supplier_id": ["A"], "fixed_cost": [fixed_cost], "capacity_units": [capacity]}
    network = without_stock(with_bids(stores(DEMAND), event(bids, suppliers)))
    result = solve(network, Request(), EXACT)
    unmet = result.unmet
    assert unmet is not None
    row = int(np.flatnonzero(unmet.node == 1)[0])
    mine = unmet.changes.unmet == row
    changes = zip(
        unmet.changes.field[mine], unmet.changes.place[mine], unmet.changes.amount[mine].tolist(), strict=True
    )
    assert list(changes) == asked
    fixed = solve(*with_fix(network, Request(), unmet, row), EXACT)
    assert fixed.objective is not None
    assert result.objective is not None
    assert fixed.objective >= result.objective + unmet.fix_worth[row]
    assert unmet.fix_worth[row] > 0


def without_stock(network: Network) -> Network:
    """The network with nothing on hand inside, so that only bids can help."""
    on_hand = network.stock.on_hand.copy()
    on_hand[network.nodes.kind[network.stock.node] <= NodeKind.SUPPLIER] = 0
    return replace(network, stock=replace(network.stock, on_hand=on_hand))
