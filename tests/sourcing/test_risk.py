"""Awards under risk against brute force, and against all rows of all scenarios at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from network.events import RiskMeasure, event_from_frames
from optimizer.bidding.offers import offers_of
from optimizer.plan import Status
from optimizer.request import Parameters
from optimizer.sourcing.risk import risk_terms
from optimizer.sourcing.solve import award
from tests.sourcing.drawing import drawn_event
from tests.sourcing.oracle.brute_force import best_award
from tests.sourcing.oracle.reading import read_world
from tests.sourcing.risky import risky_event
from tests.sourcing.straight import straight_objective


def test_awards_are_those_of_brute_force() -> None:
    measures: list[RiskMeasure] = []
    for seed in range(24):
        frames, settings = drawn_event(seed, risk=True)
        best = best_award(read_world(frames, settings))
        event = event_from_frames(frames, settings)[0]
        result = award(event, Parameters(time_limit_seconds=30))
        if best is None:
            assert result.status is Status.INFEASIBLE
            continue
        assert result.objective == best[0]
        assert result.status is Status.OPTIMAL
        assert result.bound is not None
        assert result.bound <= best[0]
        measures.append(event.risk.measure)
    assert measures.count(RiskMeasure.EXPECTATION) > 3
    assert measures.count(RiskMeasure.CVAR) > 3


@pytest.mark.parametrize(
    "risk",
    [
        {"measure": "expectation", "samples": 40},
        {"measure": "cvar", "samples": 30, "cvar_level": 0.8, "cvar_weight": 0.6},
        {"measure": "cvar", "samples": 30, "cvar_level": 0.9, "cvar_weight": 1.0},
        {"survive_share": 0.7},
        {"survive_share": 1.0, "measure": "expectation", "samples": 25},
    ],
)
def test_awards_are_those_of_all_rows_at_once(risk: dict[str, Any]) -> None:
    event = risky_event(3, n_items=6, n_suppliers=6, bidders=4, **risk)
    result = award(event, Parameters(time_limit_seconds=60))
    assert result.objective is not None
    # Whole units of money are rounded once; solvers have tolerances.
    assert result.objective / 100 == pytest.approx(straight_objective(event), rel=2e-6, abs=0.011)
    assert result.status is Status.OPTIMAL


def test_scenarios_that_differ_by_nobody_who_bids_for_an_item_share_what_is_missing() -> None:
    event = risky_event(3, n_items=6, n_suppliers=6, bidders=2, measure="expectation", samples=200)
    terms = risk_terms(event, offers_of(event))
    assert terms is not None
    # Two bidders: both, either or none of them fails; with none nothing is missing of what must be covered.
    assert np.bincount(terms.shortage_item).max() <= 3
    assert len(terms.penalty) < terms.shortage.size / 3
    bidders = [event.bids.supplier[event.bids.item == item] for item in range(len(event.items))]
    for number, item in enumerate(terms.shortage_item.tolist()):
        patterns = terms.fails[terms.shortage[:, item] == number][:, bidders[item]]
        assert len(np.unique(patterns, axis=0)) == 1


def test_many_bidders_are_told_apart() -> None:
    event = risky_event(3, n_items=2, n_suppliers=70, bidders=70, measure="expectation", samples=50)
    terms = risk_terms(event, offers_of(event))
    assert terms is not None
    assert len(terms.penalty) == 2 * np.count_nonzero(terms.fails.any(axis=1))
    assert terms.shortage_probability.sum() == 2 * terms.probability[terms.fails.any(axis=1)].sum()


def test_whole_values_at_risk_prove_nothing() -> None:
    event = risky_event(3, n_items=3, n_suppliers=3, bidders=2, measure="cvar", samples=10)
    result = award(event, Parameters(time_limit_seconds=5, backend="cp_sat"))
    assert result.award is not None
    assert result.bound is None
    proved = award(event, Parameters(time_limit_seconds=20))
    assert proved.status is Status.OPTIMAL
    assert proved.objective is not None
    assert result.objective is not None
    assert result.objective >= proved.objective


@pytest.mark.parametrize("price", [2, 3, 4, 5])
def test_a_half_is_the_objective_and_the_bound(price: int) -> None:
    """Half of the time one unit is paid, and nothing is missing: half of odd prices is rounded down, in both."""
    frames = {
        "items": pd.DataFrame({"item_id": ["i"], "units": 1, "shortage_penalty": 0}),
        "suppliers": pd.DataFrame({"supplier_id": ["a"]}),
        "bids": pd.DataFrame({"bid_id": ["b"], "supplier_id": "a", "item_id": "i", "unit_price": price}),
        "scenarios": pd.DataFrame({"scenario_id": ["s"], "supplier_id": "a", "probability": 0.5}),
    }
    settings = {"currency": "EUR", "as_of": "2026-01-05", "money_decimals": 0, "risk": {"measure": "expectation"}}
    result = award(event_from_frames(frames, settings)[0], Parameters(time_limit_seconds=30))
    assert (result.objective, result.bound, result.status) == (price // 2, price // 2, Status.OPTIMAL)
