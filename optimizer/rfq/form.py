"""The form that a supplier fills in: one row for each item, more where it has more to offer."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from urllib.parse import quote

FOLDER: Final = "rfq"
"""Of an event directory: what leaves it, a folder for each supplier."""

INVITATIONS: Final = "invitations.csv"
ITEMS: Final = "items.csv"
BIDS: Final = "bids.csv"
TERMS: Final = "terms.csv"

FURTHER_TIERS: Final = (2, 3, 4)
"""Tiers beside the first, whose price is `unit_price`."""

BID_COLUMNS: Final = (
    "item_id",
    "unit_price",
    "currency",
    "min_units",
    "max_units",
    "pack_units",
    "lead_time_days",
    "valid_until",
    "freight",
    "freight_per_unit",
    "capacity_per_unit",
    "alternate_id",
    "package_id",
    "tier_kind",
)
"""Columns of the table ``bids`` of an event that a form has, in its order."""

TIER_COLUMNS: Final = tuple(name for tier in FURTHER_TIERS for name in (f"from_units_{tier}", f"unit_price_{tier}"))

DELIVERIES: Final = (1, 2, 3, 4)
"""Deliveries of a bid that does not deliver everything at once."""

DELIVERY_COLUMNS: Final = tuple(name for row in DELIVERIES for name in (f"deliver_day_{row}", f"deliver_units_{row}"))

FORM_COLUMNS: Final = (*BID_COLUMNS, *TIER_COLUMNS, *DELIVERY_COLUMNS)

TERM_COLUMNS: Final = ("fixed_cost", "capacity_units")
"""Columns of the table ``suppliers`` that a supplier says of itself."""


def folder_of(directory: Path, supplier_id: str) -> Path:
    """Folder of a supplier, whatever characters its id has.

    Parameters
    ----------
    directory : Path
        Of the event.
    """
    name = quote(supplier_id, safe=" ")
    return directory / FOLDER / (name.replace(".", "%2E") if not name.strip(".") else name)
