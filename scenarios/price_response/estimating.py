"""Estimate how demand answers to prices, category by category, from a sales history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import t as student

from scenarios.price_response.history import checked_history
from scenarios.price_response.regression import CountFit, fit_counts, pooled

DISCOUNTED: Final = np.log(0.99)
"""Logarithm of the price over the regular price below which a row counts as discounted."""
LEAST_UNITS: Final = 50
"""Units sold under a control in a category that it needs for an effect of its own there."""
NORMAL_95: Final = 1.959964
"""Standard errors either side that hold 95 %."""
NORMAL_95_TAIL: Final = 0.975


@dataclass(frozen=True, slots=True)
class PriceResponse:
    """What a sales history says about demand and prices."""

    categories: pd.DataFrame
    """A row per category: ``category``, ``elasticity``, ``elasticity_std``, ``low``, ``high`` (95 %),
    ``own_elasticity``, ``own_std`` (before pooling), ``products``, ``rows``, ``discounted_rows``, ``dispersion``, and
    ``effect_NAME`` and ``effect_std_NAME`` of every control."""
    overall: dict[str, float]
    """The same keys for a category that was not seen: ``elasticity``, ``elasticity_std``, ``effect_NAME`` ..."""
    seasons: pd.DataFrame
    """``category``, ``week``, ``factor`` (1 on average): demand of the week at regular prices."""
    left_out: tuple[str, ...]
    """Categories with too few products or discounts for an estimate of their own."""


def estimate(
    sales: pd.DataFrame,
    controls: Sequence[str] = (),
    *,
    least_products: int = 8,
    least_discounted_rows: int = 50,
) -> PriceResponse:
    """Estimate elasticities with intervals, seasons and effects of controls.

    Units of a product in a zone and week have the mean ``base(product, zone) * season(category, week) * (price /
    regular_price) ** elasticity(category) * exp(controls)``. So products are compared with themselves in other weeks
    and with other products of their category in the same week. Errors allow for all weeks and zones of a product
    to move together. Estimates of categories are drawn towards what they have in common, the less certain ones further.

    Parameters
    ----------
    sales : DataFrame
        A sales history; its columns are described in `scenarios.price_response.history`.
    controls : sequence of str
        Columns of what else was done to sell more, 0 where nothing was: advertising, displays.
    least_products : int
        Products that a category needs for an estimate of its own.
    least_discounted_rows : int
        Rows at least 1 % below the regular price that it needs.

    Raises
    ------
    ValueError
        When the history is wrong, or has no discounts to learn from.
    StatisticsMissingError
        When the extra ``estimate`` is not installed.
    """
    drivers = ["log_ratio", *controls]
    history = checked_history(sales, controls)
    fits: dict[str, CountFit] = {}
    facts, seasons, left_out = [], [], []
    for category, rows in history.groupby("category", sort=True):
        used = _informative(rows)
        products, discounted = used["product"].nunique(), int((used["log_ratio"] < DISCOUNTED).sum())
        if products < least_products or discounted < least_discounted_rows:
            left_out.append(str(category))
            continue
        week_name, week = np.unique(used["week"].to_numpy(), return_inverse=True)
        units, values = used["units"].to_numpy(dtype=float), used[drivers].to_numpy(dtype=float)
        # Hardly anything sold under a control (a mailer without buyers) would make its effect endless.
        values = values * (units @ (values != 0) >= LEAST_UNITS)
        fit = fit_counts(units, values, _numbers(used, "product", "zone"), week, _numbers(used, "product"))
        fits[str(category)] = fit
        facts.append({"products": products, "rows": len(used), "discounted_rows": discounted})
        seasons.append(pd.DataFrame({"category": category, "week": week_name, "factor": fit.season}))
    if not fits:
        raise ValueError(_nothing_to_learn(history, least_products, least_discounted_rows))
    counted = pd.DataFrame(facts)
    categories, overall = _pooled_effects(fits, drivers, counted["products"].to_numpy())
    categories = pd.concat([categories, counted], axis=1)
    return PriceResponse(categories, overall, pd.concat(seasons, ignore_index=True), tuple(left_out))


def _informative(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of cells and of weeks in which something was sold; the others say nothing about prices."""
    sold_in_cell = rows.groupby(["product", "zone"])["units"].transform("sum") > 0
    return rows[sold_in_cell & (rows.groupby("week")["units"].transform("sum") > 0)]


def _numbers(rows: pd.DataFrame, *keys: str) -> NDArray[np.int64]:
    """Count groups of rows that agree in some columns from 0; number of each row's group, shape ``(n_rows,)``."""
    return np.asarray(rows.groupby(list(keys), sort=False).ngroup(), dtype=np.int64)


def _nothing_to_learn(history: pd.DataFrame, least_products: int, least_discounted_rows: int) -> str:
    """Say why no category can be estimated."""
    discounted = int((history["log_ratio"] < DISCOUNTED).sum())
    if discounted == 0:
        return (
            f"sales history: none of {len(history):,} rows has a price below its regular price, so nothing says how "
            "demand answers to prices; add weeks with discounts, or write price_response by hand"
        )
    return (
        f"sales history: no category has {least_products} products and {least_discounted_rows} discounted rows "
        f"({discounted:,} rows are discounted in all); add history, put categories together, or lower least_products "
        "and least_discounted_rows"
    )


def _pooled_effects(
    fits: dict[str, CountFit], drivers: Sequence[str], products: NDArray[np.int64]
) -> tuple[pd.DataFrame, dict[str, float]]:
    """Effects of every category after pooling, and those of a category that was not seen."""
    effect = np.array([fit.effect for fit in fits.values()])
    error = np.sqrt([np.diag(fit.covariance) for fit in fits.values()])
    # Errors from few products are uncertain themselves: widened as Student's intervals are.
    error *= np.asarray(student.ppf(NORMAL_95_TAIL, products - 1))[:, None] / NORMAL_95
    table: dict[str, Any] = {"category": list(fits), "own_elasticity": effect[:, 0], "own_std": error[:, 0]}
    overall = {}
    for number, driver in enumerate(drivers):
        name, name_std = (
            ("elasticity", "elasticity_std") if number == 0 else (f"effect_{driver}", f"effect_std_{driver}")
        )
        groups, overall[name], overall[name_std] = pooled(effect[:, number], error[:, number])
        table[name], table[name_std] = groups["effect"].to_numpy(), groups["error"].to_numpy()
    table["low"] = table["elasticity"] - NORMAL_95 * table["elasticity_std"]
    table["high"] = table["elasticity"] + NORMAL_95 * table["elasticity_std"]
    table["dispersion"] = np.array([fit.dispersion for fit in fits.values()])
    return pd.DataFrame(table), overall
