"""What the duals of a linear relaxation prove, in whole numbers.

Each row that is priced is charged to its columns, whatever the price; what is left are flows between positions, solved
exactly (`optimizer.search.flow_network`), and counts, in full where they earn something. So a bound needs no trust in
the solver that found the duals, only in the rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.model import UNLIMITED, Model
from optimizer.program import Program
from optimizer.search.flow_network import FlowNetwork, best_flow

Int64 = NDArray[np.int64]

_BITS = 20
"""Prices are whole numbers of ``2 ** -20`` money units: a unit may be a gram."""

_LARGEST = float(2**62)


def bound_of_duals(model: Model, network: FlowNetwork, program: Program, duals: NDArray[np.float64]) -> int | None:
    """Bound the benefit by prices of the program's rows.

    Parameters
    ----------
    model : Model
    network : FlowNetwork
        ``flow_network(model, in_packs=False)``.
    program : Program
        ``linear_program(model)``, with any rows added at its end that all solutions keep.
    duals : ndarray of float64, shape (n_rows,)
        Currency per unit of each row; what they say of balances, least stock and multiples is not asked.

    Returns
    -------
    int or None
        Money units; None when no flow exists or the prices bound nothing.
    """
    price = _prices(model, program, duals)
    entry = np.flatnonzero(price[program.row])
    row, column = program.row[entry], program.column[entry]
    exact = np.rint(program.coefficient[entry] * program.row_unit[row])
    if float(np.abs(exact * price[row]).max(initial=0.0)) > _LARGEST:
        return None
    charge = np.zeros(model.n_columns, dtype=np.int64)
    # Rounded down: columns are at least 0, so lower charges leave a bound a bound.
    np.add.at(charge, column, (exact.astype(np.int64) * price[row]) >> _BITS)
    n = len(model.flows) + len(model.increments)
    gain = np.maximum(-(model.switches.fixed_cost + charge[n:]), 0)
    if np.any(model.switches.most[gain > 0] >= UNLIMITED):
        return None
    flowing = best_flow(network, charge[:n])
    if flowing is None:
        return None
    priced = np.flatnonzero(price)
    side = np.where(price[priced] > 0, program.row_high[priced], program.row_low[priced])
    earned = _product(price[priced], np.rint(side * program.row_unit[priced]).astype(np.int64))
    return flowing[1] - (-earned >> _BITS) + _product(gain, model.switches.most) - model.do_nothing


def _prices(model: Model, program: Program, duals: NDArray[np.float64]) -> Int64:
    """Price per exact unit of every row, 0 where the row is kept as it is or has no bound on the priced side."""
    first_multiple = program.first_limit_row + len(model.limits)
    multiples = int(np.count_nonzero(model.flows.multiple > 1))
    price = np.rint(duals / program.row_unit * (10.0**model.money_decimals * 2.0**_BITS))
    price[: program.first_member_row] = 0.0
    price[first_multiple : first_multiple + multiples] = 0.0
    price[(price > 0) & ~np.isfinite(program.row_high)] = 0.0
    price[(price < 0) & ~np.isfinite(program.row_low)] = 0.0
    return np.clip(price, -_LARGEST, _LARGEST).astype(np.int64)


def _product(left: Int64, right: Int64) -> int:
    """Exact, where the sum is beyond int64."""
    return int(left.astype(object) @ right.astype(object))
