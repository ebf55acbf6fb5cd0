"""The plan that uses least of something and keeps a share of the best objective, by a search over prices.

At a price per dispatch (day, kilogram of CO2) the best plan gives up objective for it only while that pays. The higher
the price, the less is used and the more is lost, so a few prices find the plan that loses what may be lost. At the
price that makes all the best plan uses cost exactly that much, no more can be lost: the search begins above it.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from network.tables import Network
from optimizer.alternatives.rates import Rates, priced
from optimizer.alternatives.trimming import trimmed
from optimizer.certificate import certify
from optimizer.plan import Certificate, Plan
from optimizer.request import Request
from optimizer.search.warm_search import search_from

_MOST_STEPS: Final = 8
_CLOSE_PRICES: Final = 1.25
"""Prices whose ratio is below this are not told apart."""


@dataclass(frozen=True, slots=True)
class Traded:
    """A certified plan and what it uses."""

    plan: Plan
    certificate: Certificate
    used: float


def least_use(
    network: Network,
    request: Request,
    rates: Rates,
    best: Plan,
    certificate: Certificate,
    *,
    floor: int,
    until: float,
    least_seconds: float,
) -> Traded:
    """Find the plan that uses least and whose objective is at least `floor`.

    Parameters
    ----------
    network : Network
    request : Request
    rates : Rates
        What is kept low.
    best : Plan
        A valid plan to start from.
    certificate : Certificate
        That of the plan.
    floor : int
        Least objective in money units, at most that of `best`.
    until : float
        On the clock of `time.monotonic`.
    least_seconds : float
        A search at one price is not begun with less time than this; it takes half of what is left.

    Returns
    -------
    Traded
        `best` itself where nothing better was found.
    """
    found = Traded(best, certificate, rates.total(network, best))
    slack = (found.certificate.objective - floor) / 10**network.money_decimals
    if found.used <= 0 or slack <= 0:
        return found
    first = slack / found.used
    price, enough, too_much = 2 * first, first, math.inf
    found = _trimmed(network, request, rates, found, floor=floor, until=until)
    # Opening further lanes seldom saves dispatches: look at the lanes in use first, at all where that takes no time.
    narrow = bool(np.any(rates.per_dispatch > 0))
    for _ in range(_MOST_STEPS):
        left = max(0.5 * (until - time.monotonic()), least_seconds)
        if time.monotonic() + left > until or found.used <= 0 or not enough < price < too_much / _CLOSE_PRICES:
            break
        open_lanes = _lanes_in_use(network, best) if narrow else network
        answer = search_from(priced(open_lanes, rates, price), request, [found.plan, best], seconds=left)
        narrow = narrow and not answer.proved
        candidate = None if answer.plan is None else _traded(network, request, rates, answer.plan)
        if candidate is not None and candidate.certificate.valid and candidate.certificate.objective >= floor:
            enough = price
            shorter = _trimmed(network, request, rates, candidate, floor=floor, until=until)
            found = min(found, shorter, key=lambda traded: traded.used)
        else:
            too_much = price
        price = 4 * price if math.isinf(too_much) else math.sqrt(enough * too_much)
    return found


def _traded(network: Network, request: Request, rates: Rates, plan: Plan) -> Traded:
    return Traded(plan, certify(network, request, plan), rates.total(network, plan))


def _trimmed(network: Network, request: Request, rates: Rates, found: Traded, *, floor: int, until: float) -> Traded:
    """Leave out what brings least for what it uses, as far as the objective stays above the floor."""
    plan = trimmed(network, request, rates, found.plan, found.certificate, floor=floor, until=until)
    return found if plan is found.plan else _traded(network, request, rates, plan)


def _lanes_in_use(network: Network, plan: Plan) -> Network:
    """Close every lane that a plan does not use."""
    used = np.zeros(len(network.lanes), dtype=np.bool_)
    used[plan.lane] = True
    most = np.where(used, network.lanes.max_dispatches, 0)
    return replace(network, lanes=replace(network.lanes, max_dispatches=most))
