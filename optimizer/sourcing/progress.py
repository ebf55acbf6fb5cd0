"""The state of one search for an award: the best certified award, the best bound, and when to stop."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from network.events import Event, RiskMeasure
from optimizer.award import Award, AwardCertificate, AwardIncumbent, award_gap
from optimizer.certificate.awards import certify_award, reading_of
from optimizer.request import Parameters
from optimizer.search.progress import PROVED_GAP

_SOLVER_TOLERANCE = 1e-6
"""Currency units by which a solver's bound may be off."""

_FLOAT_NOISE = 1e-9
"""Share of a bound by which sums of floats may be off."""

_CERTIFICATES_KEPT_BACK = 3
"""How many times the last certificate's time is kept for the answer."""


class AwardProgress:
    """What a search has found so far; every award is certified before it counts. Objectives are minimised."""

    def __init__(
        self,
        event: Event,
        parameters: Parameters,
        *,
        started: float | None = None,
        on_incumbent: Callable[[AwardIncumbent], None] | None = None,
    ) -> None:
        self.event, self.parameters = event, parameters
        self.reading = reading_of(event)
        self.offers = self.reading.offers
        self.award: Award | None = None
        self.certificate: AwardCertificate | None = None
        self.bound: int | None = None
        """Proven lower limit of the objective, money units."""
        self.infeasible = False
        self.award_by = self.bound_by = ""
        self.chosen_because = ""
        self.beside: Callable[[], None] | None = None
        """Looked after whenever it is asked whether the search is done: what goes on beside it."""
        self.certify_seconds = 0.0
        """What the last certificate took."""
        self._started = time.monotonic() if started is None else started
        self._on_incumbent = on_incumbent

    @property
    def elapsed(self) -> float:
        """Seconds since the search started."""
        return time.monotonic() - self._started

    @property
    def left(self) -> float:
        """Seconds left for searching; what the last certificate took is kept back for the answer, several times."""
        reserve = min(_CERTIFICATES_KEPT_BACK * self.certify_seconds, 0.3 * self.parameters.time_limit_seconds)
        return self.parameters.time_limit_seconds - reserve - self.elapsed

    @property
    def objective(self) -> int | None:
        """Of the best award so far, money units."""
        return None if self.certificate is None else self.certificate.objective

    @property
    def gap(self) -> float:
        """Gap between award and bound, infinity while one is missing."""
        if self.certificate is None or self.bound is None:
            return float("inf")
        return award_gap(self.certificate.objective, self.bound, self.event.money_decimals)

    @property
    def proved(self) -> bool:
        """Whether the gap is closed."""
        return self.gap <= PROVED_GAP

    @property
    def done(self) -> bool:
        """Good enough, infeasible, or out of time."""
        if self.beside is not None:
            self.beside()
        enough = self.gap <= max(self.parameters.gap, 0.0)
        return self.infeasible or enough or self.left <= 0 or (self.proved and self.parameters.gap >= PROVED_GAP)

    def offer(self, award: Award, found_by: str) -> bool:
        """Certify an award and keep it when it is valid and better than the best so far."""
        began = time.monotonic()
        certificate = certify_award(self.event, award, self.reading)
        self.certify_seconds = time.monotonic() - began
        if not certificate.valid:
            return False
        if self.certificate is not None and certificate.objective >= self.certificate.objective:
            return False
        self.award, self.certificate, self.award_by = award, certificate, found_by
        if self.bound is not None and certificate.objective < self.bound:
            # A solver's bound is only as exact as its tolerances; one that is off by more was none.
            self.bound = certificate.objective if self._is_noise(self.bound) else None
        self._publish(found_by)
        return True

    def prove(self, bound: int, proved_by: str) -> None:
        """Keep a lower bound when it is higher than the best so far; one that a certified award beats is none."""
        if self.certificate is not None and bound > self.certificate.objective:
            if not self._is_noise(bound):
                return
            bound = self.certificate.objective
        if self.bound is None or bound > self.bound:
            self.bound, self.bound_by = bound, proved_by
            self._publish(proved_by)

    def prove_currency(self, bound: float | None, proved_by: str) -> None:
        """Keep a lower bound in currency units, as solvers state it: up to their tolerance; money is whole."""
        if bound is not None and np.isfinite(bound):
            tolerance = max(_SOLVER_TOLERANCE, _FLOAT_NOISE * abs(bound))
            # Measures of risk are rounded once, halves down: up to half a unit below what was minimised.
            rounding = 0.0 if self.event.risk.measure == RiskMeasure.NONE else 0.5
            self.prove(int(np.ceil((bound - tolerance) * 10**self.event.money_decimals - rounding)), proved_by)

    def _is_noise(self, bound: int) -> bool:
        """Whether a bound is above the best award by no more than what counts as proved."""
        objective = 0 if self.certificate is None else self.certificate.objective
        return award_gap(bound, objective, self.event.money_decimals) <= PROVED_GAP

    def _publish(self, found_by: str) -> None:
        if self._on_incumbent is None:
            return
        known = self.certificate is not None and self.bound is not None
        self._on_incumbent(
            AwardIncumbent(
                award=self.award,
                objective=self.objective,
                bound=self.bound,
                gap=self.gap if known else None,
                elapsed_seconds=self.elapsed,
                found_by=found_by,
            )
        )
