"""Rows that make awards survive the loss of a winner: each is broken by awards that do not, and by no valid one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.events import Event, event_from_frames
from optimizer.award import award_of
from optimizer.bidding.offers import Offers, Usable, offers_of
from optimizer.certificate.awards import certify_award
from optimizer.sourcing.survival import ALWAYS, LossCut, first_cuts, loss_cuts
from tests.sourcing.drawing import drawn_event

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
    for seed in range(50):
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
    assert fell > 100
    assert stood > 30
