"""``counterpoise inspect DIR``: what a network directory holds, before anybody plans with it."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace

from cli.directories import hindrances, read_directory
from cli.exit_codes import ExitCode
from cli.progress import Progress
from network import inspect_network, render


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Read the directory, look at it from all sides, print what was found."""
    network, warnings = read_directory(arguments.directory, progress)
    warnings += tuple(replace(problem, is_warning=True) for problem in hindrances(network))
    with progress.phase("inspect", "looking for reach and critical nodes"):
        inspection = inspect_network(network, warnings)
    if arguments.json:
        print(json.dumps(inspection.to_dict(), allow_nan=False))
    else:
        print(render(inspection), end="")
    return ExitCode.DONE
