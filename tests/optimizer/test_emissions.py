"""Kilograms of CO2: distances that can be looked up, and honesty about what is not known."""

import numpy as np
import pandas as pd
import pytest

from optimizer.emissions import emissions_of, lane_km, line_emissions_kg
from optimizer.plan_lines import no_lines
from tests.optimizer.small_case import LANES, NODES, PRODUCTS, SmallCase, small_network

DEGREE_KM = 111.195
"""A degree of a great circle on a sphere of 6,371.0088 km."""


def placed_nodes(**places: tuple[float, float]) -> pd.DataFrame:
    """The small network's nodes, with latitude and longitude where given."""
    nodes = NODES.copy()
    for column, index in (("latitude", 0), ("longitude", 1)):
        nodes[column] = [places[node][index] if node in places else None for node in nodes["node_id"]]
    return nodes


def test_distances_are_great_circles():
    network = small_network(nodes=placed_nodes(W=(0, 0), S1=(0, 90), G=(60, 20), S2=(60, 21), X=(-60, -160)))
    km = dict(zip(network.lanes.lane_id, lane_km(network), strict=True))
    assert km["W>S1"] == pytest.approx(90 * DEGREE_KM, rel=1e-4)
    # A degree of longitude at 60 degrees north is half as long as at the equator, a little less over the great circle.
    assert km["G>S2"] == pytest.approx(DEGREE_KM / 2, rel=1e-3)
    assert km["G>S2"] < DEGREE_KM / 2
    assert km["G>X"] == km["X>G"] == pytest.approx(180 * DEGREE_KM, rel=1e-4)
    assert np.isnan(km["S3>S2"])


def test_lines_count_their_weight_and_distance():
    network = small_network(nodes=placed_nodes(W=(0, 0), S1=(0, 1), G=(0, 2)))
    plan = SmallCase(network).plan
    kg = line_emissions_kg(network, plan)
    # 4 A of 2 kg and 3 B of 1 kg over one degree, 4 A over two; of lanes to S2 and from S3 the distance is not known.
    tonnes_km = np.array([8.0, 3.0, 16.0]) * DEGREE_KM / 1000
    assert kg[:3] == pytest.approx(0.062 * tonnes_km, rel=1e-4)
    known = np.isin(network.lanes.lane_id[plan.lane], ["W>S1", "W>G"])
    assert np.array_equal(np.isfinite(kg), known)
    found = emissions_of(network, plan)
    assert found.kg == pytest.approx(kg[known].sum())
    assert found.known_share == plan.units[known].sum() / plan.units.sum()


def test_a_product_without_weight_is_not_known():
    weights = [
        None if sku == "B" else kg for sku, kg in zip(PRODUCTS["sku_id"], PRODUCTS["unit_weight_kg"], strict=True)
    ]
    places = {node: (0.0, float(number)) for number, node in enumerate(NODES["node_id"])}
    lanes = LANES.drop(columns=["cost_per_kg", "capacity_kg", "min_dispatch_kg"])  # they need weights
    products = PRODUCTS.assign(unit_weight_kg=weights)
    network = small_network(nodes=placed_nodes(**places), products=products, lanes=lanes)
    plan = SmallCase().plan
    found = emissions_of(network, plan)
    other = network.products.sku_id[plan.sku] != "B"
    assert found.known_share == plan.units[other].sum() / plan.units.sum()


def test_doing_nothing_emits_nothing_and_that_is_known():
    found = emissions_of(small_network(), no_lines())
    assert (found.kg, found.known_share) == (0.0, 1.0)
