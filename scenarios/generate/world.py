"""From what is drawn to a network: stock, alerts, and what regimes and options change."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network import Network, network_from_frames
from scenarios.generate.assortment import draw_assortment
from scenarios.generate.places import draw_places, numbered
from scenarios.generate.positions import Positions, draw_positions, uncertainty
from scenarios.generate.shapes import REGIMES, SIZES, Demand, Regime, Shape

AS_OF: Final = "2026-01-05"
HORIZON_DAYS: Final = 28

SEVERITY_SHARES: Final = (1 / 3, 2 / 3)
"""Share of the larger of stock and demand that is missing or too much, from which an alert is orange and red."""


def generate(
    shape: Shape | str = "M",
    regime: Regime | str = "common",
    seed: int = 1,
    *,
    transit: bool = True,
    demand: Demand = "certain",
    cases: bool = True,
) -> Network:
    """Make a network; `network.write_network` makes a directory of it.

    Parameters
    ----------
    shape : Shape or str
        A key of `SIZES`, or any other shape.
    regime : Regime or str
        A key of `REGIMES`, or any other regime.
    seed : int
        At least 0. The same seed gives the same network; of the options, each changes only what it is about.
    transit : bool
        Units received at a warehouse may go on.
    demand : {"certain", "uncertain"}
        Uncertain demand is Poisson or negative binomial by SKU, with the means of certain demand.
    cases : bool
        Some SKUs move in cases only; otherwise units of all move one by one.

    Returns
    -------
    Network
        Valid, and nothing about it is warned about.
    """
    shape = SIZES[shape] if isinstance(shape, str) else shape
    regime = REGIMES[regime] if isinstance(regime, str) else regime
    of_places, of_assortment, of_positions = np.random.default_rng(seed).spawn(3)
    places = draw_places(of_places, shape)
    assortment = draw_assortment(of_assortment, shape.skus)
    positions = draw_positions(of_positions, places, assortment, regime)
    lanes, products = places.lanes, assortment.products
    place = {
        "node_id": words_of(positions.node, places.nodes["node_id"]),
        "sku_id": words_of(positions.sku, products["sku_id"]),
    }
    stock = place | {
        "on_hand": positions.on_hand,
        "demand_mean": positions.demand,
        "demand_std": uncertainty(positions, assortment) if demand == "uncertain" else 0.0,
        "holding_cost": positions.holding_cost,
        "shortage_penalty": positions.shortage_penalty,
    }
    frames = {
        "nodes": places.nodes.assign(transit=~places.is_store & transit),
        "products": products if cases else products.assign(case_pack=1),
        "lanes": lanes.assign(fixed_cost=(lanes["fixed_cost"] * regime.dispatch_cost_factor).round(2)),
        "stock": pd.DataFrame(stock),
        "alerts": _alerts(pd.DataFrame(place), positions, places.is_store[positions.node]),
    }
    network, _ = network_from_frames(frames, {"currency": "USD", "as_of": AS_OF, "horizon_days": HORIZON_DAYS})
    return network


def _alerts(place: pd.DataFrame, positions: Positions, in_store: NDArray[np.bool_]) -> pd.DataFrame:
    """Report every position whose stock is not its demand.

    What a store misses is needed before its shelf is empty; over-stock can wait, and in a warehouse it is yellow.
    """
    excess = positions.on_hand - positions.demand
    row = np.flatnonzero(excess)
    excess, demand, on_hand = excess[row], positions.demand[row], positions.on_hand[row]
    share = np.where(in_store[row], np.abs(excess) / np.maximum(on_hand, demand), 0.0)
    lasts_days = on_hand * HORIZON_DAYS // np.maximum(demand, 1)
    return pd.DataFrame(
        {
            "alert_id": numbered("A", len(row)),
            "kind": words_of(excess < 0, ("overstock", "shortage")),
            "node_id": place["node_id"].array[row],
            "sku_id": place["sku_id"].array[row],
            "severity": words_of(np.searchsorted(SEVERITY_SHARES, share, side="right"), ("yellow", "orange", "red")),
            "units": np.abs(excess),
            "needed_by_days": np.where(excess < 0, np.maximum(lasts_days, 1), np.nan),
        }
    )


def words_of(codes: NDArray[Any], words: Iterable[str]) -> pd.Categorical[Any]:
    """Return a column of text that holds each word once, not once per row."""
    return pd.Categorical.from_codes(codes.astype(np.int32), dtype=pd.CategoricalDtype(list(words)))
