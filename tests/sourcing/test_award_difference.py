"""Two awards of one event by hand."""

from __future__ import annotations

import numpy as np

from optimizer.sourcing.difference import award_difference, award_difference_tables
from tests.sourcing.small_event import EventCase

BEFORE = EventCase()
AFTER = BEFORE.buying(A2=0, B1=0, B2=40)


def test_lines_winners_and_money_differ_by_what_was_changed() -> None:
    event = BEFORE.event
    difference = award_difference(event, BEFORE.award, AFTER.award)
    ids = event.bids.bid_id[difference.lines.bid].tolist()
    assert ids == ["A2", "B1", "B2"]
    assert difference.lines.units_before.tolist() == [20, 40, 0]
    assert difference.lines.units_after.tolist() == [0, 0, 40]
    assert difference.lines.spend_before.tolist() == [2000, 30 * 250 + 10 * 200, 0]
    assert difference.lines.spend_after.tolist() == [0, 0, 8000]
    assert difference.winners.units_before.tolist() == [80, 70]
    assert difference.winners.units_after.tolist() == [60, 70]
    assert sum(difference.ledger.values()) == difference.cost
    assert difference.cost == AFTER.certify().cost - BEFORE.certify().cost
    assert difference.objective == difference.cost
    # 20 nuts less are bought, at 1.00 each, and cost their penalty; one bid less has freight.
    assert difference.ledger == {
        "bids.unit_price": 8000 - 2000 - 9500,
        "bids.freight_per_unit": -400,
        "suppliers.fixed_cost": 0,
        "items.uncovered_penalty": 20 * 300,
    }


def test_tables_have_ids_and_currency() -> None:
    tables = award_difference_tables(BEFORE.event, award_difference(BEFORE.event, BEFORE.award, AFTER.award))
    assert tables["lines"]["change"].tolist() == ["removed", "removed", "added"]
    assert tables["lines"]["spend_after"].tolist() == [0.0, 0.0, 80.0]
    assert tables["winners"]["supplier_id"].tolist() == ["acme", "base"]
    assert tables["winners"]["change"].tolist() == ["changed", "changed"]
    ledger = tables["ledger"].set_index("term")
    assert np.isclose(ledger["after"].sum(), AFTER.certify().objective / 100)


def test_an_award_does_not_differ_from_itself() -> None:
    difference = award_difference(BEFORE.event, BEFORE.award, BEFORE.award)
    assert not len(difference.lines)
    assert not len(difference.winners)
    assert set(difference.ledger.values()) == {0}
