"""A small event by hand, with an award of it that keeps every rule."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import numpy as np
import pandas as pd

from network.events import Event, event_from_frames
from optimizer.award import Award, AwardCertificate, award_of
from optimizer.certificate.awards import certify_award

TABLES: Final = {
    "items": """
item_id,item_group,units,max_units,needed_by_days,uncovered_penalty
bolt,metal,100,130,10,
nut,metal,50,,,3
chip,board,10,,,
""",
    "suppliers": """
supplier_id,supplier_group,fixed_cost,capacity_units,incumbent,blocked,failure_probability
acme,near,40,180,true,false,0.1
base,far,,,false,false,0
core,far,,,false,true,0
""",
    "bids": """
bid_id,supplier_id,item_id,unit_price,currency,min_units,max_units,pack_units,tier_kind,lead_time_days,valid_until,freight_per_unit,capacity_per_unit,alternate_id,package_id
A1,acme,bolt,,,20,90,10,all_units,5,,,,,
A2,acme,nut,1,,,,,,,,,2,,
B1,base,bolt,,EUR,5,80,,incremental,,,0.1,,one,
B2,base,bolt,2,,,80,,,,,,,one,
B3,base,nut,0.9,,,20,,,,,,,,both
B4,base,chip,7,,,10,,,,,0.5,,,both
B5,base,chip,9,,,,,,,2023-12-31,,,,
B6,base,bolt,1,,,,,,11,,,,,
C1,core,chip,1,,,,,,,,,,,
""",
    "tiers": """
bid_id,from_units,unit_price
A1,1,2
A1,60,1.5
B1,1,2
B1,31,1.6
""",
    "rates": """
currency,rate
EUR,1.25
""",
}
SETTINGS: Final = {"currency": "USD", "as_of": "2024-01-01", "money_decimals": 2}

UNITS: Final = {"A1": 60, "A2": 20, "B1": 40, "B3": 20, "B4": 10}
"""By bid; keeps every rule."""


@dataclass(frozen=True)
class EventCase:
    """Tables, settings and an award, each of which can be changed."""

    frames: Mapping[str, pd.DataFrame] = field(
        default_factory=lambda: {name: table_of(text) for name, text in TABLES.items()}
    )
    settings: Mapping[str, Any] = field(default_factory=lambda: dict(SETTINGS))
    units: Mapping[str, int] = field(default_factory=lambda: dict(UNITS))

    @property
    def event(self) -> Event:
        """The event of the tables."""
        return event_from_frames(dict(self.frames), self.settings)[0]

    @property
    def award(self) -> Award:
        """The award as columns."""
        return award_of(np.array([self.units.get(bid, 0) for bid in self.event.bids.bid_id], dtype=np.int64))

    def certify(self) -> AwardCertificate:
        """Certify the award."""
        return certify_award(self.event, self.award)

    def buying(self, **units: int) -> Self:
        """The case with other units of some bids."""
        return replace(self, units={**self.units, **units})

    def setting(self, **settings: Any) -> Self:
        """The case with other keys of event.json."""
        return replace(self, settings={**self.settings, **settings})

    def where(self, table: str, row: str, **cells: Any) -> Self:
        """The case with other cells in the row of a table whose first column is `row`."""
        frame = self.frames[table].copy()
        for column, value in cells.items():
            frame[column] = frame[column].astype(object) if column in frame else None
            frame.loc[frame.iloc[:, 0] == row, column] = value
        return replace(self, frames={**self.frames, table: frame})

    def ruled(self, **rule: Any) -> Self:
        """The case with one more rule, a limit if not said otherwise."""
        one = pd.DataFrame([{"rule_id": "R", "kind": "limit"} | rule])
        known = [self.frames["rules"]] if "rules" in self.frames else []
        return replace(self, frames={**self.frames, "rules": pd.concat([*known, one], ignore_index=True)})


def table_of(text: str) -> pd.DataFrame:
    """Read a table from CSV."""
    return pd.read_csv(io.StringIO(text.strip()))
