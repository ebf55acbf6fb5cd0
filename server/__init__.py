"""The service of record: plans over gRPC.

The names below are loaded when they are first used, so that a worker process, which imports `server.child`, does not
load gRPC.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from server.client import Client
    from server.service import DEFAULT_ADDRESS, RunningServer, serve, start_server
    from server.settings import Settings

__all__ = ["DEFAULT_ADDRESS", "Client", "RunningServer", "Settings", "serve", "start_server"]

_MODULE_OF = {
    "DEFAULT_ADDRESS": "server.service",
    "Client": "server.client",
    "RunningServer": "server.service",
    "Settings": "server.settings",
    "serve": "server.service",
    "start_server": "server.service",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULE_OF[name]), name)
