"""One award of packages in a process of its own: ``python -m benchmarks.package_runs WHO SECONDS EVENT``.

WHO is our engine or a solver, EVENT the event as JSON: shape, structure, seed, rules. Everybody draws the same event,
has the same time from then on, and is judged by the same certificate.
"""

from __future__ import annotations

import json
import sys
import time
from typing import Any, Final

from benchmarks.watching import tell
from network.events import Event
from optimizer.award import Award, AwardIncumbent
from optimizer.backends import BACKENDS, Outcome, Search
from optimizer.certificate.awards import certify_award
from optimizer.request import Parameters
from optimizer.sourcing.packages.program import covering_program
from optimizer.sourcing.packages.reading import covering_of
from optimizer.sourcing.solve import award
from scenarios.generate.packages import PackageRules, PackageShape, generate_packages

ENGINE: Final = "engine"


def event_named(asked: dict[str, Any]) -> Event:
    """Draw the event that is asked for."""
    rules = PackageRules(**{name: asked[name] for name in ("winner_limit", "penalty", "partition")})
    return generate_packages(PackageShape(asked["bids"], asked["items"]), asked["structure"], asked["seed"], rules)


def main(who: str, seconds: float, asked: dict[str, Any]) -> None:
    """Draw, award, judge, tell."""
    event = event_named(asked)
    tell("drawn", lines=len(event.bids), suppliers=len(event.suppliers))
    began = time.monotonic()
    found = _engine(event, seconds) if who == ENGINE else _solver(event, seconds, who)
    took = time.monotonic() - began
    bought, bound, said = found
    certificate, scale = None if bought is None else certify_award(event, bought), 10**event.money_decimals
    tell(
        "award",
        cost=None if certificate is None else certificate.cost / scale,
        objective=None if certificate is None else certificate.objective / scale,
        certificate_valid=None if certificate is None else certificate.valid,
        bound=bound,
        seconds=round(took, 3),
        **said,
    )


def _engine(event: Event, seconds: float) -> tuple[Award | None, float | None, dict[str, Any]]:
    scale = 10**event.money_decimals

    def on_incumbent(found: AwardIncumbent) -> None:
        amounts = [None if each is None else each / scale for each in (found.objective, found.bound)]
        said = {"objective": amounts[0], "bound": amounts[1], "gap": found.gap, "found_by": found.found_by}
        tell("found", seconds=round(found.elapsed_seconds, 3), **said)

    result = award(event, Parameters(time_limit_seconds=seconds), on_incumbent=on_incumbent)
    bound = None if result.bound is None else result.bound / scale
    return result.award, bound, {"status": result.status.value, "backend": result.backend}


def _solver(event: Event, seconds: float, who: str) -> tuple[Award | None, float | None, dict[str, Any]]:
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
