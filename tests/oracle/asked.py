"""What is asked of the plan beyond the network (`request.json` and the former plan it names), as plain values."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

NEVER: Final = 10**9
"""As a day: never."""

SEVERITIES: Final = ("", "yellow", "orange", "red")
"""Lowest first; the first one is an alert that does not say."""


STANDARD: Final = {"yellow": ("markdown", "keep"), "orange": ("markdown", "transfer", "keep")}
"""The response policy of that name; red may do everything."""


@dataclass(frozen=True, order=True)
class Line:
    """Units of one SKU and expiry day on one lane with one day of arrival."""

    lane_id: str
    sku: str
    units: int
    arrives_day: int
    expiry_day: int = NEVER

    @property
    def key(self) -> tuple[str, str, int, int]:
        """What tells the lines of a plan apart."""
        return (self.lane_id, self.sku, self.arrives_day, self.expiry_day)


@dataclass(frozen=True)
class Asked:
    """Scope, policy, what the objective adds to the benefit, and the plan made before; None means no limit."""

    sku_ids: tuple[str, ...] | None = None
    categories: tuple[str, ...] | None = None
    node_ids: tuple[str, ...] | None = None
    alert_ids: tuple[str, ...] | None = None
    responses: tuple[str, ...] | None = None
    """What the plan may use."""
    policy: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Severity to the responses it allows."""
    severity_weights: dict[str, Fraction] = field(default_factory=dict)
    min_line_benefit: Fraction = Fraction(0)
    min_dispatch_benefit: Fraction = Fraction(0)
    former: tuple[Line, ...] = ()
    frozen_before_day: int = 0
    """`NEVER`: every line of the former plan stays."""
    change_prices: tuple[tuple[int, Fraction], ...] = ()


def read_asked(path: Path) -> Asked:
    """Read ``request.json`` of a network directory; without one nothing is asked."""
    file = path / "request.json"
    asked = json.loads(file.read_text(), parse_float=Fraction) if file.exists() else {}
    scope, former = asked.get("scope", {}), asked.get("former_plan", {})
    frozen = former.get("frozen_before_day", 0)
    return Asked(
        **{key: tuple(scope[key]) for key in ("sku_ids", "categories", "node_ids", "alert_ids") if key in scope},
        responses=tuple(asked["responses"]) if "responses" in asked else None,
        policy=_policy(asked.get("response_policy", {})),
        severity_weights={severity: Fraction(w) for severity, w in asked.get("severity_weights", {}).items()},
        min_line_benefit=Fraction(asked.get("min_line_benefit", 0)),
        min_dispatch_benefit=Fraction(asked.get("min_dispatch_benefit", 0)),
        former=_former_lines(path, former),
        frozen_before_day=NEVER if frozen == "all" else int(frozen),
        change_prices=tuple(
            (int(step["from_day"]), Fraction(step["price_per_unit"])) for step in former.get("change_prices", ())
        ),
    )


def _policy(asked: dict[str, list[str]] | str) -> dict[str, tuple[str, ...]]:
    policy = STANDARD if asked == "standard" else asked
    return {severity: tuple(allowed) for severity, allowed in dict(policy).items()}


def _former_lines(path: Path, former: dict[str, Any]) -> tuple[Line, ...]:
    if not former:
        return ()
    with (path / former["plan_directory"] / "transfers.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    return tuple(
        Line(
            row["lane_id"],
            row["sku_id"],
            int(row["units"]),
            int(row["arrives_day"]),
            int(row["expiry_day"]) if row.get("expiry_day") else NEVER,
        )
        for row in rows
    )
