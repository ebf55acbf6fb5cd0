"""Awards of large events: prices prove bounds, parts and moves keep what they count, the generator keeps its word."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from network.events import reading
from optimizer.award import award_of
from optimizer.backends import BACKENDS, RELAXATIONS, Outcome, Search
from optimizer.bidding.limits import breaches, limits_of
from optimizer.bidding.offers import offers_of
from optimizer.certificate.awards import certify_award
from optimizer.plan import Status
from optimizer.request import Parameters
from optimizer.sourcing.large import moves
from optimizer.sourcing.large.ascent import SHUT, USED, ascend
from optimizer.sourcing.large.branching import branch
from optimizer.sourcing.large.local_search import Neighbourhood
from optimizer.sourcing.large.parts import applied, part_of, solved
from optimizer.sourcing.large.prices import Pricing
from optimizer.sourcing.large.program import award_program, whole_program
from optimizer.sourcing.large.relaxing import cut, relax
from optimizer.sourcing.large.rounding import rounded
from optimizer.sourcing.large.search import search_large
from optimizer.sourcing.progress import AwardProgress
from optimizer.sourcing.solve import award
from scenarios.generate.sourcing import SourcingShape, generate_sourcing
from tests.sourcing.drawing import drawn_event

TINY = SourcingShape(items=8, suppliers=4, rules=12)


def _events():
    for regime in ("light", "heavy"):
        for seed in range(1, 3):
            yield generate_sourcing(TINY, regime, seed)


def test_generated_events_have_valid_awards():
    for event in (*_events(), generate_sourcing("S", "light", 1)):
        from scenarios.generate.sourcing_rules import no_rules  # noqa: PLC0415

        assert len(event.rules) > len(no_rules())
        measures = {int(each) for each in event.rules.measure}
        assert len(measures) >= 4
        assert offers_of(event).usable.max() == 0


def test_program_has_the_optimum_of_the_event():
    for event in _events():
        offers = offers_of(event)
        program = award_program(event, offers)
        answer = BACKENDS["highs"](whole_program(program), Search(seconds=10, gap=1e-7))
        certificate = certify_award(event, award_of(program.units(answer.columns, len(event.bids))))
        best = award(event, Parameters(time_limit_seconds=5))
        scale = 10**event.money_decimals
        assert certificate.valid
        assert certificate.objective >= best.bound - 1e-6 * best.objective
        assert -answer.bound <= best.objective / scale * (1 + 1e-6)
        if best.status is Status.OPTIMAL and answer.outcome is Outcome.OPTIMAL:
            assert certificate.objective == pytest.approx(best.objective, rel=2e-6)


def test_any_prices_prove_a_bound():
    random = np.random.default_rng(7)
    for event in _events():
        best = award(event, Parameters(time_limit_seconds=5))
        pricing = Pricing(award_program(event, offers_of(event)))
        first = pricing.first_prices()
        for _ in range(20):
            prices = first * random.uniform(0, 2, len(first)) + random.normal(size=len(first)) * 5
            priced = pricing.at(pricing.within(prices))
            assert priced.bound <= best.objective / 10**event.money_decimals


def _counting(most):
    steps = iter(range(most))
    return lambda: next(steps, None) is not None


def test_climbing_comes_near_the_linear_relaxation():
    event = generate_sourcing("XS", "light", 1)
    pricing = Pricing(award_program(event, offers_of(event)))
    prices, use = pricing.climb(pricing.first_prices(), _counting(4), lambda priced, _: None)
    relaxed = -BACKENDS["highs"](whole_program(pricing.program), Search(seconds=20, gap=0.02)).bound
    assert 0.97 * relaxed <= pricing.at(prices).bound <= 1.001 * relaxed
    assert np.all((use >= 0) & (use <= 1))


def test_relaxation_of_few_segments_proves_that_of_all():
    for event in _events():
        pricing = Pricing(award_program(event, offers_of(event)))
        proofs = []
        relax(pricing, pricing.first_prices(), lambda: 20.0, proofs.append)
        whole = RELAXATIONS["highs"](whole_program(pricing.program), Search(seconds=20))
        bounds = [proof.bound for proof in proofs]
        assert max(bounds) == pytest.approx(-whole.bound, rel=3e-4)
        assert max(bounds) <= -whole.bound * (1 + 1e-9)
        assert proofs[-1].columns is not None
        assert pricing.program.cost @ proofs[-1].columns == pytest.approx(-whole.bound, rel=3e-4)


def test_cuts_prove_no_more_than_holds():
    for event in _events():
        best = award(event, Parameters(time_limit_seconds=5))
        proof = cut(award_program(event, offers_of(event)), 5.0)
        assert proof.bound <= best.objective / 10**event.money_decimals * (1 + 1e-6)


def test_rounding_keeps_what_the_relaxation_buys_whole():
    event = generate_sourcing("XS", "light", 1)
    pricing = Pricing(award_program(event, offers_of(event)))
    proofs = []
    relax(pricing, pricing.first_prices(), lambda: 20.0, proofs.append)
    near, columns = Neighbourhood(event, pricing.program), proofs[-1].columns
    state = rounded(near, columns, np.random.default_rng(1))
    counted = near.snapshot(state)
    near.recount(counted)
    assert counted.cost[0] == pytest.approx(state.cost[0], rel=1e-9)
    n = pricing.program.n_flows
    bought = near.units(state, len(event.bids))
    np.testing.assert_array_equal(np.bincount(event.bids.item, bought, minlength=len(event.items)), state.bought)
    whole = columns[n : 2 * n] > 1 - 1e-6
    assert np.mean(state.packs[whole] > 0) > 0.5


def test_rules_name_the_items_that_they_count():
    event = generate_sourcing("XS", "light", 1)
    near = Neighbourhood(event, award_program(event, offers_of(event)))
    random = np.random.default_rng(1)
    found = [near.ruled_with(item, random, 30) for item in range(len(event.items))]
    assert all(item in items and len(items) <= 30 for item, items in enumerate(found))
    assert max(len(items) for items in found) > 1


def test_compiled_steps_find_what_prices_prove():
    for event in _events():
        pricing = Pricing(award_program(event, offers_of(event)))
        first = pricing.first_prices()
        found, _, _ = ascend(pricing.market, first, pricing.needed, 100, 1.0, 0.03, 20)
        assert pricing.at(found).bound >= pricing.at(first).bound
        np.testing.assert_array_equal(found, pricing.within(found))


def test_deciding_suppliers_proves_more_and_no_more_than_holds():
    better = 0
    for event in _events():
        best = award(event, Parameters(time_limit_seconds=5))
        pricing = Pricing(award_program(event, offers_of(event)))
        prices, use = pricing.climb(pricing.first_prices(), _counting(2), lambda priced, _: None)
        proved = [pricing.at(prices).bound]
        branch(pricing, prices, use, _counting(40), proved.append)
        assert proved == sorted(proved)
        assert proved[-1] <= best.objective / 10**event.money_decimals
        better += proved[-1] > proved[0] * (1 + 1e-3)
    assert better


def test_bounds_of_decisions_hold_for_awards_that_keep_them():
    event = generate_sourcing(TINY, "heavy", 1)
    best = award(event, Parameters(time_limit_seconds=5))
    wins = np.bincount(event.bids.supplier, best.award.by_bid(len(event.bids)), minlength=len(event.suppliers)) > 0
    pricing = Pricing(award_program(event, offers_of(event)))
    decided = np.where(wins, USED, SHUT).astype(np.int8)
    found, _, _ = ascend(pricing.market, pricing.first_prices(), decided, 200, 1.0, 0.03, 20)
    kept, free = pricing.at(found, decided).bound, pricing.at(found).bound
    assert free <= kept <= best.objective / 10**event.money_decimals


def test_suppliers_that_rules_need_win_in_every_award():
    found = 0
    for seed in range(1, 9):
        event = generate_sourcing(SourcingShape(items=8, suppliers=4, rules=24), "heavy", seed)
        program = award_program(event, offers_of(event))
        best = award(event, Parameters(time_limit_seconds=5))
        units = best.award.by_bid(len(event.bids))
        wins = np.bincount(event.bids.supplier, units, minlength=len(event.suppliers)) > 0
        assert np.all(wins[program.needed])
        for supplier in np.flatnonzero(program.needed)[:1]:
            blocked = np.arange(len(event.suppliers)) == supplier
            without = replace(event, suppliers=replace(event.suppliers, blocked=blocked))
            assert award(without, Parameters(time_limit_seconds=5)).status is Status.INFEASIBLE
        found += int(program.needed.sum())
    assert found


def test_moves_count_what_the_certificate_counts():
    for event in _events():
        program = award_program(event, offers_of(event))
        near = Neighbourhood(event, program)
        state, random = near.empty_state(), np.random.default_rng(3)
        for turn in range(6):
            order = random.permutation(len(event.items))
            moves.items_anew(*near.parts, state, order, 0.5, 1e4, turn)
            counted = float(state.cost[0])
            near.recount(state)
            assert counted == pytest.approx(float(state.cost[0]))
            certificate = certify_award(event, award_of(near.units(state, len(event.bids))))
            assert certificate.valid == (not len(near.broken(state)))
            if certificate.valid:  # violations count whole units, the state parts of them
                assert counted <= certificate.objective / 10**event.money_decimals + 1e-3


def test_parts_are_never_worse():
    for event in _events():
        program = award_program(event, offers_of(event))
        near, pricing = Neighbourhood(event, program), Pricing(program)
        state, random = near.empty_state(), np.random.default_rng(3)
        worth = pricing.at(pricing.first_prices()).worth
        for _ in range(4):
            before = float(state.cost[0])
            part = part_of(near, state, random.choice(len(event.items), 6, replace=False), worth)
            found = solved(part, 5.0, 1e-6)
            assert found is not None
            applied(near, state, part, found)
            assert state.cost[0] <= before
            counted = float(state.cost[0])
            near.recount(state)
            assert counted == pytest.approx(float(state.cost[0]))


@pytest.mark.parametrize("regime", ["light", "heavy"])
def test_what_a_search_finds_and_proves_holds(regime):
    event = generate_sourcing("XS", regime, 1)
    progress = AwardProgress(event, Parameters(time_limit_seconds=60.0, gap=0.4))  # compiling may take most of it
    search_large(progress)
    assert progress.bound is not None
    best = award(event, Parameters(time_limit_seconds=8.0))
    assert best.objective is None or progress.bound <= best.objective
    assert progress.certificate is not None
    assert progress.certificate.valid
    assert progress.bound <= progress.objective
    assert best.bound is None or best.bound <= progress.objective


def test_drawn_events_keep_their_bounds():
    for seed in range(15):
        frames, settings = drawn_event(seed, packages=False, risk=False, survive=False)
        event, _ = reading.event_from_frames(frames, settings)
        offers = offers_of(event)
        if np.any(offers.package >= 0) or not len(offers.from_units):
            continue
        best = award(event, Parameters(time_limit_seconds=3))
        if best.objective is None:
            continue
        pricing, least = Pricing(award_program(event, offers)), best.objective / 10**event.money_decimals
        first = pricing.within(pricing.first_prices())
        assert pricing.at(first).bound <= least + 1e-9, seed
        proved: list[float] = []
        branch(pricing, *pricing.climb(first, _counting(2), lambda priced, _: None), _counting(20), proved.append)
        assert max(proved, default=-np.inf) <= least * (1 + 1e-9) + 1e-9, seed
        answer = BACKENDS["highs"](whole_program(pricing.program), Search(seconds=3, gap=1e-7))
        assert answer.outcome is not Outcome.INFEASIBLE, seed
        assert -answer.bound <= least + 1e-4 * max(abs(least), 1), seed


def test_reference_award_keeps_the_rules():
    from scenarios.generate import sourcing_rules  # noqa: PLC0415

    event = generate_sourcing("XS", "light", 2)
    offers = offers_of(event)
    limits = limits_of(event, offers)
    assert len(limits)
    nothing = np.zeros(len(event.bids), dtype=np.int64)
    assert breaches(event, limits, nothing, nothing).max() > 0  # something is asked for
    assert sourcing_rules.family_kinds(event).shape == (len(event.items),)
