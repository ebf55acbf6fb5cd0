"""Tables of prices, exits and purchases over the wire: all of them arrive, and what is wrong with them is named."""

import grpc
import pytest

from counterpoise.v1 import network_pb2 as net
from network.clearance_tables import CLEARANCE_CLASSES
from network.reading import network_from_frames
from network.writing import network_to_frames
from server.rows import frames_of, given_settings, rows_of_frame
from tests.server.conftest import plan_request, small_network, violations

TABLES = {
    "price_ladders": [
        net.PriceRung(sku_id="007", zone="north", rung=1, price=8.0),
        net.PriceRung(sku_id="007", zone="north", rung=2, price_share=0.5),
        net.PriceRung(category="shoes", rung=1, price_share=0.9),
    ],
    "price_response": [
        net.PriceResponse(category="shoes", zone="north", elasticity=-1.5, elasticity_std=0.25, ageing_factor=0.75)
    ],
    "price_multipliers": [net.PriceMultiplier(sku_id="007", zone="north", price_share=0.5, multiplier=2.0)],
    "period_factors": [net.PeriodFactor(category="shoes", zone="north", period=4, factor=0.0)],
    "clearance_rules": [
        net.ClearanceRule(
            sku_id="007",
            zone="north",
            max_markdowns=2,
            min_step_share=0.0625,
            max_step_share=0.5,
            min_periods_between=2,
            earliest_period=2,
            exit_period=3,
            no_touch_after_arrival_periods=1,
            no_touch_before_exit_periods=1,
            min_price=3.0,
            min_share_of_cost=1.0,
            min_share_of_list=0.25,
            sell_through_share=0.75,
            sell_through_by_period=3,
            sell_through_price=0.0,
        ),
        net.ClearanceRule(category="shoes", sell_through_share=0.5),
    ],
    "clearance_groups": [
        net.ClearanceGroup(group_id="G", sku_id="007", kind=net.GROUP_KIND_ALL_OR_NONE, cross_elasticity=0.5),
        net.ClearanceGroup(group_id="G", sku_id="008", kind=net.GROUP_KIND_ALL_OR_NONE, cross_elasticity=0.5),
    ],
    "markdown_budgets": [net.MarkdownBudget(budget_id="B", category="shoes", zone="north", amount=50.0)],
    "exits": [
        net.Exit(
            exit_id="L",
            kind=net.EXIT_KIND_RETURN,
            node_id="W",
            category="shoes",
            unit_proceeds=-1.0,
            proceeds_share_of_cost=0.5,
            unit_fee=0.25,
            fixed_cost=2.0,
            min_lot_units=3,
            capacity_units=40,
            max_share=0.5,
            from_day=1,
            until_day=9,
        ),
        net.Exit(exit_id="S", kind=net.EXIT_KIND_SCRAP, sku_id="007"),
    ],
    "quotes": [
        net.Quote(
            quote_id="Q",
            supplier="Acme",
            node_id="S",
            sku_id="007",
            unit_price=0.0,
            max_units=8,
            min_units=4,
            fixed_cost=6.0,
            lead_time_days=5,
            bid_id="B",
            alternate_id="A",
        )
    ],
    "quote_suppliers": [net.QuoteSupplier(supplier="Acme", fixed_cost=12.5, capacity_units=30)],
    "supplies": [
        net.Supply(
            node_id="V",
            sku_id="007",
            blocked=True,
            on_time_share=0.75,
            unit_price=3.5,
            lead_time_days=2,
            min_units=6,
        ),
        net.Supply(node_id="V", category="shoes", blocked=False),
    ],
}
"""Rows of every table of prices, exits and purchases; every field is set in some row."""


def priced_network():
    """The small network with all of that, two products of a category, and a store in a zone."""
    data = small_network(**TABLES)
    data.settings.periods = 4
    data.nodes[1].zone = "north"
    data.nodes.add(node_id="V", kind=net.NODE_KIND_SUPPLIER)
    data.lanes.add(lane_id="V>W", origin="V", destination="W")
    data.products[0].category = "shoes"
    data.products[0].unit_cost = 4.0
    data.products.add(sku_id="008", list_price=5.0, salvage_value=1.0, unit_weight_kg=1.0, category="shoes")
    data.products[1].unit_cost = 2.0
    return data


@pytest.mark.parametrize("way", ["inline", "uploaded", "with alerts of its own"])
def test_prices_exits_and_purchases_are_taken(running, client, way):
    """By rows and by columns: the server holds the tables that the client sent, and no place outside among them."""
    data = priced_network()
    if way == "inline":
        network = running.store.snapshot(f"{client.send_plan(plan_request(network=data)).name}/network")
    else:
        uploaded = client.upload_network(network_from_frames(frames_of(data), given_settings(data.settings))[0])
        assert uploaded.settings.periods == 4
        assert {table: uploaded.row_counts[table] for table in ("nodes", "price_ladders", "exits", "quotes")} == {
            "nodes": 3,
            "price_ladders": 3,
            "exits": 2,
            "quotes": 1,
        }
        name = uploaded.name
        if way != "uploaded":
            alert = net.Alert(alert_id="a2", kind=net.ALERT_KIND_OVERSTOCK, node_id="W", sku_id="007")
            name = f"{client.send_plan(plan_request(network_name=name, alerts=[alert])).name}/network"
        network = running.store.snapshot(name)
    frames = network_to_frames(network)
    for table in CLEARANCE_CLASSES:
        assert rows_of_frame(table, frames[table]) == list(getattr(data, table)), table
    assert (network.periods, frames["nodes"]["node_id"].tolist()) == (4, ["W", "S", "V"])


def test_what_is_wrong_with_prices_exits_and_purchases_is_named(client):
    data = priced_network()
    data.price_ladders[1].price_share = 0.9
    data.price_response[0].elasticity = 1.5
    data.period_factors[0].zone = "south"
    data.clearance_groups[1].kind = net.GROUP_KIND_UNSPECIFIED
    data.exits[0].until_day = 0
    data.quotes[0].sku_id = "nothing"
    with pytest.raises(grpc.RpcError) as error:
        client.plans.CreatePlan(plan_request(network=data))
    assert violations(error.value) == {
        "network.price_ladders[1].price_share": "RISING_LADDER",
        "network.price_response[0].elasticity": "TOO_LARGE",
        "network.period_factors[0].zone": "ZONE_WITHOUT_NODES",
        "network.clearance_groups[1].kind": "EMPTY",
        "network.exits[0].until_day": "WINDOW",
        "network.quotes[0].sku_id": "UNKNOWN_ID",
    }
