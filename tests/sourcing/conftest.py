"""Fixtures of the tests of sourcing."""

import itertools
from types import SimpleNamespace

import pytest

from optimizer.sourcing.packages import improving, weighed


@pytest.fixture
def by_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that moves on when it is looked at: how much is searched does not depend on the machine."""
    moments = itertools.count(0.0, 0.01)
    for module in (improving, weighed):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(moments)))
