"""The reasons' column-wise search for ways and the NetworkX graph of nodes and lanes say the same."""

from collections import Counter

import numpy as np
from hypothesis import assume, given

from network import donors_reaching, givable_units
from optimizer import Plan, Request
from optimizer.reasons import UnmetCode, explain
from tests.optimizer.directories import examples, network_of
from tests.oracle.strategies import network_files


def test_no_lane_and_too_late_agree_with_the_graph():
    """With nothing moved, `no_lane` only where some donor does not reach, `too_late` only where one does."""
    seen: Counter[str] = Counter()

    @examples(80)
    @given(network_files())
    def agree(files):
        network = network_of(files)
        assume(not len(network.lane_rules))  # the graph of nodes knows no rules of what a lane may carry
        none = np.empty(0, dtype=np.int32)
        nothing = Plan(none, none.copy(), none.astype(np.int64), none.copy(), none.copy(), none.astype(np.int64))
        unmet, _, _ = explain(network, Request(), nothing, proved=False)
        for node, sku, code in zip(unmet.node.tolist(), unmet.sku.tolist(), unmet.code.tolist(), strict=True):
            stock = network.stock
            donors = np.count_nonzero((stock.sku == sku) & (stock.node != node) & (givable_units(network) > 0))
            reaching = len(donors_reaching(network, node, sku))
            seen[code] += 1
            assert code != UnmetCode.NO_LANE or reaching < donors
            assert code != UnmetCode.TOO_LATE or reaching > 0

    agree()
    assert seen[UnmetCode.NO_LANE] > 0
