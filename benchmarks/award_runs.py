"""What runs that award one event in a process of their own share: our engine, and telling what came out."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final

from benchmarks.watching import tell
from network.events import Event
from optimizer.award import Award, AwardIncumbent
from optimizer.certificate.awards import certify_award
from optimizer.request import Parameters
from optimizer.sourcing.solve import award

ENGINE: Final = "engine"

Found = tuple[Award | None, float | None, dict[str, Any]]
"""Award, bound in currency units, and what else is told."""

Solver = Callable[[Event, float, str], Found]
"""Has so many seconds for an event, with the solver of that name."""


def tell_award(event: Event, seconds: float, who: str, solver: Solver) -> None:
    """Award an event, judge the award, tell."""
    began = time.monotonic()
    bought, bound, said = _engine(event, seconds) if who == ENGINE else solver(event, seconds, who)
    took = time.monotonic() - began
    certificate, scale = None if bought is None else certify_award(event, bought), 10**event.money_decimals
    tell(
        "award",
        cost=None if certificate is None else certificate.cost / scale,
        objective=None if certificate is None else certificate.objective / scale,
        certificate_valid=None if certificate is None else certificate.valid,
        violations=None if certificate is None else certificate.violation_count,
        uncovered_units=None if certificate is None else certificate.uncovered_units,
        bound=bound,
        seconds=round(took, 3),
        **said,
    )


def _engine(event: Event, seconds: float) -> Found:
    scale = 10**event.money_decimals

    def on_incumbent(found: AwardIncumbent) -> None:
        amounts = [None if each is None else each / scale for each in (found.objective, found.bound)]
        said = {"objective": amounts[0], "bound": amounts[1], "gap": found.gap, "found_by": found.found_by}
        tell("found", seconds=round(found.elapsed_seconds, 3), **said)

    result = award(event, Parameters(time_limit_seconds=seconds), on_incumbent=on_incumbent)
    bound = None if result.bound is None else result.bound / scale
    return result.award, bound, {"status": result.status.value, "backend": result.backend}
