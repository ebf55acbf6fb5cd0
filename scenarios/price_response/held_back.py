"""How well estimates predict weeks that they have not seen, at the discounts that were then given."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import nbinom

from scenarios.price_response.estimating import NORMAL_95, PriceResponse, estimate
from scenarios.price_response.history import checked_history

BASE_WEEKS: Final = 8
"""Weeks before a prediction that say how much sells at regular prices."""
DEPTHS: Final = (0.0, 0.01, 0.1, 0.2, 0.3, 0.4, 1.0)
"""Limits of the buckets of discounts."""
INTERVAL: Final = 0.8
"""Share of product-weeks that intervals should hold."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Predictions of weeks that were held back, compared with what was sold."""

    weeks: tuple[int, int]
    """First and last week held back."""
    depths: pd.DataFrame
    """A row per bucket of discounts and one for all: ``discount``, ``product_weeks``, ``sold``, and per way of
    predicting the units predicted and ``error_WAY``, the sum of absolute errors over units sold."""
    at_once: pd.DataFrame
    """The same, all weeks predicted from the first week's knowledge."""
    intervals: pd.DataFrame
    """Per bucket: ``held``, the share of product-weeks within their interval, and ``meant``, what the distribution puts
    into it (more than `INTERVAL`, because units are whole)."""
    agreeing: int
    """Categories whose elasticity in the weeks held back alone is within the 95 % interval of the difference."""
    compared: int


WAYS: Final = ("without", "price", "controls")
"""Ways of predicting: no response to anything; elasticity only; elasticity and controls."""


def hold_back(sales: pd.DataFrame, controls: Sequence[str], weeks: int) -> tuple[PriceResponse, HeldBack]:
    """Estimate on all but the last weeks, and predict these.

    What sells at regular prices is taken from the `BASE_WEEKS` weeks before a prediction, for every product and zone,
    with the response taken out. ``depths`` predicts each week when it is next; ``at_once`` predicts all weeks from the
    first, blind for the season that comes.

    Parameters
    ----------
    sales : DataFrame
        A sales history (`scenarios.price_response.history`).
    controls : sequence of str
    weeks : int
        Last weeks of the history to hold back.
    """
    history = checked_history(sales, controls)
    last = int(history["week"].max())
    first = last - weeks + 1
    known, later = history[history["week"] < first], history["week"] >= first
    if known["week"].nunique() < 2 * BASE_WEEKS:
        raise ValueError(f"holdout {weeks}: {known['week'].nunique()} weeks remain, hold back fewer")
    response = estimate(known, controls)
    total = estimate(known)
    factors = {
        "without": np.ones(len(history)),
        "price": _factor(history, total, ()),
        "controls": _factor(history, response, controls),
    }
    next_week = _predicted(history, factors, first_week=None)
    spread = _spread(next_week[next_week["week"].between(first - weeks, first - 1)])
    next_week = next_week[next_week["week"] >= first]
    agreeing, compared = _agreement(response, estimate(history[later], controls))
    return response, HeldBack(
        weeks=(first, last),
        depths=_by_depth(next_week),
        at_once=_by_depth(_predicted(history, factors, first_week=first)),
        intervals=_intervals(next_week, spread),
        agreeing=agreeing,
        compared=compared,
    )


def _factor(history: pd.DataFrame, response: PriceResponse, controls: Sequence[str]) -> NDArray[np.float64]:
    """Factor of demand in every row by price and controls."""
    total = np.zeros(len(history))
    by_category = response.categories.set_index("category")
    for column, name in (("log_ratio", "elasticity"), *((name, f"effect_{name}") for name in controls)):
        effect = history["category"].map(by_category[name]).fillna(response.overall[name])
        total += effect.to_numpy() * history[column].to_numpy()
    return np.exp(total)


def _predicted(
    history: pd.DataFrame, factors: dict[str, NDArray[np.float64]], *, first_week: int | None
) -> pd.DataFrame:
    """Units sold and predicted per product and week, all zones with a known price together.

    Parameters
    ----------
    first_week : int, optional
        Week before which everything is known, for all later weeks; without it what is known are all weeks before the
        predicted one.
    """
    cell = np.asarray(history.groupby(["product", "zone"], sort=False).ngroup(), dtype=np.int64)
    week = np.asarray(history["week"] - history["week"].min(), dtype=np.int64)
    shape = (cell.max() + 1, week.max() + 1)
    units = _grid(cell, week, history["units"].to_numpy(dtype=float), shape)
    rows = history[["product", "week", "units", "log_ratio"]].copy()
    origin = week if first_week is None else np.full(len(week), first_week - history["week"].min())
    for way, factor in factors.items():
        sold, level = _before(units), _before(_grid(cell, week, factor, shape))
        base = sold[cell, origin] / np.maximum(level[cell, origin], 1e-9)
        rows[way] = np.where(level[cell, origin] > 0, base * factor, np.nan)
    rows = rows[(origin >= BASE_WEEKS) & rows["without"].notna() & (week >= origin)]
    # A product's zones add up, so that a row is worth predicting.
    sums = dict.fromkeys(("units", *factors), "sum")
    return rows.groupby(["product", "week"], as_index=False, sort=False).agg({**sums, "log_ratio": "mean"})


def _grid(
    cell: NDArray[np.int64], week: NDArray[np.int64], values: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.float64]:
    """Values by cell and week, 0 where there is no row."""
    grid = np.zeros(shape)
    grid[cell, week] = values
    return grid


def _before(grid: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sum of the `BASE_WEEKS` weeks before every week."""
    running = np.cumsum(np.pad(grid, ((0, 0), (BASE_WEEKS + 1, 0))), axis=1)
    return running[:, BASE_WEEKS:-1] - running[:, : -BASE_WEEKS - 1]


def _spread(rows: pd.DataFrame) -> float:
    """``(variance - mean) / mean ** 2`` of units around their prediction, base and all."""
    expected = rows["controls"]
    return max(float(((rows["units"] - expected) ** 2 - expected).sum() / (expected**2).sum()), 1e-6)


def _depth(rows: pd.DataFrame) -> pd.Series[Any]:
    """Name of the bucket of every row."""
    steps = itertools.pairwise(DEPTHS[1:-1])
    names = ["none", *(f"{low:.0%} to {high:.0%}" for low, high in steps), f"over {DEPTHS[-2]:.0%}"]
    return pd.Series(pd.cut(-np.expm1(rows["log_ratio"]), list(DEPTHS), right=False, labels=names))


def _by_depth(rows: pd.DataFrame) -> pd.DataFrame:
    """Compare predictions and sales by depth of discount, and in all."""
    depth = _depth(rows)
    tables = [(name, rows[depth == name]) for name in depth.cat.categories] + [("all", rows)]
    return pd.DataFrame(
        {
            "discount": name,
            "product_weeks": len(part),
            "sold": float(part["units"].sum()),
            **{way: float(part[way].sum()) for way in WAYS},
            **{f"error_{way}": float((part["units"] - part[way]).abs().sum() / part["units"].sum()) for way in WAYS},
        }
        for name, part in tables
        if len(part)
    )


def _intervals(rows: pd.DataFrame, spread: float) -> pd.DataFrame:
    """How many product-weeks fall inside the interval of a negative binomial around their prediction."""
    rows = rows[rows["controls"] > 0]
    size, chance = 1 / spread, 1 / (1 + spread * rows["controls"])
    low, high = (nbinom.ppf(tail, size, chance) for tail in ((1 - INTERVAL) / 2, (1 + INTERVAL) / 2))
    meant = np.asarray(nbinom.cdf(high, size, chance) - nbinom.cdf(low - 1, size, chance))
    table = pd.DataFrame({"discount": _depth(rows), "held": rows["units"].between(low, high), "meant": meant})
    buckets = table.groupby("discount", observed=True)[["held", "meant"]].mean().reset_index()
    everything = pd.DataFrame({"discount": ["all"], "held": [table["held"].mean()], "meant": [meant.mean()]})
    return pd.concat([buckets.astype({"discount": object}), everything], ignore_index=True)


def _agreement(before: PriceResponse, after: PriceResponse) -> tuple[int, int]:
    """Categories whose own estimates before and after agree, and categories that have both."""
    both = before.categories.merge(after.categories, on="category", suffixes=("", "_after"))
    difference = (both["own_elasticity"] - both["own_elasticity_after"]).abs()
    error = np.hypot(both["own_std"], both["own_std_after"])
    return int((difference <= NORMAL_95 * error).sum()), len(both)
