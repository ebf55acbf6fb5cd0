"""What can be wrong with who can supply what."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.row_reports import Reporter
from network.tables import NodeKind
from network.validation import Tables


def check_supplies(report: Reporter, tables: Tables) -> None:
    """Require suppliers, each row once; warn of suppliers that no lane leaves."""
    supplies, nodes = report.table, tables["nodes"]
    at = supplies["node_id"]
    elsewhere = (
        (at >= 0) & (np.append(nodes["kind"], 0)[at] != NodeKind.SUPPLIER) & (np.append(nodes["kind"], 0)[at] > 0)
    )
    message, fix = "node {value} is no supplier", "Name a node of the kind supplier, or correct its kind"
    report.error("node_id", "not_a_supplier", elsewhere, message, fix)
    known = (at >= 0) & (supplies["sku_id"] >= -1)
    known &= ~(supplies.given["sku_id"] & (supplies["sku_id"] < 0))
    message, fix = "node {value} already says so for {row} in row {first}", "Keep one of the rows"
    keys = (at, supplies["sku_id"], supplies["category"].astype(str))
    report.repeats("node_id", "duplicate_supply", keys, known, message=message, fix=fix)
    _warn_of_no_lane(report, tables, at)


def _warn_of_no_lane(report: Reporter, tables: Tables, at: NDArray[np.int32]) -> None:
    """Warn of suppliers that nothing can leave."""
    lanes = tables["lanes"]
    if not lanes.present:
        return
    message, fix = "no lane leaves supplier {value}, so it can deliver nothing", "Add its lanes, or remove the row"
    report.warn("node_id", "no_lane", (at >= 0) & ~np.isin(at, lanes["origin"]), message, fix)
