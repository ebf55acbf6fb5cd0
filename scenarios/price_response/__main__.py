"""The command ``python -m scenarios.price_response``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from scenarios.price_response.estimating import PriceResponse, estimate
from scenarios.price_response.held_back import INTERVAL, WAYS, HeldBack, hold_back
from scenarios.price_response.panel import CONTROLS, LAST_WEEK, history_of, read_lines


def main(words: Sequence[str] | None = None) -> None:
    """Estimate how demand answers to prices in the completejourney panel, and try it on weeks held back."""
    asked = _parser().parse_args(words)
    history = history_of(read_lines(), last_known_week=LAST_WEEK - asked.holdout)
    response, held_back = hold_back(history, CONTROLS, asked.holdout)
    other = _otherwise(history[history["week"] < held_back.weeks[0]]) if asked.otherwise else {}
    if asked.json:
        found = json.dumps(_as_json(history, response, held_back, other), indent=1) + "\n"
    else:
        found = "\n".join(_as_text(history, response, held_back, other)) + "\n"
    sys.stdout.write(found)


def _otherwise(known: pd.DataFrame) -> dict[str, float]:
    """Elasticity over all categories when it is estimated in other ways."""
    before = known[["product", "zone", "week"]].assign(
        week=known["week"] + 1, before=np.minimum(np.log(known["price"] / known["regular_price"]), 0)
    )
    lagged = known.merge(before, on=["product", "zone", "week"], how="left").fillna({"before": 0.0})
    second_week = estimate(lagged, [*CONTROLS, "before"]).overall
    overall = {
        "without mailer and display": estimate(known),
        "from weeks only in which the zone sold": estimate(known[known["units"] > 0], CONTROLS),
        "with inferred regular prices": estimate(known.drop(columns="regular_price"), CONTROLS),
    }
    found = {name: response.overall["elasticity"] for name, response in overall.items()}
    return found | {"in the second week of a discount": second_week["elasticity"] + second_week["effect_before"]}


def _as_json(
    history: pd.DataFrame, response: PriceResponse, held_back: HeldBack, other: dict[str, float]
) -> dict[str, Any]:
    """Everything as one object."""
    return {
        "rows": len(history),
        "products": int(history["product"].nunique()),
        "zones": int(history["zone"].nunique()),
        "overall": response.overall,
        "categories": response.categories.to_dict(orient="records"),
        "left_out": list(response.left_out),
        "otherwise": other,
        "held_back_weeks": list(held_back.weeks),
        "next_week": held_back.depths.to_dict(orient="records"),
        "at_once": held_back.at_once.to_dict(orient="records"),
        "intervals": held_back.intervals.to_dict(orient="records"),
        "agreeing": held_back.agreeing,
        "compared": held_back.compared,
    }


def _as_text(history: pd.DataFrame, response: PriceResponse, held_back: HeldBack, other: dict[str, float]) -> list[str]:
    """Lines to read."""
    first, last = held_back.weeks
    known, overall = history[history["week"] < first], response.overall
    discounted = (known["price"] < 0.99 * known["regular_price"]).mean()
    tables = response.categories.sort_values("rows", ascending=False)
    return [
        f"History     {len(known):,} rows of {known['product'].nunique():,} products in "
        f"{known['zone'].nunique()} zones, weeks {known['week'].min()} to {first - 1}, "
        f"{discounted:.0%} of them discounted",
        f"Elasticity  {overall['elasticity']:.2f}, from category to category +- {overall['elasticity_std']:.2f}; "
        f"{len(tables)} categories have their own, {len(response.left_out)} too little history",
        *(f"            {value:.2f} {name}" for name, value in other.items()),
        "",
        _CATEGORY_LINE.format("category", "elasticity", "95 % interval", "products", "rows", "discounted"),
        *(_category_line(row) for row in tables.to_dict(orient="records")),
        "",
        f"Weeks {first} to {last}, each predicted a week before; error: sum of absolute errors / units sold",
        *_depth_lines(held_back.depths),
        "",
        f"Weeks {first} to {last}, predicted at once before week {first}",
        *_depth_lines(held_back.at_once),
        "",
        f"Intervals meant to hold {INTERVAL:.0%}, because units are whole {_everywhere(held_back, 'meant'):.0%}, "
        f"held {_everywhere(held_back, 'held'):.0%} of product-weeks",
        f"Elasticities of weeks {first} to {last} alone agree with those before (95 %) in {held_back.agreeing} of "
        f"{held_back.compared} categories",
    ]


_CATEGORY_LINE: Final = "{:<31} {:>10}  {:>15} {:>9} {:>8} {:>11}"
_DEPTH_LINE: Final = "{:<11} {:>13} {:>8} | {:>8} {:>8} {:>8} | {:>7} {:>7} {:>7}"


def _category_line(row: Mapping[Any, Any]) -> str:
    """Elasticity of a category and what it rests on."""
    interval = f"{row['low']:.2f} to {row['high']:.2f}"
    share = f"{row['discounted_rows'] / row['rows']:.0%}"
    cells = (row["category"], f"{row['elasticity']:.2f}", interval, row["products"], f"{row['rows']:,}", share)
    return _CATEGORY_LINE.format(*cells)


def _depth_lines(table: pd.DataFrame) -> list[str]:
    """Sold and predicted by depth of discount."""
    head = ("discount", "product-weeks", "sold", "no resp.", "price", "+ ads", "error", "price", "+ ads")
    lines = [_DEPTH_LINE.format(*head)]
    for row in table.to_dict(orient="records"):
        predicted = [f"{row[way]:,.0f}" for way in WAYS]
        errors = [f"{row[f'error_{way}']:.0%}" for way in WAYS]
        cells = (row["discount"], f"{row['product_weeks']:,}", f"{row['sold']:,.0f}", *predicted, *errors)
        lines.append(_DEPTH_LINE.format(*cells))
    return lines


def _everywhere(held_back: HeldBack, column: str) -> float:
    """Share of all product-weeks."""
    return float(held_back.intervals[column].iloc[-1])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scenarios.price_response", description=main.__doc__)
    parser.add_argument("--holdout", type=int, default=12, metavar="N", help="last weeks to hold back (default: 12)")
    parser.add_argument("--otherwise", action="store_true", help="also estimate in other ways, for comparison")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


if __name__ == "__main__":
    main()
