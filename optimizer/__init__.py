"""What to do about it: one verb, `solve`, and the independent check of any plan, `certify`."""

from optimizer.certificate import certify
from optimizer.plan import Incumbent, Plan, Result, Status, StopReason
from optimizer.request import Parameters, Request
from optimizer.solve import finish, solve

__all__ = [
    "Incumbent",
    "Parameters",
    "Plan",
    "Request",
    "Result",
    "Status",
    "StopReason",
    "certify",
    "finish",
    "solve",
]
