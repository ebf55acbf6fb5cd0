"""What is asked of `solve` beyond the network itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from network.tables import Severity
from optimizer.plan import Plan

TRANSFER: Final = "transfer"
MARKDOWN: Final = "markdown"
LIQUIDATION: Final = "liquidation"
"""Donations and scrapping too."""
RETURN: Final = "return"
PURCHASE: Final = "purchase"
KEEP: Final = "keep"

RESPONSES: Final = (TRANSFER, MARKDOWN, LIQUIDATION, RETURN, PURCHASE, KEEP)
"""What `Request.responses` and `Request.response_policy` can allow."""

STANDARD_POLICY: Final[Mapping[Severity, tuple[str, ...]]] = MappingProxyType(
    {
        Severity.YELLOW: (MARKDOWN, KEEP),
        Severity.ORANGE: (MARKDOWN, TRANSFER, KEEP),
        Severity.RED: RESPONSES,
    }
)
"""What ``"standard"`` stands for as a response policy."""


@dataclass(frozen=True, slots=True)
class FormerPlan:
    """A plan made before, and how much of it has to stay."""

    plan: Plan
    """Rows of the same network."""
    frozen_before_day: int = 0
    """Its lines that leave before this day are kept exactly; `NO_LIMIT`: all of them."""
    change_prices: tuple[tuple[int, float], ...] = ()
    """(from day, currency per unit changed), days rising; a line pays the last step not after the day it leaves."""


@dataclass(frozen=True, slots=True)
class Request:
    """What may be planned, and what is maximised; docs/model.md says what each means."""

    scope_sku_ids: tuple[str, ...] | None = None
    """Plan only these SKUs (of the alerted ones); None: every alerted SKU. So for the other scopes."""
    scope_categories: tuple[str, ...] | None = None
    scope_node_ids: tuple[str, ...] | None = None
    scope_alert_ids: tuple[str, ...] | None = None
    responses: tuple[str, ...] | None = None
    """What the plan may use, of `RESPONSES`; None: everything."""
    response_policy: Mapping[Severity, tuple[str, ...]] = field(default_factory=dict)
    """Responses allowed per severity; a severity that is not listed allows everything."""
    severity_weights: Mapping[Severity, float] = field(default_factory=dict)
    """Factor of the shortage penalty in the objective, 1 where not listed; at least 0."""
    min_line_benefit: float = 0.0
    """Currency that a line must earn."""
    min_dispatch_benefit: float = 0.0
    """Currency that a dispatch must earn."""
    former_plan: FormerPlan | None = None


@dataclass(frozen=True, slots=True)
class Parameters:
    """How long to search and when to be content."""

    time_limit_seconds: float = 60.0
    """Wall clock for build, solve and certify together."""
    gap: float = 1e-6
    """Stop as soon as (bound - objective) / max(|bound|, 1) is at most this."""
    backend: str | None = None
    """Name of a backend in `optimizer.backends.BACKENDS`; None: chosen automatically."""
