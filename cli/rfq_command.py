"""``counterpoise rfq DIR PLAN_DIR --out EVENT_DIR``: whom to ask for what a plan leaves unmet."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from cli.directories import read_directory, read_request
from cli.exit_codes import ExitCode
from cli.failures import CommandError, tell_warnings
from cli.progress import Progress
from network import Network
from network.events import Items
from network.problems import NetworkError
from network.words import counted
from optimizer.certificate import certify
from optimizer.plan_files.plan_reading import read_plan
from optimizer.rfq import Eligibility, Rfq, items_from_frame, items_of_plan, rfq_of, units_that_count
from optimizer.rfq.asking import Counting
from optimizer.rfq.cells import read_cells
from optimizer.rfq.files import write_rfq
from optimizer.rfq.form import FOLDER


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Find what is unmet and who can supply it, write the event and the forms, print who is asked."""
    if (arguments.plan_directory is None) == (arguments.items is None):
        raise CommandError("name a plan directory, or --items FILE", ExitCode.USAGE)
    if any(len(pd.read_csv(path)) for path in arguments.out.glob("bids.csv")):
        raise CommandError(
            f"--out: {arguments.out} has an event with bids, which would be lost; name another directory"
        )
    if arguments.answer_by < 0:
        raise CommandError("--answer-by: write a day from 0 on", ExitCode.USAGE)
    network, warnings = read_directory(arguments.directory, progress)
    tell_warnings(warnings)
    if not len(network.supplies):
        raise CommandError(f"{arguments.directory} names nobody to ask; add the table supplies")
    items, counting = _items(network, arguments, progress)
    with progress.phase("ask", "looking for suppliers"):
        rfq = rfq_of(
            network,
            items,
            most_suppliers=arguments.suppliers,
            answer_by_days=arguments.answer_by,
            counting=counting,
        )
    with progress.phase("write", f"writing {arguments.out}"):
        write_rfq(arguments.out, network, rfq)
    summary = _summary(network, rfq)
    summary["seconds"] = {**progress.seconds, "total": progress.elapsed_seconds}
    if arguments.json:
        print(json.dumps(summary, allow_nan=False))
    else:
        print("\n".join(_page(summary)))
        print(f"\nWritten to {arguments.out}; the forms to fill in are in {arguments.out / FOLDER}")
    return ExitCode.DONE


def _items(network: Network, arguments: argparse.Namespace, progress: Progress) -> tuple[Items, Counting | None]:
    """Read what is wanted, and how many units of it count on which day where that is known."""
    if arguments.items is not None:
        if not arguments.items.is_file():
            raise CommandError(f"--items: there is no file {arguments.items}")
        cells = read_cells(arguments.items)
        if cells.problems:
            raise NetworkError(cells.problems)
        return items_from_frame(network, cells.frame.reset_index(drop=True), arguments.items.name), None
    request, _ = read_request(network, arguments.directory)
    with progress.phase("plan", f"reading {arguments.plan_directory}"):
        read = read_plan(arguments.plan_directory, network)
        tell_warnings(read.warnings)
        certificate = certify(network, request, read.plan)
    if not certificate.valid:
        raise CommandError(
            f"{arguments.plan_directory} breaks rules, so what it leaves unmet means nothing; "
            f"see `counterpoise check {arguments.directory} {arguments.plan_directory}`"
        )
    items = items_of_plan(network, request, read.plan)
    return items, units_that_count(network, read.plan, items)


def _summary(network: Network, rfq: Rfq) -> dict[str, Any]:
    """Make the object that ``--json`` prints."""
    items, n_items = rfq.items, len(rfq.items)
    asked = np.bincount(rfq.pair_item[rfq.invited], minlength=n_items)
    names = network.nodes.node_id[rfq.supplier[rfq.pair_supplier]]
    table = pd.DataFrame({"supplier": names, "units": items.units[rfq.pair_item], "score": rfq.score})
    suppliers = [
        {
            "supplier_id": str(supplier),
            "items": len(own),
            "units": int(own["units"].sum()),
            "mean_score": round(float(own["score"].mean()), 3),
        }
        for supplier, own in table[rfq.invited].groupby("supplier")
    ]
    counts = np.bincount(rfq.status, minlength=len(Eligibility)).tolist()
    return {
        "items": n_items,
        "units": int(items.units.sum()),
        "items_without_supplier": items.item_id[asked == 0].tolist(),
        "invitations": int(np.count_nonzero(rfq.invited)),
        "suppliers": sorted(suppliers, key=lambda each: (-int(str(each["units"])), str(each["supplier_id"]))),
        "pairs": {kind.name.lower(): counts[kind] for kind in Eligibility},
    }


def _page(summary: dict[str, Any]) -> Iterator[str]:
    """Say it for people."""
    yield f"Asked for {counted(summary['items'], 'item')}, {counted(summary['units'], 'unit')}"
    for each in summary["suppliers"]:
        place = f"{each['items']:>8,} items {each['units']:>10,} units"
        yield f"  {each['supplier_id']:<16}{place}   mean score {each['mean_score']:.1f} of 100"
    alone = summary["items_without_supplier"]
    if alone:
        more = f" and {len(alone) - 5:,} more" if len(alone) > 5 else ""
        yield f"Nobody can supply {', '.join(alone[:5])}{more}"
    why = {
        "not_supplied": "do not supply it",
        "blocked": "are blocked",
        "no_way": "have no way there",
        "late": "are late",
    }
    others = [f"{summary['pairs'][kind]:,} {words}" for kind, words in why.items() if summary["pairs"][kind]]
    if others:
        yield f"Of all pairs of an item and a supplier, {', '.join(others)}"
