"""Alternatives: what they promise of a network worked out by hand, and of random ones with every rule."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given

from network import Network, network_from_frames
from optimizer import Parameters, Request, certify, solve
from optimizer.alternatives import WHOLE_PLAN, Alternatives, alternatives, choice_tables
from optimizer.alternatives.one_sku import complete_plan, one_sku, small_plan
from optimizer.alternatives.rates import rates_of
from optimizer.difference import line_changes
from optimizer.outcomes import alert_outcomes
from optimizer.plan import Markdowns, Plan
from optimizer.plan_files.plan_schema import CHOICE_TABLES
from optimizer.plan_lines import no_lines
from optimizer.worth.economics import product_weight
from tests.agreement import read_twice
from tests.optimizer.decisions_case import decisions_network
from tests.optimizer.directories import examples
from tests.optimizer.small_case import SETTINGS, SmallCase
from tests.oracle.drawing import NetworkFiles
from tests.oracle.strategies import network_files

SCALE = 10**6
PLAIN = Request()
QUICKLY = Parameters(time_limit_seconds=10)


def near_and_far(*, coordinates: bool = True) -> Network:
    """Two stores that a warehouse reaches in a day over a degree of longitude; another is near the first, at a price.

    S1 misses 8 units and S2 one, each worth 10 instead of 2. W sends for 3 a dispatch; V for 0.3 a unit more, at once,
    over a tenth of a degree. A unit more than S2 misses costs its holding cost of 1.
    """
    nodes = pd.DataFrame({"node_id": ["W", "V", "S1", "S2"], "kind": ["supplier", "supplier", "store", "store"]})
    if coordinates:
        nodes["latitude"], nodes["longitude"] = 0.0, [1.0, 0.1, 0.0, 2.0]
    products = pd.DataFrame({"sku_id": ["A"], "list_price": [10.0], "salvage_value": [2.0], "unit_weight_kg": [1.0]})
    lanes = pd.DataFrame({"origin": ["W", "W", "V"], "destination": ["S1", "S2", "S1"], "fixed_cost": [3.0] * 3})
    lanes["cost_per_unit"], lanes["lead_time_days"] = [0.0, 0.0, 0.3], [1, 0, 0]
    stock = pd.DataFrame({"node_id": ["W", "V", "S1", "S2"], "sku_id": ["A"] * 4, "on_hand": [20, 20, 2, 0]})
    stock["demand_mean"], stock["holding_cost"] = [0.0, 0.0, 10.0, 1.0], [0.0, 0.0, 0.0, 1.0]
    alerts = pd.DataFrame({"alert_id": ["a1", "a2"], "kind": ["shortage"] * 2, "node_id": ["S1", "S2"]})
    alerts["sku_id"], alerts["units"] = "A", [8, 3]
    frames = {"nodes": nodes, "products": products, "lanes": lanes, "stock": stock, "alerts": alerts}
    return network_from_frames(frames, SETTINGS)[0]


def best_of(network: Network, request: Request = PLAIN) -> Plan:
    """The plan that solve finds."""
    plan = solve(network, request, QUICKLY).plan
    assert plan is not None
    return plan


def by_name(found: Alternatives, alert: int = WHOLE_PLAN) -> dict[str, int]:
    """Index of every choice of an alert."""
    return {str(found.choice[i]): i for i in np.flatnonzero(found.alert == alert).tolist()}


def test_the_whole_plan_by_hand():
    network = near_and_far()
    found = alternatives(network, Request(), best_of(network), seconds=10, alerts=(), keep_share=0.9)
    at = by_name(found)
    # Best: 8 units to S1 and one to S2, all from W: 9 * 8 - 2 * 3. Without S2: 64 - 3, more than 90 % of 66.
    assert found.objective[at["most_benefit"]] == 66 * SCALE
    assert found.objective[at["fewest_dispatches"]] == 61 * SCALE
    assert found.dispatches[[at["most_benefit"], at["fewest_dispatches"]]].tolist() == [2, 1]
    # Nothing on the way for a day: S1 from V, for 8 * 0.3 more.
    assert found.objective[at["earliest"]] == (66 - 2.4) * SCALE
    assert found.last_day[[at["most_benefit"], at["earliest"]]].tolist() == [1, 0]
    assert found.mean_day[at["most_benefit"]] == pytest.approx(8 / 9)
    # 9 kg over a degree; S1 from V, over a tenth of a degree, emits least too: it is the same plan.
    assert found.emissions_kg[at["most_benefit"]] == pytest.approx(9 * 111.195 * 0.062e-3, rel=1e-4)
    assert "least_emissions" not in at
    assert any(note.startswith("least emissions") for note in found.notes)
    assert found.cost[at["earliest"]] == (2 * 3 + 2.4) * SCALE
    assert found.risk_resolved[at["most_benefit"]] == pytest.approx(9 / 11)
    assert found.risk_resolved[at["fewest_dispatches"]] == pytest.approx(8 / 11)
    assert found.rank.tolist() == [1, 2, 3]
    assert found.objective_lost.tolist() == [0, 2_400_000, 5_000_000]


def test_what_is_kept_limits_what_is_given_up():
    network = near_and_far()
    found = alternatives(network, Request(), best_of(network), seconds=10, alerts=(), keep_share=0.95)
    assert set(by_name(found)) == {"most_benefit", "earliest"}
    assert any(note.startswith("fewest dispatches: no plan was found") for note in found.notes)


def test_one_alert_by_hand():
    network = near_and_far()
    found = alternatives(network, Request(), best_of(network), seconds=10, alerts=[1])
    assert found.alert.tolist() == [WHOLE_PLAN] * 3 + [1] * (len(found) - 3)
    at = by_name(found, 1)
    assert found.objective[at["as_planned"]] == 66 * SCALE
    assert found.risk_resolved[at["as_planned"]] == pytest.approx(1 / 3)
    # Two units more than S2 misses: left over there, with a holding cost of 1 each.
    assert found.objective[at["resolved_in_full"]] == 64 * SCALE
    assert found.risk_resolved[at["resolved_in_full"]] == 1.0
    assert found.objective[at["do_nothing"]] == 0
    assert (found.units[at["do_nothing"]], found.cost[at["do_nothing"]], found.last_day[at["do_nothing"]]) == (0, 0, -1)
    assert found.objective[at["earliest"]] == (66 - 2.4) * SCALE


def test_only_an_alert():
    network = near_and_far()
    found = alternatives(network, Request(), best_of(network), seconds=10, alerts=[0], whole_plan=False)
    assert set(found.alert.tolist()) == {0}
    assert "resolved_in_full" not in by_name(found, 0)


def test_without_coordinates_emissions_are_not_known():
    network = near_and_far(coordinates=False)
    found = alternatives(network, Request(), best_of(network), seconds=10, alerts=())
    assert found.emissions_known.tolist() == [0.0] * len(found)
    assert "least_emissions" not in by_name(found)


def test_no_time_still_gives_the_plan_itself():
    network = near_and_far()
    found = alternatives(network, Request(), best_of(network), seconds=0.0)
    assert found.choice[0] == "most_benefit"
    assert any("time was over" in note for note in found.notes)


def test_a_plan_that_breaks_rules_has_no_alternatives():
    case = SmallCase().with_cell("units", 4, 9)
    with pytest.raises(ValueError, match="repair it first"):
        alternatives(case.network, Request(), case.plan)


def test_the_tables_have_the_columns_of_the_schema():
    network = near_and_far()
    found = alternatives(network, Request(), best_of(network), seconds=10)
    tables = choice_tables(network, found)
    for name, table in CHOICE_TABLES.items():
        assert list(tables[name].columns) == [column.name for column in table.columns]
    moved = tables["alternative_transfers"].groupby(["alert_id", "choice"])["units"].sum().to_dict()
    for row in tables["alternatives"].to_dict("records"):
        assert moved.get((row["alert_id"], row["choice"]), 0) == row["units"]


@examples(12)
@given(network_files())
def test_promises_kept_on_random_networks(files: NetworkFiles):
    _, network, request = read_twice(files)
    plan = solve(network, request, Parameters(time_limit_seconds=2)).plan
    assume(plan is not None)
    assert plan is not None
    found = alternatives(network, request, plan, seconds=3, most_alerts=2)
    certificates = [certify(network, request, other) for other in found.plans]
    assert all(certificate.valid for certificate in certificates)
    assert [certificate.objective for certificate in certificates] == found.objective.tolist()
    assert [certificate.benefit for certificate in certificates] == found.benefit.tolist()
    rates, whole = rates_of(network), by_name(found)
    best = int(found.objective[whole["most_benefit"]])
    for name in whole.keys() & rates.keys():
        other = found.plans[whole[name]]
        assert rates[name].total(network, other) < rates[name].total(network, plan)
        assert found.objective[whole[name]] >= best - 0.1 * abs(best) - 1
    for alert in set(found.alert.tolist()) - {WHOLE_PLAN}:
        for name, index in by_name(found, alert).items():
            check_choice_for_alert((network, request, plan), found, name, index)
    for alert in set(found.alert.tolist()):
        of_alert = [found.plans[i] for i in by_name(found, alert).values()]
        assert all(len(line_changes(network, a, b)) for i, a in enumerate(of_alert) for b in of_alert[:i])


def check_choice_for_alert(planned: tuple[Network, Request, Plan], found: Alternatives, name: str, index: int) -> None:
    """Only lines of the alert's SKU differ from the plan, and the alert is served as the choice says."""
    network, request, plan = planned
    alert, other = int(found.alert[index]), found.plans[index]
    changes = line_changes(network, plan, other)
    assert set(changes.sku.tolist()) <= {int(network.alerts.sku[alert])}
    outcomes = alert_outcomes(network, request, other)
    asked, moved = int(outcomes.units_asked[alert]), int(outcomes.units_by_transfer[alert])
    assert found.risk_resolved[index] == (moved / asked if asked else 1.0)
    if name == "resolved_in_full":
        assert moved == asked
    if name == "as_planned":
        assert not len(changes)
    if name == "most_benefit":
        assert found.objective_lost[index] == 0


@examples(20)
@given(network_files())
def test_the_small_network_of_a_sku_counts_as_the_plan_does(files: NetworkFiles):
    _, network, request = read_twice(files)
    former = request.former_plan
    assume(former is None or not (former.frozen_before_day or former.change_prices))
    plan = solve(network, request, Parameters(time_limit_seconds=2)).plan
    assume(plan is not None)
    assert plan is not None
    for sku in np.unique(plan.sku).tolist():
        one = one_sku(network, request, plan, sku)
        weight, pack = int(product_weight(network)[sku]), int(network.products.case_pack[sku])
        small = small_plan(one, plan, weight, pack)
        again = complete_plan(network, one, small)
        assert not len(line_changes(network, plan, again))
        fewest = certify(network, request, again)
        rest = certify(network, request, one.rest)
        # Lines cut in two are charged once; the charge of a dispatch is part of its cost, and both are rounded once.
        added = certify(one.network, replace(one.request, min_line_benefit=0.0), small)
        lines = round(request.min_line_benefit * 10**network.money_decimals) * int((again.sku == sku).sum())
        assert added.objective - lines == pytest.approx(fewest.objective - rest.objective, abs=4)


def test_single_responses_stand_beside_the_mix():
    """Every response alone, each at most as good as the mix; what each may not do it does not do."""
    network = decisions_network()
    plan = solve(network, Request(), Parameters(time_limit_seconds=5)).plan
    assert plan is not None
    found = alternatives(network, Request(), plan, seconds=15, alerts=[0, 1], whole_plan=False)
    certificates = [certify(network, Request(), other) for other in found.plans]
    assert all(certificate.valid for certificate in certificates)
    of_surplus, of_shortage = (by_name(found, alert) for alert in (0, 1))
    # A can be marked down, liquidated and moved; B can be moved and bought.
    assert {"markdown_only", "liquidation_only", "do_nothing"} <= of_surplus.keys()
    assert {"purchase_only", "transfer_only"} <= of_shortage.keys()
    bought = of_shortage["purchase_only"]
    assert (found.units_by_transfer[bought], found.prices_marked_down[bought]) == (0, 0)
    assert found.units_by_purchase[bought] > 0
    cleared = of_surplus["markdown_only"]
    assert (found.lines[cleared], found.prices_marked_down[cleared]) == (0, 1)
    # B needs 6: 2 come from W for 3, up to 4 that come a day later are worth 10 - 3 less the order's 1.5.
    nothing = of_shortage["do_nothing"]
    gain = (found.benefit[bought] - found.benefit[nothing]) / 1e6
    assert gain == 4 * (10.0 - 3.0) - 1.5
    assert found.cost[bought] == 13_500_000
    for alert in (0, 1):
        worth = {name: int(found.objective[index]) for name, index in by_name(found, alert).items()}
        mix = max(worth.get("most_benefit", 0), worth["as_planned"])
        assert all(worth[name] <= mix for name in worth if name.endswith("_only"))
    tables = choice_tables(network, found)
    own = tables["alternative_purchases"]
    assert own[own["choice"] == "purchase_only"]["units"].tolist() == [4]


def test_budgets_of_a_sku_are_what_the_others_leave():
    budget = pd.DataFrame([("all", "", 40.0)], columns=["budget_id", "category", "amount"])
    network = decisions_network(markdown_budgets=budget)
    plan = replace(
        no_lines(),
        markdowns=Markdowns(np.zeros(1, np.int32), np.array(["North"], dtype=np.object_), np.array([[10.0, 5.0]])),
    )
    # 10 units of A: 2 sold at 10, 6 at 5 instead; 30 are given up.
    assert one_sku(network, Request(), plan, 1).network.markdown_budgets.amount == pytest.approx([10.0], abs=0.01)
    assert one_sku(network, Request(), plan, 0).network.markdown_budgets.amount.tolist() == [40.0]
    assert not len(one_sku(network, Request(), plan, 0).rest.markdowns)
