"""Single numbers of docs/model.md as the product and the oracle compute them: where they differ, plans do too."""

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, Phase, given, settings

from network import Network, read_network
from network.columns import NO_LIMIT
from network.lane_rules import may_carry
from optimizer.request import Request
from optimizer.request_reading import read_request
from optimizer.scope import hard_alerts, is_closed, penalty_weights, skus_in_scope
from optimizer.worth.economics import alert_units, arrival_cap_units, unit_worth
from optimizer.worth.lots import expiry_cap_units, own_lots
from tests.agreement import read_twice, to_request
from tests.oracle import lots, scope, worth
from tests.oracle.asked import NEVER
from tests.oracle.directory import Directory, Key
from tests.oracle.drawing import NetworkFiles
from tests.oracle.reading import read_directory
from tests.oracle.strategies import network_files

reproducible = settings(
    max_examples=100,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def positions(network: Network) -> tuple[np.ndarray, list[Key]]:
    """Rows of all positions and their keys."""
    nodes, skus = network.nodes.node_id[network.stock.node], network.products.sku_id[network.stock.sku]
    return np.arange(len(network.stock)), [(str(node), str(sku)) for node, sku in zip(nodes, skus, strict=True)]


@given(network_files())
@reproducible
def test_worth_of_units(files: NetworkFiles):
    """What the n-th unit is worth, plain and with the weights of the objective, and one that is left over."""
    directory, network, request = read_twice(files)
    rows, keys = positions(network)
    assert set(keys) == set(directory.stock)
    weights = [scope.penalty_weight(directory, key) for key in keys]
    assert penalty_weights(network, request).tolist() == [float(weight) for weight in weights]
    plain, weighted = unit_worth(network, rows), unit_worth(network, rows, penalty_weights(network, request))
    assert plain.left_over_worth.tolist() == [worth.left_over_value(directory, key) for key in keys]
    for n in range(-2, 26):
        number = np.full(len(rows), n)
        assert plain.worth_of(number).tolist() == [worth.unit_value(directory, key, n) for key in keys], n
        expected = [worth.unit_value(directory, key, n, weight) for key, weight in zip(keys, weights, strict=True)]
        assert weighted.worth_of(number).tolist() == expected, n


@given(network_files())
@reproducible
def test_caps_of_arrival_and_expiry(files: NetworkFiles):
    """U(l) and C(e) on every day up to some beyond the horizon."""
    directory, network, _ = read_twice(files)
    rows, keys = positions(network)
    for day in range(directory.horizon_days + 2):
        days = np.full(len(rows), day)
        if day:
            expected = [worth.late_cap(directory, directory.stock[key], day) for key in keys]
            assert arrival_cap_units(network, rows, days).tolist() == expected, day
        if day < directory.horizon_days:
            soon = [worth.expiry_cap(directory, directory.stock[key], day) for key in keys]
            assert expiry_cap_units(network, rows, days).tolist() == soon, day


@given(network_files())
@reproducible
def test_own_units_by_expiry_day(files: NetworkFiles):
    """What positions have and may give, after surplus, reserved units and safety stock."""
    directory, network, _ = read_twice(files)
    rows, keys = positions(network)
    own = own_lots(network, rows)
    days = [NEVER if day == NO_LIMIT else day for day in own.expiry_day.tolist()]
    found = zip(own.row.tolist(), days, own.units.tolist(), own.give.tolist(), strict=True)
    listed = {(row, day): (units, give) for row, day, units, give in found if units}
    expected = {}
    for row, key in enumerate(keys):
        units, give = lots.own_units(directory, key)
        expected |= {(row, day): (number, give[day]) for day, number in units.items()}
    assert listed == expected


@given(network_files())
@reproducible
def test_what_may_be_touched(files: NetworkFiles):
    """Scope, policy, lane rules and hard demands."""
    directory, network, request = read_twice(files)
    skus = network.products.sku_id[skus_in_scope(network, request)]
    assert sorted(skus) == scope.skus_in_scope(directory)
    nodes, products = np.meshgrid(np.arange(len(network.nodes)), np.arange(len(network.products)))
    everywhere = [(str(n), str(s)) for s in network.products.sku_id for n in network.nodes.node_id]
    closed = is_closed(network, request, nodes.ravel(), products.ravel())
    assert closed.tolist() == [scope.closed(directory, key) for key in everywhere]
    lanes, products = np.meshgrid(np.arange(len(network.lanes)), np.arange(len(network.products)))
    allowed = may_carry(network, lanes.ravel(), products.ravel())
    expected = [
        scope.may_carry(directory, lane, str(s)) for s in network.products.sku_id for lane in lanes_of(directory)
    ]
    assert allowed.tolist() == expected
    asked = alert_units(network)
    hard = [row for row in hard_alerts(network, request) if asked[row] > 0]
    ids = [(alert.alert_id, worth.asked_units(directory, alert)) for alert in scope.hard_demands(directory)]
    assert [(network.alerts.alert_id[row], asked[row]) for row in hard] == ids


def lanes_of(directory: Directory) -> list:
    """Lanes in the order of their rows."""
    return list(directory.lanes.values())


@given(network_files())
@reproducible
def test_request_json_says_the_same(files: NetworkFiles):
    """The product reads from request.json and the former plan's directory what the oracle reads."""
    with tempfile.TemporaryDirectory() as folder:
        path = files.write(Path(folder))
        network, _ = read_network(path)
        asked = read_directory(path).asked
        request, _, problems = read_request(network, network.request, directory=path)
    assert not problems
    expected = to_request(network, asked)
    for name in Request.__dataclass_fields__:
        if name != "former_plan":
            assert getattr(request, name) == getattr(expected, name), name
    assert (request.former_plan is None) == (expected.former_plan is None)
    if request.former_plan is not None and expected.former_plan is not None:
        assert request.former_plan.frozen_before_day == expected.former_plan.frozen_before_day
        assert request.former_plan.change_prices == expected.former_plan.change_prices
        for column in ("lane", "sku", "units", "arrives_day", "expiry_day"):
            read, wanted = (getattr(plan.former_plan.plan, column) for plan in (request, expected))
            assert read.tolist() == wanted.tolist(), column
