"""One run of ``counterpoise plan`` that tells every plan and bound it finds: ``python -m benchmarks.engine DIR ...``.

It is the command itself, in a process of its own as for any user; only what it would print on the way is told instead.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from typing import Final

from benchmarks.watching import tell
from cli.arguments import parser
from cli.process_clock import process_started
from cli.progress import Progress
from server.fork_server import start_fork_server

_FOUND: Final = re.compile(r"benefit +(\S+) +(?:objective +\S+ +)?bound +(\S+) +gap +(\S+) +(.+)")


class _Telling(Progress):
    """Tells every plan and bound that the command hears of, when it does."""

    def say(self, line: str) -> None:
        """Say nothing of the phases: the answer has their seconds."""

    def say_sometimes(self, line: str) -> bool:
        """Tell a plan or bound."""
        tell("found", seconds=round(self.elapsed_seconds, 3), **found_in(line))
        return True


def found_in(line: str) -> dict[str, float | str | None]:
    """Read what `cli.solving.found_line` wrote: benefit and bound in the currency, gap, found_by."""
    match = _FOUND.fullmatch(line)
    if match is None:
        raise ValueError(f"{line!r} is not what cli.solving.found_line writes; bring benchmarks.engine up to date")
    benefit, bound, gap, found_by = match.groups()
    amounts = [None if text == "-" else float(text.replace(",", "")) for text in (benefit, bound)]
    share = None if gap == "-" else round(float(gap.rstrip("%")) / 100, 7)
    return {"benefit": amounts[0], "bound": amounts[1], "gap": share, "found_by": found_by}


def main(flags: Sequence[str]) -> int:
    """Plan; the answer goes to standard output, as one JSON object."""
    start_fork_server()  # first of all, as the console script does
    from cli import plan_command  # noqa: PLC0415 (loads the optimizer)

    return int(plan_command.run(parser().parse_args(["plan", *flags]), _Telling(process_started())))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
