"""The answer of a search for an award that was stopped from outside (cancelled, killed at a deadline)."""

from __future__ import annotations

from network.events import Event
from optimizer.award import Award, AwardResult, award_gap
from optimizer.certificate.awards import certify_award
from optimizer.plan import Status, StopReason
from optimizer.search.progress import PROVED_GAP


def finish_award(
    event: Event,
    award: Award | None,
    *,
    bound: int | None,
    stopped_by: StopReason,
    backend: str,
    backend_reason: str,
) -> AwardResult:
    """Certify the best award of a search.

    Parameters
    ----------
    event : Event
    award : Award, optional
        None: none was found.
    bound : int, optional
        What the search proved, money units.
    stopped_by : StopReason
    backend, backend_reason : str
        What found it, and why the search stopped.
    """
    certificate = None if award is None else certify_award(event, award)
    status = Status.NO_PLAN if award is None else Status.FEASIBLE
    if certificate is not None and bound is not None:
        bound = min(bound, certificate.objective)
        if award_gap(certificate.objective, bound, event.money_decimals) <= PROVED_GAP:
            status = Status.OPTIMAL
    return AwardResult(
        status=status,
        stopped_by=stopped_by,
        award=award,
        certificate=certificate,
        bound=bound,
        money_decimals=event.money_decimals,
        conflicts=(),
        backend=backend,
        backend_reason=backend_reason,
        sizes={name: len(getattr(event, name)) for name in ("items", "suppliers", "bids", "rules")},
    )
