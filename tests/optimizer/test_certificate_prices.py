"""Plans with markdowns: what the certificate makes of them, allowed or not."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from optimizer.outcomes import alert_outcomes, unmet_positions
from optimizer.plan import no_markdowns
from optimizer.request import Request
from optimizer.worth.price_paths import repriced, repricing_value
from tests.optimizer.price_mutations import ALSO_BROKEN, TWICE, marked_down, priced
from tests.optimizer.small_case import SmallCase


def test_prices_that_may_fall_change_nothing():
    """Ladders alone are no markdowns."""
    with_ladders, without = priced(SmallCase()).certify(), SmallCase().certify()
    assert (with_ladders.ledger, with_ladders.adjustments) == (without.ledger, without.adjustments)
    assert np.array_equal(with_ladders.line_objective, without.line_objective)


def test_a_markdown_that_keeps_every_rule():
    certificate = marked_down(priced(SmallCase()), A=TWICE).certify()
    assert certificate.violations == ()
    assert certificate.ledger["markdowns.price"] != 0
    assert sum(certificate.ledger.values()) == certificate.benefit


def test_the_benefit_is_that_of_the_prices_and_of_the_lines_at_them():
    """Without lines only the prices count; with the list price only the lines."""
    case = marked_down(priced(SmallCase()), A=TWICE)
    none = np.zeros(0, dtype=np.int64)
    columns = ("lane", "sku", "units", "arrives_day", "expiry_day", "dispatch_lane", "dispatches")
    only_prices = case.with_columns(**dict.fromkeys(columns, none))
    certificate = only_prices.certify()
    assert certificate.benefit == certificate.ledger["markdowns.price"]
    assert case.certify().ledger["markdowns.price"] == certificate.benefit
    assert case.with_columns(markdowns=no_markdowns()).certify().benefit == SmallCase().certify().benefit


@pytest.mark.parametrize("name", ALSO_BROKEN)
def test_other_ways_to_break_a_rule_of_prices(name: str):
    rule, mutate = ALSO_BROKEN[name]
    certificate = mutate(SmallCase()).certify()
    assert {violation.rule for violation in certificate.violations} == {rule}


def test_groups_that_keep_together():
    groups = pd.DataFrame({"group_id": "G", "sku_id": ["A", "B"], "kind": "together"})
    both = marked_down(priced(SmallCase(), clearance_groups=groups), A=TWICE, B=(8.0, 7.2, 7.2, 6.4, 6.4))
    assert both.certify().violations == ()


def test_a_missed_target_with_a_price_is_an_adjustment():
    """By what lines bring more than is sold in time the objective falls, and by each line alone what it brings."""
    rules = pd.DataFrame(
        {"sku_id": ["A"], "sell_through_share": [1.0], "sell_through_by_period": [1], "sell_through_price": [2.0]}
    )
    case = priced(SmallCase(), clearance_rules=rules)
    certificate, without = case.certify(), priced(SmallCase()).certify()
    # S1 has 1 unit of A and receives 4, on day 1, S2 receives 4: in two of ten days 1.8 and 1.3 of them are sold.
    missed_before, missed_after = max(0.0, 1 - 1.8), 9 - 1.8 - 1.3
    expected = round(-2_000_000 * (missed_after - missed_before))
    assert certificate.adjustments["clearance_rules.sell_through_price"] == expected
    assert certificate.violations == ()
    more = certificate.line_objective - without.line_objective
    # Without the line to S1 its only unit is sold, and 0.8 more could be; without that to S2 1.3 more.
    assert more[0] == round(-2_000_000 * (missed_after - (1 + 4 - 1 - 1.3)))
    assert more[3] == round(-2_000_000 * (missed_after - (5 - 1.8)))
    assert not more[[1, 4, 5, 6]].any()


def test_severity_weights_count_before_lines_too():
    case = marked_down(priced(SmallCase()), A=TWICE)
    network = case.network
    stock = replace(
        network.stock, shortage_penalty=np.where(network.stock.demand_mean == 6.5, 2.0, network.stock.shortage_penalty)
    )
    weighted = case.certify()
    doubled = replace(case, network=replace(network, stock=stock)).with_request(severity_weights={}).certify()
    assert weighted.objective == doubled.objective


def test_a_repriced_network_keeps_what_it_was_given():
    """Positions of other SKUs are worth what they were."""
    case = marked_down(priced(SmallCase()), A=TWICE)
    change = repricing_value(case.network, repriced(case.network, case.plan.markdowns))
    assert not change[case.network.stock.sku != 0].any()


def test_outcomes_count_what_markdowns_sell():
    """At 8 units of S3's 9 sold for 1 at list price, a price of half sells 2.82 over the horizon: one more, whole."""
    alerts = pd.DataFrame(
        [("A3", "overstock", "S3", "B", 6)], columns=["alert_id", "kind", "node_id", "sku_id", "units"]
    )
    case = priced(SmallCase(), alerts=alerts, price_ladders=pd.DataFrame({"rung": [1], "price_share": [0.5]}))
    case = marked_down(case, B=(4.0,) * 5)
    none = np.zeros(0, dtype=np.int64)
    columns = ("lane", "sku", "units", "arrives_day", "expiry_day", "dispatch_lane", "dispatches")
    only_prices = case.with_columns(**dict.fromkeys(columns, none))
    outcomes = alert_outcomes(case.network, Request(), only_prices.plan)
    assert outcomes.units_by_markdown.tolist() == [1]
    assert outcomes.outcome.tolist() == ["partly"]
    # Once 6 of them are sent, the 3 that are left serve all that the markdown sells more of.
    outcomes = alert_outcomes(case.network, Request(), case.plan)
    assert (outcomes.units_by_transfer.tolist(), outcomes.units_by_markdown.tolist()) == ([6], [0])
    assert outcomes.outcome.tolist() == ["resolved"]


def test_unmet_demand_is_that_of_the_path():
    """S1 wants 9 of A at list price and gets 5; with a price of 7 from the first day on it wants 15.37."""
    case = marked_down(priced(SmallCase()), A=(7.0,) * 5)
    rows, units = unmet_positions(case.network, Request(), case.plan)
    stock, names = case.network.stock, case.network.nodes.node_id
    found = {(names[stock.node[row]], int(stock.sku[row])): int(n) for row, n in zip(rows, units, strict=True)}
    assert found["S1", 0] == int(9 * 0.7**-1.5) - 5
    listed_rows, listed = unmet_positions(case.network, Request(), replace(case.plan, markdowns=no_markdowns()))
    assert dict(zip(listed_rows.tolist(), listed.tolist(), strict=True))[rows[found["S1", 0] == units][0]] == 4
