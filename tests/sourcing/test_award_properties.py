"""What must hold between the best awards of two events that differ in one thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from network.events.reading import event_from_frames
from optimizer.plan import Status
from optimizer.request import Parameters
from optimizer.sourcing.solve import award
from tests.optimizer.directories import examples
from tests.sourcing.drawing import COLUMNS, drawn_event

Frames = dict[str, pd.DataFrame]
Settings = dict[str, Any]

SEEDS = st.integers(0, 10_000)

PROVED = Parameters(time_limit_seconds=60, gap=0)

PRICES = {
    "items": ["uncovered_penalty", "shortage_penalty"],
    "suppliers": ["fixed_cost"],
    "bids": ["unit_price", "freight_per_unit"],
    "tiers": ["unit_price"],
}
"""Columns of money, but for those of rules."""


def least(frames: Frames, settings: Settings) -> float:
    """The objective of the best award, infinity where none is valid."""
    event, _ = event_from_frames(frames, settings)
    result = award(event, PROVED)
    if result.objective is None or result.bound is None:
        assert result.status is Status.INFEASIBLE
        return float("inf")
    assert result.status is Status.OPTIMAL
    return result.objective


def changed(frames: Frames, **change: Callable[[pd.DataFrame], pd.DataFrame]) -> Frames:
    """The same tables with some of them changed."""
    return frames | {name: alter(frames[name]).reset_index(drop=True) for name, alter in change.items()}


def shuffled(frames: Frames, seed: int, *tables: str) -> Frames:
    """Rows of tables in another order."""
    rng = np.random.default_rng(seed)
    return changed(frames, **{name: lambda frame: frame.iloc[rng.permutation(len(frame))] for name in tables})


@examples(6)
@given(SEEDS)
def test_one_more_bid_never_costs_more(seed):
    """But for rules about each supplier that bids, and packages, which are no packages without one of their bids."""
    frames, settings = drawn_event(seed, rules=[{"per": "all"}, {"per": "item"}], packages=False, survive=False)
    last = frames["bids"]["bid_id"].iloc[-1]
    fewer = changed(
        frames, **dict.fromkeys(("bids", "tiers", "deliveries"), lambda frame: frame[frame["bid_id"] != last])
    )
    assert least(frames, settings) <= least(fewer, settings)


@examples(6)
@given(SEEDS, st.sampled_from(["limit", "consistent"]))
def test_one_rule_less_never_costs_more(seed, kind):
    frames, settings = drawn_event(seed, rules=[{"kind": kind}, {}])
    assert least(changed(frames, rules=lambda rules: rules.iloc[1:]), settings) <= least(frames, settings)


@examples(6)
@given(SEEDS)
def test_a_rule_without_price_is_no_rule(seed):
    frames, settings = drawn_event(seed, rules=[{"kind": "limit", "violation_price": 0.0}, {}])
    assert least(frames, settings) == least(changed(frames, rules=lambda rules: rules.iloc[1:]), settings)


@examples(6)
@given(SEEDS)
def test_twice_the_prices_are_twice_the_cost(seed):
    """Prices with so many decimals that nothing is rounded; whole currency units of violations would be."""
    frames, settings = drawn_event(seed, rules=[{"violation_price": None}, {"kind": "adjust"}], risk=False)
    settings["money_decimals"] = 6
    rules = frames["rules"]
    money = (rules["measure"] == "spend") | (rules["kind"] == "adjust")
    dearer = {
        name: lambda frame, name=name: frame.assign(**{c: 2 * frame[c].astype(float) for c in PRICES[name]})
        for name in PRICES
    }
    amounts = rules["amount"].astype(float) * np.where(money, 2, 1)
    twice = changed(frames, **dearer, rules=lambda frame: frame.assign(amount=amounts))
    assert least(twice, settings) == 2 * least(frames, settings)


@examples(6)
@given(SEEDS)
def test_the_order_of_rows_does_not_matter(seed):
    """Items in another order have another first one for consistency, suppliers other draws of failures."""
    frames, settings = drawn_event(seed)
    assert least(shuffled(frames, seed, *(set(COLUMNS) - {"items", "suppliers"})), settings) == least(frames, settings)
    frames, settings = drawn_event(seed, risk=False, rules=[{"kind": "limit"}, {"kind": "adjust"}])
    assert least(shuffled(frames, seed, "items", "suppliers"), settings) == least(frames, settings)


def by_the_million(frames: Frames) -> Frames:
    """The same event with every quantity, and what is counted in units or currency, a million times as large."""
    million = 10**6
    rules, tiers, bids = frames["rules"], frames["tiers"], frames["bids"]
    counted = rules["measure"].isin(["volume", "spend"])

    def more(frame: pd.DataFrame, *columns: str) -> pd.DataFrame:
        times = {name: [None if cell is None else cell * million for cell in frame[name]] for name in columns}
        return frame.assign(**{name: pd.Series(cells, dtype=object) for name, cells in times.items()})

    return frames | {
        "items": more(frames["items"], "units", "max_units"),
        "suppliers": more(frames["suppliers"], "fixed_cost", "capacity_units"),
        "bids": more(bids.assign(pack_units=bids["pack_units"].fillna(1)), "min_units", "max_units", "pack_units"),
        "tiers": tiers.assign(from_units=[(first - 1) * million + 1 for first in tiers["from_units"]]),
        "deliveries": more(frames["deliveries"], "units"),
        "rules": rules.assign(amount=rules["amount"].where(~counted, more(rules, "amount")["amount"])),
    }


@examples(6)
@given(SEEDS)
def test_quantities_by_the_million(seed):
    """Numbers of 10^13 money units, exact all the same; units of violations would be rounded less."""
    frames, settings = drawn_event(seed, rules=[{"violation_price": None}] * 2, risk=False)
    small, large = least(frames, settings), least(by_the_million(frames), settings)
    assert large == 10**6 * small
