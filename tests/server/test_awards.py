"""Awards over gRPC with the real search: asked for, watched, cancelled, read, checked and explained."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import pandas as pd
import pytest

from counterpoise.v1 import award_pb2 as pb
from counterpoise.v1 import award_service_pb2 as service
from counterpoise.v1 import event_pb2, plan_pb2, plan_service_pb2
from counterpoise.v1 import network_pb2 as net
from network import network_from_frames
from server.client import Client
from server.rows import frames_of, given_settings
from server.service import RunningServer, start_server
from server.settings import Settings
from server.work import Solver
from tests.server.conftest import violations
from tests.server.test_events import SETTINGS as EVENT_SETTINGS
from tests.server.test_events import small_event, uploaded

SLOW = Settings(queue_size=3, overrun_seconds=0.5, networks=30)


@pytest.fixture(scope="module")
def server() -> Iterator[RunningServer]:
    """A server with the real solver for plans and awards."""
    with start_server(settings=SLOW) as running:
        yield running


@pytest.fixture
def caller(server) -> Iterator[Client]:
    with Client(server.address, deadline_seconds=60) as client:
        yield client


@pytest.fixture(scope="module")
def dawdling() -> Iterator[Client]:
    """A client of a server whose search finds something and then goes on for ever."""
    solver = Solver(award="tests.server.solving:dawdling_award")
    with start_server(settings=SLOW, solver=solver) as running, Client(running.address, deadline_seconds=60) as client:
        yield client


def test_the_best_award_is_found_and_can_be_read(caller):
    event = uploaded(caller, small_event())
    asked = caller.sourcing.create_award(event.name, time_limit_seconds=20, display_name="today")
    assert (asked.state, asked.event_name) == (plan_pb2.PLAN_STATE_QUEUED, event.name)
    done = caller.sourcing.wait_award(asked.name, timeout_seconds=60)
    # A of one at 3, B of two at 5; both are paid 2 for being used.
    assert done.state == plan_pb2.PLAN_STATE_SUCCEEDED
    assert done.result.status == plan_pb2.PROOF_STATUS_OPTIMAL
    assert (done.result.cost, done.result.spend, done.result.winner_count, done.result.units) == (64.0, 60.0, 2, 16)
    assert done.result.certificate.valid
    tables = caller.sourcing.read_award(done.name)
    assert dict(zip(tables["awards"]["bid_id"], tables["awards"]["units"], strict=True)) == {"one-A": 10, "two-B": 6}
    assert tables["ledger"]["amount"].sum() == 64.0
    only = list(
        caller.sourcing.awards.ReadAward(service.ReadAwardRequest(name=done.name, tables=[pb.AWARD_TABLE_WINNERS]))
    )
    assert {message.chunk.table for message in only} == {pb.AWARD_TABLE_WINNERS}


def test_an_award_keeps_the_bids_it_was_asked_for_with(caller):
    event = uploaded(caller, small_event())
    award = caller.sourcing.create_award(event.name, time_limit_seconds=20)
    cheap = pd.DataFrame({"bid_id": ["late"], "supplier_id": ["one"], "item_id": ["A"], "unit_price": [0.01]})
    caller.sourcing.add_bids(event.name, {"bids": cheap})
    assert caller.sourcing.wait_award(award.name).result.cost == 64.0
    after = caller.sourcing.create_award(event.name, time_limit_seconds=20)
    assert caller.sourcing.wait_award(after.name).result.cost == 34.1


def test_an_infeasible_event_names_what_conflicts(caller):
    data = small_event()
    data.suppliers[0].capacity_units = 3
    data.suppliers[1].capacity_units = 4
    event = uploaded(caller, data)
    done = caller.sourcing.wait_award(caller.sourcing.create_award(event.name, time_limit_seconds=20).name)
    assert done.state == plan_pb2.PLAN_STATE_INFEASIBLE
    assert {"items.uncovered_penalty", "suppliers.capacity_units"} <= {each.rule for each in done.result.conflicts}


def test_a_small_event_comes_inline_and_the_call_waits(caller):
    request = service.CreateAwardRequest(event=small_event(), wait_for_result=True)
    award = caller.sourcing.awards.CreateAward(request, timeout=60).award
    assert (award.state, award.event_name) == (plan_pb2.PLAN_STATE_SUCCEEDED, "")
    checked = caller.sourcing.awards.CreateAward(
        service.CreateAwardRequest(event=small_event(), validate_only=True), timeout=60
    ).award
    assert (checked.name, checked.state) == ("", 0)


def test_every_field_that_is_wrong_is_named(caller):
    data = small_event(bids=[event_pb2.Bid(bid_id="bad", supplier_id="one", item_id="C", unit_price=1.0)])
    with pytest.raises(grpc.RpcError) as error:
        caller.sourcing.awards.CreateAward(service.CreateAwardRequest(event=data))
    assert list(violations(error.value)) == ["event.bids[4].item_id"]
    with pytest.raises(grpc.RpcError) as error:
        caller.sourcing.awards.CreateAward(service.CreateAwardRequest())
    assert list(violations(error.value)) == ["event"]


def test_the_same_request_id_gives_the_same_award(caller):
    event = uploaded(caller, small_event())
    first = caller.sourcing.create_award(event.name, request_id="award of today")
    assert caller.sourcing.create_award(event.name, request_id="award of today").name == first.name
    with pytest.raises(grpc.RpcError) as error:
        caller.sourcing.create_award(event.name, request_id="award of today", gap=0.5)
    assert error.value.code() is grpc.StatusCode.ALREADY_EXISTS
    caller.sourcing.wait_award(first.name)
    names = [each.name for each in caller.sourcing.awards.ListAwards(service.ListAwardsRequest()).awards]
    assert first.name in names
    caller.sourcing.awards.DeleteAward(service.DeleteAwardRequest(name=first.name))
    with pytest.raises(grpc.RpcError) as error:
        caller.sourcing.awards.GetAward(service.GetAwardRequest(name=first.name))
    assert error.value.code() is grpc.StatusCode.NOT_FOUND


def test_an_award_is_no_plan(caller):
    event = uploaded(caller, small_event())
    award = caller.sourcing.create_award(event.name)
    with pytest.raises(grpc.RpcError) as error:
        caller.get_plan(award.name)
    assert error.value.code() is grpc.StatusCode.NOT_FOUND
    caller.sourcing.wait_award(award.name)


def test_awards_made_by_hand_are_checked(caller):
    event = uploaded(caller, small_event())
    good = caller.sourcing.check_award(event.name, {"one-A": 10})
    assert (good.valid, good.cost_money_units, good.uncovered_units) == (True, 152_000_000, 6)
    bad = caller.sourcing.check_award(event.name, {"one-A": 9, "two-B": 6})
    assert not bad.valid
    assert [violation.rule for violation in bad.violations] == ["items.units"]
    with pytest.raises(grpc.RpcError) as error:
        caller.sourcing.check_award(event.name, {"one-A": 9, "nobody": 6})
    assert list(violations(error.value)) == ["lines[1].bid_id"]


def test_losing_bids_learn_their_price_and_rules_their_cost(caller):
    rule = event_pb2.EventRule(
        rule_id="one winner",
        kind=event_pb2.RULE_KIND_LIMIT,
        sense=event_pb2.RULE_SENSE_AT_MOST,
        measure=event_pb2.RULE_MEASURE_WINNERS,
        amount=1,
    )
    event = uploaded(caller, small_event(rules=[rule]))
    done = caller.sourcing.wait_award(caller.sourcing.create_award(event.name, time_limit_seconds=20).name)
    assert done.result.cost == 72.0  # all of two: 40 + 30 + 2
    tables = caller.sourcing.explain_award(done.name, time_limit_seconds=20)
    assert tables["rule_costs"]["rule_id"].tolist() == ["one winner"]
    assert tables["rule_costs"]["cost_low"].tolist() == [8.0]
    losing = tables["prices_to_win"].set_index("bid_id")
    assert set(losing.index) == {"one-A", "one-B", "two-A", "two-B"}
    own = caller.sourcing.explain_award(done.name, time_limit_seconds=20, supplier_id="one")
    assert set(own) == {"bid_feedback"}
    assert set(own["bid_feedback"]["bid_id"]) == {"one-A", "one-B"}


def test_a_cancelled_award_keeps_the_best_found(dawdling):
    event = uploaded(dawdling, small_event())
    award = dawdling.sourcing.create_award(event.name, time_limit_seconds=600)
    seen = []
    for message in dawdling.sourcing.watch_award(award.name):
        seen.append(message)
        if message.HasField("incumbent") and len([each for each in seen if each.HasField("incumbent")]) == 1:
            dawdling.sourcing.cancel_award(award.name)
    last = seen[-1]
    assert last.done
    assert last.award.state == plan_pb2.PLAN_STATE_CANCELLED
    assert last.award.result.certificate.valid
    assert last.award.result.cost == 152.0
    again = list(dawdling.sourcing.watch_award(award.name, from_index=last.next_index))
    assert [message.done for message in again] == [True]


def test_an_award_that_overruns_its_limit_is_ended_with_the_best_found(dawdling):
    event = uploaded(dawdling, small_event())
    done = dawdling.sourcing.wait_award(dawdling.sourcing.create_award(event.name, time_limit_seconds=6).name)
    assert done.state == plan_pb2.PLAN_STATE_SUCCEEDED
    assert done.result.stopped_by == plan_pb2.STOP_REASON_TIME_LIMIT
    assert done.result.cost == 152.0


def test_a_full_queue_says_when_to_come_again(dawdling):
    event = uploaded(dawdling, small_event())
    running = dawdling.sourcing.create_award(event.name, time_limit_seconds=600).name
    next(message for message in dawdling.sourcing.watch_award(running) if message.HasField("incumbent"))
    names = [running, *(dawdling.sourcing.create_award(event.name).name for _ in range(SLOW.queue_size))]
    with pytest.raises(grpc.RpcError) as error:
        dawdling.sourcing.create_award(event.name)
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    for name in names:
        dawdling.sourcing.cancel_award(name)
    for name in names:
        assert dawdling.sourcing.wait_award(name).state == plan_pb2.PLAN_STATE_CANCELLED


SHORT_BIDS = pd.DataFrame(
    {
        "bid_id": ["n", "f"],
        "supplier_id": ["near", "far"],
        "item_id": ["S/007", "S/007"],
        "unit_price": [4.0, 3.0],
        "max_units": [10, 3],
    }
)


def short_network() -> net.NetworkData:
    """A store that misses 4 units, and two suppliers that could deliver them."""
    return net.NetworkData(
        settings=net.NetworkSettings(currency="EUR", as_of="2026-01-05", horizon_days=28),
        nodes=[
            net.Node(node_id="W", kind=net.NODE_KIND_WAREHOUSE),
            net.Node(node_id="S", kind=net.NODE_KIND_STORE),
            net.Node(node_id="near", kind=net.NODE_KIND_SUPPLIER),
            net.Node(node_id="far", kind=net.NODE_KIND_SUPPLIER),
        ],
        products=[net.Product(sku_id="007", list_price=9.5, salvage_value=2.0, unit_weight_kg=1.0)],
        lanes=[
            net.Lane(origin="W", destination="S", cost_per_unit=0.5),
            net.Lane(origin="near", destination="S", cost_per_unit=0.25, lead_time_days=2),
            net.Lane(origin="far", destination="S", cost_per_unit=1.0, lead_time_days=6),
        ],
        stock=[
            net.StockPosition(node_id="W", sku_id="007", on_hand=6, demand_mean=0.0),
            net.StockPosition(node_id="S", sku_id="007", on_hand=0, demand_mean=10.0),
        ],
        alerts=[net.Alert(alert_id="a", kind=net.ALERT_KIND_SHORTAGE, node_id="S", sku_id="007")],
        supplies=[net.Supply(node_id="near"), net.Supply(node_id="far", unit_price=3.0)],
    )


def test_a_shortage_becomes_an_event_bids_and_an_award(caller):
    request = plan_service_pb2.CreatePlanRequest(network=short_network(), wait_for_result=True)
    plan = caller.plans.CreatePlan(request, timeout=60).plan
    assert plan.result.unmet_units == 4
    asked = caller.sourcing.create_rfq(plan.name, most_suppliers=2)
    assert [(item.item_id, item.units) for item in asked.items] == [("S/007", 4)]
    assert {each.supplier_id for each in asked.invitations if each.invited} == {"near", "far"}
    assert asked.event.plan_name == plan.name
    added = caller.sourcing.add_bids(asked.event.name, {"bids": SHORT_BIDS})
    assert list(added.bid_ids) == ["n", "f"]
    award = caller.sourcing.create_award(asked.event.name, time_limit_seconds=20)
    done = caller.sourcing.wait_award(award.name)
    assert (done.result.cost, done.result.uncovered_units) == (13.0, 0)
    assert EVENT_SETTINGS.currency == done.result.currency


def test_a_plan_buys_from_the_bids_of_an_event(caller):
    """Bids compete with transfers in one plan; it can be read, checked, compared and repaired with them."""
    plan = caller.plans.CreatePlan(
        plan_service_pb2.CreatePlanRequest(network=short_network(), wait_for_result=True), timeout=60
    ).plan
    event = caller.sourcing.create_rfq(plan.name, most_suppliers=2).event
    caller.sourcing.add_bids(event.name, {"bids": SHORT_BIDS})
    network = network_from_frames(frames_of(short_network()), given_settings(short_network().settings))[0]
    asked = {"network_name": caller.upload_network(network).name, "event_name": event.name}
    joint = caller.plans.CreatePlan(
        plan_service_pb2.CreatePlanRequest(
            **asked, wait_for_result=True, former_plan=plan_pb2.FormerPlan(name=plan.name)
        ),
        timeout=60,
    ).plan
    assert (joint.event_name, plan.event_name) == (event.name, "")
    assert joint.result.certificate.valid
    assert joint.result.unmet_units == 0
    assert joint.result.benefit > plan.result.benefit
    bought = caller.read_plan(joint.name)["purchases"]
    assert bought["units"].sum() == 4
    assert set(bought["quote_id"]) <= {"n", "f"}
    difference, tables = caller.compare_plans(joint.name, plan.name)
    assert difference.changed_units == tables["purchases"]["units_before"].sum()

    lines = plan_pb2.ProposedPlan(purchases=[plan_pb2.ProposedPurchase(quote_id="n", units=40)])
    checked = caller.plans.CheckPlan(plan_service_pb2.CheckPlanRequest(**asked, plan=lines), timeout=60)
    assert not checked.certificate.valid
    mended = caller.plans.RepairPlan(
        plan_service_pb2.RepairPlanRequest(**asked, plan=lines, wait_for_result=True), timeout=60
    ).plan
    assert mended.result.certificate.valid
    assert mended.repair.changed_units == mended.repair.least_changed_units


def test_an_event_that_quotes_cannot_say_is_refused_for_a_plan(caller):
    event = uploaded(caller, small_event())
    with pytest.raises(grpc.RpcError) as error:
        caller.plans.CreatePlan(
            plan_service_pb2.CreatePlanRequest(network=short_network(), event_name=event.name), timeout=60
        )
    assert error.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert set(violations(error.value)) == {"event_name"}
    with pytest.raises(grpc.RpcError) as error:
        caller.plans.CreatePlan(
            plan_service_pb2.CreatePlanRequest(network=short_network(), event_name="events/none"), timeout=60
        )
    assert error.value.code() is grpc.StatusCode.NOT_FOUND


def test_the_example_of_the_documentation_runs(caller, server, capsys):
    """docs/service.md, with the address of this server, a plan that is there and two bids."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "service.md").read_text(encoding="utf-8")
    example = page.partition("create_rfq")[0].rpartition("```python\n")[2] + "create_rfq"
    example += page.partition("create_rfq")[2].partition("```")[0]
    request = plan_service_pb2.CreatePlanRequest(network=short_network(), wait_for_result=True)
    plan = caller.plans.CreatePlan(request, timeout=60).plan
    assert "127.0.0.1:50051" in example
    assert "plans/1" in example
    names: dict[str, object] = {"bids": SHORT_BIDS}
    exec(example.replace("127.0.0.1:50051", server.address).replace("plans/1", plan.name), names)
    assert names["award"].name
    told = capsys.readouterr().out
    assert "13.0" in told
    assert "factor_low" in told
