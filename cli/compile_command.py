"""``counterpoise compile``: compiles ahead what searches would compile when they first need it."""

from __future__ import annotations

import argparse
import json

from cli.exit_codes import ExitCode
from cli.progress import Progress
from optimizer.compiled import not_compiled
from scenarios.compiling import compile_ahead


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Compile every part, and say how long that took."""
    compile_ahead(lambda part: progress.say(f"compiling {part}"))
    missing = not_compiled()
    seconds = round(progress.elapsed_seconds, 1)
    if arguments.json:
        print(json.dumps({"seconds": seconds, "not_kept": list(missing)}, allow_nan=False))
    elif missing:
        print(f"compiled in {seconds} s, but not kept on disk: {', '.join(missing)}")
    else:
        print(f"everything is compiled, in {seconds} s, and kept for these sources")
    return ExitCode.DONE
