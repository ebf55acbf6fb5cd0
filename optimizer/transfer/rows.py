"""Transfers as rows of the canonical model, and back."""

from __future__ import annotations

from collections.abc import Sequence, Sized
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from itertools import accumulate, repeat
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.blocks import sku_blocks
from network.tables import Network
from optimizer.model import Flows, Increments, Limits, Members, Model, Positions, Switches, Terms, stacked
from optimizer.plan import Plan
from optimizer.request import Request
from optimizer.transfer.blocks import Block, block_of
from optimizer.transfer.loads import LaneTotals, Lines, Smallest, loads_of
from optimizer.transfer.rules import Rows, display_rows, joined, node_rows

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
    limit_rule: NDArray[np.object_]
    """Input field that every limit comes from, shape ``(n_limits,)``."""
    limit_place: NDArray[np.int32]
    """(node, SKU) that every limit is about, -1 where it names none, shape ``(n_limits, 2)``."""
    limit_line: Int64
    """Line of the former plan that a limit freezes, -1 elsewhere, shape ``(n_limits,)``."""


def build(network: Network, request: Request) -> TransferModel:
    """Build the transfer problem of a request.

    Parameters
    ----------
    network : Network
        A validated network.
    request : Request
        What may be planned.

    Returns
    -------
    TransferModel
        With every flow that a best plan could need, and no other. Rows of one SKU stand together in every table.
    """
    parts = _taken_apart(_blocks(network, request))
    first_row, first_line = _before(parts["positions"]), _before(parts["line_flows"])
    n_lines = sum(map(len, parts["line_flows"]))
    first_inner = [n_lines + n for n in _before(parts["inner"])]
    flows = stacked(
        Flows, parts.pop("line_flows") + parts.pop("inner"), origin=first_row * 2, destination=first_row * 2
    )
    increments = stacked(Increments, parts.pop("increments"), position=first_row)
    lines = stacked(Lines, parts.pop("lines"))
    totals, smallest = _summed(parts["totals"]), _smallest(parts["smallest"], first_line)
    dispatched = stacked(Members, parts.pop("dispatched"), flow=first_line)
    loads = loads_of(network, request, lines, dispatched=dispatched, totals=totals, smallest=smallest)
    display = display_rows(network, lines, flows.most_units[:n_lines], len(loads.switches))
    limits = [(rows, first) for of_block, first in zip(parts["limits"], first_line, strict=True) for rows in of_block]
    limits += [(rows, 0) for rows in (*node_rows(network, lines.lane, totals.units, loads.in_use), display.rows)]
    limits += zip(parts["caps"], first_inner, strict=True)
    rows = joined(limits)
    return TransferModel(
        model=Model(
            positions=stacked(Positions, parts.pop("positions")),
            increments=increments,
            flows=flows,
            switches=stacked(Switches, [loads.switches, display.switches]),
            members=loads.members,
            limits=Limits(rows.low, rows.high),
            terms=_terms(rows, first_switch=len(flows) + len(increments)),
            do_nothing=sum(parts["do_nothing"]) + display.do_nothing,
            money_decimals=network.money_decimals,
        ),
        flow_lane=lines.lane,
        flow_sku=lines.sku,
        flow_arrives_day=lines.arrives_day,
        flow_expiry_day=lines.expiry_day,
        switch_lane=loads.dispatch_lane,
        must_act=any(parts["must_act"]),
        position_cell=np.concatenate(parts.pop("cell")),
        position_demand=np.concatenate(parts.pop("demand")),
        position_send=np.concatenate(parts.pop("send")),
        limit_rule=rows.rule,
        limit_place=np.stack([rows.node, rows.sku], axis=1).astype(np.int32),
        limit_line=rows.former_line,
    )


def _taken_apart(blocks: list[Block]) -> dict[str, list[Any]]:
    """List each field of all blocks, and let the blocks go: what is popped and copied needs memory only once."""
    parts = {item.name: [getattr(block, item.name) for block in blocks] for item in fields(Block)}
    blocks.clear()
    return parts


def _before(tables: Sequence[Sized]) -> list[int]:
    """Rows before each table when they are put one after the other."""
    return list(accumulate(map(len, tables[:-1]), initial=0))


def _blocks(network: Network, request: Request) -> list[Block]:
    """Build every block: again as long as a lane with a least load turns out to be used by others."""
    parts = sku_blocks(network, _ROWS_PER_BLOCK)
    in_use = np.zeros(len(network.lanes), dtype=bool)
    while True:
        with ThreadPoolExecutor(_THREADS) as threads:  # numpy works without the interpreter's lock
            blocks = list(threads.map(block_of, parts, repeat(request), repeat(in_use)))
        found = np.any([block.in_use for block in blocks], axis=0)
        unknown = (network.lanes.min_dispatch_kg > 0) & found & ~in_use
        if len(blocks) == 1 or not unknown.any():
            return blocks
        in_use = found


def _summed(parts: Sequence[LaneTotals]) -> LaneTotals:
    return LaneTotals(
        used=np.any([part.used for part in parts], axis=0),
        units=np.sum([part.units for part in parts], axis=0),
        weight=np.sum([part.weight for part in parts], axis=0),
    )


def _smallest(parts: Sequence[Smallest], first_line: Sequence[int]) -> Smallest:
    """Lines with a switch of their own in all blocks."""
    before = _before([part.least_units for part in parts])
    return Smallest(
        flow=np.concatenate([part.flow + first for part, first in zip(parts, first_line, strict=True)]),
        line=np.concatenate([part.line + first for part, first in zip(parts, before, strict=True)]),
        least_units=np.concatenate([part.least_units for part in parts]),
    )


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
