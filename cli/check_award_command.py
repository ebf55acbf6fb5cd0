"""``counterpoise check-award DIR AWARD_DIR``: every rule that an award breaks, and what it costs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from cli.award_report import award_certificate_words, award_ledger_lines, buys_words
from cli.events import award_at, read_event_directory
from cli.exit_codes import ExitCode
from cli.progress import Progress
from network.events import Event
from optimizer.award import AwardCertificate
from optimizer.award_files.award_directory import AwardFile, award_certificate_summary
from optimizer.certificate import check_claims
from optimizer.certificate.awards import certify_award


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read event and award, certify the award, print what was found."""
    event, _ = read_event_directory(arguments, progress)
    read = award_at(arguments.award_directory, event, progress)
    with progress.phase("certify", "certifying"):
        claimed = {"cost": read.claimed_cost, "objective": read.claimed_objective}
        found = certify_award(event, read.award)
        certificate = check_claims(found, claimed, read.claimed_ledger, money_decimals=event.money_decimals)
    summary = _summary(event, read, certificate)
    summary["seconds"] = {**progress.seconds, "total": progress.elapsed_seconds}
    print(json.dumps(summary, allow_nan=False) if arguments.json else "\n".join(_page(event, certificate, summary)))
    return ExitCode.DONE if certificate.valid else ExitCode.BAD_INPUT


def _summary(event: Event, read: AwardFile, certificate: AwardCertificate) -> dict[str, Any]:
    """Make the object that ``--json`` prints; amounts in the currency."""
    scale, award = 10**event.money_decimals, read.award
    winners = np.unique(event.bids.supplier[award.bid[award.units > 0]])
    return {
        "certificate": award_certificate_summary(certificate),
        "violation_count": certificate.violation_count,
        "cost": certificate.cost / scale,
        "claimed_cost": None if read.claimed_cost is None else read.claimed_cost / scale,
        "spend": certificate.spend / scale,
        "objective": certificate.objective / scale,
        "claimed_objective": None if read.claimed_objective is None else read.claimed_objective / scale,
        "adjustments": {term: amount / scale for term, amount in certificate.adjustments.items()},
        "ledger": {term: amount / scale for term, amount in certificate.ledger.items()},
        "winners": event.suppliers.supplier_id[winners].tolist(),
        "lines": len(award),
        "units": int(award.units.sum()),
        "uncovered_units": certificate.uncovered_units,
    }


def _page(event: Event, certificate: AwardCertificate, summary: dict[str, Any]) -> Iterator[str]:
    currency = event.currency
    yield f"Certificate: {award_certificate_words(summary['certificate'])}"
    yield f"  cost       {summary['cost']:>16,.2f} {currency}{'' if certificate.valid else ' if it could be done'}"
    if summary["claimed_cost"] is not None:
        yield f"  claimed    {summary['claimed_cost']:>16,.2f} {currency}"
    if summary["adjustments"]:
        yield f"  objective  {summary['objective']:>16,.2f} {currency}"
        if summary["claimed_objective"] is not None:
            yield f"  claimed    {summary['claimed_objective']:>16,.2f} {currency}"
    yield f"  buys       {buys_words(summary)}"
    yield ""
    if certificate.violations:
        yield "Violations"
        yield from (f"  {found.rule}, {found.place}: {found.message}" for found in certificate.violations)
        hidden = certificate.violation_count - len(certificate.violations)
        if hidden:
            yield f"  ... and {hidden:,} more"
        yield ""
    yield from award_ledger_lines(summary, currency)
