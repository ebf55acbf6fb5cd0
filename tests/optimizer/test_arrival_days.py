"""Days of arrival that a plan leaves out, with stock that rests first and units of several expiry days."""

import numpy as np
import pandas as pd

from network import NOT_GIVEN, Network, network_from_frames
from optimizer.plan_files.arrival_days import ArrivalDays, derive_arrival_days

EARLY, LATE = 4, 9


def network_of(release_day: int) -> Network:
    """Store R sends to warehouse W in 2 days, W to store S in 1; W has 5 early and 5 late units that rest first."""
    frames = {
        "nodes": pd.DataFrame([("R", "store"), ("W", "warehouse"), ("S", "store")], columns=["node_id", "kind"]),
        "products": pd.DataFrame([("A", 9.0, 1.0)], columns=["sku_id", "list_price", "salvage_value"]),
        "lanes": pd.DataFrame([("R", "W", 2), ("W", "S", 1)], columns=["origin", "destination", "lead_time_days"]),
        "stock": pd.DataFrame(
            [("R", "A", 8, 0, release_day), ("W", "A", 10, 0, release_day), ("S", "A", 0, 9, 0)],
            columns=["node_id", "sku_id", "on_hand", "demand_mean", "no_send_before_day"],
        ),
        "lots": pd.DataFrame(
            [("R", "A", 8, EARLY), ("W", "A", 5, EARLY), ("W", "A", 5, LATE)],
            columns=["node_id", "sku_id", "units", "expiry_days"],
        ).assign(lot_id=["a", "b", "c"]),
        "alerts": pd.DataFrame([("1", "shortage", "S", "A")], columns=["alert_id", "kind", "node_id", "sku_id"]),
    }
    return network_from_frames(frames, {"currency": "EUR", "as_of": "2026-01-05", "horizon_days": 10})[0]


def derived(release_day: int, *lines: tuple[int, int, int, int]) -> ArrivalDays:
    """Days of lines (lane, units, day or NOT_GIVEN, expiry day)."""
    lane, units, given, expiry = np.array(lines, dtype=np.int64).T
    none = np.zeros(len(lane), dtype=np.int64)
    return derive_arrival_days(network_of(release_day), lane, none, units, given, expiry_day=expiry)


def test_own_stock_leaves_when_it_may():
    assert derived(0, (0, 3, NOT_GIVEN, EARLY), (1, 5, NOT_GIVEN, LATE)).day.tolist() == [2, 1]
    assert derived(3, (0, 3, NOT_GIVEN, EARLY), (1, 5, NOT_GIVEN, LATE)).day.tolist() == [5, 4]


def test_units_of_another_expiry_day_are_no_help():
    """W sends 7 early units when those of R have come; its late ones leave at once."""
    days = derived(0, (0, 3, NOT_GIVEN, EARLY), (1, 7, NOT_GIVEN, EARLY), (1, 5, NOT_GIVEN, LATE))
    assert days.day.tolist() == [2, 3, 1]
    assert not days.ambiguous.any()


def test_what_arrives_goes_on_before_own_stock_may_leave():
    """R's units are written to arrive on day 2; W's own rest until day 3, so what needs both leaves then."""
    assert derived(3, (0, 3, 2, EARLY), (1, 3, NOT_GIVEN, EARLY)).day.tolist() == [2, 3]
    assert derived(3, (0, 3, 2, EARLY), (1, 8, NOT_GIVEN, EARLY)).day.tolist() == [2, 4]


def test_a_day_that_could_be_several_stays_open():
    days = derived(0, (0, 3, 2, EARLY), (1, 5, NOT_GIVEN, EARLY), (1, 2, NOT_GIVEN, EARLY))
    assert days.ambiguous.tolist() == [False, True, True]
    assert days.day.tolist() == [2, NOT_GIVEN, NOT_GIVEN]
