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
    """It would pay, but lanes on the way are full and may run no further dispatch."""
    UNECONOMIC = "uneconomic"
    """It is possible, and costs more than it earns."""
    TIME_LIMIT = "time_limit"
    """It would pay as far as seen; the search stopped before."""
    UNKNOWN = "unknown"
    """Units moved to this position alone are not what decides; the analysis cannot say more."""
