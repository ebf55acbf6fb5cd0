"""Suppliers for a network that has none: nodes, lanes to its warehouses, and what they can supply.

    python -m scenarios.suppliers DIR OUT --suppliers 5 --seed 1

All of it is drawn, from the seed alone. docs/sourcing-walkthrough.md uses it: public networks name no suppliers.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from network import Network, network_from_frames, network_to_frames, read_network, settings_of, write_network

_SUPPLIED_SHARE: Final = 0.8
"""Of the products, how many a supplier can supply."""

_COST_SHARE: Final = 0.55
"""Of the list price: what a product costs of which no cost is known."""

_KNOWN_PRICE_SHARE: Final = 0.7
"""Of these, of how many its last price is known."""


def with_suppliers(network: Network, *, suppliers: int, seed: int) -> Network:
    """Add suppliers to a network.

    Parameters
    ----------
    network : Network
        With at least one warehouse; what it has of suppliers stays.
    suppliers : int
        How many to add.
    seed : int

    Returns
    -------
    Network
        Suppliers named ``V01`` and on, each with lanes to about half of the warehouses and own prices around the
        products' costs.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    frames, products = network_to_frames(network), network.products
    names = [f"V{number:02}" for number in range(1, suppliers + 1)]
    frames["nodes"] = _joined(frames["nodes"], pd.DataFrame({"node_id": names, "kind": "supplier", "transit": False}))
    warehouses = frames["nodes"].loc[frames["nodes"]["kind"] == "warehouse", "node_id"].tolist()
    frames["lanes"] = _joined(frames["lanes"], pd.concat([_lanes(name, warehouses, random) for name in names]))
    cost = np.where(np.isnan(products.unit_cost), _COST_SHARE * products.list_price, products.unit_cost)
    supplies = pd.concat([_supplies(name, products.sku_id, cost, random) for name in names])
    frames["supplies"] = _joined(frames.get("supplies", supplies.iloc[:0]), supplies)
    return network_from_frames(frames, settings_of(network), request=network.request or None)[0]


def _lanes(name: str, warehouses: list[str], random: Generator) -> pd.DataFrame:
    """Draw lanes of a supplier, at least one; freight by the kilogram."""
    reached = random.permutation(warehouses)[: max(1, (len(warehouses) + 1) // 2)]
    count = len(reached)
    return pd.DataFrame(
        {
            "lane_id": [f"{name}>{warehouse}" for warehouse in reached],
            "origin": name,
            "destination": reached,
            "lead_time_days": random.integers(1, 4, count),
            "fixed_cost": np.round(random.uniform(20.0, 60.0, count), 2),
            "cost_per_unit": np.round(random.uniform(0.05, 0.25, count), 2),
            "cost_per_kg": np.round(random.uniform(0.02, 0.1, count), 3),
        }
    )


def _supplies(
    name: str, sku_id: NDArray[np.object_], unit_cost: NDArray[np.float64], random: Generator
) -> pd.DataFrame:
    """Draw what a supplier can supply: some products by name, all on the same terms but for their price."""
    chosen = np.flatnonzero(random.random(len(sku_id)) < _SUPPLIED_SHARE)
    cost = unit_cost[chosen] * random.uniform(0.9, 1.2)
    price = np.round(cost * random.lognormal(0.0, 0.05, len(chosen)), 2)
    unknown = random.random(len(chosen)) >= _KNOWN_PRICE_SHARE
    return pd.DataFrame(
        {
            "node_id": name,
            "sku_id": sku_id[chosen],
            "on_time_share": round(float(random.uniform(0.7, 1.0)), 2),
            "unit_price": np.where(unknown, np.nan, price),
            "lead_time_days": int(random.integers(1, 6)),
        }
    )


def _joined(table: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Put rows behind those of a table; cells of columns that one of them lacks stay empty."""
    if not len(table):
        return rows.reset_index(drop=True)
    return pd.concat([table.astype(object), rows.astype(object)], ignore_index=True)


def main(argv: list[str] | None = None) -> None:
    """Read a network directory, add suppliers, write it."""
    parser = argparse.ArgumentParser(prog="python -m scenarios.suppliers", description=main.__doc__)
    parser.add_argument("directory", type=Path, metavar="DIR", help="network directory")
    parser.add_argument("out", type=Path, metavar="OUT", help="where the network with suppliers is written")
    parser.add_argument("--suppliers", type=int, default=5, metavar="N", help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn (default: %(default)s)")
    arguments: Any = parser.parse_args(argv)
    network = with_suppliers(read_network(arguments.directory)[0], suppliers=arguments.suppliers, seed=arguments.seed)
    write_network(network, arguments.out)


if __name__ == "__main__":
    main()
