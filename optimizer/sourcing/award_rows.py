"""Switches, members and limits of an award model, collected block by block: columns of arrays, never single rows."""

from __future__ import annotations

import enum
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from optimizer.model import UNLIMITED, Limits, Members, Switches, Terms

Ints = NDArray[np.int64]


@enum.unique
class RowKind(enum.IntEnum):
    """What a limit of the model says; `AwardModel.limit_place` says about which row of what."""

    QUANTITY = 1
    """A flow is all or nothing; place: the bid."""
    CHOICE = 2
    """At most one of a bid's segments, or of a set of alternates; place: one of the bids."""
    INDICATOR = 3
    """A set of bids wins or does not; place: the set."""
    CAPACITY = 4
    """Place: the supplier."""
    LIMIT = 5
    """Place: row of `AwardLimits`."""
    CONSISTENT = 6
    """Place: row of `Consistencies`."""
    SUM = 7
    """What a column stands for; place: row of `AwardLimits`."""
    RISK = 8
    SURVIVAL = 9
    TOTAL = 10
    """Implied by the others, so that bounds are better; place: nothing."""


class AwardRows:
    """What ties the flows of an award together."""

    def __init__(self, n_flows: int, n_increments: int) -> None:
        self.n_flows, self.first_switch = n_flows, n_flows + n_increments
        self.n_switches = self.n_limits = 0
        self._switches: list[tuple[Ints, Ints, Ints]] = []
        self._continuous: list[NDArray[np.bool_]] = []
        self._members: list[tuple[Ints, Ints, Ints]] = []
        self._limits: list[tuple[Ints, Ints]] = []
        self._labels: list[tuple[Ints, Ints]] = []
        self._terms: list[tuple[Ints, Ints, Ints]] = []

    def add_switches(self, fixed_cost: Ints, *, most: Any = 1, least_fill: Any = 0, continuous: bool = False) -> Ints:
        """Add switches and return their columns; one that is continuous takes whole values by itself."""
        n = len(fixed_cost)
        self._switches.append((fixed_cost, _filled(most, n), _filled(least_fill, n)))
        self._continuous.append(np.full(n, continuous))
        self.n_switches += n
        return np.arange(self.first_switch + self.n_switches - n, self.first_switch + self.n_switches)

    def add_members(self, flow: Ints, column: Ints, bound_units: Ints) -> None:
        """Tie flows to the switches of the given columns: ``units <= bound * count``."""
        self._members.append((flow, column - self.first_switch, bound_units))

    def add_limits(self, kind: RowKind, place: Ints, low: Any, high: Any, *entries: tuple[Ints, Ints, Any]) -> Ints:
        """Add ``low <= sum(coefficient * column) <= high``, divided by what all coefficients have in common.

        Parameters
        ----------
        place : ndarray of int64, shape (n_rows,)
        low, high : int, or ndarray of int64, shape (n_rows,)
        *entries
            (row within the block, column, coefficient); those of the same row and column are added up.

        Returns
        -------
        ndarray of int64, shape (n_rows,)
            Numbers of the limits.
        """
        n = len(place)
        row, column, coefficient = _merged(entries)
        low, high = _filled(low, n), _filled(high, n)
        common = np.zeros(n, dtype=np.int64)
        np.gcd.at(common, row, coefficient)
        common = np.maximum(common, 1)
        self._limits.append(
            (
                np.where(low > -UNLIMITED, -(-low // common), -UNLIMITED),
                np.where(high < UNLIMITED, high // common, UNLIMITED),
            )
        )
        self._labels.append((np.full(n, int(kind)), place))
        self._terms.append((row + self.n_limits, column, coefficient // common[row]))
        self.n_limits += n
        return np.arange(self.n_limits - n, self.n_limits)

    def switches(self) -> Switches:
        """Return the table of switches."""
        fixed_cost, most, least_fill = _stacked(self._switches, 3)
        return Switches(fixed_cost, most, least_fill, np.full(len(most), UNLIMITED))

    def members(self) -> Members:
        """Return the table of members; a unit weighs 1."""
        flow, switch, bound = _stacked(self._members, 3)
        return Members(flow.astype(np.int32), switch.astype(np.int32), np.ones(len(flow), dtype=np.int64), bound)

    def limits(self) -> tuple[Limits, Terms]:
        """Return the tables of limits and terms."""
        row, column, coefficient = _stacked(self._terms, 3)
        low, high = _stacked(self._limits, 2)
        return Limits(low, high), Terms(row.astype(np.int32), column.astype(np.int32), coefficient)

    def labels(self) -> tuple[Ints, Ints]:
        """Return kind and place of every limit."""
        kind, place = _stacked(self._labels, 2)
        return kind, place

    def continuous(self) -> NDArray[np.bool_]:
        """Return which switches take whole values by themselves, shape ``(n_switches,)``."""
        return np.concatenate([np.empty(0, dtype=np.bool_), *self._continuous])


def _merged(entries: tuple[tuple[Ints, Ints, Any], ...]) -> tuple[Ints, Ints, Ints]:
    """Put entries in order, and add up those of the same row and column."""
    none = np.empty(0, dtype=np.int64)
    row = np.concatenate([none, *(entry[0] for entry in entries)])
    column = np.concatenate([none, *(entry[1] for entry in entries)])
    coefficient = np.concatenate([none, *(_filled(entry[2], len(entry[0])) for entry in entries)])
    order = np.lexsort((column, row))
    row, column, coefficient = row[order], column[order], coefficient[order]
    first = np.flatnonzero(np.append(True, (row[1:] != row[:-1]) | (column[1:] != column[:-1]))[: len(row)])
    total = np.add.reduceat(coefficient, first) if len(first) else none
    kept = np.flatnonzero(total)
    return row[first][kept], column[first][kept], total[kept]


def _filled(value: Any, n: int) -> Ints:
    return cast("Ints", np.broadcast_to(np.asarray(value, dtype=np.int64), (n,)))


def _stacked(blocks: list[Any], width: int) -> list[Ints]:
    none = np.empty(0, dtype=np.int64)
    return [np.concatenate([none, *(block[column] for block in blocks)]) for column in range(width)]
