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


def test_doubts_are_shown_with_the_rest(command: Command, tmp_path: Path):
    odd = {**SMALL, "nodes.csv": "node_id,kind,colour\nW,warehouse,red\nS1,store,\nS2,store,\n"}
    assert "colour" in command("inspect", write_directory(tmp_path / "odd", odd)).out


def test_what_plan_would_refuse_is_a_doubt_here(command: Command, tmp_path: Path):
    odd = {
        **SMALL,
        "stock.csv": SMALL["stock.csv"].replace("\n", ",1\n").replace("demand_mean,1", "demand_mean,demand_std"),
    }
    directory = write_directory(tmp_path / "odd", odd)
    done = command("inspect", directory)
    assert done.code == 0
    assert "demand_std" in done.out
    assert command("plan", directory, "--out", tmp_path / "plan").code == 1


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
