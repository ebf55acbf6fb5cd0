"""Events of packages: read as covering problems that have the same optimum, bounded validly, searched with proof."""

from dataclasses import replace

import numpy as np
import pytest

from network.columns import NO_LIMIT
from network.events import Event, Measure, RuleKind, Sense, TierKind, Tiers
from optimizer.award import award_of
from optimizer.backends import BACKENDS, Answer, Outcome, Search
from optimizer.certificate.awards import certify_award
from optimizer.plan import Status
from optimizer.request import Parameters
from optimizer.sourcing.packages.greedy import greedy_choice
from optimizer.sourcing.packages.improving import improve, left_out_cost, neighbourhoods_of, total_cost
from optimizer.sourcing.packages.prices import bound_at
from optimizer.sourcing.packages.program import columns_of, covering_program
from optimizer.sourcing.packages.reading import covering_of
from optimizer.sourcing.packages.search import _Search as Searched
from optimizer.sourcing.packages.search import search_packages
from optimizer.sourcing.packages.winners import first_winners
from optimizer.sourcing.progress import AwardProgress
from optimizer.sourcing.solve import award
from optimizer.sourcing.strategies import package_count
from scenarios.generate.packages import PackageRules, PackageShape, generate_packages

SEEDS = range(24)


def _drawn(seed: int) -> Event:
    """Small event of packages with everything that a covering problem can have."""
    rng = np.random.default_rng(seed)
    rules = PackageRules(*(rng.random(3) < 0.5))
    event = generate_packages(PackageShape(22, 7), ("regional", "random")[seed % 2], seed, rules)
    event = replace(event, bids=_bids(event, rng))
    event = replace(event, suppliers=_suppliers(event, rng))
    return event if not len(event.rules) or rng.random() < 0.3 else replace(event, rules=_rules(event, rng))


def _suppliers(event, rng):
    n = len(event.suppliers)
    fixed = np.where(rng.random(n) < 0.5, rng.integers(0, 3000, n), 0).astype(float)
    is_capped = (rng.random(n) < 0.5) & np.all(event.bids.package_id != "")
    capacity = np.where(is_capped, rng.integers(20, 300, n), NO_LIMIT)
    return replace(event.suppliers, fixed_cost=fixed, capacity_units=capacity)


def _bids(event, rng):
    """Some packages of one bid become plain bids, some are alternates, some bring more than is needed."""
    bids = event.bids
    alone = np.unique(bids.package_id.astype(str), return_inverse=True, return_counts=True)
    size = alone[2][alone[1]]
    package = np.where((size == 1) & (rng.random(len(bids)) < 0.5), "", bids.package_id)
    alternate = np.where((alone[1] % 5 == 0) & (package != ""), "either", "").astype(object)
    capped = event.items.max_units[bids.item] < NO_LIMIT
    more = np.where(capped | (package == ""), 0, rng.integers(0, 3, len(bids)))
    return replace(bids, package_id=package.astype(object), alternate_id=alternate, max_units=bids.max_units + more)


def _rules(event, rng):
    """The lots of all together, and units or spend of one supplier, are limited instead."""
    measure = np.array([Measure.WINNERS, Measure.LOTS], dtype=np.int8)
    amount, supplier = event.rules.amount.copy(), event.rules.supplier.copy()
    if np.all(event.bids.package_id != ""):
        measure[1] = rng.choice([Measure.VOLUME, Measure.SPEND])
        supplier[1], amount[1] = int(rng.integers(len(event.suppliers))), float(rng.integers(50, 3000))
    else:
        supplier[1], amount[1] = int(rng.integers(len(event.suppliers))), float(rng.integers(1, 4))
    return replace(event.rules, measure=measure, supplier=supplier, amount=amount)


def _optimum(event):
    """Cost of the best choice of columns, None where there is none, by the covering program."""
    covering = covering_of(event)
    written = covering_program(covering, event.money_decimals)
    answer = BACKENDS["highs"](written.program, Search(seconds=30.0))
    if answer.outcome is Outcome.INFEASIBLE:
        return covering, None, None
    chosen = answer.columns[: covering.n_columns] > 0.5
    np.testing.assert_allclose(
        columns_of(covering, written, chosen) @ written.program.objective * -100, total_cost(covering, chosen)
    )
    return covering, chosen, total_cost(covering, chosen)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_covering_problem_has_the_optimum_of_the_event(seed):
    """Fixed costs, capacities, penalties, alternates, plain bids, limits of winners, lots, units and spend."""
    event = _drawn(seed)
    result = award(event, Parameters(time_limit_seconds=30.0, backend="highs"))
    covering, chosen, cost = _optimum(event)
    if cost is None:
        assert result.status is Status.INFEASIBLE
        return
    bought = covering.award(chosen)
    certificate = certify_award(event, bought)
    assert certificate.valid, certificate.violations
    assert certificate.objective == cost == result.objective
    assert np.array_equal(covering.chosen(bought), chosen)


def test_drawn_events_have_everything():
    """Each feature occurs."""
    events = [_drawn(seed) for seed in SEEDS]
    coverings = [covering_of(event) for event in events]
    assert all(covering is not None for covering in coverings)
    assert any(len(covering.lots.most) for covering in coverings)
    assert any(len(covering.most_winners) for covering in coverings)
    assert any(len(covering.rows.most) > 1 for covering in coverings)
    assert any(np.any(covering.most_times == 1) for covering in coverings)
    assert any(np.any(covering.skip_cost >= 0) for covering in coverings)
    assert any(np.any(event.bids.package_id == "") for event in events)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_prices_prove_too_much(seed):
    """Whatever items are worth, the bound is at most the optimum."""
    covering, _, cost = _optimum(_drawn(seed))
    if cost is None:
        return
    rng = np.random.default_rng(seed)
    each = int(covering.cost.mean() / np.diff(covering.first).mean())
    for _ in range(20):
        assert bound_at(covering, rng.integers(-each // 4, 2 * each, covering.n_items)) <= cost
    assert bound_at(covering, np.zeros(covering.n_items, dtype=np.int64)) == 0


@pytest.mark.parametrize("seed", SEEDS)
def test_a_greedy_choice_breaks_nothing_but_cover(seed):
    """So do the first winners' packages."""
    event = _drawn(seed)
    covering = covering_of(event)
    for winners in (None, first_winners(covering, left_out_cost(covering))):
        certificate = certify_award(event, covering.award(greedy_choice(covering, winners)))
        assert {violation.rule for violation in certificate.violations} <= {"items.units"}


@pytest.mark.usefixtures("by_looks")
@pytest.mark.parametrize("seed", [2, 3, 5, 8])
def test_neighbourhoods_end_near_the_optimum_and_every_choice_is_valid(seed):
    """Whatever is reported has a certificate and costs what it says."""
    event = generate_packages(PackageShape(40, 12), "regional", seed, PackageRules(winner_limit=seed % 2 == 0))
    covering, _, cost = _optimum(event)
    near, found = neighbourhoods_of(covering, event.money_decimals), []
    improve(near, greedy_choice(covering), 3.0, seed, found.append)
    assert found
    certificates = [certify_award(event, covering.award(chosen)) for chosen in found]
    assert all(certificate.valid for certificate in certificates)
    objectives = [certificate.objective for certificate in certificates]
    assert objectives == sorted(objectives, reverse=True) == [total_cost(covering, chosen) for chosen in found]
    assert cost <= objectives[-1] <= 1.1 * cost


@pytest.mark.parametrize("structure", ["regional", "random"])
@pytest.mark.parametrize("rules", [PackageRules(), PackageRules(winner_limit=True), PackageRules(partition=True)])
def test_small_events_are_proved(structure, rules):
    """The search ends with the optimum of the general program, proved."""
    event = generate_packages("XS", structure, 3, rules)
    progress = AwardProgress(event, Parameters(time_limit_seconds=240.0))
    assert search_packages(progress)
    assert progress.gap <= 1e-6
    assert progress.objective == _optimum(event)[2]


def test_a_solver_proves_no_more_than_what_was_open_to_it():
    """Where columns are fixed that only dearer awards have, its bound, or that there is no solution, ends there."""
    event = generate_packages("XS", "regional", 3)
    covering, _, cost = _optimum(event)
    money, reach = 10**event.money_decimals, 0.9 * cost
    for outcome, said, proved in (
        (Outcome.OPTIMAL, -2.0 * cost / money, reach),
        (Outcome.OPTIMAL, -0.8 * cost / money, 0.8 * cost),
        (Outcome.INFEASIBLE, None, reach),
    ):
        progress, unbound = AwardProgress(event, Parameters()), np.zeros(len(covering.lots.most), dtype=np.bool_)
        search = Searched(progress, covering, neighbourhoods_of(covering, event.money_decimals), unbound, np.inf)
        search.take(Answer(outcome, None, said, None), "a solver", reach / money)
        assert not progress.infeasible
        assert progress.bound == pytest.approx(proved, abs=2)
    search.take(Answer(Outcome.INFEASIBLE, None, None, None), "a solver")
    assert progress.infeasible


def test_limits_of_lots_that_an_award_breaks_are_told_to_solvers_from_then_on():
    """They begin without any."""
    event = generate_packages("XS", "regional", 3, PackageRules(winner_limit=True))
    covering = covering_of(event)
    limits = replace(covering, lots=replace(covering.lots, most=np.arange(len(covering.lots.most)) * 1000))
    progress, unbound = AwardProgress(event, Parameters()), np.zeros(len(limits.lots.most), dtype=np.bool_)
    search = Searched(progress, limits, neighbourhoods_of(limits, event.money_decimals), unbound, np.inf)
    assert len(search.relaxed.lots.most) == search.known[2] == 0
    search.take(Answer(Outcome.OPTIMAL, np.ones(limits.n_columns), None, None), "a solver")
    assert search.binding.tolist() == [True, *[False] * (len(unbound) - 1)]
    assert len(search.relaxed.lots.most) == search.known[2] == 1


def test_events_of_many_packages_go_to_their_engine():
    """The reason says so; what is found has its certificate."""
    event = generate_packages(PackageShape(150, 20), "regional", 4)
    result = award(event, Parameters(time_limit_seconds=120.0, gap=0.05))
    assert "150 packages" in result.backend_reason
    assert result.certificate.valid
    assert result.gap <= 0.05


def test_an_event_that_cannot_be_awarded():
    """An item that no package has: proved infeasible."""
    event = generate_packages("XS", "random", 1)
    units = np.where(np.arange(len(event.bids)) >= 0, event.bids.max_units, 0)
    event = replace(event, bids=replace(event.bids, max_units=units, item=np.maximum(event.bids.item, 1)))
    progress = AwardProgress(event, Parameters(time_limit_seconds=120.0))
    assert search_packages(progress)
    assert progress.infeasible


def test_what_is_no_covering_problem_is_left_to_others():
    """Tiers, packages that bring a part, rules that ask for more, packs: nothing is done."""
    event = generate_packages("XS", "regional", 1, PackageRules(winner_limit=True))
    bids, rules = event.bids, event.rules
    plain = np.where(np.arange(len(bids)) == 0, "", bids.package_id).astype(object)
    tiers = Tiers(np.zeros(2, dtype=np.int32), np.array([1, 3]), np.array([9.0, 8.0]))
    tiered = replace(bids, package_id=plain, unit_price=np.where(plain == "", np.nan, bids.unit_price))
    others = [
        replace(event, bids=replace(bids, max_units=bids.max_units - (np.arange(len(bids)) == 0))),
        replace(event, rules=replace(rules, sense=np.full(2, Sense.AT_LEAST, dtype=np.int8))),
        replace(event, rules=replace(rules, violation_price=np.array([5.0, np.nan]))),
        replace(event, rules=replace(rules, kind=np.full(2, RuleKind.CONSISTENT, dtype=np.int8))),
        replace(event, bids=replace(bids, package_id=plain, pack_units=np.where(plain == "", 2, 1))),
        replace(event, bids=tiered, tiers=tiers),
    ]
    for other in others:
        progress = AwardProgress(other, Parameters(time_limit_seconds=5.0))
        assert not search_packages(progress)
        assert progress.award is None
    assert set(tiered.tier_kind) == {TierKind.ALL_UNITS}
    assert package_count(AwardProgress(event, Parameters()).offers) == 60


def test_awards_of_other_quantities_are_no_choices():
    """Half a package has no columns."""
    event = generate_packages("XS", "regional", 1)
    units = np.zeros(len(event.bids), dtype=np.int64)
    units[0] = 1
    assert covering_of(event).chosen(award_of(units)) is None
