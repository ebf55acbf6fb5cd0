"""A network with exits is the same network with a store for each, where every unit is worth what the exit pays."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from network import Network
from optimizer import Parameters, certify, solve
from optimizer.plan import Plan, Status
from tests.optimizer.directories import asked_in, asked_of, examples, rows_of, with_asked, with_cells, with_rows
from tests.oracle.drawing import NetworkFiles, Row, table_text
from tests.oracle.strategies import network_files

HOLDING = Decimal("0.1")
"""What a unit at such a store is worth less than the product's salvage value."""

EXIT_COLUMNS = ("exit_id", "kind", "sku_id", "unit_proceeds", "fixed_cost", "min_lot_units", "capacity_units")

Terms = tuple[str, str, str]
"""Fixed cost, smallest lot and capacity."""


def alike(files: NetworkFiles) -> NetworkFiles:
    """A request in which units are dear to hold, and that says nothing stores and exits take differently."""
    products = [
        row | {"salvage_value": row["salvage_value"] or row["unit_cost"] or "0", "min_remaining_shelf_life_days": ""}
        for row in rows_of(files, "products")
    ]
    files = with_rows(with_rows(files, "products", products), "lane_rules", [])
    files = with_cells(files, "stock", holding_cost="3")
    forgotten = {"responses", "response_policy"}
    return with_asked(files, {name: value for name, value in asked_in(files).items() if name not in forgotten})


def served(files: NetworkFiles, sku: str) -> list[str]:
    """Nodes but suppliers with a row of stock for a SKU, or an alert that makes one."""
    stocked = {row["node_id"] for table in ("stock", "alerts") for row in rows_of(files, table) if row["sku_id"] == sku}
    return [
        row["node_id"] for row in rows_of(files, "nodes") if row["node_id"] in stocked and row["kind"] != "supplier"
    ]


def with_exits(files: NetworkFiles, terms: Terms) -> NetworkFiles:
    """An exit for each product that some node stocks."""
    rows: list[Row] = [
        dict(zip(EXIT_COLUMNS, (f"E{i}", "liquidation", row["sku_id"], str(_proceeds(row)), *terms), strict=True))
        for i, row in enumerate(rows_of(files, "products"))
    ]
    return NetworkFiles({**files.texts, "exits.csv": table_text(EXIT_COLUMNS, rows)})


def with_stores(files: NetworkFiles, terms: Terms) -> NetworkFiles:
    """A store in place of each exit, by the same names."""
    fixed_cost, lot, capacity = terms
    nodes, lanes, stock = (rows_of(files, table) for table in ("nodes", "lanes", "stock"))
    asked = asked_in(files)
    for i, product in enumerate(rows_of(files, "products")):
        node, sku = f"exit:E{i}", product["sku_id"]
        nodes.append({"node_id": node, "kind": "warehouse", "transit": "false", "receive_capacity_units": capacity})
        plain = {"fixed_cost": fixed_cost, "min_line_units": lot, "destination": node}
        lanes += [plain | {"lane_id": f"{origin}>{node}", "origin": origin} for origin in served(files, sku)]
        stock.append({"node_id": node, "sku_id": sku, "on_hand": "0", "demand_mean": "0", "holding_cost": str(HOLDING)})
        if "node_ids" in asked.get("scope", {}):
            asked["scope"]["node_ids"].append(node)
    for table, rows in (("nodes", nodes), ("lanes", lanes), ("stock", stock)):
        files = with_rows(files, table, rows)
    return with_asked(files, asked)


def _proceeds(product: Row) -> Decimal:
    return Decimal(product["salvage_value"]) - HOLDING


def in_other(plan: Plan, network: Network, other: Network) -> Plan:
    """A plan with the rows that its lanes have in another network."""
    row = {name: i for i, name in enumerate(other.lanes.lane_id.tolist())}
    lane, runs = (
        np.array([row[name] for name in network.lanes.lane_id[lanes].tolist()], dtype=np.int32)
        for lanes in (plan.lane, plan.dispatch_lane)
    )
    return replace(plan, lane=lane, dispatch_lane=runs)


def test_exits_are_worth_what_stores_are() -> None:
    """The same optimum; the plan for one keeps the rules of the other and brings the same there."""
    seen: Counter[str] = Counter()
    terms = st.tuples(*(st.sampled_from(values) for values in (("", "1.5", "4"), ("", "2", "3"), ("", "4"))))

    @examples(40)
    @given(network_files(), terms)
    def same(files: NetworkFiles, terms: Terms) -> None:
        files = alike(files)
        network, request = asked_of(with_exits(files, terms))
        twin, of_twin = asked_of(with_stores(files, terms))
        result, expected = (solve(*case, Parameters(gap=0.0)) for case in ((network, request), (twin, of_twin)))
        assert result.status is expected.status
        assert (result.objective, result.benefit is None) == (expected.objective, expected.benefit is None)
        if result.plan is None:
            return
        assert result.status is Status.OPTIMAL
        certificate = certify(twin, of_twin, in_other(result.plan, network, twin))
        assert certificate.violations == ()
        assert certificate.benefit == result.benefit
        seen["sent"] += any("exit:" in name for name in network.lanes.lane_id[result.plan.lane].tolist())

    same()
    assert seen["sent"] >= 2
