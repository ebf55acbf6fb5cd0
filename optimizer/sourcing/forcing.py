"""Events with bids forced in and at other prices, which is how prices to win are found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.events import Event
from optimizer.award import Award
from optimizer.bidding.limits import MILLIONTHS
from optimizer.program import Program, with_entries, with_rows
from optimizer.request import Parameters
from optimizer.sourcing.model import AwardModel, award_model, award_program
from optimizer.sourcing.progress import AwardProgress
from optimizer.sourcing.strategies import search_within

Ints = NDArray[np.int64]

GAP: Final = 1e-8
"""At which a search with bids forced in is over: as good as solvers can tell."""

SOLVER_TOLERANCE: Final = 1e-6
"""Currency units by which a solver's bound may be off."""


class ForcedProgress(AwardProgress):
    """A search among the awards that take some bids, over once it is known whether one costs at most a target."""

    def __init__(self, event: Event, parameters: Parameters, bids: Ints, target: int | None) -> None:
        super().__init__(event, parameters)
        self.bids, self.target = bids, target

    @property
    def done(self) -> bool:
        """Good enough, infeasible, out of time, or decided."""
        return super().done or self.takes or self.fails

    @property
    def takes(self) -> bool:
        """Whether an award with the bids costs at most the target."""
        return self.target is not None and self.objective is not None and self.objective <= self.target

    @property
    def fails(self) -> bool:
        """Whether it is proved that none does."""
        return self.infeasible or (self.target is not None and self.bound is not None and self.bound > self.target)

    def offer(self, award: Award, found_by: str) -> bool:
        """Certify an award that takes the bids, as any other; without them it does not count."""
        return bool(np.all(np.isin(self.bids, award.bid))) and super().offer(award, found_by)


def best_with(
    event: Event, bids: Ints, known: Sequence[Award], seconds: float, target: int | None = None
) -> ForcedProgress:
    """Search for the best award that takes bids.

    Parameters
    ----------
    event : Event
    bids : ndarray of int64, shape (n,)
        One usable bid, or all of a package.
    known : sequence of Award
        To start from, where they take the bids.
    seconds : float
    target : int, optional
        Objective, money: enough is known once an award costs at most this, or none can.

    Returns
    -------
    ForcedProgress
        The search when it is over.
    """
    progress = ForcedProgress(event, Parameters(time_limit_seconds=seconds, gap=GAP), bids, target)
    for each in known:
        progress.offer(each, "a known award")
    built = award_model(event, progress.offers)
    if not np.all(np.isin(bids, built.flows.bid)):
        progress.infeasible = True  # capacities alone are too small for its fewest units
    elif not progress.done:
        search_within(progress, built, _with_bids(built, award_program(built), bids))
    return progress


def _with_bids(built: AwardModel, program: Program, bids: Ints) -> Program:
    """Ask for the fewest units of every bid, and for one of its switches."""
    flows = built.flows
    flow = np.flatnonzero(np.isin(flows.bid, bids))
    number = np.searchsorted(bids, flows.bid[flow])
    fewest = np.full(len(bids), np.iinfo(np.int64).max)
    np.minimum.at(fewest, number, flows.from_units[flow])
    switched = built.switch_column[flow] >= 0
    entries = np.unique(np.stack([number[switched], built.switch_column[flow[switched]]]), axis=1)
    with_switch, row = np.unique(entries[0], return_inverse=True)
    low = np.concatenate([fewest, np.ones(len(with_switch), dtype=np.int64)]).astype(np.float64)
    grown = with_rows(program, low, np.full(len(low), np.inf), np.ones(len(low)))
    rows = np.concatenate([number, len(bids) + row.reshape(-1)]) + program.n_rows
    columns = np.concatenate([flow, entries[1]])
    return with_entries(grown, rows, columns, np.ones(len(rows)))


def at_factor(event: Event, bids: Ints, factor: int) -> Event:
    """Make the same event with the prices of bids, tiers too, times so many millionths."""
    prices, tiers = event.bids.unit_price.copy(), event.tiers.unit_price.copy()
    share = factor / MILLIONTHS
    prices[bids] *= share
    tiers[np.isin(event.tiers.bid, bids)] *= share
    return replace(event, bids=replace(event.bids, unit_price=prices), tiers=replace(event.tiers, unit_price=tiers))
