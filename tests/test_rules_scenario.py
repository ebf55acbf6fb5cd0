"""The scenario that switches every rule on: a network that reads back, with each rule in it, the same for a seed."""

from dataclasses import fields

import numpy as np

from network import read_network
from network.columns import NO_LIMIT
from optimizer.request_reading import read_request
from scenarios.rules import MIN_REMAINING_DAYS, RESTING_ROWS, main, with_rules
from tests.optimizer.directories import files_of, network_of


def _source():
    """Twenty-four SKUs at a warehouse and three stores, 300 km apart each."""
    skus = [f"P{i:02d}" for i in range(24)]
    stock = "".join(f"W,{sku},40,0\nA,{sku},2,9\nB,{sku},3,5.5\nC,{sku},9,1\n" for sku in skus)
    alerts = "".join(f"X{sku},shortage,A,{sku}\n" for sku in skus)
    return files_of(
        nodes="node_id,kind,latitude,longitude\nW,warehouse,50,8\nA,store,50.5,8\nB,store,54,8\nC,store,,\n",
        products="sku_id,list_price,salvage_value\n" + "".join(f"{sku},10,2\n" for sku in skus),
        lanes="origin,destination,fixed_cost\nW,A,4\nW,B,4\nW,C,4\nA,W,4\nC,A,4\nB,A,4\n",
        stock="node_id,sku_id,on_hand,demand_mean\n" + stock,
        alerts="alert_id,kind,node_id,sku_id\n" + alerts,
    )


def test_every_rule_is_switched_on():
    """Each table says something of each rule, and what was there stays."""
    source = network_of(_source())
    network = with_rules(source, seed=3)
    variance = network.stock.demand_std**2
    mean = network.stock.demand_mean
    assert np.all((variance >= mean - 0.01) & (variance <= 3 * mean + 0.01))
    assert network.lanes.lead_time_days.tolist() == [0, 2, 1, 0, 1, 1]
    expires = network.products.shelf_life_days < NO_LIMIT
    assert 2 <= expires.sum() <= 14
    assert np.all(network.products.min_remaining_shelf_life_days[expires] == MIN_REMAINING_DAYS)
    held = np.zeros(len(network.stock), dtype=np.int64)
    np.add.at(held, network.stock_row(network.lots.node, network.lots.sku), network.lots.units)
    assert np.array_equal(held, np.where(expires[network.stock.sku], network.stock.on_hand, 0))
    assert np.all(network.nodes.pick_capacity_units < NO_LIMIT)
    assert np.all(network.nodes.receive_capacity_units < NO_LIMIT)
    assert network.nodes.max_outbound_lanes.tolist() == [40, 3, 3, 3]
    assert network.nodes.max_inbound_lanes.tolist() == [40, 4, 4, 4]
    assert set(network.lane_rules.category.tolist()) <= set(network.products.category.tolist())
    assert len(np.unique(network.display_rules.sku)) == len(network.display_rules) == 6
    assert set(network.alerts.severity.tolist()) <= {1, 2, 3}
    for item in ("on_hand", "demand_mean", "sku", "node"):
        assert np.array_equal(getattr(network.stock, item), getattr(source.stock, item))


def test_shares_are_what_the_constants_say():
    """Over many seeds a fiftieth of the positions rest, and a tenth of the lanes carry less."""
    source = network_of(_source())
    drawn = [with_rules(source, seed) for seed in range(40)]
    resting = np.mean([network.stock.no_send_before_day > 0 for network in drawn])
    assert 0.5 * RESTING_ROWS < resting < 2 * RESTING_ROWS
    assert 0.03 < np.mean([len(network.lane_rules) / len(network.lanes) for network in drawn]) < 0.2


def test_the_command_writes_a_network_that_can_be_planned(tmp_path):
    """Written, read and asked: no problems, and the same bytes for the same seed."""
    source = _source().write(tmp_path / "source")
    texts = []
    for name in ("one", "two"):
        main([str(source), str(tmp_path / name), "--seed", "5"])
        texts.append({path.name: path.read_bytes() for path in sorted((tmp_path / name).iterdir())})
    assert texts[0] == texts[1]
    network, warnings = read_network(tmp_path / "one")
    assert not warnings
    request, _, problems = read_request(network, network.request)
    assert not problems
    assert request.min_line_benefit == 2.0
    again = with_rules(network_of(_source()), seed=5)
    for item in fields(network.stock):
        if item.name != "extra":
            assert np.array_equal(getattr(network.stock, item.name), getattr(again.stock, item.name), equal_nan=True)
