"""Compares what an award's author claims with what was recomputed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from optimizer.award import AwardCertificate
from optimizer.certificate.violations import ViolationLog, agree

RULES: Final = ("claimed_cost", "claimed_objective", "ledger")


def check_award_claim(
    certificate: AwardCertificate,
    claimed_cost: int | None,
    claimed_objective: int | None,
    claimed_ledger: Mapping[str, int] | None,
) -> AwardCertificate:
    """Compare claims with a certificate.

    Parameters
    ----------
    certificate : AwardCertificate
    claimed_cost, claimed_objective : int or None
        In money units; None: nothing was claimed.
    claimed_ledger : mapping of str to int or None
        Amounts by ledger term, in money units.

    Returns
    -------
    AwardCertificate
        The same one, with a violation for each claim that does not hold.
    """
    log = ViolationLog()
    for name, claimed, found in (
        ("cost", claimed_cost, certificate.cost),
        ("objective", claimed_objective, certificate.objective),
    ):
        if claimed is not None and not agree(claimed, found):
            message = f"the award claims {claimed} money units of {name}, it is {found}"
            log.add_one(f"claimed_{name}", "award", message, abs(claimed - found))
    for term in sorted({*certificate.ledger, *claimed_ledger} if claimed_ledger is not None else ()):
        claimed, found = (claimed_ledger or {}).get(term, 0), certificate.ledger.get(term, 0)
        if not agree(claimed, found):
            message = f"the ledger claims {claimed} money units, it is {found}"
            log.add_one("ledger", f"ledger term {term}", message, abs(claimed - found))
    return replace(
        certificate,
        valid=certificate.valid and not log.count,
        violations=certificate.violations + tuple(log.violations),
        violation_count=certificate.violation_count + log.count,
    )
