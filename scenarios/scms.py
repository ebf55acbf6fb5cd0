"""Real deliveries of HIV medicines and tests become a sourcing event: who delivered what, at which price by quantity.

``python -m scenarios.scms SOURCE OUT`` reads the delivery history of the SCMS programme (USAID), reports every cell
that is no number or day, and writes an event directory of the items that at least two vendors delivered. Real: items,
vendors, prices, quantities, lead times, freight. Assumed: that old prices hold, and the rules; ``docs/scms.md`` lists
all of it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from network.events import event_from_frames, write_event
from network.problems import Problem, ProblemLog
from scenarios.scms_rows import deliveries_of

BANDS: Final = (1, 100, 1_000, 10_000, 100_000)
"""Packs of an order from which a price by quantity is looked for."""
RECENT_DAYS: Final = 3 * 365
"""Prices of an item and vendor are those of so many days up to its last delivery."""
YEAR_DAYS: Final = 365
FIXED_COST: Final = 5_000.0
"""USD per vendor that wins: contract, audit, quality control."""
WAREHOUSE: Final = "SCMS from RDC"
"""What the programme delivered from its own regional distribution centres; a vendor like others."""

RULES: Final = pd.DataFrame(
    [
        {"rule_id": "two-for-tests", "kind": "limit", "sense": "at_least", "measure": "winners", "per": "item",
         "item_group": "HRDT", "amount": 2, "violation_price": 10_000},
        {"rule_id": "half-from-stock", "kind": "limit", "sense": "at_most", "measure": "spend",
         "supplier_group": "warehouse", "share": 0.5, "violation_price": 0.05},
        {"rule_id": "few-vendors", "kind": "limit", "sense": "at_most", "measure": "winners", "amount": 25,
         "violation_price": 20_000},
        {"rule_id": "incumbents-first", "kind": "adjust", "incumbents": True, "share": -0.03},
    ]
)  # fmt: skip
"""Assumed, and documented in ``docs/scms.md``."""


@dataclass(frozen=True, slots=True)
class Scms:
    """The event's tables and what was found on the way."""

    frames: dict[str, pd.DataFrame]
    settings: dict[str, Any]
    problems: tuple[Problem, ...]
    rows: int
    """Rows of the file."""
    used: int
    """Deliveries of the items of the event."""
    without_freight: int
    """Bids of which no freight is known."""


def scms_event(source: Path) -> Scms:
    """Make the tables of an event of the delivery history.

    Raises
    ------
    ValueError
        The file is not that of the programme.
    """
    log = ProblemLog()
    cells: list[Problem] = []
    rows, deliveries = deliveries_of(source, log, cells)
    vendors = deliveries.groupby("item")["vendor"].transform("nunique")
    used = deliveries[vendors >= 2].reset_index(drop=True)
    offers = _offers(used)
    tiers = _tiers(used)
    several = tiers.groupby("bid_id")["bid_id"].transform("size") > 1
    price = tiers.drop_duplicates("bid_id").set_index("bid_id")["unit_price"]
    bids = offers.drop(columns="last")
    bids["unit_price"] = bids["bid_id"].map(price).where(~bids["bid_id"].isin(tiers["bid_id"][several]))
    unknown = bids["freight_per_unit"].isna()
    bids["freight_per_unit"] = bids["freight_per_unit"].fillna(0.0).round(6)
    frames = {
        "items": _items(used),
        "suppliers": _suppliers(used, deliveries["day"].max()),
        "bids": bids,
        "tiers": tiers[several].reset_index(drop=True),
        "rules": RULES,
    }
    as_of = deliveries["day"].max() + pd.Timedelta(days=1)
    settings = {"currency": "USD", "as_of": str(as_of.date()), "money_decimals": 6}
    return Scms(frames, settings, (*log.errors(), *cells), rows, len(used), int(unknown.sum()))


def _items(used: pd.DataFrame) -> pd.DataFrame:
    """Ask for the packs of the twelve months up to each item's last delivery."""
    last = used.groupby("item")["day"].transform("max")
    year = used[used["day"] > last - pd.Timedelta(days=YEAR_DAYS)]
    found = year.groupby("item").agg(item_group=("group", "first"), units=("packs", "sum")).reset_index()
    return found.rename(columns={"item": "item_id"})


def _suppliers(used: pd.DataFrame, today: pd.Timestamp) -> pd.DataFrame:
    """List vendors; those of the last twelve months are incumbents."""
    last = used.groupby("vendor")["day"].max()
    return pd.DataFrame(
        {
            "supplier_id": last.index,
            "supplier_group": np.where(last.index == WAREHOUSE, "warehouse", "vendor"),
            "fixed_cost": FIXED_COST,
            "incumbent": (last > today - pd.Timedelta(days=YEAR_DAYS)).to_numpy(),
        }
    )


def _offers(used: pd.DataFrame) -> pd.DataFrame:
    """One bid for each vendor and item: most packs in a year, usual days, freight of a pack where it is known."""
    pairs = ["item", "vendor"]
    last = used.groupby("item")["day"].transform("max")
    recent = used[used["day"] > last - pd.Timedelta(days=YEAR_DAYS)].groupby(pairs)["packs"].sum()
    yearly = used.groupby([*pairs, used["day"].dt.year])["packs"].sum().groupby(level=[0, 1]).max()
    known = used[used["freight"].notna()].groupby(pairs)[["freight", "packs"]].sum()
    days = used.groupby(pairs)["days"].median()
    found = pd.DataFrame(
        {
            "max_units": np.fmax(yearly, recent.reindex(yearly.index)).astype(np.int64),
            "lead_time_days": days.fillna(used["days"].median()).round().astype(np.int64),
            "freight_per_unit": (known["freight"] / known["packs"]).reindex(yearly.index),
            "last": used.groupby(pairs)["day"].max(),
        }
    ).reset_index()
    found = found.rename(columns={"item": "item_id", "vendor": "supplier_id"})
    found.insert(0, "bid_id", _bid_ids(found["item_id"], found["supplier_id"]))
    return found


def _tiers(used: pd.DataFrame) -> pd.DataFrame:
    """Prices by quantity: the middle one of those paid for orders of a size, where it is below that of smaller ones."""
    last = used.groupby(["item", "vendor"])["day"].transform("max")
    recent = used[used["day"] > last - pd.Timedelta(days=RECENT_DAYS)]
    band = np.array(BANDS)[np.searchsorted(BANDS, recent["packs"].to_numpy(), side="right") - 1]
    paid = recent["price"].groupby([recent["item"], recent["vendor"], pd.Series(band, recent.index, name="band")])
    price = paid.quantile(0.5, interpolation="lower").reset_index()
    price["bid_id"] = _bid_ids(price["item"], price["vendor"])
    lowest_before = price.groupby("bid_id")["price"].cummin().groupby(price["bid_id"]).shift()
    kept = price[lowest_before.isna() | (price["price"] < lowest_before)]
    first = ~kept["bid_id"].duplicated()
    units = kept["band"].where(~first, 1)
    return pd.DataFrame({"bid_id": kept["bid_id"], "from_units": units, "unit_price": kept["price"]})


def _bid_ids(item: pd.Series, vendor: pd.Series) -> pd.Series:
    return vendor + " / " + item


def describe(found: Scms) -> str:
    """Say what was read, as text for people."""
    codes = pd.Series([problem.code for problem in found.problems], dtype=object).value_counts().sort_index()
    listed = ", ".join(f"{code} {count:,}" for code, count in codes.items())
    bids, tiers = found.frames["bids"], found.frames["tiers"]
    return (
        f"{found.rows:,} deliveries, of which {found.used:,} are of the {len(found.frames['items']):,} items that at "
        f"least two vendors delivered.\n"
        f"{len(bids):,} bids of {len(found.frames['suppliers'])} vendors, {tiers['bid_id'].nunique()} of them with "
        f"prices by quantity, {found.without_freight} without known freight; {found.frames['items']['units'].sum():,} "
        f"packs asked for.\n"
        f"Problems of cells: {listed}."
    )


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 0, or 1 with a message when the file cannot be read."""
    parser = argparse.ArgumentParser(prog="python -m scenarios.scms", description="Make an event of real deliveries.")
    parser.add_argument("source", type=Path, help="SCMS_Delivery_History_Dataset.csv")
    parser.add_argument("out", type=Path, help="event directory to write")
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv", help="of the tables (default: csv)")
    parser.add_argument("--report", type=Path, help="file for the problems (default: OUT-problems.csv)")
    asked = parser.parse_args(words)
    report = asked.report or Path(f"{asked.out}-problems.csv")
    try:
        found = scms_event(asked.source)
    except (ValueError, OSError) as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    event, _ = event_from_frames(found.frames, found.settings)
    write_event(event, asked.out, file_format=asked.format)
    pd.DataFrame([asdict(problem) for problem in found.problems]).to_csv(report, index=False)
    sys.stdout.write(
        f"{describe(found)}\n\nWritten, with every problem in {report}; try: counterpoise award {asked.out} --out "
        f"{asked.out}-award\n"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
