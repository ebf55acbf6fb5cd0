"""Print a command of the README: ``python .ci/readme_commands.py demo`` or ``... tests``.

What `.ci/run` executes is read from the README, so the two lines that a new user copies are the ones that are tested.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parents[1] / "README.md"

COMMAND_ENDS = {"demo": re.compile(r"counterpoise demo\b"), "tests": re.compile(r"\bpytest\b")}
"""What the one-line command contains besides its ``pip install``."""


def shell_lines(markdown: str) -> list[str]:
    """Commands in the fenced shell blocks of a page, prompts removed, continued lines joined."""
    blocks = re.findall(r"^```(?:sh|bash|shell|console)\n(.*?)^```", markdown, flags=re.MULTILINE | re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines()
    return [re.sub(r"\s+", " ", line.removeprefix("$ ")).strip() for line in lines]


def readme_command(name: str, markdown: str) -> str:
    """Find the one line that installs and then runs the demo or the tests.

    Raises
    ------
    LookupError
        When the page has no such line.
    """
    for line in shell_lines(markdown):
        if "pip install" in line and COMMAND_ENDS[name].search(line):
            return line
    raise LookupError(f"README.md has no shell line with 'pip install' that matches {COMMAND_ENDS[name].pattern!r}")


if __name__ == "__main__":
    sys.stdout.write(readme_command(sys.argv[1], README.read_text(encoding="utf-8")) + "\n")
