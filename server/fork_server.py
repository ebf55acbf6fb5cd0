"""The process that workers are forked from. Importing this module is quick, so that it can start first of all."""

from __future__ import annotations

import multiprocessing
from multiprocessing import forkserver
from typing import Final

PRELOADED: Final = [
    "numpy",
    "pandas",
    "optimizer",
    "optimizer.alternatives",
    "optimizer.repair",
    "optimizer.rule_prices",
    "optimizer.sourcing.finishing",
    "optimizer.sourcing.solve",
    "optimizer.sourcing.why",
    "server.child",
]
"""Imported once by the fork server, so that a worker starts in about 10 ms."""


def start_fork_server() -> None:
    """Start the process that workers are forked from.

    It must start before this process has any gRPC channel or server: gRPC does not survive a fork. Starting it again
    does nothing.
    """
    multiprocessing.get_context("forkserver").set_forkserver_preload(PRELOADED)
    forkserver.ensure_running()
