"""The canonical model: integer flows between positions with concave worth, tied together by switches and limits.

Four tables (positions with their increments, flows, switches, limits) and nothing else. Builders such as
`optimizer.transfer` add rows; solving, bounding and explaining never ask which builder a row came from.

    maximise   sum(increment worth * kept units) + sum(flow profit * units) - sum(switch fixed cost * count)
    subject to supply + inflow = outflow + kept units           at every position
               kept units >= least units                         at every position
               units <= bound * count                           for every member (a flow in a switch)
               least fill * count <= sum(weight * units) <= most fill * count   for every switch
               low <= sum(coefficient * column) <= high          for every limit

Money is int64 in units of ``10 ** -money_decimals``; weights are whatever integer unit the builder chose.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

UNLIMITED: Final = int(np.iinfo(np.int64).max // 4)
"""In an integer column of the model: no bound. Sums of a few of them still fit int64."""


class Table:
    """Columns of one length, made read-only."""

    __slots__ = ()

    def __post_init__(self) -> None:
        lengths = set()
        for item in fields(self):  # type: ignore[arg-type]
            column = getattr(self, item.name)
            column.setflags(write=False)
            lengths.add(len(column))
        if len(lengths) > 1:
            raise ValueError(f"{type(self).__name__}: columns of different lengths {sorted(lengths)}")

    def __len__(self) -> int:
        return len(getattr(self, fields(self)[0].name))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Positions(Table):
    """Where units are, can pass through and can end, shape ``(n_positions,)`` each."""

    supply_units: NDArray[np.int64]
    """Units that start here; each leaves by a flow or ends in an increment."""
    least_units: NDArray[np.int64]
    """Units that must end here at least (a hard demand), 0: none."""
    block: NDArray[np.int32]
    """Flows never join positions of different blocks (one block per SKU): the model falls apart by block once
    switches and limits are priced."""


@dataclass(frozen=True, slots=True)
class Increments(Table):
    """Worth of the units that end at a position: sorted by position, worth falling; ``(n_increments,)`` each."""

    position: NDArray[np.int32]
    most_units: NDArray[np.int64]
    worth: NDArray[np.int64]
    """Money per unit."""


@dataclass(frozen=True, slots=True)
class Flows(Table):
    """What may move from one position to another, shape ``(n_flows,)`` each."""

    origin: NDArray[np.int32]
    destination: NDArray[np.int32]
    profit: NDArray[np.int64]
    """Money per unit; a cost is negative."""
    most_units: NDArray[np.int64]
    multiple: NDArray[np.int64]
    """Units are a multiple of this."""


@dataclass(frozen=True, slots=True)
class Switches(Table):
    """What is switched on as a whole (a dispatch, a line of at least some size), shape ``(n_switches,)`` each."""

    fixed_cost: NDArray[np.int64]
    """Money per count."""
    most: NDArray[np.int64]
    """Largest count."""
    least_fill: NDArray[np.int64]
    """Least weight per count, 0: none."""
    most_fill: NDArray[np.int64]
    """Largest weight per count, `UNLIMITED`: none."""


@dataclass(frozen=True, slots=True)
class Members(Table):
    """Which flows belong to which switch: ``units <= bound_units * count``, shape ``(n_members,)`` each."""

    flow: NDArray[np.int32]
    switch: NDArray[np.int32]
    weight: NDArray[np.int64]
    """Weight of one unit in the switch's fill."""
    bound_units: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Limits(Table):
    """Linear limits over columns, shape ``(n_limits,)`` each."""

    low: NDArray[np.int64]
    """``-UNLIMITED``: none."""
    high: NDArray[np.int64]
    """``UNLIMITED``: none."""


@dataclass(frozen=True, slots=True)
class Terms(Table):
    """Entries of the limits; a column counts flows first, then increments, then switches; ``(n_terms,)`` each."""

    limit: NDArray[np.int32]
    column: NDArray[np.int32]
    coefficient: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Model:
    """The tables, and what doing nothing is worth in them."""

    positions: Positions
    increments: Increments
    flows: Flows
    switches: Switches
    members: Members
    limits: Limits
    terms: Terms
    do_nothing: int
    """Objective when no flow moves; a solution's benefit is its objective minus this."""
    money_decimals: int

    @property
    def n_columns(self) -> int:
        """Flows, then increments, then switches."""
        return len(self.flows) + len(self.increments) + len(self.switches)

    @property
    def is_pure_flow(self) -> bool:
        """True when nothing ties flows together, so that a min-cost flow is the whole problem."""
        return not len(self.switches) and not len(self.limits) and bool(np.all(self.flows.multiple == 1))


def with_flows(model: Model, kept: NDArray[np.int64]) -> Model:
    """Leave some flows out: the same model with the flows of the given rows only, and the switches all of it uses."""
    new_row = np.full(len(model.flows), -1, dtype=np.int64)
    new_row[kept] = np.arange(len(kept))
    member = new_row[model.members.flow] >= 0
    column = np.concatenate([new_row, len(kept) + np.arange(model.n_columns - len(model.flows))])[model.terms.column]
    term = column >= 0
    return replace(
        model,
        flows=Flows(*(getattr(model.flows, item.name)[kept] for item in fields(Flows))),
        members=replace(
            Members(*(getattr(model.members, item.name)[member] for item in fields(Members))),
            flow=new_row[model.members.flow[member]].astype(np.int32),
        ),
        terms=Terms(model.terms.limit[term], column[term].astype(np.int32), model.terms.coefficient[term]),
    )


@dataclass(frozen=True, slots=True)
class Solution:
    """Values of the model's columns."""

    flow_units: NDArray[np.int64]
    switch_count: NDArray[np.int64]


def fewest_switches(model: Model, flow_units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Smallest counts that carry the given flows, shape ``(n_switches,)``: what a known flow pays for."""
    members, switches = model.members, model.switches
    units = flow_units[members.flow]
    by_bound = -(-units // np.maximum(members.bound_units, 1))
    count = np.zeros(len(switches), dtype=np.int64)
    np.maximum.at(count, members.switch, by_bound)
    limited = switches.most_fill < UNLIMITED
    fill = switch_fill(model, flow_units)
    by_fill = -(-fill // np.where(limited, np.maximum(switches.most_fill, 1), UNLIMITED))
    return np.maximum(count, np.where(limited, by_fill, 0))


def switch_fill(model: Model, flow_units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Weight on every switch, shape ``(n_switches,)``."""
    fill = np.zeros(len(model.switches), dtype=np.int64)
    np.add.at(fill, model.members.switch, flow_units[model.members.flow] * model.members.weight)
    return fill


def kept_units(model: Model, flow_units: NDArray[np.int64]) -> NDArray[np.int64]:
    """Units that end at each position, shape ``(n_positions,)``; negative where more leaves than is there."""
    kept = model.positions.supply_units.copy()
    np.add.at(kept, model.flows.destination, flow_units)
    np.subtract.at(kept, model.flows.origin, flow_units)
    return kept


def increment_units(model: Model, kept: NDArray[np.int64]) -> NDArray[np.int64]:
    """Fill every position's increments in order of worth, shape ``(n_increments,)``."""
    increments = model.increments
    before = np.cumsum(increments.most_units) - increments.most_units
    first = np.searchsorted(increments.position, increments.position)
    offset = before - before[first] if len(increments) else before
    return np.clip(kept[increments.position] - offset, 0, increments.most_units)


def benefit(model: Model, solution: Solution) -> int:
    """Benefit of a solution in money units, exact."""
    units = increment_units(model, kept_units(model, solution.flow_units))
    return (
        int(units @ model.increments.worth)
        + int(solution.flow_units @ model.flows.profit)
        - int(solution.switch_count @ model.switches.fixed_cost)
        - model.do_nothing
    )
