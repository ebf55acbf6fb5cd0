"""What the world is: nodes, lanes, products, stock and alerts, read from files, checked, and asked questions."""

from network.columns import NO_LIMIT, NOT_GIVEN
from network.graph import (
    Donor,
    Route,
    components,
    donors_reaching,
    earliest_arrival,
    fastest_path,
    givable_units,
    lane_graph,
)
from network.inspection import Inspection, inspect_network, units_asked
from network.problems import NetworkError, Problem
from network.reach import CriticalNode, critical_nodes, earliest_days
from network.reading import network_from_frames, read_network
from network.rendering import render, render_donors
from network.schema import Limits
from network.tables import (
    AlertKind,
    Alerts,
    DisplayRules,
    LaneRules,
    Lanes,
    Lots,
    Network,
    NodeKind,
    Nodes,
    Products,
    Severity,
    Stock,
)
from network.writing import FileFormat, network_to_frames, settings_of, write_network

__all__ = [
    "AlertKind",
    "Alerts",
    "CriticalNode",
    "DisplayRules",
    "Donor",
    "FileFormat",
    "Inspection",
    "LaneRules",
    "Lanes",
    "Limits",
    "Lots",
    "NOT_GIVEN",
    "NO_LIMIT",
    "Network",
    "NetworkError",
    "NodeKind",
    "Nodes",
    "Problem",
    "Products",
    "Route",
    "Severity",
    "Stock",
    "components",
    "critical_nodes",
    "donors_reaching",
    "earliest_arrival",
    "earliest_days",
    "fastest_path",
    "givable_units",
    "inspect_network",
    "lane_graph",
    "network_from_frames",
    "network_to_frames",
    "read_network",
    "render",
    "render_donors",
    "settings_of",
    "units_asked",
    "write_network",
]
