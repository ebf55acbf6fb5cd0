"""Measures a case over several values of its flags, and keeps the results: ``python -m benchmarks.record``.

    python -m benchmarks.record transfer size=S,M regime=common,scarce,costly seed=1 -- --repetitions 3

runs ``counterpoise bench transfer`` for every combination, with what stands behind ``--`` each time, writes
``benchmarks/results/transfer-S-common-1.json`` and so on, and brings the tables of README and docs up to date.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterator, Sequence

from benchmarks import table
from benchmarks.registry import cases
from benchmarks.results_folder import FOLDER
from cli.main import main as counterpoise


def commands(case: str, varied: Sequence[str], flags: Sequence[str]) -> Iterator[list[str]]:
    """Yield the arguments of ``counterpoise`` for every combination.

    Parameters
    ----------
    case : str
    varied : sequence of str
        ``flag=value,value,...`` each; the last one varies fastest.
    flags : sequence of str
        Given each time.
    """
    split = [each.partition("=") for each in varied]
    for values in itertools.product(*(listed.split(",") for _, _, listed in split)):
        chosen = [word for (name, _, _), value in zip(split, values, strict=True) for word in (f"--{name}", value)]
        out = FOLDER / f"{'-'.join([case, *values])}.json"
        yield ["bench", case, *chosen, *flags, "--out", str(out)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and record; the exit code is the worst one."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    cut = given.index("--") if "--" in given else len(given)
    parser = argparse.ArgumentParser(prog="python -m benchmarks.record", description=main.__doc__)
    parser.add_argument("case", choices=list(cases()))
    parser.add_argument("varied", nargs="+", metavar="flag=value,value", help="values of a flag of the case")
    asked = parser.parse_args(given[:cut])
    if wrong := [each for each in asked.varied if "=" not in each]:
        parser.error(f"{wrong[0]!r} is no flag=value,value; put flags that stay the same behind --")
    worst = max(counterpoise(command) for command in commands(asked.case, asked.varied, given[cut + 1 :]))
    table.main()
    return worst


if __name__ == "__main__":
    sys.exit(main())
