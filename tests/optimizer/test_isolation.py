"""A function in a forked process: reports arrive, and a child that dies or hangs takes nothing with it."""

import os
import signal
import time

import pytest

from optimizer.search.isolation import Forked

LONG = 60.0


def _count(upto, report):
    for number in range(upto):
        report(number)
    return "done"


def _die(report):
    report("last words")
    os.kill(os.getpid(), signal.SIGKILL)


def _fail(report):
    report("before")
    raise SystemExit(3)


def _hang(report):
    report(os.getpid())
    signal.pause()


def _die_while_sending(report):
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    report(b"x" * 10**7)  # more than a pipe holds: it waits half-way until the alarm ends it


def test_reports_arrive_in_order_before_the_value():
    """Everything that the child reports is handed on, then its value is returned, once."""
    reports = []
    with Forked(_count, 5, on_report=reports.append) as running:
        assert running.wait(LONG) == "done"
        assert running.ended
        assert running.wait(LONG) is None
    assert reports == [0, 1, 2, 3, 4]


def test_arguments_are_shared_and_need_no_pickling():
    """A fork carries what no pickle can."""
    with Forked(lambda function, report: function(2), lambda x: x + 1, on_report=print) as running:
        assert running.wait(LONG) == 3


@pytest.mark.parametrize("function", [_die, _fail], ids=["killed", "exits"])
def test_a_child_that_dies_is_noticed_at_once(function):
    """Its reports so far count; waiting for more ends although much time is left."""
    reports = []
    with Forked(function, on_report=reports.append) as running:
        assert running.wait(LONG) is None
        assert running.ended
    assert len(reports) == 1


def test_a_child_that_dies_while_it_sends_is_no_error():
    """Half a message is no message."""
    reports = []
    with Forked(_die_while_sending, on_report=reports.append) as running:
        time.sleep(0.5)
        assert running.wait(LONG) is None
        assert running.ended
    assert reports == []


def test_a_child_that_hangs_is_killed_on_the_way_out():
    """Waiting for it ends in time, and nothing of it is left when the block ends."""
    reports = []
    with Forked(_hang, on_report=reports.append) as running:
        while not reports:
            assert running.wait(0.1) is None
        assert not running.ended
        os.kill(reports[0], 0)
    with pytest.raises(ProcessLookupError):
        os.kill(reports[0], 0)


def test_an_error_of_the_listener_reaches_the_caller():
    """What on_report raises is the caller's, and the child ends."""

    def refuse(_):
        raise LookupError("enough")

    with pytest.raises(LookupError, match="enough"), Forked(_count, 3, on_report=refuse) as running:
        running.wait(LONG)
