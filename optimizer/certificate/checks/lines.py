"""What can be said of each line of a plan by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.columns import NO_LIMIT
from network.lane_rules import may_carry
from network.outside import exit_of_lane, open_days
from network.tables import Network
from optimizer.certificate.feeding import unfed_lines
from optimizer.certificate.plan_columns import UsablePlan
from optimizer.certificate.settled_plan import SettledPlan
from optimizer.certificate.violations import ViolationLog, line_place
from optimizer.scope import nodes_in_scope, skus_in_scope
from optimizer.worth.economics import give_units
from optimizer.worth.lots import expires, own_lots

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

RULES: Final = (
    "in_scope",
    "lane_rules",
    "duplicate_line",
    "known_expiry",
    "shelf_life",
    "case_pack",
    "min_line_units",
    "units_exist",
    "arrives_day",
    "no_send_before_day",
    "fed",
)


@dataclass(frozen=True, slots=True)
class _LineRule:
    """A rule that each line keeps or breaks by itself."""

    rule: str
    broken: Flags
    amount: NDArray[Any]
    message: str
    """With ``{units}``, ``{day}``, ``{expiry}`` and ``{limit}``."""
    limit: NDArray[Any]


def check_lines(settled: SettledPlan, log: ViolationLog) -> None:
    """Check the rules of lines, their days and what they may carry."""
    network, plan = settled.network, settled.columns
    rules = [*_rules_of_scope(settled), *_rules_of_units(network, plan), *_rules_of_days(settled)]
    for check in rules:

        def describe(index: int, check: _LineRule = check) -> tuple[str, str]:
            place = line_place(network, int(plan.lane[index]), int(plan.sku[index]))
            words = {
                "units": plan.units[index],
                "day": plan.arrives_day[index],
                "expiry": plan.expiry_day[index],
                "limit": check.limit[index],
            }
            return place, check.message.format(**words)

        log.add(check.rule, check.broken, check.amount, describe)


def _rules_of_scope(settled: SettledPlan) -> list[_LineRule]:
    """Rules of what may be touched, and by which lane."""
    network, request, plan, lines = settled.network, settled.request, settled.columns, settled.settlement.lines
    units = plan.units
    nodes = nodes_in_scope(network, request)
    sku_out = ~skus_in_scope(network, request)[plan.sku]
    node_out = ~(nodes[lines.origin] & nodes[lines.destination])
    forbidden = ~may_carry(network, plan.lane, plan.sku)
    one = np.ones(len(units), dtype=np.int64)
    return [
        _LineRule("in_scope", sku_out, units, "moves {units} units of a SKU outside the request's scope", one),
        _LineRule("in_scope", node_out, units, "moves {units} units to or from a node outside the scope", one),
        _LineRule("lane_rules", forbidden, units, "moves {units} units of a SKU that the lane may not carry", one),
    ]


def _rules_of_units(network: Network, plan: UsablePlan) -> list[_LineRule]:
    """Rules of how many units, and of which expiry day, a line may have."""
    units, day, expiry = plan.units, plan.arrives_day, plan.expiry_day
    pack, least = network.products.case_pack[plan.sku], network.lanes.min_line_units[plan.lane]
    expiring, never = expires(network)[plan.sku], expiry >= NO_LIMIT
    remaining = network.products.min_remaining_shelf_life_days[plan.sku]
    stays = exit_of_lane(network)[plan.lane] < 0
    too_old = expiring & ~never & stays & (expiry - day < remaining)
    repeated = _repeated(plan.lane, plan.sku, day, expiry)
    exist = _units_that_exist(network, plan)
    one = np.ones(len(units), dtype=np.int64)
    same = "a second line with the same lane, SKU, day {day} and expiry day"
    old = "expires on day {expiry}, must keep {limit} days after day {day}"
    return [
        _LineRule("duplicate_line", repeated, units, same, one),
        _LineRule("known_expiry", ~expiring & ~never, units, "expires on day {expiry}, the SKU does not expire", one),
        _LineRule("shelf_life", too_old, remaining - (expiry - day), old, remaining),
        _LineRule("case_pack", units % pack != 0, units % pack, "{units} units are no multiple of {limit}", pack),
        _LineRule("min_line_units", units < least, least - units, "{units} units, a line needs {limit}", least),
        _LineRule("units_exist", units > exist, units - exist, "{units} units, all nodes may give {limit}", exist),
    ]


def _rules_of_days(settled: SettledPlan) -> list[_LineRule]:
    """Rules of when a line may leave, and whether its units come from somewhere."""
    network, plan, settlement = settled.network, settled.columns, settled.settlement
    lines, day = settlement.lines, plan.arrives_day
    lead, own = lines.lead_days, ~network.nodes.transit[lines.origin]
    release = settlement.positions.release_day[settlement.from_position]
    rested = lead + np.where(own, release, 0)
    expected = np.maximum(rested, lead + open_days(network)[0][plan.lane])
    early = own & (day >= lead) & (day < rested)
    waits = own & (day > expected)
    rests = "arrives on day {day}, own stock may leave so that it arrives on day {limit}"
    return [
        _LineRule("arrives_day", day < lead, lead - day, "arrives on day {day}, the lane takes {limit} days", lead),
        _LineRule("arrives_day", waits, day - expected, "arrives on day {day}, own stock does so on {limit}", expected),
        _LineRule("no_send_before_day", early, rested - day, rests, rested),
        _LineRule("fed", unfed_lines(network, settlement), plan.units, "{units} units that no own stock reaches", lead),
    ]


def _units_that_exist(network: Network, plan: UsablePlan) -> Ints:
    """Units that all positions of each line's SKU may give together, of its expiry day where the SKU expires."""
    exist = np.zeros(len(network.products), dtype=np.int64)
    np.add.at(exist, network.stock.sku, give_units(network))
    most = exist[plan.sku]
    lines = np.flatnonzero(expires(network)[plan.sku])
    if len(lines):
        moved = np.zeros(len(network.products), dtype=np.bool_)
        moved[plan.sku[lines]] = True
        lots = own_lots(network, np.flatnonzero(moved[network.stock.sku]))
        keys, number = np.unique(_of_day(network.stock.sku[lots.row], lots.expiry_day), return_inverse=True)
        total = np.zeros(len(keys) + 1, dtype=np.int64)
        np.add.at(total, number, lots.give)
        wanted = _of_day(plan.sku[lines], plan.expiry_day[lines])
        place = np.searchsorted(keys, wanted)
        most[lines] = np.where(np.append(keys, -1)[place] == wanted, total[place], 0)
    return most


def _of_day(sku: NDArray[np.integer[Any]], expiry_day: Ints) -> Ints:
    """One number per SKU and expiry day."""
    return np.asarray(sku.astype(np.int64) * 2**32 + expiry_day + 1)


def _repeated(lane: Ints, sku: Ints, *columns: Ints) -> Flags:
    """Mark rows that repeat an earlier one."""
    pairs = np.sort(lane * (sku.max(initial=0) + 1) + sku)
    if np.all(pairs[1:] > pairs[:-1]):  # soon seen, and the common case
        return np.zeros(len(lane), dtype=np.bool_)
    columns = (lane, sku, *columns)
    order = np.lexsort(columns)
    same = np.ones(max(len(order) - 1, 0), dtype=np.bool_)
    for column in columns:
        same &= column[order][1:] == column[order][:-1]
    repeated = np.zeros(len(order), dtype=np.bool_)
    # lexsort is stable, so of equal rows the first in the plan stays unmarked.
    repeated[order[1:][same]] = True
    return repeated
