"""Progress and the clock that a time limit is measured with."""

import time

import pytest

import cli.progress
from cli.process_clock import process_started
from cli.progress import Progress


def test_what_takes_long_is_said_while_it_goes_on(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cli.progress, "_SILENT_SECONDS", 0.01)
    progress = Progress(time.monotonic())
    said, until = "", time.monotonic() + 30
    with progress.phase("read", "reading"):
        while not said and time.monotonic() < until:
            time.sleep(0.01)
            said = capfd.readouterr().err
    assert "reading ..." in said
    assert progress.seconds["read"] > 0


def test_what_is_done_at_once_is_not_said(capfd: pytest.CaptureFixture[str]):
    progress = Progress(time.monotonic())
    with progress.phase("read", "reading"):
        pass
    assert capfd.readouterr().err == ""


def test_phases_of_one_name_add_up():
    progress = Progress(time.monotonic())
    with progress.phase("read", "reading"):
        time.sleep(0.01)
    once = progress.seconds["read"]
    with progress.phase("read", "reading more"):
        time.sleep(0.01)
    assert progress.seconds["read"] >= once + 0.01


def test_of_many_lines_alike_only_some_are_said(capfd: pytest.CaptureFixture[str]):
    progress = Progress(time.monotonic())
    progress.say("first")
    progress.say_sometimes("second")
    assert capfd.readouterr().err.count("\n") == 1


def test_this_process_started_before_this_module_was_loaded():
    assert 0 < LOADED - STARTED <= 11


LOADED, STARTED = time.monotonic(), process_started()


def test_the_age_of_a_shell_that_became_the_process_is_not_ours(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(time, "clock_gettime", lambda _: 1e9, raising=False)
    assert 0 <= time.monotonic() - process_started() <= 11
