"""``inspect``: what is shown of a good directory, and all that is wrong with a bad one."""

from pathlib import Path

from tests.cli.conftest import SMALL, Command, write_directory

BAD = {
    **SMALL,
    "lanes.csv": SMALL["lanes.csv"] + "L3,W,MOON,1,100\n",
    "stock.csv": SMALL["stock.csv"].replace("W,007,20,0", "W,007,-20,0").replace("S1,TEA,0,2", "S1,TEA,0,nan"),
    "alerts.csv": SMALL["alerts.csv"] + "a1,glut,S1,007,,\n",
}
"""A lane to nowhere, negative stock, a demand that is no number, a repeated alert id of an unknown kind."""

WRONG = ("MOON", "-20", "nan", "glut", "a1")


def test_a_good_directory_is_shown(command: Command, small: Path):
    done = command("inspect", small)
    assert done.code == 0
    assert "nodes" in done.out
    assert "2 of 2 shortages" in done.out
    assert done.err == ""


def test_json_is_one_object(command: Command, small: Path):
    done = command("inspect", small, "--json")
    assert done.code == 0
    assert done.json["sizes"]["lanes"] == 2
    assert done.json["warnings"] == []


FAR = {
    **SMALL,
    "nodes.csv": "node_id,kind\nW,warehouse\nS1,store\nS2,store\n",
    "lanes.csv": "lane_id,origin,destination,lead_time_days\nup,S2,W,2\ndown,W,S1,1\n",
    "stock.csv": "node_id,sku_id,on_hand,safety_stock,demand_mean\n"
    "W,007,20,5,0\nS2,007,3,0,0\nS1,007,0,0,6\nS1,TEA,9,0,2\n",
}
"""15 x 007 may go from W to S1 in a day, 3 from S2 by way of W in three; nothing leads to S2."""


def test_donors_are_listed_with_units_day_and_lanes(command: Command, tmp_path: Path):
    directory = write_directory(tmp_path / "far", FAR)
    done = command("inspect", directory, "--donors", "S1", "007")
    assert done.code == 0
    assert done.out.endswith("  W: 15 units on day 1 over down\n  S2: 3 units on day 3 over up, down\n")
    assert command("inspect", directory, "--donors", "S1", "007", "--json").json["donors"] == [
        {"node_id": "W", "units": 15, "arrives_day": 1, "lanes": ["down"]},
        {"node_id": "S2", "units": 3, "arrives_day": 3, "lanes": ["up", "down"]},
    ]


def test_a_node_without_donors_is_told(command: Command, tmp_path: Path):
    done = command("inspect", write_directory(tmp_path / "far", FAR), "--donors", "S2", "TEA")
    assert "none: no lanes lead there" in done.out


def test_donors_of_what_is_not_there_are_a_mistake_of_the_command_line(command: Command, small: Path):
    for node, sku, word in (("S9", "007", "node 'S9'"), ("S1", "008", "product '008'")):
        done = command("inspect", small, "--donors", node, sku)
        assert done.code == 2
        assert word in done.err


def test_doubts_are_shown_with_the_rest(command: Command, tmp_path: Path):
    odd = {**SMALL, "nodes.csv": "node_id,kind,colour\nW,warehouse,red\nS1,store,\nS2,store,\n"}
    assert "colour" in command("inspect", write_directory(tmp_path / "odd", odd)).out


def test_what_plan_would_refuse_is_a_doubt_here(command: Command, small: Path, tmp_path: Path):
    write_directory(small, {"request.json": '{"severity_weight": {"red": 2}, "scope": {"node_ids": ["S9"]}}'})
    done = command("inspect", small)
    assert done.code == 0
    assert "Write severity_weights, if that is meant" in done.out
    assert "there is no node 'S9'" in done.out
    assert command("plan", small, "--out", tmp_path / "plan").code == 1


def test_a_bad_directory_is_refused_with_all_problems(command: Command, tmp_path: Path):
    done = command("inspect", write_directory(tmp_path / "bad", BAD))
    assert done.code == 1
    assert done.out == ""
    assert "problems found" in done.err
    for word in WRONG:
        assert word in done.err
    assert "Traceback" not in done.err


def test_problems_are_an_object_for_programs(command: Command, tmp_path: Path):
    done = command("inspect", write_directory(tmp_path / "bad", BAD), "--json")
    assert done.code == 1
    assert done.json.keys() == {"error", "problems"}
    files = {problem["file"] for problem in done.json["problems"]}
    assert files == {"lanes.csv", "stock.csv", "alerts.csv"}
    assert all(problem["fix"] for problem in done.json["problems"])


def test_a_kind_with_many_problems_says_how_many(command: Command, tmp_path: Path):
    lanes = "origin,destination\n" + "".join(f"W,MOON{row}\n" for row in range(150))
    done = command("inspect", write_directory(tmp_path / "bad", {**SMALL, "lanes.csv": lanes}))
    assert done.err.count("MOON") == 100
    assert "... and 50 more of this kind" in done.err
