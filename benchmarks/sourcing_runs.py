"""One award of a generated event in a process of its own: ``python -m benchmarks.sourcing_runs WHO SECONDS EVENT``.

WHO is our engine or a solver, EVENT the event as JSON: size, regime, seed. Everybody draws the same event, has the same
time from then on, building of models included, and is judged by the same certificate.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.award_runs import Found, tell_award
from benchmarks.watching import tell
from network.events import Event
from optimizer.award import Award
from optimizer.backends import Outcome, Search, backend_named
from optimizer.certificate.awards import certify_award
from optimizer.sourcing.model import award_model, award_of_columns, award_program
from scenarios.generate.sourcing import generate_sourcing


def main(who: str, seconds: float, asked: dict[str, Any]) -> None:
    """Draw, award, judge, tell."""
    event = generate_sourcing(asked["size"], asked["regime"], asked["seed"])
    tell("drawn", **{name: len(getattr(event, name)) for name in ("items", "suppliers", "bids", "tiers", "rules")})
    tell_award(event, seconds, who, _solver)


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
