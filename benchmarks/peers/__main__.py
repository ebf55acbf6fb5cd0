"""Let one peer plan one network: ``python -m benchmarks.peers NAME DIR SECONDS``; tells phases, then the verdict."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.peers import MARKDOWN_PEERS, PEERS
from benchmarks.peers.clock import Clock, Found, TimeIsUpError
from benchmarks.registry import function_named
from benchmarks.watching import tell
from cli.process_clock import process_started
from network import Network, read_network
from optimizer.certificate import certify
from optimizer.request import Request
from optimizer.request_reading import read_request


def main(name: str, directory: Path, seconds: float) -> None:
    """Read, let the peer plan, judge its plan by the certificate."""
    clock = Clock(process_started(), seconds)
    try:
        clock.enter("read")
        network, _ = read_network(directory)
        request, _, _ = read_request(network, network.request, directory=directory)
        found = function_named((PEERS | MARKDOWN_PEERS)[name])(network, request, clock)
    except TimeIsUpError as late:
        tell("late", phase=str(late))
        return
    finally:
        clock.stop()
    _judge(network, request, found)


def _judge(network: Network, request: Request, found: Found) -> None:
    said = {"bound": found.bound, "detail": found.detail}
    if found.plan is None:
        tell("nothing", **said)
        return
    certificate, scale = certify(network, request, found.plan), 10**network.money_decimals
    tell(
        "plan",
        benefit=certificate.benefit / scale,
        objective=certificate.objective / scale,
        valid=certificate.valid,
        violations=certificate.violation_count,
        first_violation=str(certificate.violations[0]) if certificate.violations else None,
        lines=found.plan.n_lines,
        dispatches=int(found.plan.dispatches.sum()),
        **said,
    )


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
