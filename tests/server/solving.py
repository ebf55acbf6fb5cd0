"""A solver for tests of the service: the name of the backend says how it behaves. Runs inside worker processes."""

import os
import signal
import time

import numpy as np

from network.tables import Network
from optimizer.certificate import certify
from optimizer.plan import Incumbent, Plan, Result, Status, StopReason, relative_gap
from optimizer.request import Parameters, Request

BACKENDS = frozenset({"quick", "steps", "stubborn", "silent", "crash", "raises", "hungry", "wrong", "infeasible"})
STEPS = 5


def plan_of(network: Network, units: int) -> Plan:
    """The given units of the first product over the first lane, on one dispatch."""
    lines = int(units > 0)
    return Plan(
        lane=np.zeros(lines, np.int32),
        sku=np.zeros(lines, np.int32),
        units=np.full(lines, units, np.int64),
        arrives_day=np.full(lines, network.lanes.lead_time_days[0], np.int32),
        dispatch_lane=np.zeros(lines, np.int32),
        dispatches=np.ones(lines, np.int64),
    )


def result_of(network: Network, request: Request, plan: Plan, bound: int | None, stopped_by: StopReason) -> Result:
    certificate = certify(network, request, plan)
    return Result(
        status=Status.FEASIBLE,
        stopped_by=stopped_by,
        plan=plan,
        benefit=certificate.benefit,
        bound=bound,
        money_decimals=network.money_decimals,
        certificate=certificate,
        unmet=None,
        outcomes=None,
        line_reason=np.full(plan.n_lines, "it pays", dtype=object),
        conflicts=(),
        backend="test",
        backend_reason="asked for",
        sizes={"flows": 1},
        seconds={"solve": 0.1},
    )


def finish(
    network: Network,
    request: Request,
    plan: Plan,
    *,
    bound: int | None,
    stopped_by: StopReason,
    backend: str,
    backend_reason: str,
) -> Result:
    return result_of(network, request, plan, bound, stopped_by)


def solve(network: Network, request: Request, parameters: Parameters, *, on_incumbent) -> Result:
    started, bound = time.monotonic(), 1000 * 10**network.money_decimals

    def publish(units: int) -> Plan:
        plan = plan_of(network, units)
        benefit = certify(network, request, plan).benefit
        gap = relative_gap(benefit, bound, network.money_decimals)
        on_incumbent(Incumbent(plan, benefit, bound, gap, time.monotonic() - started, "test"))
        return plan

    match parameters.backend or "quick":
        case "quick":
            plan = publish(4)
        case "steps":
            for units in range(1, STEPS + 1):
                plan = publish(units)
                time.sleep(0.2)
        case "stubborn":
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
            plan = publish(3)
            time.sleep(600)
        case "silent":
            time.sleep(600)
        case "crash":
            publish(2)
            os.kill(os.getpid(), signal.SIGSEGV)
            time.sleep(600)
        case "raises":
            raise ArithmeticError("the numbers do not add up")
        case "hungry":
            np.ones(10**12)
        case "wrong":
            plan = plan_of(network, 10**6)
        case "infeasible":
            return _infeasible(network)
    return result_of(network, request, plan, bound, StopReason.GAP_LIMIT)


def _infeasible(network: Network) -> Result:
    from dataclasses import replace

    from optimizer.plan import Conflict

    empty = result_of(network, Request(), plan_of(network, 0), None, StopReason.PROVED)
    conflict = Conflict("lanes.capacity_kg", "lane W>S", 2.0, "2 kg too little")
    return replace(
        empty, status=Status.INFEASIBLE, plan=None, benefit=None, certificate=None, line_reason=None, conflicts=(conflict,)
    )
