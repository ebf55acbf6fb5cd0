"""What the world is: nodes, lanes, products, stock and alerts, read from files and checked."""

from network.problems import NetworkError, Problem
from network.reading import network_from_frames, read_network
from network.schema import Limits
from network.tables import NO_LIMIT, NOT_GIVEN, AlertKind, Network, NodeKind, Severity

__all__ = [
    "AlertKind",
    "Limits",
    "NO_LIMIT",
    "NOT_GIVEN",
    "Network",
    "NetworkError",
    "NodeKind",
    "Problem",
    "Severity",
    "network_from_frames",
    "read_network",
]
