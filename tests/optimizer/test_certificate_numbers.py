"""Numbers of the certificate worked by hand: expiry, uncertain demand, weights, charges, changes and displays."""

from math import exp
from typing import Any

import pandas as pd
import pytest

from network import Network, Severity, network_from_frames
from optimizer.certificate import certify
from optimizer.plan import Certificate, Plan
from optimizer.request import FormerPlan, Request
from tests.optimizer.small_case import LineWords, plan_of

CURRENCY = 10**6
COLUMNS = {
    "nodes": ["node_id", "kind"],
    "products": ["sku_id", "list_price", "salvage_value"],
    "lanes": ["origin", "destination", "lead_time_days", "fixed_cost"],
    "stock": ["node_id", "sku_id", "on_hand", "demand_mean", "demand_std", "shortage_penalty"],
    "lots": ["node_id", "sku_id", "units", "expiry_days", "lot_id"],
    "alerts": ["alert_id", "kind", "node_id", "sku_id", "severity"],
    "display_rules": ["display_id", "sku_id", "min_units", "broken_price"],
}
NOTHING_ASKED = Request()
NODES = [("W", "warehouse"), ("S", "store"), ("R", "store")]
LANES = [("W", "S", 0, 3.0), ("R", "S", 0, 0.0)]


def network_of(**rows: list[tuple[Any, ...]]) -> Network:
    """A warehouse W and stores S and R, with rows of tables in the order of `COLUMNS`."""
    rows = {"nodes": NODES, "products": [("A", 10.0, 2.0)], "lanes": LANES} | rows
    rows = {"alerts": [("1", "shortage", "S", "A", "red")]} | rows
    frames = {name: pd.DataFrame(table, columns=COLUMNS[name][: len(table[0])]) for name, table in rows.items()}
    return network_from_frames(frames, {"currency": "EUR", "as_of": "2026-01-05", "horizon_days": 10})[0]


def certified(network: Network, *lines: LineWords, request: Request = NOTHING_ASKED) -> Certificate:
    """Certificate of lines with one dispatch on each lane they use, which must be valid."""
    certificate = certify(network, request, _plan(network, *lines))
    assert certificate.violations == ()
    assert sum(certificate.ledger.values()) == certificate.benefit
    return certificate


def _plan(network: Network, *lines: LineWords) -> Plan:
    return plan_of(network, lines, {line[0]: 1 for line in lines})


def perishable(lead_time_days: int, *, on_hand: int = 0) -> Network:
    """W has 5 units of each of three expiry days and sells none; S sells 10."""
    return network_of(
        lanes=[("W", "S", lead_time_days, 3.0)],
        stock=[("W", "A", 15, 0.0), ("S", "A", on_hand, 10.0)],
        lots=[("W", "A", 5, 2, "a"), ("W", "A", 5, 5, "b"), ("W", "A", 5, 30, "c")],
    )


def test_units_that_expire_count_up_to_the_demand_until_then():
    """C(2) = 2 of 3 and C(5) = 5 of 7 units count; two are left over at S instead of W."""
    certificate = certified(perishable(0), ("W>S", "A", 3, 0, 2), ("W>S", "A", 4, 0, 5))
    assert certificate.benefit == (5 * 10 + 2 * 2 - 7 * 2 - 3) * CURRENCY
    # Without the first line 4 units count; without the second C(2) = 2 of 3, and 1 is left over.
    assert certificate.line_benefit.tolist() == [(54 - 40 - 6) * CURRENCY, (54 - 22 - 8) * CURRENCY]


def test_caps_of_arrival_and_of_expiry_bind_together():
    """U(4) = 6 of the 9 units count that arrive on day 4, of which C(5) = 5 may be of the 4 that expire on day 5."""
    certificate = certified(perishable(4), ("W>S", "A", 4, 4, 5), ("W>S", "A", 5, 4, 30))
    assert certificate.benefit == (6 * 10 + 3 * 2 - 9 * 2 - 3) * CURRENCY
    # Own units never expire: 3 of them count besides, and U(4) = 6 of the missing 7 of the others.
    certificate = certified(perishable(4, on_hand=3), ("W>S", "A", 4, 4, 5), ("W>S", "A", 5, 4, 30))
    assert certificate.benefit == (6 * 10 + 3 * 2 - 9 * 2 - 3) * CURRENCY


def test_reserved_units_that_are_missing_are_taken_off_what_counts():
    """S owes 3 units, so of 5 that never expire 2 serve its demand beyond what is owed."""
    network = network_of(
        stock=[("W", "A", 5, 0.0), ("S", "A", 0, 10.0)], lots=[("W", "A", 5, 30, "a"), ("S", "A", 0, 3, "none")]
    )
    certificate = certified(network, ("W>S", "A", 5, 0, 30))
    assert certificate.benefit == (5 * 10 - 5 * 2 - 3) * CURRENCY


def test_units_of_poisson_demand_are_worth_their_chance_to_be_sold():
    """P(D >= 1) = 1 - e^-2 and P(D >= 2) = 1 - 3 e^-2, each worth rounded by itself."""
    network = network_of(
        products=[("A", 10.0, 0.0)],
        stock=[("W", "A", 5, 0.0, 0.0), ("S", "A", 0, 2.0, 1.0)],
        lanes=[("W", "S", 0, 0.0)],
    )
    certificate = certified(network, ("W>S", "A", 2, 0))
    units = [round(10 * (1 - exp(-2)) * CURRENCY), round(10 * (1 - 3 * exp(-2)) * CURRENCY)]
    assert certificate.benefit == sum(units)
    assert certificate.line_benefit.tolist() == [sum(units)]


def test_severity_weights_multiply_the_penalty_in_the_objective_only():
    network = network_of(stock=[("W", "A", 5, 0.0, 0.0, 0.0), ("S", "A", 0, 4.0, 0.0, 1.5)])
    request = Request(severity_weights={Severity.RED: 3.0})
    certificate = certified(network, ("W>S", "A", 5, 0), request=request)
    assert certificate.benefit == (4 * 11.5 + 2 - 10 - 3) * CURRENCY
    assert dict(certificate.adjustments) == {"request.severity_weights": 4 * 2 * 1.5 * CURRENCY}
    assert certificate.line_objective.tolist() == [certificate.objective]


def test_lines_and_dispatches_pay_what_they_must_earn():
    network = network_of(
        products=[("A", 10.0, 2.0), ("B", 6.0, 2.0)],
        stock=[("W", "A", 5, 0.0), ("W", "B", 5, 0.0), ("S", "A", 0, 4.0), ("S", "B", 0, 4.0)],
        alerts=[("1", "shortage", "S", "A"), ("2", "shortage", "S", "B")],
    )
    request = Request(min_line_benefit=4.0, min_dispatch_benefit=7.0)
    certificate = certified(network, ("W>S", "A", 4, 0), ("W>S", "B", 1, 0), request=request)
    assert dict(certificate.adjustments) == {
        "request.min_line_benefit": -2 * 4 * CURRENCY,
        "request.min_dispatch_benefit": -7 * CURRENCY,
    }
    # One line alone saves no dispatch. The second earns exactly what it must; a unit less would not.
    assert certificate.line_objective.tolist() == [(4 * 8 - 4) * CURRENCY, 0]
    dearer = Request(min_line_benefit=4.1)
    lines = ("W>S", "A", 4, 0), ("W>S", "B", 1, 0)
    broken = certify(network, dearer, _plan(network, *lines)).violations
    assert [(found.rule, found.place) for found in broken] == [("min_line_benefit", "lane W>S, SKU B")]
    assert broken[0].amount == pytest.approx(0.1 * CURRENCY)


def test_a_dispatch_must_earn_its_charge_with_all_its_lines():
    """Each line is worth keeping while the other one pays for the dispatch; together they bring 32 + 4 - 3."""
    network = network_of(
        products=[("A", 10.0, 2.0), ("B", 6.0, 2.0)],
        stock=[("W", "A", 5, 0.0), ("W", "B", 5, 0.0), ("S", "A", 0, 4.0), ("S", "B", 0, 4.0)],
        alerts=[("1", "shortage", "S", "A"), ("2", "shortage", "S", "B")],
    )
    lines = ("W>S", "A", 4, 0), ("W>S", "B", 1, 0)
    assert certified(network, *lines, request=Request(min_dispatch_benefit=33.0)).objective == 0
    broken = certify(network, Request(min_dispatch_benefit=33.5), _plan(network, *lines)).violations
    assert [(found.rule, found.place) for found in broken] == [("min_dispatch_benefit", "lane W>S")]
    assert broken[0].amount == 0.5 * CURRENCY


def test_changes_of_a_former_plan_are_paid_by_the_unit_and_the_day():
    """One unit more on day 0 costs 2, the five that no longer leave R on day 3 cost 0.5 each, day 1 nothing yet."""
    network = network_of(
        nodes=[("W", "warehouse"), ("S", "store"), ("R", "warehouse")],
        stock=[("W", "A", 9, 0.0), ("R", "A", 9, 0.0), ("S", "A", 0, 20.0)],
    )
    former = _plan(network, ("W>S", "A", 3, 0), ("R>S", "A", 5, 3))
    request = Request(former_plan=FormerPlan(former, change_prices=((0, 2.0), (1, 0.0), (2, 0.5))))
    certificate = certified(network, ("W>S", "A", 4, 0), ("R>S", "A", 2, 1), request=request)
    assert dict(certificate.adjustments) == {"request.former_plan": -(1 * 2 + 5 * 0.5) * CURRENCY}
    # Left out, the first line would differ by 3 instead of 1.
    more = (certificate.line_objective - certificate.line_benefit).tolist()
    assert more == [2 * 2 * CURRENCY, 0]
    assert certified(network, ("W>S", "A", 3, 0), ("R>S", "A", 5, 3), request=request).objective == (
        certified(network, ("W>S", "A", 3, 0), ("R>S", "A", 5, 3)).objective
    )


def shown(*, on_hand_at_r: int, min_units: int = 1) -> Network:
    """S has a unit of A and none of B, which belong together; W and the store R can send B."""
    return network_of(
        products=[("A", 10.0, 2.0), ("B", 10.0, 2.0)],
        stock=[
            ("W", "B", 9, 0.0), ("S", "A", 1, 0.0), ("S", "B", 0, 0.0), ("R", "A", 1, 0.0),
            ("R", "B", on_hand_at_r, 0.0),
        ],
        alerts=[("1", "shortage", "S", "B")],
        display_rules=[("run", "A", 1, 25.0), ("run", "B", min_units, 25.0)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("line", "on_hand_at_r", "min_units", "mended"),
    [
        (("W>S", "B", 1, 0), 1, 1, 1),
        (("R>S", "B", 1, 0), 2, 1, 1),  # R still has one
        (("R>S", "B", 1, 0), 1, 1, 0),  # what is mended at S breaks at R
        (("W>S", "B", 1, 0), 1, 2, 0),  # one of two
        (("W>S", "B", 2, 0), 1, 2, 1),
    ],
)
def test_a_display_that_is_mended_is_gained(line: LineWords, on_hand_at_r: int, min_units: int, mended: int):
    certificate = certified(shown(on_hand_at_r=on_hand_at_r, min_units=min_units), line)
    assert dict(certificate.adjustments) == {"display_rules.broken_price": mended * 25 * CURRENCY}
    assert certificate.line_objective.tolist() == [certificate.objective]
    assert certificate.line_benefit.tolist() == [certificate.benefit]


def test_a_line_at_a_display_may_cost_more_than_it_brings():
    """It is not loose: what it does for the display is nobody's to judge by the line alone."""
    network = shown(on_hand_at_r=1, min_units=2)
    certificate = certified(network, ("W>S", "B", 1, 0), request=Request(min_line_benefit=1.0))
    assert certificate.line_objective[0] < 0


def test_all_units_are_frozen_only_before_the_day():
    network = network_of(stock=[("W", "A", 9, 0.0), ("S", "A", 0, 20.0)])
    former = _plan(network, ("W>S", "A", 3, 2))
    free = FormerPlan(former, frozen_before_day=2)
    certified(network, ("W>S", "A", 3, 1), request=Request(former_plan=free))
    frozen = Request(former_plan=FormerPlan(former, frozen_before_day=3))
    certified(network, ("W>S", "A", 3, 2), ("W>S", "A", 2, 0), request=frozen)
    (found,) = certify(network, frozen, _plan(network, ("W>S", "A", 3, 1))).violations
    assert (found.rule, found.amount, found.place) == ("frozen", 3.0, "lane W>S, SKU A")
