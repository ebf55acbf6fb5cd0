"""Whether a large event has any award at all: asked of a solver beside a search that finds none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np

from network.events import Event
from optimizer.award import Award
from optimizer.backends import BACKENDS, Outcome, Search
from optimizer.bidding.offers import Offers
from optimizer.search.isolation import Forked
from optimizer.sourcing.model import award_model, award_of_columns, award_program
from optimizer.sourcing.progress import AwardProgress

PATIENCE = 0.4
"""Share of the time without any award after which there is a doubt."""

_SHARE = 0.6
"""Of the time that is left then, for the solver."""


class Doubt:
    """Starts a solver once a search has had no award for a while; its process ends with the `stack`."""

    def __init__(self, progress: AwardProgress, stack: ExitStack) -> None:
        self._progress, self._stack = progress, stack
        self._solver: Forked | None = None

    def look(self) -> None:
        """Start the solver when it is time, and take its answer when it is there."""
        progress = self._progress
        if progress.award is not None and self._solver is None:
            return
        if self._solver is None and progress.elapsed > PATIENCE * progress.parameters.time_limit_seconds:
            seconds = _SHARE * progress.left
            started = Forked(_any_award, progress.event, progress.offers, seconds, on_report=_nothing)
            self._solver = self._stack.enter_context(started)
        if self._solver is None or self._solver.ended:
            return
        answer = self._solver.wait(0.0)
        if answer is None:
            return
        outcome, award = answer
        if award is not None:
            progress.offer(award, "highs")
        progress.infeasible = outcome is Outcome.INFEASIBLE and progress.award is None


def _any_award(
    event: Event, offers: Offers, seconds: float, report: Callable[[Any], None]
) -> tuple[Outcome, Award | None]:
    """Find any award, or that there is none."""
    built = award_model(event, offers)
    program = award_program(built)
    anything = replace(program, objective=np.zeros(program.n_columns), offset=0.0)
    answer = BACKENDS["highs"](anything, Search(seconds=seconds))
    return answer.outcome, None if answer.columns is None else award_of_columns(built, answer.columns)


def _nothing(reported: Any) -> None:
    """Nothing is reported on the way."""
