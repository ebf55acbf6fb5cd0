"""``serve``: every flag reaches the server as a limit of its own."""

from dataclasses import replace

import pytest

import cli.serve_command
from server import Settings
from tests.cli.conftest import Command


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> dict:
    """What the server would be started with."""
    seen: dict = {}

    def capture(address, *, settings, grace_seconds, on_started):
        seen.update(address=address, settings=settings, grace_seconds=grace_seconds)
        on_started(address)

    monkeypatch.setattr(cli.serve_command, "serve", capture)
    return seen


def test_without_flags_the_server_has_its_own_defaults(command: Command, served: dict):
    done = command("serve")
    assert done.code == 0
    assert "127.0.0.1:50051" in done.out
    assert served == {"address": "127.0.0.1:50051", "settings": Settings(), "grace_seconds": 10.0}


def test_every_flag_is_a_setting(command: Command, served: dict):
    flags = {"--queue-size": 3, "--workers": 2, "--longest-time-limit": 90, "--worker-memory-gib": 1.5, "--grace": 0}
    command("serve", "--address", "127.0.0.1:0", *(word for flag in flags.items() for word in flag))
    limits = {"queue_size": 3, "workers": 2, "time_limit_seconds": 90.0, "worker_memory_bytes": 1610612736}
    assert served == {
        "address": "127.0.0.1:0",
        "settings": replace(Settings(), **limits),
        "grace_seconds": 0.0,
    }
