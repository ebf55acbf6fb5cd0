"""What less than a joint plan makes on a network: ``python -m benchmarks.sequences DIR SECONDS`` tells each.

Everything but markdowns; markdowns alone; one after the other in both orders: markdowns for the stock that is there
once the first plan is carried out, and lines where the markdowns are settled; and the joint plan that starts from all
of these. The engine is the same, and so is the certificate.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.watching import tell
from network import Network, read_network
from optimizer.certificate import certify
from optimizer.joint.sequences import lines_after, markdowns_after
from optimizer.plan import Plan
from optimizer.plan_lines import no_lines
from optimizer.request import MARKDOWN, RESPONSES, Parameters, Request
from optimizer.request_reading import read_request
from optimizer.solve import solve


def main(directory: Path, seconds: float) -> None:
    """Plan in each way, and tell what the certificate says of it."""
    network, _ = read_network(directory)
    request, _, _ = read_request(network, network.request, directory=directory)
    limit = Parameters(time_limit_seconds=seconds)
    allowed = RESPONSES if request.responses is None else request.responses
    others = replace(request, responses=tuple(each for each in allowed if each != MARKDOWN))
    lines = solve(network, others, limit).plan or no_lines()
    _tell(network, request, "transfer", lines)
    alone = solve(network, replace(request, responses=(MARKDOWN,)), limit).plan or no_lines()
    _tell(network, request, "clearance", alone)
    cleared = markdowns_after(network, request, lines, seconds)
    _tell(network, request, "transfer_clearance", cleared)
    moved = lines_after(network, request, alone.markdowns, limit)
    _tell(network, request, "clearance_transfer", moved)
    joint = solve(network, request, limit, known=[lines, alone, cleared, moved]).plan or no_lines()
    _tell(network, request, "joint_from_all", joint)


def _tell(network: Network, request: Request, name: str, plan: Plan) -> None:
    """Tell benefit and objective of a plan under the whole request."""
    found, scale = certify(network, request, plan), 10**network.money_decimals
    tell(
        "sequence",
        name=name,
        valid=found.valid,
        benefit=found.benefit / scale,
        objective=found.objective / scale,
        lines=plan.n_lines,
        markdowns=len(plan.markdowns),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
