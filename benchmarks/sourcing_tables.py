"""The tables of awards: our engine beside general solvers on the same program."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from benchmarks.cells import Result, number, percent

SOURCING_PEERS: Final = {"highs": "HiGHS", "cp_sat": "CP-SAT", "scip": "SCIP"}


def sourcing_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield a row for each event of many items."""
    columns = ["event", "items x suppliers x rules", "bids"]
    yield from _table(columns, results, _sourcing_cells)


def packages_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield a row for each event of packages."""
    yield from _table(["packages", "bids x items", "lines"], results, _package_cells)


def _table(columns: list[str], results: Sequence[Result], cells_of: Any) -> Iterator[str]:
    heads = [f"{name}: {what}" for name in SOURCING_PEERS.values() for what in ("gap", "costs more", "bound lower")]
    columns = [*columns, "seconds", "cost", "gap", *heads]
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for result in results:
        ours = result["engine"]
        cells = [*cells_of(result["event"]), number(ours["seconds"], 0), number(ours["objective"], 0)]
        peers = {peer["name"]: peer for peer in result["peers"]}
        cells += [percent(ours["gap"])]
        for name in SOURCING_PEERS:
            cells += _peer(peers.get(name))
        yield f"| {' | '.join(cells)} |"


def _sourcing_cells(event: Mapping[str, Any]) -> list[str]:
    size = f"{event['items']:,} x {event['suppliers']:,} x {event['rules']:,}"
    return [f"{event['size']} {event['regime']}", size, f"{event['bids']:,}"]


def _package_cells(event: Mapping[str, Any]) -> list[str]:
    named = [event["structure"]]
    named += [word for flag, word in (("winner_limit", "few winners"), ("penalty", "with a penalty")) if event[flag]]
    return [", ".join(named), f"{event['bids']:,} x {event['items']:,}", f"{event['lines']:,}"]


def _peer(peer: Mapping[str, Any] | None) -> list[str]:
    """Say how a peer does: its own gap, what its award costs more than ours, and how far its bound is below ours."""
    if peer is None:
        return ["-", "-", "-"]
    dearer = percent(peer["share_more_than_ours"]) if peer["outcome"] == "award" else str(peer["outcome"])
    return [percent(peer["gap"]), dearer, percent(peer["bound_below_ours"])]
