"""What each losing bid would have had to ask to win: the factor on its prices, by solving with the bid forced in.

The search alternates: of an award with the bid, the factor at which it costs no more than the best award; then, just
above that factor, the best award with the bid again. Where that one costs more, no higher factor wins. Every factor
that is stated to win was certified with an award at those prices, every one that is stated to lose was proved to.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.events import Event
from optimizer.award import Award, AwardResult, award_gap
from optimizer.bidding.limits import MILLIONTHS
from optimizer.bidding.offers import Offers, Usable, offers_of
from optimizer.certificate.awards import certify_award
from optimizer.plan import UNKNOWN_MONEY
from optimizer.search.progress import PROVED_GAP
from optimizer.sourcing.at_hand import AtHand, at_hand
from optimizer.sourcing.forcing import GAP, SOLVER_TOLERANCE, at_factor, best_with
from optimizer.sourcing.reduced_costs import LeastObjectives, least_objectives

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

WON: Final = "won"
EXACT: Final = "exact"
BETWEEN: Final = "between"
NEVER: Final = "never"
"""Values of `PricesToWin.outcome`."""

_PROOF_SHARE: Final = 0.3
"""Of the time, for the bound of the award at hand where it has none."""

_DUALS_SHARE: Final = 0.2
"""Of the time, at most, for the duals that say which bids are close."""

_LEAST_SECONDS: Final = 0.2
"""No search is begun with less, or than the duals took: few bids priced rather than many searches that find nothing."""

_SEARCHES: Final = 4
"""How many searches a bid gets at least, once one can be begun."""

_WIDER: Final = 4
"""Times what a step is taken again where a search could not tell."""

_DECIDING: Final = 3
"""Times what a search may leave open, by which the next factor has to change the objective."""


@dataclass(frozen=True, slots=True)
class PricesToWin:
    """Usable bids and what they would have had to ask, shape ``(n,)`` each; bids of a package have the same values."""

    bid: Ints
    """Row of ``event.bids``, ascending."""
    rank: Ints
    """Place of the bid among those for its item by what a unit costs at its most units, freight and adjustments too;
    from 1."""
    outcome: NDArray[np.object_]
    """`WON`; `EXACT`: the factor is known up to the asked width; `BETWEEN`: it is between the two; `NEVER`: it would
    not even be taken for nothing."""
    factor_low: Floats
    """Certified: at this factor on its prices some best award takes it; NaN: at none that is known."""
    factor_high: Floats
    """Proved: above this factor no best award takes it."""
    difference_low: Ints
    """Proved: at the stated prices an award with the bid costs at least this much more, money."""
    difference_high: Ints
    """How much more the best award costs that was found with the bid, money; `UNKNOWN_MONEY`: none was."""
    units: Ints
    """Units that the award found at `factor_low` buys of it; 0: none was found."""

    def __len__(self) -> int:
        return len(self.bid)


@dataclass(frozen=True, slots=True)
class _Price:
    """What was found of one bid or package."""

    outcome: str
    factor_low: float
    factor_high: float
    difference_low: int
    difference_high: int
    award: Award | None


def prices_to_win(event: Event, award: Award | AwardResult, *, seconds: float = 60.0, gap: float = 1e-6) -> PricesToWin:
    """Find the price to win of every losing bid.

    Parameters
    ----------
    event : Event
    award : Award or AwardResult
        A valid award, the better the more telling; of a result the bound is believed.
    seconds : float
        Most time to spend. Bids that look close to winning come first, and all share the time.
    gap : float
        Width of the factor at which it counts as exact.

    Returns
    -------
    PricesToWin
        All usable bids.

    Raises
    ------
    ValueError
        There is no award, or it breaks rules.
    """
    until = time.monotonic() + seconds
    hand = at_hand(event, award, _PROOF_SHARE * seconds)
    offers = offers_of(event)
    began = time.monotonic()
    least = least_objectives(event, offers, hand.objective, _DUALS_SHARE * max(until - began, 0.0))
    needed = max(_LEAST_SECONDS, time.monotonic() - began)
    case = _Case(hand, least, math.floor(gap * MILLIONTHS), needed)
    groups = _groups(offers)
    prices = [_won(hand.award) for _ in groups]
    lost = [row for row, bids in enumerate(groups) if not np.any(np.isin(bids, hand.award.bid))]
    lost.sort(key=lambda row: -least.factor[groups[row][0]])
    for number, row in enumerate(lost):
        left = until - time.monotonic()
        share = max(left / (len(lost) - number), _SEARCHES * needed) if left >= needed else 0.0
        prices[row] = case.price(groups[row], min(share, left))
    return _table(offers, event, groups, prices)


@dataclass(frozen=True, slots=True)
class _Case:
    """The award at hand, and what is known of all bids."""

    hand: AtHand
    least: LeastObjectives
    width: int
    """Millionths of the factor at which it counts as exact."""
    needed: float
    """Seconds that a search takes at least: what the duals took."""

    @property
    def surely_best(self) -> int | None:
        """Objective that no award is below, money: that of the award at hand where it is proved; None: not known."""
        bound = self.hand.bound
        if bound is None:
            return None
        gap = award_gap(self.hand.objective, bound, self.hand.event.money_decimals)
        return self.hand.objective if gap <= PROVED_GAP else bound

    @property
    def noise(self) -> int:
        """Money that solvers' tolerances leave open."""
        currency = float(10**self.hand.event.money_decimals)
        return math.ceil(SOLVER_TOLERANCE * currency + GAP * abs(self.hand.objective))

    def price(self, bids: Ints, seconds: float) -> _Price:
        """Search for the price to win of a bid, or of all bids of a package."""
        first, until = int(bids[0]), time.monotonic() + seconds
        least, top = float(self.least.objective[first]), float(self.least.factor[first])
        low = max(math.floor(least) - self.hand.objective, 0) if np.isfinite(least) else 0
        if seconds < self.needed:
            return _Price(BETWEEN, np.nan, top, low, UNKNOWN_MONEY, None)
        stated = best_with(self.hand.event, bids, [], seconds / 2)
        if stated.infeasible and not np.any(self.least.by_spend[bids]):
            return _Price(NEVER, np.nan, 0.0, low, UNKNOWN_MONEY, None)
        if stated.bound is not None:
            low = max(low, stated.bound - self.hand.objective)
        known = stated.objective is not None and self.surely_best is not None
        high = stated.objective - self.surely_best if known else UNKNOWN_MONEY  # type: ignore[operator]
        found = self._narrowed(bids, stated.award, math.floor(top * MILLIONTHS), until)
        if np.any(self.least.either_way[bids]):
            found = replace(found, highest=MILLIONTHS)  # that one factor loses says nothing of higher ones
        if found.highest < 0:
            return _Price(NEVER, np.nan, 0.0, low, high, None)
        certain = self._certain(bids, found)
        exact = certain >= 0 and found.highest - certain <= max(self.width, found.step)
        factor = np.nan if certain < 0 else certain / MILLIONTHS
        return _Price(EXACT if exact else BETWEEN, factor, found.highest / MILLIONTHS, low, high, found.award)

    def _narrowed(self, bids: Ints, award: Award | None, highest: int, until: float) -> _Factors:
        """Raise the factor that is known to win, and lower the least that none is above, until they meet."""
        event, target = self.hand.event, self.hand.objective
        at = -1 if award is None else self._wins_at(bids, award, target)
        step = self._step(bids, award)
        while until - time.monotonic() >= self.needed and (at < 0 or highest - at > max(self.width, step)):
            tried = 0 if at < 0 else min(at + step, highest)
            known = [] if award is None else [award]
            progress = best_with(at_factor(event, bids, tried), bids, known, until - time.monotonic(), target)
            if progress.takes and progress.award is not None:
                award = progress.award
                at, step = max(self._wins_at(bids, award, target), tried), self._step(bids, award)
            elif progress.fails:
                highest = tried - 1
            if at < 0:
                break
            if not progress.takes and not progress.fails:
                step *= _WIDER
        return _Factors(at, highest, award, step)

    def _certain(self, bids: Ints, found: _Factors) -> int:
        """Return the factor at which the award found is surely a best one."""
        if found.at < 0 or found.award is None or self.surely_best == self.hand.objective:
            return found.at
        return -1 if self.surely_best is None else self._wins_at(bids, found.award, self.surely_best)

    def _wins_at(self, bids: Ints, award: Award, target: int) -> int:
        """Greatest factor on the bids' prices, millionths, at which an award costs no more than a target; -1: none."""
        at_stated, for_nothing = (self._objective(bids, award, factor) for factor in (MILLIONTHS, 0))
        if at_stated is not None and at_stated <= target:
            return MILLIONTHS
        low, high = -1, MILLIONTHS
        probe = 0
        if at_stated is not None and for_nothing is not None and for_nothing < at_stated:
            # Objectives are straight lines but for roundings, the worst scenarios and rules on spend.
            probe = (target - for_nothing) * MILLIONTHS // (at_stated - for_nothing)
        probes = [probe + 1, probe, 0]
        while high - low > 1:
            tried = min(max(probes.pop(0) if probes else (low + high) // 2, low + 1), high - 1)
            objective = self._objective(bids, award, tried)
            if objective is not None and objective <= target:
                low = tried
            else:
                high = tried
        return low

    def _objective(self, bids: Ints, award: Award, factor: int) -> int | None:
        """Objective of an award at a factor on the bids' prices, money; None where it breaks rules."""
        certificate = certify_award(at_factor(self.hand.event, bids, factor), award)
        return certificate.objective if certificate.valid else None

    def _step(self, bids: Ints, award: Award | None) -> int:
        """Millionths by which the factor has to rise for a search to tell the difference."""
        if award is None:
            return 1
        ends = [self._objective(bids, award, factor) for factor in (MILLIONTHS, 0)]
        change = 0 if ends[0] is None or ends[1] is None else ends[0] - ends[1]
        return min(math.ceil(_DECIDING * self.noise * MILLIONTHS / max(change, 1)), MILLIONTHS)


@dataclass(frozen=True, slots=True)
class _Factors:
    """Factors on a bid's prices, millionths."""

    at: int
    """`award` costs no more than the award at hand; -1: none is known."""
    highest: int
    """No award with the bid does above this; -1: at none."""
    award: Award | None
    step: int
    """How much the factor has to change for a search to tell the difference."""


def _groups(offers: Offers) -> list[Ints]:
    """Usable bids, one by one or by package."""
    usable = np.flatnonzero(offers.usable == Usable.YES)
    key = np.where(offers.package >= 0, len(offers.usable) + offers.package, np.arange(len(offers.usable)))[usable]
    order = np.argsort(key, kind="stable")
    return np.split(usable[order], np.flatnonzero(np.diff(key[order])) + 1) if len(usable) else []


def _won(award: Award) -> _Price:
    return _Price(WON, 1.0, 1.0, 0, 0, award)


def _table(offers: Offers, event: Event, groups: list[Ints], prices: list[_Price]) -> PricesToWin:
    """Put the answers into columns, bids in order."""
    bid = np.concatenate([np.empty(0, dtype=np.int64), *groups])
    order, size = np.argsort(bid, kind="stable"), [len(group) for group in groups]
    columns: dict[str, NDArray[Any]] = {}
    for item in fields(_Price)[:-1]:
        kind = {"str": np.object_, "int": np.int64, "float": np.float64}[str(item.type)]
        columns[item.name] = np.repeat(np.array([getattr(each, item.name) for each in prices], dtype=kind), size)[order]
    bought = [
        np.zeros(len(group), dtype=np.int64) if price.award is None else price.award.by_bid(len(offers.usable))[group]
        for group, price in zip(groups, prices, strict=True)
    ]
    units = np.concatenate([np.empty(0, dtype=np.int64), *bought])[order]
    return PricesToWin(bid=bid[order], rank=_ranks(event, offers, bid[order]), units=units, **columns)


def _ranks(event: Event, offers: Offers, bid: Ints) -> Ints:
    """Order the usable bids of each item by the cost of a unit at their most units, from 1; equal ones share a rank."""
    last, most = offers.first_segment[bid + 1] - 1, offers.most_units[bid]
    total = offers.base + offers.adjustment_base + (offers.price + offers.adjustment) * offers.to_units
    unit = total[last] / most + offers.freight[bid]
    item = event.bids.item[bid]
    order = np.lexsort((unit, item))
    new_item = np.append(True, np.diff(item[order]) != 0)[: len(bid)]
    higher = new_item | np.append(True, np.diff(unit[order]) > 0)[: len(bid)]
    place = np.arange(len(bid))
    begin = np.maximum.accumulate(np.where(new_item, place, 0))
    rank = np.empty(len(bid), dtype=np.int64)
    rank[order] = np.maximum.accumulate(np.where(higher, place, 0)) - begin + 1
    return rank
