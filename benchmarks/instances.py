"""The networks that are planned: generated for the purpose, or given as a directory."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.watching import watched
from cli.failures import CommandError

SECONDS_OF_SIZE: Final = {"XS": 10.0, "S": 30.0, "M": 60.0, "L": 120.0, "XL": 180.0}
"""Time limit of each size, where none is asked for."""

_TINY: Final = ("--stores", "16", "--warehouses", "3", "--skus", "8")
"""Shape of the size XS, which is only there to try things out."""

_TABLES: Final = ("nodes", "products", "lanes", "stock", "alerts")

_GENERATION_SECONDS: Final = 900.0


@dataclass(frozen=True, slots=True)
class Instance:
    """A network directory, and what to call it."""

    directory: Path
    facts: dict[str, Any]
    """name, size, regime, seed, transit, demand, cases (None where a directory was given), and rows of each table."""


@contextmanager
def instance_of(arguments: argparse.Namespace, say: Callable[[str], None]) -> Iterator[Instance]:
    """Take the directory that was given, or generate one that is there until the block ends.

    Parameters
    ----------
    arguments : Namespace
        With network, or size, regime, seed, no_transit, demand and cases.
    say : callable
        Told what takes long.

    Raises
    ------
    CommandError
        When there is no such directory, or the generator fails.
    """
    if arguments.network is not None:
        facts: dict[str, Any] = dict.fromkeys(("size", "regime", "seed", "transit", "demand", "cases"))
        yield Instance(
            arguments.network, {"name": arguments.network.resolve().name, **facts, **_rows(arguments.network)}
        )
        return
    facts = {
        "size": arguments.size,
        "regime": arguments.regime,
        "seed": arguments.seed,
        "transit": not arguments.no_transit,
        "demand": arguments.demand,
        "cases": arguments.cases,
    }
    with generated("scenarios.generate", _flags(facts), {"name": _name(facts), **facts}, say) as instance:
        yield instance


@contextmanager
def generated(
    module: str, flags: Sequence[object], facts: dict[str, Any], say: Callable[[str], None], source: Path | None = None
) -> Iterator[Instance]:
    """Let a generator make a network that is there until the block ends.

    Parameters
    ----------
    module : str
        Its command: ``python -m module [SOURCE] OUT FLAGS``.
    flags : sequence
    facts : dict
        With a name.
    say : callable
        Told what takes long.
    source : Path, optional
        The network directory that it starts from, where it needs one.

    Raises
    ------
    CommandError
        When it fails.
    """
    with tempfile.TemporaryDirectory(prefix="counterpoise-bench-") as folder:
        directory = Path(folder) / "network"
        say(f"generating {facts['name']}")
        places = [directory] if source is None else [source, directory]
        made = watched(module, [*places, *flags], seconds=_GENERATION_SECONDS)
        if made.exit_code != 0:
            raise CommandError(f"the network could not be generated: {made.complaint}")
        yield Instance(directory, {**facts, **_rows(directory)})


def _name(facts: dict[str, Any]) -> str:
    """Name a network without its seed: networks of one name are alike."""
    words = [facts["size"], facts["regime"]]
    words += [] if facts["transit"] else ["no transit"]
    words += [] if facts["demand"] == "certain" else [facts["demand"]]
    words += ["case packs"] if facts["cases"] else []
    return " ".join(words)


def _flags(facts: dict[str, Any]) -> list[object]:
    size = _TINY if facts["size"] == "XS" else ("--size", facts["size"])
    flags = [*size, "--regime", facts["regime"], "--seed", facts["seed"], "--demand", facts["demand"]]
    flags += ["--format", "parquet"]
    wanted = (("--no-transit", facts["transit"]), ("--no-cases", facts["cases"]))
    return flags + [flag for flag, is_wanted in wanted if not is_wanted]


def _rows(directory: Path) -> dict[str, int]:
    """Count the rows of the tables without reading them: a network of millions of rows would only be in the way."""
    if not directory.is_dir():
        raise CommandError(f"--network: {directory} is no directory; name one with network.json and its tables")
    return {name: _count(directory, name) for name in _TABLES}


def _count(directory: Path, table: str) -> int:
    parquet = directory / f"{table}.parquet"
    if not parquet.is_file():
        return max((directory / f"{table}.csv").read_bytes().count(b"\n") - 1, 0)
    import pyarrow.parquet as pq  # noqa: PLC0415 - optional

    return int(pq.ParquetFile(parquet).metadata.num_rows)
