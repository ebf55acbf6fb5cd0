"""What the README promises about the command line and the client is so."""

import re
from pathlib import Path

import pandas as pd
import pytest

from cli.exit_codes import BY_CODE, ExitCode
from server import start_server
from tests.cli.conftest import BENEFIT
from tests.cli.test_check import KEYS as CHECK_KEYS
from tests.cli.test_plan import KEYS as PLAN_KEYS

README = (Path(__file__).resolve().parents[2] / "README.md").read_text(encoding="utf-8")


def test_the_example_client_runs(small: Path, capsys: pytest.CaptureFixture[str]):
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    with start_server() as server:
        here = {"127.0.0.1:50051": server.address, 'Path("DIR")': f"Path({str(small)!r})"}
        for there, instead in here.items():
            assert there in example
            example = example.replace(there, instead)
        names: dict = {}
        exec(example, names)
    assert isinstance(names["transfers"], pd.DataFrame)
    assert names["transfers"]["units"].sum() == 6 + 2 + 4
    assert f"{BENEFIT:.1f}" in capsys.readouterr().out


def test_keys_of_the_objects_are_documented():
    table = README[README.index("| `status` |") : README.index("`demo` adds")]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("|")]
    assert set(re.findall(r"`(\w+)`", " ".join(cells))) == PLAN_KEYS
    sentence = README[README.index("`check` prints") : README.index("`inspect` prints")]
    assert set(re.findall(r"`(\w+)`", sentence)) - {"check"} == CHECK_KEYS


def test_exit_codes_are_documented():
    codes = README[README.index("Exit codes: ") + len("Exit codes: ") :].split(".\n")[0]
    assert f"exit codes: {codes}" == BY_CODE
    assert [int(code) for code in re.findall(r"\d+", codes)] == sorted(ExitCode)
