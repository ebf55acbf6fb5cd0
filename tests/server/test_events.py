"""Events over gRPC: uploaded in columns, opened for shortages, and bids that come back."""

import re

import grpc
import pandas as pd
import pytest

from counterpoise.v1 import event_pb2 as pb
from counterpoise.v1 import event_service_pb2 as service
from network.columns import NO_LIMIT
from network.events.reading import event_from_frames
from network.events.writing import event_to_frames
from server.columns import column_chunks
from server.event_sources import event_frames, settings_to_proto
from tests.server.conftest import violations
from tests.sourcing.drawing import drawn_event

SETTINGS = pb.EventSettings(currency="EUR", as_of="2026-01-05")


def small_event(**changes) -> pb.EventData:
    """Two items, two suppliers and a bid of each for each."""
    prices = {("A", "one"): 3.0, ("A", "two"): 4.0, ("B", "one"): 9.0, ("B", "two"): 5.0}
    data = pb.EventData(
        settings=SETTINGS,
        items=[pb.EventItem(item_id="A", units=10), pb.EventItem(item_id="B", units=6, uncovered_penalty=20.0)],
        suppliers=[pb.EventSupplier(supplier_id=name, fixed_cost=2.0) for name in ("one", "two")],
        bids=[
            pb.Bid(bid_id=f"{supplier}-{item}", supplier_id=supplier, item_id=item, unit_price=price)
            for (item, supplier), price in prices.items()
        ],
    )
    for name, value in changes.items():
        getattr(data, name).extend(value)
    return data


def uploaded(client, data: pb.EventData, **header) -> pb.Event:
    return client.sourcing.upload_event(event_frames(data), data.settings, **header)


def test_an_event_arrives_as_it_was_sent(running, client):
    frames, settings = drawn_event(5)
    event, _ = event_from_frames(frames, settings)
    told = client.sourcing.upload_event(event, display_name="five")
    kept = running.store.event_content(told.name)
    for name, frame in event_to_frames(event).items():
        pd.testing.assert_frame_equal(event_to_frames(kept)[name], frame)
        assert told.row_counts[name] == len(frame)
    assert (kept.risk, kept.money_decimals, kept.as_of) == (event.risk, event.money_decimals, event.as_of)
    assert told.display_name == "five"
    assert told.settings == settings_to_proto(event)
    assert client.sourcing.events.GetEvent(service.GetEventRequest(name=told.name)).event == told
    assert told.name in [each.name for each in client.sourcing.events.ListEvents(service.ListEventsRequest()).events]
    client.sourcing.events.DeleteEvent(service.DeleteEventRequest(name=told.name))
    with pytest.raises(grpc.RpcError) as error:
        client.sourcing.events.GetEvent(service.GetEventRequest(name=told.name))
    assert error.value.code() is grpc.StatusCode.NOT_FOUND


def test_everything_that_is_wrong_is_named_in_one_pass(client):
    data = small_event(
        bids=[
            pb.Bid(bid_id="bad", supplier_id="nobody", item_id="A", unit_price=-1.0),
            pb.Bid(bid_id="odd", supplier_id="one", item_id="C", unit_price=1.0, min_units=9, max_units=3),
        ]
    )
    with pytest.raises(grpc.RpcError) as error:
        uploaded(client, data)
    found = violations(error.value)
    assert {"bids[4].supplier_id", "bids[4].unit_price", "bids[5].item_id"} <= set(found)
    kept = uploaded(client, data, keep_good_bids=True)
    assert kept.row_counts["bids"] == 4
    assert {"bids[4].supplier_id", "bids[5].item_id"} <= {warning.field for warning in kept.warnings}


def test_the_same_request_id_with_another_body_is_refused(client):
    first = uploaded(client, small_event(), request_id="events of today")
    assert uploaded(client, small_event(), request_id="events of today").name == first.name
    with pytest.raises(grpc.RpcError) as error:
        uploaded(client, small_event(), request_id="events of today", display_name="other")
    assert error.value.code() is grpc.StatusCode.ALREADY_EXISTS


def test_only_checked_events_are_not_kept(client):
    assert not uploaded(client, small_event(), validate_only=True).name


def test_a_chunk_of_an_unknown_table_is_refused(client):
    def messages():
        yield service.UploadEventRequest(header=service.UploadEventHeader(settings=SETTINGS))
        (_, columns), *_ = column_chunks(pd.DataFrame({"x": [1]}))
        yield service.UploadEventRequest(chunk=pb.EventChunk(table=99, row_count=1, columns=columns))

    with pytest.raises(grpc.RpcError) as error:
        client.sourcing.events.UploadEvent(messages())
    assert list(violations(error.value)) == ["chunk.table"]


BIDS = pd.DataFrame(
    {
        "bid_id": ["good", "negative", "tiered"],
        "supplier_id": ["one", "one", "two"],
        "item_id": ["A", "A", "B"],
        "unit_price": [2.5, -2.0, None],
    }
)
TIERS = pd.DataFrame({"bid_id": ["tiered", "tiered"], "from_units": [1, 5], "unit_price": [6.0, 4.0]})


def test_good_bids_are_kept_and_bad_ones_named(running, client):
    event = uploaded(client, small_event())
    answer = client.sourcing.add_bids(event.name, {"bids": BIDS, "tiers": TIERS})
    assert list(answer.bid_ids) == ["good", "tiered"]
    assert [problem.field for problem in answer.problems] == ["bids[1].unit_price"]
    assert answer.event.row_counts["bids"] == 6
    assert running.store.event_content(event.name).tiers.from_units.tolist() == [1, 5]


def test_one_bad_bid_refuses_the_others_when_asked_to(client):
    event = uploaded(client, small_event())
    with pytest.raises(grpc.RpcError) as error:
        client.sourcing.add_bids(event.name, {"bids": BIDS, "tiers": TIERS}, keep_good_bids=False)
    assert list(violations(error.value)) == ["bids[1].unit_price"]
    now = client.sourcing.events.GetEvent(service.GetEventRequest(name=event.name)).event
    assert now.row_counts["bids"] == 4


def test_bids_that_are_sent_again_are_added_once(client):
    event = uploaded(client, small_event())
    first = client.sourcing.add_bids(event.name, {"bids": BIDS[:1]}, request_id="once")
    again = client.sourcing.add_bids(event.name, {"bids": BIDS[:1]}, request_id="once")
    assert list(first.bid_ids) == list(again.bid_ids) == ["good"]
    assert again.event.row_counts["bids"] == 5


def test_a_bid_with_the_id_of_one_that_is_there_is_refused(client):
    event = uploaded(client, small_event())
    with pytest.raises(grpc.RpcError) as error:
        client.sourcing.add_bids(event.name, {"bids": BIDS[:1].assign(bid_id="one-A")}, keep_good_bids=False)
    assert "bids[0].bid_id" in violations(error.value)
    with pytest.raises(grpc.RpcError) as error:
        client.sourcing.add_bids(event.name, {"bids": BIDS[:1].assign(bid_id="one-A")})
    assert set(violations(error.value)) == {"bids[0].bid_id", "bids"}


def test_tables_as_pandas_reads_them_are_sent(running, client):
    """Whole numbers beside empty cells are floats there, and days may be times."""
    event = uploaded(client, small_event())
    table = pd.DataFrame(
        {
            "bid_id": ["a", "b"],
            "supplier_id": "one",
            "item_id": "A",
            "unit_price": [2, 3],
            "max_units": [8, None],
            "valid_until": pd.to_datetime(["2030-01-31", None]),
        }
    )
    client.sourcing.add_bids(event.name, {"bids": table})
    bids = running.store.event_content(event.name).bids
    assert (bids.max_units[-2], bids.max_units[-1]) == (8, NO_LIMIT)
    assert str(bids.valid_until[-2]) == "2030-01-31"
    for wrong, said in (
        (table.assign(max_units=8.5), "row 1, max_units: 8.5"),
        (table.assign(tier_kind="some"), "row 1, tier_kind: 'some'"),
        (table.assign(unit_prize=1), "no column 'unit_prize'"),
    ):
        with pytest.raises(ValueError, match=re.escape(said)):
            client.sourcing.add_bids(event.name, {"bids": wrong})
    with pytest.raises(ValueError, match="no table 'rules'"):
        client.sourcing.add_bids(event.name, {"rules": table})


def test_a_corrected_bid_takes_the_place_of_the_first(running, client):
    event = uploaded(client, small_event())
    client.sourcing.add_bids(event.name, {"bids": BIDS[2:], "tiers": TIERS})
    corrected = BIDS[2:].assign(unit_price=3.0)
    answer = client.sourcing.add_bids(event.name, {"bids": corrected}, replace_bids=True)
    assert (list(answer.bid_ids), answer.event.row_counts["bids"]) == (["tiered"], 5)
    now = running.store.event_content(event.name)
    assert (now.bids.unit_price[-1], len(now.tiers)) == (3.0, 0)
    answer = client.sourcing.add_bids(event.name, {"bids": corrected.assign(unit_price=-1.0)}, replace_bids=True)
    assert ([problem.field for problem in answer.problems], answer.event.row_counts["bids"]) == (
        ["bids[0].unit_price"],
        4,
    )


def test_bids_can_be_checked_without_being_added(client):
    event = uploaded(client, small_event())
    answer = client.sourcing.add_bids(event.name, {"bids": BIDS[:1]}, validate_only=True)
    assert list(answer.bid_ids) == ["good"]
    now = client.sourcing.events.GetEvent(service.GetEventRequest(name=event.name)).event
    assert now.row_counts["bids"] == 4
