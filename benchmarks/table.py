"""Writes the tables of README.md and docs/benchmarks.md from the recorded results: ``python -m benchmarks.table``.

They stand between markers; `written` makes them, so that a test can compare.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.growth import SIZES, growth_table
from benchmarks.results_folder import read_results

ROOT: Final = Path(__file__).resolve().parents[1]

Result = Mapping[str, Any]

PEER_NAMES: Final = {
    "highs": "HiGHS",
    "scip": "SCIP",
    "cp_sat": "CP-SAT",
    "pulp_cbc": "PuLP + CBC",
    "greedy": "greedy",
}


def summary_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield the table of the README: a row for each kind of network."""
    columns = ["network", "candidate flows", "seconds", "first plan, s", "proven gap", "memory, GiB", "peers' seconds"]
    yield f"| {' | '.join([*columns, *PEER_NAMES.values()])} |"
    yield f"|{'---|' * (len(columns) + len(PEER_NAMES))}"
    for found in groups(results):
        network = found[0]["network"]
        cells = [
            f"{network['name']}: {network['nodes']:,} x {network['products']:,}",
            f"{round(median(each['engine']['flows'] for each in found)):,}",
            f"{found[0]['time_limit_seconds']:g}",
            _number(_medians(found, lambda each: each["engine"]["first_plan_seconds"]), 1),
            _percent(_worst(each["gap"] for each in _runs(found))),
            _number(_medians(found, lambda each: each["engine"]["peak_memory_gib"]), 1),
            f"{found[0]['peer_seconds']:g}",
        ]
        yield f"| {' | '.join(cells + [less_than_ours(found, name) for name in PEER_NAMES])} |"


def bounds_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield what is proved: by us, and by the solvers that state a bound."""
    solvers = ("highs", "scip", "cp_sat")
    heads = [head for name in solvers for head in (f"{PEER_NAMES[name]}: gap", "its bound above ours")]
    columns = ["network", "seeds", "runs", "peers' seconds", "gap", "within 1 % after, s", *heads]
    yield f"| {' | '.join(columns)} |"
    yield f"|{'---|' * len(columns)}"
    for found in groups(results):
        cells = [
            found[0]["network"]["name"],
            str(len(found)),
            str(len(_runs(found))),
            f"{found[0]['peer_seconds']:g}",
            _percent(_worst(each["gap"] for each in _runs(found))),
            _number(_medians(found, lambda each: each["engine"]["seconds_to_gap"]["0.01"]), 1),
        ]
        for name in solvers:
            peers = _peers(found, name)
            cells += [
                _percent(_worst(map(_gap, peers))),
                _percent(_middle([each["bound_above_ours"] for each in peers])),
            ]
        yield f"| {' | '.join(cells)} |"


def phases_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield where the time goes, in seconds."""
    phases = ("read", "build", "solve", "certify", "write", "other")
    yield f"| network | total | {' | '.join(phases)} | of all processors |"
    yield f"|{'---|' * (len(phases) + 3)}"
    for found in groups(results):
        engines = [each["engine"] for each in found]
        values = [_middle([each["seconds"] for each in engines])]
        values += [_middle([each["phases"][phase] for each in engines]) for phase in phases]
        values += [_middle([each["processor_seconds"] for each in engines])]
        yield f"| {found[0]['network']['name']} | {' | '.join(_number(value, 1) for value in values)} |"


def groups(results: Sequence[Result]) -> list[list[Result]]:
    """Put results together that differ in their seeds only: small networks first."""
    by_kind: dict[tuple[Any, ...], list[Result]] = {}
    for result in results:
        kind = (result["network"]["name"], result["time_limit_seconds"], result["peer_seconds"])
        by_kind.setdefault(kind, []).append(result)
    return sorted(by_kind.values(), key=lambda found: (_size(found[0]), len(found[0]["network"]["name"])))


def _size(result: Result) -> int:
    size = result["network"]["size"]
    return SIZES.index(size) if size in SIZES else -1


def less_than_ours(results: Sequence[Result], name: str) -> str:
    """Say what a peer's plan makes less than ours, or why it has none."""
    peers = _peers(results, name)
    outcomes = Counter(peer["outcome"] for peer in peers)
    if not peers or set(outcomes) == {"skipped"}:
        return "-"
    if set(outcomes) == {"plan"}:
        share = _middle([peer["share_less_than_ours"] for peer in peers])
        return "ours makes nothing" if share is None else _percent(share)
    outcome, count = next(each for each in outcomes.most_common() if each[0] != "plan")
    return outcome if count == len(peers) else f"{outcome} ({count} of {len(peers)})"


def _peers(results: Sequence[Result], name: str) -> list[Mapping[str, Any]]:
    return [peer for result in results for peer in result["peers"] if peer["name"] == name]


def _runs(results: Sequence[Result]) -> list[Mapping[str, Any]]:
    return [run for result in results for run in result["runs"]]


def _gap(peer: Mapping[str, Any]) -> float | None:
    """Gap between a peer's own plan and its own bound."""
    if peer["outcome"] != "plan" or peer["bound"] is None:
        return None
    return float((peer["bound"] - peer["benefit"]) / max(abs(peer["bound"]), 1.0))


def _medians(results: Sequence[Result], value: Callable[[Result], float | None]) -> float | None:
    return _middle([value(result) for result in results])


def _middle(values: Sequence[float | None]) -> float | None:
    """Take the median; None where there is nothing, or something is missing."""
    known = [value for value in values if value is not None]
    return median(known) if known and len(known) == len(values) else None


def _worst(values: Iterator[float | None] | map[float | None]) -> float | None:
    """Take the largest; None where something is missing."""
    listed = list(values)
    known = [value for value in listed if value is not None]
    return max(known) if known and len(known) == len(listed) else None


def _number(value: float | None, decimals: int) -> str:
    return "-" if value is None else f"{value:,.{decimals}f}"


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.2f} %"


TABLES: Final[dict[str, dict[str, Callable[[Sequence[Result]], Iterator[str]]]]] = {
    "README.md": {"benchmarks": summary_table},
    "docs/benchmarks.md": {"bounds": bounds_table, "phases": phases_table, "growth": growth_table},
}
"""Tables by page and marker."""


def written(page: str, results: Sequence[Result]) -> str:
    """Return a page with its tables as the results give them."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for marker, make in TABLES[page].items():
        begin, end = f"<!-- {marker}: begin -->", f"<!-- {marker}: end -->"
        section = "\n".join([begin, *make(results), end])
        text, count = re.subn(f"{begin}.*?{end}", section.replace("\\", r"\\"), text, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"{page} has {count} sections {begin} ... {end}; it must have one")
    return text


def main() -> None:
    """Write all tables."""
    results = read_results("transfer")
    for page in TABLES:
        (ROOT / page).write_text(written(page, results), encoding="utf-8")


if __name__ == "__main__":
    main()
