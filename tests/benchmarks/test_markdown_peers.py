"""Peers of clearance: what they compute beforehand is what the certificate finds, and no rule is broken."""

import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from benchmarks.peers import markdown_program, markdown_rule
from benchmarks.peers.clock import Clock
from benchmarks.peers.price_paths import plan_of_paths, written_out
from benchmarks.sales_simulation import _compared
from network import network_from_frames, network_to_frames, settings_of
from optimizer.certificate import certify
from optimizer.plan import Markdowns
from optimizer.request import Request
from optimizer.worth.choices import choices_of
from optimizer.worth.price_paths import repriced
from scenarios.generate.clearance import ClearanceShape, generate_clearance

KINDS = ["together", "all_or_none", "at_most_one"]
SHAPE = ClearanceShape(skus=12, stores=6, zones=2, categories=3)
REQUEST = Request()


@pytest.fixture
def clock(monkeypatch):
    """A minute, and nobody who ends the process."""
    monkeypatch.setattr("signal.setitimer", lambda *_: None)
    return Clock(time.monotonic(), 60.0)


@pytest.fixture(scope="module")
def small():
    """24 choices of one markdown, a group of every kind."""
    frames = network_to_frames(network := generate_clearance(SHAPE, seed=1))
    sku = frames["products"].sort_values(["category", "sku_id"])["sku_id"].to_numpy().reshape(3, 4)[:, :3]
    frames["clearance_groups"] = pd.DataFrame(
        {"group_id": np.repeat(["A", "B", "C"], 3), "sku_id": sku.ravel(), "kind": np.repeat(KINDS, 3)}
    )
    frames["clearance_rules"] = frames["clearance_rules"].assign(max_markdowns=1, min_step_share=0.3)
    return network_from_frames(frames, settings_of(network))[0]


def test_all_paths_are_listed():
    """2,605 where nothing but the number of markdowns limits them; the first is the list price."""
    network = generate_clearance(ClearanceShape(skus=3, stores=2, zones=1, categories=3), seed=1)
    clearance = written_out(network, REQUEST)
    free = [decision for decision in clearance.decisions if decision.price.shape[1] == 2_605]
    assert free
    for decision in clearance.decisions:
        assert np.all(decision.price[:, 0] == clearance.choices.list_price[decision.members][:, None])
        assert np.all(np.diff(decision.price, axis=2) <= 0)
        assert len(np.unique(decision.price[0], axis=0)) == decision.price.shape[1]


def test_worths_are_those_of_the_certificate(small):
    """Benefit, adjustments and forgone margins of random paths, up to rounding."""
    clearance = written_out(small, REQUEST)
    random = np.random.default_rng(3)
    for _ in range(5):
        path = [int(random.integers(len(each.worth))) for each in clearance.decisions]
        found = certify(small, REQUEST, plan_of_paths(clearance, path))
        expected = sum(each.worth[at] for each, at in zip(clearance.decisions, path, strict=True))
        assert found.objective / 10**small.money_decimals == pytest.approx(expected, abs=0.01)
        spent = np.zeros(len(clearance.budget))
        for each, at in zip(clearance.decisions, path, strict=True):
            for budget, lost in each.forgone.items():
                spent[budget] += lost[at]
        over = np.maximum(spent - clearance.budget, 0)
        said = sum(each.amount for each in found.violations if each.rule == "markdown_budgets")
        assert said / 10**small.money_decimals == pytest.approx(over.sum(), abs=0.01)


def test_programs_agree_and_the_rule_makes_less(small, clock):
    """HiGHS and CBC find the same optimum; all plans pass the certificate; the rule is no better."""
    plans = {
        name: solve(small, REQUEST, clock)
        for name, solve in (
            ("highs", markdown_program.highs),
            ("cbc", markdown_program.pulp_cbc),
            ("rule", markdown_rule.plan),
        )
    }
    judged = {name: certify(small, REQUEST, found.plan) for name, found in plans.items()}
    assert all(each.valid for each in judged.values()), judged
    made = {name: each.objective / 10**small.money_decimals for name, each in judged.items()}
    assert made["highs"] == pytest.approx(plans["highs"].bound, abs=0.05)
    assert made["cbc"] == pytest.approx(made["highs"], abs=0.05)
    assert len(plans["rule"].plan.markdowns) > 0
    assert made["rule"] < made["highs"]


def test_rules_that_paths_are_not_written_out_for(small):
    """Stock that arrives later is refused, not ignored."""
    late = replace(
        small,
        stock=replace(
            small.stock, in_transit=small.stock.in_transit + 1, in_transit_arrival_day=small.stock.on_hand * 0 + 9
        ),
    )
    with pytest.raises(ValueError, match="stock that arrives later"):
        written_out(late, REQUEST)


def test_simulated_sales_are_those_expected_where_all_is_there():
    """And where stock arrives later, the model promises no more than a little beyond what is sold."""
    network = generate_clearance("M", seed=2, arrivals=True)
    choices = choices_of(network)
    price = np.repeat(choices.list_price[:, None], choices.n_periods, axis=1)
    price[:, 3:] *= 0.7
    network = repriced(network, Markdowns(choices.sku, choices.zone, price))
    awaits = network.stock.in_transit > 0
    random = np.random.default_rng(5)
    there = _compared(network, np.flatnonzero(~awaits)[:400], random)
    assert abs(there["difference"]) < 4 * there["standard_error"]
    late = _compared(network, np.flatnonzero(awaits)[:400], random)
    assert -0.1 < late["difference"] < 0.02
