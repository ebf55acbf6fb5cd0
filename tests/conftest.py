"""Fixtures shared by all tests."""

import os
from pathlib import Path

import pytest

from optimizer import Parameters, solve
from optimizer.joint import search as joint_search
from optimizer.search.annealing import compile_moves
from scenarios.generate import Shape, generate
from scenarios.joint_rules import with_clearance

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_sessionstart(session: pytest.Session):
    """Compile what searches compile on their first run, so that no test waits for it within a time limit."""
    if not hasattr(session.config, "workerinput"):
        compile_moves()
        if not list(Path(joint_search.__file__).parent.rglob("*.nbi")):
            _plan_jointly()


def _plan_jointly():
    """Plan a tiny network by the large way and by the small one: their compiled parts stay on disk."""
    network = with_clearance(generate(Shape(stores=12, warehouses=2, skus=4), seed=1), seed=1)
    for small in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(joint_search, "is_small", lambda joint, small=small: small)
            solve(network, parameters=Parameters(time_limit_seconds=90.0, gap=0.5))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public instances; skips where it is missing, fails there when CI=true."""
    if not SHARED_DATA.is_dir():
        message = f"public instances not found: {SHARED_DATA.parent.name}/{SHARED_DATA.name} beside the project"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return SHARED_DATA
