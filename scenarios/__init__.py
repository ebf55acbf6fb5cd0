"""Worlds to plan for: networks made from real sales, and what became of them."""

from scenarios.completejourney import build_network, write_demo_network
from scenarios.demo_facts import DemoFacts, describe
from scenarios.panel_sales import LineCounts, SalesDataMissingError

__all__ = [
    "DemoFacts",
    "LineCounts",
    "SalesDataMissingError",
    "build_network",
    "describe",
    "write_demo_network",
]
