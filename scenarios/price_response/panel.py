"""The completejourney panel as a sales history: real articles, prices, discounts and advertising of 2017.

A till line shows what an article cost where and when somebody bought it. So the price of an article in a zone and week
is taken from what customers of *other* zones paid in that week (the chain prices alike): whether it is known then does
not depend on what the zone itself sold, and weeks without a sale count like others.

The data has no places. Zones are groups of stores in which the same households shop.
"""

from __future__ import annotations

from typing import Final

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from scenarios.panel_sales import is_goods, keeps, read_table

CONTROLS: Final = ("mailer", "display")
"""Share of the zone's stores where the article was in the mailer, and on display."""
FIRST_WEEK: Final = 2
"""Week 1 of the data is one day long."""
LAST_WEEK: Final = 53
LEAST_STORE_LINES: Final = 500
"""Till lines over the year of a store that is used."""
LEAST_WEEKLY_LINES: Final = 2.0
"""Till lines per week of an article that is used: others rarely show their price."""
_LINE_COLUMNS: Final = ["household_id", "store_id", "basket_id", "product_id", "quantity", "sales_value", "week"]
_DISCOUNTS: Final = ["retail_disc", "coupon_match_disc"]


def read_lines() -> pd.DataFrame:
    """Till lines of goods that keep, in busy stores, with their article, zone and prices per unit.

    Returns
    -------
    DataFrame
        ``article`` (number in `product_id`), ``product_id``, ``category``, ``department``, ``product_type``,
        ``store_id``, ``zone``, ``week``, ``units``, ``price`` (asked after the store's discount, before coupons),
        ``regular_price``.
    """
    articles = read_table("products", ["product_id", "department", "product_category", "product_type", "package_size"])
    articles = articles[is_goods(articles) & keeps(articles)].rename(columns={"product_category": "category"})
    lines = read_table("transactions", [*_LINE_COLUMNS, *_DISCOUNTS])
    zone_of_store = store_zones(lines)
    lines = lines[(lines["quantity"] > 0) & (lines["sales_value"] > 0) & (lines["week"] >= FIRST_WEEK)]
    lines = lines[lines["store_id"].isin(zone_of_store.index)].merge(articles, on="product_id")
    # What a coupon matched was paid by the chain, so the shelf asked for it; the card's discount came off before.
    asked = lines["sales_value"] + lines["coupon_match_disc"]
    return lines.assign(
        zone=lines["store_id"].map(zone_of_store),
        units=lines["quantity"],
        price=asked / lines["quantity"],
        regular_price=(asked + lines["retail_disc"]) / lines["quantity"],
    )


def store_zones(lines: pd.DataFrame) -> pd.Series:
    """Name of the zone of every busy store: communities of stores that share households.

    Returns
    -------
    Series
        Index store_id, values ``Z1`` (most stores) and so on.
    """
    counts = lines.groupby("store_id").size()
    visits = lines[lines["store_id"].isin(counts.index[counts >= LEAST_STORE_LINES])].drop_duplicates("basket_id")
    often = (pd.crosstab(visits["household_id"], visits["store_id"]) >= 2).astype(np.int64)
    shared = (often.T @ often).to_numpy(copy=True)
    np.fill_diagonal(shared, 0)
    groups = nx.community.louvain_communities(nx.from_numpy_array(shared), seed=1)
    zone = pd.Series("", index=often.columns)
    for number, group in enumerate(sorted(groups, key=lambda group: (-len(group), min(group))), start=1):
        zone.iloc[sorted(group)] = f"Z{number}"
    return zone


def history_of(lines: pd.DataFrame, *, last_known_week: int = LAST_WEEK) -> pd.DataFrame:
    """Sales history of the articles that were bought often up to a week.

    Parameters
    ----------
    lines : DataFrame
        Those of `read_lines`.
    last_known_week : int
        Only sales up to this week decide which articles are used.

    Returns
    -------
    DataFrame
        Columns of `scenarios.price_response.history` and `CONTROLS`; rows of every article, zone and week with a known
        price.
    """
    counts = lines.loc[lines["week"] <= last_known_week, "product_id"].value_counts()
    used = np.sort(counts.index[counts >= LEAST_WEEKLY_LINES * (last_known_week - FIRST_WEEK + 1)])
    lines = lines[lines["product_id"].isin(used)]
    zones = np.sort(lines["zone"].unique())
    price, regular_price = _prices_elsewhere(lines, used, zones)
    article, zone, week = np.nonzero(np.isfinite(price))
    at = (article, zone, week)
    units = _cube(lines, used, zones)
    category = lines.drop_duplicates("product_id").set_index("product_id")["category"].reindex(used).to_numpy()
    history = pd.DataFrame(
        {
            "product": used[article],
            "category": category[article],
            "zone": zones[zone],
            "week": week + FIRST_WEEK,
            "units": units[at],
            "price": price[at],
            "regular_price": regular_price[at],
        }
    )
    for name, share in _advertising(lines, used, zones).items():
        history[name] = share[at]
    return history


def _place(frame: pd.DataFrame, used: NDArray[np.int64], zones: NDArray[np.object_]) -> tuple[NDArray[np.int64], ...]:
    """Numbers of article, zone and week of every row."""
    return (
        np.searchsorted(used, frame["product_id"]),
        np.searchsorted(zones, frame["zone"]),
        frame["week"].to_numpy() - FIRST_WEEK,
    )


def _cube(lines: pd.DataFrame, used: NDArray[np.int64], zones: NDArray[np.object_]) -> NDArray[np.float64]:
    """Units sold, shape ``(n_articles, n_zones, n_weeks)``."""
    units = np.zeros((len(used), len(zones), LAST_WEEK - FIRST_WEEK + 1))
    np.add.at(units, _place(lines, used, zones), lines["units"])
    return units


def _prices_elsewhere(
    lines: pd.DataFrame, used: NDArray[np.int64], zones: NDArray[np.object_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Median price and regular price over the lines of all other zones, NaN where there are none."""
    shape = (len(used), len(zones), LAST_WEEK - FIRST_WEEK + 1)
    price, regular_price = np.full(shape, np.nan), np.full(shape, np.nan)
    for number, zone in enumerate(zones):
        others = lines[lines["zone"] != zone].groupby(["product_id", "week"])[["price", "regular_price"]].median()
        article, week = (others.index.get_level_values(level).to_numpy() for level in (0, 1))
        at = (np.searchsorted(used, article), number, week - FIRST_WEEK)
        price[at], regular_price[at] = others["price"], others["regular_price"]
    return price, regular_price


def _advertising(
    lines: pd.DataFrame, used: NDArray[np.int64], zones: NDArray[np.object_]
) -> dict[str, NDArray[np.float64]]:
    """Share of a zone's stores with the article in the mailer, and on display, shapes of `_cube`."""
    columns = ["product_id", "store_id", "week", "mailer_location", "display_location"]
    listed = read_table(
        "promotions", columns, filters=[("product_id", "in", used.tolist()), ("week", ">=", FIRST_WEEK)]
    )
    zone_of_store = lines.drop_duplicates("store_id").set_index("store_id")["zone"]
    stores = zone_of_store[zone_of_store.index.isin(listed["store_id"].unique())]
    listed = listed[listed["store_id"].isin(stores.index)]
    listed = listed.assign(zone=listed["store_id"].map(stores))
    n_stores = stores.value_counts().reindex(zones, fill_value=0).clip(lower=1).to_numpy()
    shares = {}
    for name in CONTROLS:
        shown = listed[listed[f"{name}_location"] != "0"].drop_duplicates(["product_id", "store_id", "week"])
        count = np.zeros((len(used), len(zones), LAST_WEEK - FIRST_WEEK + 1))
        np.add.at(count, _place(shown, used, zones), 1.0)
        shares[name] = count / n_stores[None, :, None]
    return shares
