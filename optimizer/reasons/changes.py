"""What of the input would have to change for an example to happen: as fields, places and amounts, and in words.

Both come from the same part of a fix, so they cannot differ. `optimizer.reasons.applying` makes the changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.lane_rules import may_carry
from network.tables import Network, Severity
from optimizer.plan import FixChanges
from optimizer.reasons.examples import Example
from optimizer.reasons.parts import Part, of_quotes, part
from optimizer.reasons.words import Words, amounts, counts, kilograms, numerals, same_words
from optimizer.request import PURCHASE, TRANSFER
from optimizer.scope import TRANSFERS, is_closed, nodes_in_scope, response_bit, responses_of_lanes
from optimizer.worth.economics import WEIGHT_DECIMALS

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

CENTS: Final = 2
"""Decimals of the margin by which a fix goes beyond the point where a move pays nothing."""


@dataclass(frozen=True, slots=True)
class Fix:
    """The changes for some examples, in words and by name, shape ``(n,)``."""

    words: Words
    fields: list[list[str]]
    """Names of the fields of each example."""


def joined(n: int, parts: list[Part]) -> Fix:
    """Put the parts of every example one after the other; a change that is needed twice is made once."""
    texts: list[list[str]] = [[] for _ in range(n)]
    fields: list[list[str]] = [[] for _ in range(n)]
    for each in parts:
        for row, words in zip(each.row.tolist(), each.words.tolist(), strict=True):
            fields[row].append(each.field)
            if words not in texts[row]:
                texts[row].append(words)
    column = np.empty(n, dtype=np.object_)
    column[:] = [", ".join(text) for text in texts]
    return Fix(column, fields)


def breaking(example: Example) -> list[Part]:
    """Return what has to change so that the moves of an example break no rule.

    Parameters
    ----------
    example : Example
        Its `lifted` rules are those that the moves may break.

    Returns
    -------
    list of Part
    """
    parts: list[Part] = []
    if example.lifted.policy:
        parts += _policy(example)
    if example.lifted.frozen:
        parts += _frozen(example)
    if example.by_day is not None:
        parts += _days(example)
    if example.lifted.shelf_life:
        parts += _shelf_life(example)
    if example.lifted.minimum:
        parts += _minima(example)
    if example.lifted.capacity:
        parts += [*_dispatches(example), *_node_units(example), *_node_lanes(example)]
    return of_quotes(example.network, [each for each in parts if len(each.row)])


def _dispatches(example: Example) -> list[Part]:
    """More dispatches on lanes that may run no more."""
    room, lanes, along, parts = example.residual.room, example.network.lanes, example.along, []
    for hop in range(along.lane.shape[1]):
        lane = along.lane[:, hop]
        missing = room.runs[lane] + example.moves.dispatches[:, hop] - room.most_runs[lane]
        at = np.flatnonzero(along.on_path[:, hop] & (missing > 0))
        name = lanes.lane_id[lane[at]].astype(object)
        text = counts(missing[at], "more dispatch") + " on lane " + name + " at "
        text = text + example.money(room.fixed_cost[lane[at]]) + " each"
        parts.append(part(at, "lanes.max_dispatches", name, missing[at], text))
    return parts


def _minima(example: Example) -> list[Part]:
    """Smallest lines and least loads that the units would not reach."""
    room, along, moves = example.residual.room, example.along, example.moves
    load = moves.units * example.residual.weight[example.sku]
    new = np.append(example.residual.book.units, 0)[along.line] == 0
    parts = []
    for hop in range(along.lane.shape[1]):
        lane = along.lane[:, hop]
        missing = np.where(new[:, hop], room.min_line_units[lane] - moves.units, 0)
        at = np.flatnonzero(along.on_path[:, hop] & (missing > 0))
        name = example.network.lanes.lane_id[lane[at]].astype(object)
        text = "lines of " + counts(missing[at], "unit") + " less on lane " + name
        parts.append(part(at, "lanes.min_line_units", name, -missing[at], text))
        runs = np.maximum(room.runs[lane] + moves.dispatches[:, hop], 1)
        missing = room.least_load[lane] - (room.load[lane] + load) // runs
        at = np.flatnonzero(along.on_path[:, hop] & (missing > 0))
        name = example.network.lanes.lane_id[lane[at]].astype(object)
        text = "dispatches of " + kilograms(missing[at]) + " less on lane " + name
        parts.append(part(at, "lanes.min_dispatch_kg", name, -missing[at] / 10.0**WEIGHT_DECIMALS, text))
    return parts


def _node_units(example: Example) -> list[Part]:
    """Nodes that would have to pick or receive more."""
    room, along, parts = example.residual.room, example.along, []
    for hop in range(along.lane.shape[1]):
        for name, node, left, verb in (
            ("nodes.pick_capacity_units", along.origin[:, hop], room.pick_left, "picked"),
            ("nodes.receive_capacity_units", along.destination[:, hop], room.receive_left, "received"),
        ):
            missing = example.moves.units - left[node]
            at = np.flatnonzero(along.on_path[:, hop] & (missing > 0))
            place = example.network.nodes.node_id[node[at]].astype(object)
            text = counts(missing[at], "more unit") + " " + verb + " at " + place
            parts.append(part(at, name, place, missing[at], text))
    return parts


def _node_lanes(example: Example) -> list[Part]:
    """Nodes that would have to use one more lane."""
    room, along, parts = example.residual.room, example.along, []
    for hop in range(along.lane.shape[1]):
        opens = along.on_path[:, hop] & (room.runs[along.lane[:, hop]] == 0)
        for name, node, left, where in (
            ("nodes.max_outbound_lanes", along.origin[:, hop], room.out_left, "out of "),
            ("nodes.max_inbound_lanes", along.destination[:, hop], room.in_left, "into "),
        ):
            at = np.flatnonzero(opens & (left[node] < 1))
            place = example.network.nodes.node_id[node[at]].astype(object)
            parts.append(part(at, name, place, 1 - left[node[at]], "one more lane " + where + place))
    return parts


def _policy(example: Example) -> list[Part]:
    """Lane rules, closed positions, nodes out of scope, and demands to send that stand against it."""
    network, request, along = example.network, example.residual.request, example.along
    sku, parts = example.sku, list[Part]()
    sku_id = network.products.sku_id[sku].astype(object)
    in_scope = nodes_in_scope(network, request)
    ends = [(along.on_path[:, 0], along.origin[:, 0])] if along.lane.shape[1] else []
    for hop in range(along.lane.shape[1]):
        on_path, lane = along.on_path[:, hop], along.lane[:, hop]
        ends.append((on_path, along.destination[:, hop]))
        at = np.flatnonzero(on_path & (lane < example.residual.room.new_lane))
        if len(network.lane_rules):
            at = at[~may_carry(network, lane[at], sku[at])]
            name = network.lanes.lane_id[lane[at]].astype(object)
            text = "a lane rule that lets " + name + " carry " + sku_id[at]
            parts.append(part(at, "lane_rules", name + "/" + sku_id[at], np.ones(len(at)), text))
    for on_path, node in ends:
        at = np.flatnonzero(on_path & ~in_scope[node])
        name = network.nodes.node_id[node[at]].astype(object)
        parts.append(part(at, "request.scope.node_ids", name, np.ones(len(at)), name + " in the scope"))
    return [*parts, *_responses(example), *_demands_to_send(example)]


def _responses(example: Example) -> list[Part]:
    """Positions closed to what the lines on the way are, and responses that the request leaves out."""
    network, request, along, sku = example.network, example.residual.request, example.along, example.sku
    # A lane that does not exist yet is one between nodes.
    response = np.append(responses_of_lanes(network), TRANSFERS)
    parts = []
    for hop in range(along.lane.shape[1]):
        on_path, is_a = along.on_path[:, hop], response[np.minimum(along.lane[:, hop], len(response) - 1)]
        for name in (TRANSFER, PURCHASE):
            here = on_path & (is_a == response_bit(name))
            for node in (along.origin[:, hop], along.destination[:, hop]):
                at = np.flatnonzero(here & is_closed(network, request, node, sku, name))
                level = _levels(network, node[at], sku[at])
                text = name + "s allowed for " + level + " alerts"
                place = level if name == TRANSFER else level + "/" + name
                parts.append(part(at, "request.response_policy", place, np.ones(len(at)), text))
            at = np.flatnonzero(here & (request.responses is not None and name not in request.responses))
            text = name + "s among the responses that the request names"
            parts.append(part(at, "request.responses", same_words(name, len(at)), np.ones(len(at)), [text] * len(at)))
    return parts


def _levels(network: Network, node: Ints, sku: Ints) -> Words:
    """Names of the highest severities at positions with alerts."""
    alerts, n_nodes = network.alerts, max(len(network.nodes), 1)
    keys, place = np.unique(alerts.sku.astype(np.int64) * n_nodes + alerts.node, return_inverse=True)
    highest = np.zeros(len(keys), dtype=np.int64)
    np.maximum.at(highest, place, alerts.severity.astype(np.int64))
    names = np.array([each.name.lower() for each in Severity], dtype=np.object_)
    return np.asarray(names[highest[np.searchsorted(keys, sku * n_nodes + node)]])


def _demands_to_send(example: Example) -> list[Part]:
    """Over-stock alerts that must be served at the position that misses units."""
    hard, parts = example.residual.must_send, list[Part]()
    order = np.argsort(hard.cell, kind="stable")
    first = np.searchsorted(hard.cell[order], example.moves.paths.receiver)
    last = np.searchsorted(hard.cell[order], example.moves.paths.receiver, side="right")
    for nth in range(int((last - first).max(initial=0))):
        row = np.flatnonzero(first + nth < last)
        alert = order[first[row] + nth]
        missing = example.moves.units[row] - hard.slack[alert]
        row, alert, missing = row[missing > 0], alert[missing > 0], missing[missing > 0]
        name = example.network.alerts.alert_id[hard.alert[alert]].astype(object)
        text = "alert " + name + " asking for " + counts(missing, "unit") + " less"
        parts.append(part(row, "alerts.units", name, -missing, text))
    return parts


def _frozen(example: Example) -> list[Part]:
    """Free all lines on the way: those that leave from some day on."""
    former, book, along = example.residual.request.former_plan, example.residual.book, example.along
    if former is None:
        return []
    is_frozen = np.append(book.frozen, np.False_)[along.line]
    departs = np.append(book.departs_day, 0)[along.line]
    first = np.where(is_frozen, departs, NO_LIMIT).min(axis=1, initial=NO_LIMIT)
    at = np.flatnonzero(is_frozen.any(axis=1))
    text = "lines frozen only where they leave before day " + numerals(first[at])
    less = first[at] - former.frozen_before_day
    return [part(at, "request.former_plan.frozen_before_day", same_words("", len(at)), less, text)]


def _shelf_life(example: Example) -> list[Part]:
    """Fewer days that must be left on arrival."""
    products, sku = example.network.products, example.sku
    missing = products.min_remaining_shelf_life_days[sku] - (example.expiry_day - example.moves.arrival_day)
    at = np.flatnonzero((missing > 0) & (example.moves.stack >= 0))
    name = products.sku_id[sku[at]].astype(object)
    text = "min_remaining_shelf_life_days of " + name + " lower by " + numerals(missing[at])
    return [part(at, "products.min_remaining_shelf_life_days", name, -missing[at], text)]


def _days(example: Example) -> list[Part]:
    """Save as many days as it takes, lane by lane, and then by letting units leave earlier."""
    along, network = example.along, example.network
    left = np.maximum(example.path_day - example.moves.arrival_day, 0)
    text = "a path faster by " + counts(left, "day")
    parts = []
    for hop in range(along.lane.shape[1]):
        lane = along.lane[:, hop]
        less = np.where(along.on_path[:, hop], np.minimum(left, example.residual.room.lead_days[lane]), 0)
        at = np.flatnonzero(less > 0)
        name = network.lanes.lane_id[lane[at]].astype(object)
        parts.append(part(at, "lanes.lead_time_days", name, -less[at], text[at]))
        left = left - less
    at = np.flatnonzero(left > 0)
    place = example.sender[at] + "/" + network.products.sku_id[example.sku[at]].astype(object)
    return [*parts, part(at, "stock.no_send_before_day", place, -left[at], text[at])]


def cheaper(example: Example) -> tuple[list[Part], Flags]:
    """Costs that would have to fall so that the moves pay by a margin: hurdles first, then dispatches, then units.

    Returns
    -------
    parts : list of Part
    enough : ndarray of bool, shape (n,)
        Whether the costs are as high as what is missing.
    """
    moves, along, residual = example.moves, example.along, example.residual
    unit = 10**example.network.money_decimals
    left = margin(example) - moves.net
    parts: list[Part] = []
    new = along.on_path & (np.append(residual.book.units, 0)[along.line] == 0)
    for name, charge, times in (
        ("request.min_dispatch_benefit", residual.room.dispatch_hurdle, moves.dispatches.sum(axis=1)),
        ("request.min_line_benefit", residual.room.line_hurdle, new.sum(axis=1)),
    ):
        less = np.where(times > 0, np.minimum(-(-left // np.maximum(times, 1)), charge), 0)
        at = np.flatnonzero((less > 0) & (left > 0))
        what = name.removeprefix("request.")
        text = what + " lower by " + amounts(example.network, less[at])
        parts.append(part(at, name, same_words("", len(at)), -less[at] / unit, text))
        left = left - np.where(left > 0, less * times, 0)
    lanes = example.network.lanes
    for column, cost, share in (
        ("fixed_cost", residual.room.fixed_cost, moves.dispatches),
        ("cost_per_unit", residual.room.cost_per_unit, np.repeat(moves.units[:, None], along.lane.shape[1], axis=1)),
    ):
        for hop in range(along.lane.shape[1]):
            lane, times = along.lane[:, hop], np.where(along.on_path[:, hop], share[:, hop], 0)
            less = np.where(times > 0, np.minimum(-(-left // np.maximum(times, 1)), cost[lane]), 0)
            at = np.flatnonzero((less > 0) & (left > 0))
            lane_id = lanes.lane_id[lane[at]].astype(object)
            text = column + " of lane " + lane_id + " lower by " + amounts(example.network, less[at])
            parts.append(part(at, "lanes." + column, lane_id, -less[at] / unit, text))
            left = left - np.where(left > 0, less * times, 0)
    parts_per_kg, left = _cheaper_per_kg(example, left)
    return of_quotes(example.network, [each for each in parts + parts_per_kg if len(each.row)]), left <= 0


def _cheaper_per_kg(example: Example, left: Ints) -> tuple[list[Part], Ints]:
    """Save money by lower costs per kilogram, and say what is left to save."""
    along, lanes = example.along, example.network.lanes
    unit, units, parts = 10**example.network.money_decimals, example.moves.units, list[Part]()
    weight_kg = np.nan_to_num(example.network.products.unit_weight_kg)[example.sku]
    per_kg = np.append(lanes.cost_per_kg, 0.0)
    for hop in range(along.lane.shape[1]):
        lane = along.lane[:, hop]
        # A unit's cost is rounded as one number, so a money unit less may be a money unit that cannot be saved.
        most = np.maximum(np.floor(per_kg[lane] * weight_kg * unit).astype(np.int64) - 1, 0)
        less = np.where(along.on_path[:, hop] & (units > 0), np.minimum(-(-left // np.maximum(units, 1)), most), 0)
        at = np.flatnonzero((less > 0) & (left > 0))
        lane_id = lanes.lane_id[lane[at]].astype(object)
        amount = (less[at] + 1) / unit / weight_kg[at]
        text = (
            "cost_per_kg of lane "
            + lane_id
            + " lower by "
            + amounts(example.network, np.ceil(amount * unit).astype(np.int64))
        )
        parts.append(part(at, "lanes.cost_per_kg", lane_id, -amount, text))
        left = left - np.where(left > 0, less * units, 0)
    return parts, np.asarray(left)


def margin(example: Example) -> int:
    """Money by which a fix goes beyond the point where a move pays nothing."""
    return int(max(10 ** (example.network.money_decimals - CENTS), 1))


def gather(parts: list[Part], of_unmet: list[Ints]) -> FixChanges:
    """Put the parts of all fixes into one table, in order of the unmet rows.

    Parameters
    ----------
    parts : list of Part
    of_unmet : list of ndarray of int64
        Row of the `Unmet` table of every example that each part's `row` counts, one for each part.

    Returns
    -------
    FixChanges
        A change that several lanes of a path ask for appears once.
    """
    rows = [owner[each.row] for each, owner in zip(parts, of_unmet, strict=True)]
    unmet = np.concatenate([*rows, np.empty(0, dtype=np.int64)])
    names = np.concatenate([*(same_words(each.field, len(each.row)) for each in parts), same_words("", 0)])
    place = np.concatenate([*(each.place for each in parts), same_words("", 0)])
    amount = np.concatenate([*(each.amount for each in parts), np.empty(0)])
    order = np.argsort(unmet, kind="stable")
    seen: set[tuple[int, str, str]] = set()
    keep = []
    for at, key in zip(
        order.tolist(), zip(unmet[order].tolist(), names[order], place[order], strict=True), strict=True
    ):
        if key not in seen:
            seen.add(key)
            keep.append(at)
    kept = np.array(keep, dtype=np.int64)
    return FixChanges(unmet[kept], names[kept], place[kept], amount[kept])
