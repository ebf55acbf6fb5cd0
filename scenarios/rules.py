"""Any network with every rule switched on, at values that a planner would find in a network that is maintained.

    python -m scenarios.rules SOURCE_DIRECTORY OUT_DIRECTORY [--seed N]

Reads a network directory and writes it again with uncertain demand, lots that expire, lead times, capacities of nodes,
limits on lanes, forbidden categories, goods that just arrived, severities, displays, and a request that weighs
severities, closes yellow alerts and asks a least benefit of lines and dispatches. The constants below say how much of
each; what is drawn is drawn with the seed. Stock, demand, prices and lanes stay as they are.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from network import Network, read_network
from network.columns import NO_LIMIT
from network.tables import AlertKind, DisplayRules, LaneRules, Lots, NodeKind, Severity
from network.writing import write_network

VARIANCE_OF_DEMAND: Final = (1.0, 3.0)
"""Variance as a multiple of the mean: from Poisson to promotions."""

EXPIRING_SKUS: Final = 1 / 3
"""Share of the SKUs that expire."""
EXPIRY_DAYS: Final = (10, 60)
BATCHES: Final = 2
"""Deliveries that the stock of an expiring SKU comes from; every position holds lots of each."""
MIN_REMAINING_DAYS: Final = 3

LEAD_TIME_KM: Final = (100.0, 400.0)
"""From these distances on a lane to a store takes 1 and 2 days. Lanes to warehouses are overnight runs: 0 days."""
EARTH_RADIUS_KM: Final = 6371.0

TIGHT_NODES: Final = 0.1
"""Share of the nodes with less capacity than they usually use."""
CAPACITY_OF_USE: Final = (0.75, 1.5)
"""Capacity as a share of usual use, at tight nodes and at all others."""
LEAST_CAPACITY: Final = 20
"""Units; nobody is staffed for less."""

STORE_LANES: Final = (3, 4)
"""Most lanes out of and into a store."""
WAREHOUSE_LANES: Final = (40, 40)

CATEGORIES: Final = 5
"""Made where the source names none."""
FORBIDDEN_LANES: Final = 0.1
"""Share of the lanes that do not carry the first category."""

RESTING_ROWS: Final = 0.02
"""Share of the positions whose goods just arrived, and rest a day or two."""

SEVERITY_SHARES: Final = (0.05, 0.55, 0.40)
"""Yellow, orange, red; yellow alerts are left alone (`REQUEST`)."""

DISPLAYS: Final = 50
DISPLAY_SKUS: Final = 3
"""A display is a run of so many SKUs; at most a quarter of all SKUs are in one."""
BROKEN_PRICE: Final = 5.0

REQUEST: Final[dict[str, Any]] = {
    "severity_weights": {"orange": 1.0, "red": 1.5},
    "response_policy": {"yellow": ["keep"]},
    "min_line_benefit": 2.0,
    "min_dispatch_benefit": 5.0,
}


def with_rules(network: Network, seed: int) -> Network:
    """Switch every rule on.

    Parameters
    ----------
    network : Network
        Any valid network; rules that it has already are replaced.
    seed : int
        Of everything that is drawn.

    Returns
    -------
    Network
        The same nodes, lanes, stock, prices and alerts, under all rules.
    """
    random = np.random.default_rng(seed)
    mean = network.stock.demand_mean
    network = replace(
        network,
        stock=replace(
            network.stock,
            demand_std=np.sqrt(mean * random.uniform(*VARIANCE_OF_DEMAND, len(mean))).round(4),
            no_send_before_day=np.where(random.random(len(mean)) < RESTING_ROWS, random.integers(1, 3, len(mean)), 0),
        ),
        lanes=replace(network.lanes, lead_time_days=lead_times(network)),
        alerts=replace(
            network.alerts,
            severity=random.choice(
                [Severity.YELLOW, Severity.ORANGE, Severity.RED], len(network.alerts), p=SEVERITY_SHARES
            ).astype(np.int8),
        ),
        request={**network.request, **REQUEST},
    )
    network = _with_lots(network, random)
    network = _with_node_rules(network, random)
    network = _with_lane_rules(network, random)
    return replace(network, display_rules=_displays(network, random))


def lead_times(network: Network) -> NDArray[np.int64]:
    """Days on the way: to stores by distance, 1 where a place is not known; to warehouses 0, shape (n_lanes,)."""
    latitude, longitude = np.radians(network.nodes.latitude), np.radians(network.nodes.longitude)
    start, end = network.lanes.origin, network.lanes.destination
    chord = (
        np.sin((latitude[end] - latitude[start]) / 2) ** 2
        + np.cos(latitude[start]) * np.cos(latitude[end]) * np.sin((longitude[end] - longitude[start]) / 2) ** 2
    )
    distance_km = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(chord, 0, 1)))
    days = np.searchsorted(LEAD_TIME_KM, distance_km, side="right")
    to_store = network.nodes.kind[end] == NodeKind.STORE
    return np.where(to_store, np.where(np.isnan(distance_km), 1, days), 0).astype(np.int64)


def _with_lots(network: Network, random: np.random.Generator) -> Network:
    """Let some SKUs expire, their stock in lots of a few deliveries."""
    products, stock = network.products, network.stock
    expires = random.random(len(products)) < EXPIRING_SKUS
    batch_days = random.integers(EXPIRY_DAYS[0], EXPIRY_DAYS[1] + 1, (len(products), BATCHES))
    rows = np.flatnonzero(expires[stock.sku] & (stock.on_hand > 0))
    older = random.binomial(stock.on_hand[rows], 1 / BATCHES)
    row, batch = np.concatenate([rows, rows]), np.repeat(np.arange(BATCHES), len(rows))
    units = np.concatenate([older, stock.on_hand[rows] - older])
    held = units > 0
    row, batch, units = row[held], batch[held], units[held]
    return replace(
        network,
        products=replace(
            products,
            shelf_life_days=np.where(expires, EXPIRY_DAYS[1], NO_LIMIT).astype(np.int64),
            min_remaining_shelf_life_days=np.where(expires, MIN_REMAINING_DAYS, 0).astype(np.int64),
        ),
        lots=Lots(
            node=stock.node[row],
            sku=stock.sku[row],
            lot_id=np.array([f"B{number + 1}" for number in batch.tolist()], dtype=np.object_),
            units=units.astype(np.int64),
            expiry_days=batch_days[stock.sku[row], batch].astype(np.int64),
        ),
    )


def _with_node_rules(network: Network, random: np.random.Generator) -> Network:
    """Give capacities to every node, and most lanes by its kind."""
    nodes, n_nodes = network.nodes, len(network.nodes)
    tight = random.random((2, n_nodes)) < TIGHT_NODES
    capacity = np.where(tight, *CAPACITY_OF_USE) * np.stack(_usual_use(network))
    pick, receive = np.maximum(capacity.round(), LEAST_CAPACITY).astype(np.int64)
    store = nodes.kind == NodeKind.STORE
    return replace(
        network,
        nodes=replace(
            nodes,
            pick_capacity_units=pick,
            receive_capacity_units=receive,
            max_outbound_lanes=np.where(store, STORE_LANES[0], WAREHOUSE_LANES[0]).astype(np.int64),
            max_inbound_lanes=np.where(store, STORE_LANES[1], WAREHOUSE_LANES[1]).astype(np.int64),
        ),
    )


def _usual_use(network: Network) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Estimate the units that go out of, and into, every node in a plan.

    Stores send what they have beyond their demand and receive what they miss; warehouses share all that stores miss by
    what they hold, and all that stores send back.
    """
    nodes, stock = network.nodes, network.stock
    beyond = stock.on_hand + stock.in_transit - stock.demand_mean
    excess = np.bincount(stock.node, weights=np.maximum(beyond, 0), minlength=len(nodes))
    missing = np.bincount(stock.node, weights=np.maximum(-beyond, 0), minlength=len(nodes))
    store = nodes.kind == NodeKind.STORE
    share = np.where(store, 0, excess) / max(float(excess[~store].sum()), 1.0)
    alerted = np.bincount(network.alerts.node[network.alerts.kind == AlertKind.OVERSTOCK], minlength=len(nodes)) > 0
    returned = float(excess[store & alerted].sum())
    pick = np.where(store, excess, share * float(missing.sum()))
    receive = np.where(store, missing, share * returned)
    return pick, receive


def _with_lane_rules(network: Network, random: np.random.Generator) -> Network:
    """Forbid one category on some lanes; make categories where there are none."""
    products = network.products
    if not np.any(products.category.astype(str) != ""):
        drawn = random.integers(1, CATEGORIES + 1, len(products))
        names = np.array([f"C{number}" for number in drawn.tolist()], dtype=np.object_)
        network = replace(network, products=replace(products, category=names))
    category = min(name for name in network.products.category.tolist() if name)
    lane = np.flatnonzero(random.random(len(network.lanes)) < FORBIDDEN_LANES).astype(np.int32)
    none = np.full(len(lane), -1, dtype=np.int32)
    rules = LaneRules(
        lane=lane,
        origin=none,
        destination=none,
        category=np.full(len(lane), category, dtype=np.object_),
        sku=none,
        allowed=np.zeros(len(lane), dtype=np.bool_),
    )
    return replace(network, lane_rules=rules)


def _displays(network: Network, random: np.random.Generator) -> DisplayRules:
    """Draw runs of SKUs, none in two of them."""
    n_displays = min(DISPLAYS, len(network.products) // (4 * DISPLAY_SKUS))
    sku = random.permutation(len(network.products))[: n_displays * DISPLAY_SKUS].astype(np.int32)
    number = np.repeat(np.arange(n_displays), DISPLAY_SKUS)
    return DisplayRules(
        display_id=np.array([f"D{each + 1:02d}" for each in number.tolist()], dtype=np.object_),
        sku=sku,
        node=np.full(len(sku), -1, dtype=np.int32),
        min_units=np.ones(len(sku), dtype=np.int64),
        broken_price=np.full(len(sku), BROKEN_PRICE),
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a network directory with every rule switched on."""
    parser = argparse.ArgumentParser(prog="python -m scenarios.rules", description=main.__doc__)
    parser.add_argument("source", type=Path, help="network directory to read")
    parser.add_argument("out", type=Path, help="network directory to write")
    parser.add_argument("--seed", type=int, default=1, help="of everything that is drawn (default: 1)")
    asked = parser.parse_args(arguments)
    network, _ = read_network(asked.source)
    parquet = (asked.source / "stock.parquet").is_file()
    write_network(with_rules(network, asked.seed), asked.out, file_format="parquet" if parquet else "csv")


if __name__ == "__main__":
    main()
