"""Why demand stays unserved: one code per position, a concrete example, and the cheapest change that would serve it.

Asked of one position alone and with everything else as the plan has it: would moving units there pay within every
rule; without one kind of rules, kind by kind; without several together; if units came in time; with a lane that does
not exist. The first "yes" is the reason. docs/model.md, "Reasons", has the order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.candidates import NEVER
from optimizer.plan import UNKNOWN_MONEY, Unmet
from optimizer.reasons import stories
from optimizer.reasons.changes import breaking, gather, joined
from optimizer.reasons.codes import UnmetCode
from optimizer.reasons.examples import Example
from optimizer.reasons.frozen_lines import taken_away
from optimizer.reasons.moves import Moves, best_moves, choose
from optimizer.reasons.parts import Part
from optimizer.reasons.search import Search
from optimizer.reasons.stories import Told
from optimizer.reasons.supply import buying, fresh_units, whereabouts
from optimizer.reasons.terms import ALL_LIFTED, Lifted
from optimizer.reasons.ways import direct_paths
from optimizer.reasons.words import Words, same_words
from optimizer.scope import PURCHASES, TRANSFERS, responses_of_lanes

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

STRICT = Lifted()

FREEST = Lifted(capacity=True, minimum=True, frozen=True, policy=True, shelf_life=True, expiry=True)

_CODE_OF_FIELD: Final = (
    ("lane_rules", UnmetCode.POLICY),
    ("request.scope", UnmetCode.POLICY),
    ("request.response", UnmetCode.POLICY),
    ("alerts", UnmetCode.POLICY),
    ("request.former_plan", UnmetCode.FROZEN),
    ("products", UnmetCode.EXPIRY),
    ("", UnmetCode.CAPACITY),
)
"""Where several kinds of rules stand against a move together, the first of them is the reason."""


def unmet_of(search: Search, *, proved: bool) -> Unmet:
    """Explain every unmet position.

    Parameters
    ----------
    search : Search
    proved : bool
        The plan is proved optimal, so that nothing that pays is left undone.

    Returns
    -------
    Unmet
        In the order of ``network.stock``.
    """
    answers = _Answers(search)
    residual = search.residual
    within = _decide_within(search, answers, UnmetCode.UNKNOWN if proved else UnmetCode.TIME_LIMIT)
    _decide_without_rules(search, answers)
    if search.has_days:
        _decide_late(search, answers)
    _decide_supply(search, answers)
    _decide_unreached(search, answers)
    _decide_rest(search, answers, within)
    stock, row = residual.network.stock, residual.unmet_row
    return Unmet(
        node=stock.node[row],
        sku=stock.sku[row],
        units=residual.unmet_units,
        code=answers.code,
        reason=answers.reason,
        cheapest_fix=answers.fix,
        fix_cost=answers.cost,
        fix_worth=answers.worth,
        changes=gather(answers.parts, answers.owners),
    )


class _Answers:
    """The answers so far, shape ``(n_unmet,)``; the first one that a position gets stays."""

    def __init__(self, search: Search) -> None:
        n = len(search.residual.unmet_row)
        self.code: Words = same_words("", n)
        self.reason, self.fix = self.code.copy(), self.code.copy()
        self.cost, self.worth = np.full(n, UNKNOWN_MONEY), np.full(n, UNKNOWN_MONEY)
        self.parts: list[Part] = []
        self.owners: list[Ints] = []
        """Unmet position of every example that the rows of each part count."""
        self._open = np.ones(n, dtype=np.bool_)

    @property
    def open(self) -> Ints:
        """Positions without an answer."""
        return np.flatnonzero(self._open)

    def where(self, index: Ints, code: UnmetCode, tell: Callable[[Ints], Told]) -> None:
        """Answer the open ones of some positions without an example."""
        index = index[self._open[index]]
        if len(index):
            self._put(index, code, tell(index))

    def by_example(self, example: Example, holds: Mask, code: UnmetCode, tell: stories.ExampleTeller) -> None:
        """Answer the open ones of the examples' positions for which something holds."""
        chosen = np.flatnonzero(holds & self._open[example.index])
        if len(chosen):
            self._put(example.index[chosen], code, tell(example.take(chosen)))

    def _put(self, index: Ints, code: UnmetCode, told: Told) -> None:
        self.code[index] = code.value
        self.reason[index], self.fix[index] = told.reason, told.fix
        self.cost[index], self.worth[index] = told.cost, told.worth
        self.parts += told.parts
        self.owners += [index] * len(told.parts)
        self._open[index] = False


def _decide_within(search: Search, answers: _Answers, open_code: UnmetCode) -> Example:
    """Answer the positions that moving units to pays as the rules are; return the best moves to all of them."""
    index = answers.open
    within = Example(search.residual, index, _best(search, index, STRICT))
    tell = stories.time_limit if open_code is UnmetCode.TIME_LIMIT else stories.unknown
    answers.by_example(within, within.moves.net > 0, open_code, tell)
    return within


def _decide_without_rules(search: Search, answers: _Answers) -> None:
    """Answer the positions that moving units to pays without one kind of rules, or several."""
    residual, everywhere = search.residual, search
    closes = _closes_anything(search)
    if closes:
        everywhere = Search(residual, everywhere=True)
    # What does not pay without all of these rules does not pay without one of them either.
    index = answers.open
    index = index[_best(everywhere, index, FREEST).net > 0]
    expiring = index[residual.expires[residual.cells.sku[residual.unmet_cell[index]]]]
    if closes:
        _decide_lifted(everywhere, answers, index, Lifted(policy=True), UnmetCode.POLICY)
    if residual.book.frozen.any():
        _decide_lifted(search, answers, index, Lifted(frozen=True), UnmetCode.FROZEN)
    _decide_lifted(search, answers, index, Lifted(capacity=True), UnmetCode.CAPACITY)
    if residual.room.has_minima:
        _decide_lifted(search, answers, index, Lifted(minimum=True), UnmetCode.CAPACITY)
        _decide_lifted(search, answers, index, Lifted(capacity=True, minimum=True), UnmetCode.CAPACITY)
    _decide_lifted(search, answers, expiring, Lifted(shelf_life=True), UnmetCode.EXPIRY)
    _decide_lifted(search, answers, expiring, Lifted(expiry=True), UnmetCode.EXPIRY)
    index = np.intersect1d(answers.open, index)
    together = Example(residual, index, _best(everywhere, index, ALL_LIFTED), ALL_LIFTED)
    fields = joined(len(index), breaking(together)).fields
    for prefix, code in _CODE_OF_FIELD:
        named = np.array([any(name.startswith(prefix) for name in some) for some in fields], dtype=np.bool_)
        answers.by_example(together, (together.moves.net > 0) & named, code, stories.blocked)


def _closes_anything(search: Search) -> bool:
    """Whether rules of the request or of lanes forbid any move."""
    residual = search.residual
    brings = np.bitwise_or.reduce(responses_of_lanes(residual.network), initial=0) & (TRANSFERS | PURCHASES)
    all_open = np.all((residual.cells.open_to & brings) == brings)
    return bool(len(residual.network.lane_rules) or not all_open or len(residual.must_send.alert))


def _decide_lifted(search: Search, answers: _Answers, index: Ints, lifted: Lifted, code: UnmetCode) -> None:
    """Answer the open ones of some positions that moving units to pays without some rules."""
    index = np.intersect1d(answers.open, index)
    if len(index):
        example = Example(search.residual, index, _best(search, index, lifted), lifted)
        tell = stories.perishing if lifted.expiry else stories.blocked
        answers.by_example(example, example.moves.net > 0, code, tell)


def _decide_late(search: Search, answers: _Answers) -> None:
    """Answer the positions that every path reaches too late to count, or to be kept, and that would pay in time."""
    residual, index = search.residual, answers.open
    index = index[search.fastest.leads[index]]
    example = Example(residual, index, best_moves(residual, search.fastest.take(index), index, STRICT))
    uncounted = (example.moves.wanted == 0) | (example.kept_until < example.path_day)
    example = example.take(np.flatnonzero(uncounted))
    last = example.last_day
    is_late = last < example.path_day
    late, last = example.index[is_late], np.maximum(last[is_late], 0)
    # The least speed-up may save too few units to pay for a dispatch; then say what arriving at once would.
    for lifted in (STRICT, Lifted(capacity=True), ALL_LIFTED):
        for by_day in (last, np.zeros_like(last)):
            example = _as_if_by(search, late, by_day, lifted)
            answers.by_example(example, example.moves.net > 0, UnmetCode.TOO_LATE, stories.too_late)


def _as_if_by(search: Search, index: Ints, by_day: Ints, lifted: Lifted) -> Example:
    """Evaluate moves over the fastest paths to some unmet positions, as if they came by some day."""
    moves = best_moves(search.residual, search.fastest.take(index), index, lifted, by_day=by_day)
    return Example(search.residual, index, moves, lifted, by_day)


def _decide_supply(search: Search, answers: _Answers) -> None:
    """Answer the positions of SKUs of which no unit is left that is worth less than it would be there."""
    residual, senders, index = search.residual, search.senders, answers.open
    cell = residual.unmet_cell[index]
    best = senders.best_for(cell, residual.cells.sku[cell])
    worth = np.where(best >= 0, senders.last_worth[best], NEVER)

    def tell(chosen: Ints) -> Told:
        return stories.told_of(whereabouts(search, chosen), buying(residual, chosen))

    index = index[(worth >= residual.gain(index)) & ~search.is_offered[index]]
    away = taken_away(residual, index)
    line, worth_there = (np.full(len(residual.unmet_row), -1, dtype=np.int64) for _ in range(2))
    line[index], worth_there[index] = away.line, away.worth

    def tell_frozen(chosen: Ints) -> Told:
        return stories.kept_by_frozen_lines(residual, chosen, line[chosen], worth_there[chosen])

    answers.where(index[away.line >= 0], UnmetCode.FROZEN, tell_frozen)
    keeps = fresh_units(residual, index) > 0
    answers.where(index[keeps], UnmetCode.NO_SUPPLY, tell)
    answers.where(index, UnmetCode.EXPIRY, lambda chosen: stories.never_fresh_enough(residual, chosen))


def _decide_unreached(search: Search, answers: _Answers) -> None:
    """Answer the positions to which no path leads, by what a free lane from the best sender would be worth."""
    residual, index = search.residual, answers.open
    index = index[~search.is_reached[index]]
    cell = residual.unmet_cell[index]
    sender = search.senders.best_for(cell, residual.cells.sku[cell])
    paths = direct_paths(sender, residual.unmet_cell[index], residual.room.new_lane)
    is_open = residual.cells.is_open[cell]
    for lifted in (STRICT, Lifted(capacity=True), ALL_LIFTED):
        example = Example(residual, index, best_moves(residual, paths, index, lifted), lifted)
        answers.by_example(example, (example.moves.net > 0) & is_open, UnmetCode.NO_LANE, stories.no_lane)
    answers.by_example(example, example.moves.net > 0, UnmetCode.POLICY, stories.no_lane)
    at_once = np.zeros_like(index)
    early = Example(
        residual, index, best_moves(residual, paths, index, ALL_LIFTED, by_day=at_once), ALL_LIFTED, at_once
    )
    is_late = early.path_day > 0
    answers.by_example(early, (early.moves.net > 0) & is_late, UnmetCode.NO_LANE, stories.no_lane)
    answers.by_example(example, example.moves.possible, UnmetCode.NO_SUPPLY, stories.no_case)
    answers.by_example(early, early.moves.possible & is_late, UnmetCode.NO_SUPPLY, stories.no_case)
    example = Example(residual, index, best_moves(residual, paths, index, FREEST, by_day=at_once), FREEST)
    answers.by_example(example, example.moves.possible, UnmetCode.EXPIRY, stories.perishing)


def _decide_rest(search: Search, answers: _Answers, within: Example) -> None:
    """Answer the positions that can be reached, by what moving units there would cost."""
    rest = answers.open
    within = within.take(np.flatnonzero(np.isin(within.index, rest)))
    answers.by_example(within, within.moves.possible, UnmetCode.UNECONOMIC, stories.uneconomic)
    if search.has_days:
        late = answers.open
        late = late[search.fastest.leads[late]]
        for lifted in (STRICT, Lifted(capacity=True), ALL_LIFTED):
            example = _as_if_by(search, late, np.zeros_like(late), lifted)
            is_late = example.path_day > 0
            answers.by_example(example, (example.moves.net > 0) & is_late, UnmetCode.TOO_LATE, stories.too_late)
            answers.by_example(example, example.moves.possible & is_late, UnmetCode.UNECONOMIC, stories.uneconomic)
    for lifted in (Lifted(capacity=True), Lifted(capacity=True, minimum=True)):
        beyond = Example(search.residual, answers.open, _best(search, answers.open, lifted), lifted)
        answers.by_example(beyond, beyond.moves.possible, UnmetCode.UNECONOMIC, stories.uneconomic)
    perishing = Example(search.residual, answers.open, _best(search, answers.open, FREEST), FREEST)
    too_old = [perishing]
    if search.has_days:
        # Late units count even less: at once, and if they kept, they would.
        late = answers.open[search.fastest.leads[answers.open]]
        too_old.append(_as_if_by(search, late, np.zeros_like(late), FREEST))
    for example in too_old:
        is_perishing = example.moves.possible & (example.expiry_day < search.residual.network.horizon_days)
        answers.by_example(example, is_perishing, UnmetCode.EXPIRY, stories.perishing)
    left = Example(search.residual, answers.open, _best(search, answers.open, STRICT))
    answers.by_example(left, ~left.moves.possible, UnmetCode.UNKNOWN, stories.unknown)


def _best(search: Search, index: Ints, lifted: Lifted) -> Moves:
    """Best move to each of some unmet positions over the paths that were searched for."""
    first, *others = search.paths_to_unmet
    best = best_moves(search.residual, first.take(index), index, lifted)
    for paths, is_new in zip(others, search.new_rows[1:], strict=True):
        at = np.flatnonzero(is_new[index])
        if len(at):
            best = choose(best, at, best_moves(search.residual, paths.take(index[at]), index[at], lifted))
    return best
