"""Public facility location instances through `award`: the known optima, proved and certified."""

from pathlib import Path

import pytest

from optimizer.certificate.awards import certify_award
from optimizer.plan import Status, StopReason
from optimizer.request import Parameters
from optimizer.sourcing.solve import award
from tests.instances.sourcing import least_costs, orlib_cap, sscflp

LIMIT = Parameters(time_limit_seconds=250.0)

ORLIB_CAP = (41, 42, 43, 44, 51, 61, 62, 63, 64, 71, 72, 73, 74)


def _check(event, least_cost):
    """Proved, certified, and the published optimum to the last digit that is published."""
    result = award(event, LIMIT)
    assert result.status is Status.OPTIMAL
    assert result.stopped_by is StopReason.PROVED
    certificate = certify_award(event, result.award)
    assert certificate.valid, certificate.violations
    assert certificate == result.certificate
    assert certificate.cost == result.objective == round(least_cost * 10**event.money_decimals)
    assert result.bound <= result.objective
    assert result.gap <= 1e-6


@pytest.mark.parametrize("number", ORLIB_CAP)
def test_capacitated_optima(shared_data, number):
    """Split demand, fixed costs and capacities of suppliers."""
    folder = Path(shared_data) / "orlib_cap"
    _check(orlib_cap(folder / f"cap{number}.txt"), least_costs(folder)[f"cap{number}"])


@pytest.mark.parametrize("number", range(1, 13))
def test_single_source_optima(shared_data, number):
    """Every item of one supplier, capacities that bids take in different amounts."""
    folder = Path(shared_data) / "sscflp"
    _check(sscflp(folder / f"holmberg_p{number}.txt"), least_costs(folder)[f"holmberg_p{number}"])
