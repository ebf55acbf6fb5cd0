"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

from optimizer.compiled import not_compiled
from scenarios.compiling import compile_ahead

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_sessionstart(session: pytest.Session):
    """Compile what searches compile on their first run, so that no test waits for it within a time limit."""
    if not hasattr(session.config, "workerinput") and not_compiled():
        compile_ahead()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public instances; skips where it is missing, fails there when CI=true."""
    if not SHARED_DATA.is_dir():
        message = f"public instances not found: {SHARED_DATA.parent.name}/{SHARED_DATA.name} beside the project"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return SHARED_DATA
