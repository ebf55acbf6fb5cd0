"""Writes the tables of README.md and docs/benchmarks.md from the recorded results: ``python -m benchmarks.table``.

They stand between markers; `written` makes them, so that a test can compare.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.cells import (
    gap_of,
    groups,
    less_than_ours,
    medians_of,
    middle,
    number,
    peers_of,
    percent,
    runs_of,
    worst,
)
from benchmarks.clearance_tables import clearance_table, joint_table, simulation_table
from benchmarks.growth import growth_table
from benchmarks.results_folder import read_results
from benchmarks.sourcing_tables import packages_table, sourcing_table

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
            number(medians_of(found, lambda each: each["engine"]["first_plan_seconds"]), 1),
            percent(worst(each["gap"] for each in runs_of(found))),
            number(medians_of(found, lambda each: each["engine"]["peak_memory_gib"]), 1),
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
            str(len(runs_of(found))),
            f"{found[0]['peer_seconds']:g}",
            percent(worst(each["gap"] for each in runs_of(found))),
            number(medians_of(found, lambda each: each["engine"]["seconds_to_gap"]["0.01"]), 1),
        ]
        for name in solvers:
            peers = peers_of(found, name)
            cells += [
                percent(worst(map(gap_of, peers))),
                percent(middle([each["bound_above_ours"] for each in peers])),
            ]
        yield f"| {' | '.join(cells)} |"


def phases_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield where the time goes, in seconds."""
    phases = ("read", "build", "solve", "certify", "write", "other")
    yield f"| network | total | {' | '.join(phases)} | of all processors |"
    yield f"|{'---|' * (len(phases) + 3)}"
    for found in groups(results):
        engines = [each["engine"] for each in found]
        values = [middle([each["seconds"] for each in engines])]
        values += [middle([each["phases"][phase] for each in engines]) for phase in phases]
        values += [middle([each["processor_seconds"] for each in engines])]
        yield f"| {found[0]['network']['name']} | {' | '.join(number(value, 1) for value in values)} |"


TABLES: Final[dict[str, dict[str, tuple[str, Callable[[Sequence[Result]], Iterator[str]]]]]] = {
    "README.md": {"benchmarks": ("transfer", summary_table)},
    "docs/benchmarks.md": {
        "bounds": ("transfer", bounds_table),
        "phases": ("transfer", phases_table),
        "growth": ("transfer", growth_table),
        "clearance": ("clearance", clearance_table),
        "simulation": ("clearance", simulation_table),
        "joint": ("joint", joint_table),
        "sourcing": ("sourcing", sourcing_table),
        "packages": ("packages", packages_table),
    },
}
"""Tables by page and marker, with the case whose results they show."""


def written(page: str) -> str:
    """Return a page with its tables as the recorded results give them."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for marker, (case, make) in TABLES[page].items():
        begin, end = f"<!-- {marker}: begin -->", f"<!-- {marker}: end -->"
        section = "\n".join([begin, *make(read_results(case)), end])
        text, count = re.subn(f"{begin}.*?{end}", section.replace("\\", r"\\"), text, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"{page} has {count} sections {begin} ... {end}; it must have one")
    return text


def main() -> None:
    """Write all tables."""
    for page in TABLES:
        (ROOT / page).write_text(written(page), encoding="utf-8")


if __name__ == "__main__":
    main()
