"""Searches that do not stop, fail or die: the command answers all the same."""

import os
import signal
import time
from dataclasses import replace

import pytest

import cli.solving
from cli.failures import CommandError
from cli.in_worker import LEAST_SEARCH_SECONDS, killed_at
from cli.progress import Progress
from cli.solving import solve_in_worker
from network import read_network
from optimizer import Parameters, Request, solve
from optimizer.plan import Status, StopReason
from tests.cli.conftest import BENEFIT


def find_and_hang(network, request, parameters, until, on_incumbent=None):
    """A solver that finds the best plan and does not return."""
    solve(network, request, parameters, on_incumbent=on_incumbent)
    time.sleep(600)


def hang(network, request, parameters, until, on_incumbent=None):
    """A solver that finds nothing and does not return."""
    time.sleep(600)


def fail(network, request, parameters, until, on_incumbent=None):
    """A solver with a mistake."""
    raise ZeroDivisionError("a mistake")


def die(network, request, parameters, until, on_incumbent=None):
    """A solver that takes its process with it."""
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture
def answer(small, monkeypatch):
    """Solve the small network by a function of this module."""

    def call(function, seconds=3.0):
        monkeypatch.setattr(cli.solving, "_SOLVE", f"{__name__}:{function.__name__}")
        network, _ = read_network(small)
        parameters = replace(Parameters(), time_limit_seconds=seconds)
        return solve_in_worker(network, Request(), parameters, time.monotonic() + seconds, Progress(time.monotonic()))

    return call


def test_a_search_has_some_seconds_beyond_its_time_before_it_is_killed():
    """Also where nothing of the time was left when it began."""
    now = time.monotonic()
    assert killed_at(now + 100, 3.0, 200.0) == pytest.approx(now + 107, abs=1)
    assert killed_at(now - 100, 3.0, 200.0) == pytest.approx(time.monotonic() + LEAST_SEARCH_SECONDS + 7, abs=1)


def test_a_search_that_does_not_stop_is_killed_and_its_best_plan_kept(answer):
    result = answer(find_and_hang, seconds=6.0)
    assert result.plan is not None
    assert result.benefit == BENEFIT * 10**6
    assert result.bound >= result.benefit
    assert result.certificate.valid
    assert result.stopped_by is StopReason.TIME_LIMIT
    assert result.seconds["solve"] > 0


def test_a_search_that_finds_nothing_and_does_not_stop_leaves_everything_where_it_is(answer):
    result = answer(hang)
    assert (result.status, result.benefit, result.plan.n_lines) == (Status.FEASIBLE, 0, 0)
    assert result.stopped_by is StopReason.TIME_LIMIT


def test_a_search_that_fails_is_told(answer):
    with pytest.raises(CommandError, match="the solve failed: ZeroDivisionError: a mistake"):
        answer(fail)


def test_a_search_that_dies_is_told(answer):
    with pytest.raises(CommandError, match=r"the solve died.*signal 9"):
        answer(die)
