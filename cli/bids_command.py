"""``counterpoise bids EVENT_DIR FILE...``: adds what suppliers offer to an event."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from cli.directories import read_directory
from cli.exit_codes import ExitCode
from cli.failures import CommandError, listed
from cli.progress import Progress
from network.problems import NetworkError
from network.words import counted
from optimizer.rfq.cells import UNREADABLE
from optimizer.rfq.collecting import Collected, Collection, forms_in, open_collection, supplier_of
from optimizer.rfq.form import TERMS


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read all forms, keep the good bids, print what is wrong with the others."""
    missing = [path for path in arguments.files if not path.exists()]
    if missing:
        raise CommandError(f"there is no file {missing[0]}")
    network = None if arguments.network is None else read_directory(arguments.network, progress)[0]
    with progress.phase("read", f"reading {arguments.directory}"):
        collection = open_collection(arguments.directory, network)
    before = len(collection.frames["bids"])
    whose = _whose(collection, arguments)
    bidding = sorted({supplier_id for path, supplier_id in whose if path.name != TERMS})
    replaced = {each: collection.withdraw(each) for each in bidding} if arguments.replace else {}
    with progress.phase("collect", "reading bids"):
        for path, supplier_id in whose:
            add = collection.add_terms if path.name == TERMS else collection.add_bids
            add(path, supplier_id)
    unreadable = [problem for each in collection.answers for problem in each.problems if problem.code == UNREADABLE]
    if arguments.replace and unreadable:  # nothing of such a form can stand in the place of what it would replace
        raise NetworkError(unreadable)
    collection.write()
    if arguments.json:
        print(json.dumps(_summary(collection, before, sum(replaced.values())), allow_nan=False))
    else:
        print("\n".join(_page(collection.answers, before, replaced)))
    wrong = any(not problem.is_warning for each in collection.answers for problem in each.problems)
    return ExitCode.BAD_INPUT if wrong else ExitCode.DONE


def _whose(collection: Collection, arguments: argparse.Namespace) -> list[tuple[Path, str]]:
    """Forms with their suppliers."""
    known = set(collection.frames["suppliers"]["supplier_id"].tolist())
    forms = []
    for path in arguments.files:
        supplier_id = arguments.supplier or supplier_of(arguments.directory, path)
        if supplier_id is None:
            raise CommandError(f"{path}: whose form is it? Give --supplier ID", ExitCode.USAGE)
        if supplier_id not in known:
            raise CommandError(f"{path}: the event has no supplier {supplier_id!r}; add it to the table suppliers")
        found = forms_in(path)
        if not found:
            raise CommandError(f"{path} holds neither bids.csv nor terms.csv")
        forms += [(form, supplier_id) for form in found]
    return forms


def _summary(collection: Collection, before: int, replaced: int) -> dict[str, Any]:
    """Make the object that ``--json`` prints."""
    return {
        "bids_before": before,
        "bids_replaced": replaced,
        "bids_added": sum(each.kept for each in collection.answers),
        "bids_refused": sum(_refused(each) for each in collection.answers),
        "forms": [
            {
                "file": each.file,
                "supplier_id": each.supplier_id,
                "bids_added": each.kept,
                "bids_refused": _refused(each),
                "rows_left_empty": each.left_empty,
                "problems": [asdict(problem) for problem in each.problems],
            }
            for each in collection.answers
        ],
    }


def _refused(each: Collected) -> int:
    return 0 if Path(each.file).name == TERMS else each.rows - each.kept


def _page(answers: Sequence[Collected], before: int, replaced: Mapping[str, int]) -> Iterator[str]:
    """Say it for people."""
    added = sum(each.kept for each in answers)
    yield f"{counted(added, 'bid')} added to {before:,}"
    for supplier_id, count in replaced.items():
        yield f"  {supplier_id:<16}{counted(count, 'earlier bid')} replaced by what the forms say"
    for each in answers:
        if Path(each.file).name == TERMS:
            said = f"{counted(each.rows, 'term')} of the supplier" if not each.problems else "refused"
        else:
            refused = f", {_refused(each):,} refused" if _refused(each) else ""
            empty = f", {counted(each.left_empty, 'row')} left empty" if each.left_empty else ""
            said = f"{counted(each.kept, 'bid')}{refused}{empty}"
        yield f"  {each.supplier_id:<16}{said}   ({each.file})"
        yield from (f"    {line}" for line in listed([one for one in each.problems if not one.is_warning]))
        yield from (f"    {line}" for line in listed([one for one in each.problems if one.is_warning], "warning: "))
