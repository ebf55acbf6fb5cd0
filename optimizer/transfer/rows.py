"""Transfers as rows of the canonical model, and back."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.blocks import sku_blocks
from network.tables import Network
from optimizer.model import Flows, Increments, Limits, Members, Model, Positions, Switches, Terms
from optimizer.plan import Plan
from optimizer.request import Request
from optimizer.transfer.blocks import Block, Places, block_of
from optimizer.transfer.cells import WorthOf
from optimizer.transfer.growing import Growing
from optimizer.transfer.loads import Lines, loads_of, no_smallest_lines, no_totals
from optimizer.transfer.rules import Rows, display_rows, joined, node_rows
from optimizer.worth.economics import unit_worth

Int64 = NDArray[np.int64]

_THREADS: Final = 2

_ROWS_PER_BLOCK: Final = 40_000
"""Rows of stock in a block of SKUs: what one block needs at a time fits a processor's cache, more or less."""


@dataclass(frozen=True, slots=True)
class TransferModel:
    """The canonical model of a request, and how to read its first flows and switches as transfers."""

    model: Model
    flow_lane: NDArray[np.int32]
    """Lane of the first ``n_lines`` flows; the flows after them stay within a node. Several flows can be one line."""
    flow_sku: NDArray[np.int32]
    flow_arrives_day: NDArray[np.int32]
    flow_expiry_day: NDArray[np.int32]
    switch_lane: Int64
    """Lane of the first switches (its dispatches); the switches after them are lines, lanes in use, and displays."""
    must_act: bool
    """Doing nothing is no plan: a hard demand, or a line that is frozen."""
    position_cell: NDArray[np.int32]
    """(node, SKU) of every position of the model, shape ``(n_positions, 2)``."""
    position_demand: Int64
    """Units that every position must receive, 0 where its own row does not say so."""
    position_send: Int64
    """Units that every position must send, 0 where its own row does not say so."""
    position_base: Int64
    """Units that count at every position before its first increment; `NO_BASE`: none count there by themselves."""
    limit_rule: NDArray[np.object_]
    """Input field that every limit comes from, shape ``(n_limits,)``."""
    limit_place: NDArray[np.int32]
    """(node, SKU) that every limit is about, -1 where it names none, shape ``(n_limits, 2)``."""
    limit_line: Int64
    """Line of the former plan that a limit freezes, -1 elsewhere, shape ``(n_limits,)``."""


def build(
    network: Network, request: Request, worth_of: WorthOf = unit_worth, *, every_line: bool = False
) -> TransferModel:
    """Build the transfer problem of a request.

    Parameters
    ----------
    network : Network
        A validated network.
    request : Request
        What may be planned.
    worth_of : callable
        What units are worth; a bound on it makes the model a relaxation.
    every_line : bool
        Keep lines that cannot pay at these worths too: for models whose worths are replaced.

    Returns
    -------
    TransferModel
        With every flow that a best plan could need, and no other. Rows of one SKU stand together in every table.
    """
    parts = sku_blocks(network, _ROWS_PER_BLOCK)
    block = partial(block_of, request=request, worth_of=worth_of, every_line=every_line)
    joint = _Joint(network, request, parts, np.zeros(len(network.lanes), dtype=bool), block)
    # A lane with a least load can be filled up by SKUs of several blocks: none may have missed that another uses it.
    while len(parts) > 1 and np.any((network.lanes.min_dispatch_kg > 0) & joint.in_use & ~joint.known_in_use):
        joint = _Joint(network, request, parts, joint.in_use, block)
    return joint.model()


class _Joint:
    """The rows of all blocks, one after the other."""

    def __init__(
        self,
        network: Network,
        request: Request,
        parts: list[tuple[range, Network]],
        in_use: NDArray[np.bool_],
        built: Callable[..., Block],
    ) -> None:
        self.network, self.request, self.known_in_use, self.in_use = network, request, in_use, in_use.copy()
        self.positions, self.places, self.increments = Growing(Positions), Growing(Places), Growing(Increments)
        self.lines, self.line_flows, self.inner = Growing(Lines), Growing(Flows), Growing(Flows)
        self.dispatched, self.smallest = Growing(Members), no_smallest_lines()
        self.totals = no_totals(network)
        self.limits: list[Rows] = []
        self.caps: list[Rows] = []
        self.do_nothing, self.must_act = 0, False
        with ThreadPoolExecutor(_THREADS) as threads:  # numpy works without the interpreter's lock
            for block in threads.map(partial(built, in_use=in_use), parts):
                self._add(block)

    def _add(self, block: Block) -> None:
        row, line, inner = len(self.positions), len(self.lines), len(self.inner)
        self.limits += [rows.behind(line) for rows in block.limits]
        self.caps.append(block.caps.behind(inner))
        self.smallest = self.smallest.followed_by(block.smallest, line)
        self.increments.add(block.increments, position=row)
        self.positions.add(block.positions)
        self.places.add(block.places)
        self.lines.add(block.lines)
        self.line_flows.add(block.line_flows, origin=row, destination=row)
        self.inner.add(block.inner, origin=row, destination=row)
        self.dispatched.add(block.dispatched, flow=line)
        self.totals += block.totals
        self.in_use |= block.in_use
        self.do_nothing += block.do_nothing
        self.must_act |= block.must_act

    def model(self) -> TransferModel:
        """Add what ties the blocks together."""
        network, lines, n_lines, totals = self.network, self.lines.table(), len(self.lines), self.totals
        self.line_flows.add(self.inner.table())
        flows, increments, places = self.line_flows.table(), self.increments.table(), self.places.table()
        most = flows.most_units[:n_lines]
        loads = loads_of(
            network,
            self.request,
            lines.lane,
            most,
            dispatched=self.dispatched.table(),
            totals=totals,
            smallest=self.smallest,
        )
        display = display_rows(network, lines, most, len(loads.switches))
        of_nodes = node_rows(network, lines.lane, totals.units, loads.in_use)
        rows = joined([*self.limits, *of_nodes, display.rows, *(caps.behind(n_lines) for caps in self.caps)])
        return TransferModel(
            model=Model(
                positions=self.positions.table(),
                increments=increments,
                flows=flows,
                switches=_both(loads.switches, display.switches),
                members=loads.members,
                limits=Limits(rows.low, rows.high),
                terms=_terms(rows, first_switch=len(flows) + len(increments)),
                do_nothing=self.do_nothing + display.do_nothing,
                money_decimals=network.money_decimals,
            ),
            flow_lane=lines.lane,
            flow_sku=lines.sku,
            flow_arrives_day=lines.arrives_day,
            flow_expiry_day=lines.expiry_day,
            switch_lane=loads.dispatch_lane,
            must_act=self.must_act,
            position_cell=places.node_and_sku,
            position_demand=places.demand,
            position_send=places.send,
            position_base=places.base,
            limit_rule=rows.rule,
            limit_place=np.stack([rows.node, rows.sku], axis=1).astype(np.int32),
            limit_line=rows.former_line,
        )


def _both(first: Switches, second: Switches) -> Switches:
    switches = Growing(Switches)
    switches.add(first)
    switches.add(second)
    return switches.table()


def _terms(limits: Rows, first_switch: int) -> Terms:
    """Terms by column of the model."""
    return Terms(
        limit=limits.limit.astype(np.int32),
        column=np.where(limits.flow >= 0, limits.flow, first_switch + limits.switch).astype(np.int32),
        coefficient=limits.coefficient,
    )


def plan_of(built: TransferModel, flow_units: Int64, switch_count: Int64) -> Plan:
    """Read a solution of the model as a plan: lines with units, and the dispatches of their lanes."""
    n_lines = len(built.flow_lane)
    used = np.flatnonzero(flow_units[:n_lines] > 0)
    lanes_used = np.unique(built.flow_lane[used])
    count = np.ones(len(lanes_used), dtype=np.int64)
    switched = np.isin(built.switch_lane, lanes_used)
    at = np.searchsorted(lanes_used, built.switch_lane[switched])
    count[at] = switch_count[: len(built.switch_lane)][switched]
    columns = (built.flow_lane, built.flow_sku, built.flow_arrives_day, built.flow_expiry_day)
    order = used[np.lexsort(tuple(column[used] for column in reversed(columns)))]
    # Several flows can be one line.
    starts = np.append(True, np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0))
    first = np.flatnonzero(starts[: len(order)])
    line = order[first]
    return Plan(
        lane=built.flow_lane[line],
        sku=built.flow_sku[line],
        units=np.add.reduceat(flow_units[order], first) if len(first) else flow_units[:0],
        arrives_day=built.flow_arrives_day[line],
        dispatch_lane=lanes_used.astype(np.int32),
        dispatches=count,
        expiry_day=built.flow_expiry_day[line],
    )
