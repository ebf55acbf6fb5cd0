"""One request in the product's words and in the oracle's: networks, requests and plans, to and fro."""

import tempfile
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import numpy as np

from network import Network, read_network
from network.columns import NO_LIMIT
from network.tables import Severity
from optimizer.plan import Markdowns, Plan
from optimizer.request import FormerPlan, Request
from tests.oracle.asked import NEVER, Asked, Line
from tests.oracle.choices import Cell, PriceChoice
from tests.oracle.directory import Directory
from tests.oracle.drawing import NetworkFiles
from tests.oracle.reading import read_directory

PricesByChoice = Mapping[Cell, Sequence[Fraction]]
SEVERITY = {"yellow": Severity.YELLOW, "orange": Severity.ORANGE, "red": Severity.RED}


def read_twice(files: NetworkFiles) -> tuple[Directory, Network, Request]:
    """One request as the oracle reads it and as the product reads it."""
    with tempfile.TemporaryDirectory() as folder:
        path = files.write(Path(folder))
        network, _ = read_network(path)
        directory = read_directory(path)
    return directory, network, to_request(network, directory.asked)


def to_request(network: Network, asked: Asked) -> Request:
    """What is asked, in the product's columns."""
    former = None
    if asked.former or asked.change_prices or asked.frozen_before_day:
        former = FormerPlan(
            to_plan(network, asked.former, {}),
            NO_LIMIT if asked.frozen_before_day == NEVER else asked.frozen_before_day,
            tuple((day, float(price)) for day, price in asked.change_prices),
        )
    return Request(
        scope_sku_ids=asked.sku_ids,
        scope_categories=asked.categories,
        scope_node_ids=asked.node_ids,
        scope_alert_ids=asked.alert_ids,
        responses=asked.responses,
        response_policy={SEVERITY[level]: allowed for level, allowed in asked.policy.items()},
        severity_weights={SEVERITY[level]: float(weight) for level, weight in asked.severity_weights.items()},
        min_line_benefit=float(asked.min_line_benefit),
        min_dispatch_benefit=float(asked.min_dispatch_benefit),
        former_plan=former,
    )


def to_plan(
    network: Network,
    lines: Sequence[Line],
    dispatches: Mapping[str, int],
    markdowns: PricesByChoice = MappingProxyType({}),
) -> Plan:
    """A plan of the oracle's words in the product's columns."""
    lane_row = {lane_id: row for row, lane_id in enumerate(network.lanes.lane_id)}
    sku_row = {sku_id: row for row, sku_id in enumerate(network.products.sku_id)}
    expiry_days = [NO_LIMIT if line.expiry_day == NEVER else line.expiry_day for line in lines]
    return Plan(
        lane=np.array([lane_row[line.lane_id] for line in lines], dtype=np.int32),
        sku=np.array([sku_row[line.sku] for line in lines], dtype=np.int32),
        units=np.array([line.units for line in lines], dtype=np.int64),
        arrives_day=np.array([line.arrives_day for line in lines], dtype=np.int32),
        expiry_day=np.array(expiry_days, dtype=np.int32),
        dispatch_lane=np.array([lane_row[lane_id] for lane_id in dispatches], dtype=np.int32),
        dispatches=np.array(list(dispatches.values()), dtype=np.int64),
        markdowns=to_markdowns(network, markdowns),
    )


def to_markdowns(network: Network, markdowns: PricesByChoice) -> Markdowns:
    """Price paths of the oracle's words in the product's columns."""
    sku_row = {sku_id: row for row, sku_id in enumerate(network.products.sku_id)}
    rows = sorted((sku_row[sku], zone, [float(price) for price in path]) for (sku, zone), path in markdowns.items())
    return Markdowns(
        sku=np.array([sku for sku, _, _ in rows], dtype=np.int32),
        zone=np.array([zone for _, zone, _ in rows], dtype=object),
        price=np.array([path for _, _, path in rows], dtype=np.float64).reshape(len(rows), network.periods),
    )


def from_markdowns(
    network: Network, plan: Plan, choices: Mapping[Cell, PriceChoice]
) -> dict[Cell, tuple[Fraction, ...]]:
    """Price paths of a plan in the oracle's words: prices on the ladder are exactly those."""
    columns = (plan.markdowns.sku, plan.markdowns.zone, plan.markdowns.price.tolist())
    paths = {}
    for row, zone, path in zip(*columns, strict=True):
        cell = (str(network.products.sku_id[row]), str(zone))
        known = [choices[cell].list_price, *choices[cell].rungs.values()] if cell in choices else []
        paths[cell] = tuple(_nearest(Fraction(repr(price)), known) for price in path)
    return paths


def _nearest(price: Fraction, known: Sequence[Fraction]) -> Fraction:
    return min((one for one in known if abs(one - price) < Fraction(1, 10**9)), default=price)


def from_plan(network: Network, plan: Plan) -> tuple[list[Line], dict[str, int]]:
    """A plan of the product in the oracle's words."""
    lane_ids, sku_ids = network.lanes.lane_id, network.products.sku_id
    columns = (plan.lane, plan.sku, plan.units.tolist(), plan.arrives_day.tolist(), plan.expiry_day.tolist())
    lines = [
        Line(str(lane_ids[lane]), str(sku_ids[sku]), units, day, NEVER if expiry == NO_LIMIT else expiry)
        for lane, sku, units, day, expiry in zip(*columns, strict=True)
    ]
    runs = zip(plan.dispatch_lane, plan.dispatches.tolist(), strict=True)
    return lines, {str(lane_ids[lane]): number for lane, number in runs}
