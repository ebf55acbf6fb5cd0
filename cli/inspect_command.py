"""``counterpoise inspect DIR``: what a network directory holds, and who can help whom, before anybody plans with it."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cli.directories import hindrances, read_directory
from cli.exit_codes import ExitCode
from cli.failures import CommandError
from cli.progress import Progress
from network import Donor, Network, donors_reaching, inspect_network, render, render_donors
from network.outside import without_outside


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read the directory, look at it from all sides, print what was found."""
    network, warnings = read_directory(arguments.directory, progress)
    warnings += tuple(replace(problem, is_warning=True) for problem in hindrances(network, arguments.directory))
    with progress.phase("inspect", "looking for reach and critical nodes"):
        inspection = inspect_network(network, warnings)
        network = without_outside(network)
        donors = None if arguments.donors is None else _donors(network, *arguments.donors)
    if arguments.json:
        found = {} if donors is None else {"donors": [_plain(network, donor) for donor in donors]}
        print(json.dumps({**inspection.to_dict(), **found}, allow_nan=False))
        return ExitCode.DONE
    print(render(inspection), end="")
    if donors is not None:
        print(f"\n{render_donors(network, donors)}", end="")
    return ExitCode.DONE


def _donors(network: Network, node_id: str, sku_id: str) -> Sequence[Donor]:
    node = _row(network.nodes.node_id, node_id, "node")
    return donors_reaching(network, node, _row(network.products.sku_id, sku_id, "product"))


def _row(ids: NDArray[np.object_], wanted: str, what: str) -> int:
    found = np.flatnonzero(ids == wanted)
    if not len(found):
        raise CommandError(f"--donors: there is no {what} {wanted!r}; name one of the network's", ExitCode.USAGE)
    return int(found[0])


def _plain(network: Network, donor: Donor) -> dict[str, Any]:
    """Write a donor with ids for rows."""
    return {
        "node_id": network.nodes.node_id[donor.node],
        "units": donor.units,
        "arrives_day": donor.arrives_day,
        "lanes": [network.lanes.lane_id[lane] for lane in donor.route.lanes],
    }
