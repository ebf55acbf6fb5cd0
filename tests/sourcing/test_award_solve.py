"""The verb: what it proves, what it starts from, when it stops."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.award import Award, award_of
from optimizer.plan import Status, StopReason
from optimizer.request import Parameters
from optimizer.sourcing import strategies
from optimizer.sourcing.model import award_model, award_program
from optimizer.sourcing.progress import AwardProgress
from optimizer.sourcing.runs import Task
from optimizer.sourcing.solve import award
from scenarios.generate.sourcing import generate_sourcing
from tests.sourcing.test_award_model import event, plain

TWO = [{"supplier_id": "A", "unit_price": 2.0}, {"supplier_id": "B", "unit_price": 3.0}]


def facilities(n_items=12, n_suppliers=5, seed=3):
    """Event with fixed costs and capacities."""
    rng = np.random.default_rng(seed)
    prices = rng.integers(100, 400, (n_suppliers, n_items)) / 100
    return event(
        items=[{"item_id": f"I{item}", "units": int(rng.integers(5, 20))} for item in range(n_items)],
        suppliers=[
            {"supplier_id": f"S{supplier}", "fixed_cost": 60.0, "capacity_units": 80} for supplier in range(n_suppliers)
        ],
        bids=[
            {
                "bid_id": f"B{supplier}-{item}",
                "supplier_id": f"S{supplier}",
                "item_id": f"I{item}",
                "unit_price": float(prices[supplier, item]),
            }
            for supplier in range(n_suppliers)
            for item in range(n_items)
        ],
    )


def test_the_cheapest_bid_wins():
    """Status, bound and gap of a proved award; sizes of what was solved."""
    result = award(plain(bids=TWO))
    assert (result.status, result.stopped_by) == (Status.OPTIMAL, StopReason.PROVED)
    assert result.award.bid.tolist() == [0]
    assert result.award.units.tolist() == [10]
    assert (result.objective, result.bound, result.gap) == (2000, 2000, 0.0)
    assert result.certificate.valid
    assert result.sizes == {"items": 1, "suppliers": 2, "bids": 2, "rules": 0}
    assert "highs" in result.backend_reason


@pytest.mark.parametrize("backend", ["highs", "scip", "cp_sat", "pulp"])
def test_every_backend_finds_it(backend):
    """A backend that is named is used, in a process of its own."""
    result = award(facilities(), Parameters(time_limit_seconds=60.0, backend=backend))
    best = award(facilities())
    assert result.objective == best.objective
    assert result.backend.startswith(f"award: {backend}")
    assert result.status is Status.OPTIMAL
    assert backend in result.backend_reason


def test_an_unknown_backend_is_refused():
    """The names that there are come with the refusal."""
    with pytest.raises(ValueError, match="use one of"):
        award(plain(bids=TWO), Parameters(backend="nobody"))


def test_incumbents_get_better_and_bounds_rise():
    """What is published on the way is certified, and never worse than before."""
    seen = []
    result = award(facilities(), on_incumbent=seen.append)
    objectives = [each.objective for each in seen if each.objective is not None]
    bounds = [each.bound for each in seen if each.bound is not None]
    assert objectives == sorted(objectives, reverse=True)
    assert bounds == sorted(bounds)
    assert (objectives[-1], bounds[-1]) == (result.objective, result.bound)
    assert seen[0].found_by in {"greedy", "buying nothing"}
    assert all(each.elapsed_seconds >= 0 for each in seen)


def test_known_awards_count_as_far_as_they_are_valid():
    """The best award given back is the answer; one that is short of units is none."""
    best = award(facilities())
    again = award(facilities(), known=[best.award])
    assert again.backend.startswith("award: a known award")
    assert again.objective == best.objective
    short = Award(best.award.bid[:1], best.award.units[:1])
    assert award(facilities(), known=[short]).objective == best.objective


def test_a_wide_gap_stops_early():
    """An award within the gap that was asked for is enough."""
    result = award(facilities(), Parameters(gap=0.9))
    assert result.stopped_by in {StopReason.GAP_LIMIT, StopReason.PROVED}
    assert result.gap <= 0.9


def test_nothing_can_be_bought():
    """Without a usable bid, units are left uncovered where they may be; else the event is infeasible."""
    tables = {
        "suppliers": [{"supplier_id": "A", "blocked": True}],
        "bids": [{"bid_id": "B", "supplier_id": "A", "item_id": "I", "unit_price": 1.0}],
    }
    result = award(event(items=[{"item_id": "I", "units": 4, "uncovered_penalty": 2.5}], **tables))
    assert (result.status, result.stopped_by) == (Status.OPTIMAL, StopReason.NOTHING_TO_DO)
    assert (result.objective, len(result.award)) == (1000, 0)
    result = award(event(items=[{"item_id": "I", "units": 4}], **tables))
    assert (result.status, result.stopped_by) == (Status.INFEASIBLE, StopReason.PROVED)
    assert [conflict.rule for conflict in result.conflicts] == ["items.uncovered_penalty"]


def test_many_bids_of_which_none_can_be_used(monkeypatch):
    """As many as large events have, with rules: nothing can be bought, and the answer says so."""
    drawn = generate_sourcing("XS", "light", 1)
    monkeypatch.setattr(strategies, "LARGE_BIDS", len(drawn.bids))
    blocked = np.ones(len(drawn.suppliers), dtype=np.bool_)
    result = award(
        replace(drawn, suppliers=replace(drawn.suppliers, blocked=blocked)), Parameters(time_limit_seconds=60)
    )
    assert result.status in {Status.OPTIMAL, Status.INFEASIBLE}
    assert result.award is None or not result.award.units.sum()


def test_a_bound_above_an_award_was_none():
    """Bounds are only believed while no certified award beats them."""
    progress = AwardProgress(plain(bids=TWO), Parameters())
    progress.prove(2500, "somebody")
    assert progress.bound == 2500
    assert progress.offer(award_of(np.array([10, 0])), "me")
    assert progress.bound is None
    progress.prove(2500, "somebody")
    assert progress.bound is None
    progress.prove(1999, "somebody")
    assert (progress.bound, progress.gap) == (1999, pytest.approx(1 / 2000))
    assert not progress.offer(award_of(np.array([9, 1])), "me")
    assert not progress.offer(award_of(np.array([9, 0])), "me")


def test_broken_units_are_settled_at_the_same_switches():
    """A solver that was not asked for whole flows and ends between two best awards still gives one."""
    both = [{"supplier_id": "A", "unit_price": 2.0}, {"supplier_id": "B", "unit_price": 2.0}]
    progress = AwardProgress(plain(units=3, bids=both), Parameters())
    built = award_model(progress.event)
    task = Task(progress, built, award_program(built))
    assert built.flows_are_whole
    columns = np.zeros(task.program.n_columns)
    columns[:2] = 1.5
    task._on_solution("somebody")(columns)
    assert progress.objective == 600
