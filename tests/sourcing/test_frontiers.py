"""Frontiers against every award of small events."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from network.events import Event, event_from_frames
from optimizer.award import Award, AwardResult, award_of
from optimizer.certificate.awards import certify_award
from optimizer.plan import UNKNOWN_MONEY, Status
from optimizer.sourcing import frontiers
from optimizer.sourcing.at_hand import searched
from optimizer.sourcing.frontiers import (
    AT_MOST,
    risk_frontier,
    risk_frontier_table,
    winners_frontier,
    winners_frontier_table,
)
from tests.sourcing.drawing import drawn_event
from tests.sourcing.oracle.brute_force import best_award, every_award
from tests.sourcing.oracle.reading import read_world
from tests.sourcing.oracle.valuation import value
from tests.sourcing.small_event import EventCase

Frames = dict[str, pd.DataFrame]


def drawn(seed: int, **features: Any) -> tuple[Frames, dict[str, Any], Event]:
    """Draw an event."""
    frames, settings = drawn_event(seed, survive=False, rules=[], **features)
    return frames, settings, event_from_frames(frames, settings)[0]


def test_each_number_of_winners_has_its_best_award() -> None:
    points = falling = 0
    for seed in range(14):
        frames, settings, event = drawn(seed, risk=False, fixed=True)
        world = read_world(frames, settings)
        units = every_award(world)
        found = value(world, units)
        winners = np.array([len({world.bids[bid].supplier for bid in np.flatnonzero(row)}) for row in units])
        frontier = winners_frontier(event, seconds=60)
        for row, number in enumerate(frontier.winners.tolist()):
            kept = winners <= number if frontier.sense[row] == AT_MOST else winners >= number
            at = found.valid & kept
            best = int(found.objective[at].min()) if np.any(at) else UNKNOWN_MONEY
            assert frontier.objective[row] == best
            assert frontier.status[row] == ("optimal" if np.any(at) else "infeasible")
            points, falling = points + 1, falling + (frontier.sense[row] == AT_MOST)
    assert points > 20
    assert falling > 8


def test_points_whose_search_found_little_have_what_others_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most two winners may be one; and no award of two is below the bound for three."""
    lines = {"bid_id": [f"{s}{i}" for s in "abc" for i in "xyz"], "supplier_id": [s for s in "abc" for _ in "xyz"]}
    prices = [1, 4, 4, 4, 1, 4, 4, 4, 1]
    frames = {
        "items": pd.DataFrame({"item_id": list("xyz"), "units": 5, "uncovered_penalty": 9}),
        "suppliers": pd.DataFrame({"supplier_id": list("abc")}),
        "bids": pd.DataFrame({**lines, "item_id": list("xyz") * 3, "unit_price": prices}),
    }
    event = event_from_frames(frames, {"currency": "EUR", "as_of": "2026-01-05", "money_decimals": 0})[0]

    def hurried(asked: Event, known: list[Award], seconds: float) -> AwardResult:
        if "at_most 2 winners" not in asked.rules.rule_id.tolist():
            return searched(asked, known, seconds)
        none = award_of(np.zeros(9, dtype=np.int64))
        found = replace(searched(asked, known, seconds), status=Status.FEASIBLE, bound=None)
        return replace(found, award=none, certificate=certify_award(asked, none))

    monkeypatch.setattr(frontiers, "searched", hurried)
    frontier = winners_frontier(event, seconds=30)
    assert frontier.winners.tolist() == [0, 1, 2, 3]
    assert frontier.won.tolist() == [0, 1, 1, 3]
    assert frontier.objective.tolist() == [135, 45, 45, 15]
    assert frontier.bound.tolist() == [135, 45, 15, 15]
    assert frontier.status.tolist() == ["optimal", "optimal", "feasible", "optimal"]

    def never_again(asked: Event, known: list[Award], seconds: float) -> AwardResult:
        assert len(asked.rules), "the best award was proved before"
        return searched(asked, known, seconds)

    proved = searched(event, [], 30)
    monkeypatch.setattr(frontiers, "searched", never_again)
    assert winners_frontier(event, proved, seconds=30).objective.tolist() == [135, 45, 30, 15]


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_each_weight_of_risk_has_its_best_award(level: float) -> None:
    points = 0
    for seed in range(4):
        frames, settings, event = drawn(seed, risk=True)
        frontier = risk_frontier(event, seconds=60, weights=(0.0, 0.4, 1.0), levels=(level,))
        for row, weight in enumerate(frontier.weight.tolist()):
            risk = {**settings["risk"], "measure": "cvar", "cvar_level": level, "cvar_weight": weight}
            best = best_award(read_world(frames, {**settings, "risk": risk}))
            assert frontier.objective[row] == (UNKNOWN_MONEY if best is None else best[0])
            if best is not None and weight in {0.0, 1.0}:
                measured = frontier.worst if weight else frontier.expected
                assert measured[row] == frontier.objective[row]
            points += best is not None
    assert points > 4


def test_more_weight_of_risk_buys_less_of_it() -> None:
    _, _, event = drawn(8, risk=True)
    frontier = risk_frontier(event, seconds=60)
    assert np.all(np.diff(frontier.expected) >= 0)
    assert np.all(np.diff(frontier.worst) <= 0)
    table = risk_frontier_table(event, frontier)
    assert table["expected"].tolist() == (frontier.expected / 10.0**event.money_decimals).tolist()
    assert "awards" not in table


def test_frontiers_end_where_nothing_is_possible() -> None:
    case = EventCase()
    frontier = winners_frontier(case.event, case.award, seconds=30)
    assert frontier.winners.tolist() == [1, 2]
    assert frontier.status.tolist() == ["infeasible", "optimal"]
    table = winners_frontier_table(case.event, frontier)
    assert np.isnan(table["cost"].iloc[0])
    assert table["won"].tolist() == [-1, 2]


def test_risk_without_a_price_of_what_is_missing_is_refused() -> None:
    event = EventCase().event
    with pytest.raises(ValueError, match="item 'bolt' has no price"):
        risk_frontier(event, seconds=1)
    priced = replace(event, items=replace(event.items, shortage_penalty=np.array([50.0, 50.0, 90.0])))
    assert len(risk_frontier(priced, seconds=20, weights=(0.0,))) == 1
