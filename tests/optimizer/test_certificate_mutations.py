"""Every rule of the certificate is broken once, on a plan that keeps all the others."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
import pytest

from network import NO_LIMIT, Severity
from optimizer.certificate import RULES
from optimizer.request import FormerPlan, Request
from tests.optimizer.price_mutations import PRICE_MUTATIONS
from tests.optimizer.small_case import ALERTS, STOCK, SmallCase

Mutation = Callable[[SmallCase], SmallCase]


def _claim_more(case: SmallCase) -> SmallCase:
    return replace(case, claimed_benefit=case.certify().benefit + 1)


def _claim_a_better_objective(case: SmallCase) -> SmallCase:
    return replace(case, claimed_objective=case.certify().objective + 1)


def _claim_another_ledger(case: SmallCase) -> SmallCase:
    ledger = dict(case.certify().ledger)
    ledger["lanes.fixed_cost"] += 1
    ledger["products.list_price"] -= 1
    return replace(case, claimed_ledger=ledger)


def _forbid(case: SmallCase, **rule: str) -> SmallCase:
    return case.with_tables(lane_rules=pd.DataFrame([rule | {"allowed": False}]))


def _liquidate(case: SmallCase, **terms: float) -> SmallCase:
    """The case with an exit on such terms, and five units of B that W sends there on day 1."""
    exits = pd.DataFrame([{"exit_id": "E", "kind": "liquidation", "unit_proceeds": 5.0} | terms])
    with_exit = case.with_tables(exits=exits)
    return with_exit.with_lines(("W>exit:E", "B", 5, 1)).with_dispatches(**{"W_to_exit:E": 1})


def _freeze(case: SmallCase, **columns: list[int]) -> SmallCase:
    """A former plan of which one line, in the given columns, is not the plan's; all of it is frozen."""
    changed = {name: np.array(values, dtype=getattr(case.plan, name).dtype) for name, values in columns.items()}
    return case.with_request(former_plan=FormerPlan(replace(case.plan, **changed), frozen_before_day=NO_LIMIT))


def _drop_dispatches_of_last_lane(case: SmallCase) -> SmallCase:
    return case.with_columns(dispatch_lane=case.plan.dispatch_lane[:-1], dispatches=case.plan.dispatches[:-1])


MUTATIONS: Final[dict[str, Mutation]] = {
    "columns": lambda case: case.with_columns(units=case.plan.units.astype(np.float64)),
    "known_lane": lambda case: case.with_lines(("W>S1", "B", 2, 2)).with_cell("lane", -1, 99),
    "known_sku": lambda case: case.with_lines(("W>S1", "B", 2, 2)).with_cell("sku", -1, -1),
    "positive_units": lambda case: case.with_lines(("W>S1", "B", 0, 2)),
    "magnitude": lambda case: case.with_lines(("W>S1", "B", 2**62, 2)),
    "in_scope": lambda case: case.with_lines(("W>S1", "C", 2, 1)),
    "response_policy": lambda case: case.with_request(response_policy={Severity.YELLOW: ("markdown",)}).with_tables(
        alerts=pd.concat([ALERTS, pd.DataFrame([("A5", "shortage", "S2", "D")], columns=ALERTS.columns[:4])])
    ),
    "exit_window": lambda case: _liquidate(case, from_day=2),
    "exit_share": lambda case: _liquidate(case, max_share=0.1),
    "lane_rules": lambda case: _forbid(case, lane_id="W>S1", sku_id="B"),
    "duplicate_line": lambda case: case.with_lines(("W>S1", "A", 2, 1)),
    "known_expiry": lambda case: case.with_cell("expiry_day", 0, 8),
    "shelf_life": lambda case: case.with_lines(("W>S1", "D", 2, 1, 3)),
    "case_pack": lambda case: case.with_cell("units", 0, 3),
    "min_line_units": lambda case: case.with_cell("units", 1, 1),
    "units_exist": lambda case: case.with_lines(("G>X", "A", 16, 0), ("X>G", "A", 16, 0)).with_dispatches(
        G_to_X=1, X_to_G=1
    ),
    "arrives_day": lambda case: case.with_cell("arrives_day", 0, 0),
    "no_send_before_day": lambda case: case.with_cell("arrives_day", 4, 0),
    "own_stock": lambda case: case.with_cell("units", 4, 8),
    "pass_through": lambda case: case.with_cell("units", 3, 6),
    "position_exists": lambda case: case.with_cell("units", 2, 6),
    "fed": lambda case: case.with_lines(("G>X", "B", 5, 0), ("X>G", "B", 5, 0)).with_dispatches(G_to_X=1, X_to_G=1),
    "pick_capacity_units": lambda case: case.with_node("W", pick_capacity_units=15),
    "receive_capacity_units": lambda case: case.with_node("S2", receive_capacity_units=12),
    "max_outbound_lanes": lambda case: case.with_node("W", max_outbound_lanes=2),
    "max_inbound_lanes": lambda case: case.with_node("S2", max_inbound_lanes=2),
    "duplicate_dispatch": lambda case: case.with_dispatches(W_to_G=1),
    "dispatch_count": _drop_dispatches_of_last_lane,
    "max_dispatches": lambda case: case.with_cell("dispatches", 0, 3),
    "capacity_kg": lambda case: case.with_cell("units", 1, 13),
    "min_dispatch_kg": lambda case: case.with_cell("dispatches", 3, 2),
    "must_serve": lambda case: case.with_cell("arrives_day", 3, 5),
    "frozen": lambda case: _freeze(case, units=[4, 2, 4, 4, 6, 2, 3]),
    "min_line_benefit": lambda case: case.with_request(min_line_benefit=100.0, min_dispatch_benefit=0.0),
    "min_dispatch_benefit": lambda case: case.with_request(min_line_benefit=0.0, min_dispatch_benefit=100.0),
    **PRICE_MUTATIONS,
    "ledger": _claim_another_ledger,
    "claimed_benefit": _claim_more,
    "claimed_objective": _claim_a_better_objective,
}
"""One mutation for each rule that breaks this rule and no other."""


def test_the_plan_keeps_every_rule():
    certificate = SmallCase().certify()
    assert certificate.violations == ()
    assert certificate.valid


def test_true_claims_are_accepted():
    certificate = SmallCase().certify()
    claims = SmallCase(
        claimed_benefit=certificate.benefit,
        claimed_objective=certificate.objective,
        claimed_ledger=certificate.ledger,
    )
    assert certificate.objective != certificate.benefit
    assert claims.certify().valid


def test_an_exit_whose_terms_are_kept_breaks_no_rule():
    certificate = _liquidate(SmallCase(), from_day=1, until_day=1, max_share=0.125, min_lot_units=5).certify()
    assert certificate.violations == ()
    assert certificate.ledger["exits.unit_proceeds"] == 25_000_000


@pytest.mark.parametrize("terms", [{"until_day": 0}, {"min_lot_units": 6}, {"capacity_units": 4}])
def test_an_exit_closes_and_asks_for_lots_and_fills_up(terms: dict[str, float]):
    assert not _liquidate(SmallCase(), **terms).certify().valid


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ({"responses": ("transfer", "liquidation")}, True),
        ({"responses": ("transfer", "return")}, False),
        ({"response_policy": {Severity.NOT_GIVEN: ("transfer", "liquidation")}}, True),
        ({"response_policy": {Severity.NOT_GIVEN: ("transfer", "return")}}, False),
    ],
)
def test_an_exit_is_a_response(asked: dict[str, Any], allowed: bool):
    """Where an alert stands at W the policy decides too, and what the request leaves out no plan has."""
    alert = pd.DataFrame([("A5", "overstock", "W", "B")], columns=ALERTS.columns[:4])
    exits = pd.DataFrame([{"exit_id": "E", "kind": "liquidation", "unit_proceeds": 5.0}])
    case = SmallCase().with_tables(exits=exits, alerts=pd.concat([ALERTS, alert])).with_request(**asked)
    certificate = case.with_lines(("W>exit:E", "B", 5, 0)).with_dispatches(**{"W_to_exit:E": 1}).certify()
    assert {violation.rule for violation in certificate.violations} == (set() if allowed else {"response_policy"})


def test_every_rule_has_a_mutation():
    assert set(MUTATIONS) == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_mutation_breaks_its_rule_and_no_other(rule: str):
    certificate = MUTATIONS[rule](SmallCase()).certify()
    assert {violation.rule for violation in certificate.violations} == {rule}
    assert not certificate.valid
    assert certificate.violation_count == len(certificate.violations) > 0
    for violation in certificate.violations:
        assert violation.amount > 0
        assert violation.place
        assert violation.message


ALSO_BROKEN: Final[dict[str, tuple[str, Mutation]]] = {
    "dispatches of an unknown lane": (
        "known_lane",
        lambda case: case.with_dispatches(G_to_X=1).with_cell("dispatch_lane", -1, 77),
    ),
    "dispatches without lines": ("dispatch_count", lambda case: case.with_dispatches(G_to_X=1)),
    "no dispatch": ("dispatch_count", lambda case: case.with_cell("dispatches", 2, 0)),
    "own stock that waits": ("arrives_day", lambda case: case.with_cell("arrives_day", 4, 2)),
    "leaves before it arrives": ("pass_through", lambda case: case.with_cell("arrives_day", 2, 1)),
    "columns of different lengths": ("columns", lambda case: case.with_columns(sku=case.plan.sku[:-1])),
    "no dispatch left for a line": ("dispatch_count", lambda case: case.with_cell("dispatches", 4, 0)),
    "a node outside the scope": (
        "in_scope",
        lambda case: case.with_request(scope_node_ids=("W", "G", "X", "S1", "S2")),
    ),
    "an alert outside the scope": ("in_scope", lambda case: case.with_request(scope_alert_ids=("A1", "A2", "A4"))),
    "a category outside the scope": ("in_scope", lambda case: case.with_request(scope_categories=("food",))),
    "more of an expiry day than there is": ("pass_through", lambda case: case.with_cell("units", 5, 3)),
    "transit sends before the day of release": (
        "no_send_before_day",
        lambda case: case.with_tables(stock=STOCK.assign(no_send_before_day=[0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1])),
    ),
    "a frozen line that is missing": ("frozen", lambda case: _freeze(case, arrives_day=[1, 1, 0, 0, 1, 1, 4])),
    "negative units": ("positive_units", lambda case: case.with_lines(("W>S1", "B", -5, 2))),
    "too many dispatches to count": ("magnitude", lambda case: case.with_cell("dispatches", 2, 2**62)),
}
"""Other ways to break a rule: name, rule, mutation."""


@pytest.mark.parametrize("name", ALSO_BROKEN)
def test_other_ways_to_break_a_rule(name: str):
    rule, mutate = ALSO_BROKEN[name]
    assert {violation.rule for violation in mutate(SmallCase()).certify().violations} == {rule}


def test_all_violations_are_counted_and_a_hundred_of_each_rule_described():
    case = SmallCase().with_lines(*[("W>S1", "B", 0, 2)] * 250)
    certificate = case.certify()
    assert certificate.violation_count == 250
    assert len(certificate.violations) == 100


def test_a_violation_names_place_and_amount():
    (violation,) = MUTATIONS["capacity_kg"](SmallCase()).certify().violations
    assert violation.place == "lane W>S1"
    assert violation.message == "22 kg on 1 dispatches of 20 kg"  # 4 * 2 kg + 13 * 1 kg + 2 * 0.5 kg
    assert violation.amount == pytest.approx(2.0)


LIMITS_MET: Final[dict[str, Mutation]] = {
    "pick_capacity_units": lambda case: case.with_node("W", pick_capacity_units=16),
    "receive_capacity_units": lambda case: case.with_node("S2", receive_capacity_units=13),
    "max_outbound_lanes": lambda case: case.with_node("W", max_outbound_lanes=3),
    "max_inbound_lanes": lambda case: case.with_node("S2", max_inbound_lanes=3),
    "lane_rules": lambda case: _forbid(case, lane_id="W>S1", sku_id="C"),
    "frozen": _freeze,
    "min_line_benefit": lambda case: case.with_request(min_line_benefit=20.0),
    "response_policy": lambda case: case.with_request(response_policy={Severity.YELLOW: ("transfer",)}),
}
"""The plan just keeps these rules."""


@pytest.mark.parametrize("rule", LIMITS_MET)
def test_a_limit_that_is_just_met_is_kept(rule: str):
    assert LIMITS_MET[rule](SmallCase()).certify().violations == ()


def test_units_of_an_expiry_day_that_no_lot_has_come_from_nowhere():
    case = SmallCase(request=Request()).with_cell("expiry_day", 6, 7)
    assert {violation.rule for violation in case.certify().violations} == {"pass_through", "units_exist"}
