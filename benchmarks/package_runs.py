"""One award of packages in a process of its own: ``python -m benchmarks.package_runs WHO SECONDS EVENT``.

WHO is our engine or a solver, EVENT the event as JSON: shape, structure, seed, rules. Everybody draws the same event,
has the same time from then on, and is judged by the same certificate.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any

from benchmarks.award_runs import Found, tell_award
from benchmarks.watching import tell
from network.events import Event
from optimizer.backends import BACKENDS, Outcome, Search
from optimizer.sourcing.packages.program import covering_program
from optimizer.sourcing.packages.reading import covering_of
from scenarios.generate.packages import PackageRules, PackageShape, generate_packages


def event_named(asked: dict[str, Any]) -> Event:
    """Draw the event that is asked for."""
    rules = PackageRules(**{name: asked[name] for name in ("winner_limit", "penalty", "partition")})
    return generate_packages(PackageShape(asked["bids"], asked["items"]), asked["structure"], asked["seed"], rules)


def main(who: str, seconds: float, asked: dict[str, Any]) -> None:
    """Draw, award, judge, tell."""
    event = event_named(asked)
    tell("drawn", lines=len(event.bids), suppliers=len(event.suppliers))
    tell_award(event, seconds, who, _solver)


def _solver(event: Event, seconds: float, who: str) -> Found:
    covering, began = covering_of(event), time.monotonic()
    if covering is None:
        raise ValueError("the event is no covering problem; draw another one")
    program = covering_program(covering, event.money_decimals).program
    answer = BACKENDS[who](program, Search(seconds=seconds - (time.monotonic() - began)))
    chosen = None if answer.columns is None else answer.columns[: covering.n_columns] > 0.5
    bound = None if answer.bound is None else -answer.bound
    status = "optimal" if answer.outcome is Outcome.OPTIMAL else "no plan" if chosen is None else "feasible"
    return None if chosen is None else covering.award(chosen), bound, {"status": status, "backend": who}


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), json.loads(sys.argv[3]))
