"""The commands of docs/sourcing-walkthrough.md, as they stand there, one after the other."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd

from network import read_network
from network.events import read_event
from optimizer.award_files.award_reading import read_award
from optimizer.certificate import certify
from optimizer.plan_files.plan_reading import read_plan
from optimizer.request import Request
from optimizer.rfq.award_as_plan import plan_with_award
from optimizer.rfq.bids_as_quotes import with_bids

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "sourcing-walkthrough.md").read_text(encoding="utf-8")


def test_from_a_shortage_to_purchases(tmp_path: Path, shared_data: Path) -> None:
    """Every command succeeds; five suppliers are asked, and the joint plan is worth more than plan and award."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    commands = "".join(blocks).replace("../shared/data", str(shared_data))
    assert commands.count("counterpoise ") == 7
    here = f"counterpoise() {{ '{sys.executable}' -m cli.main \"$@\"; }}\npython() {{ '{sys.executable}' \"$@\"; }}\n"
    done = subprocess.run(
        ["bash", "-euc", here + commands],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    invited = pd.read_csv(tmp_path / "event" / "rfq" / "invitations.csv").query("invited")
    assert invited["supplier_id"].nunique() == 5
    plan, joint = (json.loads((tmp_path / name / "plan.json").read_text()) for name in ("plan", "joint"))
    award = json.loads((tmp_path / "award" / "award.json").read_text())
    assert award["certificate"]["valid"]
    assert joint["certificate"]["valid"]
    network, event = read_network(tmp_path / "network")[0], read_event(tmp_path / "event")[0]
    buying = with_bids(network, event)
    first, awarded = read_plan(tmp_path / "plan", network).plan, read_award(tmp_path / "award", event).award
    both = certify(buying, Request(), plan_with_award(network, first, buying, event, awarded))
    assert both.valid
    assert plan["benefit"] < both.benefit / 10**network.money_decimals <= joint["benefit"]
    names = pd.read_csv(tmp_path / "joint" / "purchases.csv")["quote_id"].str.split("@").str[0]
    assert set(names) <= set(event.bids.bid_id.tolist())
