"""Reads network directories, and what their request.json asks for."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from cli.failures import CommandError
from cli.progress import Progress
from network import Network, NetworkError, Problem, read_network
from optimizer import request_reading as reading
from optimizer.request import Parameters, Request


def read_directory(directory: Path, progress: Progress) -> tuple[Network, tuple[Problem, ...]]:
    """Read a network directory.

    Raises
    ------
    CommandError
        When there is no such directory.
    NetworkError
        When it is no valid network.
    """
    if not directory.is_dir():
        is_file = "it is a file" if directory.exists() else "it does not exist"
        raise CommandError(f"{directory} is no directory ({is_file}); name one with network.json and its tables")
    with progress.phase("read", f"reading {directory}"):
        return read_network(directory)


def read_request(network: Network, directory: Path) -> tuple[Request, Parameters]:
    """Return what request.json asks for, with the defaults filled in.

    Parameters
    ----------
    network : Network
    directory : Path
        Where it was read from: a former plan is found from there.

    Raises
    ------
    NetworkError
        With all that is wrong with it.
    """
    request, parameters, problems = reading.read_request(network, network.request, directory=directory)
    if problems:
        raise NetworkError(problems)
    return request, parameters


def hindrances(network: Network, directory: Path) -> tuple[Problem, ...]:
    """Find all that a plan for this network would be refused for."""
    return reading.read_request(network, network.request, directory=directory)[2]


def format_of(directory: Path) -> str:
    """Return ``parquet`` when the directory's stock is, else ``csv``."""
    return "parquet" if (directory / "stock.parquet").is_file() else "csv"


def require_parquet() -> None:
    """Refuse to begin what would end with a Parquet file that cannot be written.

    Raises
    ------
    CommandError
    """
    if importlib.util.find_spec("pyarrow") is None:
        raise CommandError(
            "Parquet files need the package pyarrow, which is not installed; "
            "run `pip install 'counterpoise[parquet]'`, or use --format csv"
        )
