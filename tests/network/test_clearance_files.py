"""Files, and tables in memory, keep what is said of prices, exits and purchases."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from network import network_from_frames, network_to_frames, read_network, write_network
from network.clearance_tables import CLEARANCE_CLASSES, ExitKind, GroupKind
from network.columns import NO_LIMIT
from network.schema import TABLES
from tests.network.priced_worlds import full_network, priced_settings
from tests.network.test_writing import assert_same
from tests.network.worlds import small_frames, small_settings


def test_empty_cells_mean_what_the_format_says() -> None:
    """Defaults, no limits, no targets."""
    network = full_network()
    rules = network.clearance_rules
    assert (rules.sku.tolist(), rules.zone.tolist(), rules.category.tolist()) == ([0, -1], ["north", ""], ["", ""])
    assert rules.max_markdowns.tolist() == [2, NO_LIMIT]
    assert (rules.max_step_share.tolist(), rules.min_periods_between.tolist()) == ([0.5, 1.0], [2, 1])
    assert (rules.exit_period.tolist(), rules.earliest_period.tolist()) == ([3, NO_LIMIT], [2, 1])
    np.testing.assert_equal(rules.sell_through_share, [0.8, np.nan])
    np.testing.assert_equal(rules.sell_through_price, [1.5, np.nan])
    assert network.price_response.ageing_factor.tolist() == [0.9, 1.0]
    assert network.clearance_groups.kind.tolist() == [GroupKind.AT_MOST_ONE] * 2
    assert network.exits.kind.tolist() == [ExitKind.LIQUIDATION, ExitKind.RETURN]
    assert (network.exits.node.tolist(), network.exits.max_share.tolist()) == ([-1, 1], [0.75, 1.0])
    assert network.exits.until_day.tolist() == [20, NO_LIMIT]
    assert (network.quotes.supplier.tolist(), network.quotes.lead_time_days.tolist()) == (["Acme", ""], [3, 0])
    np.testing.assert_equal(network.price_ladders.price, [8.0, np.nan, np.nan])
    assert network.periods == 4


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_files_keep_the_tables(tmp_path: Path, file_format: Any) -> None:
    """Every column and unknown columns, in both formats; and frames, as the service sends them."""
    network = full_network()
    write_network(network, tmp_path, file_format=file_format)
    assert_same(network, read_network(tmp_path)[0])
    assert_same(network, network_from_frames(network_to_frames(network), priced_settings())[0])


def test_tables_without_rows_are_as_no_tables() -> None:
    """And are not written."""
    bare = network_from_frames(small_frames(), small_settings())[0]
    empty = small_frames() | {name: pd.DataFrame(columns=list(TABLES[name].names)) for name in CLEARANCE_CLASSES}
    network, warnings = network_from_frames(empty, small_settings())
    assert_same(network, bare)
    assert warnings == ()
    assert not set(network_to_frames(network)) & set(CLEARANCE_CLASSES)
