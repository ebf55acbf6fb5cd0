"""Tables with anything at all in their cells: an event, or all that is wrong with them, and never another error."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from network.events.reading import event_from_frames
from network.events.settings import event_settings
from network.events.writing import event_to_frames
from network.problems import NetworkError
from optimizer.award import award_of
from optimizer.certificate.awards import certify_award
from tests.sourcing.drawing import drawn_event

CELLS: list[Any] = [
    *(None, float("nan"), float("inf"), pd.NaT, "", "\x00", "é" * 300, b"x", [], {}, (1, 2), complex(1, 2), object()),
    *(-1, -0.0, 1e-9, 0.3, 1.5, 2**31, 2**53 + 1, 2**63, 2**70, 1e300, True, False, np.int64(3), np.float32(2.5)),
    *(
        "12,5",
        "0x10",
        "1e5",
        "\uff11\uff12",
        "nan",
        "true",
        "abc",
        "LIMIT",
        "at_least",
        "supplier_item",
        "lanes",
        "XXX",
    ),
    *(datetime.date(2024, 1, 1), pd.Timestamp("2024-01-01 12:00"), "2024-13-01", "9999-12-31", "1600-01-01"),
    *("I1", "S1", "B1", " I1 ", "i1", "I999", "K1", "EUR"),
]

SETTINGS: list[Any] = [
    *(None, "", -1, 0, 13, 1e9, float("nan"), "abc", "EUR", True, [], {}, {"measure": 5}, {"measure": "cvar"}),
    *(
        {"measure": "cvar", "cvar_level": 1.0},
        {"survive_share": 1.5},
        {"measure": "expectation", "samples": 0},
        {"x": 1},
    ),
]

Frames = dict[str, pd.DataFrame]


def spoiled(rng: np.random.Generator, frames: Frames, settings: dict[str, Any]) -> None:
    """Change a cell, a column, a table or a key."""
    name = str(rng.choice(sorted(frames)))
    table = frames[name] = frames[name].copy()
    change = rng.choice(["cell", "column", "table", "key"], p=[0.7, 0.1, 0.1, 0.1])
    if change == "key":
        settings[str(rng.choice(["currency", "as_of", "money_decimals", "risk", "gap"]))] = SETTINGS[
            rng.integers(len(SETTINGS))
        ]
    elif change == "table":
        others = [pd.concat([table, table]), table.iloc[:0], table.astype(str), table.drop(columns=table.columns[:1])]
        frames[name] = others[rng.integers(len(others))]
    elif len(table):
        cells = pd.Series([CELLS[rng.integers(len(CELLS))]] * len(table), dtype=object, index=table.index)
        column = str(rng.choice(table.columns))
        if change == "cell":
            cells = table[column].where(np.arange(len(table)) != rng.integers(len(table)), cells)
        table[column] = cells


@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(60, 2000), marks=pytest.mark.slow)])
def test_anything_in_tables_is_read_or_told(seeds):
    """What is read can be certified, and written and read again."""
    told = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        frames, settings = drawn_event(seed)
        for _ in range(int(rng.integers(1, 4))):
            spoiled(rng, frames, settings)
        try:
            event, _ = event_from_frames(frames, settings)
        except NetworkError as error:
            told += bool(error.problems)
            continue
        certify_award(event, award_of(rng.integers(0, 8, len(event.bids))))
        event_from_frames(event_to_frames(event), event_settings(event))
    assert 0.2 * len(seeds) < told < 0.9 * len(seeds)


@pytest.mark.parametrize("seeds", [range(60), pytest.param(range(60, 1000), marks=pytest.mark.slow)])
def test_good_bids_are_kept(seeds):
    """Of events with bad cells in bids, tiers and deliveries all bids stay that have none of them."""
    lost = 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        frames, settings = drawn_event(seed, packages=False, alternates=False)
        touched = set()
        for name in ("bids", "tiers", "deliveries"):
            table = frames[name]
            for row in np.flatnonzero(rng.random(len(table)) < 0.15):
                touched.add(table.at[row, "bid_id"])
                table.at[row, str(rng.choice(table.columns))] = CELLS[rng.integers(len(CELLS))]
                touched.add(table.at[row, "bid_id"] if isinstance(table.at[row, "bid_id"], str) else "")
        ids = set(drawn_event(seed, packages=False, alternates=False)[0]["bids"]["bid_id"])
        event, problems = event_from_frames(frames, settings, keep_good=True)
        gone = ids - set(event.bids.bid_id)
        assert gone <= touched, seed
        unnamed = gone & {one for one in frames["bids"]["bid_id"] if isinstance(one, str)}
        assert not unnamed or any(not problem.is_warning for problem in problems), seed
        lost += len(gone)
    assert lost > len(seeds) / 4
