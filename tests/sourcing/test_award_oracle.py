"""Certificate, award and two solvers against an independent reading of docs/sourcing.md and brute force."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from network.events import Event
from network.events.reading import event_from_frames
from optimizer.award import AwardCertificate, award_of
from optimizer.certificate.awards import certify_award
from optimizer.plan import Status
from optimizer.request import Parameters
from optimizer.sourcing.solve import award
from tests.sourcing.drawing import drawn_event
from tests.sourcing.oracle.brute_force import best_award, every_award
from tests.sourcing.oracle.formulation import Formulation
from tests.sourcing.oracle.offers import faults
from tests.sourcing.oracle.program import SOLVERS
from tests.sourcing.oracle.reading import World, read_world
from tests.sourcing.oracle.valuation import Valuation, value

Frames = dict[str, pd.DataFrame]

KINDS: list[dict[str, Any]] = [
    {"kind": "adjust"},
    {"kind": "consistent"},
    *(
        {"kind": "limit", "measure": measure, "per": per}
        for measure in ("lots", "spend", "volume", "winners")
        for per in ("all", "supplier", "item", "supplier_item")
    ),
]

FEW, MANY = range(20), pytest.param(range(20, 400), marks=pytest.mark.slow)

FOCI: list[dict[str, Any]] = [
    {},
    {"risk": True, "survive": False},
    {"survive": True, "risk": False},
    {"packages": True, "alternates": True},
    {"tiers": True, "packs": True, "minimums": True, "dates": True},
]
"""Features that are drawn more often than by default."""

PROVED = Parameters(time_limit_seconds=60, gap=0)


def both(frames: Frames, settings: dict[str, Any]) -> tuple[Event, World]:
    """An event as the product and as the oracle read it."""
    return event_from_frames(frames, settings)[0], read_world(frames, settings)


def some_awards(world: World, seed: int) -> np.ndarray:
    """Valid awards, others that keep quantities, and both spoiled; units by bid."""
    rng = np.random.default_rng(seed)
    every = every_award(world)
    valid = every[value(world, every).valid]
    chosen = [*valid[rng.permutation(len(valid))[:3]], *every[rng.integers(0, len(every), 2)]]
    spoiled = [np.maximum(0, one + rng.integers(-2, 4, len(one)) * (rng.random(len(one)) < 0.3)) for one in chosen]
    return np.array(chosen + spoiled)


def disagreements(
    world: World, units: np.ndarray, valuation: Valuation, row: int, certificate: AwardCertificate
) -> list[str]:
    """Where a certificate says something else; of bids that are not usable only that the award is not valid."""
    found = [] if certificate.valid == valuation.valid[row] else [f"valid: {certificate.valid}"]
    if any(faults(world, bid) for bid, count in zip(world.bids, units, strict=True) if count):
        return found
    broken = {rule for rule, where in valuation.broken.items() if where[row]}
    named = {violation.rule.replace("bids.lead_time_days", "bids.max_units") for violation in certificate.violations}
    found += [f"rules: {broken} {named}"] if broken != named else []
    terms = {
        "spend": (valuation.spend[row], certificate.spend),
        "objective": (valuation.objective[row], certificate.objective),
    }
    for mine, theirs in ((valuation.ledger, certificate.ledger), (valuation.adjustments, certificate.adjustments)):
        terms |= {name: (mine[name][row] if name in mine else 0, theirs.get(name, 0)) for name in {*mine, *theirs}}
    return found + [f"{name}: {one} {other}" for name, (one, other) in terms.items() if one != other]


@pytest.mark.parametrize("seeds", [FEW, MANY])
def test_certificates_agree(seeds):
    judged = [0, 0]
    for seed in seeds:
        event, world = both(*drawn_event(seed))
        awards = some_awards(world, seed)
        valuation = value(world, awards)
        for row, units in enumerate(awards):
            certificate = certify_award(event, award_of(units))
            assert disagreements(world, units, valuation, row, certificate) == [], (seed, units)
            judged[certificate.valid] += 1
    assert min(judged) > len(seeds)


@pytest.mark.parametrize("seeds", [FEW, MANY])
@pytest.mark.parametrize("solver", SOLVERS)
def test_solvers_agree(solver, seeds):
    feasible = 0
    for seed in seeds:
        world = read_world(*drawn_event(seed))
        best = best_award(world)
        formulation = Formulation(world)
        units = formulation.units(SOLVERS[solver](formulation.program))
        assert (units is None) == (best is None), seed
        if units is not None and best is not None:
            valuation = value(world, np.array([units]))
            assert valuation.valid[0], seed
            assert valuation.objective[0] == best[0], seed
            feasible += 1
    assert 0.5 * len(seeds) < feasible < len(seeds)


def assert_award_is_best(frames: Frames, settings: dict[str, Any], name: str) -> bool:
    """Compare `award` with brute force; says whether any award is valid."""
    event, world = both(frames, settings)
    best = best_award(world)
    result = award(event, PROVED)
    if best is None:
        assert (result.status, result.award, result.bound) == (Status.INFEASIBLE, None, None), name
        return False
    assert result.certificate is not None
    assert result.certificate.valid, name
    assert result.objective == best[0], name
    assert result.bound is not None
    assert result.bound <= best[0], name
    assert result.status is Status.OPTIMAL, name
    return True


@pytest.mark.parametrize("seeds", [range(3), pytest.param(range(3, 100), marks=pytest.mark.slow)])
@pytest.mark.parametrize("focus", FOCI, ids="-".join)
def test_awards_are_best(focus, seeds):
    found = [assert_award_is_best(*drawn_event(1000 + seed, **focus), name=f"{seed} {focus}") for seed in seeds]
    assert any(found)


@pytest.mark.parametrize("seeds", [range(1), pytest.param(range(1, 30), marks=pytest.mark.slow)])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: "-".join(kind.values()))
def test_awards_keep_every_kind_of_rule(kind, seeds):
    """One rule by itself, mandatory or with a price."""
    for seed in seeds:
        price = {"violation_price": 5.0} if seed % 2 and kind["kind"] != "adjust" else {}
        assert_award_is_best(*drawn_event(2000 + seed, rules=[kind | price]), name=f"{seed} {kind}")
