"""Rows that make awards survive the loss of a winner: each is broken by awards that do not, and by no valid one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from network.events import Event, event_from_frames
from optimizer.award import award_of
from optimizer.bidding.offers import Offers, Usable, offers_of
from optimizer.certificate.awards import certify_award
from optimizer.plan import Status
from optimizer.request import Parameters
from optimizer.sourcing.solve import award
from optimizer.sourcing.survival import ALWAYS, LossCut, first_cuts, loss_cuts
from tests.sourcing.drawing import drawn_event
from tests.sourcing.oracle.brute_force import best_award
from tests.sourcing.oracle.reading import read_world
from tests.sourcing.risky import risky_event
from tests.sourcing.straight import straight_objective

Ints = NDArray[np.int64]


def drawn(seed: int) -> Event:
    """Draw an event that asks for survival and has no other rules."""
    frames, settings = drawn_event(seed, survive=True, partial=0.3, rules=[], capacities=0.8)
    return event_from_frames(frames, settings)[0]


def drawn_units(event: Event, offers: Offers, rng: np.random.Generator) -> Ints:
    """Buy the fewest or the most units of some bids."""
    units = np.zeros(len(event.bids), dtype=np.int64)
    often = rng.random()
    for bid in np.flatnonzero(offers.usable == Usable.YES).tolist():
        if rng.random() < often:
            ends = offers.from_units[offers.first_segment[bid]], offers.most_units[bid]
            units[bid] = ends[int(rng.random() < 0.7)]
    return units


def breaks(cut: LossCut, units: Ints) -> bool:
    """Whether an award breaks a row."""
    asked = cut.condition == ALWAYS or units[cut.condition] > 0
    return asked and int(cut.units @ (units[cut.bid] > 0)) < cut.need


def test_rows_are_broken_where_the_certificate_says_so_and_by_no_valid_award() -> None:
    rng = np.random.default_rng(7)
    fell = stood = 0
    for seed in range(30):
        event = drawn(seed)
        offers = offers_of(event)
        cuts, valid = first_cuts(event, offers), []
        for _ in range(20):
            units = drawn_units(event, offers, rng)
            certificate = certify_award(event, award_of(units))
            lost = any(violation.rule == "risk.survive_share" for violation in certificate.violations)
            found = loss_cuts(event, offers, units > 0)
            assert bool(found) == lost
            assert not found or any(breaks(cut, units) for cut in found)
            cuts += found
            if certificate.valid:
                valid.append(units)
            fell, stood = fell + lost, stood + certificate.valid
        for units in valid:
            assert not any(breaks(cut, units) for cut in cuts)
    assert fell > 60
    assert stood > 15


def test_awards_that_survive_are_those_of_brute_force() -> None:
    possible = dear = 0
    for seed in range(24):
        frames, settings = drawn_event(seed, survive=True, partial=0.4, rules=[], risk=False)
        settings["risk"]["survive_share"] = min(settings["risk"]["survive_share"], 0.7)
        best = best_award(read_world(frames, settings))
        result = award(event_from_frames(frames, settings)[0], Parameters(time_limit_seconds=30))
        assert result.objective == (None if best is None else best[0])
        assert result.status is (Status.INFEASIBLE if best is None else Status.OPTIMAL)
        if best is not None:
            careless = best_award(read_world(frames, settings | {"risk": {}}))
            assert careless is not None
            possible, dear = possible + 1, dear + (careless[0] < best[0])
    assert possible > 4
    assert dear > 1


@pytest.mark.parametrize(("seed", "scarce", "share"), [(2, 0.45, 0.8), (3, 0.6, 0.6), (4, 0.6, 0.8)])
def test_rows_found_on_the_way_are_as_good_as_all_rows_at_once(seed: int, scarce: float, share: float) -> None:
    event = risky_event(seed, n_items=8, n_suppliers=6, bidders=4, survive_share=share)
    capacity = (event.suppliers.capacity_units * scarce).astype(np.int64)
    event = replace(event, suppliers=replace(event.suppliers, capacity_units=capacity))
    result = award(event, Parameters(time_limit_seconds=60))
    assert result.award is not None
    assert result.objective is not None
    assert result.objective / 100 == pytest.approx(straight_objective(event), rel=2e-6, abs=0.011)
    assert not loss_cuts(event, offers_of(event), result.award.by_bid(len(event.bids)) > 0)
