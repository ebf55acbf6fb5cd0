"""``counterpoise check DIR PLAN_DIR``: every rule that a plan breaks, and what it is worth."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

from cli.bought_network import read_network_with_bids
from cli.directories import read_request
from cli.exit_codes import ExitCode
from cli.failures import tell_warnings
from cli.progress import Progress
from cli.report import certificate_words, ledger_lines, response_lines
from network import Network
from optimizer.certificate import certify, check_claims
from optimizer.outcomes import unmet_positions
from optimizer.plan import Certificate
from optimizer.plan_files.plan_directory import PlanFile, certificate_summary, read_plan, response_summary
from optimizer.plan_parts import plan_size
from optimizer.request import Request


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read network and plan, certify the plan, print what was found."""
    network, _, _, warnings = read_network_with_bids(arguments.directory, arguments.event, progress)
    request, _ = read_request(network, arguments.directory)
    with progress.phase("read", f"reading {arguments.plan_directory}"):
        plan = read_plan(arguments.plan_directory, network)
    tell_warnings((*warnings, *plan.warnings))
    with progress.phase("certify", "certifying"):
        claimed = {"benefit": plan.claimed_benefit, "objective": plan.claimed_objective}
        found = certify(network, request, plan.plan)
        certificate = check_claims(found, claimed, plan.claimed_ledger, money_decimals=network.money_decimals)
        summary = _summary(network, request, plan, certificate)
    summary["seconds"] = {**progress.seconds, "total": progress.elapsed_seconds}
    print(json.dumps(summary, allow_nan=False) if arguments.json else "\n".join(_page(network, certificate, summary)))
    return ExitCode.DONE if certificate.valid else ExitCode.BAD_INPUT


def _summary(network: Network, request: Request, read: PlanFile, certificate: Certificate) -> dict[str, Any]:
    """Make the object that ``--json`` prints; amounts in the currency."""
    scale = 10**network.money_decimals
    plan = read.plan
    size = plan_size(network, plan)
    return {
        "certificate": certificate_summary(certificate),
        "violation_count": certificate.violation_count,
        "benefit": certificate.benefit / scale,
        "claimed_benefit": None if read.claimed_benefit is None else read.claimed_benefit / scale,
        "objective": certificate.objective / scale,
        "claimed_objective": None if read.claimed_objective is None else read.claimed_objective / scale,
        "adjustments": {term: amount / scale for term, amount in certificate.adjustments.items()},
        "ledger": {term: amount / scale for term, amount in certificate.ledger.items()},
        "lines": size.lines,
        "units": size.units,
        "dispatches": size.dispatches,
        "responses": response_summary(size),
        # What stays unmet after moves that cannot be made means nothing.
        "unmet_units": int(unmet_positions(network, request, plan)[1].sum()) if certificate.valid else None,
    }


def _page(network: Network, certificate: Certificate, summary: dict[str, Any]) -> Iterator[str]:
    currency = network.currency
    yield f"Certificate: {certificate_words(summary['certificate'])}"
    yield f"  benefit    {summary['benefit']:>16,.2f} {currency}{'' if certificate.valid else ' if it could be done'}"
    if summary["claimed_benefit"] is not None:
        yield f"  claimed    {summary['claimed_benefit']:>16,.2f} {currency}"
    if summary["adjustments"]:
        yield f"  objective  {summary['objective']:>16,.2f} {currency}"
        if summary["claimed_objective"] is not None:
            yield f"  claimed    {summary['claimed_objective']:>16,.2f} {currency}"
    yield from response_lines(summary, 11)
    if summary["unmet_units"] is not None:
        yield f"  unmet      {summary['unmet_units']:,} units of demand"
    yield ""
    if certificate.violations:
        yield "Violations"
        yield from (f"  {found.rule}, {found.place}: {found.message}" for found in certificate.violations)
        hidden = certificate.violation_count - len(certificate.violations)
        if hidden:
            yield f"  ... and {hidden:,} more"
        yield ""
    yield from ledger_lines(summary["ledger"], summary, currency)
