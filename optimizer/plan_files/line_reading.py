"""From rows of transfers, exits and purchases to lines on lanes, with the days that only one can be meant by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT, NOT_GIVEN
from network.outside import exit_of_lane, feeding_lanes, quote_of_lane
from network.parsing import Parsed
from network.problems import ProblemLog
from network.tables import Network
from optimizer.plan_files.arrival_days import derive_arrival_days
from optimizer.plan_files.expiry_days import days_of_lots, derive_expiry_days

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_DAY: Final = "arrives_day"
"""Stands for the column of days, whatever it is called in a table."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Lines, shape ``(n_lines,)`` each; anything where the log says what is wrong."""

    lane: Ints
    sku: Ints
    units: Ints
    arrives_day: Ints
    expiry_day: Ints

    def __len__(self) -> int:
        return len(self.units)

    def take(self, index: NDArray[np.intp]) -> Lines:
        """Return the entries at `index`, in that order."""
        return Lines(*(getattr(self, item.name)[index] for item in fields(self)))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The rows of one table as lines; days are `NOT_GIVEN` where they are empty."""

    file: str
    day_column: str
    lane: Ints
    sku: Ints
    units: Ints
    lot_id: NDArray[np.object_]
    expiry_day: Ints
    arrives_day: Ints
    earliest_day: Ints
    """What an empty day is at least."""


@dataclass(frozen=True, slots=True)
class _AllRows:
    """The rows of all tables, one after the other."""

    parts: tuple[_Rows, ...]

    def column(self, name: str) -> NDArray[Any]:
        """Join a column of all tables."""
        return np.concatenate([getattr(part, name) for part in self.parts])

    def report(
        self, log: ProblemLog, column: str, code: str, rows: Flags, *, message: str, fix: str, **details: NDArray[Any]
    ) -> None:
        """Report rows under the names of their tables and columns."""
        start = 0
        for part in self.parts:
            here = slice(start, start + len(part.lane))
            name = part.day_column if column == _DAY else column
            cells: dict[str, Any] = {word: values[here] for word, values in details.items()}
            log.add_rows(
                part.file, name, code, rows[here], message=message, fix=fix.format(day=part.day_column), **cells
            )
            start = here.stop


def read_lines(network: Network, tables: Mapping[str, Parsed], log: ProblemLog) -> Lines:
    """Read the lines of a plan: transfers, then exits, then purchases.

    Parameters
    ----------
    network : Network
    tables : dict of str to Parsed
        By name: ``transfers``, ``exits`` and ``purchases``.
    log : ProblemLog
        Is told all that is wrong.
    """
    rows = _AllRows(
        (
            _transfers(network, tables["transfers"], log),
            _exits(network, tables["exits"], log),
            _purchases(network, tables["purchases"], log),
        )
    )
    lane, sku, units, day, expiry = map(rows.column, ("lane", "sku", "units", _DAY, "expiry_day"))
    if np.any((lane < 0) | (sku < 0)):
        return Lines(lane, sku, units, day, expiry)
    expiry = _expiry_days(network, rows, log)
    if np.any(expiry == NOT_GIVEN) or np.all(day != NOT_GIVEN):
        return Lines(lane, sku, units, day, expiry)
    return Lines(lane, sku, units, _arrival_days(network, rows, expiry, log), expiry)


def with_feeding_lines(network: Network, lines: Lines) -> Lines:
    """Add what comes down to quotes from the places outside that they share: tables only say what is bought.

    Parameters
    ----------
    network : Network
    lines : Lines
        Of known lanes, as `read_lines` gives them.
    """
    feeds = np.flatnonzero(feeding_lanes(network))
    if not len(feeds):
        return lines
    lanes = network.lanes
    into = np.full(len(network.nodes), -1, dtype=np.int64)
    into[lanes.destination[feeds]] = feeds
    low, keys, units = lines.take(np.flatnonzero(quote_of_lane(network)[lines.lane] >= 0)), [], []
    # The ways down are of different lengths, so that what shares a lane is added up at the end.
    while len(low := low.take(np.flatnonzero(into[lanes.origin[low.lane]] >= 0))):
        low = replace(low, lane=into[lanes.origin[low.lane]])
        keys.append(np.column_stack([low.lane, low.sku, low.expiry_day]))
        units.append(low.units)
    if not keys:
        return lines
    distinct, of = np.unique(np.concatenate(keys), axis=0, return_inverse=True)
    summed = np.zeros(len(distinct), dtype=np.int64)
    np.add.at(summed, of.reshape(-1), np.concatenate(units))
    fed = Lines(distinct[:, 0], distinct[:, 1], summed, np.zeros(len(distinct), dtype=np.int64), distinct[:, 2])
    return Lines(*(np.concatenate([getattr(lines, item.name), getattr(fed, item.name)]) for item in fields(Lines)))


def _arrival_days(network: Network, rows: _AllRows, expiry: Ints, log: ProblemLog) -> Ints:
    """Days of arrival of lines: as they are given, or the earliest where only one can be meant."""
    lane, sku, units, day = map(rows.column, ("lane", "sku", "units", _DAY))
    found = derive_arrival_days(network, lane, sku, units, day, expiry_day=expiry)
    message = "the day of arrival is empty, and units leave {origin} for this SKU on more than one day"
    fix = "Give {day}: the day of departure plus the lead time of the lane"
    origin = network.nodes.node_id[network.lanes.origin[lane]]
    rows.report(log, _DAY, "ambiguous_day", found.ambiguous, message=message, fix=fix, origin=origin)
    circular = (found.day == NOT_GIVEN) & ~found.ambiguous & (day == NOT_GIVEN)
    message = "the day of arrival is empty, and depends on other lines whose day is not known"
    rows.report(log, _DAY, "unknown_day", circular, message=message, fix=fix)
    derived = np.maximum(found.day, rows.column("earliest_day"))
    return np.where((day == NOT_GIVEN) & (found.day != NOT_GIVEN), derived, found.day)


def _expiry_days(network: Network, rows: _AllRows, log: ProblemLog) -> Ints:
    """Expiry days of lines: as they are given, those of the lots that are named, or the only ones that can be meant."""
    lane, sku, lot_id, given = map(rows.column, ("lane", "sku", "lot_id", "expiry_day"))
    blank = given == NOT_GIVEN
    origin = network.lanes.origin[lane].astype(np.int64)
    cells: dict[str, Any] = {"origin": network.nodes.node_id[origin], "sku": network.products.sku_id[sku]}
    named = (lot_id != "") & blank
    day = given.copy()
    if named.any():
        day[named] = days_of_lots(network, origin[named], sku[named], lot_id[named])
        strange = named & (day == NOT_GIVEN)
        message, fix = "{origin} has no lot {value} of SKU {sku}", "Correct the lot, or give expiry_day"
        rows.report(log, "lot_id", "unknown_lot", strange, message=message, fix=fix, value=lot_id, **cells)
    found = derive_expiry_days(network, lane, sku, day)
    message = "the expiry day is empty, and units of SKU {sku} with more than one expiry day could leave {origin}"
    fix = "Give expiry_day, or lot_id"
    several = found.ambiguous & blank & ~named
    rows.report(log, "expiry_day", "ambiguous_expiry", several, message=message, fix=fix, **cells)
    circular = (found.day == NOT_GIVEN) & ~found.ambiguous & blank & ~named
    message = "the expiry day is empty, and depends on other lines whose expiry day is not known"
    rows.report(log, "expiry_day", "unknown_expiry", circular, message=message, fix=fix, **cells)
    return found.day


def _rows_of(table: Parsed, day_column: str, lane: Ints, sku: Ints, earliest_day: Ints) -> _Rows:
    """Put the cells of a table beside the lanes and SKUs that its rows name."""
    never = np.full(table.n_rows, NOT_GIVEN, dtype=np.int64)
    has_lots = "lot_id" in table.values
    expiry = never
    if has_lots:  # a cell that could not be read was reported, and is not asked for again
        readable = np.where(table["expiry_day"] == NOT_GIVEN, NO_LIMIT, table["expiry_day"])
        expiry = np.where(table.given["expiry_day"], readable, NOT_GIVEN)
    return _Rows(
        file=table.file,
        day_column=day_column,
        lane=lane,
        sku=sku,
        units=table["units"].astype(np.int64),
        lot_id=table["lot_id"] if has_lots else np.full(table.n_rows, "", dtype=np.object_),
        expiry_day=expiry.astype(np.int64),
        arrives_day=np.where(table.given[day_column], table[day_column], NOT_GIVEN).astype(np.int64),
        earliest_day=earliest_day,
    )


def _transfers(network: Network, table: Parsed, log: ProblemLog) -> _Rows:
    none = np.zeros(table.n_rows, dtype=np.int64)
    return _rows_of(table, "arrives_day", lane_rows(network, table, log), table["sku_id"].astype(np.int64), none)


def _exits(network: Network, table: Parsed, log: ProblemLog) -> _Rows:
    """Rows of `exits` as lines on the lanes from nodes to exits."""
    node, exits = table["node_id"].astype(np.int64), table["exit_id"].astype(np.int64)
    n_nodes = max(len(network.nodes), 1)
    of_lane = exit_of_lane(network)
    out = np.flatnonzero(of_lane >= 0)
    keys = of_lane[out].astype(np.int64) * n_nodes + network.lanes.origin[out]
    order = np.argsort(keys, kind="stable")
    wanted = exits * n_nodes + node
    place = np.searchsorted(keys[order], wanted)
    served = np.append(keys[order], -1)[place] == wanted
    known = (node >= 0) & (exits >= 0)
    message = "the exit {value} takes nothing from {node}"
    fix = "Name an exit that serves the node, or leave the row out"
    cells: dict[str, Any] = {"value": table.cell("exit_id"), "node": names(network, node)}
    log.add_rows(table.file, "exit_id", "not_served", known & ~served, message=message, fix=fix, **cells)
    lane = np.where(known & served, np.append(out[order], -1)[place], -1)
    earliest = np.append(network.exits.from_day, 0)[exits]
    return _rows_of(table, "day", lane, table["sku_id"].astype(np.int64), earliest)


def _purchases(network: Network, table: Parsed, log: ProblemLog) -> _Rows:
    """Rows of `purchases` as lines on the lanes of quotes."""
    quotes, quote = network.quotes, table["quote_id"].astype(np.int64)
    of_lane = quote_of_lane(network)
    bought = np.flatnonzero(of_lane >= 0)
    lane_of_quote = np.full(len(quotes) + 1, -1, dtype=np.int64)
    lane_of_quote[of_lane[bought]] = bought
    known = quote >= 0
    for name, column, ids in (
        ("node_id", quotes.node, network.nodes.node_id),
        ("sku_id", quotes.sku, network.products.sku_id),
    ):
        own = np.append(column, -1)[quote]
        other = known & table.given[name] & (table[name] >= 0) & (table[name] != own)
        cells: dict[str, Any] = {"value": table.cell(name), "own": np.append(ids, "")[own]}
        message, fix = "the quote is for {own}, not for {value}", "Correct the cell, or leave it empty"
        log.add_rows(table.file, name, "other_quote", other, message=message, fix=fix, **cells)
    sku = np.where(known, np.append(quotes.sku, -1)[quote], -1).astype(np.int64)
    earliest = np.zeros(table.n_rows, dtype=np.int64)
    return _rows_of(table, "day", np.where(known, lane_of_quote[quote], -1), sku, earliest)


def lane_rows(network: Network, table: Parsed, log: ProblemLog) -> Ints:
    """Rows of ``network.lanes`` that `lane_id`, or else origin and destination, name; -1 where the log says why not."""
    lanes, n_nodes = network.lanes, max(len(network.nodes), 1)
    lane, origin, destination = (table[name].astype(np.int64) for name in ("lane_id", "origin", "destination"))
    named = table.given["lane_id"]
    both = table.given["origin"] & table.given["destination"]
    ends: dict[str, Any] = {"origin": names(network, origin), "destination": names(network, destination)}

    def report(code: str, rows: Flags, message: str, fix: str) -> None:
        log.add_rows(table.file, "lane_id", code, rows, message=message, fix=fix, value=table.cell("lane_id"), **ends)

    report("no_lane", ~named & ~both, "the row names no lane", "Give lane_id, or origin and destination")
    pairs = lanes.origin.astype(np.int64) * n_nodes + lanes.destination
    order = np.argsort(pairs, kind="stable")
    wanted = origin * n_nodes + destination
    first = np.searchsorted(pairs[order], wanted)
    count = np.searchsorted(pairs[order], wanted, side="right") - first
    by_ends = ~named & both & (origin >= 0) & (destination >= 0)
    missing = "no lane leads from {origin} to {destination}"
    report("unknown_lane", by_ends & (count == 0), missing, "Name a lane of the network")
    several = "more than one lane leads from {origin} to {destination}"
    report("ambiguous_lane", by_ends & (count > 1), several, "Give lane_id")
    known = named & (lane >= 0)
    other = np.zeros(len(lane), dtype=np.bool_)
    for name, end in (("origin", origin), ("destination", destination)):
        other |= known & table.given[name] & (end >= 0) & (end != getattr(lanes, name)[np.where(known, lane, 0)])
    report(
        "other_ends", other, "lane {value} has another origin or destination", "Correct the row, or leave them empty"
    )
    found = by_ends & (count == 1)
    lane = np.where(known & ~other, lane, -1)
    lane[found] = order[first[found]]
    return lane


def names(network: Network, node: Ints) -> NDArray[np.object_]:
    """Ids of nodes, empty where there is none."""
    return np.append(network.nodes.node_id, "")[node]
