"""Whatever a request holds is answered or refused with the fields that are wrong, never with an internal error."""

import grpc
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from counterpoise.v1 import network_pb2 as net
from counterpoise.v1 import plan_pb2 as pb
from counterpoise.v1 import plan_service_pb2 as service
from optimizer.plan_files.plan_schema import PLAN_TABLES
from optimizer.request_reading import FORMER_PLAN_KEYS, KEYS, RESPONSES, SCOPE_KEYS
from server.rows import enum_word
from tests.server.conftest import small_network, violations

WORDS = st.sampled_from(["", "007", "W", "S", "W>S", "a1", "shoes", "nowhere", "\x00", "ü" * 300])
NUMBERS = st.floats() | st.sampled_from([0.0, 1.0, 1e300, -1e-300])
DAYS = st.integers(-(2**31), 2**31 - 1) | st.integers(-1, 30)
LINES = st.builds(
    pb.ProposedLine,
    lane_id=WORDS,
    origin=WORDS,
    destination=WORDS,
    sku_id=st.just("007") | WORDS,
    units=st.integers(-(2**63), 2**63 - 1) | st.integers(-1, 12),
    arrives_day=st.none() | DAYS,
    expiry_day=st.none() | DAYS,
    lot_id=WORDS,
)
SOUND_LINES = st.builds(pb.ProposedLine, lane_id=st.just("W>S"), sku_id=st.just("007"), units=st.integers(1, 12))
PLANS = st.builds(
    pb.ProposedPlan,
    lines=st.lists(LINES | SOUND_LINES, max_size=3),
    dispatches=st.lists(
        st.builds(pb.ProposedDispatch, lane_id=st.just("W>S") | WORDS, dispatches=st.integers(-(2**63), 2**63 - 1)),
        max_size=2,
    ),
)
ASKED = {
    "scope_sku_ids": st.lists(WORDS, max_size=2),
    "scope_categories": st.lists(WORDS, max_size=2),
    "scope_node_ids": st.lists(WORDS, max_size=2),
    "scope_alert_ids": st.lists(WORDS, max_size=2),
    "severity_weights": st.lists(st.builds(pb.SeverityWeight, severity=st.integers(0, 5), weight=NUMBERS), max_size=3),
    "response_policy": st.lists(
        st.builds(pb.SeverityResponses, severity=st.integers(0, 5), responses=st.lists(st.integers(0, 9), max_size=2)),
        max_size=3,
    ),
    "min_line_benefit": NUMBERS,
    "min_dispatch_benefit": NUMBERS,
}
FORMER = st.none() | st.builds(
    pb.FormerPlan,
    lines=PLANS,
    frozen_before_day=DAYS,
    all_frozen=st.booleans(),
    change_prices=st.lists(st.builds(pb.ChangePrice, from_day=DAYS, price_per_unit=NUMBERS), max_size=3),
)


def some_fields(fields):
    """Some of the fields, so that a single odd one is not hidden by the others."""
    return st.fixed_dictionaries({}, optional=fields)


def answered(call, request):
    """The answer, or None where the request was refused with the fields that are wrong."""
    try:
        answer = call(request)
    except grpc.RpcError as error:
        refused = error
    else:
        return answer
    assert violations(refused)
    return None


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(some_fields(ASKED | {"former_plan": FORMER}), PLANS)
def test_any_request_is_answered_or_refused_by_its_fields(client, asked, plan):
    data = small_network()
    data.alerts[0].severity = net.SEVERITY_RED
    former = asked.pop("former_plan", None)
    more = {} if former is None else {"former_plan": former}
    checked = answered(client.plans.CheckPlan, service.CheckPlanRequest(network=data, plan=plan, **asked, **more))
    assert checked is None or checked.certificate.valid == (checked.certificate.violation_count == 0)
    create = service.CreatePlanRequest(network=data, validate_only=True, **asked, **more)
    answered(client.plans.CreatePlan, create)
    repaired = service.RepairPlanRequest(network=data, plan=plan, validate_only=True, **asked)
    answered(client.plans.RepairPlan, repaired)


@pytest.mark.parametrize("message", [service.CreatePlanRequest, service.CheckPlanRequest, service.RepairPlanRequest])
def test_every_key_of_a_request_has_its_field(message):
    fields = set(message.DESCRIPTOR.fields_by_name)
    search = set(pb.SolveParameters.DESCRIPTOR.fields_by_name) | {"time_limit_seconds"}
    repaired = {"former_plan"} if message is service.RepairPlanRequest else set()
    assert set(KEYS) - {"scope"} - search - repaired <= fields
    assert {f"scope_{key}" for key in SCOPE_KEYS} <= fields


def test_every_key_of_a_former_plan_and_every_response_has_its_value():
    assert set(FORMER_PLAN_KEYS) - {"plan_directory"} <= set(pb.FormerPlan.DESCRIPTOR.fields_by_name)
    assert {enum_word(pb.Response.DESCRIPTOR, number) for number in pb.Response.values()} - {None} == set(RESPONSES)


@pytest.mark.parametrize("table", [name for name in PLAN_TABLES if name != "ledger"])
def test_every_column_of_a_plan_directory_has_its_field(table):
    """Amounts travel as integers; what follows from other columns does not travel."""
    response = service.ReadPlanResponse.DESCRIPTOR.fields_by_name[table].message_type
    fields = {field.name.removesuffix("_money_units") for field in response.fields}
    assert set(PLAN_TABLES[table].names) - {"fill", "cost", "proceeds"} <= fields
