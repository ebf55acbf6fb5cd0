"""A solver for tests of the service: the name of the backend says how it behaves. Runs inside worker processes."""

import multiprocessing
import os
import signal
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from network.events import Event
from network.tables import Network
from optimizer.alternatives.choices import USE_COLUMNS, WHOLE_PLAN, Alternatives, Choice, ranked
from optimizer.award import Award, AwardIncumbent, AwardResult
from optimizer.certificate import certify
from optimizer.certificate.awards import certify_award
from optimizer.difference import plan_difference
from optimizer.plan import (
    UNKNOWN_MONEY,
    Conflict,
    FixChanges,
    Incumbent,
    Plan,
    Result,
    Status,
    StopReason,
    Unmet,
    relative_gap,
)
from optimizer.repair import Repair
from optimizer.request import Parameters, Request
from optimizer.rule_prices import RulePrices

STEPS = 5


def _words(*words: str) -> np.ndarray:
    return np.array(words, dtype=object)


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
        objective=certificate.objective,
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


class Search:
    """One solve; each method is a way to behave."""

    def __init__(self, network: Network, request: Request, on_incumbent) -> None:
        self.network, self.request, self.on_incumbent = network, request, on_incumbent
        self.started, self.bound = time.monotonic(), 1000 * 10**network.money_decimals

    def publish(self, units: int) -> Result:
        """Tell of a plan that moves so many units, and return the result it would make."""
        plan = plan_of(self.network, units)
        found = certify(self.network, self.request, plan)
        gap = relative_gap(found.objective, self.bound, self.network.money_decimals)
        elapsed = time.monotonic() - self.started
        self.on_incumbent(Incumbent(plan, found.benefit, found.objective, self.bound, gap, elapsed, "test"))
        return result_of(self.network, self.request, plan, self.bound, StopReason.GAP_LIMIT)

    def quick(self) -> Result:
        return self.publish(4)

    def former(self) -> Result:
        """The former plan of the request."""
        plan = self.request.former_plan.plan
        return result_of(self.network, self.request, plan, self.bound, StopReason.GAP_LIMIT)

    def steps(self) -> Result:
        for units in range(1, STEPS + 1):
            result = self.publish(units)
            time.sleep(0.2)
        return result

    def stubborn(self) -> None:
        """Hears no signal that can be blocked, and never ends."""
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
        self.publish(3)
        time.sleep(600)

    def silent(self) -> None:
        time.sleep(600)

    def family(self) -> None:
        """Has a process of its own, whose id it tells."""
        relative = multiprocessing.get_context("fork").Process(target=time.sleep, args=(600,), daemon=True)
        relative.start()
        self.on_incumbent(Incumbent(plan_of(self.network, 0), 0, 0, self.bound, None, 0.0, str(relative.pid)))
        time.sleep(600)

    def crash(self) -> None:
        self.publish(2)
        os.kill(os.getpid(), signal.SIGSEGV)
        time.sleep(600)

    def raises(self) -> None:
        raise ArithmeticError("the numbers do not add up")

    def hungry(self) -> None:
        """More than a worker of the tests may use; without a limit it would succeed, and fail as no result."""
        np.empty(2 * 10**9)

    def wrong(self) -> Result:
        plan = plan_of(self.network, 10**6)
        return result_of(self.network, self.request, plan, self.bound, StopReason.GAP_LIMIT)

    def explained(self) -> Result:
        """Has two positions with unmet units; the fix of the first consists of two changes."""
        changes = FixChanges(
            unmet=np.array([0, 0, 1]),
            field=_words("lanes.max_dispatches", "lanes.capacity_kg", "stock.on_hand"),
            place=_words("W>S", "W>S", "W/007"),
            amount=np.array([1.0, 2.5, 4.0]),
        )
        unmet = Unmet(
            node=np.array([1, 0], np.int32),
            sku=np.array([0, 0], np.int32),
            units=np.array([2, 1]),
            code=_words("capacity", "no_supply"),
            reason=_words("full", "nothing there"),
            cheapest_fix=_words("run once more", "buy"),
            fix_cost=np.array([3_000_000, UNKNOWN_MONEY]),
            fix_worth=np.array([4_500_000, 7]),
            changes=changes,
        )
        return replace(self.quick(), unmet=unmet)

    def charged(self) -> Result:
        """Charges the line what the request says, whatever the certificate makes of it."""
        result = self.quick()
        charge = -round(self.request.min_line_benefit * 10**self.network.money_decimals)
        certificate = replace(result.certificate, adjustments={"request.min_line_benefit": charge})
        objective = certificate.objective
        self.on_incumbent(Incumbent(result.plan, result.benefit, objective, self.bound, None, 1.0, "test"))
        return replace(result, certificate=certificate, objective=objective)

    def infeasible(self) -> Result:
        empty = result_of(self.network, self.request, plan_of(self.network, 0), None, StopReason.PROVED)
        conflict = Conflict("lanes.capacity_kg", "lane W>S", 2.0, "2 kg too little")
        nothing = {"plan": None, "benefit": None, "objective": None, "certificate": None, "line_reason": None}
        return replace(empty, status=Status.INFEASIBLE, conflicts=(conflict,), **nothing)


BACKENDS = frozenset(name for name in vars(Search) if name[0] != "_") - {"publish"}


def solve(network: Network, request: Request, parameters: Parameters, *, on_incumbent) -> Result:
    return getattr(Search(network, request, on_incumbent), parameters.backend or "quick")()


def choices(network: Network, request: Request, plan: Plan, *, seconds: float, **asked) -> Alternatives:
    """Two choices for the first alert asked for, or for the whole plan; the notes say what was asked."""
    alert = asked["alerts"][0] if asked["alerts"] else WHOLE_PLAN
    numbers = {"cost": 3_000_000, "emissions_known": 1.0, "risk_resolved": 0.5} | dict.fromkeys(USE_COLUMNS, 0)
    best = Choice(
        alert, "most_benefit", 27_000_000, 26_000_000, dispatches=1, lines=1, units=4, last_day=0, mean_day=0.0,
        emissions_kg=0.25, summary="as it is", plan=plan, **numbers
    )  # fmt: skip
    nothing = Choice(
        alert, "do_nothing", 0, 0, dispatches=0, lines=0, units=0, last_day=-1, mean_day=np.nan, emissions_kg=0.0,
        summary="nothing moves", plan=plan_of(network, 0), **numbers
    )  # fmt: skip
    return ranked([nothing, best], (f"{seconds:.3f}", repr(sorted(asked.items()))))


def prices(network: Network, request: Request, plan: Plan, *, bound: int, seconds: float, **asked) -> RulePrices:
    """One price that is known and one that is not; the words say what was asked."""
    return RulePrices(
        rule=_words("lanes.capacity_kg", "nodes.pick_capacity_units"),
        place=_words("", "W"),
        rows=np.array([3, 1]),
        price_low=np.array([1_500_000, UNKNOWN_MONEY]),
        price_high=np.array([2_000_000, UNKNOWN_MONEY]),
        gain=np.array([1_750_000, UNKNOWN_MONEY]),
        message=_words("dear", repr((plan.n_lines, bound, seconds, asked))),
    )


def hanging(*_, **__) -> None:
    time.sleep(600)


def raising(*_, **__) -> None:
    raise ArithmeticError("the numbers do not add up")


def dying(*_, **__) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def hanging_with_id(path: str) -> None:
    """Tell the id of its process, in a file that is there at once as a whole."""
    Path(f"{path}.part").write_text(str(os.getpid()))
    Path(f"{path}.part").rename(path)
    time.sleep(600)


def repair(network: Network, request: Request, plan: Plan, parameters: Parameters, *, on_incumbent) -> Repair:
    """Half the units that were handed in, whatever the optimizer would say; the backend is what the solver's is."""
    search = Search(network, request, on_incumbent)
    if parameters.backend == "silent":
        search.silent()
    result = search.publish(int(plan.units.sum()) // 2)
    difference = plan_difference(network, request, plan, result.plan)
    return Repair(plan, certify(network, request, plan), ("one line put together",), result, difference, 1)


def dawdling_award(event: Event, parameters: Parameters, *, on_incumbent) -> AwardResult:
    """Tells of an award that buys all of the first item from its first bid, and then goes on for ever."""
    found = Award(np.array([0], dtype=np.int32), event.items.units[:1].copy())
    certificate = certify_award(event, found)
    on_incumbent(AwardIncumbent(found, certificate.objective, None, None, 0.0, "dawdling"))
    while True:
        time.sleep(0.1)
