"""What a server allows and how patient it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from network.events.schema import EventLimits
from network.schema import Limits

MESSAGE_BYTES: Final = 4 * 1024 * 1024
"""Greatest message in either direction, gRPC's own default."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits of a server. Every one of them is told to the caller who meets it."""

    queue_size: int = 8
    """Plans and awards that may wait for a worker; those that run do not count."""
    workers: int = 1
    """Plans and awards that run at once, each in a process of its own."""
    limits: Limits = field(
        default_factory=lambda: Limits(
            nodes=50_000,
            products=1_000_000,
            lanes=500_000,
            lane_rules=500_000,
            stock=20_000_000,
            lots=20_000_000,
            display_rules=1_000_000,
            alerts=20_000_000,
            price_ladders=1_000_000,
            price_response=1_000_000,
            price_multipliers=1_000_000,
            period_factors=1_000_000,
            clearance_rules=1_000_000,
            clearance_groups=1_000_000,
            markdown_budgets=1_000_000,
            exits=20_000,
            quotes=1_000_000,
            quote_suppliers=100_000,
            supplies=1_000_000,
        )
    )
    """Rows of a network by table."""
    event_limits: EventLimits = field(default_factory=EventLimits)
    """Rows of an event by table."""
    upload_bytes: int = 2 * 1024**3
    """Bytes of one upload."""
    upload_idle_seconds: float = 30.0
    """An upload that sends nothing for so long is dropped."""
    uploads: int = 4
    """Uploads at once."""
    analyses: int = 2
    """Analyses of plans (alternatives, differences, prices of rules) at once, each in a process of its own."""
    analysis_seconds: float = 300.0
    """Greatest time limit of an analysis."""
    analysis_overrun_seconds: float = 30.0
    """How far an analysis may overrun its time limit before its process is killed and the call fails: what it begins
    with, such as certifying the plan, takes its time on a large network whatever the limit."""
    networks: int = 64
    """Uploaded networks held at once, and as many events."""
    waiting_calls: int = 48
    """Calls that wait for plans (wait, watch, create and wait) at once; each holds a thread."""
    short_call_threads: int = 16
    """Threads kept free for all other calls."""
    time_limit_seconds: float = 3600.0
    """Greatest time limit of a plan or an award."""
    overrun_seconds: float = 5.0
    """How far a solve may overrun its time limit before its process is killed."""
    finish_seconds: float = 120.0
    """How long certifying and explaining the best plan of a killed solve may take."""
    worker_memory_bytes: int | None = None
    """Address space of a worker process; None: not limited."""
    retained_plans: int = 500
    """Finished plans and awards kept; the oldest are forgotten first."""
    retained_rows: int = 20_000_000
    """Rows of networks and events kept for finished plans and awards alone."""
