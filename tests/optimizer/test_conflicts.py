"""What an infeasible request is told to relax is enough, and no less would be."""

import math
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer import Parameters, Request, Status, solve
from optimizer.backends import BACKENDS, Outcome, Search
from optimizer.conflicts import conflicts_of
from optimizer.plan import Conflict
from optimizer.program import linear_program
from optimizer.search.solver_runs import solved
from optimizer.transfer.rules import FROZEN
from optimizer.worth.economics import alert_units
from tests.optimizer.directories import (
    asked_of,
    examples,
    files_of,
    model_of,
    network_of,
    rows_of,
    with_asked,
    with_cells,
    with_rows,
)
from tests.oracle.strategies import NetworkFiles, network_files

SECONDS = 20.0
LEAST_KG = Fraction(1, 10**6)


def _feasible(files: NetworkFiles) -> bool:
    """Whether any plan meets every hard demand."""
    built = model_of(files)[-1]
    outcome = solved(built.model, linear_program(built.model), BACKENDS["highs"], Search(seconds=SECONDS)).outcome
    assert outcome in (Outcome.OPTIMAL, Outcome.INFEASIBLE)
    return outcome is Outcome.OPTIMAL


def _with_capacity(files: NetworkFiles, added_kg: dict[str, Fraction]) -> NetworkFiles:
    """Add kilograms to lanes, spread over the dispatches that they may run."""
    lanes = rows_of(files, "lanes")
    for lane in lanes:
        place = f"lane {lane['lane_id'] or lane['origin'] + '>' + lane['destination']}"
        if place in added_kg:
            each = Fraction(lane["capacity_kg"]) + added_kg[place] / int(lane["max_dispatches"])
            lane["capacity_kg"] = f"{float(math.ceil(each / LEAST_KG) * LEAST_KG):.6f}"
    return with_rows(files, "lanes", lanes)


def _with_demands(files: NetworkFiles, given_up: dict[str, int]) -> NetworkFiles:
    """Ask for fewer units at positions; an empty number of units becomes what it stands for."""
    alerts = rows_of(files, "alerts")
    for alert, asked in zip(alerts, alert_units(network_of(files)).tolist(), strict=True):
        left = asked - given_up.get(f"node {alert['node_id']}, SKU {alert['sku_id']}", 0)
        hard = left > 0 and alert["must_serve"] == "true"
        alert |= {"units": str(max(left, 0)), "must_serve": "true" if hard else "false"}
    return with_rows(files, "alerts", alerts)


def _one_hard_demand_each(files: NetworkFiles) -> NetworkFiles:
    """Every position that has an alert gets one hard demand."""
    alerts = rows_of(files, "alerts")
    first = {(row["node_id"], row["sku_id"]): row["alert_id"] for row in reversed(alerts)}
    hard = set(first.values())
    return with_rows(
        files, "alerts", [row | {"must_serve": "true" if row["alert_id"] in hard else ""} for row in alerts]
    )


def _with_node_limits(files: NetworkFiles, rule: str, added: dict[str, int]) -> NetworkFiles:
    """Let nodes pick or receive more units, or use more lanes."""
    column = rule.removeprefix("nodes.")
    nodes = rows_of(files, "nodes")
    for node in nodes:
        place = f"node {node['node_id']}"
        if place in added:
            node[column] = str(int(node[column]) + added[place])
    return with_rows(files, "nodes", nodes)


def _with_former_lines(files: NetworkFiles, changes: dict[str, int]) -> NetworkFiles:
    """Freeze lines at other numbers of units; one without units is none."""
    lines = rows_of(files, "former/transfers")
    for line in lines:
        line["units"] = str(int(line["units"]) + changes.get(_line_place(line), 0))
    return with_rows(files, "former/transfers", [line for line in lines if int(line["units"]) > 0])


def _line_place(line: dict[str, str]) -> str:
    expires = f", expiring on day {line['expiry_day']}" if line.get("expiry_day") else ""
    return f"lane {line['lane_id']}, SKU {line['sku_id']}, day {line['arrives_day']}{expires}"


def _amounts(conflicts: tuple[Conflict, ...], rule: str) -> dict[str, float]:
    amounts = {conflict.place: conflict.amount for conflict in conflicts if conflict.rule == rule}
    assert len(amounts) == sum(conflict.rule == rule for conflict in conflicts)
    return amounts


def _whole(amounts: dict[str, float]) -> dict[str, int]:
    """Amounts that are counted."""
    whole = {place: round(amount) for place, amount in amounts.items()}
    assert all(amount > 0 and amount == amounts[place] for place, amount in whole.items())
    return whole


def _less_by_one(amounts: dict[str, int]) -> Iterator[dict[str, int]]:
    """The same amounts with one less of one of them, each in turn."""
    for place, amount in amounts.items():
        yield amounts | {place: amount - (1 if amount > 0 else -1)}


def _check_demands(files: NetworkFiles, conflicts: tuple[Conflict, ...]) -> bool:
    """Units to give up and to change in frozen lines: enough, and one less of any of them is not.

    The latter is False where it says nothing: a demand that is given up altogether, or a line that is none any more,
    binds no longer at all, which may save another one some units.
    """
    given_up = _whole(_amounts(conflicts, "alerts.units"))
    changes = _whole(_amounts(conflicts, FROZEN))
    assert given_up or changes
    for conflict in conflicts:
        if conflict.rule == FROZEN and f" {conflict.amount:.0f} fewer" in conflict.message:
            changes[conflict.place] = -changes[conflict.place]
    relaxed = _with_former_lines(_with_demands(files, given_up), changes)
    assert _feasible(relaxed)
    lines = "former/transfers"
    if len(_hard(relaxed)) < len(_hard(files)) or len(rows_of(relaxed, lines)) < len(rows_of(files, lines)):
        return False
    for fewer in _less_by_one(given_up):
        assert not _feasible(_with_former_lines(_with_demands(files, fewer), changes))
    for fewer in _less_by_one(changes):
        assert not _feasible(_with_former_lines(_with_demands(files, given_up), fewer))
    return True


def _hard(files: NetworkFiles) -> list[dict[str, str]]:
    return [row for row in rows_of(files, "alerts") if row["must_serve"] == "true"]


def _check_capacities(files: NetworkFiles, kg: dict[str, float]) -> None:
    """Enough, and a tenth less of any of them is not."""
    added = {place: Fraction(amount) for place, amount in kg.items()}
    assert all(amount > 0 for amount in added.values())
    assert _feasible(_with_capacity(files, added))
    for place, amount in added.items():
        assert not _feasible(_with_capacity(files, added | {place: amount * Fraction(9, 10)}))


def test_stated_units_are_enough_and_the_least():
    """Random requests with more hard demands than can be met: with the stated units given up they have a plan."""
    seen: Counter[str] = Counter()

    @examples(50)
    @given(network_files())
    def verified(drawn: NetworkFiles) -> None:
        files = _one_hard_demand_each(drawn)
        if _feasible(files):
            return
        conflicts = conflicts_of(*asked_of(files), SECONDS)
        seen["infeasible"] += 1
        seen["least"] += _check_demands(files, conflicts)
        seen["several"] += len(_amounts(conflicts, "alerts.units")) > 1

    verified()
    assert seen["infeasible"] >= 10
    assert seen["least"] >= 2
    assert seen["several"] >= 3


def _four_units_everywhere(files: NetworkFiles) -> NetworkFiles:
    """Every lane between positions of P0 keeps a line of four units; most nodes let one less out than that takes."""
    stock = {row["node_id"]: row for row in rows_of(files, "stock") if row["sku_id"] == "P0"}
    lines = [
        f"{lane['lane_id'] or lane['origin'] + '>' + lane['destination']},P0,4,"
        f"{int(stock[lane['origin']]['no_send_before_day'] or 0) + int(lane['lead_time_days'] or 0)}\n"
        for lane in rows_of(files, "lanes")
        if {lane["origin"], lane["destination"]} <= stock.keys()
    ]
    for table in ("lots", "lane_rules"):
        files = with_rows(files, table, [])
    files = with_cells(files, "products", shelf_life_days="", min_remaining_shelf_life_days="", case_pack="")
    files = with_cells(files, "lanes", min_line_units="", min_dispatch_kg="", max_dispatches="")
    files = with_cells(files, "stock", on_hand="16", reserved="")
    out = Counter(lane["origin"] for lane in rows_of(files, "lanes"))
    nodes = [row | {"pick_capacity_units": str(max(4 * out[row["node_id"]] - 1, 3))} for row in rows_of(files, "nodes")]
    files = with_rows(files, "nodes", nodes)
    former = {"former_plan": {"plan_directory": "former", "frozen_before_day": "all"}}
    text = "lane_id,sku_id,units,arrives_day\n" + "".join(lines)
    return with_asked(NetworkFiles({**files.texts, "former/transfers.csv": text}), former)


def test_lines_that_cannot_stay_frozen_are_named_with_the_least_changes():
    """Lines that must stay and that nodes and stock are too small for, some with hard demands that add to it."""
    seen: Counter[str] = Counter()

    @examples(25)
    @given(network_files(), st.booleans())
    def verified(drawn: NetworkFiles, demanding: bool) -> None:
        files = _four_units_everywhere(drawn)
        files = _one_hard_demand_each(files) if demanding else files
        if _feasible(files):
            return
        conflicts = conflicts_of(*asked_of(files), SECONDS)
        frozen = _amounts(conflicts, FROZEN)
        least = _check_demands(files, conflicts)
        seen["frozen"] += bool(frozen)
        seen["least"] += least and bool(frozen)
        seen["with demands"] += bool(frozen and _amounts(conflicts, "alerts.units"))

    verified()
    assert seen["frozen"] >= 8
    assert seen["least"] >= 3
    assert seen["with demands"] >= 1


def _modest(files: NetworkFiles) -> NetworkFiles:
    """Two units are demanded wherever there is an alert, some day, of any position."""
    files = with_cells(_one_hard_demand_each(files), "alerts", units="2", needed_by_days="")
    return with_asked(files, {})


NODE_RULES = {
    "nodes.pick_capacity_units": "1",
    "nodes.receive_capacity_units": "1",
    "nodes.max_outbound_lanes": "0",
    "nodes.max_inbound_lanes": "0",
}


@pytest.mark.parametrize("rule", NODE_RULES)
def test_what_nodes_are_short_of_is_enough_and_the_least(rule):
    """Demands that could be met if nodes were not too narrow: with the stated units or lanes added they are."""
    seen: Counter[str] = Counter()

    @examples(25)
    @given(network_files())
    def verified(drawn: NetworkFiles) -> None:
        files = with_cells(_modest(drawn), "nodes", **{rule.removeprefix("nodes."): NODE_RULES[rule]})
        conflicts = () if _feasible(files) else conflicts_of(*asked_of(files), SECONDS)
        short = _whole(_amounts(conflicts, rule))
        seen["no node to blame"] += bool(conflicts) and not short
        if short:
            assert _feasible(_with_node_limits(files, rule, short))
            for fewer in _less_by_one(short):
                assert not _feasible(_with_node_limits(files, rule, fewer))
            seen["short nodes"] += 1
            seen["several"] += len(short) > 1

    verified()
    assert seen["short nodes"] >= 3
    assert seen["no node to blame"] >= 1


def _tight(files: NetworkFiles) -> NetworkFiles:
    """One dispatch of 2.5 kg on every lane, and no rule but that."""
    return with_cells(
        files, "lanes", capacity_kg="2.5", max_dispatches="1", min_dispatch_kg="", min_line_units="", fixed_cost="1"
    )


def test_stated_kilograms_are_enough_and_the_least():
    """Demands that could be met if every lane were not too small: with the stated kilograms added they are."""
    seen: Counter[str] = Counter()

    @examples(30)
    @given(network_files())
    def verified(drawn: NetworkFiles) -> None:
        if not all(row["unit_weight_kg"] for row in rows_of(drawn, "products")):
            return
        files = _tight(_one_hard_demand_each(drawn))
        conflicts = () if _feasible(files) else conflicts_of(*asked_of(files), SECONDS)
        kg = _amounts(conflicts, "lanes.capacity_kg")
        seen["no lane to blame"] += bool(conflicts) and not kg
        if kg:
            _check_capacities(files, kg)
            seen["short lanes"] += 1
            seen["several"] += len(kg) > 1

    verified()
    assert seen["short lanes"] >= 3
    assert seen["several"] >= 1


def _short_lane(capacity: str = "2.5", dispatches: str = "2") -> NetworkFiles:
    """Six units of 1.5 kg must go over a lane that carries 2.5 kg twice."""
    return files_of(
        nodes="node_id,kind\nA,store\nB,store\n",
        products="sku_id,list_price,salvage_value,unit_weight_kg\nP,10,2,1.5\n",
        lanes=f"origin,destination,capacity_kg,max_dispatches\nA,B,{capacity},{dispatches}\n",
        stock="node_id,sku_id,on_hand,demand_mean\nA,P,8,0\nB,P,0,6\n",
        alerts="alert_id,kind,node_id,sku_id,units,must_serve\nX,shortage,B,P,6,true\n",
    )


def test_a_short_lane_is_named_with_its_kilograms():
    """9 kg are asked for, 5 may go: 4 kg are short; or three units (4.5 kg fit) are given up."""
    result = solve(network_of(_short_lane()), Request(), Parameters())
    assert result.status is Status.INFEASIBLE
    assert result.plan is None
    assert [(c.rule, c.place, c.amount) for c in result.conflicts] == [
        ("lanes.capacity_kg", "lane A>B", pytest.approx(4.0)),
        ("alerts.units", "node B, SKU P", 3.0),
    ]
    assert "may carry 5 kg in all its dispatches and is short of 4 kg" in result.conflicts[0].message
    assert "must receive 6 units: with 3 fewer the rest can be met" in result.conflicts[1].message


def test_no_capacity_is_blamed_where_more_of_it_does_not_help():
    """Stock for four units only: no lane, however large, brings six."""
    files = _short_lane(capacity="3")
    files = with_rows(
        files, "stock", [row | {"on_hand": "4" if row["node_id"] == "A" else "0"} for row in rows_of(files, "stock")]
    )
    result = solve(network_of(files), Request(), Parameters())
    assert {conflict.rule for conflict in result.conflicts} == {"alerts.units"}


def test_a_demand_that_nothing_reaches_in_time_is_given_up_whole():
    """Lanes are large enough and too slow: five units are asked for, none can be there."""
    files = NetworkFiles(
        {
            **_short_lane().texts,
            "lanes.csv": "origin,destination,lead_time_days\nA,B,3\n",
            "alerts.csv": "alert_id,kind,node_id,sku_id,units,needed_by_days,must_serve\nX,shortage,B,P,5,2,true\n",
        }
    )
    (conflict,) = solve(network_of(files), Request(), Parameters()).conflicts
    assert (conflict.rule, conflict.amount) == ("alerts.units", 5.0)
    assert "must receive 5 units: with 5 fewer the rest can be met" in conflict.message


def _narrow_node(must_serve: str, asked: dict[str, Any]) -> NetworkFiles:
    """A may pick four units; a former plan sent five to B, which asks for six."""
    files = files_of(
        nodes="node_id,kind,pick_capacity_units\nA,store,4\nB,store,\n",
        products="sku_id,list_price,salvage_value\nP,10,2\n",
        lanes="origin,destination\nA,B\n",
        stock="node_id,sku_id,on_hand,demand_mean\nA,P,8,0\nB,P,0,6\n",
        alerts=f"alert_id,kind,node_id,sku_id,units,must_serve\nX,shortage,B,P,6,{must_serve}\n",
    )
    former = "lane_id,sku_id,units,arrives_day\nA>B,P,5,0\n"
    return with_asked(NetworkFiles({**files.texts, "former/transfers.csv": former}), asked)


def test_a_narrow_node_is_named_with_the_units_it_is_short_of():
    """Six units are asked for and four may be picked: two more, or two of the demand given up."""
    result = solve(*asked_of(_narrow_node("true", {})), Parameters())
    assert result.status is Status.INFEASIBLE
    assert [(c.rule, c.place, c.amount) for c in result.conflicts] == [
        ("nodes.pick_capacity_units", "node A", 2.0),
        ("alerts.units", "node B, SKU P", 2.0),
    ]
    assert "node A has pick_capacity_units 4 and is short of 2" in result.conflicts[0].message


@pytest.mark.parametrize("must_serve", ["", "true"], ids=["soft", "hard"])
def test_a_frozen_line_that_cannot_stay_is_named_with_its_change(must_serve):
    """Five units are frozen and four may be picked: no demand given up helps, one unit less frozen does.

    The demand for six has then two to give up as well.
    """
    frozen = {"former_plan": {"plan_directory": "former", "frozen_before_day": "all"}}
    conflicts = solve(*asked_of(_narrow_node(must_serve, frozen)), Parameters()).conflicts
    expected = [(FROZEN, "lane A>B, SKU P, day 0", 1.0)]
    if must_serve:
        assert [(c.rule, c.place, c.amount) for c in conflicts] == [*expected, ("alerts.units", "node B, SKU P", 2.0)]
    else:
        assert [(c.rule, c.place, c.amount) for c in conflicts] == [
            ("nodes.pick_capacity_units", "node A", 1.0),
            *expected,
        ]
    (line,) = (c for c in conflicts if c.rule == FROZEN)
    together = ", and everything else changed as said," if must_serve else ""
    assert (
        f"is frozen at 5 units and cannot stay so: with 1 fewer{together} the other rules can be kept" in line.message
    )
