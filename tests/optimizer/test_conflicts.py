"""What an infeasible request is told to relax is enough, and no less would be."""

import math
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given

from optimizer import Parameters, Request, Status, solve
from optimizer.backends import BACKENDS, Outcome, Search
from optimizer.conflicts import conflicts_of
from optimizer.economics import alert_units
from optimizer.plan import Conflict
from optimizer.program import linear_program
from optimizer.strategies import solved
from tests.optimizer.directories import examples, files_of, model_of, network_of, rows_of, with_cells, with_rows
from tests.oracle.strategies import NetworkFiles, network_files

SECONDS = 20.0
LEAST_KG = Fraction(1, 10**6)


def _feasible(files: NetworkFiles) -> bool:
    """Whether any plan meets every hard demand."""
    _, built = model_of(files)
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
        alert |= {"units": str(max(left, 0)), "must_serve": "true" if left > 0 and alert["must_serve"] else "false"}
    return with_rows(files, "alerts", alerts)


def _one_hard_demand_each(files: NetworkFiles) -> NetworkFiles:
    """Every position that has an alert gets one hard demand."""
    first = {(row["node_id"], row["sku_id"]): row for row in reversed(rows_of(files, "alerts"))}
    return with_rows(files, "alerts", [row | {"must_serve": "true"} for row in first.values()])


def _amounts(conflicts: tuple[Conflict, ...], rule: str) -> dict[str, float]:
    amounts = {conflict.place: conflict.amount for conflict in conflicts if conflict.rule == rule}
    assert len(amounts) == sum(conflict.rule == rule for conflict in conflicts)
    return amounts


def _check_demands(files: NetworkFiles, units: dict[str, float]) -> bool:
    """Enough, and one unit less of any of them is not; the latter is False where it says nothing.

    A demand that is given up altogether binds no longer at all, which may save another one some units.
    """
    given_up = {place: round(amount) for place, amount in units.items()}
    assert all(amount > 0 and amount == units[place] for place, amount in given_up.items())
    relaxed = _with_demands(files, given_up)
    assert _feasible(relaxed)
    if len(_hard(relaxed)) < len(_hard(files)):
        return False
    for place, amount in given_up.items():
        assert not _feasible(_with_demands(files, given_up | {place: amount - 1}))
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

    @examples(30)
    @given(network_files())
    def verified(drawn: NetworkFiles) -> None:
        files = _one_hard_demand_each(drawn)
        if _feasible(files):
            return
        units = _amounts(conflicts_of(network_of(files), Request(), SECONDS), "alerts.units")
        assert units
        seen["infeasible"] += 1
        seen["least"] += _check_demands(files, units)
        seen["several"] += len(units) > 1

    verified()
    assert seen["infeasible"] >= 10
    assert seen["least"] >= 2
    assert seen["several"] >= 3


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
        conflicts = () if _feasible(files) else conflicts_of(network_of(files), Request(), SECONDS)
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
