"""Every registered case runs; what the case `transfer` finds is right where the answer is known."""

import json

import pytest

from benchmarks.clearance_tables import SEQUENCES
from benchmarks.peers import MARKDOWN_PEERS, PEERS
from benchmarks.registry import cases, function_named
from cli.main import main
from tests.cli.conftest import BENEFIT, SMALL, write_directory


@pytest.fixture
def bench(capfd, tmp_path):
    """Run a case and return its JSON, printed and written alike."""

    def call(case, *flags):
        out = tmp_path / "results" / "result.json"
        capfd.readouterr()
        code = main(["bench", case, *map(str, flags), "--json", "--out", str(out)])
        result = json.loads(capfd.readouterr().out)
        assert json.loads(out.read_text(encoding="utf-8")) == result
        return code, result

    return call


@pytest.mark.parametrize("name", cases())
def test_every_case_runs(name, bench):
    """The smallest run of a case ends well, says where it was measured, and can be printed."""
    case = cases()[name]
    code, result = bench(name, *case.smoke)
    assert code == 0
    assert result["case"] == name
    assert result["machine"]["cores"] >= 1
    assert {"python", "packages", "memory_gib"} <= set(result["machine"])
    assert all(isinstance(line, str) for line in function_named(case.page)(result))
    if name == "transfer":
        _check_transfer(result)
    elif name == "clearance":
        _check_clearance(result)
    elif name == "joint":
        _check_joint(result)


def _check_transfer(result):
    """Optimal, the same for all who can find it, and less for the rule that cannot."""
    engine, peers = result["engine"], {peer["name"]: peer for peer in result["peers"]}
    assert (engine["status"], engine["certificate_valid"], result["bound_holds"]) == ("optimal", True, True)
    assert set(engine["phases"]) == {"read", "build", "solve", "certify", "write", "other"}
    assert sum(engine["phases"].values()) == pytest.approx(engine["seconds"], abs=0.02)
    assert 0 < engine["first_plan_seconds"] <= engine["seconds_to_gap"]["0.005"] <= engine["seconds"]
    assert 0.05 < engine["peak_memory_gib"] < 4
    assert engine["processor_seconds"] > 0
    found = result["runs"][0]["found"]
    assert found["seconds"] == sorted(found["seconds"])
    assert found["benefit"][-1] == pytest.approx(engine["benefit"], abs=0.01)
    assert set(peers) == set(PEERS)
    for peer in peers.values():
        assert peer["outcome"] == "plan", peer
        assert set(peer["phases"]) == {"read", "build", "solve"}
        assert peer["benefit_less_than_ours"] == pytest.approx(engine["benefit"] - peer["benefit"], abs=1e-5)
    for name in ("highs", "scip", "cp_sat", "pulp_cbc"):
        assert peers[name]["benefit"] == pytest.approx(engine["benefit"], rel=1e-6), name
    for name in ("highs", "scip", "cp_sat"):
        assert peers[name]["bound"] == pytest.approx(engine["bound"], rel=1e-5), name
    assert 0 < peers["greedy"]["benefit"] < engine["benefit"]


def _check_clearance(result):
    """A certified plan, no better than the optimum that both programs find; the rule makes less."""
    engine, peers = result["engine"], {peer["name"]: peer for peer in result["peers"]}
    assert engine["certificate_valid"]
    assert result["bound_holds"]
    assert engine["responses"]["markdown"]["choices"] > 0
    assert set(peers) == set(MARKDOWN_PEERS)
    best = peers["highs_paths"]["objective"]
    assert peers["highs_paths"]["bound"] == pytest.approx(best, rel=1e-4)
    assert peers["pulp_cbc_paths"]["objective"] == pytest.approx(best, rel=1e-4)
    assert engine["bound"] is None or engine["objective"] <= engine["bound"]
    assert engine["objective"] > 0.9 * best
    assert 0 < peers["markdown_rule"]["objective"] < best


def _check_joint(result):
    """A certified plan within its bound; planning in parts makes certified plans, too, where the time is enough."""
    engine = result["engine"]
    assert engine["certificate_valid"]
    assert result["bound_holds"]
    assert result["network"]["source"] == "scenarios.generate"
    assert engine["objective"] >= 0
    assert set(result["sequences"]) == set(SEQUENCES)
    assert any(each["valid"] for each in result["sequences"].values())


def test_a_network_directory_can_be_given(bench, tmp_path):
    """Its name stands for it, and nothing of where it is is told."""
    directory = write_directory(tmp_path / "corner shops", SMALL)
    code, result = bench("transfer", "--network", directory, "--time-limit", 40, "--peers", "greedy")
    assert code == 0
    assert result["engine"]["benefit"] == BENEFIT
    assert result["network"]["name"] == "corner shops"
    assert [result["network"][table] for table in ("nodes", "products", "lanes", "stock", "alerts")] == [3, 2, 2, 5, 2]
    assert [peer["benefit"] for peer in result["peers"]] == [BENEFIT]
    assert str(tmp_path) not in json.dumps(result)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--peers", "gurobi"], "'gurobi' is no peer; use some of highs"),
        (["--repetitions", "0"], "no whole number above 0"),
    ],
)
def test_flags_that_make_no_sense(flags, said, capfd):
    """Usage errors name the flag's value and what it may be."""
    assert main(["bench", "transfer", *flags]) == 2
    assert said in capfd.readouterr().err


def test_a_directory_that_is_not_there(tmp_path, capfd):
    """No traceback, and nothing is run."""
    assert main(["bench", "transfer", "--network", str(tmp_path / "nowhere")]) == 1
    assert "nowhere is no directory" in capfd.readouterr().err
