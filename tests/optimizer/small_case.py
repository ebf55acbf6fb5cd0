"""A small network in which every rule has something to say, with a plan that keeps them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from network import NO_LIMIT, Network, Severity, network_from_frames
from optimizer.certificate import certify, check_claims
from optimizer.plan import Certificate, Plan
from optimizer.request import Request

SETTINGS = {"currency": "EUR", "as_of": "2026-01-05", "horizon_days": 10, "money_decimals": 6}

NODES = pd.DataFrame(
    [("W", "warehouse"), ("G", "warehouse"), ("X", "warehouse"), ("S1", "store"), ("S2", "store"), ("S3", "store")],
    columns=["node_id", "kind"],
)
PRODUCTS = pd.DataFrame(
    [("A", 2.0, 10.0, 3.0, 2, 0), ("B", 1.0, 8.0, 2.0, 1, 0), ("C", 0.1, 5.0, 1.0, 1, 0), ("D", 0.5, 9.0, 1.0, 1, 3)],
    columns=["sku_id", "unit_weight_kg", "list_price", "salvage_value", "case_pack", "min_remaining_shelf_life_days"],
)
LANES = pd.DataFrame(
    [
        ("W>S1", "W", "S1", 1, 5.0, 0.5, 0.1, 20.0, 2, 2, 3.0),
        ("W>G", "W", "G", 0, 2.0, 0.0, 0.05, None, None, None, None),
        ("G>S2", "G", "S2", 0, 2.0, 0.0, 0.05, None, None, None, None),
        ("S3>S2", "S3", "S2", 0, 1.0, 0.25, 0.0, None, None, None, 5.0),
        ("W>S2", "W", "S2", 0, 1.0, 0.3, 0.0, None, None, None, None),
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
        ("W", "A", 20, 4, 2, 5.0, 0.5, 1.0, None),
        ("W", "B", 40, 0, 0, 5.0, 0.5, 1.0, None),
        ("W", "C", 40, 0, 0, 5.0, 0.5, 1.0, None),
        ("W", "D", 9, 0, 0, 0.0, 0.5, 1.0, None),
        ("S1", "A", 1, 0, 0, 9.0, 0.5, 1.0, None),
        ("S1", "B", 0, 0, 0, 12.0, 0.5, 1.0, None),
        ("S1", "C", 0, 0, 0, 12.0, 0.5, 1.0, None),
        ("S1", "D", 0, 0, 0, 4.0, 0.5, 1.0, None),
        ("S2", "A", 0, 0, 0, 6.5, 0.5, 1.0, None),
        ("S2", "B", 2, 0, 0, 10.0, 0.5, 1.0, None),
        ("S2", "D", 0, 0, 0, 5.0, 0.5, 1.0, None),
        ("S3", "B", 9, 0, 2, 1.0, 0.5, 1.0, 1),
    ],
    columns=[
        "node_id", "sku_id", "on_hand", "reserved", "safety_stock", "demand_mean", "holding_cost", "shortage_penalty",
        "no_send_before_day",
    ],
)  # fmt: skip
LOTS = pd.DataFrame(
    [("W", "D", "old", 4, 3), ("W", "D", "new", 5, 6)], columns=["node_id", "sku_id", "lot_id", "units", "expiry_days"]
)
ALERTS = pd.DataFrame(
    [
        ("A1", "shortage", "S2", "A", 4, 3, True, "red"),
        ("A2", "shortage", "S1", "A", None, None, False, "orange"),
        ("A3", "overstock", "S3", "B", None, None, False, None),
        ("A4", "shortage", "S1", "D", None, None, False, "yellow"),
    ],
    columns=["alert_id", "kind", "node_id", "sku_id", "units", "needed_by_days", "must_serve", "severity"],
)
REQUEST = Request(severity_weights={Severity.RED: 2.0}, min_line_benefit=0.25, min_dispatch_benefit=0.5)

LineWords = tuple[str, str, int, int] | tuple[str, str, int, int, int]
"""Lane id, SKU id, units, day of arrival, and the expiry day where the SKU expires."""

LINES: list[LineWords] = [
    ("W>S1", "A", 4, 1),
    ("W>S1", "B", 3, 1),
    ("W>G", "A", 4, 0),
    ("G>S2", "A", 4, 0),
    ("S3>S2", "B", 6, 1),
    ("W>S1", "D", 2, 1, 6),
    ("W>S2", "D", 3, 0, 6),
]
DISPATCHES = {"W>S1": 1, "W>G": 1, "G>S2": 1, "S3>S2": 1, "W>S2": 1}


def small_network(**tables: pd.DataFrame) -> Network:
    """The network, with other tables where given."""
    frames = {"nodes": NODES, "products": PRODUCTS, "lanes": LANES, "stock": STOCK, "lots": LOTS, "alerts": ALERTS}
    frames |= tables
    return network_from_frames(frames, SETTINGS)[0]


def plan_of(network: Network, lines: Sequence[LineWords], dispatches: Mapping[str, int]) -> Plan:
    """A plan of lines and dispatches by lane id."""
    lanes = {name: row for row, name in enumerate(network.lanes.lane_id)}
    skus = {name: row for row, name in enumerate(network.products.sku_id)}
    expiry_days = [line[4] if len(line) == 5 else NO_LIMIT for line in lines]
    return Plan(
        lane=np.array([lanes[line[0]] for line in lines], dtype=np.int32),
        sku=np.array([skus[line[1]] for line in lines], dtype=np.int32),
        units=np.array([line[2] for line in lines], dtype=np.int64),
        arrives_day=np.array([line[3] for line in lines], dtype=np.int32),
        dispatch_lane=np.array([lanes[lane] for lane in dispatches], dtype=np.int32),
        dispatches=np.array(list(dispatches.values()), dtype=np.int64),
        expiry_day=np.array(expiry_days, dtype=np.int32),
    )


@dataclass(frozen=True)
class SmallCase:
    """A plan for the small network, and what its author claims of it."""

    network: Network = field(default_factory=small_network)
    plan: Plan = field(default_factory=lambda: plan_of(small_network(), LINES, DISPATCHES))
    request: Request = REQUEST
    claimed_benefit: int | None = None
    claimed_objective: int | None = None
    claimed_ledger: Mapping[str, int] | None = None

    def certify(self) -> Certificate:
        """Check plan and claims."""
        certificate = certify(self.network, self.request, self.plan)
        claimed = {"benefit": self.claimed_benefit, "objective": self.claimed_objective}
        return check_claims(certificate, claimed, self.claimed_ledger)

    def with_tables(self, **tables: pd.DataFrame) -> "SmallCase":
        """The case in a network with other tables."""
        return replace(self, network=small_network(**tables))

    def with_node(self, node_id: str, **limits: int) -> "SmallCase":
        """The case in a network where one node has limits."""
        nodes = NODES.copy()
        for column, limit in limits.items():
            nodes[column] = pd.array([limit if name == node_id else None for name in nodes["node_id"]], dtype="Int64")
        return self.with_tables(nodes=nodes)

    def with_request(self, **asked: Any) -> "SmallCase":
        """The case with another request."""
        return replace(self, request=replace(self.request, **asked))

    def with_lines(self, *lines: LineWords) -> "SmallCase":
        """The case with lines added."""
        added, names = plan_of(self.network, lines, {}), ("lane", "sku", "units", "arrives_day", "expiry_day")
        return self.with_columns(**{n: np.append(getattr(self.plan, n), getattr(added, n)) for n in names})

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
