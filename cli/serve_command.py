"""``counterpoise serve``: takes plans over gRPC until it is told to stop."""

from __future__ import annotations

import argparse
import logging

from cli.exit_codes import ExitCode
from cli.progress import Progress
from server import Settings, serve


def run(arguments: argparse.Namespace, progress: Progress) -> ExitCode:
    """Serve until SIGTERM or Ctrl-C; what runs then may go on for the grace."""
    del progress
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    memory = arguments.worker_memory_gib
    settings = Settings(
        queue_size=arguments.queue_size,
        workers=arguments.workers,
        time_limit_seconds=arguments.longest_time_limit,
        worker_memory_bytes=None if memory is None else int(memory * 1024**3),
    )
    serve(
        arguments.address,
        settings=settings,
        grace_seconds=arguments.grace,
        on_started=lambda address: print(f"counterpoise serves at {address}; stop it with Ctrl-C", flush=True),
    )
    return ExitCode.DONE
