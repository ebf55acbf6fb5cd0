"""Why demand stays unserved: one code per position, a concrete example, and the cheapest change that would serve it.

Asked in this order, of one position alone and with everything else as the plan has it: may units come at all; is there
a unit worth less where it is; does a path lead from there; does it come in time; does moving it pay within the room on
the lanes; would it pay with more room. The first "no" is the reason.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.plan import UNKNOWN_MONEY, FixChanges, Unmet
from optimizer.reasons import stories
from optimizer.reasons.codes import UnmetCode
from optimizer.reasons.moves import Moves, best_moves, choose
from optimizer.reasons.search import Search
from optimizer.reasons.stories import Example
from optimizer.reasons.ways import Paths, direct_paths
from optimizer.reasons.words import Words

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


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
    residual, senders = search.residual, search.senders
    sku = residual.scope.cells.sku[residual.unmet_cell]
    gain = residual.gain(np.arange(len(sku)))
    answers.where(residual.may_come == 0, UnmetCode.UNKNOWN, stories.kept_away)
    answers.where(senders.best_worth[sku] >= gain, UnmetCode.NO_SUPPLY, stories.no_supply)
    _decide_unreached(search, answers)
    if search.has_days:
        _decide_late(search, answers)
    _decide_by_worth(search, answers, UnmetCode.UNKNOWN if proved else UnmetCode.TIME_LIMIT)
    stock, row = residual.network.stock, residual.unmet_row
    unknown = np.full(len(row), UNKNOWN_MONEY)
    none = np.empty(0, dtype=np.object_)
    changes = FixChanges(np.empty(0, dtype=np.int64), none, none, np.empty(0))
    return Unmet(
        stock.node[row],
        stock.sku[row],
        residual.unmet_units,
        answers.code,
        answers.reason,
        answers.fix,
        unknown,
        unknown,
        changes,
    )


class _Answers:
    """The answers so far, shape ``(n_unmet,)``; the first one that a position gets stays."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.code: Words = np.full(len(search.residual.unmet_row), "", dtype=np.object_)
        self.reason, self.fix = self.code.copy(), self.code.copy()
        self._open = np.ones(len(self.code), dtype=np.bool_)

    @property
    def open(self) -> Ints:
        """Positions without an answer."""
        return np.flatnonzero(self._open)

    def where(self, holds: Mask, code: UnmetCode, tell: stories.PlaceTeller) -> None:
        """Answer the open positions for which something holds, without an example."""
        self.put(np.flatnonzero(self._open & holds), code, lambda index: tell(self.search, index))

    def by_example(self, example: Example, holds: Mask, code: UnmetCode, tell: stories.ExampleTeller) -> None:
        """Answer the open ones of the examples' positions for which something holds."""
        chosen = np.flatnonzero(holds & self._open[example.index])
        self.put(example.index[chosen], code, lambda _: tell(example.take(chosen)))

    def put(self, index: Ints, code: UnmetCode, tell: stories.IndexTeller) -> None:
        """Note an answer for some positions."""
        if len(index):
            self.code[index] = code.value
            self.reason[index], self.fix[index] = tell(index)
            self._open[index] = False


def _decide_unreached(search: Search, answers: _Answers) -> None:
    """Answer the positions to which no path leads, by what a free lane from the best sender would be worth."""
    residual = search.residual
    index = np.intersect1d(answers.open, np.flatnonzero(~search.is_reached))
    sender = search.senders.best[residual.scope.cells.sku[residual.unmet_cell[index]]]
    paths = direct_paths(sender, residual.unmet_cell[index])
    moves = best_moves(residual, paths, residual.may_come[index], residual.gain(index), within_room=True)
    example = Example(search, index, moves)
    answers.by_example(example, moves.net > 0, UnmetCode.NO_LANE, stories.no_lane)
    answers.by_example(example, moves.net <= 0, UnmetCode.NO_SUPPLY, stories.no_case)


def _decide_late(search: Search, answers: _Answers) -> None:
    """Answer the positions that every path reaches too late to count."""
    index = answers.open
    index = index[search.fastest.leads[index]]
    late = index[search.units_in_time(index, search.arrival_day(search.fastest)[index]) == 0]
    last = search.last_day(late)
    # The least speed-up may save too few units to pay for a dispatch; then say what arriving at once would.
    for within_room in (True, False):
        for by_day in (last, np.zeros_like(last)):
            example = _as_if_by(search, late, by_day, within_room=within_room)
            answers.by_example(example, example.moves.net > 0, UnmetCode.TOO_LATE, stories.too_late)
        answers.by_example(example, example.moves.possible, UnmetCode.UNECONOMIC, stories.uneconomic)
    answers.by_example(example, ~example.moves.possible, UnmetCode.UNKNOWN, stories.unknown)


def _as_if_by(search: Search, index: Ints, by_day: Ints, *, within_room: bool) -> Example:
    """Evaluate moves over the fastest paths to some unmet positions, as if they came by some day."""
    residual = search.residual
    wanted = search.units_in_time(index, by_day)
    moves = best_moves(residual, search.fastest.take(index), wanted, residual.gain(index), within_room=within_room)
    return Example(search, index, moves, by_day)


def _decide_by_worth(search: Search, answers: _Answers, open_code: UnmetCode) -> None:
    """Answer the positions that can be reached in time, by what moving units there earns."""
    index = answers.open
    within = Example(search, index, _best(search, index, within_room=True))
    tell = stories.time_limit if open_code is UnmetCode.TIME_LIMIT else stories.unknown
    answers.by_example(within, within.moves.net > 0, open_code, tell)
    rest = answers.open
    within = within.take(np.flatnonzero(np.isin(index, rest)))
    beyond = Example(search, rest, _best(search, rest, within_room=False))
    answers.by_example(beyond, beyond.moves.net > 0, UnmetCode.CAPACITY, stories.capacity)
    answers.by_example(within, within.moves.possible, UnmetCode.UNECONOMIC, stories.uneconomic)
    answers.by_example(beyond, beyond.moves.possible, UnmetCode.UNECONOMIC, stories.uneconomic)
    answers.by_example(beyond, ~beyond.moves.possible, UnmetCode.UNKNOWN, stories.unknown)


def _best(search: Search, index: Ints, *, within_room: bool) -> Moves:
    """Best move to each of some unmet positions over the paths that were searched for."""

    def along(paths: Paths) -> Moves:
        some = paths.take(index)
        wanted = search.units_in_time(index, search.arrival_day(some))
        return best_moves(search.residual, some, wanted, search.residual.gain(index), within_room=within_room)

    first, *others = search.paths_to_unmet
    best = along(first)
    for paths in others:
        best = choose(best, along(paths))
    return best
