"""Seeded retail networks against what is known: no bound below a known benefit, no benefit above a known bound."""

import pandas as pd
import pytest

from network import read_network
from optimizer import Incumbent, Parameters, Request, Status, StopReason, certify, solve

SECONDS = 2.0
"""Too short to prove anything, long enough for several strategies to speak up."""

SLOW_SECONDS = 60.0


def _known(shared_data, instance):
    return pd.read_csv(shared_data / "retailnet" / "known.csv").set_index("instance").loc[instance]


def _solved(shared_data, instance, seconds):
    """Solve and check all that must hold of any answer, however little time there was."""
    network, _ = read_network(shared_data / "retailnet" / instance)
    known, scale = _known(shared_data, instance), 10.0**network.money_decimals
    incumbents: list[Incumbent] = []
    result = solve(network, Request(), Parameters(time_limit_seconds=seconds), on_incumbent=incumbents.append)
    assert result.status in (Status.FEASIBLE, Status.OPTIMAL)
    certificate = certify(network, Request(), result.plan)
    assert certificate.valid, certificate.violations
    assert certificate.benefit == result.benefit
    assert sum(certificate.ledger.values()) == result.benefit
    assert result.bound / scale >= known.best_known_benefit * (1 - 1e-9)
    assert result.benefit / scale <= known.best_known_bound * (1 + 1e-9)
    assert result.bound >= result.benefit
    assert result.gap >= 0
    return result, incumbents, known, scale


def _check_incumbents(result, incumbents) -> None:
    """Better and better, and the last one is the answer."""
    benefits = [incumbent.benefit for incumbent in incumbents if incumbent.benefit is not None]
    bounds = [incumbent.bound for incumbent in incumbents if incumbent.bound is not None]
    assert benefits == sorted(benefits)
    assert bounds == sorted(bounds, reverse=True)
    assert (benefits[-1], bounds[-1]) == (result.benefit, result.bound)
    moments = [incumbent.elapsed_seconds for incumbent in incumbents]
    assert moments == sorted(moments)


@pytest.mark.parametrize("instance", ["S_common", "S_scarce", "S_costly"])
def test_small_networks(shared_data, instance):
    """Certified plans within seconds, stopped by the clock, with a plan that moves units published on the way."""
    result, incumbents, *_ = _solved(shared_data, instance, SECONDS)
    assert result.stopped_by is StopReason.TIME_LIMIT
    assert result.benefit > 0
    _check_incumbents(result, incumbents)
    moving = [incumbent for incumbent in incumbents if incumbent.plan is not None and incumbent.plan.n_lines]
    assert moving
    assert moving[0].found_by == "slope_scaling"


@pytest.mark.slow
@pytest.mark.parametrize("instance", ["M_common", "M_scarce", "M_costly"])
def test_medium_networks(shared_data, instance):
    """427 nodes and 500 SKUs: within a minute, close to the best that is known."""
    result, incumbents, known, scale = _solved(shared_data, instance, SLOW_SECONDS)
    assert result.benefit / scale >= 0.9 * known.best_known_benefit
    _check_incumbents(result, incumbents)
