"""Networks and alerts on their way in: columns, rows, and everything that can be wrong with them."""

import uuid

import grpc
import numpy as np
import pandas as pd
import pytest
from google.rpc import error_details_pb2
from hypothesis import given
from hypothesis import strategies as st

from counterpoise.v1 import alert_service_pb2 as alerts_api
from counterpoise.v1 import network_pb2 as net
from counterpoise.v1 import network_service_pb2 as networks
from counterpoise.v1 import plan_pb2 as pb
from counterpoise.v1 import plan_service_pb2 as service
from counterpoise.v1 import plan_service_pb2_grpc
from network.reading import network_from_frames
from network.schema import TABLES
from network.writing import network_to_frames, settings_of
from server.client import Client, details_of, upload_requests
from server.columns import CHUNK_BYTES, ChunkCollector, encode_table
from server.rows import ROW_TYPES, frame_of_rows, frames_of, given_settings, rows_of_frame
from tests.server.conftest import SETTINGS, plan_request, small_network, violations


def network_of(data):
    return network_from_frames(frames_of(data), given_settings(data.settings))[0]


def large_network(n_stores):
    """One warehouse and many stores, with lanes to each."""
    stores = [f"store {number:05d}" for number in range(n_stores)]
    frames = {
        "nodes": pd.DataFrame({"node_id": ["W", *stores], "kind": ["warehouse"] + ["store"] * n_stores}),
        "products": pd.DataFrame({"sku_id": ["p"], "list_price": [5.0], "case_pack": pd.array([None], "Int64")}),
        "lanes": pd.DataFrame(
            {
                "origin": "W",
                "destination": stores,
                "max_dispatches": pd.array([None, 2] * (n_stores // 2), "Int64"),
                "fixed_cost": np.linspace(0, 1, n_stores),
            }
        ),
        "stock": pd.DataFrame(
            {"node_id": ["W", *stores], "sku_id": "p", "on_hand": [n_stores] + [0] * n_stores, "demand_mean": 1.0}
        ),
        "alerts": pd.DataFrame({"alert_id": stores, "kind": "shortage", "node_id": stores, "sku_id": "p"}),
    }
    return network_from_frames(frames, {"currency": "EUR", "horizon_days": 28})[0]


def assert_same(left, right):
    """Two networks hold the same tables."""
    assert settings_of(left) == settings_of(right)
    left_frames, right_frames = network_to_frames(left), network_to_frames(right)
    assert left_frames.keys() == right_frames.keys()
    for table, frame in left_frames.items():
        pd.testing.assert_frame_equal(frame, right_frames[table])


def test_an_uploaded_network_is_the_network_that_was_sent(running, client):
    """600 stores in one go; the snapshot that the server holds equals the one the client had."""
    network = large_network(600)
    uploaded = client.upload_network(network, display_name="monday")
    assert uploaded.name.startswith("networks/")
    counts = dict.fromkeys(TABLES, 0) | {"nodes": 601, "products": 1, "lanes": 600, "stock": 601, "alerts": 600}
    assert dict(uploaded.row_counts) == counts
    assert_same(running.store.snapshot(uploaded.name), network)
    got = client.networks.GetNetwork(networks.GetNetworkRequest(name=uploaded.name)).network
    assert got == uploaded
    plan = client.wait_plan(client.create_plan(uploaded.name, backend="quick").name, timeout_seconds=20)
    assert plan.network_name == uploaded.name
    assert plan.state == pb.PLAN_STATE_SUCCEEDED
    client.networks.DeleteNetwork(networks.DeleteNetworkRequest(name=uploaded.name))
    assert len(client.read_plan(plan.name)["transfers"]) == 1  # the plan keeps what it needs


@given(
    st.lists(
        st.tuples(
            st.text(max_size=6) | st.none(),
            st.integers(-(2**63), 2**63 - 1) | st.none(),
            st.floats(allow_nan=False) | st.none(),
            st.booleans() | st.none(),
        ),
        max_size=30,
    )
)
def test_columns_survive_the_wire(rows):
    """Text, integers, numbers and truth values, each with empty cells."""
    dtypes = {"node_id": object, "on_hand": "Int64", "demand_mean": "Float64", "extra": "boolean"}
    columns = list(zip(*rows, strict=True)) or [()] * len(dtypes)
    frame = pd.DataFrame(
        {name: pd.Series(cells, dtype=dtype) for (name, dtype), cells in zip(dtypes.items(), columns, strict=True)}
    )
    collector = ChunkCollector(SETTINGS.limits, 10**9)
    for chunk in encode_table("stock", frame):
        collector.add(net.TableChunk.FromString(chunk.SerializeToString()))
    received = collector.frames()["stock"]
    for name in frame:
        sent = frame[name].astype(object).where(frame[name].notna(), None).tolist()
        assert received[name].astype(object).where(received[name].notna(), None).tolist() == sent


def test_long_tables_are_cut_into_chunks_of_about_a_mebibyte():
    words = [uuid.uuid4().hex for _ in range(100_000)]
    frame = pd.DataFrame({"node_id": words, "sku_id": "p", "on_hand": np.arange(100_000)})
    chunks = list(encode_table("stock", frame))
    assert len(chunks) > 3
    assert max(chunk.ByteSize() for chunk in chunks) <= CHUNK_BYTES
    collector = ChunkCollector(SETTINGS.limits.__class__(), 10**9)
    for chunk in chunks:
        collector.add(chunk)
    received = collector.frames()["stock"]
    assert received["node_id"].astype(object).tolist() == words
    assert received["on_hand"].tolist() == list(range(100_000))


def every_field(table):
    """A row with a value in every field."""
    row = ROW_TYPES[table]()
    for field in row.DESCRIPTOR.fields:
        if field.enum_type:
            setattr(row, field.name, 1)
        else:
            setattr(row, field.name, {"string": "x", "bool": True}.get(_type_name(field), 3))
    return row


def _type_name(field):
    return {field.TYPE_STRING: "string", field.TYPE_BOOL: "bool"}.get(field.type, "number")


@pytest.mark.parametrize("table", ROW_TYPES)
def test_rows_survive_being_columns(table):
    rows = [every_field(table), ROW_TYPES[table]()]
    assert rows_of_frame(table, frame_of_rows(table, rows)) == rows


@pytest.mark.parametrize("table", ROW_TYPES)
def test_rows_have_the_columns_of_the_format(table):
    assert tuple(field.name for field in ROW_TYPES[table].DESCRIPTOR.fields) == TABLES[table].names


def test_every_problem_of_an_inline_network_is_named(client):
    """Ten mistakes in one request, ten paths in one answer."""
    request = plan_request()
    data = request.network
    data.nodes.add(node_id="W", kind=net.NODE_KIND_STORE)
    data.nodes.add(node_id="X", kind=99)
    data.products.add(sku_id="expensive")
    data.lanes.add(origin="W", destination="nowhere")
    data.lanes.add(origin="S", destination="S")
    data.lanes.add(lane_id="cheap", origin="S", destination="W", fixed_cost=-1.0)
    data.stock.add(node_id="X", sku_id="007", on_hand=-4, demand_mean=1.0)
    data.stock.add(node_id="W", sku_id="007", on_hand=1, demand_mean=1.0)
    data.stock.add(node_id="W", sku_id="unknown", on_hand=1, demand_mean=float("nan"))
    data.alerts.add(alert_id="a2", node_id="S", sku_id="007")
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(request)
    found = violations(error.value)
    assert {
        "network.nodes[2].node_id": found.get("network.nodes[2].node_id"),
        "network.nodes[3].kind": "UNKNOWN_VALUE",
        "network.products[1].list_price": "EMPTY",
        "network.lanes[1].destination": "UNKNOWN_ID",
        "network.lanes[3].fixed_cost": "TOO_SMALL",
        "network.stock[2].on_hand": "TOO_SMALL",
        "network.stock[4].sku_id": "UNKNOWN_ID",
        "network.stock[4].demand_mean": "EMPTY",
        "network.alerts[1].kind": "EMPTY",
    }.items() <= found.items()
    assert any(field.startswith("network.lanes[2]") for field in found)
    assert any(field.startswith("network.stock[3]") for field in found)
    assert found["network.nodes[2].node_id"]


def test_bad_parameters_are_all_named(client):
    request = plan_request("no such backend")
    request.parameters.gap = float("nan")
    request.parameters.time_limit.FromSeconds(10**6)
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(request)
    assert violations(error.value) == {
        "parameters.time_limit": "OUT_OF_RANGE",
        "parameters.gap": "OUT_OF_RANGE",
        "parameters.backend": "UNKNOWN_BACKEND",
    }


@pytest.mark.parametrize(
    ("field", "value"), [("horizon_days", 0), ("money_decimals", 99), ("currency", ""), ("as_of", "soon")]
)
def test_bad_settings_are_named(client, field, value):
    request = plan_request()
    setattr(request.network.settings, field, value)
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(request)
    assert list(violations(error.value)) == [f"network.settings.{field}"]


def test_a_request_without_a_network_says_so(client):
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(service.CreatePlanRequest())
    assert violations(error.value) == {"network": "MISSING_SOURCE"}


def many_problems():
    """One mistake in each of 90 rows."""
    request = plan_request()
    for number in range(90):
        request.network.stock.add(node_id=f"unknown {number}", sku_id="007", on_hand=1, demand_mean=1.0)
    return request


def test_long_lists_of_problems_reach_callers_that_make_room(client):
    """The client raises its limit of trailers and gets all; a caller that does not gets what fits, with the total."""
    with pytest.raises(grpc.RpcError) as error:
        client.send_plan(many_problems())
    assert len(violations(error.value)) == 90


def test_long_lists_of_problems_fit_the_trailers_of_any_client(running):
    with grpc.insecure_channel(running.address) as channel:
        stub = plan_service_pb2_grpc.PlanServiceStub(channel)
        with pytest.raises(grpc.RpcError) as error:
            stub.CreatePlan(many_problems())
    listed = violations(error.value)
    assert 10 < len(listed) < 90
    (info,) = [detail for detail in details_of(error.value) if isinstance(detail, error_details_pb2.ErrorInfo)]
    assert dict(info.metadata) == {"problems": "90", "problems_listed": str(len(listed))}


def chunk_of(**changes):
    column = net.Column(name="on_hand", type=net.COLUMN_TYPE_INT64, values=np.arange(3, dtype="<i8").tobytes())
    fields = {"table": net.NETWORK_TABLE_STOCK, "row_count": 3, "columns": [column]} | changes
    return net.TableChunk(**fields)


def text_column(**changes):
    fields = {
        "name": "node_id",
        "type": net.COLUMN_TYPE_STRING,
        "values": np.array([0, 1, -1], "<i4").tobytes(),
        "dictionary": ["a", "b"],
    }
    return net.Column(**(fields | changes))


@pytest.mark.parametrize(
    ("chunks", "field"),
    [
        ([chunk_of(table=0)], "chunk.table"),
        ([chunk_of(row_count=-1)], "chunk.row_count"),
        ([chunk_of(row_count=4)], "chunk.columns[0].values"),
        ([chunk_of(columns=[])], "chunk.row_count"),
        ([chunk_of(columns=[text_column(type=0)])], "chunk.columns[0].type"),
        ([chunk_of(columns=[text_column(values=b"\x02\0\0\0" * 3)])], "chunk.columns[0].values"),
        ([chunk_of(columns=[text_column(dictionary=["a", "a"])])], "chunk.columns[0].dictionary"),
        ([chunk_of(columns=[text_column(validity=b"\x01\x02")])], "chunk.columns[0].validity"),
        ([chunk_of(), chunk_of(columns=[text_column()])], "chunk.columns"),
        ([chunk_of(columns=[text_column(), text_column()])], "chunk.columns"),
    ],
)
def test_chunks_that_contradict_themselves_are_refused(client, chunks, field):
    header = networks.UploadNetworkHeader(settings=small_network().settings)
    messages = [networks.UploadNetworkRequest(header=header)]
    messages += [networks.UploadNetworkRequest(chunk=chunk) for chunk in chunks]
    with pytest.raises(grpc.RpcError) as error:
        client.networks.UploadNetwork(iter(messages))
    assert list(violations(error.value)) == [field]


def test_an_upload_begins_with_its_header(client):
    for messages in ([], [networks.UploadNetworkRequest(chunk=chunk_of())]):
        with pytest.raises(grpc.RpcError) as error:
            client.networks.UploadNetwork(iter(messages))
        assert violations(error.value) == {"header": "MISSING_HEADER"}


def test_every_problem_of_an_upload_is_named(client):
    frames = frames_of(small_network())
    frames["stock"].loc[1, "on_hand"] = -1
    frames["lanes"].loc[0, "destination"] = "nowhere"
    with pytest.raises(grpc.RpcError) as error:
        client.networks.UploadNetwork(upload_requests(frames, {"currency": "EUR", "horizon_days": 28}))
    assert violations(error.value) == {"stock[1].on_hand": "TOO_SMALL", "lanes[0].destination": "UNKNOWN_ID"}


def test_a_retried_upload_gives_the_same_network(client):
    network = network_of(small_network())
    first = client.upload_network(network, request_id="upload once")
    assert client.upload_network(network, request_id="upload once") == first
    with pytest.raises(grpc.RpcError) as error:
        client.upload_network(large_network(10), request_id="upload once")
    assert error.value.code() is grpc.StatusCode.ALREADY_EXISTS


def test_a_checked_upload_is_not_kept(client):
    checked = client.upload_network(network_of(small_network()), validate_only=True)
    assert not checked.name
    assert checked.row_counts["stock"] == 2


def test_networks_are_listed_by_pages(client):
    names = [client.upload_network(network_of(small_network())).name for _ in range(3)]
    listed, token = [], ""
    while True:
        page = client.networks.ListNetworks(networks.ListNetworksRequest(page_size=2, page_token=token))
        listed += [network.name for network in page.networks]
        token = page.next_page_token
        if not token:
            break
    assert listed[-3:] == names
    for name in names:
        client.networks.DeleteNetwork(networks.DeleteNetworkRequest(name=name))


def test_too_many_networks_are_refused(running, client):
    network = network_of(small_network())
    held = client.networks.ListNetworks(networks.ListNetworksRequest(page_size=200)).networks
    names = [client.upload_network(network).name for _ in range(SETTINGS.networks - len(held))]
    with pytest.raises(grpc.RpcError) as error:
        client.upload_network(network)
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert "at most 20 networks" in error.value.details()
    for name in names:
        client.networks.DeleteNetwork(networks.DeleteNetworkRequest(name=name))


@pytest.fixture
def uploaded(client: Client):
    """The small network without its alert, held by the server."""
    data = small_network()
    del data.alerts[:]
    name = client.upload_network(network_of(data)).name
    yield name
    client.networks.DeleteNetwork(networks.DeleteNetworkRequest(name=name))


def test_alerts_are_taken_in_on_their_own_and_planned_for(client, uploaded):
    alerts = [
        net.Alert(alert_id="1", kind=net.ALERT_KIND_SHORTAGE, node_id="S", sku_id="007", severity=net.SEVERITY_RED),
        net.Alert(alert_id="2", kind=net.ALERT_KIND_OVERSTOCK, node_id="W", sku_id="007", units=4),
    ]
    batch = client.create_alerts(uploaded, alerts)
    assert batch.name.startswith(f"{uploaded}/alertBatches/")
    assert batch.alert_count == 2
    got = client.alerts.GetAlertBatch(alerts_api.GetAlertBatchRequest(name=batch.name)).alert_batch
    assert list(got.alerts) == alerts
    plan = client.create_plan(uploaded, alert_batch_names=[batch.name], backend="quick")
    done = client.wait_plan(plan.name, timeout_seconds=20)
    assert (done.state, done.alert_count) == (pb.PLAN_STATE_SUCCEEDED, 2)
    assert list(done.alert_batch_names) == [batch.name]
    listed = client.alerts.ListAlertBatches(alerts_api.ListAlertBatchesRequest(parent=uploaded)).alert_batches
    assert [entry.name for entry in listed] == [batch.name]


def test_bad_alerts_are_all_named_and_nothing_is_kept(client, uploaded):
    alerts = [
        net.Alert(alert_id="1", kind=net.ALERT_KIND_SHORTAGE, node_id="nowhere", sku_id="007"),
        net.Alert(alert_id="2", kind=net.ALERT_KIND_SHORTAGE, node_id="S", sku_id="nothing", units=-3),
        net.Alert(alert_id="3", node_id="S", sku_id="007"),
    ]
    with pytest.raises(grpc.RpcError) as error:
        client.create_alerts(uploaded, alerts)
    assert violations(error.value) == {
        "alerts[0].node_id": "UNKNOWN_ID",
        "alerts[1].sku_id": "UNKNOWN_ID",
        "alerts[1].units": "TOO_SMALL",
        "alerts[2].kind": "EMPTY",
    }
    assert not client.alerts.ListAlertBatches(alerts_api.ListAlertBatchesRequest(parent=uploaded)).alert_batches


def test_an_alert_on_a_position_without_stock_is_a_warning(client):
    data = small_network()
    data.nodes.add(node_id="S2", kind=net.NODE_KIND_STORE)
    name = client.upload_network(network_of(data)).name
    alert = net.Alert(alert_id="new", kind=net.ALERT_KIND_SHORTAGE, node_id="S2", sku_id="007")
    (warning,) = client.create_alerts(name, [alert]).warnings
    assert warning.field.startswith("alerts[0]")
    client.networks.DeleteNetwork(networks.DeleteNetworkRequest(name=name))


def test_a_repeated_alert_id_across_batches_is_named(client, uploaded):
    alert = net.Alert(alert_id="1", kind=net.ALERT_KIND_SHORTAGE, node_id="S", sku_id="007")
    batches = [client.create_alerts(uploaded, [alert]).name for _ in range(2)]
    with pytest.raises(grpc.RpcError) as error:
        client.create_plan(uploaded, alert_batch_names=batches, backend="quick")
    assert "alert_batch_names[1]" in violations(error.value)


def test_a_batch_of_another_network_is_refused(client, uploaded):
    with pytest.raises(grpc.RpcError) as error:
        client.create_plan(uploaded, alert_batch_names=["networks/other/alertBatches/1"])
    assert violations(error.value) == {"alert_batch_names[0]": "OTHER_NETWORK"}


def test_a_retried_batch_is_kept_once(client, uploaded):
    alert = net.Alert(alert_id="1", kind=net.ALERT_KIND_SHORTAGE, node_id="S", sku_id="007")
    request = alerts_api.CreateAlertBatchRequest(parent=uploaded, alerts=[alert], request_id="batch once")
    names = {client.alerts.CreateAlertBatch(request).alert_batch.name for _ in range(2)}
    assert len(names) == 1
    request.alerts[0].units = 5
    with pytest.raises(grpc.RpcError) as error:
        client.alerts.CreateAlertBatch(request)
    assert error.value.code() is grpc.StatusCode.ALREADY_EXISTS


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.get_plan("plans/none"),
        lambda client: client.wait_plan("plans/none"),
        lambda client: list(client.watch_plan("plans/none")),
        lambda client: client.cancel_plan("plans/none"),
        lambda client: client.read_plan("plans/none"),
        lambda client: client.create_plan("networks/none"),
        lambda client: client.create_alerts("networks/none", []),
        lambda client: client.networks.DeleteNetwork(networks.DeleteNetworkRequest(name="networks/none")),
        lambda client: client.alerts.GetAlertBatch(alerts_api.GetAlertBatchRequest(name="networks/a/alertBatches/b")),
    ],
)
def test_unknown_names_are_not_found(client, call):
    with pytest.raises(grpc.RpcError) as error:
        call(client)
    assert error.value.code() is grpc.StatusCode.NOT_FOUND
    (detail,) = details_of(error.value)
    assert detail.resource_name in error.value.details()
