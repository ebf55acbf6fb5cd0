"""The assumed map: who is connected to whom, and the common regime of costs."""

import numpy as np
import pytest

from scenarios.retail_geography import (
    FIXED_COST_PER_100_KM,
    KM_PER_DEGREE,
    NEIGHBOURS_OF_STORE,
    TRUCK_KG,
    VAN_KG,
    place_stores,
)

STORES = np.array([f"S{i}" for i in range(40)], dtype=object)


@pytest.fixture(scope="module")
def geography():
    """40 stores in 5 cities."""
    return place_stores(STORES, n_cities=5, seed=3)


def _km(geography):
    """Kilometres of every lane, from the coordinates."""
    place = geography.nodes.set_index("node_id")[["latitude", "longitude"]]
    lanes = geography.lanes
    apart = (place.loc[lanes["origin"]].to_numpy() - place.loc[lanes["destination"]].to_numpy()) * KM_PER_DEGREE
    return np.hypot(*apart.T)


def test_every_store_has_its_neighbours_and_two_warehouses(geography):
    """15 lanes to other stores, and lanes from and to two warehouses."""
    lanes = geography.lanes
    for store in STORES:
        out = lanes[lanes["origin"] == store]["destination"]
        assert (out.str[0] == "S").sum() == NEIGHBOURS_OF_STORE
        assert (out.str[0] == "W").sum() == 2
        back = lanes[lanes["destination"] == store]["origin"]
        assert set(back[back.str[0] == "W"]) == set(out[out.str[0] == "W"])


def test_lanes_are_unique_and_go_somewhere(geography):
    """No lane twice, none to its own origin."""
    lanes = geography.lanes
    assert not lanes.duplicated(["origin", "destination"]).any()
    assert (lanes["origin"] != lanes["destination"]).all()


def test_costs_follow_the_distance(geography):
    """Fixed cost 12 x (0.3 + km / 100), 0.02 + 0.02 km / 100 per kg, vans between stores."""
    lanes, km = geography.lanes, _km(geography)
    assert np.allclose(lanes["fixed_cost"], FIXED_COST_PER_100_KM * (0.3 + km / 100), atol=0.006)
    assert np.allclose(lanes["cost_per_kg"], 0.02 + 0.02 * km / 100, atol=6e-5)
    between_stores = (lanes["origin"].str[0] == "S") & (lanes["destination"].str[0] == "S")
    assert (lanes["capacity_kg"] == np.where(between_stores, VAN_KG, TRUCK_KG)).all()


def test_stores_belong_to_the_nearest_warehouse(geography):
    """The warehouse of a store is one of its two, and not the farther one."""
    lanes = geography.lanes.assign(km=_km(geography))
    for store, warehouse in zip(STORES, geography.warehouse_of_store, strict=True):
        near = lanes[(lanes["destination"] == store) & (lanes["origin"].str[0] == "W")].sort_values("km")
        assert near["origin"].iloc[0] == f"W{warehouse + 1:02d}"


def test_stores_cluster_in_cities(geography):
    """The nearest store is a drive across town away, not across the region."""
    lanes = geography.lanes.assign(km=_km(geography))
    local = lanes[(lanes["origin"].str[0] == "S") & (lanes["destination"].str[0] == "S")]
    assert local.groupby("origin")["km"].min().median() < 15


def test_few_nodes_have_no_more_neighbours_than_there_are():
    """Three stores and one warehouse: every pair of stores, one warehouse each."""
    small = place_stores(STORES[:3], n_cities=1, seed=1)
    assert len(small.lanes) == 3 * 2 + 3 * 2


def test_single_store_has_only_its_warehouse():
    """One store: a lane there and back."""
    assert len(place_stores(STORES[:1], n_cities=1, seed=1).lanes) == 2
