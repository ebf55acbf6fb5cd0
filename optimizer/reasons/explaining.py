"""Explain a plan: settle it, search for what could still move, and put the findings into words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.tables import Network
from optimizer.certificate import certify
from optimizer.outcomes import alert_outcomes
from optimizer.plan import AlertOutcomes, Plan, Unmet
from optimizer.reasons.alerts import with_reasons
from optimizer.reasons.lines import line_reasons
from optimizer.reasons.residual import residual_of
from optimizer.reasons.search import Search
from optimizer.reasons.unmet import unmet_of
from optimizer.request import Request


def explain(
    network: Network,
    request: Request,
    plan: Plan,
    *,
    proved: bool,
    line_benefit: NDArray[np.int64] | None = None,
) -> tuple[Unmet, AlertOutcomes, NDArray[np.object_]]:
    """Say why each line is there, why demand stays unserved and what each alert comes to.

    Parameters
    ----------
    network : Network
    request : Request
    plan : Plan
        A valid one.
    proved : bool
        The plan is proved optimal; otherwise moves that would still pay have the code ``time_limit``.
    line_benefit : ndarray of int64, shape (n_lines,), optional
        The certificate's; computed when not given.

    Returns
    -------
    unmet : Unmet
    outcomes : AlertOutcomes
        With reasons filled in.
    line_reason : ndarray of str, shape (n_lines,)
    """
    if line_benefit is None:
        line_benefit = certify(network, request, plan).line_benefit
    search = Search(residual_of(network, request, plan))
    unmet = unmet_of(search, proved=proved)
    outcomes = with_reasons(search, request, alert_outcomes(network, request, plan), unmet)
    return unmet, outcomes, line_reasons(search.residual, unmet, line_benefit)
