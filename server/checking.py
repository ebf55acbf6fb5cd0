"""A plan made by hand against a network: every violation, its benefit and its ledger."""

from __future__ import annotations

import numpy as np

from counterpoise.v1 import plan_pb2, plan_service_pb2
from network.problems import NetworkError, Problem
from network.tables import Network
from optimizer.certificate import certify, check_claim
from optimizer.economics import money
from optimizer.outcomes import alert_outcomes, unmet_positions
from optimizer.plan import Plan
from optimizer.plan_reading import plan_from_frames
from server.convert import certificate_to_proto, outcome_counts, warnings_to_proto
from server.faults import invalid_field
from server.parameters import request_of
from server.rows import frame_of_messages
from server.sources import Source, check_request, invalid_network

_LARGEST_AMOUNT = 2.0**62


def check_plan(request: plan_service_pb2.CheckPlanRequest, source: Source) -> plan_service_pb2.CheckPlanResponse:
    """Answer a `CheckPlanRequest`; outcomes and unmet demand are those of a valid plan.

    Raises
    ------
    InvalidRequestError
        When a line names a lane or product that is not there, or otherwise means nothing.
    """
    network, asked = source.network, request_of(request)
    check_request(network, asked)
    claimed = _claimed(request, network) if request.HasField("claimed_benefit") else None
    plan = _plan(request, network)
    certificate = check_claim(certify(network, asked, plan), claimed)
    response = plan_service_pb2.CheckPlanResponse(
        certificate=certificate_to_proto(certificate),
        benefit=certificate.benefit / 10**network.money_decimals,
        currency=network.currency,
        money_decimals=network.money_decimals,
        line_benefit_money_units=certificate.line_benefit.tolist(),
        warnings=warnings_to_proto(source.warnings),
    )
    if certificate.valid:
        response.alert_outcomes.CopyFrom(outcome_counts(alert_outcomes(network, asked, plan)))
        response.unmet_units = int(unmet_positions(network, asked, plan)[1].sum())
    return response


def _claimed(request: plan_service_pb2.CheckPlanRequest, network: Network) -> int:
    claimed = request.claimed_benefit
    if not abs(claimed) * 10**network.money_decimals < _LARGEST_AMOUNT:  # also when it is no number
        raise invalid_field("claimed_benefit", "out_of_range", f"{claimed:g} is no amount of money", "Leave it out")
    return int(money(np.array([claimed]), network.money_decimals)[0])


def _plan(request: plan_service_pb2.CheckPlanRequest, network: Network) -> Plan:
    if not request.HasField("plan"):
        raise invalid_field("plan", "empty", "there is no plan to check", "Send one; it may have no lines")
    proposed = request.plan
    frames = {"transfers": frame_of_messages(plan_pb2.ProposedLine, proposed.lines)}
    if proposed.dispatches:
        frames["dispatches"] = frame_of_messages(plan_pb2.ProposedDispatch, proposed.dispatches)
    try:
        return plan_from_frames(frames, network).plan
    except NetworkError as error:
        raise invalid_network(error, _place) from error


def _place(problem: Problem) -> str:
    """Field of the request for a row of a table of the plan."""
    table = {"transfers": "lines"}.get(problem.file, problem.file)
    row = "" if problem.row is None else f"[{problem.row - 1}]"
    column = "" if problem.column is None else f".{problem.column}"
    return f"plan.{table}{row}{column}"
