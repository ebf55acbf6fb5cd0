"""Reasons are true: apply the stated fix, solve again to the proof, and the unit is served at the stated worth.

The default run takes some of the requests. All of them, with how often each code came up::

    pytest -m slow -s tests/optimizer/test_reasons_truth.py
"""

import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given

from network import Network, read_network
from network.columns import NO_LIMIT
from optimizer import Parameters, Request, solve
from optimizer.certificate.counting import counted_without_plan
from optimizer.certificate.positions import positions_at
from optimizer.plan import UNKNOWN_MONEY, Result, Status, Unmet
from optimizer.reasons import UnmetCode, with_fix
from optimizer.request import FormerPlan
from optimizer.request_reading import read_request
from optimizer.scope import penalty_weights
from optimizer.worth.economics import opening_units, unit_worth, value_change
from tests.optimizer.directories import examples
from tests.optimizer.test_reasons import Frames, network_of, world
from tests.oracle.drawing import OUTSIDE, NetworkFiles
from tests.oracle.strategies import network_files

SOME, ALL = 40, 240
SOME_WORLDS, ALL_WORLDS = 15, 60
FIXES = 4
"""Unmet positions of one request whose fixes are tried."""

MOST_UNKNOWN = 0.05
"""Share of unmet positions whose code is `unknown`, over all requests."""


def random_world(seed: int) -> Frames:
    """Five nodes with some lanes between them: some rich, some short; every other one with lead times."""
    draw = random.Random(seed)
    lanes = []
    for ends in (a + b for a in "WVSTU" for b in "WVSTU" if a != b and draw.random() < 0.3):
        capacity = draw.choice([None, None, 2.0, 3.0, 5.0])
        lane = {"origin": ends[0], "destination": ends[1], "capacity_kg": capacity}
        lane["max_dispatches"] = draw.choice([None, 1, 2]) if capacity else None
        lane["lead_time_days"] = draw.choice([0, 1, 3, 6]) if seed % 2 else 0
        lane |= {"fixed_cost": draw.choice([0.0, 3.0, 8.0, 20.0]), "cost_per_unit": draw.choice([0.0, 0.5, 2.0])}
        lanes.append(lane)
    stock = []
    for node in "WVSTU":
        rich = draw.random() < 0.4
        row: dict[str, Any] = {"node_id": node, "on_hand": draw.randint(5, 15) if rich else draw.randint(0, 2)}
        row |= {"demand_mean": float(draw.randint(0, 3) if rich else draw.randint(0, 7))}
        row |= {"safety_stock": draw.choice([0, 0, 2]), "shortage_penalty": draw.choice([0.0, 0.0, 3.0])}
        stock.append(row)
    frames = world(lanes, stock, case_pack=draw.choice([1, 1, 1, 2]))
    if seed % 3 == 0:
        limits = {column: [draw.choice([None, None, 2, 4]) for _ in "WVSTU"] for column in NODE_LIMITS}
        frames["nodes"] = frames["nodes"].assign(**{name: pd.array(column) for name, column in limits.items()})
    return frames


def keeping_an_older_plan(frames: Frames) -> Request:
    """All lines stay that were best when demand was half of what it is."""
    stock = frames["stock"].assign(demand_mean=frames["stock"].demand_mean // 2)
    older = proved(network_of(frames | {"stock": stock}), Request())
    assert older is not None
    assert older.plan is not None
    return Request(former_plan=FormerPlan(older.plan, frozen_before_day=NO_LIMIT))


NODE_LIMITS = ("pick_capacity_units", "receive_capacity_units", "max_outbound_lanes", "max_inbound_lanes")


def request_of(files: NetworkFiles) -> tuple[Network, Request]:
    """A directory and its request as the product reads them."""
    with tempfile.TemporaryDirectory() as folder:
        path = files.write(Path(folder))
        network = read_network(path)[0]
        request, _, problems = read_request(network, network.request, directory=path)
    assert not problems
    return network, request


def proved(network: Network, request: Request) -> Result | None:
    """The best plan; None where there is none, or no proof in time."""
    result = solve(network, request, Parameters(gap=0.0, time_limit_seconds=20))
    return result if result.status is Status.OPTIMAL else None


def money_of_stock(network: Network, request: Request) -> int:
    """Value of all stock when nothing is done, in the objective's terms."""
    rows = np.arange(len(network.stock))
    positions = positions_at(network, network.stock.node.astype(np.int64), network.stock.sku.astype(np.int64))
    counted = counted_without_plan(network, positions)
    worth = unit_worth(network, rows, penalty_weights(network, request))
    left_over = opening_units(network) + network.stock.in_transit - counted
    return int(np.sum(value_change(worth, np.zeros_like(counted), counted) + left_over * worth.left_over_worth))


def missing(unmet: Unmet, node: int, sku: int) -> int:
    """Units that a position misses after a plan."""
    return int(unmet.units[(unmet.node == node) & (unmet.sku == sku)].sum())


def check_fix(network: Network, request: Request, before: Result, row: int) -> str:
    """Make the change that a reason states, and see that it does what is stated; say what was seen."""
    unmet = before.unmet
    assert unmet is not None
    worth = int(unmet.fix_worth[row])
    place = f"{unmet.code[row]}: {unmet.reason[row]} | {unmet.cheapest_fix[row]}"
    if not np.any(unmet.changes.unmet == row):
        assert worth == UNKNOWN_MONEY, place
        assert unmet.code[row] in {UnmetCode.UNKNOWN, UnmetCode.EXPIRY, UnmetCode.UNECONOMIC}, place
        return "no fix"
    fixed_network, fixed_request = with_fix(network, request, unmet, row)
    after = proved(fixed_network, fixed_request)
    if after is None:
        assert worth == UNKNOWN_MONEY, place
        return "not solved"
    assert after.objective is not None
    assert before.objective is not None
    assert after.unmet is not None
    bought = money_of_stock(fixed_network, request) - money_of_stock(network, request)
    gained = after.objective - before.objective + bought
    # Both plans are proved up to a gap of 1e-6.
    noise = 1 + int(2e-6 * max(abs(after.bound or 0), abs(before.bound or 0), 10**network.money_decimals))
    node, sku = int(unmet.node[row]), int(unmet.sku[row])
    served = missing(after.unmet, node, sku) < unmet.units[row]
    if worth == UNKNOWN_MONEY:
        return "served, worth not stated" if served else "worth not stated"
    assert gained >= worth - noise, (place, gained)
    if served:
        return "served"
    # Where others miss units of the same worth, one of them may get what the fix brings.
    served_others = after.unmet.units[after.unmet.sku == sku].sum() < unmet.units[unmet.sku == sku].sum()
    assert gained > worth or served_others, (place, gained)
    return "earns more elsewhere" if gained > worth else "serves others of the same worth"


def check_request(network: Network, request: Request, seen: Counter[str]) -> None:
    """Count the codes of a request's reasons, and try the fixes of some."""
    before = proved(network, request)
    if before is None or before.unmet is None:
        return
    seen["requests"] += 1
    for row, code in enumerate(before.unmet.code.tolist()):
        seen[code] += 1
        if row < FIXES:
            seen["-> " + check_fix(network, request, before, row)] += 1


def check_requests(n_drawn: int, n_worlds: int) -> Counter[str]:
    """Check random requests over all rules, and random worlds in which lanes and nodes are tight."""
    seen: Counter[str] = Counter()

    @examples(n_drawn)
    @given(network_files())
    def drawn(files: NetworkFiles) -> None:
        check_request(*request_of(files), seen)

    drawn()
    for seed in range(n_worlds):
        frames = random_world(seed)
        check_request(network_of(frames), Request(), seen)
        if seed % 3 == 1:
            check_request(network_of(frames), keeping_an_older_plan(frames), seen)
    return seen


def check_shares(seen: Counter[str]) -> None:
    """Most reasons are known, and most fixes serve the very position that they are stated for."""
    total = sum(seen[code.value] for code in UnmetCode)
    print(f"\n{seen['requests']} requests, {total} unmet positions: {dict(seen.most_common())}")
    assert seen["unknown"] <= MOST_UNKNOWN * total
    assert seen["-> served"] > seen["-> earns more elsewhere"]


def test_stated_fixes_serve_at_the_stated_worth():
    seen = check_requests(SOME, SOME_WORLDS)
    check_shares(seen)
    assert {"no_supply", "no_lane", "too_late", "capacity", "uneconomic"} <= set(seen)


def test_stated_fixes_with_exits_and_quotes():
    seen: Counter[str] = Counter()

    @examples(12)
    @given(network_files(OUTSIDE))
    def drawn(files: NetworkFiles) -> None:
        check_request(*request_of(files), seen)

    drawn()
    assert seen["-> served"] >= 5


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_stated_fixes_of_all_requests():
    seen = check_requests(ALL, ALL_WORLDS)
    check_shares(seen)
    assert seen["requests"] >= 200
    assert {code.value for code in UnmetCode} - {"time_limit", "unknown"} <= set(seen)
