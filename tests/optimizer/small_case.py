"""A small network in which every rule has something to say, with a plan that keeps them all."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from network import Network, network_from_frames
from optimizer.certificate import certify, check_claim
from optimizer.plan import Certificate, Plan
from optimizer.request import Request

SETTINGS = {"currency": "EUR", "as_of": "2026-01-05", "horizon_days": 10, "money_decimals": 6}

NODES = pd.DataFrame(
    [("W", "warehouse"), ("G", "warehouse"), ("X", "warehouse"), ("S1", "store"), ("S2", "store"), ("S3", "store")],
    columns=["node_id", "kind"],
)
PRODUCTS = pd.DataFrame(
    [("A", 2.0, 10.0, 3.0, 2), ("B", 1.0, 8.0, 2.0, 1), ("C", 0.1, 5.0, 1.0, 1)],
    columns=["sku_id", "unit_weight_kg", "list_price", "salvage_value", "case_pack"],
)
LANES = pd.DataFrame(
    [
        ("W>S1", "W", "S1", 1, 5.0, 0.5, 0.1, 20.0, 2, 2, 3.0),
        ("W>G", "W", "G", 0, 2.0, 0.0, 0.05, None, None, None, None),
        ("G>S2", "G", "S2", 0, 2.0, 0.0, 0.05, None, None, None, None),
        ("S3>S2", "S3", "S2", 0, 1.0, 0.25, 0.0, None, None, None, 5.0),
        ("G>X", "G", "X", 0, 0.0, 0.0, 0.0, None, None, None, None),
        ("X>G", "X", "G", 0, 0.0, 0.0, 0.0, None, None, None, None),
    ],
    columns=[
        "lane_id", "origin", "destination", "lead_time_days", "fixed_cost", "cost_per_unit", "cost_per_kg",
        "capacity_kg", "max_dispatches", "min_line_units", "min_dispatch_kg",
    ],
)  # fmt: skip
STOCK = pd.DataFrame(
    [
        ("W", "A", 20, 4, 2, 5.0, 0.5, 1.0),
        ("W", "B", 40, 0, 0, 5.0, 0.5, 1.0),
        ("W", "C", 40, 0, 0, 5.0, 0.5, 1.0),
        ("S1", "A", 1, 0, 0, 9.0, 0.5, 1.0),
        ("S1", "B", 0, 0, 0, 12.0, 0.5, 1.0),
        ("S1", "C", 0, 0, 0, 12.0, 0.5, 1.0),
        ("S2", "A", 0, 0, 0, 6.5, 0.5, 1.0),
        ("S2", "B", 2, 0, 0, 10.0, 0.5, 1.0),
        ("S3", "B", 9, 0, 2, 1.0, 0.5, 1.0),
    ],
    columns=[
        "node_id", "sku_id", "on_hand", "reserved", "safety_stock", "demand_mean", "holding_cost", "shortage_penalty",
    ],
)  # fmt: skip
ALERTS = pd.DataFrame(
    [
        ("A1", "shortage", "S2", "A", 4, 3, True),
        ("A2", "shortage", "S1", "A", None, None, False),
        ("A3", "overstock", "S3", "B", None, None, False),
    ],
    columns=["alert_id", "kind", "node_id", "sku_id", "units", "needed_by_days", "must_serve"],
)

LINES = [("W>S1", "A", 4, 1), ("W>S1", "B", 3, 1), ("W>G", "A", 4, 0), ("G>S2", "A", 4, 0), ("S3>S2", "B", 6, 0)]
DISPATCHES = {"W>S1": 1, "W>G": 1, "G>S2": 1, "S3>S2": 1}


def small_network(**tables: pd.DataFrame) -> Network:
    """The network, with other tables where given."""
    frames = {"nodes": NODES, "products": PRODUCTS, "lanes": LANES, "stock": STOCK, "alerts": ALERTS} | tables
    return network_from_frames(frames, SETTINGS)[0]


def plan_of(network: Network, lines: list[tuple[str, str, int, int]], dispatches: Mapping[str, int]) -> Plan:
    """A plan of lines (lane id, SKU id, units, day of arrival) and dispatches by lane id."""
    lanes = {name: row for row, name in enumerate(network.lanes.lane_id)}
    skus = {name: row for row, name in enumerate(network.products.sku_id)}
    return Plan(
        lane=np.array([lanes[lane] for lane, *_ in lines], dtype=np.int32),
        sku=np.array([skus[sku] for _, sku, *_ in lines], dtype=np.int32),
        units=np.array([units for *_, units, _ in lines], dtype=np.int64),
        arrives_day=np.array([day for *_, day in lines], dtype=np.int32),
        dispatch_lane=np.array([lanes[lane] for lane in dispatches], dtype=np.int32),
        dispatches=np.array(list(dispatches.values()), dtype=np.int64),
    )


@dataclass(frozen=True)
class SmallCase:
    """A plan for the small network, and what its author claims of it."""

    network: Network = field(default_factory=small_network)
    plan: Plan = field(default_factory=lambda: plan_of(small_network(), LINES, DISPATCHES))
    claimed_benefit: int | None = None
    claimed_ledger: Mapping[str, int] | None = None

    def certify(self) -> Certificate:
        """Check plan and claims."""
        certificate = certify(self.network, Request(), self.plan)
        return check_claim(certificate, self.claimed_benefit, self.claimed_ledger)

    def with_lines(self, *lines: tuple[str, str, int, int]) -> "SmallCase":
        """The case with lines added."""
        added = plan_of(self.network, list(lines), {})
        columns = {
            n: np.append(getattr(self.plan, n), getattr(added, n)) for n in ("lane", "sku", "units", "arrives_day")
        }
        return self.with_columns(**columns)

    def with_dispatches(self, **dispatches: int) -> "SmallCase":
        """The case with rows of dispatches added; ``W_to_G`` stands for the lane ``W>G``."""
        named = {name.replace("_to_", ">"): runs for name, runs in dispatches.items()}
        added = plan_of(self.network, [], named)
        columns = {n: np.append(getattr(self.plan, n), getattr(added, n)) for n in ("dispatch_lane", "dispatches")}
        return self.with_columns(**columns)

    def with_cell(self, column: str, row: int, value: int) -> "SmallCase":
        """The case with one cell of the plan replaced."""
        changed = getattr(self.plan, column).copy()
        changed[row] = value
        return self.with_columns(**{column: changed})

    def with_columns(self, **columns: Any) -> "SmallCase":
        """The case with columns of the plan replaced."""
        return replace(self, plan=replace(self.plan, **columns))
