"""Searches awards of events with thousands of items: prices prove a bound, moves and solvers on parts find awards.

Rows that tie suppliers together are priced in a process of its own, which then solves the linear relaxation over few
segments of every item, where fixed costs are small. Meanwhile everything is bought at spread fixed costs, suppliers
are closed, opened and swapped. From the better of that and of what the relaxation buys, a solver buys some items anew,
again and again: those that broken rules are about, those that cost most above their prices, and all items of a rule.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from optimizer.award import award_of
from optimizer.search.isolation import Forked
from optimizer.sourcing.large.collecting import RowKind
from optimizer.sourcing.large.parts import Part, applied, part_of, solved
from optimizer.sourcing.large.prices import Pricing
from optimizer.sourcing.large.program import AwardProgram, award_program
from optimizer.sourcing.large.relaxing import Proof, cut, relax
from optimizer.sourcing.progress import AwardProgress

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NAME: Final = "prices and parts"

_PASSES: Final = 30
"""Of buying everything anew while fixed costs are spread."""

_SUPPLIER_SHARE: Final = 0.12
_CLIMB_SHARE: Final = 0.3
"""Shares of the time: at most so much for closing and opening suppliers, and for prices."""

_LP_SHARE: Final = 0.4
"""Of the time that is left, for the linear relaxation."""

_CUT_SEGMENTS: Final = 40_000
_CUT_SHARE: Final = 0.4
"""Up to so many segments a solver cuts fractions off the relaxation, in this share of the time that is left."""

_SETTLE_SHARE: Final = 0.06
"""Of the time, for moves of single items while broken rules weigh more and more."""

_SETTLE_HEAT: Final = 0.002
"""What an item may cost more after a move at first, as a share of a mean item."""

_SETTLE_AGAIN: Final = 0.0002
"""The same later, while what is bought breaks rules."""

_SETTLE_FROM: Final = 0.5
_SETTLE_EVERY: Final = (0.1, 0.15)
_SETTLE_AGAIN_SHARE: Final = (0.03, 0.02)
"""Shares of the time limit: from when on, how often, and how long; the first while no award is known."""

_SETTLE_HEAVIER, _SETTLE_EASIER = 1.3, 0.99
"""Times their weight, after every pass: rules that are broken, and those that are not."""

_PART_GAPS: Final = (1e-4, 2e-3)
_PART_ITEMS: Final = (12, 120)
_ROW_ITEMS: Final = 60
"""Of a broken row up to so many items are bought anew together."""

_ITEMS_AROUND: Final = 3
"""So many items of a part say who else sells: what these sell now is in the part, too."""

_RULES_SHARE: Final = 0.6
_RULE_ITEMS: Final = 150
"""Share of the parts that are about all items of a rule, where it has no more than so many."""

_PART_SECONDS: Final = 4.0
_SMALL_PART_SECONDS: Final = 0.7
"""Parts grow while solvers take less than this, and shrink where they take all their time."""

_BROKEN_FIRST: Final = 0.6
"""Share of the parts that are about broken rules, while there are any."""

_BROKEN_LATE: Final = 0.95
"""The same when half of the time is over and nothing keeps all rules."""

_HEAVIER: Final = 2.0
_MUCH_HEAVIER: Final = 4.0
_DOMINATING: Final = 0.1
"""Share of the cost from which fixed costs are high."""

_SUPPLIER_ROUNDS: Final = 5
"""Of choosing suppliers, rules that are broken weighing more in the next one."""
_OFFER_SECONDS: Final = 2.0
_SEED: Final = 20261122


def search_large(progress: AwardProgress) -> None:
    """Find awards and prove a bound until the time is over, for events without packages and suppliers that may fail."""
    from optimizer.sourcing.large.local_search import Neighbourhood  # noqa: PLC0415 - compiled code loads slowly

    event = progress.event
    program = award_program(event, progress.offers)
    progress.offer(award_of(np.zeros(len(event.bids), dtype=np.int64)), "buying nothing")
    pricing = Pricing(program)
    search = _Search(progress, program, pricing, Neighbourhood(event, program))
    with Forked(_climb, progress, pricing, on_report=search.believe) as climber:
        search.first_award(lambda: climber.wait(0.0))
        search.by_parts(climber)


class _Search:
    """One search: the state, the prices, and what is decided at the moment."""

    def __init__(self, progress: AwardProgress, program: AwardProgram, pricing: Pricing, near: Any) -> None:
        self.progress, self.program, self.pricing, self.near = progress, program, pricing, near
        self.random = np.random.default_rng(_SEED)
        self.state = near.empty_state()
        self.prices = pricing.first_prices()
        self.priced = pricing.at(self.prices)
        self.dominated = _fixed_share(pricing, self.prices) > _DOMINATING
        self.relaxed: Floats | None = None
        """Columns of the relaxation, until they are rounded."""
        self.items_of_part = 35.0
        self.offered, self.offered_at = np.inf, 0.0

    def believe(self, proof: Proof) -> None:
        """Take a bound, the prices that prove it, and what the relaxation buys."""
        self.progress.prove_currency(proof.bound, proof.proved_by)
        if proof.prices is not None and proof.bound > self.priced.bound:
            self.prices, self.priced = proof.prices, self.pricing.at(proof.prices)
        self.relaxed = self.relaxed if proof.columns is None else proof.columns

    def _round(self) -> None:
        """Go on from what the relaxation buys, once that is known, where it is better than what is bought."""
        from optimizer.sourcing.large.rounding import rounded  # noqa: PLC0415 - compiled code loads slowly

        if self.relaxed is None:
            return
        self.near.weigh(self.state, self._row_prices())
        state = rounded(self.near, self.relaxed, self.random)
        self.near.recount(self.state)
        if state.cost[0] < self.state.cost[0]:
            self.near.restore(self.state, state)
        self.relaxed = None

    def first_award(self, listen: Callable[[], object]) -> None:
        """Buy everything at spread fixed costs, then choose suppliers."""
        from optimizer.sourcing.large.supplier_moves import improve_suppliers, spread_fixed_costs  # noqa: PLC0415

        listen()
        self.near.weigh(self.state, self._row_prices())
        spread_fixed_costs(self.near, self.state, _PASSES, self.random)
        until = self.progress.elapsed + _SUPPLIER_SHARE * self.progress.left

        def more() -> bool:
            listen()
            return self.progress.elapsed < until and self.relaxed is None

        for _ in range(_SUPPLIER_ROUNDS):
            improve_suppliers(self.near, self.state, self.random, more)
            if not self._fixed_costs_dominate() or not self.near.reweigh(self.state, _MUCH_HEAVIER):
                break
            listen()
        listen()
        self.near.weigh(self.state, self._row_prices())
        self.near.stiffen(self.state)
        self._settle(_SETTLE_SHARE * self.progress.left, _SETTLE_HEAT)
        self.offer()

    def _settle(self, seconds: float, heat: float) -> None:
        """Buy items anew, one after another, with broken rules weighing more each time; keep what breaks fewest."""
        from optimizer.sourcing.large import moves  # noqa: PLC0415 - compiled code loads slowly

        near, state, progress = self.near, self.state, self.progress
        began, n_items = progress.elapsed, len(near.needs.units)
        heat *= float(state.cost[0]) / max(n_items, 1)
        best, kept = (len(near.broken(state)), float(state.cost[0])), near.snapshot(state)
        while progress.elapsed < began + seconds and best[0]:
            left = max(1 - (progress.elapsed - began) / seconds, 0.0)
            order, seed = self.random.permutation(n_items), int(self.random.integers(2**31))
            moves.items_anew(*near.parts, state, order, 0.0, heat * left, seed)  # type: ignore[call-arg]  # compiled
            near.reweigh(state, _SETTLE_HEAVIER, _SETTLE_EASIER)
            near.recount(state)
            found = (len(near.broken(state)), float(state.cost[0]))
            if found < best:
                best, kept = found, near.snapshot(state)
        near.restore(state, kept)
        near.recount(state)

    def _fixed_costs_dominate(self) -> bool:
        """Whether what suppliers cost by themselves is so much that rules have to weigh as much."""
        fixed = float(self.near.indicators.cost[self.state.chosen > 0].sum())
        return fixed > _DOMINATING * abs(float(self.state.cost[0]))

    def _row_prices(self) -> Floats:
        prices = np.zeros(len(self.program.row_low))
        prices[self.pricing.rows] = self.prices
        return prices

    def offer(self, *, at_once: bool = False) -> None:
        """Offer the award of the state, when it keeps all rules and is better."""
        cost, now = float(self.state.cost[0]), time.monotonic()
        if cost >= self.offered - 1e-6 or (not at_once and now - self.offered_at < _OFFER_SECONDS):
            return
        if len(self.near.broken(self.state)) == 0:
            self.progress.offer(award_of(self.near.units(self.state, len(self.progress.event.bids))), NAME)
            self.offered, self.offered_at = cost, now

    def by_parts(self, climber: Forked) -> None:
        """Let solvers buy parts anew, as many at a time as there are processors."""
        processors = _processors()
        with ExitStack() as running:
            at_work: list[tuple[Part, Forked, float]] = []
            limit = self.progress.parameters.time_limit_seconds
            settle_at = _SETTLE_FROM * limit
            while not self.progress.done:
                climber.wait(0.0)
                self._round()
                if self.progress.elapsed > settle_at and len(self.near.broken(self.state)):
                    self.near.stiffen(self.state)
                    known = self.progress.award is not None
                    self._settle(_SETTLE_AGAIN_SHARE[known] * limit, _SETTLE_AGAIN)
                    self.offer(at_once=True)
                    settle_at += _SETTLE_EVERY[known] * limit
                free = max(processors - len(at_work) - (not climber.ended), not at_work)
                for _ in range(free):
                    busy = [part.items for part, _, _ in at_work]
                    items, row = self._choose(busy)
                    part = part_of(self.near, self.state, items, self.priced.worth, row)
                    seconds = min(_PART_SECONDS, max(self.progress.left - 0.5, 0.05))
                    process = running.enter_context(
                        Forked(solved, part, seconds, self._gap_of_part(), on_report=lambda _: None)
                    )
                    at_work.append((part, process, time.monotonic()))
                at_work = [each for each in at_work if not self._taken(*each)]
        self.offer(at_once=True)

    def _gap_of_part(self) -> float:
        """Solvers stop early while much is to be had elsewhere."""
        least, most = _PART_GAPS
        return float(np.clip(0.1 * (float(self.state.cost[0]) / max(self.priced.bound, 1.0) - 1), least, most))

    def _taken(self, part: Part, process: Forked, began: float) -> bool:
        """Whether the part's solver has answered, and is heard."""
        found = process.wait(0.02)
        if found is None and not process.ended and time.monotonic() - began < 3 * _PART_SECONDS:
            return False
        process.__exit__(None, None, None)
        took = time.monotonic() - began
        fewest, most = _PART_ITEMS
        factor = 1.05 if took < _SMALL_PART_SECONDS else 0.93 if took > 0.8 * _PART_SECONDS else 1.0
        self.items_of_part = float(np.clip(self.items_of_part * factor, fewest, most))
        if found is not None and applied(self.near, self.state, part, found):
            self.offer()
        return True

    def _choose(self, busy: list[Ints]) -> tuple[Ints, int]:
        """Choose items to buy anew: of a broken row, which is told, or around one that is dear at its prices."""
        near, random = self.near, self.random
        n = round(self.items_of_part)
        broken = near.broken(self.state)
        first, row = np.empty(0, dtype=np.int64), -1
        patience = _BROKEN_FIRST if self.progress.award is not None or not self._late() else _BROKEN_LATE
        if len(broken) and random.random() < patience:
            row = int(random.choice(broken))
            first = near.items_of(row, self.state)
            near.weigh_more(self.state, row, _HEAVIER)
            n = max(n, min(len(first), _ROW_ITEMS))
        if not len(first):
            loss = self._losses()
            first = random.choice(len(loss), 1, p=loss / loss.sum())
            if not self.dominated and random.random() < _RULES_SHARE:
                first = near.ruled_with(int(first[0]), random, _RULE_ITEMS)
                n = max(n, min(len(first), _ROW_ITEMS))
        first = self._by_seller(first)[:n]
        around = self._around(first[: 1 if self.dominated else _ITEMS_AROUND])
        chosen = np.unique(np.concatenate([first, around[: max(n - len(first), 0)]]))
        taken = np.concatenate([np.empty(0, dtype=np.int64), *busy])
        kept = chosen[~np.isin(chosen, taken)]
        return kept if len(kept) else chosen, row

    def _around(self, items: Ints) -> Ints:
        """Items of those who could sell some items best, all of one seller together: room for what they are to sell.

        Where fixed costs dominate, some of each seller: fewer sellers of the same items are what is looked for.
        """
        segments, random = self.near.segments, self.random
        seed = np.flatnonzero(np.isin(segments.item, items))
        sellers = random.permutation(np.unique(segments.supplier[seed[np.argsort(self.priced.worth[seed])[:6]]]))
        place = np.full(len(self.state.shut), -1)
        place[sellers] = np.arange(len(sellers))
        bought = np.flatnonzero((place[segments.supplier] >= 0) & (self.state.packs > 0))
        turn = random.random(len(bought)) + (0 if self.dominated else place[segments.supplier[bought]])
        return np.asarray(segments.item[bought[np.argsort(turn)]])

    def _late(self) -> bool:
        """Whether it is time to keep all rules."""
        return self.progress.elapsed > _SETTLE_FROM * self.progress.parameters.time_limit_seconds

    def _by_seller(self, items: Ints) -> Ints:
        """Put items in order, those of one seller together, and small sellers mostly first: they may have to go."""
        segments, random = self.near.segments, self.random
        seller = np.full(len(self.near.needs.units), len(self.state.shut))
        bought = np.flatnonzero(self.state.packs > 0)
        seller[segments.item[bought]] = segments.supplier[bought]
        count = np.bincount(seller[items], minlength=len(self.state.shut) + 1)
        rank = count * random.exponential(1.0, len(count))
        return np.asarray(items[np.lexsort((random.random(len(items)), rank[seller[items]]))])

    def _losses(self) -> Floats:
        """By how much more each item costs than the best at present prices."""
        n, near, state, reduced = self.program.n_flows, self.near, self.state, self.priced.reduced
        bought = reduced[:n] * state.packs + np.where(state.packs > 0, reduced[n : 2 * n], 0.0)
        n_items = len(near.needs.units)
        item = near.segments.item
        loss = np.bincount(item, bought, minlength=n_items)
        best = np.zeros(n_items)
        np.minimum.at(best, item, self.priced.worth)
        loss += near.needs.penalty * np.maximum(near.needs.units - state.bought, 0) - best
        return np.maximum(loss, 0.0) + 1e-3


def _processors() -> int:
    return max(len(os.sched_getaffinity(0)), 1)


def _climb(progress: AwardProgress, pricing: Pricing, report: Callable[[Proof], None]) -> None:
    """Price rows; then decide suppliers where their fixed costs dominate, else solve the relaxation and cut it."""
    from optimizer.sourcing.large.branching import branch  # noqa: PLC0415 - compiled code loads slowly

    first = pricing.first_prices()
    dominated = _fixed_share(pricing, first) > _DOMINATING
    until = progress.elapsed + _CLIMB_SHARE * progress.left
    prices, use = pricing.climb(
        first, lambda: progress.elapsed < until, lambda priced, at: report(Proof(priced.bound, "prices", at))
    )
    if dominated:
        branch(
            pricing, prices, use, lambda: progress.left > 0, lambda bound: report(Proof(bound, "deciding suppliers"))
        )
        return
    until = progress.elapsed + _LP_SHARE * progress.left
    relax(pricing, prices, lambda: until - progress.elapsed, report)
    if pricing.program.n_flows <= _CUT_SEGMENTS and _processors() > 1:
        proof = cut(pricing.program, _CUT_SHARE * progress.left)
        if proof is not None:
            report(proof)


def _fixed_share(pricing: Pricing, prices: Floats) -> float:
    """Return fixed costs of all suppliers, as a share of what all items cost at prices."""
    program = pricing.program
    demand = program.row_kind[pricing.rows] == RowKind.DEMAND
    fixed = float(program.cost[program.used].sum())
    return fixed / max(float(prices[demand] @ pricing.low[demand]), 1e-9)
