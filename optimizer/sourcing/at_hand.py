"""The award that questions are asked about: certified, with what is proved of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from network.events import Event
from optimizer.award import Award, AwardCertificate, AwardResult
from optimizer.certificate.awards import certify_award
from optimizer.request import Parameters
from optimizer.sourcing.solve import award as best_award


@dataclass(frozen=True, slots=True)
class AtHand:
    """A valid award and its bound."""

    event: Event
    award: Award
    certificate: AwardCertificate
    bound: int | None
    """Proven lower limit of the objective, money; None: nothing is proved."""

    @property
    def objective(self) -> int:
        """Of the award, money."""
        return self.certificate.objective


def at_hand(event: Event, award: Award | AwardResult, seconds: float) -> AtHand:
    """Certify an award, and prove how good it is where that is not known yet.

    Parameters
    ----------
    event : Event
    award : Award or AwardResult
        A result knows its bound; an award by itself is searched on from.
    seconds : float
        Most time for that.

    Returns
    -------
    AtHand
        The given award, or a better one where that was found.

    Raises
    ------
    ValueError
        There is no award, or it breaks rules.
    """
    given = award.award if isinstance(award, AwardResult) else award
    if given is None:
        raise ValueError("the result has no award; ask about one that was found")
    certificate = certify_award(event, given)
    if not certificate.valid:
        raise ValueError(f"the award breaks rules: {certificate.violations[0].message}; ask about a valid one")
    if isinstance(award, AwardResult) and award.bound is not None:
        return AtHand(event, given, certificate, award.bound)
    found = searched(event, [given], seconds)
    if found.award is None or found.certificate is None:
        return AtHand(event, given, certificate, None)
    return AtHand(event, found.award, found.certificate, found.bound)


def searched(event: Event, known: Sequence[Award], seconds: float) -> AwardResult:
    """Search an event from known awards, until all is proved or the time is over."""
    return best_award(event, Parameters(time_limit_seconds=seconds), known=known)
