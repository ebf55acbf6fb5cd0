"""Why demand stays unserved: one code per position, a concrete example, and the cheapest change that would serve it.

Asked in this order, of one position alone and with everything else as the plan has it: is there a unit worth less where
it is; does a path lead from there; does it come in time; does moving it pay within the room on the lanes; would it pay
with more room. The first "no" is the reason.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.plan import Unmet
from optimizer.reasons.codes import UnmetCode
from optimizer.reasons.moves import Moves, best_moves, choose
from optimizer.reasons.search import Search
from optimizer.reasons.stories import Story, tell
from optimizer.reasons.ways import NO_LANE_ROW

Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Findings:
    """What the search found per unmet position, shape ``(n_unmet,)`` each."""

    has_supply: Mask
    has_path: Mask
    in_time: Mask
    """Some path arrives while units still count."""
    allowed: Moves
    """Best move within the room on the lanes."""
    unbounded: Moves
    """Best move if lanes could run more dispatches."""
    timely: Moves
    """Fastest move, as if it came in time."""


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
    residual = search.residual
    found = _findings(search)
    allowed, unbounded = found.allowed.net > 0, found.unbounded.net > 0
    late = found.has_path & ~found.in_time
    open_code = UnmetCode.UNKNOWN if proved else UnmetCode.TIME_LIMIT
    # The first condition that holds decides.
    rules: list[tuple[Mask, UnmetCode, Moves]] = [
        (residual.may_come == 0, UnmetCode.UNKNOWN, found.allowed),
        (~found.has_supply, UnmetCode.NO_SUPPLY, found.allowed),
        (~found.has_path, UnmetCode.NO_LANE, found.allowed),
        (late & (found.timely.net > 0), UnmetCode.TOO_LATE, found.timely),
        (late & found.timely.possible, UnmetCode.UNECONOMIC, found.timely),
        (allowed, open_code, found.allowed),
        (unbounded, UnmetCode.CAPACITY, found.unbounded),
        (found.allowed.possible, UnmetCode.UNECONOMIC, found.allowed),
        (found.unbounded.possible, UnmetCode.UNECONOMIC, found.unbounded),
        (np.ones(len(allowed), dtype=bool), UnmetCode.UNKNOWN, found.unbounded),
    ]
    code = np.full(len(allowed), "", dtype=np.object_)
    reason, fix = code.copy(), code.copy()
    undecided = np.ones(len(allowed), dtype=bool)
    for holds, name, moves in rules:
        index = np.flatnonzero(undecided & holds)
        undecided[index] = False
        if len(index):
            code[index] = name
            reason[index], fix[index] = tell(name, Story(search, index, moves.take(index), late[index]))
    stock, row = residual.network.stock, residual.unmet_row
    return Unmet(stock.node[row], stock.sku[row], residual.unmet_units, code, reason, fix)


def _findings(search: Search) -> _Findings:
    """Evaluate the best path of each kind for every unmet position."""
    residual, senders = search.residual, search.senders
    every = np.arange(len(residual.unmet_row))
    gain = residual.gain(every)
    sku = residual.scope.cells.sku[residual.unmet_cell]
    paths = search.paths_to_unmet
    in_time = np.zeros(len(every), dtype=bool)
    allowed: Moves | None = None
    unbounded: Moves | None = None
    for path in paths:
        wanted = search.units_in_time(every, search.arrival_day(path))
        within = best_moves(residual, path, wanted, gain, within_room=True)
        beyond = best_moves(residual, path, wanted, gain, within_room=False)
        allowed = within if allowed is None else choose(allowed, within)
        unbounded = beyond if unbounded is None else choose(unbounded, beyond)
        in_time |= (wanted > 0) & (path.lanes != NO_LANE_ROW).any(axis=1)
    if allowed is None or unbounded is None:
        raise AssertionError("there is always a path by unit costs")
    fastest = search.fastest if search.has_days else paths[0]
    return _Findings(
        has_supply=senders.best_worth[sku] < gain,
        has_path=(paths[0].lanes != NO_LANE_ROW).any(axis=1),
        in_time=in_time,
        allowed=allowed,
        unbounded=unbounded,
        timely=best_moves(residual, fastest, residual.may_come, gain, within_room=True),
    )
