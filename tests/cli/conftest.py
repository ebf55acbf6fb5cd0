"""A small network directory, and a way to call the command line in this process."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.main import main

SMALL = {
    "network.json": '{"currency": "EUR", "as_of": "2024-05-01", "horizon_days": 28}',
    "nodes.csv": "node_id,kind\nW,warehouse\nS1,store\nS2,store\n",
    "products.csv": "sku_id,list_price,salvage_value,unit_weight_kg\n007,9.5,2,1\nTEA,5,1,1\n",
    "lanes.csv": "lane_id,origin,destination,fixed_cost,capacity_kg\nW>S1,W,S1,3,100\nW>S2,W,S2,3,100\n",
    "stock.csv": "node_id,sku_id,on_hand,demand_mean\nW,007,20,0\nS1,007,0,6\nS2,007,0,4\nW,TEA,10,0\nS1,TEA,0,2\n",
    "alerts.csv": "alert_id,kind,node_id,sku_id,units,must_serve\na1,shortage,S1,007,6,\na2,shortage,S1,TEA,2,\n",
}
"""20 x 007 in W while S1 wants 6 and S2 wants 4; 10 x TEA in W while S1 wants 2.

Every 007 that is moved to a shortage sells for 9.5 instead of being left over at 2: 7.5 more. Every TEA 5 - 1 = 4.
"""

BENEFIT = (6 * 7.5 + 2 * 4 - 3) + (4 * 7.5 - 3)
"""One dispatch to each store: S1 gets 6 x 007 and 2 x TEA, S2 gets 4 x 007."""


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one object on standard output."""
        assert self.out.count("\n") == 1
        return json.loads(self.out)


Command = Callable[..., Outcome]


@pytest.fixture
def command(capfd: pytest.CaptureFixture[str]) -> Command:
    """Call the command line with words, paths and numbers."""

    def call(*words: object) -> Outcome:
        capfd.readouterr()
        code = main([str(word) for word in words])
        return Outcome(code, *capfd.readouterr())

    return call


def write_directory(directory: Path, files: Mapping[str, str | None]) -> Path:
    """Write files by name, leaving out those that are None."""
    directory.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        if text is not None:
            (directory / name).write_text(text, encoding="utf-8")
    return directory


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The directory of the small network."""
    return write_directory(tmp_path / "small", SMALL)
