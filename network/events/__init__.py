"""Sourcing events: what is asked for, who offers it at which price, and the rules of the award."""

from network.events.freight import with_lane_freight
from network.events.reading import event_from_frames, read_event
from network.events.schema import EventLimits
from network.events.settings import event_settings
from network.events.tables import (
    Bids,
    Deliveries,
    Event,
    FreightKind,
    Items,
    Measure,
    Per,
    Rates,
    Risk,
    RiskMeasure,
    RuleKind,
    Rules,
    Scenarios,
    Sense,
    Suppliers,
    TierKind,
    Tiers,
)
from network.events.writing import event_to_frames, write_event

__all__ = [
    "Bids",
    "Deliveries",
    "Event",
    "EventLimits",
    "FreightKind",
    "Items",
    "Measure",
    "Per",
    "Rates",
    "Risk",
    "RiskMeasure",
    "RuleKind",
    "Rules",
    "Scenarios",
    "Sense",
    "Suppliers",
    "TierKind",
    "Tiers",
    "event_from_frames",
    "event_settings",
    "event_to_frames",
    "read_event",
    "with_lane_freight",
    "write_event",
]
