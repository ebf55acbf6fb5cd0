"""An award as columns of its program: where solvers start from."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.award import Award
from optimizer.model import UNLIMITED
from optimizer.program import Program
from optimizer.sourcing.award_rows import RowKind
from optimizer.sourcing.model import AwardModel

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def columns_of_award(built: AwardModel, program: Program, award: Award) -> Floats:
    """Write an award as columns, as far as they follow from the units; what failures cost is left at 0.

    Returns
    -------
    ndarray of float64, shape (n_columns,)
    """
    flows, model = built.flows, built.model
    units = award.by_bid(len(built.event.bids))[flows.bid]
    units = np.where((units >= flows.from_units) & (units <= flows.to_units), units, 0)
    columns = np.zeros(program.n_columns)
    columns[: len(flows)] = units
    columns[len(flows) : len(flows) + len(model.increments)] = _kept(built, units)
    won = np.flatnonzero((units > 0) & (built.switch_column >= 0) & ~flows.single)
    columns[built.switch_column[won]] = 1
    sets = built.indicators
    columns[sets.own[(sets.own >= 0) & _wins(built, award)]] = 1
    _fill(built, columns)
    helpers = np.flatnonzero(model.flows.multiple > 1)
    columns[model.n_columns : model.n_columns + len(helpers)] = units[helpers] // model.flows.multiple[helpers]
    return columns


def _kept(built: AwardModel, units: Ints) -> Ints:
    """Units of every increment: items' in order of worth, then what stays at the source."""
    increments, n_items = built.model.increments, len(built.event.items)
    kept = np.zeros(n_items + 1, dtype=np.int64)
    np.add.at(kept, built.flows.item, units)
    kept[n_items] = built.model.positions.supply_units[n_items] - units.sum()
    before = np.cumsum(increments.most_units) - increments.most_units
    offset = before - before[np.searchsorted(increments.position, increments.position)]
    return np.clip(kept[increments.position] - offset, 0, increments.most_units)


def _wins(built: AwardModel, award: Award) -> NDArray[np.bool_]:
    """Whether each set of bids wins anything."""
    sets = built.sets
    won = award.by_bid(len(built.event.bids)) > 0
    return np.bincount(np.repeat(np.arange(len(sets.key)), np.diff(sets.first)), won[sets.bid], len(sets.key)) > 0


def _fill(built: AwardModel, columns: Floats) -> None:
    """Set the columns that stand for sums, then those that count by how much rules are broken."""
    model, kind = built.model, built.limit_kind
    terms, last = model.terms, len(model.flows) + len(model.increments)
    sums = np.flatnonzero((kind[terms.limit] == RowKind.SUM) & (terms.column >= last))
    sums = sums[built.continuous[terms.column[sums] - last]]
    columns[terms.column[sums]] = _values(built, columns)[terms.limit[sums]] / -terms.coefficient[sums]
    value = _values(built, columns)
    low, high = model.limits.low, model.limits.high
    broken = np.maximum(np.where(high < UNLIMITED, value - high, 0), np.where(low > -UNLIMITED, low - value, 0))
    slack = np.zeros(model.n_columns, dtype=np.bool_)
    slack[built.limit_slack[built.limit_slack >= 0]] = True
    slack[built.consistency_slack[built.consistency_slack >= 0]] = True
    at = np.flatnonzero(slack[terms.column])
    missing = np.ceil(broken[terms.limit[at]] / np.abs(terms.coefficient[at]))
    np.maximum.at(columns, terms.column[at], missing)


def _values(built: AwardModel, columns: Floats) -> Floats:
    """Value of every limit of the model."""
    terms = built.model.terms
    return np.bincount(terms.limit, terms.coefficient * columns[terms.column], len(built.model.limits)).astype(
        np.float64
    )
