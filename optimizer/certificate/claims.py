"""Compares what the author of a plan or an award claims with what was recomputed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

from optimizer.award import AwardCertificate
from optimizer.certificate.violations import ViolationLog, agree
from optimizer.plan import Certificate

Certified = TypeVar("Certified", Certificate, AwardCertificate)


def check_claims(
    certificate: Certified,
    claimed: Mapping[str, int | None],
    claimed_ledger: Mapping[str, int] | None = None,
    *,
    money_decimals: int = 0,
) -> Certified:
    """Compare claims with a certificate.

    Parameters
    ----------
    certificate : Certificate or AwardCertificate
    claimed : mapping of str to int or None
        By name of a field of the certificate (``benefit``, ``cost``, ``objective``), in money units; None: nothing was
        claimed.
    claimed_ledger : mapping of str to int, optional
        Amounts by ledger term, in money units.
    money_decimals : int
        With those of the money, messages give amounts in the currency; without, in money units.

    Returns
    -------
    Certificate or AwardCertificate
        The same one, with a violation for each claim that does not hold.
    """

    def said(amount: int) -> str:
        return f"{amount / 10**money_decimals:,.{money_decimals}f}"

    log, place = ViolationLog(), "award" if isinstance(certificate, AwardCertificate) else "plan"
    for name, amount in claimed.items():
        found = getattr(certificate, name)
        if amount is not None and not agree(amount, found):
            message = f"the {place} claims the {name} {said(amount)}, it is {said(found)}"
            log.add_one(f"claimed_{name}", place, message, abs(amount - found))
    terms = [] if claimed_ledger is None else sorted(certificate.ledger.keys() | claimed_ledger.keys())
    for term in terms:
        amount, found = (claimed_ledger or {}).get(term, 0), certificate.ledger.get(term, 0)
        if not agree(amount, found):
            message = f"the ledger claims {said(amount)}, it is {said(found)}"
            log.add_one("ledger", f"ledger term {term}", message, abs(amount - found))
    return replace(
        certificate,
        valid=certificate.valid and not log.count,
        violations=certificate.violations + tuple(log.violations),
        violation_count=certificate.violation_count + log.count,
    )
