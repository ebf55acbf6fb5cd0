"""Failures that a person can do something about, and how they are told."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict

from cli.exit_codes import ExitCode
from network.problems import NetworkError, Problem
from network.words import counted


class CommandError(Exception):
    """A command cannot go on; the message says why and what to do.

    Attributes
    ----------
    exit_code : ExitCode
    """

    def __init__(self, message: str, exit_code: ExitCode = ExitCode.BAD_INPUT) -> None:
        self.exit_code = exit_code
        super().__init__(message)


def tell_failure(message: str, *, as_json: bool) -> None:
    """Say why a command fails: for people on standard error, for programs as one object on standard output."""
    if as_json:
        print(json.dumps({"error": message, "problems": []}))
    else:
        print(f"counterpoise: {message}", file=sys.stderr)


def tell_problems(error: NetworkError, *, as_json: bool) -> None:
    """List everything that is wrong with a directory, and what is doubtful about it."""
    headline = f"{counted(sum(error.totals.values()), 'problem')} found"
    if as_json:
        problems = [asdict(problem) for problem in error.problems]
        print(json.dumps({"error": headline, "problems": problems}, allow_nan=False))
        return
    print(f"counterpoise: {headline}", file=sys.stderr)
    for line in (*listed(error.problems), *listed(error.warnings, "warning: ")):
        print(f"  {line}", file=sys.stderr)


def tell_warnings(warnings: Sequence[Problem]) -> None:
    """Mention on standard error what is doubtful about the input: the first of each kind."""
    firsts = {warning.kind: warning for warning in reversed(warnings)}
    for warning in reversed(firsts.values()):
        others = f" (and {warning.total - 1:,} more like it)" if warning.total > 1 else ""
        print(f"warning: {warning}{others}", file=sys.stderr)


def listed(problems: Sequence[Problem], prefix: str = "") -> list[str]:
    """All problems that were kept, one line each, with a line after each kind that has more."""
    shown: dict[str, int] = {}
    for problem in problems:
        shown[problem.kind] = shown.get(problem.kind, 0) + 1
    lines, told = [], dict.fromkeys(shown, 0)
    for problem in problems:
        lines.append(f"{prefix}{problem}")
        told[problem.kind] += 1
        hidden = problem.total - shown[problem.kind]
        if hidden > 0 and told[problem.kind] == shown[problem.kind]:
            lines.append(f"{prefix}... and {hidden:,} more of this kind")
    return lines
