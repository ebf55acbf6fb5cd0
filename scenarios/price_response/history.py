"""A sales history, checked: units and prices of products in zones, week by week.

Columns (one row per product, zone and week in which the product was on sale):

=================  ====================================================================================
``product``        id of the product
``category``       products of a category answer to prices alike
``zone``           stores that share prices; without the column there is one zone
``week``           whole number; the next week is the next number
``units``          units sold, 0 or more; rows of 0 units count, so do not leave them out
``price``          price that was asked, NaN where it is not known (the row is then left out)
``regular_price``  price without discount; without the column it is inferred (`regular_prices`)
=================  ====================================================================================

A price must not be known *because* something was sold: whoever knows the prices of selling weeks only thinks that
shelves never stand idle at high prices, and finds too little response.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_REQUIRED: Final = ("product", "category", "week", "units", "price")
_KEY: Final = ["product", "zone", "week"]
_HALF_WINDOW_WEEKS: Final = 13


def checked_history(sales: pd.DataFrame, controls: Sequence[str]) -> pd.DataFrame:
    """Check a sales history and complete it by ``zone``, ``regular_price`` and ``log_ratio``.

    Returns
    -------
    DataFrame
        Rows with a price only. ``log_ratio`` is the logarithm of price over regular price, at most 0.

    Raises
    ------
    ValueError
        Says what is wrong, where and how to fix it.
    """
    missing = [name for name in (*_REQUIRED, *controls) if name not in sales]
    if missing:
        raise ValueError(f"sales history: column {missing[0]!r} is missing; it has {', '.join(map(str, sales))}")
    sales = sales if "zone" in sales else sales.assign(zone="")
    _refuse(sales, ~(sales["units"] >= 0), "units", "0 or more")
    _refuse(sales, sales["price"] <= 0, "price", "above 0, or NaN where it is not known")
    _refuse(sales, sales.duplicated(_KEY), "week", "once per product and zone")
    for name in controls:
        _refuse(sales, sales[name].isna(), name, "a number in every row")
    if "regular_price" not in sales:
        sales = sales.assign(regular_price=regular_prices(sales))
    sales = sales[sales["price"].notna()]
    _refuse(sales, ~(sales["regular_price"] > 0), "regular_price", "above 0 wherever there is a price")
    return sales.assign(log_ratio=np.minimum(np.log(sales["price"] / sales["regular_price"]), 0.0))


def _refuse(sales: pd.DataFrame, wrong: pd.Series, column: str, wanted: str) -> None:
    """Raise an error that shows the first wrong row."""
    if wrong.any():
        row = sales[wrong].iloc[0]
        place = ", ".join(f"{name} {row[name]}" for name in _KEY)
        raise ValueError(
            f"sales history, {place}: {column} is {row[column]}, must be {wanted} ({wrong.sum():,} such rows)"
        )


def regular_prices(sales: pd.DataFrame) -> NDArray[np.float64]:
    """Infer the price without discount: the second highest of the half year around a week.

    The highest could be a slip of the till; a price that is lower all half year is the regular one. Never below the
    price of the week itself. Known regular prices are better: where discounts are the rule, this finds them too low.

    Parameters
    ----------
    sales : DataFrame
        Columns product, zone (or none), week, price.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        NaN where no week around has a price.
    """
    keys = [name for name in ("product", "zone") if name in sales]
    cell = sales.groupby(keys, sort=False).ngroup().to_numpy()
    week = (sales["week"] - sales["week"].min()).to_numpy(dtype=np.int64)
    price = np.full((cell.max(initial=-1) + 1, week.max(initial=-1) + 1 + 2 * _HALF_WINDOW_WEEKS), -np.inf)
    price[cell, week + _HALF_WINDOW_WEEKS] = sales["price"].fillna(-np.inf)
    around = np.lib.stride_tricks.sliding_window_view(price, 2 * _HALF_WINDOW_WEEKS + 1, axis=1)
    two = np.partition(around, -2, axis=-1)[..., -2:]
    second = np.where(np.isfinite(two[..., 0]), two[..., 0], two[..., 1])[cell, week]
    regular = np.fmax(second, sales["price"].to_numpy(dtype=float))
    return np.where(np.isfinite(regular), regular, np.nan)
