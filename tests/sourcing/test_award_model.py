"""Awards as columns of the model: they keep its rows, and its objective is theirs to the last money unit."""

import numpy as np
import pandas as pd
import pytest

from network.events import event_from_frames
from optimizer.backends import RELAXATIONS, Search
from optimizer.certificate.awards import certify_award
from optimizer.model import UNLIMITED
from optimizer.plan import Status
from optimizer.request import Parameters
from optimizer.sourcing.award_rows import AwardRows, RowKind
from optimizer.sourcing.hints import columns_of_award
from optimizer.sourcing.model import award_model, award_of_columns, award_program
from optimizer.sourcing.solve import award
from tests.sourcing.drawing import drawn_event

SETTINGS = {"currency": "USD", "as_of": "2026-01-05", "money_decimals": 2}


def event(**tables):
    """Event of tables given as lists of rows."""
    return event_from_frames({name: pd.DataFrame(rows) for name, rows in tables.items()}, SETTINGS)[0]


def plain(*, units=10, bids=(), suppliers=None, **tables):
    """Event of one item."""
    bids = [{"bid_id": f"B{row}", "item_id": "I", **bid} for row, bid in enumerate(bids)]
    known = sorted({bid["supplier_id"] for bid in bids})
    return event(
        items=[{"item_id": "I", "units": units}],
        suppliers=suppliers or [{"supplier_id": supplier} for supplier in known],
        bids=bids,
        **tables,
    )


def value_of_columns(program, columns):
    """Objective and by how much any row or bound is broken."""
    values = np.bincount(program.row, program.coefficient * columns[program.column], program.n_rows)
    broken = np.concatenate(
        [program.row_low - values, values - program.row_high, program.low - columns, columns - program.high]
    )
    return float(program.objective @ columns) + program.offset, float(broken.max(initial=0.0))


@pytest.mark.parametrize("seed", range(40))
def test_best_awards_are_solutions_of_the_model(seed):
    """An award as columns breaks no row, costs what its certificate says, and is read back."""
    frames, settings = drawn_event(seed, risk=0.0, survive=0.0)
    drawn = event_from_frames(frames, settings)[0]
    result = award(drawn, Parameters(time_limit_seconds=20.0))
    if result.award is None:  # about one in five
        assert result.status is Status.INFEASIBLE
        return
    built = award_model(drawn)
    program = award_program(built)
    columns = columns_of_award(built, program, result.award)
    found, broken = value_of_columns(program, columns)
    assert broken == pytest.approx(0.0, abs=1e-6)
    scale = 10**drawn.money_decimals
    assert round(-found * scale) == certify_award(drawn, result.award).objective
    read = award_of_columns(built, columns)
    assert np.array_equal(read.bid, result.award.bid)
    assert np.array_equal(read.units, result.award.units)


def test_plain_bids_need_no_switch():
    """Without fixed costs, tiers, fewest units and rules an event is a flow."""
    built = award_model(plain(bids=[{"supplier_id": "A", "unit_price": 2.0}, {"supplier_id": "B", "unit_price": 3.0}]))
    assert not len(built.model.switches)
    assert not len(built.model.limits)
    assert built.flows_are_whole


def test_no_bid_offers_more_than_can_help():
    """What is offered beyond the need is left out, where no rule could want it."""
    bids = [{"supplier_id": "A", "unit_price": 2.0, "max_units": 500}]
    assert award_model(plain(bids=bids)).flows.to_units.tolist() == [10]
    rule = {"rule_id": "R", "kind": "limit", "sense": "at_least", "measure": "volume", "amount": 40}
    assert award_model(plain(bids=bids, rules=[rule])).flows.to_units.tolist() == [500]
    rule |= {"sense": "at_most"}
    assert award_model(plain(bids=bids, rules=[rule])).flows.to_units.tolist() == [10]


def test_capacity_shortens_segments_to_whole_packs():
    """A supplier with capacity for 7 units sells two packs of three, and never its tier from 9."""
    built = award_model(
        plain(
            bids=[{"supplier_id": "A", "pack_units": 3, "max_units": 30}],
            tiers=[
                {"bid_id": "B0", "from_units": 1, "unit_price": 2.0},
                {"bid_id": "B0", "from_units": 9, "unit_price": 1.0},
            ],
            suppliers=[{"supplier_id": "A", "capacity_units": 7}],
        )
    )
    assert built.flows.to_units.tolist() == [6]
    assert built.model.flows.multiple.tolist() == [3]


def test_single_units_are_their_own_switch():
    """A bid for one unit needs no switch beside it, nor does its supplier's indicator of one bid."""
    built = award_model(
        plain(
            units=1,
            bids=[{"supplier_id": "A", "unit_price": 2.0}, {"supplier_id": "B", "unit_price": 3.0}],
            rules=[{"rule_id": "R", "kind": "limit", "sense": "at_most", "measure": "winners", "amount": 1}],
        )
    )
    assert not len(built.model.switches)
    assert built.switch_column.tolist() == [0, 1]


def test_winners_have_the_capacity_for_all():
    """The sum over winners says how many of them it takes."""
    built = award_model(
        plain(
            units=9,
            bids=[{"supplier_id": name, "unit_price": 1.0} for name in "ABC"],
            suppliers=[{"supplier_id": name, "capacity_units": 4, "fixed_cost": 5.0} for name in "ABC"],
        )
    )
    total = np.flatnonzero(built.limit_kind == RowKind.TOTAL)
    assert built.model.limits.low[total].tolist() == [3]  # 9 of 4 each
    assert built.model.terms.coefficient[built.model.terms.limit == total[0]].tolist() == [1, 1, 1]


def test_rules_without_a_price_above_nothing_are_left_out():
    """A rule that costs nothing to break is none, nor is a limit above all there is to count."""
    bids = [{"supplier_id": "A", "unit_price": 2.0}, {"supplier_id": "B", "unit_price": 3.0}]
    free = {"rule_id": "R", "kind": "limit", "sense": "at_most", "measure": "volume", "amount": 1, "violation_price": 0}
    loose = {"rule_id": "Q", "kind": "limit", "sense": "at_most", "measure": "winners", "amount": 2}
    built = award_model(plain(bids=bids, rules=[free, loose]))
    assert not len(built.limits)
    assert not len(built.model.limits)


def test_rows_are_divided_by_what_their_coefficients_have_in_common():
    """Bounds are rounded to what whole columns can be; equal entries are added up."""
    rows = AwardRows(n_flows=2, n_increments=0)
    at, column = np.zeros(3, dtype=np.int64), np.array([0, 1, 1])
    rows.add_limits(RowKind.LIMIT, np.array([7]), 5, 11, (at, column, np.array([4, 2, 4])))
    limits, terms = rows.limits()
    assert (limits.low.tolist(), limits.high.tolist()) == ([3], [5])
    assert terms.coefficient.tolist() == [2, 3]
    rows.add_limits(RowKind.LIMIT, np.array([7]), -UNLIMITED, UNLIMITED, (at[:1], column[:1], 3))
    assert rows.limits()[0].low.tolist() == [3, -UNLIMITED]


@pytest.mark.parametrize("penalty", [None, 50.0])
def test_shares_take_several_winners(penalty):
    """Where nobody may have more than 0.4 of the units, three suppliers win: as a row, not only at whole winners."""
    rule = {"rule_id": "R", "kind": "limit", "sense": "at_most", "measure": "volume", "per": "supplier", "share": 0.4}
    asked = event(
        items=[{"item_id": "I", "units": 10, "uncovered_penalty": penalty}],
        suppliers=[{"supplier_id": name, "fixed_cost": 30.0} for name in "ABCD"],
        bids=[{"bid_id": name, "supplier_id": name, "item_id": "I", "unit_price": 1.0} for name in "ABCD"],
        rules=[rule],
    )
    built = award_model(asked)
    total = np.flatnonzero((built.limit_kind == RowKind.TOTAL) & (built.limit_place == 0))
    assert len(total) >= 1
    relaxed = RELAXATIONS["highs"](award_program(built), Search(seconds=10.0))
    assert -relaxed.bound == pytest.approx(10 + 3 * 30)
    assert award(asked).objective == 100_00
