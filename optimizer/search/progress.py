"""The state of one search: the best certified plan, the best bound, and when to stop."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from network.tables import Network
from optimizer.certificate import certify
from optimizer.model import Solution
from optimizer.plan import Certificate, Conflict, Incumbent, Plan, relative_gap
from optimizer.request import Parameters, Request
from optimizer.search.pruning import pruned
from optimizer.transfer import TransferModel, plan_of

PROVED_GAP = 1e-6
"""A gap up to this counts as proved: solvers work to tolerances of this size."""

_SOLVER_TOLERANCE = 1e-6
"""Currency units by which a solver's bound may be off."""

_EXPLAINING = 15
"""How many times as long as a certificate the reasons take."""

_PRUNING_REACH = 0.02
"""Share of the best objective by which a plan may be behind to be pruned."""

_PRICED_AGAIN = 2
"""How often prices are chosen again for what pruning left."""

_LONG_CERTIFICATE_SECONDS = 3.0
"""Where a certificate takes longer, the search makes better use of the time than pruning, which asks for several."""

_FLOAT_NOISE = 1e-9
"""Share of a bound by which sums of floats may be off."""


class Progress:
    """What a search has found so far; every plan is certified before it counts."""

    def __init__(
        self,
        network: Network,
        request: Request,
        built: TransferModel,
        parameters: Parameters,
        *,
        started: float,
        on_incumbent: Callable[[Incumbent], None] | None,
    ) -> None:
        self.network, self.request, self.built, self.parameters = network, request, built, parameters
        self.plan: Plan | None = None
        self.solution: Solution | None = None
        """The plan as a solution of the model, where it was offered as one."""
        self.certificate: Certificate | None = None
        self.bound: int | None = None
        self.infeasible = False
        self.conflicts: tuple[Conflict, ...] = ()
        """Rules that are known to stand against each other."""
        self.plan_by = self.bound_by = ""
        self.chosen_because = ""
        self._started, self._on_incumbent = started, on_incumbent
        self.certify_seconds = 0.0
        """What the last certificate took."""
        self.offer_seconds = 0.0
        """What the last solution took until it was certified: prices, certificates, pruning."""
        self._with_prices: Callable[[Plan], Plan] | None = None

    def enter(self, built: TransferModel, with_prices: Callable[[Plan], Plan]) -> None:
        """Go on in another world: solutions of its model are offered with the prices that suit their lines."""
        self.built, self._with_prices, self.solution = built, with_prices, None

    @property
    def elapsed(self) -> float:
        """Seconds since the search started."""
        return time.monotonic() - self._started

    @property
    def left(self) -> float:
        """Seconds left for searching; what the last certificate took is kept back for the answer, several times."""
        reserve = min(_EXPLAINING * self.certify_seconds, 0.3 * self.parameters.time_limit_seconds)
        return self.parameters.time_limit_seconds - reserve - self.elapsed

    @property
    def gap(self) -> float:
        """Gap between plan and bound, infinity while one is missing."""
        if self.certificate is None or self.bound is None:
            return float("inf")
        return relative_gap(self.certificate.objective, self.bound, self.network.money_decimals)

    @property
    def done(self) -> bool:
        """Good enough, infeasible, or out of time."""
        return self.infeasible or self.gap <= max(self.parameters.gap, 0.0) or self.left <= 0

    def offer(self, solution: Solution, found_by: str) -> bool:
        """Certify a solution and keep it when it is better than the best so far."""
        began = time.monotonic()
        plan = plan_of(self.built, solution.flow_units, solution.switch_count)
        if self._with_prices is not None:
            plan = self._with_prices(plan)
        better = self.offer_plan(plan, found_by)
        self.offer_seconds = time.monotonic() - began
        if better:
            self.solution = solution
        return better

    def offer_plan(self, plan: Plan, found_by: str, *, as_it_is: bool = False) -> bool:
        """Certify a plan, leave out what only costs, and keep it when it is valid and better than the best so far."""
        certificate = self._certify(plan)
        if not as_it_is and self._worth_pruning(certificate):
            plan, certificate = self._pruned(plan, certificate)
        if not certificate.valid:
            return False
        if self.certificate is not None and certificate.objective <= self.certificate.objective:
            return False
        self.plan, self.certificate, self.plan_by = plan, certificate, found_by
        if self.bound is not None and certificate.objective > self.bound:
            # A solver's bound is only as exact as its tolerances; one that is off by more was none.
            self.bound = certificate.objective if self._is_noise(self.bound) else None
        self._publish(found_by)
        return True

    def _pruned(self, plan: Plan, certificate: Certificate) -> tuple[Plan, Certificate]:
        """Leave out what only costs; prices that no longer keep their budgets without it are chosen again."""
        plan, certificate = pruned(self.network, self.request, plan, certificate, self._certify, hurried=self._hurried)
        for _ in range(_PRICED_AGAIN):
            if certificate.valid or self._with_prices is None:
                break
            plan = self._with_prices(plan)
            plan, certificate = pruned(
                self.network, self.request, plan, self._certify(plan), self._certify, hurried=self._hurried
            )
        return plan, certificate

    def _hurried(self) -> bool:
        return self.left <= 0

    def _certify(self, plan: Plan) -> Certificate:
        began = time.monotonic()
        certificate = certify(self.network, self.request, plan)
        self.certify_seconds = time.monotonic() - began
        return certificate

    def _worth_pruning(self, certificate: Certificate) -> bool:
        """Whether leaving lines out could give a new best plan: it cannot add much to one that is far behind."""
        if not certificate.valid:
            return True
        if self.certify_seconds > _LONG_CERTIFICATE_SECONDS:
            return False
        if self.certificate is None:
            return True
        return certificate.objective > self.certificate.objective - _PRUNING_REACH * abs(self.certificate.objective)

    def prove(self, bound: int, proved_by: str) -> None:
        """Keep a bound when it is lower than the best so far; one that a certified plan beats is none."""
        if self.certificate is not None and bound < self.certificate.objective:
            if not self._is_noise(bound):
                return
            bound = self.certificate.objective
        if self.bound is None or bound < self.bound:
            self.bound, self.bound_by = bound, proved_by
            self._publish(proved_by)

    def prove_currency(self, bound: float | None, proved_by: str) -> None:
        """Keep a bound in currency units, as solvers state it: up to their tolerance; a benefit is a whole number."""
        if bound is not None and np.isfinite(bound):
            tolerance = max(_SOLVER_TOLERANCE, _FLOAT_NOISE * abs(bound))
            self.prove(int(np.floor((bound + tolerance) * 10**self.network.money_decimals)), proved_by)

    def _is_noise(self, bound: int) -> bool:
        """Whether a bound is below the best plan by no more than what counts as proved."""
        objective = 0 if self.certificate is None else self.certificate.objective
        return relative_gap(bound, objective, self.network.money_decimals) <= PROVED_GAP

    def _publish(self, found_by: str) -> None:
        if self._on_incumbent is None:
            return
        known = self.certificate is not None and self.bound is not None
        self._on_incumbent(
            Incumbent(
                plan=self.plan,
                benefit=None if self.certificate is None else self.certificate.benefit,
                objective=None if self.certificate is None else self.certificate.objective,
                bound=self.bound,
                gap=self.gap if known else None,
                elapsed_seconds=self.elapsed,
                found_by=found_by,
            )
        )
