"""The canonical model as one mixed-integer linear program in arrays: what every general solver is handed.

Columns are the model's: flows, then increments, then switches, then one helper per flow with a multiple. Rows are
kept as triplets; the strong rows ``units <= bound * count`` are always there, because they are what makes the bound
good.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.model import UNLIMITED, Model


@dataclass(frozen=True, slots=True)
class Program:
    """``maximise cost @ x`` with ``row_low <= A x <= row_high`` and ``low <= x <= high``; money in currency units."""

    objective: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    integer: NDArray[np.bool_]
    row: NDArray[np.int64]
    """Triplets of A, sorted by row, then column."""
    column: NDArray[np.int64]
    coefficient: NDArray[np.float64]
    row_low: NDArray[np.float64]
    row_high: NDArray[np.float64]
    row_unit: NDArray[np.float64]
    """Times this, every coefficient and bound of the row is the exact integer that it stands for."""
    offset: float
    """Added to the objective, so that the objective is the benefit."""
    first_member_row: int
    """Row of the model's first member (a strong row)."""
    first_limit_row: int
    """Row of the model's first limit; the rows of least kept units follow the positions' balances."""

    @property
    def n_columns(self) -> int:
        """Number of columns."""
        return len(self.objective)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.row_low)


def with_entries(
    program: Program, row: NDArray[np.int64], column: NDArray[np.int64], coefficient: NDArray[np.float64]
) -> Program:
    """Add entries to the program's matrix; their rows and columns are added by the caller."""
    rows, columns = np.concatenate([program.row, row]), np.concatenate([program.column, column])
    order = np.lexsort((columns, rows))
    coefficients = np.concatenate([program.coefficient, coefficient])
    return replace(program, row=rows[order], column=columns[order], coefficient=coefficients[order])


def with_rows(
    program: Program, low: NDArray[np.float64], high: NDArray[np.float64], unit: NDArray[np.float64]
) -> Program:
    """Add rows without entries, with their bounds and units."""
    return replace(
        program,
        row_low=np.concatenate([program.row_low, low]),
        row_high=np.concatenate([program.row_high, high]),
        row_unit=np.concatenate([program.row_unit, unit]),
    )


@dataclass(slots=True)
class _Rows:
    """Triplets and bounds collected block by block."""

    row: list[NDArray[np.int64]]
    column: list[NDArray[np.int64]]
    coefficient: list[NDArray[np.float64]]
    low: list[NDArray[np.float64]]
    high: list[NDArray[np.float64]]
    unit: list[NDArray[np.float64]]
    count: int = 0

    def add(
        self,
        low: NDArray[np.float64],
        high: NDArray[np.float64],
        *entries: tuple[NDArray[np.integer], NDArray[np.integer], NDArray[np.float64]],
        unit: NDArray[np.float64] | None = None,
    ) -> None:
        """Append rows with bounds and entries (row within the block, column, coefficient)."""
        for row, column, coefficient in entries:
            self.row.append(row.astype(np.int64) + self.count)
            self.column.append(column.astype(np.int64))
            self.coefficient.append(coefficient.astype(np.float64))
        self.low.append(low)
        self.high.append(high)
        self.unit.append(np.ones(len(low)) if unit is None else unit)
        self.count += len(low)


def linear_program(model: Model) -> Program:
    """Write the model as a mixed-integer program.

    Parameters
    ----------
    model : Model
        Any canonical model.

    Returns
    -------
    Program
        Exact integers as floats; units and counts are below 2^53.
    """
    n_flows, n_increments, n_switches = len(model.flows), len(model.increments), len(model.switches)
    multiples = np.flatnonzero(model.flows.multiple > 1)
    objective, high, integer = _columns(model, multiples)
    rows = _Rows([], [], [], [], [], [])
    _add_balances(rows, model)
    _add_least(rows, model)
    first_member_row = rows.count
    _add_members(rows, model, first_switch=n_flows + n_increments)
    _add_fills(rows, model, first_switch=n_flows + n_increments)
    first_limit_row = rows.count
    _add_limits(rows, model)
    _add_multiples(rows, model, multiples, first_helper=n_flows + n_increments + n_switches)
    row, column = np.concatenate(rows.row), np.concatenate(rows.column)
    order = np.lexsort((column, row))
    return Program(
        objective=objective,
        low=np.zeros(len(objective)),
        high=high,
        integer=integer,
        row=row[order],
        column=column[order],
        coefficient=np.concatenate(rows.coefficient)[order],
        row_low=np.concatenate(rows.low),
        row_high=np.concatenate(rows.high),
        row_unit=np.concatenate(rows.unit),
        offset=-model.do_nothing / 10.0**model.money_decimals,
        first_member_row=first_member_row,
        first_limit_row=first_limit_row,
    )


def _columns(
    model: Model, multiples: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Write objective, upper bounds and integrality of the columns."""
    scale = 10.0**model.money_decimals
    n_flows, n_increments = len(model.flows), len(model.increments)
    objective = np.concatenate(
        [
            model.flows.profit / scale,
            model.increments.worth / scale,
            -model.switches.fixed_cost / scale,
            np.zeros(len(multiples)),
        ]
    )
    high = np.concatenate(
        [
            _bound(model.flows.most_units),
            _bound(model.increments.most_units),
            _bound(model.switches.most),
            _bound(model.flows.most_units[multiples] // model.flows.multiple[multiples]),
        ]
    )
    # Increments are integral whenever flows are: supplies are integers, and worth falls.
    integer = np.ones(len(objective), dtype=bool)
    integer[n_flows : n_flows + n_increments] = False
    integer[multiples] = False
    return objective, high, integer


def _bound(values: NDArray[np.int64]) -> NDArray[np.float64]:
    bound = values.astype(np.float64)
    bound[values >= UNLIMITED] = np.inf
    bound[values <= -UNLIMITED] = -np.inf
    return bound


def _add_balances(rows: _Rows, model: Model) -> None:
    """Supply = outflow - inflow + kept, one row per position."""
    flows, increments = model.flows, model.increments
    n_flows = len(flows)
    supply = model.positions.supply_units.astype(np.float64)
    rows.add(
        supply,
        supply,
        (flows.origin, np.arange(n_flows), np.ones(n_flows)),
        (flows.destination, np.arange(n_flows), -np.ones(n_flows)),
        (increments.position, n_flows + np.arange(len(increments)), np.ones(len(increments))),
    )


def _add_least(rows: _Rows, model: Model) -> None:
    """Kept >= least, one row per position with a hard demand."""
    demanded = np.flatnonzero(model.positions.least_units > 0)
    index = np.full(len(model.positions), -1)
    index[demanded] = np.arange(len(demanded))
    taken = np.flatnonzero(index[model.increments.position] >= 0)
    rows.add(
        model.positions.least_units[demanded].astype(np.float64),
        np.full(len(demanded), np.inf),
        (index[model.increments.position[taken]], len(model.flows) + taken, np.ones(len(taken))),
    )


def _add_members(rows: _Rows, model: Model, first_switch: int) -> None:
    """Strong rows: units - bound * count <= 0, one per member."""
    members = model.members
    index = np.arange(len(members))
    rows.add(
        np.full(len(members), -np.inf),
        np.zeros(len(members)),
        (index, members.flow, np.ones(len(members))),
        (index, first_switch + members.switch.astype(np.int64), -members.bound_units.astype(np.float64)),
    )


def _add_fills(rows: _Rows, model: Model, first_switch: int) -> None:
    """Least and most fill of a switch: weight - most * count <= 0 and weight - least * count >= 0."""
    switches, members = model.switches, model.members
    # Solvers' tolerances are absolute: count each fill in its heaviest unit.
    heaviest = np.ones(len(switches), dtype=np.int64)
    np.maximum.at(heaviest, members.switch, members.weight)
    for fill, low, high in (
        (switches.most_fill, -np.inf, 0.0),
        (switches.least_fill, 0.0, np.inf),
    ):
        active = np.flatnonzero((fill > 0) & (fill < UNLIMITED))
        index = np.full(len(switches), -1)
        index[active] = np.arange(len(active))
        taken = np.flatnonzero(index[members.switch] >= 0)
        rows.add(
            np.full(len(active), low),
            np.full(len(active), high),
            (index[members.switch[taken]], members.flow[taken], (members.weight / heaviest[members.switch])[taken]),
            (np.arange(len(active)), first_switch + active, -fill[active] / heaviest[active]),
            unit=heaviest[active].astype(np.float64),
        )


def _add_limits(rows: _Rows, model: Model) -> None:
    terms = model.terms
    rows.add(
        _bound(model.limits.low),
        _bound(model.limits.high),
        (terms.limit, terms.column, terms.coefficient.astype(np.float64)),
    )


def _add_multiples(rows: _Rows, model: Model, multiples: NDArray[np.int64], first_helper: int) -> None:
    """Units - multiple * helper = 0, one per flow that moves in multiples."""
    index = np.arange(len(multiples))
    zero = np.zeros(len(multiples))
    rows.add(
        zero,
        zero,
        (index, multiples, np.ones(len(multiples))),
        (index, first_helper + index, -model.flows.multiple[multiples].astype(np.float64)),
    )
