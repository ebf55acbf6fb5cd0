"""What an award costs when suppliers fail, and whether it survives the loss of any one winner.

The section "Risk" of docs/sourcing.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import networkx as nx
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import maximum_flow

from network.columns import NO_LIMIT
from network.events import Event, RiskMeasure
from optimizer.bidding.failures import Failures
from optimizer.bidding.limits import MILLIONTHS, millionths
from optimizer.certificate.award_checks import supplier_place
from optimizer.certificate.event_reading import EventReading
from optimizer.certificate.violations import ViolationLog

Ints = NDArray[np.int64]

RULES: Final = ("risk.survive_share",)

ANY_NUMBER: Final = 2**61
"""As a capacity: none; sums of units stay below it, where they may exceed `NO_LIMIT`."""

_SCENARIOS_AT_ONCE: Final = 256
"""Of which the units that arrive are held in memory."""

_LARGEST_FLOW: Final = int(np.iinfo(np.int32).max)
"""Of scipy's maximum flow."""


def risk_measure(event: Event, reading: EventReading, units: Ints, paid: Ints) -> int:
    """Measure what an award costs when suppliers fail, in money.

    Parameters
    ----------
    event : Event
        One whose `Risk.measure` is not NONE.
    reading : EventReading
    units, paid : ndarray of int64, shape (n_bids,)
        What is bought of each bid, and its spend and freight in money.
    """
    if reading.failures is None:
        raise ValueError("the event measures no risk")
    cost, probability = _scenario_costs(event, reading, reading.failures, units, paid), reading.failures.probability
    expected = Fraction(_dot(probability, cost), MILLIONTHS)
    if event.risk.measure == RiskMeasure.EXPECTATION:
        return _rounded(expected)
    level, weight = (int(share) for share in millionths(np.array([event.risk.cvar_level, event.risk.cvar_weight])))
    worst = _mean_of_worst(cost, probability, MILLIONTHS - level)
    return _rounded((1 - Fraction(weight, MILLIONTHS)) * expected + Fraction(weight, MILLIONTHS) * worst)


def _rounded(amount: Fraction) -> int:
    """Round to whole money, halves down: a bound that is short of a half by a solver's tolerance rounds alike."""
    return math.ceil(amount - Fraction(1, 2))


def _mean_of_worst(cost: Ints, probability: Ints, tail: int) -> Fraction:
    """Mean cost of the worst scenarios, so many millionths of them; of none: the worst one's."""
    order = np.argsort(-cost, kind="stable")
    order = order[probability[order] > 0]
    if not tail:
        return Fraction(int(cost[order[0]]))
    before = np.cumsum(probability[order]) - probability[order]
    counted = np.clip(tail - before, 0, probability[order])
    return Fraction(_dot(counted, cost[order]), tail)


def _dot(probability: Ints, cost: Ints) -> int:
    """Sum of products, which do not fit 64 bits."""
    return sum(p * c for p, c in zip(probability.tolist(), cost.tolist(), strict=True))


def _scenario_costs(event: Event, reading: EventReading, failures: Failures, units: Ints, paid: Ints) -> Ints:
    """Cost of an award in every scenario, money; shape ``(n_scenarios,)``."""
    bids, n_items, n_suppliers = event.bids, len(event.items), len(event.suppliers)
    line = np.flatnonzero(units)
    supplier, item = bids.supplier[line], bids.item[line]
    by_supplier = np.zeros(n_suppliers, dtype=np.int64)
    np.add.at(by_supplier, supplier, paid[line])
    fixed = int(reading.fixed_cost[np.unique(supplier)].sum())
    sold = csr_array(coo_array((units[line], (supplier, item)), shape=(n_suppliers, n_items)))
    costs = [np.empty(0, dtype=np.int64)]
    for first in range(0, len(failures.probability), _SCENARIOS_AT_ONCE):
        delivers = (~failures.fails[first : first + _SCENARIOS_AT_ONCE]).astype(np.int64)
        missing = np.maximum(event.items.units - delivers @ sold, 0)
        costs.append(delivers @ by_supplier + fixed + missing @ reading.shortage_penalty)
    return np.concatenate(costs)


def check_survival(event: Event, reading: EventReading, units: Ints, log: ViolationLog) -> None:
    """Check that without any one winner the others can still deliver what must be, where that is asked for."""
    if event.risk.survive_share is None:
        return
    share = int(millionths(np.array([event.risk.survive_share]))[0])
    needed = np.where(reading.must_cover, -(-share * event.items.units // MILLIONTHS), 0)
    line = np.flatnonzero((units > 0) & (needed[event.bids.item] > 0))
    supplier, item = (column[line].astype(np.int64) for column in (event.bids.supplier, event.bids.item))
    offered = _Offered(supplier, item, reading.offers.most_units[line])
    capacity = capacity_in_units(event)
    winners = np.unique(event.bids.supplier[units > 0])
    missing = np.array([_missing(needed, capacity, offered.without(lost)) for lost in winners.tolist()])
    log.add(
        "risk.survive_share",
        missing > 0,
        missing,
        lambda i: (
            supplier_place(event, int(winners[i])),
            f"without it the other winners cannot deliver {missing[i]} of the units that must be covered",
        ),
    )


@dataclass(frozen=True, slots=True)
class _Offered:
    """Bids that win of items that are needed, shape ``(n,)`` each."""

    supplier: Ints
    item: Ints
    most_units: Ints

    def without(self, lost: int) -> _Offered:
        """Leave out the bids of a supplier."""
        at = np.flatnonzero(self.supplier != lost)
        return _Offered(self.supplier[at], self.item[at], self.most_units[at])


def capacity_in_units(event: Event) -> Ints:
    """Units that each supplier can deliver, whatever they are of; `ANY_NUMBER`: no limit; shape ``(n_suppliers,)``."""
    largest = np.ones(len(event.suppliers), dtype=np.int64)
    np.maximum.at(largest, event.bids.supplier, event.bids.capacity_per_unit)
    capacity = event.suppliers.capacity_units
    return np.where(capacity < NO_LIMIT, capacity // largest, ANY_NUMBER)


def _missing(needed: Ints, capacity: Ints, offered: _Offered) -> int:
    """Units that cannot be delivered: what is needed less a greatest flow from suppliers over bids to items.

    Suppliers that can serve all their bids at once take no part in it, only those whose capacity has to be shared out.
    """
    supplier, item = offered.supplier, offered.item
    most = np.minimum(offered.most_units, needed[item])
    asked, free = np.zeros(len(capacity), dtype=np.int64), np.zeros(len(needed), dtype=np.int64)
    np.add.at(asked, supplier, most)
    shared = (asked > capacity)[supplier]
    np.add.at(free, item[~shared], most[~shared])
    left = np.maximum(needed - free, 0)
    edge = np.flatnonzero(shared & (left[item] > 0))
    carried = _greatest_flow(left, capacity, _Offered(supplier[edge], item[edge], most[edge]))
    return int(left.sum()) - carried


def _greatest_flow(left: Ints, capacity: Ints, offered: _Offered) -> int:
    """Most units that bids can bring from suppliers to items."""
    if not len(offered.supplier):
        return 0
    givers, giver = np.unique(offered.supplier, return_inverse=True)
    takers, taker = np.unique(offered.item, return_inverse=True)
    source, sink = len(givers) + len(takers), len(givers) + len(takers) + 1
    tail = np.concatenate([np.full(len(givers), source), giver, len(givers) + np.arange(len(takers))])
    head = np.concatenate([np.arange(len(givers)), len(givers) + taker, np.full(len(takers), sink)])
    room = np.concatenate([capacity[givers], offered.most_units, left[takers]])
    graph = csr_array(coo_array((room, (tail, head)), shape=(sink + 1, sink + 1)))  # bids of one pair are added up
    if max(int(left[takers].sum()), int(graph.data.max())) <= _LARGEST_FLOW:
        return int(maximum_flow(graph.astype(np.int32), source, sink).flow_value)
    whole = nx.from_scipy_sparse_array(graph, create_using=nx.DiGraph, edge_attribute="capacity")
    return int(nx.maximum_flow_value(whole, source, sink))
