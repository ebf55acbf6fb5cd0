"""How time and memory grow with the number of candidate flows: ``python -m benchmarks.growth``.

Fits ``value = factor * flows ** exponent`` to the recorded results of the common regime, one size after the other, on
logarithms by least squares.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import linear_regression, median
from typing import Any, Final

from benchmarks.results_folder import read_results

SIZES: Final = ("S", "M", "L", "XL")

REGIME: Final = "common"

Result = Mapping[str, Any]

MEASURES: Final[dict[str, Callable[[Result], float | None]]] = {
    "read, s": lambda result: result["engine"]["phases"]["read"],
    "build, s": lambda result: result["engine"]["phases"]["build"],
    "first plan, s": lambda result: result["engine"]["first_plan_seconds"],
    "certify and explain, s": lambda result: result["engine"]["phases"]["certify"],
    "write, s": lambda result: result["engine"]["phases"]["write"],
    "peak memory, GiB": lambda result: result["engine"]["peak_memory_gib"],
}
"""What is fitted. The search itself is not among it: it takes the time it is given."""


def exponent(flows: Sequence[float], values: Sequence[float]) -> float | None:
    """Fit the exponent of growth; None where there are no two different numbers of flows with a value above 0."""
    points = [(math.log(x), math.log(y)) for x, y in zip(flows, values, strict=True) if x > 0 and y > 0]
    if len({x for x, _ in points}) < 2:
        return None
    return linear_regression(*zip(*points, strict=True)).slope


def growth_table(results: Sequence[Result]) -> Iterator[str]:
    """Yield a table in Markdown: a column for each size, a row for each measure, its exponent last."""
    by_size = {size: found for size in SIZES if (found := [each for each in results if _is_of(each, size)])}
    flows = [median(each["engine"]["flows"] for each in found) for found in by_size.values()]
    header = [f"{size}: {round(count):,} flows" for size, count in zip(by_size, flows, strict=True)]
    yield f"| | {' | '.join([*header, 'exponent'])} |"
    yield f"|---|{'---|' * (len(header) + 1)}"
    for name, measure in MEASURES.items():
        values = [_median(measure, found) for found in by_size.values()]
        known = [(x, y) for x, y in zip(flows, values, strict=True) if y is not None]
        fitted = exponent([x for x, _ in known], [y for _, y in known])
        cells = ["-" if value is None else f"{value:.2f}" for value in values]
        yield f"| {' | '.join([name, *cells, '-' if fitted is None else f'{fitted:.2f}'])} |"


def _is_of(result: Result, size: str) -> bool:
    return bool(result["network"]["name"] == f"{size} {REGIME}")


def _median(measure: Callable[[Result], float | None], results: Sequence[Result]) -> float | None:
    values = [value for result in results if (value := measure(result)) is not None]
    return median(values) if values else None


if __name__ == "__main__":
    sys.stdout.write("\n".join([*growth_table(read_results("transfer")), ""]))
