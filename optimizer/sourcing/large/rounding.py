"""From what the linear relaxation buys to an award: whole segments stay, the rest is bought anew."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from optimizer.sourcing.large import moves
from optimizer.sourcing.large.local_search import Neighbourhood

Floats = NDArray[np.float64]

_PASSES: Final = 5
_HEAVIER, _EASIER = 1.3, 0.99
"""Times their weight, after every pass: rules that are broken, and those that are not."""
_WHOLE: Final = 1e-6


def rounded(near: Neighbourhood, columns: Floats, random: np.random.Generator) -> moves.State:
    """Buy what the relaxation buys, as far as it is whole.

    Parameters
    ----------
    near : Neighbourhood
        Its rows weigh more where they stay broken.
    columns : ndarray of float64, shape (n_columns,)
        Of the relaxation.
    random : Generator
    """
    n, segments, state = near.program.n_flows, near.segments, near.empty_state()
    near.recount(state)
    packs, chosen = columns[:n], columns[n : 2 * n]
    mostly = np.flatnonzero(chosen > 0.5)
    mostly = mostly[np.argsort(-chosen[mostly], kind="stable")]
    whole = np.ceil(packs[mostly] / chosen[mostly] - _WHOLE).astype(np.int64)
    amount = np.clip(whole, segments.least[mostly], segments.most[mostly])
    moves.take_free(*near.parts, state, mostly, amount)
    in_parts = (chosen > _WHOLE) & (chosen < 1 - _WHOLE)
    orders = [np.unique(segments.item[in_parts])]
    orders += [random.permutation(len(near.needs.units)) for _ in range(_PASSES)]
    for order in orders:
        moves.items_anew(*near.parts, state, order, 0.0, 0.0, int(random.integers(2**31)))
        near.reweigh(state, _HEAVIER, _EASIER)
    near.recount(state)
    return state
