"""What is asked of a plan besides the network, over the wire: everything arrives, and everything wrong is named."""

from dataclasses import fields, replace

import grpc
import numpy as np
import pytest

from counterpoise.v1 import network_pb2 as net
from counterpoise.v1 import plan_pb2 as pb
from counterpoise.v1 import plan_service_pb2 as service
from network.columns import NO_LIMIT
from network.reading import network_from_frames
from network.tables import Severity
from optimizer.request import FormerPlan, Request
from optimizer.request_reading import read_request
from server.client import asked_fields, proposed_plan
from server.rows import frames_of, given_settings
from tests.server.conftest import plan_request, small_network, violations
from tests.server.solving import plan_of

EVERYTHING = {
    "scope_sku_ids": ["007"],
    "scope_categories": ["shoes"],
    "scope_node_ids": ["W", "S"],
    "scope_alert_ids": ["a1"],
    "severity_weights": [
        pb.SeverityWeight(severity=net.SEVERITY_RED, weight=3.0),
        pb.SeverityWeight(severity=net.SEVERITY_YELLOW, weight=0.5),
    ],
    "response_policy": [
        pb.SeverityResponses(severity=net.SEVERITY_RED, responses=[pb.RESPONSE_TRANSFER, pb.RESPONSE_PURCHASE]),
        pb.SeverityResponses(severity=net.SEVERITY_YELLOW),
    ],
    "min_line_benefit": 1.5,
    "min_dispatch_benefit": 2.5,
}
LINE = pb.ProposedLine(lane_id="W>S", sku_id="007", units=2, arrives_day=0)


def with_category():
    data = small_network()
    data.products[0].category = "shoes"
    return data


def network_of(data):
    return network_from_frames(frames_of(data), given_settings(data.settings))[0]


def severity_of(row):
    return row.severity


def finished(client, **fields):
    """A plan that is done."""
    return client.wait_plan(client.send_plan(plan_request(**fields)).name, timeout_seconds=20)


def test_everything_that_is_asked_reaches_the_solver_and_is_told_again(running, client):
    former = pb.FormerPlan(
        lines=pb.ProposedPlan(lines=[LINE]),
        frozen_before_day=3,
        change_prices=[pb.ChangePrice(from_day=0, price_per_unit=2.0), pb.ChangePrice(from_day=7, price_per_unit=1.0)],
    )
    request = plan_request(network=with_category(), former_plan=former, **EVERYTHING)
    plan = client.send_plan(request)
    asked = running.store.plan(plan.name).request
    assert asked.former_plan.plan.units.tolist() == [2]
    assert asked.former_plan.frozen_before_day == 3
    assert asked.former_plan.change_prices == ((0, 2.0), (7, 1.0))
    assert asked == Request(
        scope_sku_ids=("007",),
        scope_categories=("shoes",),
        scope_node_ids=("W", "S"),
        scope_alert_ids=("a1",),
        response_policy={Severity.RED: ("transfer", "purchase"), Severity.YELLOW: ()},
        severity_weights={Severity.RED: 3.0, Severity.YELLOW: 0.5},
        min_line_benefit=1.5,
        min_dispatch_benefit=2.5,
        former_plan=asked.former_plan,
    )
    told = client.get_plan(plan.name)
    for field, value in EVERYTHING.items():
        rows = getattr(told, field)
        by_severity = field in {"severity_weights", "response_policy"}
        assert (sorted(rows, key=severity_of) if by_severity else rows) == (
            sorted(value, key=severity_of) if by_severity else value
        ), field
    former.ClearField("plan")
    assert told.former_plan == former


def test_a_request_travels_as_fields(running, client):
    """What request.json asks for, read by the optimizer, said in fields, read by the server: the same request."""
    network = network_of(with_category())
    asked = {
        "scope": {"sku_ids": ["007"], "alert_ids": ["a1"]},
        "severity_weights": {"red": 2.0},
        "response_policy": {"orange": ["keep"]},
        "min_dispatch_benefit": 2.0,
        "former_plan": {"frozen_before_day": "all", "change_prices": [{"from_day": 3, "price_per_unit": 1.0}]},
    }
    request, _, problems = read_request(network, asked, former=plan_of(network, 5))
    assert not problems
    name = client.upload_network(network).name
    plan = client.create_plan(name, backend="quick", **asked_fields(network, request))
    found = running.store.plan(plan.name).request
    assert found == replace(request, former_plan=found.former_plan)
    for field in fields(FormerPlan):
        if field.name != "plan":
            assert getattr(found.former_plan, field.name) == getattr(request.former_plan, field.name)
    assert found.former_plan.plan.units.tolist() == [5]
    assert found.former_plan.plan.lane.tolist() == [0]


def test_nothing_asked_is_nothing_asked(running, client):
    assert running.store.plan(client.send_plan(plan_request()).name).request == Request()


def test_every_wrong_field_is_named(client):
    """One mistake in every field of the request, one answer."""
    request = plan_request(
        "no such backend",
        scope_sku_ids=["007", "008"],
        scope_categories=["hats"],
        scope_node_ids=["W", "nowhere", "X"],
        scope_alert_ids=["a2"],
        severity_weights=[
            pb.SeverityWeight(severity=net.SEVERITY_RED, weight=-1.0),
            pb.SeverityWeight(weight=1.0),
            pb.SeverityWeight(severity=net.SEVERITY_ORANGE, weight=1.0),
            pb.SeverityWeight(severity=net.SEVERITY_ORANGE, weight=2.0),
        ],
        response_policy=[
            pb.SeverityResponses(severity=net.SEVERITY_YELLOW, responses=[pb.RESPONSE_KEEP]),
            pb.SeverityResponses(severity=net.SEVERITY_ORANGE, responses=[pb.RESPONSE_UNSPECIFIED]),
        ],
        min_line_benefit=-1.0,
        min_dispatch_benefit=float("nan"),
        former_plan=pb.FormerPlan(
            lines=pb.ProposedPlan(lines=[LINE]),
            frozen_before_day=-2,
            change_prices=[pb.ChangePrice(from_day=0, price_per_unit=-2.0)],
        ),
    )
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(request)
    assert violations(error.value) == {
        "parameters.backend": "UNKNOWN_BACKEND",
        "scope_sku_ids[1]": "UNKNOWN_ID",
        "scope_categories[0]": "UNKNOWN_ID",
        "scope_node_ids[1]": "UNKNOWN_ID",
        "scope_node_ids[2]": "UNKNOWN_ID",
        "scope_alert_ids[0]": "UNKNOWN_ID",
        "severity_weights[0].weight": "BAD_VALUE",
        "severity_weights[1].severity": "EMPTY",
        "severity_weights[3].severity": "DUPLICATE",
        "response_policy[1].responses": "BAD_VALUE",
        "min_line_benefit": "BAD_VALUE",
        "min_dispatch_benefit": "BAD_VALUE",
        "former_plan.frozen_before_day": "BAD_VALUE",
        "former_plan.change_prices[0].price_per_unit": "BAD_VALUE",
    }


def test_a_weight_that_makes_selling_pointless_is_refused(client):
    """At S a unit sold is worth 1.0 + weight * 2.0, and one left over 2.0: the weight 0.25 is too little."""
    data = small_network()
    data.products[0].list_price = 1.0
    data.stock[0].holding_cost = 1.0
    data.stock[1].shortage_penalty = 2.0
    data.alerts[0].severity = net.SEVERITY_RED
    weight = pb.SeverityWeight(severity=net.SEVERITY_RED, weight=0.25)
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(plan_request(network=data, severity_weights=[weight]))
    assert set(violations(error.value)) == {"severity_weights"}
    weight.weight = 0.5
    assert client.plans.CreatePlan(plan_request(network=data, severity_weights=[weight], validate_only=True))


@pytest.mark.parametrize("method", ["CreatePlan", "CheckPlan"])
def test_lines_of_a_former_plan_that_mean_nothing_are_all_named(client, method):
    lines = [
        pb.ProposedLine(lane_id="W>X", sku_id="007", units=1),
        LINE,
        pb.ProposedLine(lane_id="W>S", sku_id="008", units=1),
    ]
    former = pb.FormerPlan(lines=pb.ProposedPlan(lines=lines))
    call = getattr(client.plans, method)
    own = {"plan": pb.ProposedPlan()} if method == "CheckPlan" else {}
    request = getattr(service, f"{method}Request")(network=small_network(), former_plan=former, **own)
    with pytest.raises(grpc.RpcError) as error:
        call(request)
    assert set(violations(error.value)) == {"former_plan.lines.lines[0].lane_id", "former_plan.lines.lines[2].sku_id"}


def test_a_former_plan_must_be_one(client):
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(plan_request(former_plan=pb.FormerPlan(frozen_before_day=1)))
    assert violations(error.value) == {"former_plan": "EMPTY"}
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(plan_request(former_plan=pb.FormerPlan(name="plans/none")))
    assert error.value.code() is grpc.StatusCode.NOT_FOUND
    failed = finished(client, backend="raises")
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(plan_request(former_plan=pb.FormerPlan(name=failed.name)))
    assert error.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_a_former_plan_is_read_by_its_ids_in_another_network(running, client):
    """Yesterday's plan in today's network, which has a new node, product and lane ahead of the old ones."""
    yesterday = finished(client)
    today = net.NetworkData(
        nodes=[net.Node(node_id="A", kind=net.NODE_KIND_STORE)],
        products=[net.Product(sku_id="006", list_price=1.0, salvage_value=0.5, unit_weight_kg=1.0)],
        lanes=[net.Lane(lane_id="W>A", origin="W", destination="A")],
    )
    today.MergeFrom(small_network())
    former = pb.FormerPlan(name=yesterday.name, all_frozen=True)
    plan = client.send_plan(plan_request(network=today, former_plan=former))
    found = running.store.plan(plan.name).request.former_plan
    assert (found.plan.lane.tolist(), found.plan.sku.tolist(), found.plan.units.tolist()) == ([1], [1], [4])
    assert found.frozen_before_day == NO_LIMIT
    assert client.get_plan(plan.name).former_plan == former
    client.wait_plan(plan.name, timeout_seconds=20)


def test_lanes_of_a_former_plan_that_are_gone_are_named(client):
    yesterday = finished(client)
    today = small_network()
    today.lanes[0].lane_id = "W>>S"
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(plan_request(network=today, former_plan=pb.FormerPlan(name=yesterday.name)))
    assert violations(error.value) == {"former_plan.name": "UNKNOWN_ID"}
    assert "W>S" in error.value.details()


def test_a_plan_that_is_read_can_be_proposed_again(client):
    tables = client.read_plan(finished(client).name)
    proposed = proposed_plan(tables)
    assert [(line.lane_id, line.sku_id, line.units) for line in proposed.lines] == [("W>S", "007", 4)]
    assert not proposed.lines[0].HasField("expiry_day")
    assert [(run.lane_id, run.dispatches) for run in proposed.dispatches] == [("W>S", 1)]
    response = client.plans.CheckPlan(service.CheckPlanRequest(network=small_network(), plan=proposed))
    assert response.certificate.valid


def test_fixes_are_told_as_changes_with_cost_and_worth(client):
    """A worker's unmet table with two fixes, one of two changes, arrives as it was."""
    tables = client.read_plan(finished(client, backend="explained").name)
    unmet, fixes = tables["unmet"], tables["fixes"]
    assert unmet["code"].tolist() == ["capacity", "no_supply"]
    assert unmet["fix_cost_money_units"].tolist() == [3_000_000, np.iinfo(np.int64).min]
    assert unmet["fix_worth_money_units"].tolist() == [4_500_000, 7]
    assert fixes.to_dict("records") == [
        {"node_id": "S", "sku_id": "007", "field": "lanes.max_dispatches", "place": "W>S", "amount": 1.0},
        {"node_id": "S", "sku_id": "007", "field": "lanes.capacity_kg", "place": "W>S", "amount": 2.5},
        {"node_id": "W", "sku_id": "007", "field": "stock.on_hand", "place": "W/007", "amount": 4.0},
    ]


def test_the_objective_is_told_beside_the_benefit(client):
    """4 units at 7.5 less a dispatch of 3.0 are the benefit; the line's own charge is what the objective lacks."""
    done = finished(client, backend="charged", min_line_benefit=1.25)
    assert done.result.benefit == 27.0
    assert done.result.objective == 25.75
    assert done.result.objective_money_units == 25_750_000
    assert dict(done.result.certificate.adjustments_money_units) == {"request.min_line_benefit": -1_250_000}
    assert done.result.certificate.objective_money_units == 25_750_000
    assert (done.best.benefit, done.best.objective) == (27.0, 25.75)


DISPLAYS = [
    net.DisplayRule(display_id="run", sku_id="007", min_units=2, broken_price=4.0),
    net.DisplayRule(display_id="wall", sku_id="007", node_id="S", broken_price=1.0),
]


@pytest.mark.parametrize("way", ["inline", "uploaded", "with alerts of its own"])
def test_every_table_and_column_of_the_format_is_taken(running, client, way):
    """Lots, lane rules, display rules and all columns that were refused once, by rows and by columns."""
    data = small_network(
        lane_rules=[net.LaneRule(origin="W", category="shoes", allowed=True)],
        lots=[net.Lot(node_id="W", sku_id="007", lot_id="l1", units=4, expiry_days=9)],
        display_rules=DISPLAYS,
    )
    data.nodes[0].pick_capacity_units = 7
    data.nodes[1].receive_capacity_units = 8
    data.nodes[0].max_outbound_lanes = 1
    data.nodes[1].max_inbound_lanes = 2
    data.products[0].shelf_life_days = 20
    data.products[0].min_remaining_shelf_life_days = 3
    data.products[0].category = "shoes"
    data.stock[0].no_send_before_day = 2
    data.stock[1].demand_std = 1.5
    if way == "inline":
        network = running.store.snapshot(f"{client.send_plan(plan_request(network=data)).name}/network")
    else:
        name = client.upload_network(network_of(data)).name
        if way != "uploaded":
            alert = net.Alert(alert_id="a2", kind=net.ALERT_KIND_OVERSTOCK, node_id="W", sku_id="007")
            name = f"{client.send_plan(plan_request(network_name=name, alerts=[alert])).name}/network"
        network = running.store.snapshot(name)
    assert network.lots.units.tolist() == [4]
    assert network.lane_rules.category.tolist() == ["shoes"]
    assert network.display_rules.broken_price.tolist() == [4.0, 1.0]
    assert network.display_rules.min_units.tolist() == [2, 1]
    assert network.nodes.pick_capacity_units.tolist()[0] == 7
    assert network.nodes.receive_capacity_units.tolist()[1] == 8
    assert (network.nodes.max_outbound_lanes[0], network.nodes.max_inbound_lanes[1]) == (1, 2)
    assert network.products.min_remaining_shelf_life_days.tolist() == [3]
    assert sorted(network.stock.no_send_before_day.tolist()) == [0, 2]
    assert sorted(network.stock.demand_std.tolist()) == [0.0, 1.5]


def test_what_is_wrong_with_displays_is_named(client):
    rules = [*DISPLAYS, net.DisplayRule(display_id="run", sku_id="nothing", min_units=0)]
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(plan_request(network=small_network(display_rules=rules)))
    assert violations(error.value) == {
        "network.display_rules[2].sku_id": "UNKNOWN_ID",
        "network.display_rules[2].min_units": "TOO_SMALL",
    }
