"""What is asked of `solve` beyond the network itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Request:
    """What may be planned."""

    scope_sku_ids: tuple[str, ...] | None = None
    """Plan only these SKUs (of the alerted ones); None: every alerted SKU."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """How long to search and when to be content."""

    time_limit_seconds: float = 60.0
    """Wall clock for build, solve and certify together."""
    gap: float = 1e-6
    """Stop as soon as (bound - benefit) / max(|bound|, 1) is at most this."""
    backend: str | None = None
    """Name of a backend in `optimizer.backends.BACKENDS`; None: chosen automatically."""
