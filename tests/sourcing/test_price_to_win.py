"""Prices to win against every award of small events, tried at those prices and just above."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from network.events import Event, event_from_frames
from optimizer.award import AwardResult, award_of
from optimizer.plan import UNKNOWN_MONEY
from optimizer.request import Parameters
from optimizer.sourcing.bid_feedback import for_supplier, prices_to_win_table
from optimizer.sourcing.price_to_win import BETWEEN, EXACT, NEVER, WON, PricesToWin, prices_to_win
from optimizer.sourcing.solve import award
from tests.sourcing.drawing import drawn_event
from tests.sourcing.oracle.brute_force import every_award
from tests.sourcing.oracle.reading import read_world
from tests.sourcing.oracle.valuation import value

Frames = dict[str, pd.DataFrame]

_MARGIN = 3e-6
"""Above the proved factor: what solvers' tolerances may leave."""


def drawn(seed: int, **features: Any) -> tuple[Frames, dict[str, Any], Event]:
    """Draw an event with prices of many decimals, so that a millionth of a price is not lost in rounding."""
    frames, settings = drawn_event(seed, survive=False, **features)
    settings["money_decimals"] = 6
    return frames, settings, event_from_frames(frames, settings)[0]


def solved(event: Event) -> AwardResult:
    """Find the best award."""
    return award(event, Parameters(time_limit_seconds=30))


def taken_with(event: Event, bid: int) -> list[int]:
    """Return a bid and all that is in its package."""
    bids = event.bids
    same = (bids.package_id == bids.package_id[bid]) & (bids.supplier == bids.supplier[bid])
    return np.flatnonzero(same).tolist() if bids.package_id[bid] else [bid]


def at_factor(frames: Frames, event: Event, bids: list[int], factor: float) -> Frames:
    """Change prices in the tables themselves."""
    ids = event.bids.bid_id[bids]
    changed = {name: frame.copy() for name, frame in frames.items()}
    for table in ("bids", "tiers"):
        column = changed[table]["unit_price"].astype(float)
        changed[table]["unit_price"] = np.where(changed[table]["bid_id"].isin(ids), column * factor, column)
    return changed


class Tried:
    """Every award of an event."""

    def __init__(self, frames: Frames, settings: dict[str, Any], event: Event) -> None:
        self.frames, self.settings, self.event = frames, settings, event
        self.units = every_award(read_world(frames, settings))

    def least_with(self, bids: list[int], factor: float) -> int | None:
        """Least objective of awards that take bids at a factor on their prices."""
        found = value(read_world(at_factor(self.frames, self.event, bids, factor), self.settings), self.units)
        at = found.valid & np.all(self.units[:, bids] > 0, axis=1)
        return int(found.objective[at].min()) if np.any(at) else None


def check(tried: Tried, prices: PricesToWin, best: int) -> list[str]:
    """Check every bid; returns the outcomes."""
    for row, bid in enumerate(prices.bid.tolist()):
        bids = taken_with(tried.event, bid)
        stated, outcome = tried.least_with(bids, 1.0), prices.outcome[row]
        if outcome == WON:
            assert stated == best
        elif stated is None and tried.least_with(bids, 0.0) is None:
            assert outcome in {NEVER, BETWEEN}  # between: where lower prices may break rules on spend
        elif stated is None:
            assert np.isnan(prices.factor_low[row]) or prices.factor_low[row] < 1
        else:
            assert prices.difference_low[row] <= stated - best <= prices.difference_high[row]
            assert prices.difference_high[row] - prices.difference_low[row] <= 10
            low, high = prices.factor_low[row], prices.factor_high[row]
            above = None if high >= 1 else tried.least_with(bids, high + _MARGIN)
            assert above is None or above > best
            if outcome == NEVER:
                assert (tried.least_with(bids, 0.0) or best + 1) > best
            elif outcome == EXACT or not np.isnan(low):
                assert (tried.least_with(bids, low) or best + 1) <= best
    return list(prices.outcome)


@pytest.mark.parametrize("measure", [False, True])
def test_factors_win_and_those_above_lose(measure: bool) -> None:
    outcomes: list[str] = []
    for seed in range(30, 38):
        frames, settings, event = drawn(seed, risk=measure)
        result = solved(event)
        if result.objective is not None:
            prices = prices_to_win(event, result, seconds=120)
            outcomes += check(Tried(frames, settings, event), prices, result.objective)
    assert outcomes.count(EXACT) >= 8
    assert outcomes.count(BETWEEN) <= 6
    assert outcomes.count(NEVER) >= 1


def test_what_all_share_no_time_for_is_stated_as_not_known() -> None:
    _, _, event = drawn(31, risk=False)
    result = solved(event)
    prices = prices_to_win(event, result, seconds=0.0)
    lost = prices.outcome != WON
    assert np.all(prices.outcome[lost] == BETWEEN)
    assert np.all(np.isnan(prices.factor_low[lost]))
    assert np.all(prices.difference_high[lost] == UNKNOWN_MONEY)
    table = prices_to_win_table(event, prices)
    assert table["difference_high"].isna().sum() == lost.sum()


def test_an_award_without_a_bound_is_proved_first_and_a_poor_one_improved() -> None:
    _, _, event = drawn(31, risk=False)
    result = solved(event)
    assert result.award is not None
    alone, proved = (prices_to_win(event, given, seconds=60) for given in (result.award, result))
    assert np.array_equal(alone.factor_low, proved.factor_low, equal_nan=True)


def test_awards_that_break_rules_are_refused() -> None:
    _, _, event = drawn(31, risk=False)
    with pytest.raises(ValueError, match="breaks rules"):
        prices_to_win(event, award_of(np.full(len(event.bids), 10**6)), seconds=1.0)


def test_a_supplier_is_shown_its_own_bids_and_no_money_of_others() -> None:
    _, _, event = drawn(31, risk=False)
    prices = prices_to_win(event, solved(event), seconds=60)
    shown = {name: for_supplier(event, prices, name) for name in event.suppliers.supplier_id.tolist()}
    assert sum(map(len, shown.values())) == len(prices)
    for name, table in shown.items():
        own = event.bids.bid_id[event.suppliers.supplier_id[event.bids.supplier] == name]
        assert set(table["bid_id"]) <= set(own)
        assert list(table.columns) == ["bid_id", "item_id", "package_id", "rank", "light", "factor"]
    lights = pd.concat(shown.values())
    assert set(lights["light"]) <= {"green", "amber", "red", "grey"}
    assert (lights["light"] == "green").sum() == (prices.outcome == WON).sum()
    with pytest.raises(ValueError, match="'nobody' is not in the event"):
        for_supplier(event, prices, "nobody")
