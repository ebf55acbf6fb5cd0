"""Recorded results, and the tables that are made from them."""

import json

import pytest

from benchmarks import record, table
from benchmarks.engine_runs import medians
from benchmarks.growth import exponent, growth_table
from benchmarks.results_folder import FOLDER, read_results, write_result

RESULTS = sorted(FOLDER.glob("*.json"))


@pytest.mark.parametrize("page", table.TABLES)
def test_tables_are_what_the_results_give(page):
    """``python -m benchmarks.table`` has been run."""
    assert (table.ROOT / page).read_text(encoding="utf-8") == table.written(page)


@pytest.mark.parametrize("path", RESULTS, ids=lambda path: path.stem)
def test_recorded_results_are_proved_and_tell_no_names(path):
    """Certified plans, a bound that holds, no path of the machine."""
    text = path.read_text(encoding="utf-8")
    assert "/" not in text.replace(" / ", "")
    result = json.loads(text)
    assert result["engine"]["certificate_valid"]
    assert result["bound_holds"]


def _result(name, seed, *, flows=1000, seconds=2.0, gap=0.01, share=0.1, outcome="plan"):
    peer = {"name": "highs", "outcome": outcome, "benefit": 90.0, "bound": 100.0}
    peer |= {"share_less_than_ours": share, "bound_above_ours": 0.02}
    engine = {
        "flows": flows,
        "first_plan_seconds": seconds,
        "peak_memory_gib": seconds / 4,
        "seconds": 30.0,
        "processor_seconds": 40.0,
        "seconds_to_gap": {"0.01": None},
        "phases": dict.fromkeys(("read", "build", "solve", "certify", "write", "other"), seconds),
    }
    network = {"name": name, "size": name.split()[0], "seed": seed, "nodes": 10, "products": 2000}
    return {
        "network": network,
        "time_limit_seconds": 30.0,
        "peer_seconds": 300.0,
        "engine": engine,
        "runs": [{"gap": gap}],
        "peers": [peer],
    }


def test_networks_that_differ_in_their_seed_share_a_row():
    """Medians, but the worst gap; small networks first."""
    results = [
        _result("M common", 1),
        _result("S common", 1, seconds=1.0, gap=0.01),
        _result("S common", 2, seconds=3.0, gap=0.03, share=0.3),
    ]
    first, second = list(table.summary_table(results))[2:]
    assert first.startswith("| S common: 10 x 2,000 | 1,000 | 30 | 2.0 | 3.00 % | 0.5 | 300 | 20.00 % | - |")
    assert second.startswith("| M common: ")


def test_peers_without_a_plan_are_counted():
    """What became of them, and how often; a peer that was not run is left blank."""
    results = [_result("S common", 1), _result("S common", 2, outcome="no plan", share=None)]
    assert table.less_than_ours(results, "highs") == "no plan (1 of 2)"
    assert table.less_than_ours(results[1:], "highs") == "no plan"
    assert table.less_than_ours(results, "scip") == "-"


def test_a_plan_of_ours_that_makes_nothing_is_not_hidden():
    """There is no share of nothing, but a peer with a plan is seen."""
    assert table.less_than_ours([_result("S common", 1, share=None)], "highs") == "ours makes nothing"


def test_growth_is_the_exponent_of_the_number_of_flows():
    """Tenfold flows, hundredfold time: 2; nothing can be fitted to one size."""
    assert exponent([10, 100, 1000], [1, 100, 10_000]) == pytest.approx(2)
    assert exponent([10, 10], [1, 2]) is None
    results = [_result("S common", 1), _result("M common", 1, flows=16_000, seconds=8.0), _result("M costly", 1)]
    lines = list(growth_table(results))
    assert lines[0] == "| | S: 1,000 flows | M: 16,000 flows | exponent |"
    assert "| read, s | 2.00 | 8.00 | 0.50 |" in lines


def test_a_record_is_made_of_every_combination():
    """The last flag varies fastest; the name of the file says what it is."""
    made = list(record.commands("transfer", ["size=S,M", "seed=1,2"], ["--peers", "greedy"]))
    assert [command[2:6] for command in made][:2] == [
        ["--size", "S", "--seed", "1"],
        ["--size", "S", "--seed", "2"],
    ]
    assert made[3][6:] == ["--peers", "greedy", "--out", str(FOLDER / "transfer-M-2.json")]
    with pytest.raises(SystemExit):
        record.main(["transfer", "--peers"])


def test_medians_of_runs():
    """Numbers by their median, words where they agree, nothing where something is missing."""
    runs = [
        {"a": 1.0, "n": 3, "ok": True, "word": "x", "late": None, "deep": {"b": 5.0}, "found": {}},
        {"a": 9.0, "n": 5, "ok": False, "word": "y", "late": 1.0, "deep": {"b": 7.0}, "found": {}},
        {"a": 2.0, "n": 4, "ok": True, "word": "x", "late": 2.0, "deep": {"b": 6.0}, "found": {}},
    ]
    assert medians(runs) == {"a": 2.0, "n": 4, "ok": False, "word": None, "late": None, "deep": {"b": 6.0}}


def test_results_are_written_in_short_lines(tmp_path):
    """Lists of numbers on one line, and the same when read."""
    result = {"case": "transfer", "found": {"seconds": [1.5, 2.0], "by": ["a, b", "c"]}, "peers": [{"name": "x"}]}
    write_result(result, tmp_path / "deep" / "one.json")
    assert '"seconds": [1.5, 2.0]' in (tmp_path / "deep" / "one.json").read_text(encoding="utf-8")
    assert read_results("transfer", tmp_path / "deep") == [result]
