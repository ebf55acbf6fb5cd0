"""Why a unit of demand stays unserved, in one word."""

import enum


@enum.unique
class UnmetCode(enum.StrEnum):
    """What keeps the unmet units of a position from being served."""

    NO_SUPPLY = "no_supply"
    """No node may give a unit that is worth less where it is."""
    NO_LANE = "no_lane"
    """Some node may, but no path of lanes leads from there."""
    TOO_LATE = "too_late"
    """A path leads there, but units that take it come too late to count."""
    CAPACITY = "capacity"
    """It would pay, but lanes or nodes on the way are full."""
    EXPIRY = "expiry"
    """Units could reach it, but would not keep long enough, or would expire before they are sold."""
    POLICY = "policy"
    """It would pay, but the request's scope or policy, a lane rule or a demand to send forbids it."""
    FROZEN = "frozen"
    """It would pay, but lines of the former plan have to stay as they are."""
    UNECONOMIC = "uneconomic"
    """It is possible, and costs more than it earns, what lines and dispatches must earn included."""
    TIME_LIMIT = "time_limit"
    """It would pay as far as seen; the search stopped before."""
    UNKNOWN = "unknown"
    """Units moved to this position alone are not what decides; the analysis cannot say more."""
