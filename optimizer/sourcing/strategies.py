"""How an event is searched: solvers race over small ones; large ones and those of packages have engines."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

import numpy as np

from network.events import RiskMeasure
from optimizer.award import award_of
from optimizer.bidding.offers import Offers, Usable
from optimizer.program import Program
from optimizer.search.isolation import Forked
from optimizer.sourcing.doubt import Doubt
from optimizer.sourcing.greedy import greedy_award
from optimizer.sourcing.model import AwardModel, award_model, award_program, is_network
from optimizer.sourcing.progress import AwardProgress
from optimizer.sourcing.runs import Task
from optimizer.sourcing.survival import LossCut, cut_rows, loss_cuts, with_cuts

TINY_COLUMNS = 1_000
"""Up to here a call of HiGHS in this process comes first: it often takes less time than starting a process."""

TINY_SECONDS = 1.0
"""What that call may take before others are asked."""

HEAD_START_SECONDS = 3.0
"""What HiGHS gets to itself before another solver takes the second core."""

ALONE_SECONDS = 0.5
"""What HiGHS gets before the relaxation is solved beside it."""

RELAXING_SHARE = 0.3
"""Of the time, for the relaxation; a model that it does not do for has no bound from solvers either."""

PACKAGES = 100
"""From so many packages on, most bids being in one, they have an engine of their own."""

LARGE_BIDS = 1_500
"""From so many bids that can be used on, no packages and no risk, prices and parts find more than solvers."""

GREEDY_BIDS = 20_000
"""Up to here a first award is bought bid by bid in milliseconds."""


def search(progress: AwardProgress) -> None:
    """Search until done; the choice of strategy is written to ``progress.chosen_because``."""
    strategy, progress.chosen_because = _choice(progress)
    strategy(progress)


def _choice(progress: AwardProgress) -> tuple[Callable[[AwardProgress], None], str]:
    """Choose a strategy by the structure and size of the event, and say why."""
    size = f"{len(progress.event.bids)} bids"
    if progress.parameters.backend is not None:
        return _as_asked, f"the request asks for {progress.parameters.backend}"
    packages = package_count(progress.offers)
    if packages >= PACKAGES:
        return _packages, f"neighbourhoods of packages, and solvers that prove beside them: {packages} packages, {size}"
    if is_network(progress.event, progress.offers):
        return _race, f"highs: nothing ties units together but items and capacities, {size}"
    if _is_large(progress):
        return _large, f"prices of rows prove, suppliers and parts are bought anew beside them: {size}"
    return _race, f"highs, then from {HEAD_START_SECONDS:g} s on {_rival(progress)} beside it: {size}"


def package_count(offers: Offers) -> int:
    """Count the packages of an event in which most bids that can be used are in one, 0 in others."""
    usable = offers.usable == Usable.YES
    packed = usable & (offers.package >= 0)
    return len(np.unique(offers.package[packed])) if 2 * packed.sum() > usable.sum() else 0


def _is_large(progress: AwardProgress) -> bool:
    """Whether prices and parts are for the event."""
    event = progress.event
    asks_risk = event.risk.measure != RiskMeasure.NONE or event.risk.survive_share is not None
    usable = int(np.count_nonzero(progress.offers.usable == Usable.YES))
    return usable >= LARGE_BIDS and not asks_risk and not bool(np.any(progress.offers.package >= 0))


def _packages(progress: AwardProgress) -> None:
    """Search a covering problem as one; solvers race where it is none after all."""
    from optimizer.sourcing.packages.search import search_packages  # noqa: PLC0415 - compiled code loads slowly

    if not search_packages(progress):
        _race(progress)


def _large(progress: AwardProgress) -> None:
    """Search by prices and parts; where no award is found, a solver looks whether there is any."""
    from optimizer.sourcing.large.search import search_large  # noqa: PLC0415 - compiled code loads slowly

    with ExitStack() as stack:
        progress.beside = Doubt(progress, stack).look
        search_large(progress)
        progress.beside = None


def _as_asked(progress: AwardProgress) -> None:
    """Hand the whole model to the backend that the request names."""
    name, built = str(progress.parameters.backend), _begun(progress)

    def one(task: Task) -> None:
        with task.running(name) as process:
            task.taken(process, progress.left, name)

    _until_valid(Task(progress, built, award_program(built)), one)


def _race(progress: AwardProgress) -> None:
    """Race two solvers over the whole model; the first proof ends it."""
    built = _begun(progress)
    _until_valid(Task(progress, built, award_program(built)), _raced)


def _begun(progress: AwardProgress) -> AwardModel:
    """Build the model, and publish a first award before any solver starts."""
    event = progress.event
    built = award_model(event, progress.offers)
    progress.offer(award_of(np.zeros(len(event.bids), dtype=np.int64)), "buying nothing")
    if len(event.bids) <= GREEDY_BIDS:
        progress.offer(greedy_award(event, built.flows), "greedy")
    return built


def search_within(progress: AwardProgress, built: AwardModel, program: Program) -> None:
    """Race solvers over a program of the event that leaves some of its awards out."""
    _until_valid(Task(progress, built, program), _raced)


def _until_valid(task: Task, solve: Callable[[Task], None]) -> None:
    """Solve, and again with rows that the last award breaks while it does not survive a loss."""
    progress, built = task.progress, task.built
    while True:
        task.last = None
        solve(task)
        cuts = _broken_cuts(task)
        if progress.done or not cuts:
            return
        task.program = with_cuts(task.program, cut_rows(built.flows, built.switch_column, cuts))


def _raced(task: Task) -> None:
    progress = task.progress
    if task.program.n_columns <= TINY_COLUMNS:
        task.here("highs", TINY_SECONDS)
        if progress.done or _broken_cuts(task):
            return
    with task.running("highs") as highs:
        _head_start(task, highs)
        if progress.done or _broken_cuts(task):
            return
        rival = _rival(progress)
        with task.running(rival) as other:
            _first_proof(task, {"highs": highs, rival: other})


def _head_start(task: Task, highs: Forked) -> None:
    """Leave HiGHS alone for a while; what is not solved by then gets the bound of its relaxation first."""
    progress = task.progress
    if task.taken(highs, min(ALONE_SECONDS, progress.left), "highs"):
        return
    with task.relaxing("highs") as relaxed:
        until = progress.elapsed + HEAD_START_SECONDS - ALONE_SECONDS
        while progress.left > 0 and not highs.ended and (progress.elapsed < until or not relaxed.ended):
            if relaxed.ended:
                task.taken(highs, min(until - progress.elapsed, progress.left), "highs")
            elif not task.bounded(relaxed, 0.02, "the relaxation"):
                task.taken(highs, 0.02, "highs")
            if progress.elapsed > until + RELAXING_SHARE * progress.parameters.time_limit_seconds:
                return


def _rival(progress: AwardProgress) -> str:
    """Name the solver beside HiGHS: values at risk are no whole numbers, which CP-SAT would make of them."""
    return "scip" if progress.event.risk.measure == RiskMeasure.CVAR else "cp_sat"


def _first_proof(task: Task, racers: dict[str, Forked]) -> None:
    """Take what the solvers find until one has proved enough."""
    while not task.progress.done and not all(racer.ended for racer in racers.values()):
        for name, racer in racers.items():
            if task.taken(racer, 0.02, name) and _broken_cuts(task):
                return


def _broken_cuts(task: Task) -> list[LossCut]:
    """Rows that the award that a solver ended with breaks, because it does not survive a loss."""
    event = task.progress.event
    if event.risk.survive_share is None or task.last is None:
        return []
    return loss_cuts(event, task.progress.offers, task.last.by_bid(len(event.bids)) > 0)
