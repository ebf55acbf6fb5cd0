"""What a caller can be told to be wrong, in words that know nothing of gRPC; `server.errors` gives them codes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One thing about a request: an offending field, or a warning about one."""

    field: str
    """Path in the request, for example ``network.stock[17].on_hand``; rows count from 0."""
    code: str
    message: str
    fix: str = ""


class InvalidRequestError(ValueError):
    """The request itself is wrong; `problems` names every offending field."""

    def __init__(self, problems: Sequence[FieldProblem], total: int | None = None) -> None:
        self.problems = tuple(problems)
        self.total = len(self.problems) if total is None else total
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in self.problems[:5]))


def invalid_field(field: str, code: str, message: str, fix: str = "") -> InvalidRequestError:
    """Return the error for a single offending field."""
    return InvalidRequestError([FieldProblem(field, code, message, fix)])


class NotFoundError(LookupError):
    """There is no resource of this name."""

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"{name} does not exist; it may have been deleted, or forgotten after it was done")


class RequestIdConflictError(ValueError):
    """The request_id was used before with another body."""

    def __init__(self, request_id: str, name: str) -> None:
        self.name = name
        super().__init__(f"request_id {request_id!r} was used before with another body, for {name}; use a new one")


class BusyError(RuntimeError):
    """No room at the moment; trying again helps."""

    def __init__(self, message: str, retry_seconds: float) -> None:
        self.retry_seconds = retry_seconds
        super().__init__(message)


class LimitExceededError(ValueError):
    """More than this server takes; trying again unchanged does not help."""

    def __init__(self, subject: str, message: str) -> None:
        self.subject = subject
        super().__init__(message)


class PreconditionError(RuntimeError):
    """The resource is not in a state that allows this."""

    def __init__(self, name: str, code: str, message: str) -> None:
        self.name = name
        self.code = code
        super().__init__(message)


class AnalysisFailedError(RuntimeError):
    """The process that worked on an answer crashed, or what ran in it raised an exception."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class AnalysisTimeoutError(RuntimeError):
    """An answer was not there in time."""


class AbortedUploadError(RuntimeError):
    """An upload went silent or broke off."""


class ShuttingDownError(RuntimeError):
    """The server takes no new work."""
