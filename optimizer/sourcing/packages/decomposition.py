"""Bounds by regions: each buys its items alone, and what a package costs is shared out among the regions it lies in.

However costs are shared out, regions that each cover their items at the least cost do so for no more than any award
costs. Shares that begin with the prices of the linear relaxation bound at least as well as it does; better ones follow
where regions disagree about a package. When that brings little, regions are joined in pairs: their shares add up, and
the bound only rises.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.backends import BACKENDS, Search
from optimizer.program import Program
from optimizer.sourcing.packages.covering import Covering, Lots, Rows
from optimizer.sourcing.packages.program import covering_program
from optimizer.sourcing.packages.regions import regions_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LARGEST_REGION: Final = 40
"""Items of a region at first."""

_STEP: Final = 0.4
"""Of what is missing to the best award, as if bounds rose in a straight line."""
_MOMENTUM: Final = 0.6
_PATIENCE: Final = 2
"""Rounds without a better bound before steps are halved."""
_SMALLEST_STEP: Final = 0.05
_LITTLE: Final = 1e-4
"""Share of a bound that counts as no better."""
_FALL: Final = 0.002
"""Share of the best bound below which a round is taken back."""
_WORTH_WHILE: Final = 0.001
"""Share by which the first round has to be better than the linear relaxation: else regions do not suit."""
_JOINING_SHARE: Final = 0.25
"""Regions are joined when a round takes less than this share of the time that is left."""
_TOLERANCE: Final = 1e-6
_FLOAT_NOISE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Prices:
    """Where shares begin: duals of the linear relaxation, money."""

    item: Floats
    """Shape ``(n_items,)``."""
    link: Floats
    """Of ``column <= its supplier``, shape ``(n_columns,)``."""
    winner: Floats
    """Of every limit of winners."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known before; money."""

    relaxed: int
    """Bound of the linear relaxation."""
    target: int
    """Cost of the best award: at it steps aim."""
    money_decimals: int


def prices_of(covering: Covering, row_duals: Floats) -> Prices:
    """Read duals of the rows of `covering_program`, money: items, links of columns to suppliers, limits of winners."""
    limited = covering.winner_group.any(axis=0) | (covering.fixed_cost > 0)
    tied = np.flatnonzero(limited[covering.supplier])
    after = covering.n_items + len(tied)
    link = np.zeros(covering.n_columns)
    link[tied] = np.maximum(row_duals[covering.n_items : after], 0.0)
    winner = np.maximum(row_duals[after : after + len(covering.most_winners)], 0.0)
    return Prices(-row_duals[: covering.n_items], link, winner)


@dataclass(slots=True)
class _Copies:
    """Columns or suppliers once for each region that they lie in."""

    owner: Ints
    region: Ints
    cost: Floats
    """Money, whole numbers: the shares of an owner add up to what it costs."""
    moved: Floats
    """Direction of the last step."""

    def joined(self) -> _Copies:
        """Put the copies of halves of a region together."""
        key, code = np.unique(self.owner * 2**40 + self.region // 2, return_inverse=True)
        cost: Floats = np.bincount(code.reshape(-1), self.cost, len(key)).astype(np.float64)
        return _Copies(key // 2**40, key % 2**40, cost, np.zeros(len(key)))


@dataclass(frozen=True, slots=True)
class _Part:
    """The program of one region: its columns are those copies, in this order, then those of suppliers."""

    program: Program
    copies: Ints
    winner_copies: Ints
    n_skips: int


def bound_by_regions(
    covering: Covering,
    starts: Sequence[Prices],
    known: Known,
    until: float,
    report: Callable[[int], None],
) -> None:
    """Raise a bound until the time is over or nothing is left to try; every better one is reported.

    Parameters
    ----------
    starts : sequence of Prices
        The best one of these is where shares begin.
    until : float
        On the clock of `time.monotonic`.
    """
    region, depth = regions_of(covering, LARGEST_REGION)
    state = _best_start(covering, region, starts, known, until)
    best, step, fruitless = -1, _STEP, 0
    parts, shares = state.parts(), state.shares()
    while time.monotonic() < until:
        began = time.monotonic()
        bound = state.evaluated(parts, until)
        if bound is None or (best < 0 and bound < (1 + _WORTH_WHILE) * known.relaxed):
            return
        took = time.monotonic() - began
        fruitless = 0 if bound > best + _LITTLE * abs(best) else fruitless + 1
        if bound > best:
            best, shares = bound, state.shares()
            report(best)
        elif fruitless >= _PATIENCE or bound < (1 - _FALL) * best:
            step, fruitless = step / 2, 0
            state.restore(shares)
        is_over = step < _SMALLEST_STEP and took < _JOINING_SHARE * (until - time.monotonic())
        if (is_over and depth > 0) or not state.step(step * max(known.target - bound, _LITTLE * known.target)):
            if depth == 0:
                return
            state.restore(shares)
            state.join()
            parts, shares, depth, step, fruitless = state.parts(), state.shares(), depth - 1, _STEP, 0


def _best_start(covering: Covering, region: Ints, starts: Sequence[Prices], known: Known, until: float) -> _State:
    """Begin where regions prove most at once."""
    states = [_State(covering, known.money_decimals, region, prices) for prices in starts]
    if len(states) == 1:
        return states[0]
    bounds = [state.evaluated(state.parts(), until) for state in states]
    return states[int(np.argmax([-1 if bound is None else bound for bound in bounds]))]


class _State:
    """Shares of costs, and what regions bought at them last."""

    def __init__(self, covering: Covering, money_decimals: int, region: Ints, prices: Prices) -> None:
        self.covering, self.decimals, self.region = covering, money_decimals, region
        self.winner_price = np.zeros(len(covering.most_winners))
        self.winner_price[: len(prices.winner)] = np.maximum(np.rint(prices.winner), 0)
        self.winner_moved = np.zeros(len(self.winner_price))
        self.limited = covering.winner_group.any(axis=0) | (covering.fixed_cost > 0)
        self.columns, self.winners = self._begun(prices)
        self.bought = np.zeros(len(self.columns.owner))
        self.won = np.zeros(len(self.winners.owner))

    def _begun(self, prices: Prices) -> tuple[_Copies, _Copies]:
        """Share costs out by the prices of the items in each region, the rest by their number."""
        covering, column = self.covering, self.covering.column_of
        key, code, count = np.unique(
            column * 2**40 + self.region[covering.item], return_inverse=True, return_counts=True
        )
        owner, region = key // 2**40, key % 2**40
        part = count / np.diff(covering.first)[owner]
        worth = np.bincount(code.reshape(-1), prices.item[covering.item], len(key))
        left = covering.cost - np.bincount(column, prices.item[covering.item], covering.n_columns) + prices.link
        share = worth - prices.link[owner] * part + left[owner] * part
        tied = self.limited[covering.supplier[owner]]
        pair, at = np.unique(covering.supplier[owner[tied]] * 2**40 + region[tied], return_inverse=True)
        supplier = pair // 2**40
        linked = np.bincount(at.reshape(-1), (prices.link[owner] * part)[tied], len(pair))
        own = covering.fixed_cost + self.winner_price @ covering.winner_group
        left = own - np.bincount(supplier, linked, len(own))
        copies = np.bincount(supplier, minlength=len(own))
        columns = _Copies(owner, region, share, np.zeros(len(key)))
        winners = _Copies(supplier, pair % 2**40, linked + left[supplier] / copies[supplier], np.zeros(len(pair)))
        columns.cost = _whole(columns.owner, columns.cost, covering.cost)
        winners.cost = _whole(winners.owner, winners.cost, own.astype(np.int64))
        return columns, winners

    def join(self) -> None:
        """Join regions in pairs."""
        self.region = self.region // 2
        self.columns, self.winners = self.columns.joined(), self.winners.joined()
        self.bought, self.won = np.zeros(len(self.columns.owner)), np.zeros(len(self.winners.owner))
        self.winner_moved[:] = 0

    def shares(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Return what costs are shared out like now, and what was bought."""
        return self.columns.cost, self.winners.cost, self.winner_price, self.bought.copy(), self.won.copy()

    def restore(self, shares: tuple[Floats, Floats, Floats, Floats, Floats]) -> None:
        """Go back to shares of before, and forget where steps went."""
        self.columns.cost, self.winners.cost, self.winner_price, self.bought, self.won = shares
        self.columns.moved, self.winners.moved = np.zeros(len(self.bought)), np.zeros(len(self.won))
        self.winner_moved = np.zeros(len(self.winner_price))

    def parts(self) -> list[_Part]:
        """Write the program of every region."""
        return [self._part(each) for each in np.unique(self.region).tolist()]

    def _part(self, region: int) -> _Part:
        covering = self.covering
        items = np.flatnonzero(self.region == region)
        copies = np.flatnonzero(self.columns.region == region)
        winner_copies = np.flatnonzero(self.winners.region == region)
        number = np.full(covering.n_items, -1, dtype=np.int64)
        number[items] = np.arange(len(items))
        kept = np.flatnonzero(number[covering.item] >= 0)
        count = np.bincount(covering.column_of[kept], minlength=covering.n_columns)[self.columns.owner[copies]]
        local = np.zeros(len(covering.fixed_cost), dtype=np.bool_)
        local[self.winners.owner[winner_copies]] = True
        nobody = np.zeros((0, 0), dtype=np.bool_)
        none = np.empty(0, dtype=np.int64)
        part = replace(
            covering,
            cost=np.zeros(len(copies), dtype=np.int64),
            supplier=covering.supplier[self.columns.owner[copies]],
            first=np.append(0, np.cumsum(count)),
            item=number[covering.item[kept]],
            skip_cost=covering.skip_cost[items],
            most_times=covering.most_times[items],
            fixed_cost=np.zeros(len(local), dtype=np.int64),
            winner_group=local[None, :],
            most_winners=np.array([len(local)]),
            lots=Lots(nobody, nobody, none),
            rows=Rows(np.zeros(1, dtype=np.int64), none, none, none),
        )
        written = covering_program(part, self.decimals)
        return _Part(written.program, copies, winner_copies, len(written.skipped))

    def evaluated(self, parts: list[_Part], until: float) -> int | None:
        """Let every region buy; None when the time is over before all did."""
        scale = 10.0**self.decimals
        total = -int(self.winner_price @ self.covering.most_winners)
        for part in parts:
            n, skips = len(part.copies), part.n_skips
            objective = part.program.objective.copy()
            objective[:n] = -self.columns.cost[part.copies] / scale
            objective[n + skips :] = -self.winners.cost[part.winner_copies] / scale
            seconds = until - time.monotonic()
            if seconds <= 0:
                return None
            answer = BACKENDS["highs"](replace(part.program, objective=objective), Search(seconds))
            if answer.columns is None or answer.bound is None:
                return None
            bound = -answer.bound
            total += math.ceil((bound - max(_TOLERANCE, _FLOAT_NOISE * abs(bound))) * scale)
            self.bought[part.copies] = np.rint(answer.columns[:n])
            self.won[part.winner_copies] = np.rint(answer.columns[n + skips :])
        return total

    def step(self, aim: float) -> bool:
        """Make packages dearer where they are bought and cheaper where they are not; False where all agree."""
        covering = self.covering
        self._follow(self.columns, self.bought, covering.n_columns)
        mean = self._follow(self.winners, self.won, len(covering.fixed_cost))
        excess = covering.winner_group @ mean - covering.most_winners
        self.winner_moved = _MOMENTUM * self.winner_moved + excess
        norm = float((self.columns.moved**2).sum() + (self.winners.moved**2).sum() + (self.winner_moved**2).sum())
        if norm < 1e-9:
            return False
        length = aim / norm
        price = np.maximum(np.rint(self.winner_price + length * self.winner_moved), 0)
        change, self.winner_price = price - self.winner_price, price
        own = covering.fixed_cost + self.winner_price @ covering.winner_group
        copies = np.maximum(np.bincount(self.winners.owner, minlength=len(own)), 1)
        dearer = ((change @ covering.winner_group) / copies)[self.winners.owner]
        self.columns.cost = _whole(self.columns.owner, self.columns.cost + length * self.columns.moved, covering.cost)
        self.winners.cost = _whole(
            self.winners.owner, self.winners.cost + dearer + length * self.winners.moved, own.astype(np.int64)
        )
        return True

    def _follow(self, copies: _Copies, chosen: Floats, n: int) -> Floats:
        """Turn the direction of steps towards regions that chose what others did not; return the mean of each owner."""
        count = np.maximum(np.bincount(copies.owner, minlength=n), 1)
        mean: Floats = np.bincount(copies.owner, chosen, n) / count
        copies.moved = _MOMENTUM * copies.moved + chosen - mean[copies.owner]
        return mean


def _whole(owner: Ints, share: Floats, total: Ints) -> Floats:
    """Round shares to whole money that adds up to the total of each owner: its first copy takes the rest."""
    rounded = np.rint(share)
    first = np.unique(owner, return_index=True)[1]
    short = total - np.bincount(owner, rounded, len(total))
    rounded[first] += short[owner[first]]
    return rounded
