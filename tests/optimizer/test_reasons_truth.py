"""On random networks: apply the cheapest fix that a reason states, and earn at least what it is stated to be worth."""

import random
import re
from collections import Counter
from itertools import pairwise
from typing import Any

import pandas as pd
import pytest

from optimizer import Parameters, Request, solve
from optimizer.plan import Result
from optimizer.reasons import UnmetCode
from tests.optimizer.test_reasons import LANE_DEFAULTS, Frames, changed, network_of, unmet_after, world

CENT = 0.0101
"""Amounts are worded to the cent, so fixes are applied, and worths compared, with a cent to spare."""

SEEDS = 30


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
    return world(lanes, stock, case_pack=draw.choice([1, 1, 1, 2]))


def solved(frames: Frames) -> Result:
    """The best plan, proved."""
    result = solve(network_of(frames), Request(), Parameters(gap=0.0, time_limit_seconds=20))
    assert result.plan is not None
    assert result.gap == pytest.approx(0.0, abs=2e-6)
    return result


def cell(frames: Frames, table: str, key: str, column: str) -> Any:
    """One cell of the row that a lane id or node names."""
    rows = frames[table].set_index("lane_id" if table == "lanes" else "node_id")
    return rows.loc[key, column]


def path_lanes(text: str) -> list[str]:
    """Lane ids of the path that a reason names."""
    nodes = re.search(r"(?:over|path) (\w(?: > \w)+)", text)[1].split(" > ")  # type: ignore[index]
    return [f"{a}>{b}" for a, b in pairwise(nodes)]


def cheaper(frames: Frames, lanes: list[str], amount: float, units: int) -> Frames:
    """The world in which moving so many units over lanes costs so much less, spread as the costs allow."""
    for column, share in (("cost_per_unit", units), ("fixed_cost", 1)):
        for lane in lanes:
            cost = cell(frames, "lanes", lane, column)
            less = min(cost, amount / share)
            frames, amount = changed(frames, "lanes", lane, **{column: cost - less}), amount - less * share
    return frames


def faster(frames: Frames, lanes: list[str], days: int) -> Frames:
    """The world in which a path takes so many days less."""
    for lane in lanes:
        lead = int(cell(frames, "lanes", lane, "lead_time_days"))
        frames, days = changed(frames, "lanes", lane, lead_time_days=max(lead - days, 0)), max(days - lead, 0)
    return frames


def fixed(frames: Frames, node: str, reason: str, fix: str) -> tuple[Frames, float]:
    """The world with a stated fix applied, and what that is stated to be worth at least (0: not stated)."""
    if "with room for them" in fix:
        for lane in path_lanes(reason):
            frames = changed(frames, "lanes", lane, max_dispatches=None)
    if found := re.match(r"buy (\d+) unit", fix):
        on_hand = int(cell(frames, "stock", node, "on_hand"))
        return changed(frames, "stock", node, on_hand=on_hand + int(found[1])), 0.0
    if found := re.match(r"a lane from (\w) to (\w), worth at most ([\d.]+)", fix):
        lane = {**LANE_DEFAULTS, "origin": found[1], "destination": found[2], "lane_id": "new"}
        return frames | {"lanes": pd.concat([frames["lanes"], pd.DataFrame([lane])])}, float(found[3])
    if found := re.match(r"a path faster by (\d+) days?, worth at most ([\d.]+)", fix):
        return faster(frames, path_lanes(reason), int(found[1])), float(found[2])
    if found := re.match(r"moving them cheaper by more than ([\d.e-]+)", fix):
        if "comes in time" in fix:
            frames = faster(frames, path_lanes(reason), 99)
        units = int(re.match(r"(\d+) unit", reason)[1])  # type: ignore[index]
        return cheaper(frames, path_lanes(reason), float(found[1]) + CENT, units), 0.0
    for more, lane in re.findall(r"(\d+) more dispatch(?:es)? on lane (\w>\w)", fix):
        most = int(cell(frames, "lanes", lane, "max_dispatches"))
        frames = changed(frames, "lanes", lane, max_dispatches=most + int(more))
    return frames, float(re.search(r"worth ([\d.]+) after all costs", fix)[1])  # type: ignore[index]


def test_stated_fixes_serve_or_earn_more_elsewhere():
    seen: Counter[str] = Counter()
    for seed in range(SEEDS):
        frames = random_world(seed)
        before = solved(frames)
        for node, (units, code, reason, fix) in unmet_after(frames, before.plan).items():
            seen[code] += 1
            repaired, worth = fixed(frames, node, reason, fix)
            after = solved(repaired)
            gained = (after.benefit - before.benefit) / 10**6
            place = f"seed {seed}, {node}: {code}: {reason} | {fix}"
            served = unmet_after(repaired, after.plan).get(node, (0,))[0] < units
            if code != UnmetCode.NO_SUPPLY:
                # What was bought counts before and after; every other fix earns what it says.
                assert gained >= worth - CENT, place
            assert served or gained > worth + CENT / 10 or code == UnmetCode.NO_SUPPLY, place
    assert set(seen) >= {"no_supply", "no_lane", "too_late", "capacity", "uneconomic"}
    assert "unknown" not in seen
