"""A plan made by hand against a network: every violation, its benefit and its ledger."""

from __future__ import annotations

import numpy as np

from counterpoise.v1 import plan_service_pb2
from network.tables import Network
from optimizer.certificate import certify, check_claims
from optimizer.outcomes import alert_outcomes, unmet_positions
from optimizer.worth.economics import money
from server.convert import certificate_to_proto, outcome_counts, warnings_to_proto
from server.faults import invalid_field
from server.parameters import both, request_of
from server.proposed import former_plan, plan_of_lines
from server.sources import Source
from server.store import Store

_LARGEST_AMOUNT = 2.0**62


def check_plan(
    request: plan_service_pb2.CheckPlanRequest, source: Source, store: Store
) -> plan_service_pb2.CheckPlanResponse:
    """Answer a `CheckPlanRequest`; outcomes and unmet demand are those of a valid plan.

    Parameters
    ----------
    store : Store
        Knows the plan that the request may name as its former one.

    Raises
    ------
    InvalidRequestError
        When a line names a lane or product that is not there, or otherwise means nothing.
    """
    if not request.HasField("plan"):
        raise invalid_field("plan", "empty", "there is no plan to check", "Send one; it may have no lines")
    network = source.network
    former = former_plan(request, store, network)
    asked, plan = both(
        lambda: request_of(request, network, former), lambda: plan_of_lines(request.plan, network, "plan")
    )
    claimed = {name: _claimed(request, f"claimed_{name}", network) for name in ("benefit", "objective")}
    certificate = check_claims(certify(network, asked, plan), claimed, money_decimals=network.money_decimals)
    response = plan_service_pb2.CheckPlanResponse(
        certificate=certificate_to_proto(certificate),
        benefit=certificate.benefit / 10**network.money_decimals,
        objective=certificate.objective / 10**network.money_decimals,
        currency=network.currency,
        money_decimals=network.money_decimals,
        line_benefit_money_units=certificate.line_benefit.tolist(),
        warnings=warnings_to_proto(source.warnings),
    )
    if certificate.valid:
        response.alert_outcomes.CopyFrom(outcome_counts(alert_outcomes(network, asked, plan)))
        response.unmet_units = int(unmet_positions(network, asked, plan)[1].sum())
    return response


def _claimed(request: plan_service_pb2.CheckPlanRequest, field: str, network: Network) -> int | None:
    """Amount that a field claims, in money units; None when it claims nothing."""
    if not request.HasField(field):
        return None
    claimed: float = getattr(request, field)
    if not abs(claimed) * 10**network.money_decimals < _LARGEST_AMOUNT:  # also when it is no number
        raise invalid_field(field, "out_of_range", f"{claimed:g} is no amount of money", "Leave it out")
    return int(money(np.array([claimed]), network.money_decimals)[0])
