"""Peers are judged fairly: same answers where they can, no plan that breaks a rule, an end to those that overrun."""

import contextlib
import os
from pathlib import Path

import pytest

from benchmarks import transfer
from benchmarks.comparison import compared, peer_run
from benchmarks.engine import found_in
from benchmarks.peers import PEERS
from benchmarks.watching import watched
from cli.main import main
from cli.solving import found_line
from tests.cli.conftest import BENEFIT, SMALL, write_directory


def _ignored(line):
    """Nobody listens."""


@pytest.mark.parametrize("name", PEERS)
def test_every_peer_solves_a_small_network(name, tmp_path):
    """Case packs, reserved units and transit are read by all of them."""
    lanes = "lane_id,origin,destination,fixed_cost,capacity_kg,max_dispatches\nR>W,R,W,1,10,9\n"
    more = {
        "nodes.csv": SMALL["nodes.csv"] + "R,warehouse\n",
        "lanes.csv": lanes + "W>S1,W,S1,3,100,1\nW>S2,W,S2,3,100,1\n",
        "products.csv": "sku_id,list_price,salvage_value,unit_weight_kg,case_pack\n007,9.5,2,1,2\nTEA,5,1,1,1\n",
        "stock.csv": "node_id,sku_id,on_hand,reserved,demand_mean\nW,007,9,5,0\nR,007,6,0,0\nS1,007,0,0,6\n"
        "S2,007,0,0,4\nW,TEA,10,0,0\nS1,TEA,0,0,2\n",
    }
    done = peer_run(name, write_directory(tmp_path / "net", SMALL | more), 20.0, _ignored)
    assert done["outcome"] == "plan", done
    all_ten_with_six_from_afar = BENEFIT - 1
    only_the_four_that_are_near = 4 * 7.5 + 2 * 4 - 3
    expected = only_the_four_that_are_near if name == "greedy" else all_ten_with_six_from_afar
    assert done["benefit"] == pytest.approx(expected)


def test_the_greedy_rule_gives_most_to_the_most_missing(tmp_path):
    """6 units for 6 and 4 missing: the 6; a full lane sends the rest elsewhere, and no dispatch is saved."""
    stock = "node_id,sku_id,on_hand,demand_mean\nW,007,6,0\nS1,007,0,4\nS2,007,0,6\n"
    alerts = "alert_id,kind,node_id,sku_id\na1,shortage,S1,007\n"
    files = SMALL | {"stock.csv": stock, "alerts.csv": alerts}
    assert peer_run("greedy", write_directory(tmp_path / "a", files), 20.0, _ignored)["benefit"] == 6 * 7.5 - 3
    lanes = "lane_id,origin,destination,fixed_cost,capacity_kg,max_dispatches\n1,W,S1,30,100,\n2,W,S2,3,5,1\n"
    done = peer_run("greedy", write_directory(tmp_path / "b", files | {"lanes.csv": lanes}), 20.0, _ignored)
    assert (done["benefit"], done["lines"], done["dispatches"]) == (6 * 7.5 - 33, 2, 2)


def test_a_peer_without_time_says_so(tmp_path):
    """Reading alone takes longer than it has."""
    done = peer_run("highs", write_directory(tmp_path / "net", SMALL), 0.001, _ignored)
    assert (done["outcome"], done["detail"]) == ("not built", "time was over before it could read")


def test_a_peer_that_fails_says_why(tmp_path):
    """Its last words are kept."""
    done = peer_run("highs", tmp_path, 60.0, _ignored)
    assert done["outcome"] == "failed"
    assert done["detail"].startswith("in the phase read: ")


def _command_lines():
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it has ended since
            yield path.read_bytes()


def test_who_overruns_is_ended_with_all_it_started():
    """Also the processes that it started."""
    seconds = f"61.{os.getpid()}"
    statement = f"import subprocess; subprocess.run(['sleep', '{seconds}'])"
    done = watched("timeit", ["-n", 1, "-r", 1, statement], seconds=1.5)
    assert done.exit_code is None
    assert done.seconds < 10
    assert f"sleep\0{seconds}\0".encode() not in _command_lines()


def test_memory_and_processor_time_are_those_of_all_processes():
    """200 MiB in a process and as many in the one that it starts."""
    hold = "x = bytearray(200 * 2**20); x[::4096] = b'1' * len(x[::4096]); import time; time.sleep(4)"
    statement = f'import subprocess, sys; p = subprocess.Popen([sys.executable, "-c", "{hold}"]); {hold}; p.wait()'
    done = watched("timeit", ["-n", 1, "-r", 1, statement], seconds=60)
    assert done.exit_code == 0, done.complaint
    assert done.peak_memory_bytes is not None
    assert 400 * 2**20 < done.peak_memory_bytes < 600 * 2**20
    assert done.processor_seconds is not None
    assert done.processor_seconds > 0


def _run(benefit, bound):
    return {"benefit": benefit, "objective": benefit, "bound": bound}


def _peer(benefit, bound=None, outcome="plan"):
    return {"name": "x", "outcome": outcome, **_run(benefit, bound)}


@pytest.mark.parametrize(
    ("peer", "holds"),
    [
        (_peer(101.0), True),
        (_peer(102.00005), True),
        (_peer(102.01), False),
        (_peer(500.0, outcome="invalid"), True),
    ],
)
def test_a_bound_that_is_beaten_is_seen(peer, holds):
    """The lowest bound counts, and plans that break rules do not."""
    assert compared([_run(100.0, 105.0), _run(99.0, 102.0)], [peer])["bound_holds"] is holds


def test_distances_are_those_from_our_worst_run():
    """Worst benefit, worst bound."""
    (peer,) = compared([_run(100.0, 105.0), _run(90.0, 110.0)], [_peer(81.0, 121.0)])["peers"]
    assert (peer["benefit_less_than_ours"], peer["share_less_than_ours"], peer["bound_above_ours"]) == (9.0, 0.1, 0.1)


@pytest.fixture
def planned(monkeypatch):
    """Our engine answers at once: 10 of at most 11."""
    seconds = dict.fromkeys(("seconds", "first_plan_seconds", "peak_memory_gib"), 1.0)
    found = {"phases": {}, "seconds_to_gap": {}, "found": {}, "status": "feasible", "certificate_valid": True}
    answer = {**_run(10.0, 11.0), "gap": 0.1, "flows": 1000, **seconds, **found}
    monkeypatch.setattr(transfer, "engine_run", lambda *_: answer)


@pytest.mark.usefixtures("planned")
def test_a_plan_that_beats_the_bound_fails_the_command(monkeypatch, tmp_path, capfd):
    """Exit code 1, and the page says it."""
    beaten = {"name": "greedy", "bound": None, "outcome": "plan", "benefit": 1e9, "objective": 1e9, "seconds": 1.0}
    monkeypatch.setattr(transfer, "peer_run", lambda *_: beaten)
    directory = write_directory(tmp_path / "net", SMALL)
    flags = ["--network", str(directory), "--time-limit", "40", "--peers", "greedy"]
    assert main(["bench", "transfer", *flags]) == 1
    assert "Our bound IS BEATEN" in capfd.readouterr().out


@pytest.mark.usefixtures("planned")
def test_solvers_are_spared_what_they_cannot_read(monkeypatch, tmp_path, capfd):
    """Beyond millions of flows only the greedy rule runs, unless others are asked for."""
    asked = []
    monkeypatch.setattr(transfer, "_FLOWS_FOR_SOLVERS", 999)
    monkeypatch.setattr(
        transfer, "peer_run", lambda name, *_: asked.append(name) or {"name": name, "outcome": "failed", "detail": ""}
    )
    flags = ["--network", str(write_directory(tmp_path / "net", SMALL)), "--time-limit", "40"]
    assert main(["bench", "transfer", *flags]) == 0
    assert asked == ["greedy"]
    assert "--peers highs tries all the same" in capfd.readouterr().out
    assert main(["bench", "transfer", *flags, "--peers", "scip"]) == 0
    assert asked == ["greedy", "scip"]


@pytest.mark.parametrize(
    ("amounts", "gap", "found_by"),
    [
        ({"benefit": 1234567.894, "objective": 1234567.894, "bound": 1300000.0}, 0.0503, "slope_scaling"),
        ({"benefit": None, "objective": None, "bound": 7.0}, None, "pricing"),
        ({"benefit": -1.0, "objective": 3.0, "bound": None}, None, "the former plan"),
    ],
)
def test_what_the_command_says_on_the_way_is_read(amounts, gap, found_by):
    """To the cent."""
    found = found_in(found_line(amounts, gap, found_by))
    for name in ("benefit", "bound"):
        assert found[name] == (None if amounts[name] is None else pytest.approx(amounts[name], abs=0.006))
    assert (found["gap"], found["found_by"]) == (gap, found_by)
