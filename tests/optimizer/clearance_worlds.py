"""Small random worlds to clear, and every way to clear them: rules read plainly, values as the certificate has them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from network import Network, network_from_frames
from network.clearance_tables import GroupKind
from optimizer.plan import Markdowns
from optimizer.worth.choices import Choices, choices_of
from optimizer.worth.price_paths import (
    expected_sales,
    list_paths,
    repriced,
    repricing_value,
    units_before_by_period,
)

HORIZON_DAYS = 6
SKUS = ("P1", "P2", "P3")
STORES = ("S1", "S2")


def world(seed: int) -> Network:
    """A network of two or three SKUs in one or two zones with every rule at random."""
    random = np.random.default_rng(seed)
    skus, n_periods = list(SKUS[: random.integers(1, 4)]), int(random.integers(1, 4))
    zones = [str(zone) for zone in random.choice(["Z1", "Z2"], len(STORES))] if random.random() < 0.5 else ["Z1", "Z1"]
    positions = [(node, sku) for node in STORES for sku in skus]
    n = len(positions)
    mean = random.choice([0.0, 0.7, 2.0, 3.5, 6.0], n)
    kind = random.integers(0, 3)
    expiring = random.random() < 0.15
    late = random.random(n) < (0.5 if random.random() < 0.3 else 0.0)
    frames = {
        "nodes": pd.DataFrame({"node_id": STORES, "kind": "store", "zone": zones}),
        "products": pd.DataFrame(
            {
                "sku_id": skus,
                "category": ["A", *random.choice(["A", "B"], len(skus) - 1)],
                "unit_cost": random.uniform(2, 6, len(skus)).round(2),
                "list_price": random.uniform(8, 12, len(skus)).round(2),
                "salvage_value": random.uniform(0, 3, len(skus)).round(2),
                "shelf_life_days": [int(random.integers(2, 9)) if expiring else None for _ in skus],
            }
        ),
        "lanes": pd.DataFrame({"origin": ["S1"], "destination": ["S2"]}),
        "stock": pd.DataFrame(
            {
                "node_id": [node for node, _ in positions],
                "sku_id": [sku for _, sku in positions],
                "on_hand": random.integers(0, 18, n),
                "reserved": random.choice([0, 0, 0, 2], n),
                "in_transit": np.where(late, random.integers(1, 5, n), 0),
                "in_transit_arrival_day": np.where(late, random.integers(0, HORIZON_DAYS, n), 0),
                "demand_mean": mean,
                "demand_std": [0.0 * mean, np.sqrt(mean), np.sqrt(mean * random.uniform(1, 3, n))][kind].round(4),
                "holding_cost": random.choice([0.0, 0.5], n),
                "shortage_penalty": random.choice([0.0, 1.0], n),
            }
        ),
        "alerts": pd.DataFrame(
            [{"alert_id": f"A{i}", "kind": "overstock", "node_id": "S1", "sku_id": sku} for i, sku in enumerate(skus)]
        ),
        **_prices(random, n_periods),
        **_rules(random, skus, n_periods),
    }
    settings = {"currency": "EUR", "as_of": "2024-01-01", "horizon_days": HORIZON_DAYS, "periods": n_periods}
    settings["normal_demand"] = bool(random.random() < 0.1)
    return network_from_frames(frames, settings)[0]


def _prices(random: np.random.Generator, n_periods: int) -> dict[str, pd.DataFrame]:
    shares = np.sort(random.choice([0.9, 0.8, 0.7, 0.6, 0.5], random.integers(1, 4), replace=False))[::-1]
    tables = {
        "price_ladders": pd.DataFrame({"rung": range(1, len(shares) + 1), "price_share": shares}),
        "price_response": pd.DataFrame(
            {"elasticity": [-random.uniform(1, 4)], "ageing_factor": [random.choice([1.0, 0.8])]}
        ),
    }
    if random.random() < 0.3:
        tables["price_multipliers"] = pd.DataFrame({"price_share": [0.5, 0.8], "multiplier": [2.5, 1.6]})
    if random.random() < 0.5:
        tables["period_factors"] = pd.DataFrame(
            {"period": range(1, n_periods + 1), "factor": random.uniform(0.5, 2, n_periods).round(2)}
        )
    return tables


def _rules(random: np.random.Generator, skus: list[str], n_periods: int) -> dict[str, pd.DataFrame]:
    def maybe(share: float, value: float) -> float | None:
        return value if random.random() < share else None

    soft = maybe(0.7, float(random.uniform(0.5, 5)))
    target = maybe(0.4, float(random.uniform(0.05, 0.3 if soft is None else 0.9)))
    rule = {
        "max_markdowns": maybe(0.5, int(random.integers(0, 4))),
        "min_step_share": maybe(0.3, 0.15),
        "max_step_share": maybe(0.3, 0.3),
        "min_periods_between": maybe(0.3, 2),
        "earliest_period": maybe(0.3, int(random.integers(1, n_periods + 1))),
        "exit_period": maybe(0.3, int(random.integers(1, n_periods + 1))),
        "no_touch_after_arrival_periods": maybe(0.3, 1),
        "no_touch_before_exit_periods": maybe(0.2, 1),
        "min_price": maybe(0.3, 6.0),
        "min_share_of_cost": maybe(0.3, 1.2),
        "sell_through_share": target,
        "sell_through_by_period": maybe(0.5, int(random.integers(1, n_periods + 1))) if target is not None else None,
        "sell_through_price": soft if target is not None else None,
    }
    tables = {
        "clearance_rules": pd.DataFrame(
            [{key: value for key, value in rule.items() if value is not None} or {"sku_id": skus[0]}]
        )
    }
    if len(skus) > 1 and random.random() < 0.5:
        members = skus[: random.integers(2, len(skus) + 1)]
        kind = str(random.choice(["together", "all_or_none", "at_most_one"]))
        cross = float(random.choice([0.0, 0.0, 0.5]))
        tables["clearance_groups"] = pd.DataFrame(
            {"group_id": "G", "sku_id": members, "kind": kind, "cross_elasticity": cross}
        )
    if random.random() < 0.6:
        rows = [{"budget_id": "all", "amount": round(float(random.uniform(2, 25)), 2)}]
        rows += [{"budget_id": "A", "category": "A", "amount": round(float(random.uniform(1, 12)), 2)}]
        tables["markdown_budgets"] = pd.DataFrame(rows)
    return tables


@dataclass(frozen=True, slots=True)
class Way:
    """One allowed way to mark down."""

    price: np.ndarray
    """Of every choice, shape ``(n_choices, T)``."""
    value: int
    """What is maximised: money over the list price, with prices of targets."""


def best_way(network: Network) -> Way | None:
    """The best of all ways, None where none is allowed."""
    choices = choices_of(network)
    every = [every_path(choices, i) for i in range(len(choices))]
    clusters = _clusters(choices)
    found: list[list[tuple[np.ndarray, int, np.ndarray]]] = []
    for cluster in clusters:
        ways = []
        for combination in itertools.product(*(every[i] for i in cluster)):
            if _group_allows(choices, cluster, combination):
                measured = _measured(network, choices, cluster, combination)
                if measured is not None:
                    ways.append((np.array(combination), *measured))
        found.append(ways)
    return _best_together(choices, clusters, found)


def _clusters(choices: Choices) -> list[list[int]]:
    """Choices that a group ties together."""
    names = [f"group {group}" if group >= 0 else f"choice {i}" for i, group in enumerate(choices.group.tolist())]
    return [[i for i, name in enumerate(names) if name == one] for one in dict.fromkeys(names)]


def _best_together(choices: Choices, clusters: list, found: list) -> Way | None:
    """Try all combinations within budgets, cluster by cluster."""
    states = {(0,) * len(choices.budget_amount): (0, ())}
    for ways in found:
        following: dict = {}
        for used, (value, path) in states.items():
            for number, (_, gain, forgone) in enumerate(ways):
                then = tuple(np.add(used, forgone).tolist())
                if (
                    np.all(np.array(then) <= choices.budget_amount)
                    and following.get(then, (-(10**18),))[0] < value + gain
                ):
                    following[then] = (value + gain, (*path, number))
        states = following
    if not states:
        return None
    value, path = max(states.values())
    price = np.repeat(choices.list_price[:, None], choices.n_periods, axis=1)
    for cluster, ways, number in zip(clusters, found, path, strict=True):
        price[cluster] = ways[number][0]
    return Way(price, value)


def every_path(choices: Choices, i: int) -> list[tuple[float, ...]]:
    """Every path of a choice that its rules allow, read from the contract sentence by sentence."""
    rungs = choices.rung_price[choices.first_rung[i] : choices.first_rung[i + 1]].tolist()
    list_price, paths = float(choices.list_price[i]), []
    for path in itertools.product([list_price, *rungs], repeat=choices.n_periods):
        before = (list_price, *path)
        steps = [round(1e6 * (a - b)) for a, b in itertools.pairwise(before)]
        falls = [t for t, step in enumerate(steps) if step]
        allowed = (
            min(steps) >= 0
            and len(falls) <= choices.max_markdowns[i]
            and all(choices.min_step[i] <= steps[t] <= choices.max_step[i] for t in falls)
            and all(b - a >= choices.min_periods_between[i] for a, b in itertools.pairwise(falls))
            and all(choices.may_begin[i, t] for t in falls)
        )
        if allowed:
            paths.append(path)
    return paths


def _group_allows(choices: Choices, cluster: list[int], combination: tuple) -> bool:
    group = choices.group[cluster[0]]
    if group < 0:
        return True
    marked = [
        any(price < choices.list_price[i] for price in path) for i, path in zip(cluster, combination, strict=True)
    ]
    kind = choices.group_kind[group]
    if kind == GroupKind.AT_MOST_ONE:
        return sum(marked) <= 1
    if kind == GroupKind.ALL_OR_NONE:
        return len(set(marked)) == 1
    return len({_numbers(choices, i, path) for i, path in zip(cluster, combination, strict=True)}) == 1


def _numbers(choices: Choices, i: int, path: tuple[float, ...]) -> tuple[int, ...]:
    rungs = slice(choices.first_rung[i], choices.first_rung[i + 1])
    number = dict(zip(choices.rung_price[rungs].tolist(), choices.rung_number[rungs].tolist(), strict=True))
    return tuple(number.get(price, 0) for price in path)


def _measured(
    network: Network, choices: Choices, cluster: list[int], combination: tuple
) -> tuple[int, np.ndarray] | None:
    """What paths of some choices earn and forgo by budget; None where a hard target is missed."""
    markdowns = Markdowns(choices.sku[cluster], choices.zone[cluster], np.array(combination))
    there = repriced(network, markdowns)
    listed = replace(network, paths=list_paths(network))
    rows = np.sort(np.concatenate([choices.rows[choices.first_row[i] : choices.first_row[i + 1]] for i in cluster]))
    value = int(repricing_value(network, there)[rows].sum())
    forgone = np.zeros(len(choices.budget_amount), dtype=np.int64)
    rules = network.clearance_rules
    for i, path in zip(cluster, combination, strict=True):
        own = np.sort(choices.rows[choices.first_row[i] : choices.first_row[i + 1]])
        held = choices.budget[choices.first_budget[i] : choices.first_budget[i + 1]]
        sales, units = (
            expected_sales(there, own, units_before_by_period(there, own)),
            units_before_by_period(there, own),
        )
        lost = np.rint(((choices.list_price[i] - np.array(path)) * sales).sum(axis=1) * 10.0**network.money_decimals)
        forgone[held] += int(lost.sum())
        rule = choices.rule[i]
        if rule < 0 or np.isnan(rules.sell_through_share[rule]):
            continue
        by = min(int(rules.sell_through_by_period[rule]), network.periods)
        short = []
        for world_, at in ((there, units), (listed, units_before_by_period(listed, own))):
            sold = expected_sales(world_, own, at)[:, :by].sum()
            missing = rules.sell_through_share[rule] * np.maximum(at[:, by - 1], 0).sum() - sold
            short.append(0.0 if missing <= 1e-9 else float(missing))
        price = rules.sell_through_price[rule]
        if np.isnan(price):
            if short[0]:
                return None
        else:
            value -= round(price * short[0] * 1e6) - round(price * short[1] * 1e6)
    return value, forgone
