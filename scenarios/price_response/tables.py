"""Rows of `price_response` and `period_factors` from what was estimated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from scenarios.price_response.estimating import PriceResponse


def response_rows(response: PriceResponse) -> pd.DataFrame:
    """Rows of the table `price_response`: one per category, and one for every other category.

    An elasticity that came out above 0 is written as 0: the format holds none, and nobody sells more by asking more.
    """
    rows = response.categories[["category", "elasticity", "elasticity_std"]]
    other = {"category": "", **{name: response.overall[name] for name in ("elasticity", "elasticity_std")}}
    rows = pd.concat([pd.DataFrame([other]), rows], ignore_index=True)
    rows["elasticity"] = rows["elasticity"].clip(upper=0.0)
    return rows.round({"elasticity": 4, "elasticity_std": 4})


def period_factor_rows(response: PriceResponse, weeks: list[list[int]]) -> pd.DataFrame:
    """Rows of the table `period_factors`: how demand at regular prices spreads over periods.

    Parameters
    ----------
    response : PriceResponse
    weeks : list of list of int
        For each period the weeks of the history that it is like, such as those of a year before.

    Returns
    -------
    DataFrame
        A row per category and period; categories of which a period has no week are left out.
    """
    season = response.seasons.pivot(index="category", columns="week", values="factor")
    periods = {number: season.reindex(columns=like).mean(axis=1) for number, like in enumerate(weeks, start=1)}
    rows = pd.DataFrame(periods).dropna().reset_index().melt("category", var_name="period", value_name="factor")
    rows["period"] = rows["period"].astype(np.int64)
    return rows.round({"factor": 4})
