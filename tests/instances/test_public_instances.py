"""Published fixed-cost network instances through the transfer builder: known optima, and a known infeasible one."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from network import Network, network_from_frames, read_network, write_network
from optimizer import Parameters, Request, Result, Status, StopReason, certify, solve
from tests.instances.convert import SETTINGS, canad, fcnetlib

LIMIT = Parameters(time_limit_seconds=250.0)
"""A limit for slow machines; the slowest instance takes about 30 s on two cores."""

QUICK = {"sp80x160", "r01.1", "r02.1", "r04.1"}
"""Solved in about a second; the others are marked slow."""

FCNETLIB = (
    "k10x90", "k14x182", "r20x100", "sp100x200", "sp80x160", "l61x114", "beasleyC1", "g50x170", "p50x288", "p100x588c",
)  # fmt: skip
CANAD = ("r01.1", "r01.5", "r02.1", "r03.5", "r04.1", "r05.3", "c33")


def _params(names: tuple[str, ...]) -> list:
    return [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in names]


def _network(frames: dict[str, pd.DataFrame]) -> Network:
    return network_from_frames(frames, SETTINGS)[0]


def _optimum(folder: Path, instance: str) -> float:
    """Least cost as published."""
    return float(pd.read_csv(folder / "optima.csv").set_index("instance").optimal_cost[instance])


def _check(network: Network, result: Result, least_cost: float) -> None:
    """Proved, certified, and the published optimum; both benefit and bound are minus the cost."""
    assert result.status is Status.OPTIMAL
    assert result.stopped_by is StopReason.PROVED
    assert result.plan is not None
    certificate = certify(network, Request(), result.plan)
    assert certificate.valid, certificate.violations
    assert certificate.benefit == result.benefit
    assert certificate.ledger["lanes.fixed_cost"] + certificate.ledger["lanes.cost_per_unit"] == result.benefit
    scale = 10.0**network.money_decimals
    assert -result.benefit / scale == pytest.approx(least_cost, rel=1e-6)
    assert -result.bound / scale == pytest.approx(least_cost, rel=1e-6)
    assert result.bound >= result.benefit


@pytest.mark.parametrize("instance", _params(FCNETLIB))
def test_fcnetlib_optima(shared_data, instance):
    """One commodity, fixed lane costs, transit everywhere, parallel arcs."""
    network = _network(fcnetlib(shared_data / "fcnetlib", instance))
    _check(network, solve(network, Request(), LIMIT), _optimum(shared_data / "fcnetlib", instance))


@pytest.mark.parametrize("instance", _params(CANAD))
def test_canad_optima(shared_data, instance):
    """Many commodities share the capacity and the fixed cost of every lane."""
    network = _network(canad(shared_data / "canad" / f"{instance}.dow"))
    _check(network, solve(network, Request(), LIMIT), _optimum(shared_data / "canad", instance))


def test_every_published_instance_is_listed(shared_data):
    """An instance that is added to the shared data is added here."""
    assert sorted(pd.read_csv(shared_data / "fcnetlib" / "optima.csv").instance) == sorted(FCNETLIB)
    assert sorted(pd.read_csv(shared_data / "canad" / "optima.csv").instance) == sorted([*CANAD, "r01.9"])


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
def test_an_instance_survives_the_network_directory(shared_data, tmp_path, file_format):
    """Written and read back, the instance still has its optimum."""
    write_network(_network(canad(shared_data / "canad" / "r04.1.dow")), tmp_path / "r04.1", file_format=file_format)
    network, _ = read_network(tmp_path / "r04.1")
    _check(network, solve(network, Request(), LIMIT), _optimum(shared_data / "canad", "r04.1"))


def _capacity_added(network: Network, added_kg: dict[str, float]) -> Network:
    """Add kilograms to lanes, which run one dispatch each."""
    assert np.all(network.lanes.max_dispatches == 1)
    added = np.array([added_kg.get(f"lane {lane}", 0.0) for lane in network.lanes.lane_id])
    assert np.count_nonzero(added) == len(added_kg)
    return replace(network, lanes=replace(network.lanes, capacity_kg=network.lanes.capacity_kg + added))


def test_r01_9_is_infeasible_and_its_short_capacities_are_named(shared_data):
    """With the kilograms that the answer states it has a plan; with one less on any of these lanes it has none."""
    network = _network(canad(shared_data / "canad" / "r01.9.dow"))
    result = solve(network, Request(), LIMIT)
    assert result.status is Status.INFEASIBLE
    assert result.stopped_by is StopReason.PROVED
    assert result.plan is None
    assert result.benefit is None
    short = {c.place: c.amount for c in result.conflicts if c.rule == "lanes.capacity_kg"}
    assert sum(short.values()) == pytest.approx(95.0)
    quick = Parameters(time_limit_seconds=60.0, gap=0.05)
    enough = solve(_capacity_added(network, short), Request(), quick)
    assert enough.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert enough.certificate.valid
    for lane, kg in short.items():
        less = short | {lane: kg - 1}
        assert solve(_capacity_added(network, less), Request(), quick).status is Status.INFEASIBLE


def test_r01_9_can_be_met_but_for_the_units_that_are_named(shared_data):
    """The same for demands: with the stated units given up there is a plan, with one less of any there is none."""
    network = _network(canad(shared_data / "canad" / "r01.9.dow"))
    short = {c.place: c.amount for c in solve(network, Request(), LIMIT).conflicts if c.rule == "alerts.units"}
    assert sum(short.values()) == pytest.approx(95.0)
    quick = Parameters(time_limit_seconds=60.0, gap=0.05)

    def given_up(units: dict[str, float]) -> Network:
        alerts = network.alerts
        places = [
            f"node {network.nodes.node_id[node]}, SKU {network.products.sku_id[sku]}"
            for node, sku in zip(alerts.node, alerts.sku, strict=True)
        ]
        left = alerts.units - np.array([round(units.get(place, 0)) for place in places])
        return replace(network, alerts=replace(alerts, units=left, must_serve=alerts.must_serve & (left > 0)))

    enough = solve(given_up(short), Request(), quick)
    assert enough.status in (Status.OPTIMAL, Status.FEASIBLE)
    assert enough.certificate.valid
    for place, units in short.items():
        assert solve(given_up(short | {place: units - 1}), Request(), quick).status is Status.INFEASIBLE
