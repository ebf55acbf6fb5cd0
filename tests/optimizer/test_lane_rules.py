"""Which lane may carry which SKU: the most specific rule decides, of equals the last."""

import itertools
import random

import numpy as np
import pandas as pd
import pytest

from network import Network
from network.lane_rules import may_carry
from tests.optimizer.small_case import LANES, PRODUCTS, small_network

CATEGORIES = {"A": "toys", "B": "toys", "C": "food", "D": ""}


def network_with(rules: list[dict[str, object]]) -> Network:
    columns = ["lane_id", "origin", "destination", "category", "sku_id", "allowed"]
    table = pd.DataFrame(rules, columns=columns).astype(object)
    return small_network(products=PRODUCTS.assign(category=list(CATEGORIES.values())), lane_rules=table)


def allowed(network: Network) -> set[tuple[str, str]]:
    """All pairs of a lane and a SKU that it may carry."""
    pairs = list(itertools.product(range(len(network.lanes)), range(len(network.products))))
    lane, sku = np.array(pairs).T
    ids = [(network.lanes.lane_id[i], network.products.sku_id[j]) for i, j in pairs]
    return {pair for pair, may in zip(ids, may_carry(network, lane, sku), strict=True) if may}


ALL = set(itertools.product(LANES["lane_id"], CATEGORIES))


@pytest.mark.parametrize(
    ("rules", "forbidden"),
    [
        ([], set()),
        ([{"allowed": False}], ALL),
        ([{"sku_id": "A", "allowed": False}], {(lane, "A") for lane in LANES["lane_id"]}),
        ([{"lane_id": "W>S1", "category": "toys", "allowed": False}], {("W>S1", "A"), ("W>S1", "B")}),
        # What is said of the SKU counts more than what is said of the lane.
        (
            [{"sku_id": "A", "allowed": True}, {"lane_id": "W>S1", "category": "toys", "allowed": False}],
            {("W>S1", "B")},
        ),
        # Both ends count more than one, whichever comes first.
        (
            [
                {"origin": "W", "destination": "S1", "sku_id": "A", "allowed": True},
                {"origin": "W", "sku_id": "A", "allowed": False},
            ],
            {("W>G", "A"), ("W>S2", "A")},
        ),
        # One end is like the other: the last row decides.
        (
            [
                {"origin": "W", "sku_id": "A", "allowed": False},
                {"destination": "S2", "sku_id": "A", "allowed": True},
            ],
            {("W>S1", "A"), ("W>G", "A")},
        ),
        ([{"sku_id": "C", "allowed": False}, {"sku_id": "C", "allowed": True}], set()),
    ],
)
def test_rules_of_lanes(rules: list[dict[str, object]], forbidden: set[tuple[str, str]]):
    assert ALL - allowed(network_with(rules)) == forbidden


def _decides(rule: dict[str, object], lane: dict[str, str], sku: str) -> tuple[int, int] | None:
    """Rank of a rule for a pair, None where it does not match: docs/model.md read row by row."""
    given = {name: cell for name, cell in rule.items() if cell is not None and name != "allowed"}
    if any(given[name] != (lane | {"sku_id": sku, "category": CATEGORIES[sku]})[name] for name in given):
        return None
    of_lane = 3 if "lane_id" in given else ("origin" in given) + ("destination" in given)
    return 2 if "sku_id" in given else int("category" in given), of_lane


ENDS = ("origin", "destination")


def test_any_table_of_rules():
    """Random tables, read row by row in plain words."""
    choose = random.Random(5)
    lanes = LANES[["lane_id", "origin", "destination"]].to_dict("records")
    for _ in range(25):
        rules = []
        for _ in range(choose.randint(1, 12)):
            lane, sku = choose.choice(lanes), choose.choice("ABCD")
            where = choose.choice([{}, *({name: lane[name]} for name in lane), {name: lane[name] for name in ENDS}])
            what = choose.choice([{}, {"sku_id": sku}, {"category": CATEGORIES[sku]} if CATEGORIES[sku] else {}])
            rules.append(where | what | {"allowed": choose.random() < 0.5})
        expected = set()
        for lane, sku in itertools.product(lanes, CATEGORIES):
            ranks = [(*rank, i) for i, rule in enumerate(rules) if (rank := _decides(rule, lane, sku)) is not None]
            if not ranks or rules[max(ranks)[2]]["allowed"]:
                expected.add((lane["lane_id"], sku))
        assert allowed(network_with(rules)) == expected
