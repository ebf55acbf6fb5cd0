"""What a person wants to know of a network before asking for a plan: sizes, reach, weak points, what alerts ask for."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network.clearance_inspection import OtherResponses, other_responses
from network.clearance_tables import CLEARANCE_CLASSES
from network.columns import NO_LIMIT, NOT_GIVEN
from network.graph import components, givable_units
from network.outside import without_outside
from network.problems import Problem
from network.reach import CriticalNode, critical_nodes, earliest_days
from network.tables import AlertKind, Network, NodeKind, Severity

_SITES: Final = tuple(kind for kind in NodeKind if kind < NodeKind.EXIT)

_CRITICAL_WORK: Final = 2e11
"""Most bytes that the search for critical nodes may touch, about a minute."""

_BLOCK_CELLS: Final = 40_000_000
"""Most (destination, origin) days that are held at once."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How many alerted shortages some other node could relieve, capacity and money aside."""

    shortages: int
    """Shortage alerts that miss at least one unit."""
    with_donor: int
    """Those with a node in reach that has units of the SKU to give."""
    in_time: int
    """Those that can be reached by the day they are needed (by the horizon where no day is given)."""
    by_day: tuple[tuple[int, int], ...]
    """(day, shortages that a donor can reach by then), ascending."""

    @property
    def share(self) -> float:
        """Part of the shortages with a donor in reach; 1 when there are none."""
        return self.with_donor / self.shortages if self.shortages else 1.0


@dataclass(frozen=True, slots=True)
class WeakPoint:
    """A node whose loss cuts others off."""

    node_id: str
    pairs: int
    """(from, to) pairs of other nodes that lose every way."""
    cut_off: int
    """How many nodes lose sources."""
    cuts: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    """(nodes that are cut off, sources that they lose), the largest ten."""
    isolated: tuple[str, ...]
    """Nodes that nothing reaches any more."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the alerts of one kind and severity ask for."""

    kind: str
    severity: str
    alerts: int
    units: int
    must_serve: int
    """Alerts that are hard demands."""


@dataclass(frozen=True, slots=True)
class Balance:
    """Stock against demand, over the alerted SKUs."""

    skus: int
    skus_with_both: int
    """SKUs with surplus somewhere and shortage elsewhere: only these can gain by transfer."""
    surplus_units: int
    """Units that may be given and exceed the position's own demand."""
    shortage_units: int
    """Demand that stock and units in transit do not cover."""
    matched_units: int
    """The lesser of the two, SKU by SKU: no plan can serve more shortage from surplus."""


@dataclass(frozen=True, slots=True)
class Capacity:
    """What the lanes hold and cost."""

    lanes: int
    with_capacity: int
    with_fixed_cost: int
    median_fixed_cost: float
    """Of the lanes that have one; 0 when none has."""
    longest_lead_time_days: int
    total_kg: float | None
    """Kilograms that all lanes hold together; None when some lane has no limit."""
    matched_kg: float | None
    """Weight of `Balance.matched_units`; None when a weight is missing."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What `inspect_network` found."""

    currency: str
    as_of: str
    horizon_days: int
    sizes: dict[str, int]
    warnings: tuple[Problem, ...]
    groups: tuple[int, ...]
    """Sizes of the groups of connected nodes, the largest first."""
    reach: Reach
    critical: tuple[WeakPoint, ...] | None
    """The worst first; None when the network is too large to search."""
    alerts: tuple[Asked, ...]
    balance: Balance
    capacity: Capacity
    responses: OtherResponses

    def to_dict(self) -> dict[str, Any]:
        """Plain data for JSON."""
        plain: dict[str, Any] = asdict(self)
        plain["reach"]["share"] = self.reach.share
        return plain


def inspect_network(network: Network, warnings: Sequence[Problem] = ()) -> Inspection:
    """Look at a network from all sides.

    Parameters
    ----------
    warnings : sequence of Problem
        What reading warned about.
    """
    network = without_outside(network)
    surplus, shortage = _surplus_and_shortage(network)
    balance, matched = _balance(network, surplus, shortage)
    return Inspection(
        currency=network.currency,
        as_of=network.as_of,
        horizon_days=network.horizon_days,
        sizes=_sizes(network),
        warnings=tuple(warnings),
        groups=tuple(len(group) for group in components(network)),
        reach=_reach(network),
        critical=_weak_points(network),
        alerts=_asked(network),
        balance=balance,
        capacity=_capacity(network, matched),
        responses=other_responses(network),
    )


def units_asked(network: Network) -> NDArray[np.int64]:
    """Units each alert asks for, shape ``(n_alerts,)``; an empty cell: the position's own shortage or excess."""
    alerts, stock = network.alerts, network.stock
    row = network.stock_row(alerts.node, alerts.sku)
    missing = np.ceil(stock.demand_mean[row]).astype(np.int64)
    missing -= (stock.on_hand - stock.reserved + stock.in_transit)[row]
    own = np.maximum(0, np.where(alerts.kind == AlertKind.SHORTAGE, missing, -missing))
    return np.where(alerts.units == NOT_GIVEN, own, alerts.units)


def _sizes(network: Network) -> dict[str, int]:
    kinds = {f"{kind.name.lower()}s": int(np.count_nonzero(network.nodes.kind == kind)) for kind in _SITES}
    tables = (
        "nodes",
        "lanes",
        "products",
        "stock",
        "alerts",
        "lane_rules",
        "lots",
        "display_rules",
        *CLEARANCE_CLASSES,
    )
    return {
        **{name: len(getattr(network, name)) for name in tables},
        **kinds,
        "transit_nodes": int(np.count_nonzero(network.nodes.transit)),
        "alerted_skus": len(np.unique(network.alerts.sku)),
        "uncertain_positions": int(np.count_nonzero(network.stock.demand_std)),
        "expiring_skus": int(np.count_nonzero(_expires(network))),
        "displays": len(set(network.display_rules.display_id.tolist())),
    }


def _expires(network: Network) -> NDArray[np.bool_]:
    """Which products have a shelf life or a lot that expires, shape (n_products,)."""
    expires = network.products.shelf_life_days != NO_LIMIT
    expires[network.lots.sku[network.lots.expiry_days != NO_LIMIT]] = True
    return np.asarray(expires)


def _surplus_and_shortage(network: Network) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Units over and under demand of each position, shape ``(n_positions,)`` each."""
    stock = network.stock
    demand = np.ceil(stock.demand_mean).astype(np.int64)
    at_hand = stock.on_hand - stock.reserved
    surplus = np.clip(at_hand + stock.in_transit - demand, 0, givable_units(network))
    return surplus, np.maximum(0, demand - at_hand - stock.in_transit)


def _balance(
    network: Network, surplus: NDArray[np.int64], shortage: NDArray[np.int64]
) -> tuple[Balance, NDArray[np.int64]]:
    """Return the balance, and the matched units of each product."""
    n_products = len(network.products)
    alerted = np.zeros(n_products, dtype=bool)
    alerted[network.alerts.sku] = True
    over, under = (np.zeros(n_products, dtype=np.int64) for _ in range(2))
    np.add.at(over, network.stock.sku, surplus)
    np.add.at(under, network.stock.sku, shortage)
    over[~alerted] = under[~alerted] = 0
    matched = np.minimum(over, under)
    balance = Balance(
        skus=int(np.count_nonzero(alerted)),
        skus_with_both=int(np.count_nonzero(matched)),
        surplus_units=int(over.sum()),
        shortage_units=int(under.sum()),
        matched_units=int(matched.sum()),
    )
    return balance, matched


def _capacity(network: Network, matched: NDArray[np.int64]) -> Capacity:
    lanes = network.lanes
    fixed = lanes.fixed_cost[lanes.fixed_cost > 0]
    dispatches = np.where(lanes.max_dispatches == NO_LIMIT, np.inf, lanes.max_dispatches)
    total = float(np.sum((lanes.capacity_kg * dispatches)[dispatches > 0]))
    weight = float((matched * network.products.unit_weight_kg)[matched > 0].sum())
    return Capacity(
        lanes=len(lanes),
        with_capacity=int(np.count_nonzero(np.isfinite(lanes.capacity_kg))),
        with_fixed_cost=len(fixed),
        median_fixed_cost=float(np.median(fixed)) if len(fixed) else 0.0,
        longest_lead_time_days=int(lanes.lead_time_days.max(initial=0)),
        total_kg=total if math.isfinite(total) else None,
        matched_kg=weight if math.isfinite(weight) else None,
    )


def _asked(network: Network) -> tuple[Asked, ...]:
    alerts, units = network.alerts, units_asked(network)
    found = []
    for kind in AlertKind:
        for severity in reversed(Severity):
            chosen = (alerts.kind == kind) & (alerts.severity == severity)
            if chosen.any():
                count, hard = int(np.count_nonzero(chosen)), int(np.count_nonzero(chosen & alerts.must_serve))
                name = severity.name.lower().replace("_", " ")
                found.append(Asked(kind.name.lower(), name, count, int(units[chosen].sum()), hard))
    return tuple(found)


def _weak_points(network: Network) -> tuple[WeakPoint, ...] | None:
    hubs, n_nodes = int(np.count_nonzero(network.nodes.transit)), len(network.nodes)
    if hubs * max(1.0, math.log2(hubs or 1)) * n_nodes**2 / 8 > _CRITICAL_WORK:
        return None
    return tuple(_weak_point(network, loss) for loss in critical_nodes(network))


def _weak_point(network: Network, loss: CriticalNode) -> WeakPoint:
    name = network.nodes.node_id
    return WeakPoint(
        node_id=str(name[loss.node]),
        pairs=loss.pairs,
        cut_off=len(loss.cut_off),
        cuts=tuple((tuple(name[cut.receivers]), tuple(name[cut.sources])) for cut in loss.cuts),
        isolated=tuple(name[loss.isolated]),
    )


def _reach(network: Network) -> Reach:
    alerts = network.alerts
    rows = np.flatnonzero((alerts.kind == AlertKind.SHORTAGE) & (units_asked(network) > 0))
    first = _first_days(network, alerts.node[rows], alerts.sku[rows])
    reached = first[np.isfinite(first)]
    days, counts = np.unique(reached.astype(np.int64), return_counts=True)
    needed = np.minimum(alerts.needed_by_days[rows], network.horizon_days)
    return Reach(
        shortages=len(rows),
        with_donor=len(reached),
        in_time=int(np.count_nonzero(first <= needed)),
        by_day=tuple(zip(days.tolist(), np.cumsum(counts).tolist(), strict=True)),
    )


def _first_days(network: Network, node: NDArray[np.int32], sku: NDArray[np.int32]) -> NDArray[np.float64]:
    """Earliest day on which units of another node can be at each (node, SKU), infinity when never."""
    first = np.full(len(node), np.inf)
    donors = np.flatnonzero(givable_units(network) > 0)
    donor_sku, donor_node = network.stock.sku[donors], network.stock.node[donors]
    rest = network.stock.no_send_before_day[donors]
    for block in _blocks(np.unique(node), len(network.nodes)):
        days = earliest_days(network, block)
        days[np.arange(len(block)), block] = np.inf  # a node is no donor to itself
        place = np.full(len(network.nodes), -1, dtype=np.int64)
        place[block] = np.arange(len(block))
        rows = np.flatnonzero(place[node] >= 0)
        rows = rows[np.argsort(sku[rows], kind="stable")]
        skus, starts = np.unique(sku[rows], return_index=True)
        ends = np.append(starts[1:], len(rows))
        low, high = np.searchsorted(donor_sku, skus), np.searchsorted(donor_sku, skus, side="right")
        for start, end, left, right in zip(starts, ends, low, high, strict=True):  # one step per SKU
            here, there = node[rows[start:end]], donor_node[left:right]
            first[rows[start:end]] = (days[np.ix_(place[here], there)] + rest[left:right]).min(axis=1, initial=np.inf)
    return first


def _blocks(nodes: NDArray[np.int32], n_nodes: int) -> Iterator[NDArray[np.int64]]:
    """Parts of `nodes` whose days from everywhere fit in memory."""
    size = max(1, _BLOCK_CELLS // max(n_nodes, 1))
    for start in range(0, len(nodes), size):
        yield nodes[start : start + size].astype(np.int64)
