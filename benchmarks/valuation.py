"""How long it takes to value many positions, by kind of demand: ``counterpoise bench valuation``.

For each kind: the seconds to value all positions (`optimizer.worth.valuation.value_of_stock`), by the clock and of all
processors together; and the seconds to list what every unit at a fiftieth of them is worth
(`optimizer.worth.economics.unit_worth`), as a plan needs it.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from benchmarks.machine import machine
from network import Network, network_from_frames
from optimizer.worth.economics import unit_worth
from optimizer.worth.valuation import value_of_stock

KINDS: Final = ("certain", "poisson", "negative binomial", "normal")

N_PRODUCTS: Final = 1_000

LISTED_SHARE: Final = 50

SEED: Final = 20220311


def network_of(kind: str, n_positions: int) -> Network:
    """Make a network of many nodes that stock every product, ten units of demand a position on average."""
    rng = np.random.default_rng(SEED)
    n_nodes = max(n_positions // N_PRODUCTS, 1)
    price = np.round(rng.uniform(2.0, 60.0, N_PRODUCTS), 2)
    network, _ = network_from_frames(
        {
            "nodes": pd.DataFrame({"node_id": [f"N{i}" for i in range(n_nodes)], "kind": "store"}),
            "products": pd.DataFrame(
                {
                    "sku_id": [f"P{i}" for i in range(N_PRODUCTS)],
                    "list_price": price,
                    "salvage_value": np.round(price * 0.4, 2),
                }
            ),
            "lanes": pd.DataFrame({"origin": ["N0"], "destination": [f"N{n_nodes - 1}"]}),
            "stock": pd.DataFrame({"node_id": ["N0"], "sku_id": ["P0"], "on_hand": [0], "demand_mean": [1.0]}),
            "alerts": pd.DataFrame({"alert_id": ["A"], "kind": ["shortage"], "node_id": ["N0"], "sku_id": ["P0"]}),
        },
        settings={"currency": "USD", "horizon_days": 28, "normal_demand": kind == "normal"},
    )
    n = n_nodes * N_PRODUCTS
    mean = np.round(rng.gamma(2.0, 5.0, n), 2)
    deviation = {
        "certain": np.zeros(n),
        "poisson": 0.999 * np.sqrt(mean),
        "negative binomial": np.sqrt(mean * (1.05 + rng.gamma(1.0, 1.0, n))),
        "normal": 1.2 * np.sqrt(mean),
    }[kind]
    sku, nothing = np.repeat(np.arange(N_PRODUCTS, dtype=np.int32), n_nodes), np.zeros(n, dtype=np.int64)
    stock = replace(
        network.stock,
        node=np.tile(np.arange(n_nodes, dtype=np.int32), N_PRODUCTS),
        sku=sku,
        on_hand=rng.poisson(1.1 * mean).astype(np.int64),
        reserved=nothing,
        safety_stock=nothing,
        in_transit=nothing,
        in_transit_arrival_day=nothing,
        demand_mean=mean,
        demand_std=deviation,
        holding_cost=np.full(n, 0.05),
        shortage_penalty=np.round(0.1 * price, 2)[sku],
        current_price=np.full(n, np.nan),
        no_send_before_day=nothing,
        extra={},
    )
    return replace(network, stock=stock)


def measure(kind: str, n_positions: int) -> dict[str, float]:
    """Time one kind of demand."""
    network = network_of(kind, n_positions)
    rows = np.arange(len(network.stock))
    start, busy = time.perf_counter(), time.process_time()
    value = value_of_stock(network, rows, network.stock.on_hand)
    valued, busy = time.perf_counter(), time.process_time() - busy
    worth = unit_worth(network, rows[: len(rows) // LISTED_SHARE])
    listed = time.perf_counter()
    return {
        "value_seconds": round(valued - start, 2),
        "value_processor_seconds": round(busy, 2),
        "mean_value": round(float(value.mean()), 4),
        "listed_positions": len(worth),
        "listed_steps": len(worth.steps),
        "list_seconds": round(listed - valued, 2),
    }


def run(arguments: argparse.Namespace, say: Callable[[str], None]) -> dict[str, Any]:
    """Measure every kind."""
    result: dict[str, Any] = {"case": "valuation", "positions": arguments.positions, "machine": machine()}
    for kind in KINDS:
        say(f"valuing {arguments.positions:,} positions of {kind} demand")
        result[kind] = measure(kind, arguments.positions)
    return result


def page(result: Mapping[str, Any]) -> Iterator[str]:
    """Yield a line for each kind of demand."""
    yield f"{result['positions']:,} positions"
    for kind in KINDS:
        seconds = {name: result[kind][name] for name in ("value_seconds", "value_processor_seconds", "list_seconds")}
        yield f"  {kind:<18}" + "  ".join(f"{name} {value:>7.2f}" for name, value in seconds.items())
