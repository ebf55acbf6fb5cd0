"""Reasons that exits and quotes have a part in, and fixes that name their fields."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from optimizer import Parameters, Request, solve
from optimizer.reasons import with_fix
from optimizer.request import STANDARD_POLICY
from tests.optimizer.test_exits import NO_LANES
from tests.optimizer.test_exits import world as exit_world
from tests.optimizer.test_quotes import world as quote_world

EXACT = Parameters(gap=0.0)


def alerts(severity: str) -> pd.DataFrame:
    return pd.DataFrame([{"alert_id": "a", "kind": "shortage", "node_id": "S", "sku_id": "A", "severity": severity}])


@pytest.mark.parametrize(
    ("terms", "request_", "code", "words", "change"),
    [
        ({"unit_price": 12.0}, Request(), "uneconomic", "12.00 to buy them", ("quotes.unit_price", "Q", -2.01)),
        (
            {"unit_price": 6.0, "fixed_cost": 49.0},
            Request(),
            "uneconomic",
            "12 units from quote Q over quote Q > S would earn 120.00 and cost 121.00",
            ("quotes.fixed_cost", "Q", -1.01),
        ),
        (
            {"unit_price": 6.0, "min_units": 25},
            Request(),
            "capacity",
            "13 units less",
            ("quotes.min_units", "Q", -13.0),
        ),
        (
            {"unit_price": 6.0, "lead_time_days": 11},
            Request(),
            "too_late",
            "day 11",
            ("quotes.lead_time_days", "Q", -2.0),
        ),
        (
            {"unit_price": 6.0},
            Request(responses=("transfer",)),
            "policy",
            "purchases among the responses",
            ("request.responses", "purchase", 1.0),
        ),
        (
            {"unit_price": 6.0},
            Request(response_policy=STANDARD_POLICY),
            "policy",
            "purchases allowed for orange alerts",
            ("request.response_policy", "orange/purchase", 1.0),
        ),
    ],
)
def test_why_nothing_is_bought(
    terms: dict[str, Any], request_: Request, code: str, words: str, change: tuple[str, str, float]
) -> None:
    """The fix is named by the fields of quotes, and made it is worth what was said."""
    network = quote_world([{"quote_id": "Q", **terms}], alerts=alerts("orange"))
    result = solve(network, request_, EXACT)
    unmet = result.unmet
    assert unmet is not None
    assert unmet.code.tolist() == [code]
    assert words in unmet.reason[0]
    changes = zip(unmet.changes.field, unmet.changes.place, unmet.changes.amount.tolist(), strict=True)
    assert list(changes) == [change]
    fixed = solve(*with_fix(network, request_, unmet, 0), EXACT)
    assert fixed.objective is not None
    assert fixed.objective >= unmet.fix_worth[0] > 0


def test_what_quotes_offer_is_no_stock() -> None:
    """A quote that no lane connects is not among the units on hand, and nobody asks for a lane from it."""
    quotes = [{"quote_id": "Q", "node_id": "H", "unit_price": 6.0}]
    result = solve(quote_world(quotes, lanes=NO_LANES), Request(), EXACT)
    assert result.unmet is not None
    assert result.unmet.code.tolist() == ["no_supply"]
    assert result.unmet.reason[0].startswith("no node may give a unit: 8 units on hand in all")


def test_what_is_bought_up_is_said() -> None:
    result = solve(quote_world([{"quote_id": "Q", "unit_price": 6.0, "max_units": 5}]), Request(), EXACT)
    assert result.unmet is not None
    assert result.unmet.reason[0].startswith("nothing is left to give: what quotes offer is bought, the last to S")


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"unit_proceeds": 0.5}, "; liquidation E pays 0.50 a unit, worth 1.00 here"),
        (
            {"unit_proceeds": 2.0, "capacity_units": 7},
            "; liquidation E pays 2.00 a unit, worth 1.00 here, and takes no more on its terms",
        ),
    ],
)
def test_why_no_more_leaves_for_exits(terms: dict[str, Any], words: str) -> None:
    result = solve(exit_world([{"exit_id": "E", **terms}]), Request(), EXACT)
    assert result.outcomes is not None
    assert result.outcomes.reason[0].endswith(words)
