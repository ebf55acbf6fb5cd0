"""Fixtures shared by all tests."""

import os
import time
from pathlib import Path

import numba
import numpy as np
import pytest

from optimizer import Parameters, solve
from optimizer.joint import search as joint_search
from optimizer.search.annealing import compile_moves
from optimizer.sourcing.packages.cutting import tightened
from optimizer.sourcing.packages.greedy import greedy_choice
from optimizer.sourcing.packages.program import covering_program
from optimizer.sourcing.packages.reading import covering_of
from optimizer.sourcing.packages.weighed import search_by_weights
from scenarios.generate import Shape, generate
from scenarios.generate.packages import PackageShape, generate_packages
from scenarios.joint_rules import with_clearance

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"


def pytest_sessionstart(session: pytest.Session):
    """Compile what searches compile on their first run, so that no test waits for it within a time limit."""
    if not hasattr(session.config, "workerinput"):
        compile_moves()
        if not _are_compiled("joint/path_worths", "clearance/path_values", "clearance/best_options"):
            _plan_jointly()
        if not _are_compiled("sourcing/packages/local_cuts", "sourcing/packages/weighting"):
            _award_packages()


def _are_compiled(*modules: str) -> bool:
    """Whether something of each is on disk that was compiled after it changed."""
    found = []
    for module in modules:
        source = ROOT / "optimizer" / f"{module}.py"
        kept = Path(numba.config.CACHE_DIR or source.parent).rglob(f"{source.stem}.*.nbi")
        found.append(any(index.stat().st_mtime > source.stat().st_mtime for index in kept))
    return all(found)


def _plan_jointly():
    """Plan a tiny network by the large way and by the small one: their compiled parts stay on disk."""
    network = with_clearance(generate(Shape(stores=12, warehouses=2, skus=4), seed=1), seed=1)
    for small in (False, True):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(joint_search, "is_small", lambda joint, small=small: small)
            solve(network, parameters=Parameters(time_limit_seconds=90.0, gap=0.5))


def _award_packages():
    """Cut and weigh a few packages."""
    covering = covering_of(generate_packages(PackageShape(150, 40), "regional", 1))
    program, until = covering_program(covering, 2).program, time.monotonic() + 90.0
    tightened(program, covering.n_items, -np.inf, until, lambda _: None)
    search_by_weights(covering, greedy_choice(covering), 0.0, lambda _: None)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public instances; skips where it is missing, fails there when CI=true."""
    if not SHARED_DATA.is_dir():
        message = f"public instances not found: {SHARED_DATA.parent.name}/{SHARED_DATA.name} beside the project"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return SHARED_DATA
