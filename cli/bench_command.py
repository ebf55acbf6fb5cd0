"""``counterpoise bench CASE``: measures one case of the benchmarks; the bound that a peer beats is a failure."""

from __future__ import annotations

import argparse
import json

from benchmarks.registry import cases, function_named
from benchmarks.results_folder import write_result
from cli.exit_codes import ExitCode
from cli.progress import Progress
from optimizer.compiled import not_compiled
from scenarios.compiling import compile_ahead


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Measure, print, and write where asked to; compiling comes before, once after an installation."""
    if not_compiled():
        compile_ahead(lambda part: progress.say(f"compiling {part} before anything is measured"))
    case = cases()[arguments.case]
    result = function_named(case.run)(arguments, progress.say)
    if arguments.out is not None:
        write_result(result, arguments.out)
    print(json.dumps(result, allow_nan=False) if arguments.json else "\n".join(function_named(case.page)(result)))
    return ExitCode.DONE if result.get("bound_holds", True) else ExitCode.BAD_INPUT
