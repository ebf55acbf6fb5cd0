"""One award of a generated event in a process of its own: ``python -m benchmarks.sourcing_runs WHO SECONDS EVENT``.

WHO is our engine or a solver, EVENT the event as JSON: size, regime, seed. Everybody draws the same event, has the same
time from then on, building of models included, and is judged by the same certificate.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.watching import tell
from network.events import Event
from optimizer.award import Award, AwardIncumbent
from optimizer.backends import Outcome, Search, backend_named
from optimizer.certificate.awards import certify_award
from optimizer.request import Parameters
from optimizer.sourcing.model import award_model, award_of_columns, award_program
from optimizer.sourcing.solve import award
from scenarios.generate.sourcing import generate_sourcing

ENGINE: Final = "engine"

Found = tuple[Award | None, float | None, dict[str, Any]]
"""Award, bound in currency units, and what else is told."""


def main(who: str, seconds: float, asked: dict[str, Any]) -> None:
    """Draw, award, judge, tell."""
    event = generate_sourcing(asked["size"], asked["regime"], asked["seed"])
    tell("drawn", **{name: len(getattr(event, name)) for name in ("items", "suppliers", "bids", "tiers", "rules")})
    began = time.monotonic()
    bought, bound, said = _engine(event, seconds) if who == ENGINE else _solver(event, seconds, who)
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


def _solver(event: Event, seconds: float, who: str) -> Found:
    """Hand the canonical model to a solver; the best valid award on its way counts where it reports any."""
    began = time.monotonic()
    best: tuple[float, Award | None] = (np.inf, None)
    built = award_model(event)
    program = award_program(built)

    def on_solution(columns: NDArray[np.float64]) -> None:
        nonlocal best
        bought = award_of_columns(built, columns)
        certificate = certify_award(event, bought)
        if certificate.valid and certificate.objective < best[0]:
            best = (certificate.objective, bought)

    left = seconds - (time.monotonic() - began)
    if left <= 0:
        return None, None, {"status": "not built", "backend": who}
    answer = backend_named(who)(program, Search(seconds=left, on_solution=on_solution))
    if answer.columns is not None:
        on_solution(answer.columns)
        if best[1] is None:
            best = (0, award_of_columns(built, answer.columns))
    status = "optimal" if answer.outcome is Outcome.OPTIMAL else "no plan" if best[1] is None else "feasible"
    return best[1], None if answer.bound is None else -answer.bound, {"status": status, "backend": who}


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), json.loads(sys.argv[3]))
