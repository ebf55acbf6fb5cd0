"""Fills in the forms of an RFQ as its suppliers might.

    python -m scenarios.supplier_bids EVENT_DIR --seed 1

Prices are near the last known ones, on some items with a lower price for more units; some items are left out.
Suppliers ask for a fixed cost, and have not enough for everything. All of it is drawn, from the seed alone.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.random import Generator

from optimizer.rfq.form import BIDS, FOLDER, FORM_COLUMNS, INVITATIONS, TERMS, folder_of

_TYPES: Final[dict[str, Any]] = {"item_id": str, "supplier_id": str, "arrives_day": "Int64"}


def fill_forms(directory: Path, *, seed: int) -> int:
    """Fill in the forms of every supplier of an event directory.

    Parameters
    ----------
    directory : Path
        That `counterpoise rfq` wrote.
    seed : int

    Returns
    -------
    int
        Rows with a bid.
    """
    random = np.random.Generator(np.random.PCG64(seed))
    today = np.datetime64(json.loads((directory / "event.json").read_text(encoding="utf-8"))["as_of"], "D")
    items = pd.read_csv(directory / "items.csv", dtype={"item_id": str}).set_index("item_id")
    asked = pd.read_csv(directory / FOLDER / INVITATIONS, dtype=_TYPES)
    count = 0
    for supplier_id, own in asked[asked["invited"]].groupby("supplier_id", sort=True):
        folder = folder_of(directory, str(supplier_id))
        form = _form(own.reset_index(drop=True), items.loc[own["item_id"]], random)
        form["valid_until"] = str(today + 60)
        form.loc[form["unit_price"].isna(), "valid_until"] = None
        form.to_csv(folder / BIDS, index=False, lineterminator="\n")
        _terms(items.loc[own["item_id"], "units"].sum(), random).to_csv(folder / TERMS, index=False)
        count += int(form["unit_price"].notna().sum())
    return count


def _form(asked: pd.DataFrame, items: pd.DataFrame, random: Generator) -> pd.DataFrame:
    """Draw the bids of one supplier, shape ``(n_asked, n_columns)``."""
    count, units = len(asked), items["units"].to_numpy()
    # Who knows no price goes by what a unit is worth to the buyer, and does not know that either.
    guess = items["uncovered_penalty"].to_numpy() * random.uniform(0.45, 0.75, count)
    known = asked["known_price"].to_numpy(dtype=np.float64)
    price = np.round(np.where(np.isnan(known), guess, known) * random.lognormal(0.0, 0.06, count), 2)
    answers = random.random(count) < 0.85
    tiered = answers & (random.random(count) < 0.3) & (units >= 4)
    some = random.random(count) < 0.2
    form = pd.DataFrame({"item_id": asked["item_id"]}, columns=list(FORM_COLUMNS)).astype(object)
    columns: dict[str, tuple[Any, Any]] = {
        "unit_price": (price, answers),
        "max_units": (np.where(some, np.maximum(units // 2, 1), units), answers & ~tiered),
        "min_units": (np.maximum(units // 4, 1), answers & some),
        "lead_time_days": (asked["arrives_day"].to_numpy(), answers),
        "freight_per_unit": (np.round(asked["freight_per_unit"].to_numpy(), 2), answers),
        "from_units_2": (np.maximum(units // 2, 2), tiered & ~some),
        "unit_price_2": (np.round(price * 0.94, 2), tiered & ~some),
    }
    for name, (values, where) in columns.items():
        form.loc[where, name] = np.asarray(values, dtype=object)[where]
    return form


def _terms(asked_units: int, random: Generator) -> pd.DataFrame:
    """Draw what a supplier costs once it is used, and how much it can deliver."""
    capacity = max(1, round(asked_units * random.uniform(0.4, 0.8)))
    return pd.DataFrame({"fixed_cost": [round(float(random.uniform(20.0, 120.0)), 2)], "capacity_units": [capacity]})


def main(argv: list[str] | None = None) -> None:
    """Fill in the forms of an event directory."""
    parser = argparse.ArgumentParser(prog="python -m scenarios.supplier_bids", description=main.__doc__)
    parser.add_argument("directory", type=Path, metavar="EVENT_DIR", help="event that counterpoise rfq wrote")
    parser.add_argument("--seed", type=int, default=1, help="of all that is drawn (default: %(default)s)")
    arguments = parser.parse_args(argv)
    fill_forms(arguments.directory, seed=arguments.seed)


if __name__ == "__main__":
    main()
