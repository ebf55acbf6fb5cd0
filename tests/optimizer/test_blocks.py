"""What is built and explained in blocks of SKUs is what is built and explained in one."""

import importlib
from dataclasses import fields
from typing import Any
from unittest.mock import patch

import numpy as np
from hypothesis import given

from network.blocks import sku_blocks
from optimizer import certify
from optimizer.model import Flows
from optimizer.plan_lines import no_lines
from optimizer.reasons import explain
from optimizer.transfer import TransferModel, build, rows
from optimizer.transfer.growing import Growing
from tests.optimizer.directories import asked_of, examples, files_of, network_of
from tests.oracle.strategies import NetworkFiles, network_files

explaining = importlib.import_module("optimizer.reasons.explaining")


def _lines(built: TransferModel) -> list[tuple[Any, ...]]:
    """Every line with all that the model says of it, whatever its number: switches by cost, limits by what they say."""
    model, n = built.model, len(built.flow_lane)
    cell = [tuple(place) for place in built.position_cell.tolist()]
    switches, limits = [[] for _ in model.flows.origin], [[] for _ in model.flows.origin]
    of_switch = [getattr(model.switches, item.name).tolist() for item in fields(model.switches)]
    for flow, switch, *load in zip(
        *(getattr(model.members, i.name).tolist() for i in fields(model.members)), strict=True
    ):
        switches[flow].append((*(column[switch] for column in of_switch), *load))
    for limit, column, factor in zip(
        model.terms.limit, model.terms.column, model.terms.coefficient.tolist(), strict=True
    ):
        if column < len(limits):
            about = (str(built.limit_rule[limit]), *built.limit_place[limit].tolist(), int(built.limit_line[limit]))
            limits[column].append((*about, int(model.limits.low[limit]), int(model.limits.high[limit]), factor))
    of_line = [getattr(built, name) for name in ("flow_lane", "flow_sku", "flow_arrives_day", "flow_expiry_day")]
    told = [[int(column[i]) for column in of_line] if i < n else [] for i in range(len(limits))]
    flow = [
        [getattr(model.flows, name)[i].item() for name in ("profit", "most_units", "multiple")]
        for i in range(len(limits))
    ]
    ends = zip(model.flows.origin.tolist(), model.flows.destination.tolist(), strict=True)
    return sorted(
        (i >= n, told[i], flow[i], cell[start], cell[end], sorted(switches[i]), sorted(limits[i]))
        for i, (start, end) in enumerate(ends)
    )


def _positions(built: TransferModel) -> list[list[Any]]:
    """Every position with what is there, what must be, and what units that stay are worth."""
    model = built.model
    worth = [[] for _ in model.positions.block]
    for position, most, each in zip(
        *(getattr(model.increments, i.name).tolist() for i in fields(model.increments)), strict=True
    ):
        worth[position].append((most, each))
    columns = [model.positions.supply_units, model.positions.least_units, built.position_demand, built.position_send]
    numbers = zip(*(column.tolist() for column in columns), strict=True)
    return sorted(
        [*place, *row, *increments]
        for place, row, increments in zip(built.position_cell.tolist(), numbers, worth, strict=True)
    )


@examples(60)
@given(network_files())
def test_a_model_is_the_same_whatever_its_blocks(files: NetworkFiles):
    """One block per SKU: every row of the model is there, with the switches and limits that it shares."""
    network, request = asked_of(files)
    whole = build(network, request)
    with patch.object(rows, "_ROWS_PER_BLOCK", 1):
        parts = build(network, request)
    assert _lines(parts) == _lines(whole)
    assert _positions(parts) == _positions(whole)
    assert (parts.model.do_nothing, parts.must_act) == (whole.model.do_nothing, whole.must_act)
    assert np.array_equal(parts.switch_lane, whole.switch_lane)
    assert sorted(parts.model.limits.high.tolist()) == sorted(whole.model.limits.high.tolist())
    assert np.all(np.diff(parts.model.positions.block) >= 0)


@examples(40)
@given(network_files())
def test_a_plan_is_explained_the_same_whatever_its_blocks(files: NetworkFiles):
    """One block per SKU, half of them in another process."""
    network, request = asked_of(files)
    if not certify(network, request, no_lines()).valid:
        return
    whole = explain(network, request, no_lines(), proved=False)
    with patch.object(explaining, "_ROWS_PER_BLOCK", 1), patch.object(explaining, "_LARGE", 2):
        parts = explain(network, request, no_lines(), proved=False)
    for one, other in zip(whole[:2], parts[:2], strict=True):
        for item in fields(one):
            if item.name != "changes":
                assert np.array_equal(getattr(one, item.name), getattr(other, item.name)), item.name


def _three_skus() -> NetworkFiles:
    return files_of(
        nodes="node_id,kind\nA,store\nB,store\n",
        products="sku_id,list_price,salvage_value\nP,10,1\nQ,10,1\nR,10,1\n",
        lanes="origin,destination,fixed_cost\nA,B,1\n",
        stock="node_id,sku_id,on_hand,demand_mean\n" + "".join(f"A,{sku},9,0\nB,{sku},0,5\n" for sku in "PQR"),
        alerts="alert_id,kind,node_id,sku_id\n" + "".join(f"S{sku},shortage,B,{sku}\n" for sku in "RPQ"),
    )


def test_what_the_time_leaves_out_says_so():
    """Large networks only; outcomes are known all the same, in the order of the alerts."""
    network, request = asked_of(_three_skus())
    with patch.object(explaining, "_ROWS_PER_BLOCK", 2), patch.object(explaining, "_LARGE", 3):
        unmet, outcomes, _ = explain(network, request, no_lines(), proved=False, seconds=0.0)
    assert unmet.code.tolist() == ["unknown"] * 3
    assert unmet.units.tolist() == [5, 5, 5]
    assert set(unmet.reason.tolist()) == set(outcomes.reason.tolist()) == {"the time was up before this was looked at"}
    assert outcomes.alert.tolist() == [0, 1, 2]
    unmet, outcomes, _ = explain(network, request, no_lines(), proved=False, seconds=0.0)
    assert unmet.code.tolist() == ["time_limit"] * 3


def test_blocks_are_whole_skus_with_their_alerts():
    """Every product is in one block; the alerts of a table in any order go with their SKU."""
    network = network_of(_three_skus())
    blocks = sku_blocks(network, 2)
    assert [list(skus) for skus, _ in blocks] == [[0], [1], [2]]
    for skus, part in blocks:
        assert set(part.stock.sku.tolist()) == set(part.alerts.sku.tolist()) == set(skus)
    assert sku_blocks(network, 6) == [(range(3), network)]


def test_a_growing_table_takes_the_widest_type():
    """Whole numbers stay narrow until one needs more room."""
    growing = Growing(Flows)
    for most in (np.array([1], dtype=np.int32), np.array([2], dtype=np.int32), np.array([2**40])):
        ends = np.zeros(1, dtype=np.int32)
        growing.add(Flows(ends, ends, np.zeros(1, dtype=np.int64), most, np.ones(1, dtype=np.int64)), origin=7)
    flows = growing.table()
    assert flows.most_units.tolist() == [1, 2, 2**40]
    assert flows.origin.tolist() == [7, 7, 7]
    assert flows.origin.dtype == np.int32
