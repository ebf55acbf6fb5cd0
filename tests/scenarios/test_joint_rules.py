"""Networks for joint plans: everything is switched on, and everything else stays as it was."""

import numpy as np
import pandas as pd
import pytest

from network import NodeKind, network_from_frames, network_to_frames, read_network, write_network
from network.clearance_tables import CLEARANCE_CLASSES, ExitKind, GroupKind
from scenarios.generate import Shape, generate
from scenarios.joint_rules import main, with_clearance
from scenarios.rules import with_rules


@pytest.fixture(scope="module")
def source():
    """A network of lanes alone."""
    return generate(Shape(stores=40, warehouses=3, skus=60), seed=4)


@pytest.fixture(scope="module")
def joint(source):
    """The same with everything."""
    return with_clearance(source, seed=2)


def test_every_table_and_every_rule_is_in_use(joint):
    """No table is empty, and no column of one is empty all the way down, but those that another column stands for."""
    frames = network_to_frames(joint)
    bids = {"quote_suppliers", "supplies"}  # for bids, which these networks have none of
    assert set(CLEARANCE_CLASSES) - bids <= set(frames)
    instead = {
        "price_ladders": {"sku_id", "category", "zone", "price"},
        "price_response": {"sku_id"},
        "price_multipliers": {"sku_id", "zone"},
        "period_factors": {"sku_id", "zone"},
        "clearance_rules": {"sku_id"},
        "markdown_budgets": {"sku_id"},
        "exits": {"sku_id"},
        "quotes": {"bid_id", "alternate_id"},
    }
    for name, table in ((name, table) for name, table in CLEARANCE_CLASSES.items() if name not in bids):
        missing = set(table.__dataclass_fields__) - {"extra", "sku", "node"} - set(frames[name])
        assert missing <= instead.get(name, set()) | {"extra"}, name
    assert set(joint.clearance_groups.kind.tolist()) == {each.value for each in GroupKind}
    assert set(joint.exits.kind.tolist()) == {each.value for each in ExitKind}
    assert joint.clearance_groups.cross_elasticity.max() > 0
    assert {"yellow", "orange", "red"} == set(frames["alerts"]["severity"])


def test_the_rest_stays(source, joint):
    """Sites, lanes, what is on hand, what is sold at list price, prices and alerts."""
    before, after = network_to_frames(source), network_to_frames(joint)
    changed = {
        f"{name}.{column}"
        for name, table in before.items()
        for column in set(table) | set(after[name])
        if column not in table or column not in after[name] or not table[column].equals(after[name][column])
    }
    assert changed == {"nodes.zone", "alerts.severity", "stock.in_transit", "stock.in_transit_arrival_day"}


def test_zones_are_of_one_size_and_of_stores_only(joint):
    """Twenty zones of two stores each here; warehouses are in none."""
    store = joint.nodes.kind == NodeKind.STORE
    _, count = np.unique(joint.nodes.zone[store].astype(str), return_counts=True)
    assert count.tolist() == [2] * 20
    assert not np.any(joint.nodes.zone[joint.nodes.kind == NodeKind.WAREHOUSE] != "")


def test_groups_share_a_category_and_no_sku(joint):
    """Every SKU is in one group at most."""
    groups = joint.clearance_groups
    assert len(np.unique(groups.sku)) == len(groups)
    for name in set(groups.group_id):
        members = groups.sku[groups.group_id == name]
        assert len(set(joint.products.category[members].tolist())) == 1


def test_quotes_are_for_what_is_missing(joint):
    """Half of them at warehouses, dearer than the goods cost and cheaper than they sell for."""
    quotes, products = joint.quotes, joint.products
    assert np.all(quotes.unit_price < products.list_price[quotes.sku])
    assert np.all(quotes.unit_price > products.unit_cost[quotes.sku])
    assert np.all((quotes.max_units >= quotes.min_units) & (quotes.min_units > 0))
    assert 0 < np.count_nonzero(joint.nodes.kind[quotes.node] == NodeKind.WAREHOUSE) < len(quotes)


def test_categories_and_costs_are_made_where_there_are_none(tmp_path, capsys):
    """The command does what the function does; with every rule of transfers it is another network."""
    frames = network_to_frames(generate(Shape(stores=20, warehouses=2, skus=30)))
    frames["products"] = frames["products"].drop(columns=["category", "unit_cost"])
    plain = tmp_path / "plain"
    network, _ = network_from_frames(frames, {"currency": "USD", "horizon_days": 28})
    write_network(network, plain)
    main([str(plain), str(tmp_path / "joint"), "--seed", "3"])
    main([str(plain), str(tmp_path / "all"), "--seed", "3", "--transfer-rules"])
    found, warnings = read_network(tmp_path / "joint")
    assert not warnings
    assert len(set(found.products.category.tolist())) == 10
    assert np.allclose(found.products.unit_cost, 0.55 * found.products.list_price, atol=0.01)
    expected = network_to_frames(with_clearance(network, 3))
    for name, table in network_to_frames(found).items():
        pd.testing.assert_frame_equal(table, expected[name], check_dtype=False)
    rules, _ = read_network(tmp_path / "all")
    again = network_to_frames(with_clearance(with_rules(network, 3), 3))
    assert len(rules.lots) == len(again["lots"]) > 0
    assert rules.request["response_policy"] == "standard"
    assert rules.request["min_line_benefit"] == 2.0
    assert capsys.readouterr().err == ""
