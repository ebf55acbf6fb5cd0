"""The command ``python -m scenarios.generate``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from network.writing import write_network
from scenarios.generate.flags import at_least
from scenarios.generate.shapes import REGIMES, SIZES
from scenarios.generate.world import generate


def main(words: Sequence[str] | None = None) -> None:
    """Write a seeded retail network as a network directory."""
    asked = _parser().parse_args(words)
    counts = {name: count for name in asdict(SIZES["S"]) if (count := getattr(asked, name)) is not None}
    shape = replace(SIZES[asked.size], **counts)
    network = generate(shape, asked.regime, asked.seed, transit=asked.transit, demand=asked.demand, cases=asked.cases)
    write_network(network, asked.out, file_format=asked.format)
    tables = ("nodes", "lanes", "products", "stock", "alerts")
    sizes = ", ".join(f"{len(getattr(network, table)):,} {table}" for table in tables)
    sys.stdout.write(f"{sizes}\nWritten; try: counterpoise inspect {asked.out}\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m scenarios.generate", description=main.__doc__)
    parser.add_argument("out", type=Path, help="network directory to write")
    shapes = "; ".join(f"{name} {shape.stores}, {shape.warehouses}, {shape.skus}" for name, shape in SIZES.items())
    parser.add_argument("--size", choices=SIZES, default="M", help=f"stores, warehouses, SKUs: {shapes} (default: M)")
    for name in asdict(SIZES["S"]):
        parser.add_argument(f"--{name}", type=at_least(1), metavar="N", help="instead of that of the size")
    parser.add_argument("--regime", choices=REGIMES, default="common", help="how much is wrong (default: common)")
    parser.add_argument(
        "--seed", type=at_least(0), default=1, metavar="N", help="of everything that is drawn (default: 1)"
    )
    parser.add_argument("--no-transit", dest="transit", action="store_false", help="units stay where they are received")
    parser.add_argument(
        "--demand",
        choices=("certain", "uncertain"),
        default="certain",
        help="whole numbers, or by mean and deviation (default: certain)",
    )
    parser.add_argument("--no-cases", dest="cases", action="store_false", help="units of every SKU move one by one")
    parser.add_argument("--format", choices=("csv", "parquet"), default="csv", help="of the tables (default: csv)")
    return parser


if __name__ == "__main__":
    main()
