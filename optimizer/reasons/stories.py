"""The words for unmet demand: a concrete example, and the cheapest fix with its cost and worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.outside import node_words, outside_nodes
from optimizer.plan import UNKNOWN_MONEY
from optimizer.reasons.changes import breaking, cheaper, joined, margin
from optimizer.reasons.examples import Example
from optimizer.reasons.line_book import matters
from optimizer.reasons.parts import Part, part
from optimizer.reasons.residual import Residual
from optimizer.reasons.supply import Offer, buying
from optimizer.reasons.words import Words, amounts, counts, kilograms, numerals, same_words

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Told:
    """Reasons and cheapest fixes, shape ``(n,)`` each."""

    reason: Words
    fix: Words
    parts: list[Part]
    cost: Ints
    """Of the fix in money units; `UNKNOWN_MONEY` where the request does not say."""
    worth: Ints
    """What the objective gains at least; `UNKNOWN_MONEY`: not known."""


ExampleTeller = Callable[[Example], Told]


def told_of(reason: Words, offer: Offer) -> Told:
    """Put a reason and units to buy together."""
    return Told(reason, offer.words, [offer.part], offer.cost, offer.worth)


def unknown_money(n: int) -> Ints:
    """Column of amounts that nobody knows."""
    return np.full(n, UNKNOWN_MONEY, dtype=np.int64)


def _fixed(reason: Words, example: Example, parts: list[Part], tail: Words | str) -> Told:
    """Put a reason and the changes that let the example happen together."""
    n = len(example)
    fix = joined(n, parts)
    worth = np.where(_is_certain(example, parts), example.moves.net, UNKNOWN_MONEY)
    text = np.asarray(fix.words + ", worth " + example.money(example.moves.net) + tail, dtype=np.object_)
    return Told(reason, text, parts, unknown_money(n), worth)


def _is_certain(example: Example, parts: list[Part]) -> NDArray[np.bool_]:
    """Whether nothing else that changes with the fixes can cost more than the moves earn."""
    certain = np.ones(len(example), dtype=np.bool_)
    request, network = example.residual.request, example.network
    for each in parts:
        # Alerts that begin to select may carry weights, and demands.
        if each.field == "request.response_policy" and (request.severity_weights or network.alerts.must_serve.any()):
            certain[each.row] = False
        # Lines of a former plan cannot stay what they are where their lane takes another time.
        if each.field in ("lanes.lead_time_days", "stock.no_send_before_day") and matters(request.former_plan):
            certain[each.row] = False
        if each.field == "stock.no_send_before_day":
            certain[each.row] &= ~example.residual.cells.transit[example.moves.paths.sender[each.row]]
    return certain


def kept_by_frozen_lines(residual: Residual, index: Ints, line: Ints, worth: Ints) -> Told:
    """Say where frozen lines take the units, what they are worth, and from which day on lines would have to be free."""
    network, lines, n = residual.network, residual.lines, len(index)
    node_id = node_words(network)
    reason = "nothing is left to give: a frozen line takes " + counts(lines.units[line], "unit") + " from "
    reason = reason + node_id[lines.origin[line]] + " to " + node_id[lines.destination[line]] + ", worth "
    reason = reason + amounts(network, worth) + " a unit, here " + amounts(network, residual.gain(index))
    former, day = residual.request.former_plan, lines.departs_day[line]
    before = 0 if former is None else former.frozen_before_day
    text = np.asarray("lines frozen only where they leave before day " + numerals(day), dtype=np.object_)
    name = "request.former_plan.frozen_before_day"
    less = part(np.arange(n), name, same_words("", n), day - before, text)
    return Told(reason, text, [less], unknown_money(n), unknown_money(n))


def never_fresh_enough(residual: Residual, index: Ints) -> Told:
    """Say that not even fresh units would be sold before they expire."""
    n, sku = len(index), residual.cells.sku[residual.unmet_cell[index]]
    shelf_life = residual.network.products.shelf_life_days[sku]
    reason = "no unit is left that keeps long enough, and fresh ones expire on day " + numerals(shelf_life)
    reason = np.asarray(reason + ", before they are sold", dtype=np.object_)
    return Told(reason, same_words("units that keep longer", n), [], unknown_money(n), unknown_money(n))


def no_case(example: Example) -> Told:
    """Say that the best sender would lose more than a case is worth here."""
    moves = example.moves
    reason = "units are worth as much where they are: " + counts(moves.units, "unit") + ", a case, lose "
    reason = reason + example.money(moves.loss) + " at " + example.sender + " and earn " + example.money(moves.gain)
    return told_of(reason + " here", buying(example.residual, example.index))


def no_lane(example: Example) -> Told:
    """Name a node with spare units and what a lane from there would be worth."""
    moves, residual = example.moves, example.residual
    reason = example.sender + " may give " + counts(residual.stacks.may_leave[moves.stack], "more unit")
    reason = reason + ", but no path of lanes leads from there to " + example.receiver
    at = np.arange(len(example))
    text = "a lane from " + example.sender + " to " + example.receiver
    new = part(at, "lanes", example.sender + ">" + example.receiver, np.ones(len(at)), text)
    tail = " for " + counts(moves.units, "unit") + " before its costs"
    return _fixed(reason, example, [new, *breaking(example)], tail)


def too_late(example: Example) -> Told:
    """Say when the fastest path arrives and until when it would have to."""
    last, day = example.last_day, example.path_day
    reason = "the fastest path " + example.path + " arrives on day " + numerals(day)
    until = "; more units count until day " + numerals(last)
    reason = reason + np.where(last < day, until, "; too few units that come then would count")
    return _fixed(reason, example, breaking(example), " for " + counts(example.moves.units, "unit"))


def _would_earn(example: Example) -> Words:
    moves = example.moves
    load = moves.units * example.residual.weight[example.sku]
    text = counts(moves.units, "unit") + " (" + kilograms(load) + ") from " + example.sender + " over " + example.path
    return np.asarray(text + " would earn " + example.money(moves.net), dtype=np.object_)


def blocked(example: Example) -> Told:
    """Say what units would earn and which rules stand against it."""
    parts = breaking(example)
    against = joined(len(example), [each for each in parts if each.field != "lanes.max_dispatches"]).words
    reason = _would_earn(example) + np.where(against == "", "", ", but needs " + against) + _full_lanes(example)
    return _fixed(reason, example, parts, " after all costs")


def _full_lanes(example: Example) -> Words:
    """Name the lanes that are full, with what they run."""
    room, along, moves = example.residual.room, example.along, example.moves
    text = same_words("", len(example))
    if not example.lifted.capacity:
        return text
    for hop in range(along.lane.shape[1]):
        lane = along.lane[:, hop]
        more = room.runs[lane] + moves.dispatches[:, hop] > room.most_runs[lane]
        at = np.flatnonzero(along.on_path[:, hop] & more)
        lane = lane[at]
        runs = numerals(room.runs[lane]) + " of " + numerals(room.most_runs[lane])
        name = example.network.lanes.lane_id[lane].astype(object)
        free = kilograms(room.most_load[lane] - room.load[lane])
        text[at] += ", but lane " + name + " runs " + runs + " dispatches with room for " + free
    return text


def perishing(example: Example) -> Told:
    """Say that units would expire before they are sold, and what fresh ones would be worth."""
    moves = example.moves
    reason = counts(moves.units, "unit") + " from " + example.sender + " over " + example.path + " would expire on day "
    reason = reason + numerals(example.expiry_day) + ", before they are sold or long enough on arrival"
    return told_of(reason, buying(example.residual, example.index))


def uneconomic(example: Example) -> Told:
    """Set what the units would earn against what they would cost."""
    moves = example.moves
    short = np.maximum(margin(example) - moves.net, 0)
    each = -(-short // np.maximum(moves.units, 1))
    lower, enough = cheaper(example)
    parts = [*breaking(example), *lower]
    fix = joined(len(example), parts).words
    a_unit = np.where(each < margin(example), "", " (" + example.money(each) + " a unit)")
    fix = "moving them cheaper by " + example.money(short) + a_unit + ": " + fix
    fix = fix + np.where(moves.fixed_cost >= np.maximum(short, 1), ", or goods that share the dispatch", "")
    worth = np.where(_is_certain(example, parts), margin(example), UNKNOWN_MONEY)
    return _or_buying(example, Told(bill(example), fix, parts, unknown_money(len(fix)), worth), enough)


def _or_buying(example: Example, told: Told, enough: NDArray[np.bool_]) -> Told:
    """Offer units to buy where even free moves would not do: the units are worth as much at the sender."""
    offer = buying(example.residual, example.index)
    kept = [_rows_where(each, enough) for each in told.parts]
    return Told(
        told.reason,
        np.where(enough, told.fix, offer.words),
        [*kept, _rows_where(offer.part, ~enough)],
        np.where(enough, told.cost, offer.cost),
        np.where(enough, told.worth, offer.worth),
    )


def _rows_where(each: Part, holds: NDArray[np.bool_]) -> Part:
    at = holds[each.row]
    return Part(each.row[at], each.field, each.place[at], each.amount[at], each.words[at])


def bill(example: Example) -> Words:
    """Say what moves would earn and what they would cost."""
    moves, money, sender = example.moves, example.money, example.sender
    text = counts(moves.units, "unit") + " from " + sender + " over " + example.path + " would earn "
    text = text + money(moves.gain) + " and cost " + money(moves.cost) + ": "
    bought = outside_nodes(example.network)[example.residual.cells.node[moves.paths.sender]]
    kept = money(moves.loss) + " worth at " + sender + ", " + money(moves.unit_cost) + " to move them"
    text = text + np.where(bought, money(moves.unit_cost) + " to buy them and to move them", kept)
    runs = moves.dispatches.sum(axis=1)
    for column, what in (
        (moves.fixed_cost, " for " + counts(runs, "more dispatch")),
        (moves.hurdles, same_words(" that lines and dispatches must earn", len(moves))),
        (moves.change_cost, same_words(" for changing the former plan", len(moves))),
    ):
        paid = np.flatnonzero(column != 0)
        text[paid] += ", " + money(column[paid]) + what[paid]
    return np.asarray(text, dtype=np.object_)


def time_limit(example: Example) -> Told:
    """Say what would still pay as far as seen."""
    worth = example.money(example.moves.net)
    reason = counts(example.moves.units, "unit") + " from " + example.sender + " over " + example.path
    reason = reason + " would earn " + worth + " more; the search stopped before"
    return Told(reason, "search longer, worth " + worth, [], unknown_money(len(example)), example.moves.net)


def unknown(example: Example) -> Told:
    """Say what was looked at, and no more."""
    moves, residual = example.moves, example.residual
    reason = counts(moves.units, "unit") + " from " + example.sender + " over " + example.path + " would earn "
    reason = reason + example.money(moves.gain - moves.cost) + " alone, yet no better plan moves them"
    left = np.append(residual.stacks.may_leave, 0)[moves.stack]
    too_few = np.flatnonzero(~moves.possible & (moves.smallest > left))
    some = example.take(too_few)
    reason[too_few] = "cases, smallest lines or dispatches over " + some.path + " ask for at least "
    reason[too_few] += counts(some.moves.smallest, "unit") + "; " + some.sender + " may give "
    reason[too_few] += counts(left[too_few], "more unit")
    uncounted = np.flatnonzero(~moves.possible & (moves.smallest <= left) & (moves.wanted == 0))
    reason[uncounted] = "none of the units over " + example.take(uncounted).path + " would count as stock"
    too_light = np.flatnonzero(~moves.possible & (moves.smallest <= left) & (moves.wanted > 0))
    reason[too_light] = "the units would need a further dispatch over " + example.take(too_light).path
    reason[too_light] += ", which would stay below its least load"
    n = len(moves)
    return Told(reason, same_words("unknown", n), [], unknown_money(n), unknown_money(n))
